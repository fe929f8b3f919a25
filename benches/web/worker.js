// Measures one model in a separate module, loaded as in the page's worker: all bytes are
// available before the clock starts.

import initWasm, { WasmClassifier } from "/wasm/sourcing_sound.js";

/** The rate of a microphone in Hz; benches/models.rs has the same. */
const RATE = 48_000;
/** Samples per push, the same as in the page's worklet. */
const PIECE = 2_048;

self.onmessage = async ({ data: { hasHead, seconds } }) => {
  try {
    self.postMessage({ answer: await measure(hasHead, seconds) });
  } catch (thrown) {
    self.postMessage({ error: String(thrown) });
  }
};

async function measure(hasHead, seconds) {
  const wasm = await bytes("/wasm/sourcing_sound_bg.wasm");
  const model = await bytes("/model.onnx");
  const head = hasHead ? await bytes("/head.json") : undefined;
  const audio = noise(seconds * RATE);

  const [start_ms, { memory }] = await timed(() => initWasm({ module_or_path: wasm }));
  const [load_ms, classifier] = await timed(() => new WasmClassifier(model, head));
  classifier.classify(audio, RATE); // the browser recompiles hot code
  const [classify_ms] = await timed(() => classifier.classify(audio, RATE));
  const [stream_ms] = await timed(() => stream(classifier, audio));
  return { start_ms, load_ms, classify_ms, stream_ms, memory_bytes: memory.buffer.byteLength };
}

/** At the model's hop. */
function stream(classifier, audio) {
  const stream = classifier.stream(RATE, {});
  for (let at = 0; at < audio.length; at += PIECE) {
    stream.push(audio.subarray(at, at + PIECE));
    stream.takeColumns();
  }
  stream.finish();
}

/** The duration of the work in milliseconds, and its result. */
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** White noise at −20 dB, the same in every run; the cost does not depend on the sound. */
function noise(samples) {
  let state = 1;
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * 0.1;
  });
}
