//! TypeScript declarations of what the bindings return.

use wasm_bindgen::prelude::*;

/// Public types: the package re-exports them unchanged.
#[wasm_bindgen(typescript_custom_section)]
const PUBLIC: &str = r#"
/** A broad kind of sound that several labels belong to, such as "Cat". */
export interface Group {
  name: string;
  /** A stable name for its icon, such as `cat`. */
  icon: string;
}

/** The description in a model file. With a head, what concerns labels is the head's, what concerns sound the model's. */
export interface ModelInfo {
  name: string;
  /** Name of the model under the head; without a head the same as `name`. */
  base: string;
  /** SHA-256 of the model file's bytes, 64 lower-case hexadecimal digits. */
  sha256: string;
  /** What runs the network: the package's own engine, or the general one, which is fetched for models that need it. */
  engine: "lean" | "general";
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
  /** Score, 0 to 1, below which a sound is rejected; with a head that of its labels, as are the two below. */
  rejectionThreshold: number;
  /** The same for each label: the model's for its own labels and for those of a head that add to them, the head's for all others. */
  rejectionThresholds: Float32Array;
  /** Seconds over which scores are averaged. */
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

/**
 * Settings of a stream. Each default is the own value of the model, and of the head for its labels; a threshold that is
 * given applies to all labels.
 */
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
"#;

/// Internal types: the package's worker converts these.
#[wasm_bindgen(typescript_custom_section)]
const INTERNAL: &str = r#"
/** Scores of one segment; seconds from the start of the audio. */
export interface WasmPrediction {
  start: number;
  end: number;
  /** No label reaches the threshold of its source, head or model. */
  rejected: boolean;
  /** By label index, 0 to 1. */
  scores: Float32Array;
  /** Label indices, best first; a general label comes after a more special one that was recognised. */
  order: Uint32Array;
  /** By group index, 0 to 1; empty for a model without groups. */
  groupScores: Float32Array;
}

/** The sound that a stream reports after `time` seconds. */
export interface WasmUpdate {
  time: number;
  rejected: boolean;
  /** Smoothed, by label index. */
  scores: Float32Array;
  /** Label indices, best first; a general label comes after a more special one that was recognised. */
  order: Uint32Array;
  /** Smoothed, by group index; empty for a model without groups. */
  groupScores: Float32Array;
  /** Of the newest segment alone. */
  rawScores: Float32Array;
  events: SoundEvent[];
}
"#;
