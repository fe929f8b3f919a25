/// <reference lib="esnext.disposable" preserve="true" />
// What a classifier does in a browser and in Node alike: thin covers over
// calls on the worker.

import { disposable } from "./closing.js";
import type { Engine } from "./engine.js";
import { abortedError, SoundError } from "./errors.js";
import {
  CLASSIFY_OPTIONS,
  CLASSIFY_RECORDING_OPTIONS,
  checkNames,
  checkTop,
  type ClassifyOptions,
  type ClassifyRecordingOptions,
  SEGMENT_OPTIONS,
  type SegmentOptions,
  STREAM_OPTIONS,
} from "./options.js";
import { isSamples, type Samples, toFloat32 } from "./input.js";
import { SegmentStream, SoundStream } from "./streams.js";
import type { Frame, ModelInfo, Prediction, Recording, RecordingReader, StreamOptions } from "./types.js";

/** What {@link Classifier} is made of in a browser and in Node alike. `R`: the recordings that it reads. */
export abstract class BaseClassifier<R> {
  /** @internal */
  readonly engine: Engine;

  /** Ends it: `using classifier = await Classifier.load()`. */
  declare [Symbol.dispose]: () => void;

  static {
    disposable(this);
  }

  /** @internal */
  protected constructor(engine: Engine) {
    this.engine = engine;
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
  classify(pcm: Samples, sampleRate: number, options?: ClassifyOptions): Promise<Prediction[]>;
  /**
   * A prediction for each segment of a recording, which is read piece by piece and mixed to one channel.
   * Throws `audio-format` where it cannot be decoded, `audio-damaged` where it breaks off, `audio-read` where it
   * cannot be read, `audio-empty`, `audio-too-long`, `audio-too-short`.
   */
  classify(recording: R, options?: ClassifyRecordingOptions): Promise<Prediction[]>;
  async classify(
    sound: Samples | R,
    second?: number | ClassifyRecordingOptions,
    third: ClassifyOptions = {},
  ): Promise<Prediction[]> {
    if (isSamples(sound)) {
      if (typeof second !== "number") {
        throw new SoundError("audio-rate", "classify: these are samples; say at how many a second");
      }
      return this.#classifySamples(toFloat32(sound), second, third);
    }
    const options = second ?? {};
    if (typeof options !== "object") throw new SoundError("config", "classify: a recording has a sample rate of its own");
    checkNames("classify", options, CLASSIFY_RECORDING_OPTIONS);
    const { onProgress, ...rest } = options;
    const recording = await this.open(sound);
    if ("pcm" in recording) return this.#classifySamples(recording.pcm, recording.sampleRate, rest);
    try {
      return await this.#classifyPieces(recording, options);
    } finally {
      recording.close();
    }
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
  async logMel(pcm: Samples, sampleRate: number): Promise<Frame["columns"]> {
    return this.engine.call("logMel", { pcm: toFloat32(pcm), sampleRate });
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

  /** @internal Samples where they are at hand, otherwise a reader. */
  protected abstract open(recording: R): Promise<Recording | RecordingReader>;

  async #classifySamples(pcm: Float32Array, sampleRate: number, options: ClassifyOptions): Promise<Prediction[]> {
    checkNames("classify", options, CLASSIFY_OPTIONS);
    const { hopSeconds, top, signal } = options;
    checkTop(top);
    return this.engine.call("classify", { pcm, sampleRate, hopSeconds, top }, { signal });
  }

  /** While one piece is processed the next is decoded. */
  async #classifyPieces(reader: RecordingReader, options: ClassifyRecordingOptions): Promise<Prediction[]> {
    const { signal, onProgress, hopSeconds, top } = options;
    checkTop(top);
    const segments = await SegmentStream.open(this.engine, { sampleRate: reader.sampleRate, hopSeconds, top });
    const predictions: Prediction[] = [];
    let samples = 0;
    const run = async (piece: Float32Array) => {
      predictions.push(...(await segments.push(piece)).predictions);
      samples += piece.length;
      const done = samples / reader.sampleRate;
      onProgress?.(done, Math.max(done, reader.duration));
    };
    try {
      let processing = Promise.resolve();
      for await (const piece of reader.pieces(signal ? { signal } : {})) {
        await processing;
        processing = run(piece);
        // Awaited with the next piece; until then it must not count as unhandled.
        processing.catch(() => undefined);
      }
      await processing;
      predictions.push(...(await segments.finish()));
      signal?.throwIfAborted();
      return predictions;
    } catch (thrown) {
      if (signal?.aborted) throw abortedError(signal);
      throw thrown;
    } finally {
      segments.close();
    }
  }
}
