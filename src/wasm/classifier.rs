//! JavaScript bindings of the classifier, its recordings and its streams.

use super::{object, to_js};
use crate::audio::{Pcm, SampleRate};
use crate::classifier::Classifier;
use crate::error::{ERROR_CODES, Error};
use crate::head::Head;
use crate::metadata::ModelMetadata;
use crate::model::{Engine, Model};
use crate::prediction::Prediction;
use crate::segments::Segments;
use crate::stream::{Stream, StreamConfig, Update};
use js_sys::{Array, Float32Array, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// An object of the shape `WasmPrediction[]`.
    #[wasm_bindgen(typescript_type = "WasmPrediction[]")]
    pub type JsPredictions;
    /// An object of the shape `WasmUpdate[]`.
    #[wasm_bindgen(typescript_type = "WasmUpdate[]")]
    pub type JsUpdates;
    /// An object of the shape `StreamOptions`.
    #[wasm_bindgen(typescript_type = "StreamOptions")]
    pub type JsStreamOptions;
    /// An object of the shape `ModelInfo`.
    #[wasm_bindgen(typescript_type = "ModelInfo")]
    pub type JsModelInfo;
}

/// Returns the codes that errors of this module can have.
#[wasm_bindgen(js_name = errorCodes)]
pub fn error_codes() -> Vec<String> {
    ERROR_CODES.iter().map(|code| (*code).to_owned()).collect()
}

/// A model that is ready to run. Every error thrown is an `Error` with a string `code`.
#[wasm_bindgen]
pub struct WasmClassifier {
    pub(super) classifier: Classifier,
}

#[wasm_bindgen]
impl WasmClassifier {
    /// Reads the bytes of an ONNX model with an embedded description, and of an optional head. The
    /// head's labels are added to the model's, or are the only ones if `headOnly` is true. `engine`
    /// is `lean` or `general`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        model: &[u8],
        head: Option<Box<[u8]>>,
        #[wasm_bindgen(js_name = headOnly)] head_only: Option<bool>,
        engine: Option<String>,
    ) -> Result<WasmClassifier, JsValue> {
        let model = match engine.as_deref().map(engine_of).transpose().map_err(to_js)? {
            Some(engine) => Model::from_onnx_on(model, engine),
            None => Model::from_onnx(model),
        };
        let model = model.map_err(to_js)?;
        let head = head.map(|bytes| Head::from_json(&bytes)).transpose().map_err(to_js)?;
        let classifier = match (head, head_only.unwrap_or_default()) {
            (Some(head), false) => Classifier::with_head(model, head),
            (Some(head), true) => Classifier::with_head_only(model, head),
            (None, false) => Classifier::new(model),
            (None, true) => Err(Error::config("headOnly", true, "a head to go with it")),
        };
        Ok(WasmClassifier { classifier: classifier.map_err(to_js)? })
    }

    /// Returns the description of the model, or of its head.
    pub fn metadata(&self) -> JsModelInfo {
        model_info(&self.classifier).unchecked_into()
    }

    /// Returns the feature columns of mono samples at `sampleRate` Hz, `nMels` values each, not
    /// normalised; the network does not run.
    #[wasm_bindgen(js_name = logMel)]
    pub fn log_mel(
        &mut self,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
    ) -> Result<Vec<f32>, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        self.classifier.columns(pcm).map_err(to_js)
    }

    /// Returns the network's outputs for one segment's feature columns, before calibration.
    pub fn logits(&mut self, columns: &[f32]) -> Result<Vec<f32>, JsValue> {
        self.classifier.logits_of_columns(columns).map_err(to_js)
    }

    /// Returns a prediction per segment of mono samples at `sampleRate` Hz.
    pub fn classify(
        &mut self,
        pcm: &[f32],
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
        #[wasm_bindgen(js_name = hopSeconds)] hop_seconds: Option<f64>,
    ) -> Result<JsPredictions, JsValue> {
        let pcm = rate(sample_rate).and_then(|rate| Pcm::new(pcm, rate)).map_err(to_js)?;
        let hop = hop_seconds.unwrap_or(self.classifier.metadata().decision.hop_seconds);
        let predictions = self.classifier.classify_with_hop(pcm, hop).map_err(to_js)?;
        Ok(predictions_to_js(&predictions))
    }

    /// Opens a recording of mono samples at `sampleRate` Hz that arrives in pieces.
    pub fn segments(
        &self,
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
        #[wasm_bindgen(js_name = hopSeconds)] hop_seconds: Option<f64>,
    ) -> Result<WasmSegments, JsValue> {
        let hop = hop_seconds.unwrap_or(self.classifier.metadata().decision.hop_seconds);
        let mut segments = rate(sample_rate)
            .and_then(|rate| self.classifier.segments(rate, hop))
            .map_err(to_js)?;
        segments.keep_columns();
        Ok(WasmSegments { segments })
    }

    /// Opens a stream of live audio at `sampleRate` Hz.
    pub fn stream(
        &self,
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: f64,
        options: &JsStreamOptions,
    ) -> Result<WasmStream, JsValue> {
        let number = |key| Reflect::get(options, &JsValue::from_str(key)).ok()?.as_f64();
        let config = StreamConfig {
            hop_seconds: number("hopSeconds"),
            smoothing_seconds: number("smoothingSeconds"),
            rejection_threshold: number("rejectionThreshold").map(|x| x as f32),
            event_on: number("eventOn").map(|x| x as f32),
            event_off: number("eventOff").map(|x| x as f32),
        };
        let stream = rate(sample_rate)
            .and_then(|rate| self.classifier.stream(rate, config))
            .map_err(to_js)?;
        Ok(WasmStream { stream })
    }
}

/// A recording, piece by piece.
#[wasm_bindgen]
pub struct WasmSegments {
    segments: Segments,
}

#[wasm_bindgen]
impl WasmSegments {
    /// Takes mono samples and returns the predictions of the segments that they complete.
    pub fn push(&mut self, pcm: &[f32]) -> Result<JsPredictions, JsValue> {
        self.segments.push(pcm).map(|predictions| predictions_to_js(&predictions)).map_err(to_js)
    }

    /// Returns the feature columns since the last call, `nMels` values each, not normalised.
    #[wasm_bindgen(js_name = takeColumns)]
    pub fn take_columns(&mut self) -> Vec<f32> {
        self.segments.take_columns()
    }

    /// Ends the recording and returns its last predictions. Do not use or free it afterwards.
    pub fn finish(self) -> Result<JsPredictions, JsValue> {
        let (predictions, _) = self.segments.finish().map_err(to_js)?;
        Ok(predictions_to_js(&predictions))
    }
}

/// Live audio, piece by piece.
#[wasm_bindgen]
pub struct WasmStream {
    stream: Stream,
}

#[wasm_bindgen]
impl WasmStream {
    /// Takes mono samples and returns an update for every hop that they complete.
    pub fn push(&mut self, pcm: &[f32]) -> Result<JsUpdates, JsValue> {
        self.stream.push(pcm).map(|updates| updates_to_js(&updates)).map_err(to_js)
    }

    /// Returns the feature columns since the last call, `nMels` values each, not normalised.
    #[wasm_bindgen(js_name = takeColumns)]
    pub fn take_columns(&mut self) -> Vec<f32> {
        self.stream.take_columns()
    }

    /// Ends the stream and returns the last updates. Do not use or free it afterwards.
    pub fn finish(self) -> Result<JsUpdates, JsValue> {
        self.stream.finish().map(|updates| updates_to_js(&updates)).map_err(to_js)
    }
}

fn engine_of(name: &str) -> Result<Engine, Error> {
    let engines = [Engine::Lean, Engine::General];
    let named = engines.into_iter().find(|engine| engine.name() == name);
    named.ok_or_else(|| Error::config("engine", name, "lean or general"))
}

fn predictions_to_js(predictions: &[Prediction]) -> JsPredictions {
    let objects = predictions.iter().map(|prediction| {
        object(&[
            ("start", prediction.start().into()),
            ("end", prediction.end().into()),
            ("rejected", prediction.rejected().into()),
            ("scores", Float32Array::from(prediction.scores()).into()),
            ("order", order(prediction)),
            ("groupScores", Float32Array::from(prediction.group_scores().as_slice()).into()),
        ])
    });
    objects.collect::<Array>().unchecked_into()
}

fn updates_to_js(updates: &[Update]) -> JsUpdates {
    let objects = updates.iter().map(|update| {
        let events = update.events.iter().map(|event| {
            object(&[
                ("label", event.label.as_str().into()),
                ("onset", event.onset.into()),
                ("offset", event.offset.map_or(JsValue::NULL, Into::into)),
                ("score", event.score.into()),
            ])
        });
        object(&[
            ("time", update.time.into()),
            ("rejected", update.prediction.rejected().into()),
            ("scores", Float32Array::from(update.prediction.scores()).into()),
            ("order", order(&update.prediction)),
            ("groupScores", Float32Array::from(update.prediction.group_scores().as_slice()).into()),
            ("rawScores", Float32Array::from(update.raw_scores.as_slice()).into()),
            ("events", events.collect::<Array>().into()),
        ])
    });
    objects.collect::<Array>().unchecked_into()
}

fn order(prediction: &Prediction) -> JsValue {
    let order: Vec<u32> = prediction.order().into_iter().map(|index| index as u32).collect();
    Uint32Array::from(order.as_slice()).into()
}

fn model_info(classifier: &Classifier) -> JsValue {
    let (metadata, model) = (classifier.metadata(), classifier.model());
    let front_end = &metadata.front_end;
    let labels: Array = metadata.labels.iter().map(JsValue::from_str).collect();
    let (groups, label_groups) = groups(metadata);
    let embedding_size = model.metadata().embedding_size.map(|size| size as f64);
    object(&[
        ("name", metadata.name.as_str().into()),
        ("description", metadata.description.as_str().into()),
        ("base", model.metadata().name.as_str().into()),
        ("sha256", model.sha256().into()),
        ("engine", model.engine().name().into()),
        ("labels", labels.into()),
        ("headLabels", (classifier.head_labels() as f64).into()),
        ("groups", groups.into()),
        ("labelGroups", label_groups.into()),
        ("embeddingSize", embedding_size.map_or(JsValue::NULL, Into::into)),
        ("sampleRate", front_end.sample_rate.into()),
        ("nFft", (front_end.n_fft as f64).into()),
        ("hopLength", (front_end.hop_length as f64).into()),
        ("nMels", (front_end.n_mels as f64).into()),
        ("melScale", front_end.mel_scale.name().into()),
        ("fMin", front_end.f_min.into()),
        ("fMax", front_end.f_max.into()),
        ("logScale", front_end.log.name().into()),
        ("silentValue", front_end.silent_value().into()),
        ("segmentSeconds", metadata.segment_seconds().into()),
        ("segmentFrames", (metadata.segment_frames as f64).into()),
        ("hopSeconds", metadata.decision.hop_seconds.into()),
        ("rejectionThreshold", metadata.decision.rejection_threshold.into()),
        (
            "rejectionThresholds",
            Float32Array::from(classifier.rejection_thresholds().as_slice()).into(),
        ),
        ("smoothingSeconds", metadata.decision.smoothing_seconds.into()),
        ("eventOn", metadata.decision.event_on.into()),
        ("eventOff", metadata.decision.event_off.into()),
        ("trainingData", metadata.card.training_data.as_str().into()),
        ("folds", metadata.card.folds.as_str().into()),
        ("accuracy", metadata.card.accuracy.as_str().into()),
        ("licence", metadata.card.licence.as_str().into()),
    ])
}

fn groups(metadata: &ModelMetadata) -> (Array, Array) {
    let Some(taxonomy) = &metadata.taxonomy else { return (Array::new(), Array::new()) };
    let groups = taxonomy.groups().iter().map(|group| {
        object(&[("name", group.name.as_str().into()), ("icon", group.icon.as_str().into())])
    });
    let label_groups = taxonomy.label_groups().iter().map(|&group| JsValue::from(group as f64));
    (groups.collect(), label_groups.collect())
}

/// Converts a rate from JavaScript, rounded to Hz. NaN and negative numbers become 0, which is
/// refused.
pub(super) fn rate(hz: f64) -> Result<SampleRate, Error> {
    // `as` saturates: NaN and negative numbers become 0.
    SampleRate::new(hz.round() as u32)
}
