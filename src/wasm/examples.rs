//! JavaScript bindings for examples of sounds, and for the embedding of a recording.

use super::classifier::{WasmClassifier, rate};
use super::{object, to_js};
use crate::audio::Pcm;
use crate::teach::Example;
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
"#;

#[wasm_bindgen(typescript_custom_section)]
const INTERNAL: &str = r#"
/** What a network makes of a stretch of sound, from `start` seconds on. */
export interface WasmEmbedding {
  start: number;
  embedding: Float32Array;
}

/** What heads for a model depend on, as `WasmTeacher` reads it. */
export interface WasmBase {
  name: string;
  sha256: string;
  labels: string[];
  /** `null` for a model without one. */
  embeddingSize: number | null;
  segmentPatches: number;
  hopSeconds: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// An object of the shape `WasmEmbedding[]`.
    #[wasm_bindgen(typescript_type = "WasmEmbedding[]")]
    pub type JsEmbeddings;
    /// An object of the shape `SoundExample[]`.
    #[wasm_bindgen(typescript_type = "SoundExample[]")]
    pub type JsExamples;
    /// An object of the shape `WasmBase`.
    #[wasm_bindgen(typescript_type = "WasmBase")]
    pub type JsBase;
}

#[wasm_bindgen]
impl WasmClassifier {
    /// Returns the embedding of each window of mono samples at `sampleRate` Hz.
    pub fn embed(
        &mut self,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
    ) -> Result<JsEmbeddings, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        let patches = self.classifier.patches(pcm).map_err(to_js)?;
        let metadata = self.classifier.model().metadata();
        let starts = metadata.patch_starts(patches.len(), pcm.duration_seconds());
        let objects = patches.iter().zip(starts).map(|(patch, start)| {
            object(&[
                ("start", start.into()),
                ("embedding", Float32Array::from(patch.embedding.as_slice()).into()),
            ])
        });
        Ok(objects.collect::<Array>().unchecked_into())
    }

    /// Returns the pieces of a recording as examples; without a label they show something else.
    pub fn examples(
        &mut self,
        label: Option<String>,
        recording: &str,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
    ) -> Result<JsExamples, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        let examples =
            Example::of_recording(&mut self.classifier, label.as_deref(), recording, pcm);
        let objects = examples.map_err(to_js)?;
        Ok(objects.iter().map(example_to_js).collect::<Array>().unchecked_into())
    }

    /// Returns what heads depend on in the model, regardless of a head on it.
    pub fn base(&self) -> JsBase {
        let base = self.classifier.model().base();
        let labels: Array = base.labels.iter().map(JsValue::from_str).collect();
        let size = base.embedding_size.map(|size| size as f64);
        let base = object(&[
            ("name", base.name.into()),
            ("sha256", base.sha256.into()),
            ("labels", labels.into()),
            ("embeddingSize", size.map_or(JsValue::NULL, Into::into)),
            ("segmentPatches", (base.segment_patches as f64).into()),
            ("hopSeconds", base.hop_seconds.into()),
        ]);
        base.unchecked_into()
    }
}

fn example_to_js(example: &Example) -> JsValue {
    let mut entries = vec![
        ("recording", example.recording.as_str().into()),
        ("start", example.start.into()),
        ("seconds", example.seconds.into()),
        ("sha256", example.sha256.as_str().into()),
        ("quiet", example.quiet.into()),
        ("level", example.level.into()),
        ("vector", example.base64().into()),
    ];
    // As in files, keys that do not apply are absent.
    entries.extend(example.label.as_deref().map(|label| ("label", label.into())));
    entries.extend(example.clipped.then_some(("clipped", JsValue::TRUE)));
    object(&entries)
}
