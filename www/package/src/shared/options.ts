// The options that a browser and Node have in common, and how they are checked: an unknown name throws, so that a
// misspelt option is never ignored.

import type { Channel } from "./downmix.js";
import { SoundError } from "./errors.js";
import type { StreamOptions } from "./types.js";
import type { SoundWarning } from "./warnings.js";

/** Where a file comes from: its address, the response of a fetch, or its bytes. */
export type Source = URL | string | Response | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** The options of {@link Classifier.load} in both a browser and Node. */
export interface CommonLoadOptions {
  /** The ONNX model. Default: `everyday`, shipped with the package: 527 labels, free for commercial use. */
  model?: Source;
  /**
   * A head: a `*.head.json` made for exactly this model. Its labels replace those that they refine; all others stay.
   * Default: none.
   */
  head?: Source;
  /** Whether to use only the head's labels. Throws `config` without a head. Default: false. */
  headOnly?: boolean;
  /**
   * Called as the model arrives with the number of bytes so far, and the total if the server states it.
   * In the last call both are equal, unless loading fails.
   */
  onProgress?: (loadedBytes: number, totalBytes: number | undefined) => void;
  /** Stops loading with `aborted`. */
  signal?: AbortSignal;
}

/** Options of {@link Classifier.segments}. */
export interface SegmentOptions {
  /** Seconds from one segment to the next, rounded to whole steps of the model (0.5 s for everyday). Default: its own value. */
  hopSeconds?: number;
  /** How many categories each prediction has, best first: a whole number, at least 1. Default: all. */
  top?: number;
}

/** Options of {@link Classifier.classify}. */
export interface ClassifyOptions extends SegmentOptions {
  /** Stops waiting with `aborted`. */
  signal?: AbortSignal;
}

/** Options of `openRecording`. */
export interface RecordingOptions {
  /**
   * The channel to read, counted from 1, or a mix of all that neither cancels nor weakens what is in one of them.
   * Throws `audio-channels` for one that the recording lacks. Default: `"mix"`.
   */
  channel?: Channel;
}

/** Options of {@link Classifier.classify} for a recording. */
export interface ClassifyRecordingOptions extends ClassifyOptions, RecordingOptions {
  /** Called for what may explain the result, such as a recording that breaks off: once for each kind. */
  onWarning?: (warning: SoundWarning) => void;
  /** Called as the recording is processed, with the seconds done and the total, which is an estimate for some files. */
  onProgress?: (doneSeconds: number, totalSeconds: number) => void;
}

/** Options of the constructor of {@link Teacher} that a browser and Node share. */
export interface CommonTeacherOptions {
  /**
   * The model's statistics of everyday sounds: the address or the bytes of its background file. It is fetched at the first
   * `train()`. Default: that of `everyday`, shipped with the package.
   */
  background?: Source;
}

/** Options of {@link Teacher.add} and {@link Teacher.background}. */
export interface AddOptions {
  /**
   * Where the sound is from. Examples of one recording count together, and are left out together when the head is
   * evaluated, so takes that are independent need different names. Default: the name of the file, its path, or a new name.
   */
  recording?: string;
  /** Stops waiting with `aborted`; then nothing is added. */
  signal?: AbortSignal;
}

/** Options of {@link Teacher.train}. */
export interface TrainOptions {
  /** The head's name. Default: `taught`. */
  name?: string;
  /** Stops waiting with `aborted`. */
  signal?: AbortSignal;
}

export type Names<T> = readonly (keyof T & string)[];

export const COMMON_LOAD_OPTIONS: Names<CommonLoadOptions> = ["model", "head", "headOnly", "onProgress", "signal"];
export const STREAM_OPTIONS: Names<StreamOptions> = [
  "hopSeconds",
  "smoothingSeconds",
  "rejectionThreshold",
  "eventOn",
  "eventOff",
];
export const SEGMENT_OPTIONS: Names<SegmentOptions> = ["hopSeconds", "top"];
export const CLASSIFY_OPTIONS: Names<ClassifyOptions> = [...SEGMENT_OPTIONS, "signal"];
export const RECORDING_OPTIONS: Names<RecordingOptions> = ["channel"];
export const CLASSIFY_RECORDING_OPTIONS: Names<ClassifyRecordingOptions> = [
  ...CLASSIFY_OPTIONS,
  ...RECORDING_OPTIONS,
  "onProgress",
  "onWarning",
];

/** Throws `config` if `given` is not an object, has a name that is not in `known`, or a signal that is not one. */
export function checkNames(call: string, given: object, known: readonly string[]): void {
  const { signal } = Object(given) as { signal?: Partial<EventTarget> | null };
  // A signal from another realm is not an instance of this realm's class.
  if (Object(given) !== given || (signal && !signal.addEventListener)) {
    throw new SoundError("config", `${call}: expected options, with an AbortSignal as signal`);
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new SoundError("config", `${call}: unknown option "${name}"; known are ${known.join(", ")}`);
    }
  }
}

/** Returns the options. Throws `config` if `hopSeconds` is not a number, or `top` not a valid number of categories. */
export function checkSegments<T extends SegmentOptions>(options: T): T {
  const { hopSeconds, top } = options;
  checkFinite("hopSeconds", hopSeconds);
  if (top !== undefined && !(Number.isInteger(top) && top >= 1)) {
    throw new SoundError("config", `top: expected a whole number, at least 1, got ${String(top)}`);
  }
  return options;
}

/** Throws `config` for anything that names no channel. */
export function checkChannel(channel: Channel | undefined): void {
  if (channel === undefined || channel === "mix" || channel === "left" || channel === "right") return;
  if (Number.isInteger(channel) && channel >= 1) return;
  throw new SoundError("config", `channel: expected "mix", "left", "right" or a number from 1, got ${String(channel)}`);
}

/** Picks the stream's settings from `options`, without undefined ones. Throws `config` for what is not a finite number. */
export function streamSettings(options: StreamOptions): StreamOptions {
  const settings: StreamOptions = {};
  for (const name of STREAM_OPTIONS) {
    const value = options[name];
    checkFinite(name, value);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

function checkFinite(name: string, value: number | undefined): void {
  if (value === undefined || Number.isFinite(value)) return;
  throw new SoundError("config", `${name}: expected a finite number, got ${String(value)}`);
}
