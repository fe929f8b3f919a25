//! JavaScript bindings for teaching, which turns examples into a head and its report. Compiled to a
//! separate module, which a page loads when it first trains. It keeps nothing between calls, so a
//! crashed worker loses nothing.

use super::{object, to_js};
use crate::base::Base;
use crate::error::{Error, Result as SoundResult};
use crate::labels::Labels;
use crate::teach::{self, Background, Report, Share};
use js_sys::{Array, Float32Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const PUBLIC: &str = r#"
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
"#;

#[wasm_bindgen]
extern "C" {
    /// An object of the shape `WasmTaught`.
    #[wasm_bindgen(typescript_type = "WasmTaught")]
    pub type JsTaught;
}

/// Trains heads for a model of which it has only the description.
#[wasm_bindgen]
pub struct WasmTeacher {
    base: Description,
}

/// The JSON of a `WasmBase`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescriptionJson {
    name: String,
    sha256: String,
    labels: Vec<String>,
    embedding_size: Option<usize>,
    segment_patches: usize,
    hop_seconds: f64,
}

/// The same, checked.
struct Description {
    json: DescriptionJson,
    labels: Labels,
}

impl Description {
    fn read(json: &str) -> SoundResult<Self> {
        let mut json: DescriptionJson = serde_json::from_str(json)
            .map_err(|error| Error::config("base", error, "the JSON of a WasmBase"))?;
        let labels = Labels::new(std::mem::take(&mut json.labels))?;
        Ok(Description { json, labels })
    }

    fn base(&self) -> Base<'_> {
        Base {
            name: &self.json.name,
            sha256: &self.json.sha256,
            labels: &self.labels,
            embedding_size: self.json.embedding_size,
            segment_patches: self.json.segment_patches,
            hop_seconds: self.json.hop_seconds,
        }
    }
}

#[wasm_bindgen]
impl WasmTeacher {
    /// Creates a teacher for the model that the JSON of a `WasmBase` describes. Every error thrown
    /// is an `Error` with a string `code`.
    #[wasm_bindgen(constructor)]
    pub fn new(base: &str) -> Result<WasmTeacher, JsValue> {
        Ok(WasmTeacher { base: Description::read(base).map_err(to_js)? })
    }

    /// Returns the examples in a sound file for this model, as the JSON of a `SoundExample[]`.
    #[wasm_bindgen(js_name = examplesIn)]
    pub fn examples_in(&self, file: &[u8]) -> Result<String, JsValue> {
        let examples = teach::read(file, self.base.base());
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
        let taught = Background::from_json(background)
            .and_then(|background| {
                let examples = teach::examples_from_json(examples.as_bytes())?;
                teach::train_for(self.base.base(), &background, name, &examples)
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
