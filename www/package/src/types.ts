// What the package hands out. Times are in seconds, scores in 0..=1, levels in dBFS.

/** One label of the model and how strongly it is heard. */
export interface Category {
  /** The model's own name, such as `dog_bark`. */
  label: string;
  /** 0 to 1. */
  score: number;
  /** Position among the model's labels. */
  index: number;
}

/** The scores of one segment of a recording. */
export interface Prediction {
  /** Seconds from the recording's first sample. */
  start: number;
  end: number;
  /** Every label, best first. */
  categories: Category[];
  /** True when it is none of the labels: no score reaches the model's threshold. */
  rejected: boolean;
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
  /** Seconds of sound heard so far; pauses do not count. */
  time: number;
  /** Every label, best first; scores are smoothed over time. */
  categories: Category[];
  /** True when it is none of the labels. */
  rejected: boolean;
  /** Events that began, went on or ended at this hop. */
  events: SoundEvent[];
  /** Samples lost since listening began because the worker fell behind. */
  dropped: number;
}

/** Loudness of a stretch of sound in dBFS; digital silence is `-Infinity`. */
export interface Level {
  rms: number;
  peak: number;
}

/** A few dozen times a second: what a meter and a rolling spectrogram need. */
export interface Frame {
  /** Seconds of sound heard so far; pauses do not count. */
  time: number;
  level: Level;
  /** The log-mel columns that became ready, frame after frame, `nMels` values of dB each, lowest band first. */
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

/** What a model file says about itself. */
export interface ModelInfo {
  name: string;
  description: string;
  labels: string[];
  /** Hz at which the features are computed; input of any other rate is resampled. */
  sampleRate: number;
  nFft: number;
  /** Samples at `sampleRate` from one log-mel column to the next. */
  hopLength: number;
  nMels: number;
  melScale: "slaney" | "htk";
  /** Hz of the lowest band's lower edge. */
  fMin: number;
  /** Hz of the highest band's upper edge. */
  fMax: number;
  /** dB of a log-mel value in digital silence. */
  silentValue: number;
  /** What the model hears at once, in seconds and in columns. */
  segmentSeconds: number;
  segmentFrames: number;
  /** Seconds from one prediction to the next. */
  hopSeconds: number;
  rejectionThreshold: number;
  smoothingSeconds: number;
  trainingData: string;
  folds: string;
  accuracy: string;
  licence: string;
}
