//! The types of what the bindings return, as TypeScript declares them.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
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

/** A label over a stretch of time in seconds; `offset` is null while it sounds. */
export interface WasmEvent {
  label: string;
  onset: number;
  offset: number | null;
  score: number;
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
  events: WasmEvent[];
}

/** Settings of a stream; what is absent is the own setting of model and head. A threshold that is
 * given is that of all labels. */
export interface WasmStreamOptions {
  hopSeconds?: number;
  smoothingSeconds?: number;
  rejectionThreshold?: number;
  eventOn?: number;
  eventOff?: number;
}

/** A plain group of labels. */
export interface WasmGroup {
  name: string;
  /** Name of its icon. */
  icon: string;
}

/** What the model file says about itself; frequencies in Hz. */
export interface ModelInfo {
  name: string;
  description: string;
  /** Name of the network's own model: `name`, unless a head sits on it. */
  base: string;
  /** SHA-256 of the model's bytes in hexadecimal. */
  sha256: string;
  labels: string[];
  /** How many of the labels, the first ones, are the head's; 0 without a head. */
  headLabels: number;
  /** Empty for a model without groups. */
  groups: WasmGroup[];
  /** The index of each label's group; empty for a model without groups. */
  labelGroups: number[];
  /** Numbers in the network's embedding, on which heads sit; null for a network without. */
  embeddingSize: number | null;
  sampleRate: number;
  nFft: number;
  hopLength: number;
  nMels: number;
  melScale: "slaney" | "htk" | "kaldi";
  fMin: number;
  fMax: number;
  /** Unit of the features: decibel, or the natural logarithm. */
  logScale: "decibel" | "natural";
  /** The value of a feature in digital silence. */
  silentValue: number;
  segmentSeconds: number;
  segmentFrames: number;
  hopSeconds: number;
  /** Of the head's labels, where there is a head. */
  rejectionThreshold: number;
  smoothingSeconds: number;
  /** Smoothed scores, 0 to 1, from which an event starts, and below which it ends; of the head's
   * labels, where there is a head. */
  eventOn: number;
  eventOff: number;
  trainingData: string;
  folds: string;
  accuracy: string;
  licence: string;
}
"#;
