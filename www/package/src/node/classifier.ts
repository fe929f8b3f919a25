// The classifier in Node, with the same wasm module and model as in the browser.

import { BaseClassifier } from "../shared/base-classifier.js";
import { Engine } from "../shared/engine.js";
import { abortedError } from "../shared/errors.js";
import { decoding } from "./decoding.js";
import { ownFile, readHead, readModel, readModule, recordingBlob } from "./files.js";
import { NodeWorker } from "./node-worker.js";
import { checkNames, type ClassifyRecordingOptions, COMMON_LOAD_OPTIONS, type CommonLoadOptions } from "../shared/options.js";
import type { AudioFile } from "../shared/input.js";
import { classifyPieces } from "../recordings/classify.js";
import { openFile } from "../recordings/open.js";
import { hasRelaxedSimd } from "../shared/simd.js";
import type { OpenAs, Prediction, Recording, RecordingReader } from "../shared/types.js";

/** A recording in Node: its path, its `file:` address, or the file itself. */
export type NodeRecording = string | URL | AudioFile;

/** Options of {@link Classifier.load} in Node, where a string is a path or an `http:` address. */
export interface NodeLoadOptions extends CommonLoadOptions {}

/**
 * A model that is ready in its own thread. Pending calls keep the process alive; an idle classifier does not.
 * It takes recordings in the formats of the command line, and samples.
 */
export class Classifier extends BaseClassifier<NodeRecording> {
  /**
   * Loads the model and the head, if one is given, and starts the thread.
   * Throws `model-fetch`, `wasm-fetch`, `worker-crashed`, `aborted`, and the core's codes for a model or a head that it
   * refuses, such as `head-mismatch`.
   */
  static async load(options: NodeLoadOptions = {}): Promise<Classifier> {
    checkNames("Classifier.load", options, COMMON_LOAD_OPTIONS);
    const { signal, onProgress, headOnly = false } = options;
    if (signal?.aborted) throw abortedError(signal);
    const [module, model, head] = await Promise.all([
      readModule(ownModule()),
      readModel(options.model ?? ownFile(new URL("./models/everyday.onnx", import.meta.url)), signal, onProgress),
      options.head === undefined ? undefined : readHead(options.head, signal),
    ]);
    const script = ownFile(new URL("./sourcing-sound-worker.js", import.meta.url));
    const generalModule = () => readModule(ownFile(new URL("./sourcing-sound-general.wasm", import.meta.url)));
    const newWorker = () => new NodeWorker(script);
    return new Classifier(await Engine.start({ module, generalModule, model, head, headOnly, newWorker }, signal));
  }

  /** Use {@link Classifier.load}. */
  private constructor(engine: Engine) {
    super(engine);
  }

  /** @internal */
  override async open(recording: NodeRecording, as: OpenAs): Promise<Recording | RecordingReader> {
    return openFile(await recordingBlob(recording), as, decoding);
  }

  /** @internal */
  protected override classifyPieces(reader: RecordingReader, options: ClassifyRecordingOptions): Promise<Prediction[]> {
    return classifyPieces(this.engine, reader, options);
  }
}

/** The faster build of the wasm module if this Node runs it, else the one that runs everywhere. */
function ownModule(): ReturnType<typeof ownFile> {
  const faster = () => ownFile(new URL("./sourcing-sound-relaxed.wasm", import.meta.url));
  const everywhere = () => ownFile(new URL("./sourcing-sound.wasm", import.meta.url));
  return hasRelaxedSimd() ? faster() : everywhere();
}
