// A thread that is blocked for a while: what the queue between the audio's thread and the worker holds is not lost, and
// what it does not hold is counted exactly.

import { BLOCK_COUNT, BLOCK_FRAMES } from "../../www/package/src/shared/protocol";
import { expect, test as base } from "./support/library";
import { writeWav } from "./support/wav";

const RATE = 48_000;
/** Of the queue, in samples. */
const CAPACITY = BLOCK_COUNT * BLOCK_FRAMES;
/** What may be on its way between two threads: a few blocks. */
const ON_THE_WAY_SECONDS = 0.2;

interface Probe {
  /** Seconds of sound that the audio's clock is ahead of what was processed and what was dropped. */
  behind(): number;
  /** Of the audio's clock, in Hz. */
  rate: number;
  frames: { time: number; dropped: number }[];
  /** Waits until the clock is no further ahead than it was at first; rejects if it never is. */
  caughtUp(): Promise<void>;
}
declare const probe: Probe;

const hum = Float32Array.from({ length: 4 * RATE }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 441 * i) / RATE));

const test = base.extend({
  library: async ({ library }, use) => {
    await library.evaluate(async (onTheWay) => {
      let context: AudioContext | undefined;
      const { AudioContext } = globalThis;
      globalThis.AudioContext = class extends AudioContext {
        constructor(options?: AudioContextOptions) {
          super(options);
          context = this;
        }
      };
      const frames: Probe["frames"] = [];
      await api.listen(() => undefined, { onFrame: ({ time, dropped }) => frames.push({ time, dropped }) });
      const behind = () => {
        const { time, dropped } = frames.at(-1)!;
        return context!.currentTime - time - dropped / context!.sampleRate;
      };
      // Between two checks of the state; nothing depends on its length.
      const moment = () => new Promise((resolve) => setTimeout(resolve, 20));
      while (frames.length < 20) await moment();
      let first = Infinity;
      for (let i = 0; i < 20; i += 1) {
        await moment();
        first = Math.min(first, behind());
      }
      const caughtUp = async () => {
        while (behind() > first + onTheWay) await moment();
      };
      const rate = context!.sampleRate;
      Object.assign(globalThis, { probe: { behind, rate, frames, caughtUp } satisfies Probe });
    }, ON_THE_WAY_SECONDS);
    await use(library);
  },
});

test.use({ wav: writeWav("stalls.wav", { samples: hum, sampleRate: RATE }) });

const steps = (frames: Probe["frames"]) => frames.slice(1).map(({ time }, i) => time - frames[i]!.time);

test("nothing is lost while the page's thread is blocked for five seconds", async ({ library }) => {
  const { frames, first, rate } = await library.evaluate(async () => {
    const first = probe.frames.length;
    const end = performance.now() + 5000;
    while (performance.now() < end);
    await probe.caughtUp();
    return { frames: probe.frames, first, rate: probe.rate };
  });
  const { time } = frames[first - 1]!;
  expect(frames.at(-1)!.time - time, "seconds processed").toBeGreaterThan(4.5);
  expect(frames.at(-1)!.dropped).toBe(0);
  for (const step of steps(frames)) expect(step, "from frame to frame").toBeLessThanOrEqual(BLOCK_FRAMES / rate + 1e-6);
});

for (const { what, seconds } of [
  { what: "shorter than the queue: nothing is lost", seconds: 0.4 },
  { what: "longer than the queue: what was lost is counted", seconds: 5 },
]) {
  test(`the worker is blocked ${what}`, async ({ library }) => {
    const [worker] = library.workers();
    const busy = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    await worker!.evaluate(busy, seconds * 1000);
    const { frames, rate } = await library.evaluate(async () => {
      // This ends only if every sample was either processed or counted.
      await probe.caughtUp();
      return { frames: probe.frames, rate: probe.rate };
    });
    const { dropped } = frames.at(-1)!;
    const lost = seconds - CAPACITY / rate;
    if (lost < 0) expect(dropped).toBe(0);
    else expect(dropped / rate, "seconds lost").toBeGreaterThan(lost - 2 * ON_THE_WAY_SECONDS);
    // Time is that of the sound which was processed, and leaves out what was dropped.
    for (const step of steps(frames)) expect(step, "from frame to frame").toBeLessThanOrEqual(BLOCK_FRAMES / rate + 1e-6);
  });
}

interface Rendered {
  /** What each block holds: its first sample, how many, and how many had been dropped before. */
  blocks: { first: number; filled: number; dropped: number; whole: boolean }[];
  /** Samples rendered. */
  total: number;
}

const WORKERS = [
  { what: "the worker before is still there", lostFrom: undefined },
  { what: "the worker before is gone, which had read 1000 samples", lostFrom: 1000 },
  // As if that many had come before the first: an odd number that no 32-bit float holds.
  { what: "many minutes are lost already", lostFrom: -(2 ** 25) - 1 },
];
for (const { what, lostFrom } of WORKERS) {
  base(`the samples dropped are exactly those that reach no worker: ${what}`, async ({ library }) => {
    const setup = { frames: BLOCK_FRAMES, blocks: BLOCK_COUNT, rate: RATE, lostFrom };
    const { blocks, total } = await library.evaluate(renderBeyondTheQueue, setup);
    expect(blocks.every(({ whole }) => whole), "no block has a gap").toBe(true);
    const [before, after] = [blocks.slice(0, BLOCK_COUNT), blocks.slice(BLOCK_COUNT)];
    expect(before.map(({ dropped }) => dropped)).toEqual(before.map(() => 0));
    const start = before[0]!.first;
    for (const [i, { first, filled }] of before.entries()) {
      expect({ first, filled }).toEqual({ first: start + i * BLOCK_FRAMES, filled: BLOCK_FRAMES });
    }
    const unread = lostFrom === undefined ? 0 : start + CAPACITY - lostFrom;
    // From the first block after the queue was full on, nothing is missing any more.
    const lost = after[0]!.first - (start + CAPACITY);
    expect(lost, "samples between the last block and the next one").toBeGreaterThan(CAPACITY / 2);
    expect(after.map(({ dropped }) => dropped)).toEqual(after.map(() => lost + unread));
    expect(after.reduce((sum, { filled }) => sum + filled, after[0]!.first)).toBe(total);
  });
}

/**
 * Runs the audio's thread sample by sample, each of which is its own number, so that it can be seen which are missing. The
 * worker gives no block back until the queue has been full for as long again; then another one takes over.
 */
async function renderBeyondTheQueue(setup: {
  frames: number;
  blocks: number;
  rate: number;
  lostFrom: number | undefined;
}): Promise<Rendered> {
  const { frames, blocks, rate, lostFrom } = setup;
  const quantum = 128;
  const takesOver = 2 * blocks * frames;
  const total = takesOver + 4 * frames;
  const context = new OfflineAudioContext(1, total, rate);
  await context.audioWorklet.addModule("/dist/sourcing-sound-worklet.js");
  const node = new AudioWorkletNode(context, "sourcing-sound-capture", { processorOptions: { frames, blocks, channel: 0 } });
  const buffer = new AudioBuffer({ length: total, sampleRate: rate });
  buffer.copyToChannel(Float32Array.from({ length: total }, (_, i) => i), 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node).connect(context.destination);
  source.start();

  const got: Float32Array[] = [];
  /** Connects a worker, whose blocks go to `taken`, and resolves when it gets no more. */
  const connect = (taken: Float32Array[], more: { lostFrom?: number } = {}) => {
    const { port1, port2 } = new MessageChannel();
    const ended = new Promise<void>((resolve) => {
      port2.onmessage = ({ data }: MessageEvent<Float32Array | "end">) => (data === "end" ? resolve() : taken.push(data));
    });
    node.port.postMessage({ port: port1, ...more }, [port1]);
    return ended;
  };
  // No event reports that a worker is connected, but the one before it is then ended; it may have got the first quantum.
  const none = connect([]);
  const first = connect(got);
  const begins = context.suspend(quantum / rate);
  const next = context.suspend(takesOver / rate);
  const rendered = context.startRendering();
  await begins;
  await none;
  await context.resume();
  await next;
  const second = connect(got, lostFrom === undefined ? {} : { lostFrom });
  await first;
  await context.resume();
  await rendered;
  // What fills no block is sent when another one takes over.
  void connect([]);
  await second;
  const described = got.map((block) => {
    const filled = block[frames]!;
    const whole = block.subarray(0, filled).every((sample, i) => sample === block[0]! + i);
    return { first: block[0]!, filled, dropped: block[frames + 1]! + block[frames + 2]! * 2 ** 24, whole };
  });
  return { blocks: described, total };
}
