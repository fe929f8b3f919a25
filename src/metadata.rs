//! What a model file says about itself, in the ONNX `metadata_props`.
//!
//! The keys live only here. All values are text: numbers in decimal, labels as a
//! JSON array, switches as `true` or `false`. Every key is required except those
//! that say otherwise, so that no setting is ever guessed.

use crate::error::{Error, ErrorKind, Result};
use crate::front_end::{FrontEnd, FrontEndConfig, LogScale};
use crate::mel::{MelNorm, MelScale};
use crate::prediction::Labels;
use std::collections::HashMap;
use std::str::FromStr;

/// The metadata format that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 1;

const PREFIX: &str = "sourcing_sound.";
const MAX_SEGMENT_FRAMES: usize = 16_384;

/// What happens to a recording that is shorter than a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Columns of digital silence follow it.
    Silence,
}

/// How the network's outputs become scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// One label at a time: scores sum to 1.
    Softmax,
    /// Any number of labels at a time: each score stands alone.
    Sigmoid,
}

/// Everything that is needed to run a model and to show what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMetadata {
    /// Short name, such as `urban-v1`.
    pub name: String,
    /// One sentence on what it recognises.
    pub description: String,
    /// The labels, in the order of the outputs.
    pub labels: Labels,
    /// The features it was trained on.
    pub front_end: FrontEndConfig,
    /// Subtracted from every feature before the network, in the features' unit.
    pub mean: f32,
    /// Divides every feature after that; positive.
    pub std: f32,
    /// Columns that the network hears at a time.
    pub segment_frames: usize,
    /// Default seconds between predictions.
    pub hop_seconds: f64,
    /// What happens to shorter recordings.
    pub padding: Padding,
    /// How logits become scores.
    pub activation: Activation,
    /// Divides the logits before the activation (calibration); positive.
    pub temperature: f32,
    /// A best score below this is rejected: none of the labels. 0 rejects nothing.
    pub rejection_threshold: f32,
    /// Where present, the network has one more output, the last: the logit of "none of
    /// the labels". When its sigmoid exceeds this, the segment is rejected too.
    pub other_threshold: Option<f32>,
    /// Default seconds over which streamed scores are averaged.
    pub smoothing_seconds: f64,
    /// Default smoothed score at which an event starts.
    pub event_on: f32,
    /// Default smoothed score below which an event ends; at most `event_on`.
    pub event_off: f32,
    /// What it was trained on.
    pub training_data: String,
    /// Which folds trained it and which were left out to evaluate.
    pub folds: String,
    /// Measured accuracy, with its n.
    pub accuracy: String,
    /// Terms of the weights.
    pub licence: String,
    /// Hash of the training configuration.
    pub config_hash: String,
}

impl ModelMetadata {
    /// Duration of a segment in seconds.
    pub fn segment_seconds(&self) -> f64 {
        // T centred columns come from T − 1 to T hops of audio: 173 of them from 3.994 to
        // 4.017 s. The round number in between is what people call it.
        let seconds =
            self.segment_frames.saturating_sub(1) as f64 * self.front_end.column_seconds();
        (seconds * 100.0).ceil() / 100.0
    }

    /// How many outputs the network must have.
    pub fn n_outputs(&self) -> usize {
        self.labels.len() + usize::from(self.other_threshold.is_some())
    }

    /// The key-value pairs for an ONNX file's `metadata_props`.
    pub fn to_props(&self) -> Vec<(String, String)> {
        let front_end = &self.front_end;
        let labels: Vec<&str> = self.labels.iter().collect();
        let mut props: Vec<(&str, String)> = vec![
            ("format_version", FORMAT_VERSION.to_string()),
            ("name", self.name.clone()),
            ("description", self.description.clone()),
            ("labels", serde_json::json!(labels).to_string()),
            ("sample_rate", front_end.sample_rate.to_string()),
            ("n_fft", front_end.n_fft.to_string()),
            ("win_length", front_end.win_length.to_string()),
            ("hop_length", front_end.hop_length.to_string()),
            ("window", "hann".to_owned()),
            ("center", front_end.center.to_string()),
            ("power", front_end.power.to_string()),
            ("n_mels", front_end.n_mels.to_string()),
            ("f_min", front_end.f_min.to_string()),
            ("f_max", front_end.f_max.to_string()),
            ("mel_scale", front_end.mel_scale.name().to_owned()),
            ("norm", name_of(MEL_NORMS, front_end.norm)),
        ];
        let (log, offset) = match front_end.log {
            LogScale::Decibel { offset } => ("decibel", offset),
            LogScale::Natural { offset } => ("natural", offset),
        };
        props.extend([
            ("log", log.to_owned()),
            ("log_offset", offset.to_string()),
            ("mean", self.mean.to_string()),
            ("std", self.std.to_string()),
            ("segment_frames", self.segment_frames.to_string()),
            ("hop_seconds", self.hop_seconds.to_string()),
            ("padding", name_of(PADDINGS, self.padding)),
            ("activation", name_of(ACTIVATIONS, self.activation)),
            ("temperature", self.temperature.to_string()),
            ("rejection_threshold", self.rejection_threshold.to_string()),
            ("smoothing_seconds", self.smoothing_seconds.to_string()),
            ("event_on", self.event_on.to_string()),
            ("event_off", self.event_off.to_string()),
            ("training_data", self.training_data.clone()),
            ("folds", self.folds.clone()),
            ("accuracy", self.accuracy.clone()),
            ("licence", self.licence.clone()),
            ("config_hash", self.config_hash.clone()),
        ]);
        if let Some(threshold) = self.other_threshold {
            props.push(("other_threshold", threshold.to_string()));
        }
        props.into_iter().map(|(key, value)| (format!("{PREFIX}{key}"), value)).collect()
    }

    /// Reads the key-value pairs of an ONNX file; keys of other tools are ignored.
    ///
    /// # Errors
    /// `metadata-missing`, `metadata-invalid` or `metadata-version`, naming the key.
    pub fn from_props<'a>(props: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let props = Props(
            props
                .into_iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value)))
                .collect(),
        );
        props.check_version()?;
        let metadata = ModelMetadata {
            name: props.text("name")?,
            description: props.text("description")?,
            labels: props.labels()?,
            front_end: props.front_end()?,
            mean: props.number("mean", "a finite number", f32::is_finite)?,
            std: props.number("std", "a positive number", positive)?,
            segment_frames: props.number("segment_frames", "1 to 16,384", |n: usize| {
                (1..=MAX_SEGMENT_FRAMES).contains(&n)
            })?,
            hop_seconds: props
                .number("hop_seconds", "above 0 to 60", |x: f64| x > 0.0 && x <= 60.0)?,
            padding: props.choice("padding", PADDINGS)?,
            activation: props.choice("activation", ACTIVATIONS)?,
            temperature: props.number("temperature", "a positive number", positive)?,
            rejection_threshold: props.unit("rejection_threshold")?,
            other_threshold: match props.0.contains_key("other_threshold") {
                true => Some(props.unit("other_threshold")?),
                false => None,
            },
            smoothing_seconds: props
                .number("smoothing_seconds", "0 to 60", |x: f64| (0.0..=60.0).contains(&x))?,
            event_on: props.unit("event_on")?,
            event_off: props.unit("event_off")?,
            training_data: props.text("training_data")?,
            folds: props.text("folds")?,
            accuracy: props.text("accuracy")?,
            licence: props.text("licence")?,
            config_hash: props.text("config_hash")?,
        };
        if metadata.event_off > metadata.event_on {
            return Err(props.invalid("event_off", "at most event_on"));
        }
        // The front end's own validation speaks of settings; here they come from a file.
        FrontEnd::new(metadata.front_end.clone()).map_err(|error| match error.kind() {
            ErrorKind::Config { field, expected, .. } => props.invalid(field, expected),
            _ => props.invalid("sample_rate", "8000 to 384000"),
        })?;
        Ok(metadata)
    }
}

const MEL_SCALES: &[(&str, MelScale)] = &[("slaney", MelScale::Slaney), ("htk", MelScale::Htk)];
const MEL_NORMS: &[(&str, MelNorm)] = &[("slaney", MelNorm::Slaney), ("none", MelNorm::None)];
const PADDINGS: &[(&str, Padding)] = &[("silence", Padding::Silence)];
const ACTIVATIONS: &[(&str, Activation)] =
    &[("softmax", Activation::Softmax), ("sigmoid", Activation::Sigmoid)];

fn name_of<T: Copy + PartialEq>(names: &[(&str, T)], value: T) -> String {
    let found = names.iter().find(|(_, candidate)| *candidate == value);
    found.map_or_else(String::new, |(name, _)| (*name).to_owned())
}

fn positive(value: f32) -> bool {
    value > 0.0 && value.is_finite()
}

/// The file's pairs, without the prefix.
struct Props<'a>(HashMap<&'a str, &'a str>);

impl Props<'_> {
    fn text(&self, key: &str) -> Result<String> {
        match self.0.get(key) {
            Some(value) => Ok((*value).to_owned()),
            None => Err(ErrorKind::MetadataMissing { key: format!("{PREFIX}{key}") }.into()),
        }
    }

    fn invalid(&self, key: &str, expected: &str) -> Error {
        ErrorKind::MetadataInvalid {
            key: format!("{PREFIX}{key}"),
            given: self.0.get(key).copied().unwrap_or_default().to_owned(),
            expected: expected.to_owned(),
        }
        .into()
    }

    fn check_version(&self) -> Result<()> {
        let given = self.text("format_version")?;
        if given == FORMAT_VERSION.to_string() {
            return Ok(());
        }
        Err(ErrorKind::MetadataVersion { given, supported: FORMAT_VERSION }.into())
    }

    /// A number for which `accepted` holds.
    fn number<T: FromStr + Copy>(
        &self,
        key: &str,
        expected: &str,
        accepted: impl Fn(T) -> bool,
    ) -> Result<T> {
        let text = self.text(key)?;
        match text.trim().parse::<T>() {
            Ok(value) if accepted(value) => Ok(value),
            _ => Err(self.invalid(key, expected)),
        }
    }

    fn unit(&self, key: &str) -> Result<f32> {
        self.number(key, "0 to 1", |x: f32| (0.0..=1.0).contains(&x))
    }

    fn choice<T: Copy>(&self, key: &str, names: &[(&str, T)]) -> Result<T> {
        let text = self.text(key)?;
        match names.iter().find(|(name, _)| *name == text) {
            Some((_, value)) => Ok(*value),
            None => {
                let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                Err(self.invalid(key, &known.join(" or ")))
            }
        }
    }

    fn labels(&self) -> Result<Labels> {
        let expected = "a JSON array of names that are not empty and differ";
        serde_json::from_str(&self.text("labels")?)
            .ok()
            .and_then(|names| Labels::new(names).ok())
            .ok_or_else(|| self.invalid("labels", expected))
    }

    fn front_end(&self) -> Result<FrontEndConfig> {
        let whole = "a whole number";
        self.choice("window", &[("hann", ())])?;
        let offset = self.number("log_offset", "a positive number", positive)?;
        let decibel = self.choice("log", &[("decibel", true), ("natural", false)])?;
        Ok(FrontEndConfig {
            sample_rate: self.number("sample_rate", whole, |_: u32| true)?,
            n_fft: self.number("n_fft", whole, |_: usize| true)?,
            win_length: self.number("win_length", whole, |_: usize| true)?,
            hop_length: self.number("hop_length", whole, |_: usize| true)?,
            center: self.choice("center", &[("true", true), ("false", false)])?,
            power: self.number("power", "1 or 2", |_: f32| true)?,
            n_mels: self.number("n_mels", whole, |_: usize| true)?,
            f_min: self.number("f_min", "a frequency in Hz", |_: f32| true)?,
            f_max: self.number("f_max", "a frequency in Hz", |_: f32| true)?,
            mel_scale: self.choice("mel_scale", MEL_SCALES)?,
            norm: self.choice("norm", MEL_NORMS)?,
            log: match decibel {
                true => LogScale::Decibel { offset },
                false => LogScale::Natural { offset },
            },
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    fn example() -> ModelMetadata {
        ModelMetadata {
            name: "test".into(),
            description: "two sounds".into(),
            labels: Labels::new(vec!["café".into(), "b \"quoted\"".into()]).unwrap(),
            front_end: FrontEndConfig {
                sample_rate: 16_000,
                n_fft: 512,
                win_length: 400,
                hop_length: 160,
                center: false,
                power: 1.0,
                n_mels: 64,
                f_min: 125.0,
                f_max: 7_500.0,
                mel_scale: MelScale::Htk,
                norm: MelNorm::None,
                log: LogScale::Natural { offset: 0.001 },
            },
            mean: -31.25,
            std: 17.5,
            segment_frames: 96,
            hop_seconds: 0.48,
            padding: Padding::Silence,
            activation: Activation::Sigmoid,
            temperature: 1.1,
            rejection_threshold: 0.3,
            other_threshold: Some(0.7),
            smoothing_seconds: 1.0,
            event_on: 0.5,
            event_off: 0.3,
            training_data: "none".into(),
            folds: "none".into(),
            accuracy: "not measured".into(),
            licence: "CC0".into(),
            config_hash: "0123".into(),
        }
    }

    fn read(props: &[(String, String)]) -> Result<ModelMetadata> {
        ModelMetadata::from_props(props.iter().map(|(k, v)| (k.as_str(), v.as_str())))
    }

    #[test]
    fn what_is_written_is_read() {
        let mut metadata = example();
        assert_eq!(read(&metadata.to_props()), Ok(metadata.clone()));
        metadata.other_threshold = None;
        assert_eq!(read(&metadata.to_props()), Ok(metadata));
    }

    #[test]
    fn every_missing_key_is_named() {
        let props = example().to_props();
        for (key, _) in &props {
            let fewer: Vec<_> = props.iter().filter(|(k, _)| k != key).cloned().collect();
            let expected = ErrorKind::MetadataMissing { key: key.clone() };
            match read(&fewer) {
                Ok(_) => assert_eq!(key, "sourcing_sound.other_threshold"),
                Err(error) => assert_eq!(error.kind(), &expected),
            }
        }
    }

    #[test]
    fn senseless_values_are_named() {
        for (key, value) in [
            ("labels", "[\"a\",\"a\"]"),
            ("labels", "a, b"),
            ("hop_length", "0"),
            ("n_fft", "1000000000000"),
            ("n_mels", "-1"),
            ("f_max", "NaN"),
            ("f_max", "9000"),
            ("std", "inf"),
            ("std", "0"),
            ("window", "kaiser"),
            ("event_off", "0.9"),
            ("sample_rate", "1"),
            ("segment_frames", "99999999"),
        ] {
            let mut props = example().to_props();
            let key = format!("sourcing_sound.{key}");
            props.iter_mut().filter(|(k, _)| *k == key).for_each(|(_, v)| *v = value.into());
            let error = read(&props).unwrap_err();
            assert_eq!(error.code(), "metadata-invalid", "{key} = {value}");
            assert!(error.to_string().contains(&key), "{error}");
        }
    }
}
