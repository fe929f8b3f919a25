//! Heads: other labels on the embedding of a big network. A head is one small JSON file with a
//! linear layer over pooled embeddings, its calibration and its card; it fits one base model,
//! which it names by hash.

use crate::error::{Error, ErrorKind, Result};
use crate::metadata::{Activation, ModelMetadata, PatchLayout};
use crate::model::Model;
use crate::prediction::Labels;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod file;

/// Largest accepted number of weights.
const MAX_WEIGHTS: usize = 8 << 20;
/// Most patches in a segment: a minute of them.
const MAX_PATCHES: usize = 128;

/// What a head hears of a segment: one vector, pooled over the segment's patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadFeature {
    /// Mean of the embeddings.
    EmbeddingMean,
    /// Largest value of each dimension of the embeddings.
    EmbeddingMax,
    /// Mean of the base's scores.
    ScoreMean,
    /// Largest of the base's scores, label by label.
    ScoreMax,
}

/// What the base model says of one patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// A score per label of the base, 0 to 1.
    pub scores: Vec<f32>,
    /// `embedding_size` numbers.
    pub embedding: Vec<f32>,
}

/// Everything about a head but its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadMetadata {
    /// Short name, such as `urban`.
    pub name: String,
    /// One sentence on what it recognises.
    pub description: String,
    /// Name of the model that it fits.
    pub base_name: String,
    /// [`Model::sha256`] of that model.
    pub base_sha256: String,
    /// The labels, in the order of the outputs.
    pub labels: Labels,
    /// What it hears, in this order; at least one.
    pub features: Vec<HeadFeature>,
    /// Patches in a segment, 1 to 128.
    pub segment_patches: usize,
    /// Default seconds between predictions.
    pub hop_seconds: f64,
    /// How its outputs become scores: softmax or sigmoid.
    pub activation: Activation,
    /// Divides the labels' outputs before the activation; positive.
    pub temperature: f32,
    /// A best score below this is rejected. 0 rejects nothing.
    pub rejection_threshold: f32,
    /// Where present, one more output, the last, stands for "none of the labels"; a segment is
    /// rejected when its score exceeds this. With softmax that score is its share among all
    /// outputs (not divided by the temperature), with sigmoid its own.
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

impl HeadMetadata {
    /// How many outputs the linear layer has.
    pub fn n_outputs(&self) -> usize {
        self.labels.len() + usize::from(self.other_threshold.is_some())
    }
}

/// A linear layer over pooled embeddings, with its labels. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Head(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    metadata: HeadMetadata,
    /// `[n_outputs][n_features]`, row after row.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// Puts a head together. `weights` are `[n_outputs][n_features]`, row after row, for
    /// features as [`pool`] returns them, not standardised; `bias` is `[n_outputs]`.
    ///
    /// # Errors
    /// `head-format`, saying which part is out of range or does not fit.
    pub fn new(metadata: HeadMetadata, weights: Vec<f32>, bias: Vec<f32>) -> Result<Self> {
        check(&metadata)?;
        let outputs = metadata.n_outputs();
        if bias.len() != outputs {
            return Err(format_error(format!("{} biases for {outputs} outputs", bias.len())));
        }
        if weights.is_empty()
            || weights.len() > MAX_WEIGHTS
            || !weights.len().is_multiple_of(outputs)
        {
            let given = weights.len();
            return Err(format_error(format!("{given} weights for {outputs} outputs")));
        }
        if !weights.iter().chain(&bias).all(|value| value.is_finite()) {
            return Err(format_error("a weight is NaN or infinite"));
        }
        Ok(Head(Arc::new(Parts { metadata, weights, bias })))
    }

    /// Everything but the weights.
    pub fn metadata(&self) -> &HeadMetadata {
        &self.0.metadata
    }

    /// Checks that this head sits on `model`, and returns what the two together say about
    /// themselves: labels, calibration and card of the head, front end of the model.
    pub(crate) fn fit(&self, model: &Model) -> Result<ModelMetadata> {
        let (head, base) = (self.metadata(), model.metadata());
        if head.base_sha256 != model.sha256() {
            return Err(ErrorKind::HeadMismatch {
                head: head.name.clone(),
                expected: identity(&head.base_name, &head.base_sha256),
                actual: identity(&base.name, model.sha256()),
            }
            .into());
        }
        let Some(embedding) = base.embedding_size else {
            return Err(format_error(format!("its base {} has no embedding", base.name)));
        };
        let n_features = head.features.iter().map(|feature| match feature {
            HeadFeature::EmbeddingMean | HeadFeature::EmbeddingMax => embedding,
            HeadFeature::ScoreMean | HeadFeature::ScoreMax => base.labels.len(),
        });
        let expected: usize = n_features.sum();
        let given = self.0.weights.len() / head.n_outputs();
        if given != expected {
            return Err(format_error(format!(
                "it has {given} weights per output, its base gives {expected} features"
            )));
        }
        let whole = PatchLayout { frames: base.segment_frames, hop_frames: base.segment_frames };
        let patch = base.patch.unwrap_or(whole);
        let metadata = ModelMetadata {
            name: head.name.clone(),
            description: head.description.clone(),
            labels: head.labels.clone(),
            patch: Some(patch),
            segment_frames: patch.frames + (head.segment_patches - 1) * patch.hop_frames,
            hop_seconds: head.hop_seconds,
            activation: head.activation,
            temperature: head.temperature,
            rejection_threshold: head.rejection_threshold,
            other_threshold: head.other_threshold,
            embedding_size: None,
            taxonomy: None,
            smoothing_seconds: head.smoothing_seconds,
            event_on: head.event_on,
            event_off: head.event_off,
            training_data: head.training_data.clone(),
            folds: head.folds.clone(),
            accuracy: head.accuracy.clone(),
            licence: head.licence.clone(),
            config_hash: head.config_hash.clone(),
            ..base.clone()
        };
        Ok(metadata)
    }

    /// Scores of the labels, and of "none of the labels" where there is that output, for one
    /// segment.
    pub(crate) fn scores(&self, patches: &[&Patch]) -> (Vec<f32>, Option<f32>) {
        let head = self.metadata();
        let outputs = self.outputs(patches);
        let (labels, other) = outputs.split_at(head.labels.len());
        let together = match head.activation {
            Activation::Softmax => Activation::Softmax.scores(&outputs, 1.0),
            Activation::Sigmoid | Activation::None => Activation::Sigmoid.scores(other, 1.0),
        };
        let other = other.first().and(together.last().copied());
        (head.activation.scores(labels, head.temperature), other)
    }

    /// The outputs of the linear layer for one segment.
    fn outputs(&self, patches: &[&Patch]) -> Vec<f32> {
        let features = pool(&self.metadata().features, patches);
        let rows = self.0.weights.chunks_exact(features.len()).zip(&self.0.bias);
        rows.map(|(row, bias)| {
            // Thousands of terms: summed in double precision, the order does not matter.
            let sum: f64 =
                row.iter().zip(&features).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
            (sum + f64::from(*bias)) as f32
        })
        .collect()
    }
}

/// What a head hears of a segment: `features` one after the other, each pooled over `patches`
/// (at least one, all of one model).
pub fn pool(features: &[HeadFeature], patches: &[&Patch]) -> Vec<f32> {
    let mut pooled = Vec::new();
    for feature in features {
        pooled.extend(match feature {
            HeadFeature::EmbeddingMean => mean(patches, |patch| &patch.embedding),
            HeadFeature::ScoreMean => mean(patches, |patch| &patch.scores),
            HeadFeature::EmbeddingMax => largest(patches, |patch| &patch.embedding),
            HeadFeature::ScoreMax => largest(patches, |patch| &patch.scores),
        });
    }
    pooled
}

/// The mean of a vector over patches.
pub(crate) fn mean<'a>(
    patches: &[&'a Patch],
    vector: impl Fn(&'a Patch) -> &'a Vec<f32>,
) -> Vec<f32> {
    let mut mean = fold(patches, vector, |sum, value| sum + value);
    mean.iter_mut().for_each(|sum| *sum /= patches.len() as f32);
    mean
}

fn largest<'a>(patches: &[&'a Patch], vector: impl Fn(&'a Patch) -> &'a Vec<f32>) -> Vec<f32> {
    fold(patches, vector, f32::max)
}

fn fold<'a>(
    patches: &[&'a Patch],
    vector: impl Fn(&'a Patch) -> &'a Vec<f32>,
    with: impl Fn(f32, f32) -> f32,
) -> Vec<f32> {
    let mut vectors = patches.iter().map(|patch| vector(patch));
    let mut folded = vectors.next().cloned().unwrap_or_default();
    for next in vectors {
        folded.iter_mut().zip(next).for_each(|(folded, &value)| *folded = with(*folded, value));
    }
    folded
}

/// A model as a message names it.
fn identity(name: &str, sha256: &str) -> String {
    let start: String = sha256.chars().take(12).collect();
    format!("the model {name:?} (sha256 {start}…)")
}

fn format_error(reason: impl std::fmt::Display) -> Error {
    ErrorKind::HeadFormat { reason: reason.to_string() }.into()
}

fn check(head: &HeadMetadata) -> Result<()> {
    let unit = |value: f32| (0.0..=1.0).contains(&value);
    let positive = |value: f64| value > 0.0 && value.is_finite();
    let rules = [
        ("features", !head.features.is_empty() && head.features.len() <= 4, "1 to 4 features"),
        ("segment_patches", (1..=MAX_PATCHES).contains(&head.segment_patches), "1 to 128"),
        ("hop_seconds", positive(head.hop_seconds) && head.hop_seconds <= 60.0, "above 0 to 60"),
        ("activation", head.activation != Activation::None, "softmax or sigmoid"),
        ("temperature", positive(head.temperature.into()), "a positive number"),
        ("rejection_threshold", unit(head.rejection_threshold), "0 to 1"),
        ("other_threshold", head.other_threshold.is_none_or(unit), "0 to 1"),
        ("smoothing_seconds", (0.0..=60.0).contains(&head.smoothing_seconds), "0 to 60"),
        ("event_on", unit(head.event_on), "0 to 1"),
        ("event_off", unit(head.event_off) && head.event_off <= head.event_on, "0 to event_on"),
    ];
    match rules.into_iter().find(|(_, fits, _)| !fits) {
        Some((field, _, expected)) => Err(format_error(format!("{field}: expected {expected}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
