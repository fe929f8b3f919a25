// Classifier and SoundStream: thin covers over calls on the worker.

import { Engine, orAborted, type StreamOwner } from "./engine.js";
import { abortedError, SoundError } from "./errors.js";
import { fetchHead, fetchModel, fetchModule } from "./fetch.js";
import {
  CLASSIFY_OPTIONS,
  checkNames,
  type ClassifyOptions,
  LOAD_OPTIONS,
  type LoadOptions,
  STREAM_OPTIONS,
  type StreamOptions,
  streamSettings,
} from "./options.js";
import type { StreamUpdate } from "./protocol.js";
import type { Frame, ModelInfo, Prediction, Update } from "./types.js";

/** What a stream gives for the samples pushed. */
export interface StreamResult {
  updates: Update[];
  /** The log-mel columns that became ready, as in {@link Frame}. */
  columns: Frame["columns"];
}

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
    const { hopSeconds, signal } = options;
    return this.engine.call("classify", { pcm, sampleRate, hopSeconds }, { signal });
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

/** Sound pushed piece by piece; how it is cut does not change what comes out. */
export class SoundStream implements StreamOwner {
  readonly #engine: Engine;
  readonly #stream: number;
  #over: SoundError | undefined;

  /** @internal */
  static async open(engine: Engine, sampleRate: number, options: StreamOptions): Promise<SoundStream> {
    const stream = new SoundStream(engine);
    try {
      await engine.call("openStream", { stream: stream.#stream, sampleRate, settings: streamSettings(options) });
    } catch (thrown) {
      stream.close();
      throw thrown;
    }
    return stream;
  }

  private constructor(engine: Engine) {
    this.#engine = engine;
    this.#stream = engine.adopt(this);
  }

  /** Hears more mono samples; they are copied. */
  async push(pcm: Float32Array): Promise<StreamResult> {
    if (this.#over) throw this.#over;
    const { updates, columns } = await this.#engine.call("push", { stream: this.#stream, pcm });
    return { columns, updates: updates.map(toUpdate) };
  }

  /** The updates still inside; the stream is over after it. */
  async finish(): Promise<Update[]> {
    if (this.#over) throw this.#over;
    const updates = this.#engine.call("finish", { stream: this.#stream });
    this.#over = new SoundError("aborted", "the stream is finished");
    try {
      return (await updates).map(toUpdate);
    } finally {
      await this.#engine.release(this.#stream);
    }
  }

  /** Ends the stream without its last updates. May be called again. */
  close(): void {
    this.#over ??= new SoundError("aborted", "the stream is closed");
    void this.#engine.release(this.#stream);
  }

  /** @internal */
  notice(): void {}

  /** @internal */
  crashed(error: SoundError): void {
    this.#over ??= error;
    void this.#engine.release(this.#stream);
  }

  /** @internal */
  lost(error: SoundError): void {
    this.crashed(error);
  }

  /** @internal A fresh worker knows nothing of what this stream had heard: it stays over. */
  restarted(): void {}
}

/** Nothing is ever dropped where the caller pushes. */
function toUpdate(update: StreamUpdate): Update {
  return { ...update, dropped: 0 };
}
