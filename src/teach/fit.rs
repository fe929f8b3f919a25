//! Examples → the weights and the threshold of each label, and how well they do on recordings that
//! were left out.

use super::background::{Background, dot};
use super::example::Example;
use super::report::Report;
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
use std::slice;

/// Two recordings count as one if the cosine between their vectors is at least this. Over ESC-10,
/// copies at another level have .97 in the median, other recordings of a class at most .94.
const COPY_COSINE: f64 = 0.955;
/// Recordings of a label among which such copies are looked for; the search takes their square.
const MAX_COMPARED: usize = 500;

/// The scores of everyday sounds are 0 and those of the examples 1 on average. The threshold
/// between them, for one recording, and what each further one adds to it.
const LEAST_THRESHOLD: f64 = 0.60;
const THRESHOLD_STEP: f64 = 0.06;
const MOST_THRESHOLD: f64 = 0.85;
/// A threshold that a recording of something else forces up stays below this.
const FORCED_THRESHOLD: f64 = 0.95;
/// How steeply the score rises at the threshold, where it is 0.5.
const SLOPE: f64 = 6.0;

/// Something else with a higher score is pushed down to it.
const PUSHED_TO: f64 = 0.3;
/// How far it may stay from that, as a part of its own length: otherwise something nearly equal to
/// the examples would bend the weights out of shape.
const RIDGE: f64 = 0.1;
/// How many of them are pushed down, those with the highest scores.
const MAX_PUSHED: usize = 8;

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

/// The examples of one label that are from one recording, or copies of each other.
#[derive(Clone)]
pub(super) struct Recording {
    /// Its names; several if they are copies of each other.
    pub(super) names: Vec<String>,
    /// Places among all examples.
    pub(super) examples: Vec<usize>,
    /// The mean of the examples minus that of the background.
    pub(super) vector: Vec<f32>,
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

/// The vectors minus the background's mean.
pub(super) fn centred(
    background: &Background,
    scales: &[f32],
    examples: &[Example],
) -> Vec<Vec<f32>> {
    let vectors = examples.iter().map(|example| {
        let mut vector = example.scaled(scales);
        vector.iter_mut().zip(background.mean()).for_each(|(x, mean)| *x -= mean);
        vector
    });
    vectors.collect()
}

/// The examples of a label by recording; copies are one recording.
fn recordings(label: Option<&str>, examples: &[Example], vectors: &[Vec<f32>]) -> Vec<Recording> {
    let mut found: Vec<Recording> = Vec::new();
    for (index, example) in examples.iter().enumerate() {
        if example.label.as_deref() != label {
            continue;
        }
        let is_same = |recording: &&mut Recording| {
            recording.names.contains(&example.recording)
                || recording.examples.iter().any(|&own| examples[own].sha256 == example.sha256)
        };
        match found.iter_mut().find(is_same) {
            Some(recording) => {
                recording.join(slice::from_ref(&example.recording), &[index], vectors);
            }
            None => found.push(Recording {
                names: vec![example.recording.clone()],
                examples: vec![index],
                vector: vectors[index].clone(),
            }),
        }
    }
    if found.len() <= MAX_COMPARED { without_copies(found, vectors) } else { found }
}

fn without_copies(recordings: Vec<Recording>, vectors: &[Vec<f32>]) -> Vec<Recording> {
    let mut kept: Vec<Recording> = Vec::new();
    for recording in recordings {
        let copied = kept.iter_mut().find(|other| other.cosine(&recording) >= COPY_COSINE);
        match copied {
            Some(other) => other.join(&recording.names, &recording.examples, vectors),
            None => kept.push(recording),
        }
    }
    kept
}

impl Recording {
    fn join(&mut self, names: &[String], examples: &[usize], vectors: &[Vec<f32>]) {
        self.names.extend(
            names.iter().filter(|&name| !self.names.contains(name)).cloned().collect::<Vec<_>>(),
        );
        self.examples.extend(examples);
        self.vector = mean(self.examples.iter().map(|&index| vectors[index].as_slice()));
    }

    /// The cosine between the vectors.
    pub(super) fn cosine(&self, other: &Recording) -> f64 {
        cosine(&self.vector, &other.vector)
    }
}

pub(super) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

pub(super) fn mean<'a>(vectors: impl ExactSizeIterator<Item = &'a [f32]>) -> Vec<f32> {
    let count = vectors.len() as f32;
    let mut mean = Vec::new();
    for vector in vectors {
        mean.resize(vector.len(), 0.0);
        mean.iter_mut().zip(vector).for_each(|(mean, x)| *mean += x / count);
    }
    mean
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

/// Places of the other recordings that are too high, highest first.
fn hardest(weights: &[f32], others: &[&Recording]) -> Vec<usize> {
    let scores: Vec<f64> = others.iter().map(|other| dot(weights, &other.vector)).collect();
    let falling = order::falling(scores.iter().map(|&score| score as f32));
    let high = falling.into_iter().take_while(|&index| scores[index] > PUSHED_TO);
    high.take(MAX_PUSHED).collect()
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

/// Products of all vectors with all damped ones, from which any subset of the recordings is fitted
/// without going through the vectors again.
struct Fit<'a> {
    vectors: Vec<&'a [f32]>,
    damped: Vec<Vec<f32>>,
    /// How many vectors are the label's; the others are pushed down.
    own: usize,
    /// `[vectors][vectors]`
    products: Vec<f64>,
}

impl<'a> Fit<'a> {
    fn new(background: &Background, own: &[&'a [f32]], pushed: &[&'a [f32]]) -> Self {
        let vectors: Vec<&[f32]> = own.iter().chain(pushed).copied().collect();
        let damped: Vec<_> = vectors.iter().map(|vector| background.damp(vector)).collect();
        let size = vectors.len();
        let mut products = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let product = dot(&damped[row], vectors[column]);
                products[row * size + column] = product;
                products[column * size + row] = product;
            }
        }
        Fit { vectors, damped, own: own.len(), products }
    }

    /// What each damped vector is multiplied by, with the vectors for which `is_in` is true. `None` if the
    /// label's are no different from the background.
    fn factors(&self, is_in: impl Fn(usize) -> bool) -> Option<Vec<f64>> {
        let size = self.vectors.len();
        let members: Vec<usize> = (0..self.own).filter(|&index| is_in(index)).collect();
        let share = 1.0 / members.len() as f64;
        // The first is the mean of the members, the others are those that are pushed down.
        let parts: Vec<Vec<(usize, f64)>> =
            std::iter::once(members.iter().map(|&index| (index, share)).collect())
                .chain(
                    (self.own..size).filter(|&index| is_in(index)).map(|index| vec![(index, 1.0)]),
                )
                .collect();
        let product = |a: &[(usize, f64)], b: &[(usize, f64)]| -> f64 {
            let terms = a.iter().flat_map(|&(row, x)| {
                b.iter().map(move |&(column, y)| (row * size + column, x * y))
            });
            terms.map(|(place, factor)| factor * self.products[place]).sum()
        };
        let mut system: Vec<Vec<f64>> = Vec::new();
        for (row, part) in parts.iter().enumerate() {
            let mut equation: Vec<f64> = parts.iter().map(|other| product(part, other)).collect();
            if row > 0 {
                equation[row] *= 1.0 + RIDGE;
            }
            equation.push(if row == 0 { 1.0 } else { PUSHED_TO });
            system.push(equation);
        }
        let solution = solve(system)?;
        let mut factors = vec![0.0; size];
        for (part, x) in parts.iter().zip(solution) {
            part.iter().for_each(|&(index, share)| factors[index] += x * share);
        }
        Some(factors)
    }

    fn weights(&self, is_in: impl Fn(usize) -> bool) -> Option<Vec<f32>> {
        let factors = self.factors(is_in)?;
        let mut weights = vec![0.0f64; self.damped[0].len()];
        for (factor, damped) in factors.iter().zip(&self.damped) {
            weights.iter_mut().zip(damped).for_each(|(w, &x)| *w += factor * f64::from(x));
        }
        Some(weights.into_iter().map(|weight| weight as f32).collect())
    }

    /// The score of a vector by all others; 0 if the label's are no different from the background.
    fn score_without(&self, index: usize) -> f64 {
        let size = self.vectors.len();
        let factors = self.factors(|other| other != index).unwrap_or_default();
        factors.iter().enumerate().map(|(row, x)| x * self.products[row * size + index]).sum()
    }
}

/// Gauss–Jordan elimination of equations with their right sides last; `None` if they have no single
/// solution. There are at most [`MAX_PUSHED`] + 1 of them.
fn solve(mut system: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = system.len();
    for column in 0..size {
        let of_row = |row: &usize| system[*row][column].abs();
        let pivot = (column..size).max_by(|a, b| of_row(a).total_cmp(&of_row(b)))?;
        system.swap(column, pivot);
        let scale = system[column][column];
        if scale.abs() < 1e-9 {
            return None;
        }
        system[column].iter_mut().for_each(|value| *value /= scale);
        let pivot = system[column].clone();
        for (_, row) in system.iter_mut().enumerate().filter(|&(row, _)| row != column) {
            let factor = row[column];
            row.iter_mut().zip(&pivot).for_each(|(value, &other)| *value -= factor * other);
        }
    }
    system.iter().map(|row| row.last().copied()).collect()
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
