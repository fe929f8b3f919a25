// The rivals' front ends: mel bands of windows of 1,024 samples, as many windows and bands as our
// front end computes of the same audio, at the audio's own rate.

import { script } from "./runtimes.mjs";

const WINDOW = 1024;
/** Of essentia's scales, the one that takes 128 bands of such a window. */
const MEL = "slaneyMel";

/** Where the windows begin that correspond to the network's columns. */
function* starts(pcm, rate, { hopLength, sampleRate }) {
  const hop = (hopLength * rate) / sampleRate;
  for (let start = 0; start + WINDOW <= pcm.length; start += hop) yield Math.round(start);
}

const meyda = {
  async start() {
    await script("/node_modules/meyda/dist/web/meyda.min.js");
    return globalThis.Meyda;
  },
  /** Columns one after the other, as ours. */
  columns(Meyda, pcm, rate, network) {
    if (Meyda.melBands !== network.nMels || Meyda.sampleRate !== rate) {
      Object.assign(Meyda, { melBands: network.nMels, sampleRate: rate, bufferSize: WINDOW, melFilterBank: undefined });
    }
    const columns = [];
    for (const start of starts(pcm, rate, network)) {
      columns.push(...Meyda.extract("melBands", pcm.subarray(start, start + WINDOW)));
    }
    return Float32Array.from(columns);
  },
};

const essentia = {
  async start() {
    const folder = "/node_modules/essentia.js/dist";
    await script(`${folder}/essentia-wasm.web.js`);
    await script(`${folder}/essentia.js-core.min.js`);
    // Its module stands in for a promise that resolves to itself, which `await` would never end.
    const wasm = await new Promise((resolve) => {
      globalThis.EssentiaWASM({ locateFile: (file) => `${folder}/${file}` }).then((module) => {
        delete module.then;
        resolve(module);
      });
    });
    return new globalThis.Essentia(wasm);
  },
  columns(library, pcm, rate, network) {
    const columns = [];
    for (const start of starts(pcm, rate, network)) {
      const frame = library.arrayToVector(pcm.subarray(start, start + WINDOW));
      const windowed = library.Windowing(frame, true, WINDOW, "hann", 0, true).frame;
      const { spectrum } = library.Spectrum(windowed, WINDOW);
      const { bands } = library.MelBands(
        ...[spectrum, rate / 2, WINDOW / 2 + 1, true, 0, "unit_sum", network.nMels, rate, "power", MEL],
      );
      columns.push(...library.vectorToArray(bands));
      // Its vectors are in wasm memory, which only this frees.
      for (const vector of [frame, windowed, spectrum, bands]) vector.delete();
    }
    return Float32Array.from(columns);
  },
};

export const frontEnds = { Meyda: meyda, "essentia.js": essentia };
