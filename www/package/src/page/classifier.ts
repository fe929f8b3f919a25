// The classifier in the browser, with its worker and its files next to this script.

import { BaseClassifier } from "../shared/base-classifier.js";
import { assetUrl, givenUrl } from "./asset-url.js";
import { Engine, orAborted } from "../shared/engine.js";
import { abortedError, SoundError } from "../shared/errors.js";
import { fetchHead, fetchModel, fetchModule } from "../shared/fetch.js";
import type { AudioFile } from "../shared/input.js";
import {
  checkNames,
  type ClassifyRecordingOptions,
  COMMON_LOAD_OPTIONS,
  type CommonLoadOptions,
  type Names,
  type Source,
} from "../shared/options.js";
import { hasRelaxedSimd } from "../shared/simd.js";
import { moduleWorker } from "./module-worker.js";
import { loadReader, openAs } from "./recording.js";
import type { OpenAs, Prediction, Recording, RecordingReader } from "../shared/types.js";
import { workerLife } from "./worker-life.js";

/** Options of `Classifier.load`. */
export interface LoadOptions extends CommonLoadOptions {
  /** The wasm module, or its address or bytes. Default: the faster of those shipped with the package that runs here. */
  wasm?: Source | WebAssembly.Module;
  /**
   * The module with the general engine, fetched only for a model that the first one does not run. Default: the one shipped
   * with the package.
   */
  generalWasm?: Source | WebAssembly.Module;
  /**
   * Address of the worker's script. One of another origin must allow it (CORS), and the page's policy must allow `blob:` as
   * a worker. Default: the one shipped with the package.
   */
  worker?: URL | string;
}

export const LOAD_OPTIONS: Names<LoadOptions> = [...COMMON_LOAD_OPTIONS, "wasm", "generalWasm", "worker"];

/** A model that is ready in its own worker. */
export class Classifier extends BaseClassifier<AudioFile | AudioBuffer> {
  /**
   * Loads the wasm module, the model and the head, if one is given, and starts the worker.
   * Throws `wasm-fetch`, `model-fetch`, `unsupported`, `worker-crashed`, `aborted`, and the core's codes for a model or a
   * head that it refuses, such as `head-mismatch`.
   */
  static async load(options: LoadOptions = {}): Promise<Classifier> {
    checkNames("Classifier.load", options, LOAD_OPTIONS);
    const { signal, onProgress, headOnly = false, wasm, generalWasm } = options;
    if (signal?.aborted) throw abortedError(signal);
    if (typeof Worker === "undefined") {
      throw new SoundError("unsupported", "there are no workers here; in Node, import sourcing-sound/node");
    }
    const [module, model, head, worker] = await Promise.all([
      wasm === undefined ? ownModule(signal) : fetchModule(wasm, signal),
      modelAddress(options.model).then((source) => fetchModel(source, signal, onProgress)),
      options.head === undefined ? undefined : givenUrl(options.head).then((source) => fetchHead(source, signal)),
      options.worker ?? assetUrl(new URL("./sourcing-sound-worker.js", import.meta.url)),
    ]);
    const generalModule = async (signal: AbortSignal | undefined) =>
      generalWasm === undefined
        ? shippedModule(await assetUrl(new URL("./sourcing-sound-general.wasm", import.meta.url)), signal)
        : fetchModule(generalWasm, signal);
    const newWorker = () => moduleWorker(worker);
    const assets = { module, generalModule, model, head, headOnly, newWorker, life: workerLife };
    return new Classifier(await Engine.start(assets, signal));
  }

  /** Use {@link Classifier.load}. */
  private constructor(engine: Engine) {
    super(engine);
  }

  /** @internal */
  override async open(recording: AudioFile | AudioBuffer, as: OpenAs): Promise<Recording | RecordingReader> {
    // AudioBuffer does not exist in workers.
    if (typeof AudioBuffer !== "undefined" && recording instanceof AudioBuffer) {
      return (await loadReader()).openBuffer(recording, as);
    }
    return openAs(recording as AudioFile, as);
  }

  /** @internal */
  protected override async classifyPieces(reader: RecordingReader, options: ClassifyRecordingOptions): Promise<Prediction[]> {
    return (await loadReader()).classifyPieces(this.engine, reader, options);
  }
}

async function modelAddress(given: Source | undefined): Promise<Source> {
  return given === undefined ? assetUrl(new URL("./models/everyday.onnx", import.meta.url)) : givenUrl(given);
}

/** The package's own modules by their addresses. */
const shipped = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The faster build of the module if the browser runs it, else the one that runs everywhere. The latter also replaces a faster one
 * that cannot be fetched: a host may lack the file, and a service worker may have cached the site before the browser learned to
 * run it.
 */
async function ownModule(signal: AbortSignal | undefined): Promise<WebAssembly.Module> {
  const everywhere = async () => shippedModule(await assetUrl(new URL("./sourcing-sound.wasm", import.meta.url)), signal);
  if (!hasRelaxedSimd()) return everywhere();
  const faster = await assetUrl(new URL("./sourcing-sound-relaxed.wasm", import.meta.url));
  return shippedModule(faster, signal).catch(everywhere);
}

/** A module of the package, fetched and compiled once for all classifiers. After a failure, the next call tries again. */
function shippedModule({ href }: URL, signal: AbortSignal | undefined): Promise<WebAssembly.Module> {
  if (signal?.aborted) return Promise.reject(abortedError(signal));
  const module = shipped.get(href) ?? fetchModule(href);
  shipped.set(href, module);
  module.catch(() => shipped.delete(href));
  return orAborted(module, signal);
}
