//! Heads: custom labels on the embedding of a large network. A head is one small JSON file with a
//! linear layer over pooled embeddings, its calibration and its card. It fits one base model,
//! identified by hash, and lists the labels of the base that it replaces.

use crate::base::{Base, identity};
use crate::engine::sigmoid;
use crate::error::{Error, ErrorKind, Result};
use crate::labels::Labels;
use crate::metadata::{Activation, Card, Decision};
use sourcing_sound_kernels::dot;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

mod file;
mod numbers;
mod pool;
mod read;

pub(crate) use numbers::{decode, encode};
pub(crate) use pool::mean;
pub use pool::{HeadFeature, Patch, pool};

/// Largest accepted number of weights.
const MAX_WEIGHTS: usize = 8 << 20;
/// Most patches in a segment, about a minute.
const MAX_PATCHES: usize = 128;

/// The file of [`Head::urban`].
#[cfg(feature = "urban")]
const URBAN: &[u8] = include_bytes!("../../models/everyday/urban.head.json");

/// Everything about a head except its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadMetadata {
    /// Short name, such as `urban`.
    pub name: String,
    /// One sentence on what it recognises.
    pub description: String,
    /// Name of the model that it was made for.
    pub base_name: String,
    /// [`Model::sha256`](crate::Model::sha256) of that model.
    pub base_sha256: String,
    /// The labels, in the order of the outputs.
    pub labels: Labels,
    /// For each label, the labels of the base that it replaces (`dog_bark` replaces `Bark` and
    /// `Yip`). A label of the base can be replaced only once; labels that are absent here replace
    /// nothing. If such a label has the same name as a label of the base, it adds to it: the score
    /// is the higher of both, the head's only from its rejection threshold on, and the thresholds
    /// are those of the base.
    pub refines: BTreeMap<String, Vec<String>>,
    /// For each label, the labels of the base that it is a kind of (`street_music` of `Music`), in
    /// addition to the parents of the labels that it replaces.
    pub parents: BTreeMap<String, Vec<String>>,
    /// Inputs of the linear layer, in this order; 1 to 5, without duplicates.
    pub features: Vec<HeadFeature>,
    /// Patches in a segment if the head is used alone
    /// ([`Classifier::with_head_only`](crate::Classifier::with_head_only)), 1 to 128.
    pub segment_patches: usize,
    /// How its outputs become scores (softmax or sigmoid), rejections and events. A label is not
    /// recognised if its score times the detector's probability is below the rejection threshold.
    /// Hop and smoothing apply only if the head is used alone.
    pub decision: Decision,
    /// How the head was made.
    pub card: Card,
}

/// Estimates whether a sound is one of a head's labels. Its logistic output is a probability, by
/// which the labels' scores are multiplied.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// Its inputs, in this order; 1 to 5, without duplicates.
    pub features: Vec<HeadFeature>,
    /// One weight for each number that [`pool`] returns for `features`.
    pub weights: Vec<f32>,
    /// Added to the weighted sum.
    pub bias: f32,
}

/// A linear layer over pooled embeddings, with its labels. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Head(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    metadata: HeadMetadata,
    /// `[labels][n_features]`, row after row.
    weights: Vec<f32>,
    bias: Vec<f32>,
    detector: Option<Detector>,
}

impl Head {
    /// Reads the built-in head for [`Model::everyday`](crate::Model::everyday): ten urban sounds
    /// (air conditioner, car horn, children playing, dog bark, drilling, engine idling, gunshot,
    /// jackhammer, siren, street music).
    ///
    /// Its weights derive from UrbanSound8K (CC BY-NC 3.0): use them for non-commercial purposes
    /// only, as [`Card::licence`] also states. Needs the feature `urban`, which is off by
    /// default.
    ///
    /// # Errors Never in a published version, because the file is part of the crate.
    #[cfg(feature = "urban")]
    pub fn urban() -> Result<Self> {
        Self::from_json(URBAN)
    }

    /// Creates a head. `weights` are `[labels][n_features]`, row after row, for features as
    /// [`pool`] returns them, not standardised; `bias` is `[labels]`.
    ///
    /// # Errors
    /// `head-format`, naming the part that is out of range or does not fit.
    pub fn new(
        metadata: HeadMetadata,
        weights: Vec<f32>,
        bias: Vec<f32>,
        detector: Option<Detector>,
    ) -> Result<Self> {
        check(&metadata)?;
        let labels = metadata.labels.len();
        if bias.len() != labels {
            return Err(format_error(format!("{} biases for {labels} labels", bias.len())));
        }
        if weights.is_empty()
            || weights.len() > MAX_WEIGHTS
            || !weights.len().is_multiple_of(labels)
        {
            let given = weights.len();
            return Err(format_error(format!("{given} weights for {labels} labels")));
        }
        if !weights.iter().chain(&bias).all(|value| value.is_finite()) {
            return Err(format_error("a weight is NaN or infinite"));
        }
        if let Some(detector) = &detector {
            check_detector(detector)?;
        }
        Ok(Head(Arc::new(Parts { metadata, weights, bias, detector })))
    }

    /// Returns everything except the weights.
    pub fn metadata(&self) -> &HeadMetadata {
        &self.0.metadata
    }

    /// Returns the detector, if the head has one.
    pub fn detector(&self) -> Option<&Detector> {
        self.0.detector.as_ref()
    }

    /// Checks that this head fits the model.
    ///
    /// # Errors
    /// `head-mismatch` if it was made for another model; `head-format` if its weights or its names
    /// of the model's labels do not fit.
    pub(crate) fn check_fit(&self, base: Base<'_>) -> Result<()> {
        let head = self.metadata();
        if head.base_sha256 != base.sha256 {
            return Err(ErrorKind::HeadMismatch {
                head: head.name.clone(),
                expected: identity(&head.base_name, &head.base_sha256),
                actual: base.identity(),
            }
            .into());
        }
        let Some(embedding) = base.embedding_size else {
            return Err(format_error(format!("its base {} has no embedding", base.name)));
        };
        let count = |features: &[HeadFeature]| -> usize {
            features.iter().map(|feature| feature.size(embedding, base.labels.len())).sum()
        };
        let (given, expected) = (self.0.weights.len() / head.labels.len(), count(&head.features));
        if given != expected {
            return Err(format_error(format!(
                "it has {given} weights per label, its base gives {expected} features"
            )));
        }
        if let Some(detector) = self.detector() {
            let (given, expected) = (detector.weights.len(), count(&detector.features));
            if given != expected {
                return Err(format_error(format!(
                    "its detector has {given} weights, its base gives {expected} features"
                )));
            }
        }
        check_base_labels(head, base)
    }

    /// Returns a probability per label for one segment, assuming that the sound is one of them.
    ///
    /// # Panics
    /// If `patches` is empty, or from a model that the head does not fit.
    pub fn scores(&self, patches: &[&Patch]) -> Vec<f32> {
        let head = self.metadata();
        let Decision { activation, temperature, .. } = head.decision;
        activation.scores(&self.outputs(patches), temperature)
    }

    /// Returns the probability that a segment is one of the labels; 1 without a detector.
    pub(crate) fn presence(&self, patches: &[&Patch]) -> f32 {
        self.detector().map_or(1.0, |detector| {
            let features = pool(&detector.features, patches);
            sigmoid(linear(&detector.weights, &features, detector.bias))
        })
    }

    /// Returns the outputs of the linear layer for one segment.
    fn outputs(&self, patches: &[&Patch]) -> Vec<f32> {
        let features = pool(&self.metadata().features, patches);
        let rows = self.0.weights.chunks_exact(features.len()).zip(&self.0.bias);
        rows.map(|(row, &bias)| linear(row, &features, bias)).collect()
    }
}

/// Computes a weighted sum plus bias. There are thousands of terms; in double precision their order
/// does not matter. A result beyond single precision stays finite, so that it can be compared.
fn linear(weights: &[f32], features: &[f32], bias: f32) -> f32 {
    let most = f64::from(f32::MAX);
    (dot(weights, features) + f64::from(bias)).min(most).max(-most) as f32
}

impl HeadFeature {
    /// Returns how many numbers this feature has, for a base with these sizes.
    fn size(self, embedding: usize, labels: usize) -> usize {
        match self {
            HeadFeature::EmbeddingMean | HeadFeature::EmbeddingMax => embedding,
            HeadFeature::ScoreMean | HeadFeature::ScoreMax | HeadFeature::LogitMean => labels,
        }
    }
}

pub(crate) fn format_error(reason: impl std::fmt::Display) -> Error {
    ErrorKind::HeadFormat { reason: reason.to_string() }.into()
}

fn check(head: &HeadMetadata) -> Result<()> {
    let out_of_range =
        |(field, expected): (&str, &str)| format_error(format!("{field}: expected {expected}"));
    head.decision.check().map_err(out_of_range)?;
    let rules = [
        ("features", are_features(&head.features), FEATURES),
        ("segment_patches", (1..=MAX_PATCHES).contains(&head.segment_patches), "1 to 128"),
        ("activation", head.decision.activation != Activation::None, "softmax or sigmoid"),
    ];
    if let Some((field, _, expected)) = rules.into_iter().find(|(_, fits, _)| !fits) {
        return Err(out_of_range((field, expected)));
    }
    for (field, map) in [("refines", &head.refines), ("parents", &head.parents)] {
        if let Some(label) = map.keys().find(|label| head.labels.position(label).is_none()) {
            return Err(format_error(format!("{field}: {label:?} is none of the head's labels")));
        }
    }
    let mut refined = HashSet::new();
    match head.refines.values().flatten().find(|label| !refined.insert(label.as_str())) {
        Some(label) => Err(format_error(format!("refines: {label:?} is there twice"))),
        None => Ok(()),
    }
}

/// The accepted lists of features, for messages.
const FEATURES: &str = "1 to 5 features, none twice";

fn are_features(features: &[HeadFeature]) -> bool {
    let repeated = features.iter().enumerate().any(|(i, feature)| features[..i].contains(feature));
    !features.is_empty() && !repeated
}

fn check_detector(detector: &Detector) -> Result<()> {
    if !are_features(&detector.features) {
        return Err(format_error(format!("detector.features: expected {FEATURES}")));
    }
    if detector.weights.is_empty() || detector.weights.len() > MAX_WEIGHTS {
        return Err(format_error(format!("{} weights of the detector", detector.weights.len())));
    }
    match detector.weights.iter().chain([&detector.bias]).all(|value| value.is_finite()) {
        true => Ok(()),
        false => Err(format_error("a weight of the detector is NaN or infinite")),
    }
}

/// Refuses names of base labels that the base does not have.
fn check_base_labels(head: &HeadMetadata, base: Base<'_>) -> Result<()> {
    let base_labels: HashSet<&str> = base.labels.iter().collect();
    for (field, map) in [("refines", &head.refines), ("parents", &head.parents)] {
        for (label, named) in map {
            if let Some(name) = named.iter().find(|name| !base_labels.contains(name.as_str())) {
                return Err(format_error(format!(
                    "{field}: {label:?} has {name:?}, which is no label of its base {:?}",
                    base.name
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
