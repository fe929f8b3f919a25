// Classifier: a thin cover over calls on the worker.

import { Engine, orAborted } from "./engine.js";
import { abortedError } from "./errors.js";
import { fetchHead, fetchModel, fetchModule } from "./fetch.js";
import {
  CLASSIFY_OPTIONS,
  checkNames,
  checkTop,
  type ClassifyOptions,
  LOAD_OPTIONS,
  type LoadOptions,
  SEGMENT_OPTIONS,
  type SegmentOptions,
  STREAM_OPTIONS,
  type StreamOptions,
} from "./options.js";
import { SegmentStream, SoundStream } from "./streams.js";
import type { Frame, ModelInfo, Prediction } from "./types.js";

/** A model, ready in a worker of its own. */
export class Classifier {
  /** @internal */
  readonly engine: Engine;

  /** Use {@link Classifier.load}. */
  private constructor(engine: Engine) {
    this.engine = engine;
  }

  /**
   * Loads the wasm module, the model and its head, if one is given, and starts the worker.
   * Throws `wasm-fetch`, `model-fetch`, `unsupported`, `aborted`, and the core's codes for a model or a head
   * that it refuses, such as `head-mismatch`.
   */
  static async load(options: LoadOptions = {}): Promise<Classifier> {
    checkNames("Classifier.load", options, LOAD_OPTIONS);
    const { signal, onProgress } = options;
    if (signal?.aborted) throw abortedError(signal);
    const [module, model, head] = await Promise.all([
      options.wasm === undefined ? shippedModule(signal) : fetchModule(options.wasm, signal),
      fetchModel(options.model ?? new URL("./model.onnx", import.meta.url), signal, onProgress),
      options.head === undefined ? undefined : fetchHead(options.head, signal),
    ]);
    return new Classifier(await Engine.start({ module, model, head, worker: options.worker }, signal));
  }

  /** What the model says about itself. */
  get info(): ModelInfo {
    return this.engine.info;
  }

  /** The model's labels; a category's `index` counts in this list. */
  get labels(): readonly string[] {
    return this.engine.info.labels;
  }

  /**
   * A prediction for each segment of a mono recording; one shorter than a segment gives one.
   * `pcm` is copied, `sampleRate` is in Hz and has no default.
   */
  async classify(pcm: Float32Array, sampleRate: number, options: ClassifyOptions = {}): Promise<Prediction[]> {
    checkNames("classify", options, CLASSIFY_OPTIONS);
    const { hopSeconds, top, signal } = options;
    checkTop(top);
    return this.engine.call("classify", { pcm, sampleRate, hopSeconds, top }, { signal });
  }

  /**
   * A recording that arrives in pieces: the predictions of {@link classify} on the whole of it, in little memory however
   * long it is. `sampleRate` is in Hz and has no default.
   */
  async segments(sampleRate: number, options: SegmentOptions = {}): Promise<SegmentStream> {
    checkNames("segments", options, SEGMENT_OPTIONS);
    const { hopSeconds, top } = options;
    checkTop(top);
    return SegmentStream.open(this.engine, { sampleRate, hopSeconds, top });
  }

  /** The log-mel columns of a mono recording, frame after frame, `info.nMels` values each in the unit of `info.logScale`. */
  async logMel(pcm: Float32Array, sampleRate: number): Promise<Frame["columns"]> {
    return this.engine.call("logMel", { pcm, sampleRate });
  }

  /** A stream for sound that arrives piece by piece. `sampleRate` is in Hz and has no default. */
  async stream(sampleRate: number, options: StreamOptions = {}): Promise<SoundStream> {
    checkNames("stream", options, STREAM_OPTIONS);
    return SoundStream.open(this.engine, sampleRate, options);
  }

  /** Ends the worker. Calls still waiting are rejected with `aborted`. May be called again. */
  close(): void {
    this.engine.close();
  }
}

let shipped: Promise<WebAssembly.Module> | undefined;

/** The package's own module, fetched and compiled once for all classifiers; after a failure it is tried again. */
function shippedModule(signal: AbortSignal | undefined): Promise<WebAssembly.Module> {
  shipped ??= fetchModule(new URL("../wasm/sourcing_sound_bg.wasm", import.meta.url)).catch((thrown: unknown) => {
    shipped = undefined;
    throw thrown;
  });
  return signal ? orAborted(shipped, signal) : shipped;
}
