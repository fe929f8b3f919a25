// The runtimes that run a network. Each has `start`, which fetches its files and makes it ready, and
// `open`, which takes a model file's bytes and returns what runs it: from a network's columns and its
// input to its outputs.

import { buildTfjs } from "./tfjs.mjs";

const NPM = "/node_modules";

/** Runs a file that is not a module. */
export function script(url) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${url} did not load`));
    document.head.append(element);
  });
}

/** Our module on one of its engines. */
const own = (engine, { glue, wasm }) => ({
  async start() {
    const module = await import(glue);
    await module.default({ module_or_path: wasm });
    return module;
  },
  async open({ WasmClassifier }, bytes) {
    const classifier = new WasmClassifier(bytes, undefined, undefined, engine);
    if (typeof classifier.logits !== "function") {
      throw new Error("the module has no `logits`; build it from this version with `cargo xtask wasm`");
    }
    return { classifier, run: (columns) => classifier.logits(columns) };
  },
});

const onnxruntime = {
  async start() {
    const ort = await import(`${NPM}/onnxruntime-web/dist/ort.wasm.min.mjs`);
    ort.env.wasm.wasmPaths = `${NPM}/onnxruntime-web/dist/`;
    ort.env.wasm.numThreads = 1;
    return ort;
  },
  async open(ort, bytes, { nMels, frames }) {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const [name, first] = [session.inputNames[0], session.outputNames[0]];
    return {
      async run(_columns, input) {
        const outputs = await session.run({ [name]: new ort.Tensor("float32", input, [1, 1, nMels, frames]) });
        return outputs[first].data;
      },
    };
  },
};

const tensorflow = {
  async start() {
    await script(`${NPM}/@tensorflow/tfjs-core/dist/tf-core.min.js`);
    await script(`${NPM}/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
    const { tf } = globalThis;
    tf.wasm.setWasmPaths(`${NPM}/@tensorflow/tfjs-backend-wasm/dist/`);
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    if (!(await tf.setBackend("wasm"))) throw new Error("tfjs has no wasm backend");
    await tf.ready();
    return tf;
  },
  async open(tf, _bytes, network) {
    const run = buildTfjs(tf, network);
    return { run: (_columns, input) => run(input) };
  },
};

/** Only started: it reads TensorFlow Lite models of one kind, and none comes with the package. */
const mediapipe = {
  async start() {
    await import(`${NPM}/@mediapipe/tasks-audio/audio_bundle.mjs`);
    const folder = `${NPM}/@mediapipe/tasks-audio/wasm`;
    await script(`${folder}/audio_wasm_internal.js`);
    return globalThis.ModuleFactory({ locateFile: (file) => `${folder}/${file}` });
  },
};

/** All by name, ours first: the build that a browser with relaxed SIMD takes, then our others. */
export const runtimes = ({ lean, plain, general }) => ({
  "sourcing-sound": own("lean", lean),
  ...(plain && { plain: own("lean", plain) }),
  tract: own("general", general),
  "onnxruntime-web": onnxruntime,
  tfjs: tensorflow,
  mediapipe,
});
