// One stream for all of the sound; a minute of it now and then also goes through a new stream at once, which must return the
// same bit for bit. benches/soak.rs does the same natively.

import { Classifier } from "/dist/index.js";

/** The resampler's: a stream's grid of samples, columns and hops repeats only after a multiple of a block. */
const BLOCKS_PER_SECOND = 25;
/** Per push: so many that messages between page and worker cost little. */
const PIECE_BLOCKS = 64;
const PIECE_SECONDS = PIECE_BLOCKS / BLOCKS_PER_SECOND;
const EXCERPT_SECONDS = 64;
const MOST_EXCERPTS = 100;
/** Times are sums of floating-point numbers of very different size. */
const SAME_TIME = 1e-6;
const WARM_UP = 0.1;
const READINGS = 20;
const EDGE_SECONDS = 1;

globalThis.soak = async ({ hours, rate }) => {
  const classifier = await Classifier.load({ model: "/model.onnx", worker: "/soak-worker.js" });
  // In a separate worker, so that its whole minutes are not part of the memory that is measured.
  const reference = await Classifier.load({ model: "/model.onnx" });
  const { info } = classifier;
  const total = Math.ceil((hours * 3600) / PIECE_SECONDS);
  const piece = (PIECE_BLOCKS * rate) / BLOCKS_PER_SECOND;
  const period = periodPieces(info, rate, total);
  const scene = new Scene(rate);
  const stream = await classifier.stream(rate);
  const found = { excerpts: 0, compared_scores: 0, compared_events: 0, different: 0 };
  const lag = { least: Infinity, greatest: -Infinity };
  const readings = [];
  let updates = 0;
  let excerpt;
  const start = performance.now();
  for (let n = 0; n < total; n += 1) {
    const pcm = scene.next(piece);
    const result = await stream.push(pcm);
    updates += result.updates.length;
    const last = result.updates.at(-1);
    if (last) {
      const late = (n + 1) * PIECE_SECONDS - last.time;
      lag.least = Math.min(lag.least, late);
      lag.greatest = Math.max(lag.greatest, late);
    }
    if (n > 0 && n % period === 0) excerpt = { start: n * PIECE_SECONDS, pieces: [], updates: [] };
    if (excerpt) {
      excerpt.pieces.push(pcm);
      excerpt.updates.push(...result.updates);
      if (excerpt.pieces.length * PIECE_SECONDS >= EXCERPT_SECONDS) {
        await compare(reference, rate, excerpt, found);
        excerpt = undefined;
      }
    }
    const every = Math.max(1, Math.floor(total / READINGS));
    if (n >= WARM_UP * total && n % every === 0 && !excerpt && found.excerpts > 0) readings.push(await memory());
  }
  classifier.close();
  reference.close();
  const growth = (key) => (readings.length > 1 ? readings.at(-1)[key] - readings[0][key] : null);
  return {
    seconds: total * PIECE_SECONDS,
    wall_seconds: (performance.now() - start) / 1000,
    hop_seconds: info.hopSeconds,
    updates,
    lag_least: lag.least,
    lag_greatest: lag.greatest,
    wasm_bytes: readings[0]?.wasm ?? null,
    wasm_growth_bytes: growth("wasm"),
    heap_bytes: readings[0]?.heap ?? null,
    heap_growth_bytes: growth("heap"),
    readings: readings.length,
    ...found,
  };
};

/** Bytes of the module's memory, and of everything of the page and its worker after garbage collection. */
async function memory() {
  const channel = new BroadcastChannel("wasm-bytes");
  const answer = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
  channel.postMessage("how many");
  const wasm = await answer;
  channel.close();
  const { bytes } = await performance.measureUserAgentSpecificMemory();
  return { wasm, heap: bytes };
}

/** After how many pieces an excerpt may begin that is on the same grid as the beginning. */
function periodPieces(info, rate, total) {
  const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));
  const hop = Math.round((info.hopSeconds * info.sampleRate) / info.hopLength) * info.hopLength;
  if (rate % BLOCKS_PER_SECOND !== 0 || info.sampleRate % BLOCKS_PER_SECOND !== 0) throw new Error("rates must be multiples of 25 Hz");
  const grid = hop / divisor(hop, (PIECE_BLOCKS * info.sampleRate) / BLOCKS_PER_SECOND);
  const least = Math.max(total / MOST_EXCERPTS, (2 * EXCERPT_SECONDS) / PIECE_SECONDS);
  return Math.ceil(least / grid) * grid;
}

async function compare(classifier, rate, { start, pieces, updates }, found) {
  const { info } = classifier;
  const whole = new Float32Array(pieces.length * pieces[0].length);
  pieces.forEach((piece, i) => whole.set(piece, i * piece.length));
  const stream = await classifier.stream(rate);
  const again = (await stream.push(whole)).updates;
  stream.close();
  found.excerpts += 1;
  const settled = info.segmentSeconds + info.smoothingSeconds + EDGE_SECONDS;
  const expectSame = (same) => (found.different += same ? 0 : 1);
  let calm = false;
  let pairs = 0;
  for (const update of again.filter(({ time }) => time >= settled)) {
    const before = updates.find(({ time }) => Math.abs(time - start - update.time) < SAME_TIME);
    expectSame(before !== undefined);
    if (!before) continue;
    pairs += 1;
    found.compared_scores += 1;
    expectSame(JSON.stringify(before.categories) === JSON.stringify(update.categories) && before.rejected === update.rejected);
    calm ||= before.events.length === 0 && update.events.length === 0;
    if (!calm) continue;
    found.compared_events += update.events.length;
    expectSame(sameEvents(before.events, update.events, start));
  }
  expectSame(pairs > 0);
}

function sameEvents(ones, others, later) {
  const sameTime = (one, other) => one === other || Math.abs(one - later - other) < SAME_TIME;
  const same = (one, other) =>
    one.label === other.label && one.score === other.score && sameTime(one.onset, other.onset) &&
    (one.offset === null) === (other.offset === null) && (one.offset === null || sameTime(one.offset, other.offset));
  return ones.length === others.length && ones.every((one, i) => same(one, others[i]));
}

/** Sounds of three seconds at times that never repeat, over faint noise; the same in every run. */
class Scene {
  #rate;
  #sounds;
  #hiss;
  #state = 1;
  #at = 0;
  #next;

  constructor(rate) {
    this.#rate = rate;
    // A prime, so that it never meets the same sound at the same place.
    this.#hiss = Float32Array.from({ length: 479_909 }, () => 1e-4 * this.#random());
    const sound = (wave) => Float32Array.from({ length: 3 * rate }, (_, i) => wave(i / rate));
    this.#sounds = [
      sound((t) => 0.3 * Math.sign(Math.sin(2 * Math.PI * 1000 * t - 200 * Math.cos(4 * Math.PI * t)))),
      sound((t) => 0.8 * Math.exp(-(t % (1 / 12)) / 0.015) * this.#random()),
      sound((t) => 0.9 * Math.exp(-(t % 2) / 0.08) * this.#random()),
    ];
    this.#next = { sound: this.#sounds[0], start: 5 * rate };
  }

  next(length) {
    const pcm = Float32Array.from({ length }, (_, i) => this.#hiss[(this.#at + i) % this.#hiss.length]);
    const end = this.#at + length;
    while (this.#next.start < end) {
      const { sound, start } = this.#next;
      const from = Math.max(this.#at, start);
      const to = Math.min(end, start + sound.length);
      for (let i = from; i < to; i += 1) pcm[i - this.#at] += sound[i - start];
      if (start + sound.length > end) break;
      const gap = Math.round((8 + 6 * (this.#random() + 1)) * this.#rate);
      const kind = Math.floor(((this.#random() + 1) / 2) * this.#sounds.length);
      this.#next = { sound: this.#sounds[Math.min(kind, this.#sounds.length - 1)], start: start + sound.length + gap };
    }
    this.#at = end;
    return pcm;
  }

  /** The next number, -1 to 1. */
  #random() {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 31 - 1;
  }
}
