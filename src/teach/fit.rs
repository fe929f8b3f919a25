//! Examples → the weights and the threshold of each label, and how well they do on recordings that
//! were left out.

use super::background::{Background, dot};
use super::example::Example;
use super::recordings::{Recording, centred, mean, recordings};
use super::report::Report;
use super::weights::{Fit, hardest};
use super::{FEATURES, examples_to_json};
use crate::engine::sigmoid;
use crate::error::{Error, Result};
use crate::head::{Head, HeadMetadata};
use crate::labels::Labels;
use crate::metadata::{Activation, Card, Decision};
use crate::model::Model;
use crate::order;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The scores of everyday sounds are 0 and those of the examples 1 on average. The threshold
/// between them, for one recording, and what each further one adds to it.
const LEAST_THRESHOLD: f64 = 0.60;
const THRESHOLD_STEP: f64 = 0.06;
const MOST_THRESHOLD: f64 = 0.85;
/// A threshold that a recording of something else forces up stays below this.
const FORCED_THRESHOLD: f64 = 0.95;
/// How steeply the score rises at the threshold, where it is 0.5.
const SLOPE: f64 = 6.0;

/// A base label is a parent of a taught one if its mean score in the examples is at least this.
const PARENT_SCORE: f32 = 0.3;
const MAX_PARENTS: usize = 3;

/// A label as it was learned.
pub(super) struct Lesson {
    pub(super) label: String,
    pub(super) recordings: Vec<Recording>,
    /// The score at which it is recognised.
    pub(super) threshold: f64,
    /// By recording, its score from the others; empty if there is only one.
    pub(super) left_out: Vec<f64>,
    /// The scores of what was given as something else, background and other labels, by recording:
    /// each by weights that it has not pushed down.
    pub(super) others: Vec<f64>,
    weights: Vec<f32>,
}

/// All labels, in the order in which they first appear.
pub(super) fn lessons(
    background: &Background,
    scales: &[f32],
    examples: &[Example],
) -> Result<Vec<Lesson>> {
    let vectors = centred(background, scales, examples);
    let mut names: Vec<Option<&str>> = Vec::new();
    for example in examples {
        let label = example.label.as_deref();
        if !names.contains(&label) {
            names.push(label);
        }
    }
    let group = |label: Option<&str>| recordings(label, examples, &vectors);
    let groups: Vec<_> = names.iter().map(|&label| (label, group(label))).collect();
    let lessons = groups.iter().filter_map(|(label, recordings)| {
        let others = groups.iter().filter(|(other, _)| other != label);
        let others: Vec<&Recording> = others.flat_map(|(_, recordings)| recordings).collect();
        label.map(|label| Lesson::new(background, label, recordings.clone(), &others))
    });
    let lessons: Vec<Lesson> = lessons.collect::<Result<_>>()?;
    match lessons.is_empty() {
        true => Err(Error::config("examples", 0, "at least one example of a sound")),
        false => Ok(lessons),
    }
}

impl Lesson {
    fn new(
        background: &Background,
        label: &str,
        recordings: Vec<Recording>,
        others: &[&Recording],
    ) -> Result<Self> {
        let all = |_: usize| true;
        let positive: Vec<&[f32]> = recordings.iter().map(|one| one.vector.as_slice()).collect();
        let alone = Fit::new(background, &positive, &[]);
        let Some(weights) = alone.weights(all) else {
            let expected = "examples that differ from everyday sounds";
            return Err(Error::config("examples", label, expected));
        };
        let pushed = hardest(&weights, others);
        let vectors: Vec<&[f32]> =
            pushed.iter().map(|&index| others[index].vector.as_slice()).collect();
        let fit = if pushed.is_empty() { alone } else { Fit::new(background, &positive, &vectors) };
        let weights = fit.weights(all).unwrap_or(weights);
        let left_out: Vec<f64> = match recordings.len() {
            1 => Vec::new(),
            count => (0..count).map(|index| fit.score_without(index)).collect(),
        };
        let mut others: Vec<f64> =
            others.iter().map(|other| dot(&weights, &other.vector)).collect();
        let threshold = threshold(recordings.len(), &others);
        // The report is on recordings that were not trained on, whatever they are of.
        for (place, index) in pushed.into_iter().enumerate() {
            others[index] = fit.score_without(recordings.len() + place);
        }
        Ok(Lesson { label: label.to_owned(), recordings, threshold, left_out, others, weights })
    }

    /// Scores from 0 to 1, as the head gives them, in rising order.
    pub(super) fn sorted_scores(&self, scores: &[f64]) -> Vec<f32> {
        let scores = scores.iter().map(|score| sigmoid((SLOPE * (score - self.threshold)) as f32));
        let scores: Vec<f32> = scores.collect();
        let falling = order::falling(scores.iter().copied());
        falling.into_iter().rev().map(|index| scores[index]).collect()
    }
}

/// Rises with the number of recordings, as the mean of more of them is surer of itself. It is not
/// lowered where left-out recordings miss it: over ESC-10 that gave labels which are hard to tell
/// several times the false alarms.
fn threshold(recordings: usize, others: &[f64]) -> f64 {
    let steps = (recordings - 1) as f64;
    let own = (LEAST_THRESHOLD + THRESHOLD_STEP * steps).min(MOST_THRESHOLD);
    let highest = others.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    own.max((highest + THRESHOLD_STEP).min(FORCED_THRESHOLD))
}

/// The head of all labels.
pub(super) fn head(
    model: &Model,
    background: &Background,
    name: &str,
    examples: &[Example],
    lessons: &[Lesson],
    report: &Report,
) -> Result<Head> {
    let base = model.metadata();
    let labels = lessons.iter().map(|lesson| lesson.label.clone()).collect();
    let scales = scales(model);
    let mut weights = Vec::new();
    let mut bias = Vec::new();
    for lesson in lessons {
        let scaled = lesson.weights.iter().zip(&scales);
        weights.extend(scaled.map(|(weight, scale)| SLOPE as f32 * weight * scale));
        let offset = dot(&lesson.weights, background.mean()) + lesson.threshold;
        bias.push((-SLOPE * offset) as f32);
    }
    let same_name = |lesson: &&Lesson| base.labels.position(&lesson.label).is_some();
    let refines = lessons.iter().filter(same_name);
    let refines = refines.map(|lesson| (lesson.label.clone(), vec![lesson.label.clone()]));
    let metadata = HeadMetadata {
        name: name.to_owned(),
        description: format!("Adds sounds that were taught by examples: {}.", report.labels()),
        base_name: base.name.clone(),
        base_sha256: model.sha256().to_owned(),
        labels: Labels::new(labels)?,
        refines: refines.collect(),
        parents: parents(model, examples, lessons),
        features: FEATURES.iter().map(|&(feature, _)| feature).collect(),
        segment_patches: base.segment_patches(),
        decision: Decision {
            hop_seconds: base.decision.hop_seconds,
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

/// By dimension of a model's vectors, what it is multiplied by.
pub(super) fn scales(model: &Model) -> Vec<f32> {
    let metadata = model.metadata();
    let labels = metadata.labels.len();
    let sizes = [metadata.embedding_size.unwrap_or_default(), labels, labels];
    FEATURES.iter().zip(sizes).flat_map(|(&(_, scale), n)| std::iter::repeat_n(scale, n)).collect()
}

/// By taught label, the base labels that most of its examples have: it is a kind of those, so it
/// comes before them, and is in their group.
fn parents(
    model: &Model,
    examples: &[Example],
    lessons: &[Lesson],
) -> BTreeMap<String, Vec<String>> {
    let labels = &model.metadata().labels;
    let taught = |label: &str| lessons.iter().any(|lesson| lesson.label == label);
    let of_lesson = lessons.iter().map(|lesson| {
        let own = lesson.recordings.iter().flat_map(|recording| &recording.examples);
        let scores: Vec<Vec<f32>> =
            own.map(|&index| examples[index].scores(labels.len())).collect();
        let means = mean(scores.iter().map(Vec::as_slice));
        let falling = order::falling(means.iter().copied()).into_iter();
        let high = falling.take_while(|&index| means[index] >= PARENT_SCORE);
        let names = high.filter_map(|index| labels.get(index)).filter(|label| !taught(label));
        (lesson.label.clone(), names.take(MAX_PARENTS).map(str::to_owned).collect::<Vec<_>>())
    });
    of_lesson.filter(|(_, parents)| !parents.is_empty()).collect()
}

fn hash(examples: &[Example]) -> String {
    let digest = Sha256::digest(examples_to_json(examples));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
