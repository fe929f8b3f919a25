// What the package returns. Times are in seconds, scores from 0 to 1, levels in dBFS.

import type { Channel } from "./downmix.js";
import type { Group, SoundEvent, TeachReport } from "./model.js";
import type { SoundWarning } from "./warnings.js";

export type {
  Group,
  ModelInfo,
  SoundEvent,
  SoundExample,
  SoundShare,
  StreamOptions,
  TaughtLabel,
  TeachFinding,
  TeachReport,
} from "./model.js";

/** One label of the model and its score. */
export interface Category {
  /** The model's own name, such as `dog_bark`. */
  label: string;
  /** 0 to 1. */
  score: number;
  /** Position among the classifier's labels. */
  index: number;
  /** Where the label comes from: the head, or the model under it. Always `base` without a head. */
  source: "head" | "base";
  /** Name of the group that the label belongs to; `undefined` if the model has no groups. */
  group: string | undefined;
}

/** A group with its score: the highest score of its labels. */
export interface GroupScore extends Group {
  /** 0 to 1. */
  score: number;
}

/** The scores of one segment of a recording. */
export interface Prediction {
  /** Seconds from the recording's first sample. */
  start: number;
  end: number;
  /** Every label, best first; a specific label comes before its general one if it is recognised and has a quarter of its score. */
  categories: Category[];
  /** Every group, best first; empty if the model has none. */
  groups: GroupScore[];
  /** True if no label fits: no score reaches the model's threshold. */
  rejected: boolean;
}

/** The network's output for one window of a recording. */
export interface Embedding {
  /** Seconds from the recording's first sample. */
  start: number;
  /** `info.embeddingSize` values. */
  embedding: Float32Array;
}

/** A trained head, and how well it does. */
export interface Taught {
  /** The bytes of `NAME.sound.json`: a head for the model, which also holds the examples, without their audio. */
  head: Uint8Array<ArrayBuffer>;
  report: TeachReport;
}

/** What a recording in pieces returns for the samples pushed. */
export interface SegmentResult {
  /** The predictions for the segments completed by these samples. */
  predictions: Prediction[];
  /** The log-mel columns completed by these samples, as in {@link Frame}. */
  columns: Float32Array<ArrayBuffer>;
}

/** What a stream reports at every hop. */
export interface Update {
  /** Seconds of sound processed so far; pauses do not count. */
  time: number;
  /** Every label, in the order of {@link Prediction}; the scores are smoothed over time. */
  categories: Category[];
  /** Every group, best first; empty if the model has none. */
  groups: GroupScore[];
  /** True if no label fits. */
  rejected: boolean;
  /** Events that began, continued or ended at this hop. */
  events: SoundEvent[];
  /** Samples lost since listening began, because the worker fell behind or crashed. */
  dropped: number;
}

/** Loudness of a stretch of sound in dBFS; digital silence is `-Infinity`. */
export interface Level {
  rms: number;
  peak: number;
}

/** What a level meter and a rolling spectrogram need, a few dozen times a second. */
export interface Frame {
  /** Seconds of sound processed so far; pauses do not count. */
  time: number;
  level: Level;
  /**
   * The log-mel columns completed since the last frame, one after another, each with `nMels` values, lowest band first,
   * in the unit of `info.logScale`.
   */
  columns: Float32Array<ArrayBuffer>;
  /** Samples lost since listening began, because the worker fell behind or crashed. */
  dropped: number;
}

/** Mono samples and their rate. */
export interface Recording {
  pcm: Float32Array<ArrayBuffer>;
  /** Samples per second. */
  sampleRate: number;
}

/** A recording that is read piece by piece, at its own sample rate. */
export interface RecordingReader {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Seconds; an estimate for files that do not state it. */
  readonly duration: number;
  /** How many channels the file has. */
  readonly channels: number;
  /** Warnings about the part that has been read so far; each kind at most once. */
  readonly warnings: readonly SoundWarning[];
  /**
   * The channels mixed down to one, or the channel asked for, starting at `from` (seconds, default 0), in pieces of up to
   * 65,536 samples. Ends where a file breaks off, which is then in `warnings`; throws `audio-damaged` only if nothing can be
   * read, `aborted` once the reader is closed, and `config` for wrong options. When aborted, throws the signal's reason.
   */
  pieces(options?: { from?: number; signal?: AbortSignal | undefined }): AsyncIterable<Float32Array<ArrayBuffer>>;
  /** Releases the file. */
  close(): void;
}

/** @internal How a recording is opened. */
export interface OpenAs {
  /** To be read in one piece. */
  whole?: ReadWhole | undefined;
  channel?: Channel | undefined;
  onWarning?: ((warning: SoundWarning) => void) | undefined;
}

/** @internal Asks for a recording in one piece. */
export interface ReadWhole {
  signal?: AbortSignal | undefined;
}
