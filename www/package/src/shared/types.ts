// What the package hands out. Times are in seconds, scores in 0..=1, levels in dBFS.

/** One label of the model and its score. */
export interface Category {
  /** The model's own name, such as `dog_bark`. */
  label: string;
  /** 0 to 1. */
  score: number;
  /** Position among the classifier's labels. */
  index: number;
  /** Whose label it is: the head's, or that of the model below it. `base` without a head. */
  source: "head" | "base";
  /** Name of the group that the label belongs to; `undefined` where the model has no groups. */
  group: string | undefined;
}

/** A plain kind of sound that several labels belong to, such as "Cat". */
export interface Group {
  name: string;
  /** A stable name for its picture, such as `cat`. */
  icon: string;
}

/** The group's score: that of its strongest label. */
export interface GroupScore extends Group {
  /** 0 to 1. */
  score: number;
}

/** The scores of one segment of a recording. */
export interface Prediction {
  /** Seconds from the recording's first sample. */
  start: number;
  end: number;
  /** Every label, best first; a general label never comes before a more precise one that was recognised. */
  categories: Category[];
  /** Every group, best first; empty where the model has none. */
  groups: GroupScore[];
  /** True when it is none of the labels: no score reaches the model's threshold. */
  rejected: boolean;
}

/** What a recording in pieces gives for the samples pushed. */
export interface SegmentResult {
  /** The segments that became complete. */
  predictions: Prediction[];
  /** The log-mel columns that became ready, as in {@link Frame}. */
  columns: Float32Array<ArrayBuffer>;
}

/** A sound with its beginning and end. */
export interface SoundEvent {
  label: string;
  /** Seconds since the stream began. */
  onset: number;
  /** `null` while the sound goes on. */
  offset: number | null;
  /** Highest score so far, 0 to 1. */
  score: number;
}

/** What a stream says at every hop. */
export interface Update {
  /** Seconds of sound processed so far; pauses do not count. */
  time: number;
  /** Every label in the order of {@link Prediction}; scores are smoothed over time. */
  categories: Category[];
  /** Every group, best first; empty where the model has none. */
  groups: GroupScore[];
  /** True when it is none of the labels. */
  rejected: boolean;
  /** Events that began, went on or ended at this hop. */
  events: SoundEvent[];
  /** Samples lost since listening began because the worker fell behind. */
  dropped: number;
}

/** How a stream decides. Each default is the model's own value. */
export interface StreamOptions {
  /** Seconds from one update to the next. */
  hopSeconds?: number;
  /** Seconds over which scores are averaged. */
  smoothingSeconds?: number;
  /** Score, 0 to 1, that some label must reach not to be rejected. */
  rejectionThreshold?: number;
  /** Score, 0 to 1, from which a sound begins an event, and below which it ends it. */
  eventOn?: number;
  eventOff?: number;
}

/** Loudness of a stretch of sound in dBFS; digital silence is `-Infinity`. */
export interface Level {
  rms: number;
  peak: number;
}

/** A few dozen times a second: what a meter and a rolling spectrogram need. */
export interface Frame {
  /** Seconds of sound processed so far; pauses do not count. */
  time: number;
  level: Level;
  /**
   * The log-mel columns that became ready, frame after frame, `nMels` values each, lowest band first, in the unit
   * of `info.logScale`.
   */
  columns: Float32Array<ArrayBuffer>;
  /** Samples lost since listening began because the worker fell behind. */
  dropped: number;
}

/** Mono sound and its rate. */
export interface Recording {
  pcm: Float32Array<ArrayBuffer>;
  /** Samples per second. */
  sampleRate: number;
}

/** A recording that is read piece by piece, at its own rate. */
export interface RecordingReader {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Seconds; an estimate for files that do not say it. */
  readonly duration: number;
  /**
   * The mean of the channels from `from` on (seconds, default 0), in pieces of up to 65,536 samples. Throws
   * `audio-damaged` where the file breaks off, after all that could be read; the signal's reason when it is aborted.
   */
  pieces(options?: { from?: number; signal?: AbortSignal }): AsyncIterable<Float32Array<ArrayBuffer>>;
  /** Lets go of the file. */
  close(): void;
}

/** What a model file says about itself; with a head, what the head says about its labels and the base about its sound. */
export interface ModelInfo {
  name: string;
  /** Name of the model under a head; without a head the same as `name`. */
  base: string;
  /** SHA-256 of the model file's bytes, 64 lower-case hexadecimal digits. */
  sha256: string;
  description: string;
  /** With a head its labels, then those of the model below it that they do not refine. */
  labels: string[];
  /** How many of the first labels are the head's; 0 without a head. */
  headLabels: number;
  /** Empty where the model has no groups. */
  groups: Group[];
  /** For each label the position of its group in `groups`; empty where the model has no groups. */
  labelGroups: number[];
  /** Values of the embedding that heads use, or `null` for a model without one. */
  embeddingSize: number | null;
  /** Hz at which the features are computed; input of any other rate is resampled. */
  sampleRate: number;
  nFft: number;
  /** Samples at `sampleRate` from one log-mel column to the next. */
  hopLength: number;
  nMels: number;
  melScale: "slaney" | "htk" | "kaldi";
  /** Hz of the lowest band's lower edge. */
  fMin: number;
  /** Hz of the highest band's upper edge. */
  fMax: number;
  /** Unit of log-mel values: decibel, or the natural logarithm. */
  logScale: "decibel" | "natural";
  /** A log-mel value in digital silence, in the unit of `logScale`. */
  silentValue: number;
  /** What the model is given at a time, in seconds and in columns. */
  segmentSeconds: number;
  segmentFrames: number;
  /** Seconds from one prediction to the next. */
  hopSeconds: number;
  rejectionThreshold: number;
  smoothingSeconds: number;
  /** Smoothed scores, 0 to 1, from which a sound begins an event, and below which it ends it. */
  eventOn: number;
  eventOff: number;
  trainingData: string;
  folds: string;
  accuracy: string;
  licence: string;
}
