// The options of the calls that a browser and Node have in common, and their check: an unknown name throws, so that
// a misspelt option is never silently the default.

import { SoundError } from "./errors.js";
import type { StreamOptions } from "./types.js";

/** Where a file comes from: its address, the answer of a fetch, or its bytes. */
export type Source = URL | string | Response | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** What {@link Classifier.load} takes in a browser and in Node alike. */
export interface CommonLoadOptions {
  /** The ONNX model. Default: `everyday`, shipped with the package: 527 labels, free for commercial use. */
  model?: Source;
  /**
   * A head, one `*.head.json` made for this very model: its labels take the place of those that they refine, all others
   * stay. Default: none.
   */
  head?: Source;
  /** Whether only the head's labels are answers; `config` without a head. Default: false. */
  headOnly?: boolean;
  /**
   * Called as the model arrives with the bytes so far, and how many there will be where the server says so.
   * The last call has both alike, unless the model cannot be had.
   */
  onProgress?: (loadedBytes: number, totalBytes: number | undefined) => void;
  /** Ends the loading with `aborted`. */
  signal?: AbortSignal;
}

/** Options of {@link Classifier.segments}. */
export interface SegmentOptions {
  /** Seconds from one segment to the next. Default: the model's own. */
  hopSeconds?: number;
  /** How many categories each prediction brings, best first: a whole number from 1 on. Default: all. */
  top?: number;
}

/** Options of {@link Classifier.classify}. */
export interface ClassifyOptions extends SegmentOptions {
  /** Gives the wait up with `aborted`. */
  signal?: AbortSignal;
}

/** Options of {@link Classifier.classify} on a recording that is a file. */
export interface ClassifyRecordingOptions extends ClassifyOptions {
  /** Called as the recording is processed, with the seconds so far and in all; the latter is an estimate for some files. */
  onProgress?: (doneSeconds: number, totalSeconds: number) => void;
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
export const CLASSIFY_RECORDING_OPTIONS: Names<ClassifyRecordingOptions> = [...CLASSIFY_OPTIONS, "onProgress"];

/** Throws `config` when `given` holds a name that is not in `known`. */
export function checkNames(call: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new SoundError("config", `${call}: unknown option "${name}"; known are ${known.join(", ")}`);
    }
  }
}

/** Throws `config` when `top` is no number of categories. */
export function checkTop(top: number | undefined): void {
  if (top !== undefined && !(Number.isInteger(top) && top >= 1)) {
    throw new SoundError("config", `top: expected a whole number from 1 on, got ${top}`);
  }
}

/** The stream's part of some options, without what was left out. */
export function streamSettings(options: StreamOptions): StreamOptions {
  const settings: StreamOptions = {};
  for (const name of STREAM_OPTIONS) {
    const value = options[name];
    if (value === undefined) continue;
    if (!Number.isFinite(value)) throw new SoundError("config", `${name}: expected a finite number, got ${value}`);
    settings[name] = value;
  }
  return settings;
}
