//! Pools the patches of a segment into the inputs of a head.

use serde::{Deserialize, Serialize};

/// An input of a head: one vector, pooled over a segment's patches.
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
    /// Mean of the base's logits, label by label: ln(s / (1 − s)) for each score s, limited to −10
    /// to 10.
    LogitMean,
}

impl HeadFeature {
    /// The names in files, for messages.
    pub(super) const NAMES: &str =
        "a list of embedding-mean, embedding-max, score-mean, score-max and logit-mean";

    /// Returns the input with this name in files.
    pub(super) fn named(name: &str) -> Option<HeadFeature> {
        Some(match name {
            "embedding-mean" => HeadFeature::EmbeddingMean,
            "embedding-max" => HeadFeature::EmbeddingMax,
            "score-mean" => HeadFeature::ScoreMean,
            "score-max" => HeadFeature::ScoreMax,
            "logit-mean" => HeadFeature::LogitMean,
            _ => return None,
        })
    }
}

/// The base model's output for one patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// A score per label of the base, 0 to 1.
    pub scores: Vec<f32>,
    /// `embedding_size` numbers.
    pub embedding: Vec<f32>,
}

/// Logits are limited to ± this, so that scores of 0 or 1 do not give infinity.
const MAX_LOGIT: f32 = 10.0;

/// Pools the input of a head: `features` one after the other, each pooled over `patches` (at least
/// one, all from the same model).
pub fn pool(features: &[HeadFeature], patches: &[&Patch]) -> Vec<f32> {
    let mut pooled = Vec::new();
    for feature in features {
        pooled.extend(match feature {
            HeadFeature::EmbeddingMean => mean(patches, |patch| &patch.embedding),
            HeadFeature::ScoreMean => mean(patches, |patch| &patch.scores),
            HeadFeature::EmbeddingMax => largest(patches, |patch| &patch.embedding),
            HeadFeature::ScoreMax => largest(patches, |patch| &patch.scores),
            HeadFeature::LogitMean => logit_mean(patches),
        });
    }
    pooled
}

/// Returns the mean of a vector over patches.
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

fn logit_mean(patches: &[&Patch]) -> Vec<f32> {
    let mut mean = vec![0.0; patches.first().map_or(0, |patch| patch.scores.len())];
    for patch in patches {
        for (mean, &score) in mean.iter_mut().zip(&patch.scores) {
            let logit = (score / (1.0 - score)).ln().clamp(-MAX_LOGIT, MAX_LOGIT);
            *mean += logit / patches.len() as f32;
        }
    }
    mean
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
