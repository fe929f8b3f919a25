// Runs in the page. Node calls these functions one after the other; nothing else runs meanwhile.

import { memoryBytes, ownedBy } from "./memory.mjs";
import { frontEnds } from "./front-ends.mjs";
import { layOut, readNetwork } from "./network.mjs";
import { runtimes } from "./runtimes.mjs";

/** A microphone's rate in Hz. */
const RATE = 48_000;
const AUDIO_SECONDS = 4;
/** How far outputs before calibration may differ between runtimes that compute the same network. */
const TOLERANCE = 1e-3;

const audio = sound(AUDIO_SECONDS * RATE);
const started = new Map();
let all;

/** Milliseconds of the work, and its result. */
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

async function bytesOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Two tones that come and go over noise, the same in every run. */
function sound(samples) {
  let state = 1;
  return Float32Array.from({ length: samples }, (_, at) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const seconds = at / RATE;
    const tones = Math.sin(2 * Math.PI * 440 * seconds) + Math.sin(2 * Math.PI * 2500 * seconds);
    return 0.1 * tones * Math.sin(Math.PI * seconds) ** 2 + (state / 2 ** 31 - 1) * 0.02;
  });
}

/** Names of all, ours first; `modules` says where our builds are. */
globalThis.prepare = (modules) => {
  all = { ...runtimes(modules), ...frontEnds };
  return Object.keys(all);
};

/**
 * Starts one, and opens a model if it takes one: milliseconds from the request for its files, and the
 * bytes of its wasm memory once the model has run.
 */
globalThis.load = async (name, url) => {
  const bytes = await bytesOf(url);
  const network = readNetwork(bytes);
  ownedBy(name);
  const { start, open } = all[name];
  const [ms, opened] = await timed(async () => {
    started.set(name, await start());
    return open?.(started.get(name), bytes, network);
  });
  const silence = new Float32Array(network.nMels * network.frames);
  await opened?.run(silence, silence);
  return { ms, memory_bytes: memoryBytes(name) };
};

/** What is measured of the network that is open: functions by task and name. */
let tasks;

/** Opens a model in all that take one; returns its size and how far their outputs differ from ours. */
globalThis.open = async (url) => {
  const bytes = await bytesOf(url);
  const network = readNetwork(bytes);
  const opened = new Map();
  for (const [name, { open }] of Object.entries(all)) {
    if (!open || !started.has(name)) continue;
    ownedBy(name);
    opened.set(name, await open(started.get(name), bytes, network));
  }
  const { classifier } = opened.get("sourcing-sound");
  const { nMels, frames } = network;
  const columns = classifier.logMel(audio, RATE).slice(0, frames * nMels);
  const input = layOut(columns, network);
  const { hopSeconds } = network;
  const windows = classifier.classify(audio, RATE, hopSeconds).length;

  const networks = [...opened].map(([name, { run }]) => [name, () => run(columns, input)]);
  const fronts = Object.keys(frontEnds)
    .filter((name) => started.has(name))
    .map((name) => [name, () => frontEnds[name].columns(started.get(name), audio, RATE, network)]);
  const rivals = async () => {
    const bands = frontEnds.Meyda.columns(started.get("Meyda"), audio, RATE, network);
    const step = Math.round((hopSeconds * network.sampleRate) / network.hopLength) * nMels;
    for (let window = 0; window < windows; window++) {
      // The last window may end after the audio, in zeros.
      const own = new Float32Array(nMels * frames);
      own.set(bands.subarray(window * step, window * step + own.length));
      await opened.get("onnxruntime-web").run(own, layOut(own, network));
    }
  };
  const canPipe = started.has("Meyda") && opened.has("onnxruntime-web");
  tasks = {
    nothing: new Map([["nothing", () => {}]]),
    network: new Map(networks),
    frontEnd: new Map([["sourcing-sound", () => classifier.logMel(audio, RATE)], ...fronts]),
    pipeline: new Map([
      ["sourcing-sound", () => classifier.classify(audio, RATE, hopSeconds)],
      ...(canPipe ? [["Meyda + onnxruntime-web", rivals]] : []),
    ]),
  };
  const names = Object.fromEntries(Object.entries(tasks).map(([task, runs]) => [task, [...runs.keys()]]));
  const { multiplyAdds } = network;
  return { names, nMels, frames, windows, multiplyAdds, differences: await differences() };
};

/** The greatest difference of each network's outputs from ours. */
async function differences() {
  const outputs = new Map();
  for (const [name, run] of tasks.network) outputs.set(name, Float32Array.from(await run()));
  const ours = outputs.get("sourcing-sound");
  const greatest = (name, given) => {
    const worst = given.reduce((soFar, value, at) => Math.max(soFar, Math.abs(value - ours[at])), 0);
    if (given.length === ours.length && worst <= TOLERANCE) return worst;
    throw new Error(`${name} computes another network: ${given.length} outputs, ${worst} from our ${ours.length}`);
  };
  return Object.fromEntries([...outputs].map(([name, given]) => [name, greatest(name, given)]));
}

/** Runs one of a task's functions once; milliseconds by the clock. */
globalThis.run = async (task, name) => {
  const [ms] = await timed(tasks[task].get(name));
  return ms;
};
