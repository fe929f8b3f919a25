// What the package returns. Times are in seconds, scores from 0 to 1, levels in dBFS.

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

/** A broad kind of sound that several labels belong to, such as "Cat". */
export interface Group {
  name: string;
  /** A stable name for its icon, such as `cat`. */
  icon: string;
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
  /** Every label, best first; a general label never comes before a more specific one that was recognised. */
  categories: Category[];
  /** Every group, best first; empty if the model has none. */
  groups: GroupScore[];
  /** True if no label fits: no score reaches the model's threshold. */
  rejected: boolean;
}

/** What a recording in pieces returns for the samples pushed. */
export interface SegmentResult {
  /** The predictions for the segments completed by these samples. */
  predictions: Prediction[];
  /** The log-mel columns completed by these samples, as in {@link Frame}. */
  columns: Float32Array<ArrayBuffer>;
}

/** A sound with its beginning and end. */
export interface SoundEvent {
  label: string;
  /** Seconds since the stream began. */
  onset: number;
  /** `null` while the sound continues. */
  offset: number | null;
  /** Highest score so far, 0 to 1. */
  score: number;
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
  /** Samples lost since listening began because the worker fell behind. */
  dropped: number;
}

/** Settings of a stream. Each default is the model's own value. */
export interface StreamOptions {
  /** Seconds from one update to the next. */
  hopSeconds?: number;
  /** Seconds over which scores are averaged. */
  smoothingSeconds?: number;
  /** Score, 0 to 1, below which the sound is rejected: at least one label must reach it. */
  rejectionThreshold?: number;
  /** Score, 0 to 1, at which an event begins. */
  eventOn?: number;
  /** Score, 0 to 1, below which the event ends. */
  eventOff?: number;
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
  /** Samples lost since listening began because the worker fell behind. */
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
  /**
   * The mean of the channels, starting at `from` (seconds, default 0), in pieces of up to 65,536 samples. If the file is
   * cut off or damaged, throws `audio-damaged` after all that could be read. When aborted, throws the signal's reason.
   */
  pieces(options?: { from?: number; signal?: AbortSignal }): AsyncIterable<Float32Array<ArrayBuffer>>;
  /** Releases the file. */
  close(): void;
}

/** What a model file says about itself. With a head, the labels' values are the head's and the sound's are the model's. */
export interface ModelInfo {
  name: string;
  /** Name of the model under the head; without a head the same as `name`. */
  base: string;
  /** SHA-256 of the model file's bytes, 64 lower-case hexadecimal digits. */
  sha256: string;
  description: string;
  /** With a head: its labels, then those labels of the model that they do not refine. */
  labels: string[];
  /** How many labels, from the first on, are the head's; 0 without a head. */
  headLabels: number;
  /** Empty if the model has no groups. */
  groups: Group[];
  /** For each label, the position of its group in `groups`; empty if the model has no groups. */
  labelGroups: number[];
  /** Number of values in the embedding that heads use; `null` for a model without one. */
  embeddingSize: number | null;
  /** Sample rate in Hz at which the features are computed; input at any other rate is resampled. */
  sampleRate: number;
  nFft: number;
  /** Samples at `sampleRate` from one log-mel column to the next. */
  hopLength: number;
  nMels: number;
  melScale: "slaney" | "htk" | "kaldi";
  /** Lower edge of the lowest band, in Hz. */
  fMin: number;
  /** Upper edge of the highest band, in Hz. */
  fMax: number;
  /** Unit of the log-mel values: decibels, or the natural logarithm. */
  logScale: "decibel" | "natural";
  /** The log-mel value of digital silence, in the unit of `logScale`. */
  silentValue: number;
  /** Length of the model's input in seconds. */
  segmentSeconds: number;
  /** Length of the model's input in log-mel columns. */
  segmentFrames: number;
  /** Seconds from one prediction to the next. */
  hopSeconds: number;
  rejectionThreshold: number;
  smoothingSeconds: number;
  /** Smoothed score, 0 to 1, at which an event begins. */
  eventOn: number;
  /** Smoothed score, 0 to 1, below which the event ends. */
  eventOff: number;
  trainingData: string;
  folds: string;
  accuracy: string;
  licence: string;
}
