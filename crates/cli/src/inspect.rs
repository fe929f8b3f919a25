//! What a model says about itself.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sourcing_sound::{LogScale, MelNorm, ModelMetadata};

use crate::Outcome;
use crate::args::InspectFormat;
use crate::options::InspectOptions;

/// Prints the model's metadata.
///
/// # Errors
/// If the model cannot be loaded or the output cannot be written.
pub(crate) fn run(options: &InspectOptions) -> anyhow::Result<Outcome> {
    let model = options.model.load()?;
    let fields = describe(model.metadata());
    let mut output = io::stdout().lock();
    match options.format {
        InspectFormat::Json => {
            serde_json::to_writer_pretty(&mut output, &InOrder(&fields))
                .map_err(io::Error::from)?;
            writeln!(output)?;
        }
        InspectFormat::Text => {
            let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, value) in &fields {
                writeln!(output, "{name:width$}  {}", plain(value))?;
            }
        }
    }
    output.flush()?;
    Ok(Outcome::Complete)
}

/// Names and values of all settings, in the order in which they are best read.
fn describe(metadata: &ModelMetadata) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("name", json!(metadata.name)),
        ("description", json!(metadata.description)),
        ("labels", json!(metadata.labels.iter().collect::<Vec<_>>())),
        ("accuracy", json!(metadata.accuracy)),
        ("training_data", json!(metadata.training_data)),
        ("folds", json!(metadata.folds)),
        ("licence", json!(metadata.licence)),
        ("config_hash", json!(metadata.config_hash)),
        ("segment_seconds", json!(metadata.segment_seconds())),
        ("segment_frames", json!(metadata.segment_frames)),
        ("hop_seconds", json!(metadata.hop_seconds)),
        ("rejection_threshold", decimal(metadata.rejection_threshold)),
        ("other_threshold", metadata.other_threshold.map_or(Value::Null, decimal)),
        ("temperature", decimal(metadata.temperature)),
        ("smoothing_seconds", json!(metadata.smoothing_seconds)),
        ("event_on", decimal(metadata.event_on)),
        ("event_off", decimal(metadata.event_off)),
    ];
    fields.extend(describe_features(metadata));
    fields
}

fn describe_features(metadata: &ModelMetadata) -> Vec<(&'static str, Value)> {
    let front_end = &metadata.front_end;
    let (log, offset) = match front_end.log {
        LogScale::Decibel { offset } => ("decibel", offset),
        LogScale::Natural { offset } => ("natural", offset),
    };
    let norm = match front_end.norm {
        MelNorm::Slaney => "slaney",
        MelNorm::None => "none",
    };
    vec![
        ("sample_rate", json!(front_end.sample_rate)),
        ("n_fft", json!(front_end.n_fft)),
        ("win_length", json!(front_end.win_length)),
        ("hop_length", json!(front_end.hop_length)),
        ("center", json!(front_end.center)),
        ("power", decimal(front_end.power)),
        ("n_mels", json!(front_end.n_mels)),
        ("f_min", decimal(front_end.f_min)),
        ("f_max", decimal(front_end.f_max)),
        ("mel_scale", json!(front_end.mel_scale.name())),
        ("norm", json!(norm)),
        ("log", json!(log)),
        ("log_offset", decimal(offset)),
        ("mean", decimal(metadata.mean)),
        ("std", decimal(metadata.std)),
    ]
}

/// Fields as an object that keeps their order.
struct InOrder<'a>(&'a [(&'static str, Value)]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The shortest decimal number that stands for `value`, which widening to f64 would not give.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

/// A value as a person would write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
