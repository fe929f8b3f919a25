//! Assembles lessons and their report into a head.

use super::background::Background;
use super::example::{Example, FEATURES, scales};
use super::file::examples_to_json;
use super::fit::{Lesson, SLOPE};
use super::recordings::mean;
use super::report::Report;
use crate::base::Base;
use crate::error::Result;
use crate::head::{Head, HeadMetadata};
use crate::labels::Labels;
use crate::metadata::{Activation, Card, Decision};
use crate::order;
use sha2::{Digest, Sha256};
use sourcing_sound_kernels::dot;
use std::collections::BTreeMap;

/// A base label is a parent of a taught one if its mean score in the examples is at least this.
const PARENT_SCORE: f32 = 0.3;
const MAX_PARENTS: usize = 3;

/// Assembles the head of all labels.
pub(super) fn head(
    base: Base<'_>,
    background: &Background,
    name: &str,
    examples: &[Example],
    lessons: &[Lesson<'_>],
    report: &Report,
) -> Result<Head> {
    let labels = lessons.iter().map(|lesson| lesson.label.to_owned()).collect();
    let scales = scales(base);
    let mut weights = Vec::new();
    let mut bias = Vec::new();
    for lesson in lessons {
        let scaled = lesson.weights.iter().zip(&scales);
        weights.extend(scaled.map(|(weight, scale)| SLOPE as f32 * weight * scale));
        let offset = dot(&lesson.weights, background.mean()) + lesson.threshold;
        bias.push((-SLOPE * offset) as f32);
    }
    let metadata = HeadMetadata {
        name: name.to_owned(),
        description: format!("Adds sounds that were taught by examples: {}.", report.labels()),
        base_name: base.name.to_owned(),
        base_sha256: base.sha256.to_owned(),
        labels: Labels::new(labels)?,
        refines: BTreeMap::new(),
        parents: parents(base, examples, lessons),
        features: FEATURES.iter().map(|&(feature, _)| feature).collect(),
        segment_patches: base.segment_patches,
        decision: Decision {
            hop_seconds: base.hop_seconds,
            activation: Activation::Sigmoid,
            temperature: 1.0,
            rejection_threshold: 0.5,
            smoothing_seconds: 1.0,
            event_on: 0.5,
            event_off: 0.35,
        },
        card: Card {
            training_data: report.data(),
            folds: "each recording was left out in turn".to_owned(),
            accuracy: report.accuracy(),
            licence: "Weights: those of the examples' owner".to_owned(),
            config_hash: hash(examples),
        },
    };
    Head::new(metadata, weights, bias, None)
}

/// Returns, for each taught label, the base labels that most of its examples have. It is a kind of
/// those, so it comes before them and is in their group. A taught label that the base also has
/// keeps its place there.
fn parents(
    base: Base<'_>,
    examples: &[Example],
    lessons: &[Lesson<'_>],
) -> BTreeMap<String, Vec<String>> {
    let labels = base.labels;
    let taught = |label: &str| lessons.iter().any(|lesson| lesson.label == label);
    let new = lessons.iter().filter(|lesson| labels.position(lesson.label).is_none());
    let mut parents = BTreeMap::new();
    for lesson in new {
        let own = lesson.recordings.iter().flat_map(|recording| &recording.examples);
        let scores: Vec<Vec<f32>> =
            own.map(|&index| examples[index].scores(labels.len())).collect();
        let means = mean(scores.iter().map(Vec::as_slice));
        let falling = order::falling(means.iter().copied()).into_iter();
        let high = falling.take_while(|&index| means[index] >= PARENT_SCORE);
        let names = high.filter_map(|index| labels.get(index)).filter(|label| !taught(label));
        let names: Vec<String> = names.take(MAX_PARENTS).map(str::to_owned).collect();
        if !names.is_empty() {
            parents.insert(lesson.label.to_owned(), names);
        }
    }
    parents
}

fn hash(examples: &[Example]) -> String {
    let digest = Sha256::digest(examples_to_json(examples));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
