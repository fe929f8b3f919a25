//! JavaScript bindings for teaching: recordings → examples → a head and its report. Nothing is kept
//! here between calls, so that a crashed worker loses nothing.

use super::{WasmClassifier, object, rate, to_js};
use crate::audio::Pcm;
use crate::teach::{self, Background, Example, Report, Share};
use js_sys::{Array, Float32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const PUBLIC: &str = r#"
/** A piece of a recording that shows a sound, or something else. It holds no audio; it can be kept as it is, as JSON. */
export interface SoundExample {
  /** What it shows; absent for something that is none of the labels. */
  label?: string;
  /** Where it is from, such as a file's name. Examples of one recording count together. */
  recording: string;
  /** Where it starts in the recording, in seconds. */
  start: number;
  /** Its duration in seconds. */
  seconds: number;
  /** SHA-256 of its rate and samples, 64 lower-case hexadecimal digits. */
  sha256: string;
  /** Seconds that were left out, in it and next to it, because they are much quieter than the rest of the recording. */
  quiet?: number;
  /** Level of its loudest window in dBFS. */
  level: number;
  /** Whether it was recorded too loud. */
  clipped?: boolean;
  /** What the model makes of it: half-precision numbers, little-endian, in base64. */
  vector: string;
}

/** A part of a small number of recordings, with Wilson's 95% interval. */
export interface SoundShare {
  hits: number;
  of: number;
  /** The interval's ends, 0 to 1. */
  low: number;
  high: number;
}

/** How well a taught label does on recordings that it was not trained on. */
export interface TaughtLabel {
  label: string;
  examples: number;
  /** The recordings that they are from; copies count once. */
  recordings: number;
  /** Of its recordings, each left out in turn, those that were recognised; `null` with fewer than two. */
  recall: SoundShare | null;
  /** Of the recordings recognised as this label, those that are; `null` if none was, or nothing else was given. */
  precision: SoundShare | null;
  /** Recordings of other labels and of background. */
  others: number;
  /** Of those, the ones that were mistaken for it; `null` if nothing else was given. */
  mistaken: SoundShare | null;
  /** Score of each of its recordings by the others, rising, 0 to 1. */
  leftOut: Float32Array;
  /** Score of each recording of something else, rising, 0 to 1. */
  otherScores: Float32Array;
}

/** What should be known about the examples. */
export interface TeachFinding {
  kind: "contradictory" | "alike" | "few" | "weak" | "unlike" | "copies" | "similar" | "clipped" | "quiet" | "adds";
  label: string;
  /** The recordings that it is about, if it is not about all of the label's. */
  recordings: string[];
  /** What to do, in English. */
  message: string;
}

/** What training says about the examples. */
export interface TeachReport {
  labels: TaughtLabel[];
  /** The most important first. */
  findings: TeachFinding[];
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const INTERNAL: &str = r#"
/** A sound file's text, and how well it does. */
export interface WasmTaught {
  file: string;
  report: TeachReport;
}

/** What a network makes of a stretch of sound, from `start` seconds on. */
export interface WasmEmbedding {
  start: number;
  embedding: Float32Array;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// An object of the shape `WasmTaught`.
    #[wasm_bindgen(typescript_type = "WasmTaught")]
    pub type JsTaught;
    /// An object of the shape `WasmEmbedding[]`.
    #[wasm_bindgen(typescript_type = "WasmEmbedding[]")]
    pub type JsEmbeddings;
}

#[wasm_bindgen]
impl WasmClassifier {
    /// The embedding of each window of mono samples at `sampleRate` Hz.
    pub fn embed(
        &mut self,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
    ) -> Result<JsEmbeddings, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        let patches = self.classifier.patches(pcm).map_err(to_js)?;
        let metadata = self.classifier.model().metadata();
        let hop = metadata.layout().hop_frames as f64 * metadata.front_end.column_seconds();
        let objects = patches.iter().enumerate().map(|(index, patch)| {
            object(&[
                ("start", (index as f64 * hop).into()),
                ("embedding", Float32Array::from(patch.embedding.as_slice()).into()),
            ])
        });
        Ok(objects.collect::<Array>().unchecked_into())
    }

    /// The pieces of a recording, as the JSON of a `SoundExample[]`; without a label they show
    /// something else.
    pub fn examples(
        &mut self,
        label: Option<String>,
        recording: &str,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
    ) -> Result<String, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        let examples =
            Example::of_recording(&mut self.classifier, label.as_deref(), recording, pcm);
        examples.map(|examples| teach::examples_to_json(&examples)).map_err(to_js)
    }

    /// The examples in a sound file for this model, as the JSON of a `SoundExample[]`.
    #[wasm_bindgen(js_name = examplesIn)]
    pub fn examples_in(&self, file: &[u8]) -> Result<String, JsValue> {
        let examples = teach::read(file, self.classifier.model());
        examples.map(|examples| teach::examples_to_json(&examples)).map_err(to_js)
    }

    /// Trains a head called `name` from a background file's bytes and the JSON of a
    /// `SoundExample[]`.
    pub fn teach(
        &self,
        background: &[u8],
        name: &str,
        examples: &str,
    ) -> Result<JsTaught, JsValue> {
        let model = self.classifier.model();
        let taught = Background::from_json(background)
            .and_then(|background| {
                let examples = teach::examples_from_json(examples.as_bytes())?;
                teach::train(model, &background, name, &examples)
            })
            .map_err(to_js)?;
        let taught =
            object(&[("file", taught.to_json().into()), ("report", report_to_js(&taught.report))]);
        Ok(taught.unchecked_into())
    }
}

fn report_to_js(report: &Report) -> JsValue {
    let labels = report.labels.iter().map(|label| {
        object(&[
            ("label", label.label.as_str().into()),
            ("examples", (label.examples as f64).into()),
            ("recordings", (label.recordings as f64).into()),
            ("recall", share_to_js(label.recall)),
            ("precision", share_to_js(label.precision)),
            ("others", (label.others as f64).into()),
            ("mistaken", share_to_js(label.mistaken)),
            ("leftOut", Float32Array::from(label.left_out.as_slice()).into()),
            ("otherScores", Float32Array::from(label.other_scores.as_slice()).into()),
        ])
    });
    let findings = report.findings.iter().map(|finding| {
        let recordings = finding.recordings.iter().map(|name| JsValue::from_str(name));
        object(&[
            ("kind", finding.kind.name().into()),
            ("label", finding.label.as_str().into()),
            ("recordings", recordings.collect::<Array>().into()),
            ("message", finding.message.as_str().into()),
        ])
    });
    object(&[
        ("labels", labels.collect::<Array>().into()),
        ("findings", findings.collect::<Array>().into()),
    ])
}

fn share_to_js(share: Option<Share>) -> JsValue {
    share.map_or(JsValue::NULL, |share| {
        let (low, high) = share.interval();
        object(&[
            ("hits", (share.hits as f64).into()),
            ("of", (share.of as f64).into()),
            ("low", low.into()),
            ("high", high.into()),
        ])
    })
}
