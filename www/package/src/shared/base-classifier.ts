/// <reference lib="esnext.disposable" preserve="true" />
// What a classifier does both in a browser and in Node: thin wrappers around
// calls to the worker.

import { disposable } from "./closing.js";
import { type Engine, orAborted } from "./engine.js";
import { abortedError } from "./errors.js";
import {
  CLASSIFY_OPTIONS,
  CLASSIFY_RECORDING_OPTIONS,
  checkChannel,
  checkNames,
  checkSegments,
  type ClassifyOptions,
  type ClassifyRecordingOptions,
  SEGMENT_OPTIONS,
  type SegmentOptions,
  STREAM_OPTIONS,
} from "./options.js";
import { isSamples, type Samples, toFloat32 } from "./input.js";
import { SegmentStream, SoundStream } from "./streams.js";
import type { Embedding, Frame, ModelInfo, OpenAs, Prediction, Recording, RecordingReader, StreamOptions } from "./types.js";

/** The part of {@link Classifier} that a browser and Node share. `R` is what it accepts as a recording. */
export abstract class BaseClassifier<R> {
  /** @internal */
  readonly engine: Engine;

  /** Closes it at the end of the block: `using classifier = await Classifier.load()`. */
  declare [Symbol.dispose]: () => void;

  static {
    disposable(this);
  }

  /** @internal */
  protected constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The model's description. */
  get info(): ModelInfo {
    return this.engine.info;
  }

  /** The model's labels. A category's `index` is a position in this list. */
  get labels(): readonly string[] {
    return this.engine.info.labels;
  }

  /**
   * Returns a prediction for each segment of a mono recording; a recording shorter than a segment has one. `pcm` is copied.
   * `sampleRate` is in Hz and has no default.
   */
  classify(pcm: Samples, sampleRate: number, options?: ClassifyOptions): Promise<Prediction[]>;
  /**
   * Returns a prediction for each segment of a recording, which is read piece by piece and mixed down to one channel. One that is
   * cut off or damaged is classified as far as it can be read, and `onWarning` is called.
   * Throws `audio-format` if it cannot be decoded, `audio-damaged` if no part of it can be, `audio-read` if it cannot be
   * read, and `audio-channels`, `audio-empty` or `audio-too-short`.
   */
  classify(recording: R, options?: ClassifyRecordingOptions): Promise<Prediction[]>;
  async classify(
    input: Samples | R,
    second?: number | ClassifyRecordingOptions,
    third: ClassifyOptions = {},
  ): Promise<Prediction[]> {
    if (isSamples(input) || typeof second === "number") {
      return this.#classifySamples(toFloat32(input as Samples), second as number, third);
    }
    const options = second ?? {};
    checkNames("classify", options, CLASSIFY_RECORDING_OPTIONS);
    checkChannel(options.channel);
    if (options.signal?.aborted) throw abortedError(options.signal);
    return orAborted(this.#classifyRecording(input, options), options.signal);
  }

  /**
   * Opens a recording that arrives in pieces. The predictions are those of {@link classify} on the whole recording, but take
   * little memory, no matter how long it is. `sampleRate` is in Hz and has no default.
   */
  async segments(sampleRate: number, options: SegmentOptions = {}): Promise<SegmentStream> {
    checkNames("segments", options, SEGMENT_OPTIONS);
    const { hopSeconds, top } = checkSegments(options);
    return SegmentStream.open(this.engine, { sampleRate, hopSeconds, top });
  }

  /**
   * Returns the log-mel columns of a mono recording one after another, each with `info.nMels` values in the unit of
   * `info.logScale`.
   */
  async logMel(pcm: Samples, sampleRate: number): Promise<Frame["columns"]> {
    return this.engine.call("logMel", { pcm: toFloat32(pcm), sampleRate });
  }

  /**
   * Returns the network's outputs for each window of a mono recording, in the form that heads use. `sampleRate` is in Hz and has
   * no default. Throws `config` for a model without an embedding.
   */
  embed(pcm: Samples, sampleRate: number): Promise<Embedding[]>;
  /** Does the same for a recording, which is read in one piece. Throws `limit` for more than an hour. */
  embed(recording: R): Promise<Embedding[]>;
  async embed(input: Samples | R, sampleRate?: number): Promise<Embedding[]> {
    const recording = isSamples(input) ? { pcm: toFloat32(input), sampleRate: sampleRate! } : await this.open(input, { whole: {} });
    return this.engine.call("embed", recording as Recording);
  }

  /** Opens a stream for sound that arrives piece by piece. `sampleRate` is in Hz and has no default. */
  async stream(sampleRate: number, options: StreamOptions = {}): Promise<SoundStream> {
    checkNames("stream", options, STREAM_OPTIONS);
    return SoundStream.open(this.engine, sampleRate, options);
  }

  /** Ends the worker and rejects pending calls with `aborted`. Calling it again does nothing. */
  close(): void {
    this.engine.close();
  }

  /** @internal Samples if they are already in memory, or if the recording is to be read in one piece, otherwise a reader. */
  abstract open(recording: R, as: OpenAs): Promise<Recording | RecordingReader>;

  /** @internal */
  protected abstract classifyPieces(reader: RecordingReader, options: ClassifyRecordingOptions): Promise<Prediction[]>;

  async #classifyRecording(input: R, options: ClassifyRecordingOptions): Promise<Prediction[]> {
    const { onProgress, onWarning, channel, ...rest } = options;
    const recording = await this.open(input, { channel, onWarning });
    if ("pcm" in recording) return this.#classifySamples(recording.pcm, recording.sampleRate, rest);
    try {
      return await this.classifyPieces(recording, options);
    } finally {
      recording.close();
    }
  }

  async #classifySamples(pcm: Recording["pcm"], sampleRate: number, options: ClassifyOptions): Promise<Prediction[]> {
    checkNames("classify", options, CLASSIFY_OPTIONS);
    const { hopSeconds, top, signal } = checkSegments(options);
    return this.engine.call("classify", { pcm, sampleRate, hopSeconds, top }, { signal });
  }
}
