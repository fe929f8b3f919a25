//! Multinomial logistic regression with L2 penalty, by L-BFGS, and its use as a new last
//! layer on frozen features.

mod objective;
#[cfg(test)]
mod tests;

use crate::linear::Linear;
use crate::linear::lbfgs::minimise;
use crate::metrics::mean_and_variance;
use crate::random::generator;
use objective::Rows;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, BTreeSet};

/// Penalties to try, strongest first, as scikit-learn's `C`: the inverse of their strength.
pub const CANDIDATES: [f64; 7] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
/// Folds of the cross-validation that chooses among them.
pub const CV_FOLDS: usize = 5;

/// A feature vector to fit a layer on; all have the same length.
#[derive(Clone, Debug)]
pub struct Example {
    /// The numbers.
    pub features: Vec<f32>,
    /// Its label.
    pub label: usize,
    /// Its recording; examples of one recording are never on both sides of a split.
    pub recording: String,
    /// Whether it is only trained on and not counted in cross-validation.
    pub only_trains: bool,
    /// Its weight among the examples of its recording.
    pub count: f64,
}

impl Example {
    /// Creates an example with a weight of 1.
    pub fn new(features: Vec<f32>, label: usize, recording: impl Into<String>) -> Self {
        Self { features, label, recording: recording.into(), only_trains: false, count: 1.0 }
    }
}

/// Standardises the examples; returns them with their [`weights`].
fn rows(examples: &[&Example], n_labels: usize, counting: Counting) -> Rows {
    let features: Vec<_> = examples.iter().map(|example| example.features.as_slice()).collect();
    let labels = examples.iter().map(|example| example.label).collect();
    Rows::standardise(&features, labels, weights(examples, n_labels, counting))
}

/// Returns the weight of each example, 1 on average.
fn weights(examples: &[&Example], n_labels: usize, counting: Counting) -> Vec<f64> {
    let mut of_recording = BTreeMap::<&str, f64>::new();
    for Example { recording, count, .. } in examples {
        *of_recording.entry(recording).or_default() += count;
    }
    let mut sums = vec![0.0; n_labels];
    let mut weights = Vec::with_capacity(examples.len());
    for Example { label, recording, count, .. } in examples {
        let weight = match counting {
            Counting::ByRoot => count / of_recording[recording.as_str()].sqrt(),
            Counting::Alike => *count,
        };
        sums[*label] += weight;
        weights.push(weight);
    }
    let all: f64 = sums.iter().sum();
    let present = sums.iter().filter(|&&sum| sum > 0.0).count() as f64;
    let n = examples.len() as f64;
    for (weight, example) in weights.iter_mut().zip(examples) {
        *weight *= match counting {
            Counting::ByRoot => n / (present * sums[example.label]),
            Counting::Alike => n / all,
        };
    }
    weights
}

/// How much rows count in a fit and in cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// All labels equally, whatever their share of the rows, and a recording by the square root of
    /// its rows, which are near-copies of each other.
    ByRoot,
    /// All rows equally: the probabilities then assume that labels are as frequent as here.
    Alike,
}

/// What decides between penalties in cross-validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Choose the strongest penalty with an accuracy at most this many standard errors below the
    /// best.
    Accuracy(f64),
    /// Choose the penalty under which the left-out labels are most likely.
    Likelihood,
}

/// A fitted last layer and how its penalty was chosen.
#[derive(Clone, Debug)]
pub struct Refit {
    /// The layer, for features that are not standardised.
    pub linear: Linear,
    /// The chosen `C`.
    pub c: f64,
    /// Cross-validated accuracy of every candidate, weighted like the fit.
    pub candidates: Vec<(f64, f64)>,
    /// For each row, its logits in cross-validation with the chosen `C`; `None` if it is only
    /// trained on, or if there were too few recordings in total or of its label to leave it out.
    pub held_out: Vec<Option<Vec<f32>>>,
}

impl Refit {
    /// Returns the cross-validated accuracy of the chosen `C`.
    pub fn cross_validated(&self) -> f64 {
        let of_c = self.candidates.iter().find(|(c, _)| *c == self.c);
        of_c.map_or(0.0, |(_, accuracy)| *accuracy)
    }
}

/// How the penalty is chosen by cross-validation over recordings.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Values of `C`, strongest penalty first. If no row can be left out, the middle one is used.
    pub candidates: &'a [f64],
    /// What decides between them.
    pub by: Criterion,
    /// How much rows count, in the fit and in cross-validation.
    pub rows: Counting,
}

/// Fits a last layer on features that were learned on the same clips. Such features make weak
/// penalties look too good, so the strongest penalty with an accuracy not clearly below the best is
/// chosen: the rule of one standard error.
pub fn refit(examples: &[Example], n_labels: usize, seed: u64) -> Refit {
    let by = Criterion::Accuracy(1.0);
    let choice = Choice { candidates: &CANDIDATES, by, rows: Counting::ByRoot };
    fit_by_choice(examples, n_labels, choice, seed)
}

/// Fits a linear layer with the penalty that `choice` finds.
pub fn fit_by_choice(
    examples: &[Example],
    n_labels: usize,
    choice: Choice<'_>,
    seed: u64,
) -> Refit {
    let Choice { candidates, by, rows: counting } = choice;
    let assignment = assign_recordings(examples, seed);
    let mut accuracies = vec![Vec::new(); candidates.len()];
    let mut likelihoods = vec![Vec::new(); candidates.len()];
    let mut held_out_logits = vec![vec![None; examples.len()]; candidates.len()];
    for fold in 0..CV_FOLDS {
        let (mut train, mut places) = (Vec::new(), Vec::new());
        for (place, example) in examples.iter().enumerate() {
            match assignment[place] == fold {
                false => train.push(example),
                true if example.only_trains => {}
                true => places.push(place),
            }
        }
        // The penalty must not be judged by labels that a layer was not fitted on.
        let known: BTreeSet<_> = train.iter().map(|example| example.label).collect();
        places.retain(|&place| known.contains(&examples[place].label));
        if places.is_empty() {
            continue;
        }
        let held_out: Vec<_> = places.iter().map(|&place| &examples[place]).collect();
        let labels: Vec<_> = held_out.iter().map(|example| example.label).collect();
        let weights = weights(&held_out, n_labels, counting);
        let rows = rows(&train, n_labels, counting);
        let mut start = None;
        for (index, &c) in candidates.iter().enumerate() {
            let (linear, solution) = fit(&rows, n_labels, c, start);
            start = Some(solution);
            let logits: Vec<_> = held_out.iter().map(|row| linear.logits(&row.features)).collect();
            accuracies[index].push(weighted_accuracy(&logits, &labels, &weights));
            likelihoods[index].push(weighted_likelihood(&logits, &labels, &weights));
            for (&place, logits) in places.iter().zip(logits) {
                held_out_logits[index][place] = Some(logits);
            }
        }
    }
    let (scores, standard_errors) = match by {
        Criterion::Accuracy(standard_errors) => (&accuracies, standard_errors),
        Criterion::Likelihood => (&likelihoods, 0.0),
    };
    let was_judged = scores.iter().all(|list| !list.is_empty());
    let scores: Vec<_> = scores.iter().map(|list| mean_and_error(list)).collect();
    let chosen = match was_judged {
        true => strongest_within(&scores, standard_errors),
        false => candidates.len() / 2,
    };
    let c = candidates[chosen];
    let accuracies = accuracies.iter().map(|list| mean_and_error(list).0);
    let all: Vec<_> = examples.iter().collect();
    Refit {
        linear: fit(&rows(&all, n_labels, counting), n_labels, c, None).0,
        c,
        candidates: candidates.iter().copied().zip(accuracies).collect(),
        held_out: held_out_logits.swap_remove(chosen),
    }
}

/// Returns the share of the weight with the label's logit as the greatest; the last of equal ones
/// counts.
fn weighted_accuracy(logits: &[Vec<f32>], labels: &[usize], weights: &[f64]) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    for ((logits, label), weight) in logits.iter().zip(labels).zip(weights) {
        let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        right += if best == Some(*label) { *weight } else { 0.0 };
        all += weight;
    }
    right / all
}

/// Returns the weighted mean logarithm of the labels' probabilities.
fn weighted_likelihood(logits: &[Vec<f32>], labels: &[usize], weights: &[f64]) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for ((logits, &label), weight) in logits.iter().zip(labels).zip(weights) {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let odds: f64 = logits.iter().map(|&logit| f64::from(logit - largest).exp()).sum();
        sum += weight * (f64::from(logits[label] - largest) - odds.ln());
        all += weight;
    }
    sum / all
}

/// Returns the mean and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let (mean, variance) = mean_and_variance(values.iter().copied());
    (mean, (variance / n).sqrt())
}

/// Returns the index of the first `(mean, standard error)` with a mean at most `standard_errors` of
/// the best one's below the best.
fn strongest_within(scores: &[(f64, f64)], standard_errors: f64) -> usize {
    let best = scores.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    let (mean, error) = best.unwrap_or_default();
    let least = mean - standard_errors * error;
    scores.iter().position(|(score, _)| *score >= least).unwrap_or(0)
}

/// Returns a cross-validation fold per example, the same for all examples of a recording.
fn assign_recordings(examples: &[Example], seed: u64) -> Vec<usize> {
    let mut distinct: Vec<_> = examples.iter().map(|example| example.recording.as_str()).collect();
    distinct.sort();
    distinct.dedup();
    distinct.shuffle(&mut generator(seed, "refit", &[]));
    let folds = distinct.into_iter().enumerate().map(|(index, name)| (name, index % CV_FOLDS));
    let folds: BTreeMap<_, _> = folds.collect();
    examples.iter().map(|example| folds[example.recording.as_str()]).collect()
}

/// Minimises `C · Σ weight · cross-entropy + ½ ‖W‖²` on standardised features (biases are free),
/// with the weights of [`weights`]. Returns the layer for features that are not standardised, and
/// the solution to start the next fit from.
fn fit(rows: &Rows, n_labels: usize, c: f64, start: Option<Vec<f64>>) -> (Linear, Vec<f64>) {
    let start = start.unwrap_or_else(|| vec![0.0; rows.unknowns(n_labels)]);
    let solution = minimise(start, |solution, gradient| rows.objective(c, solution, gradient));
    let (weight, bias) = rows.plain(&solution);
    (Linear { n_features: rows.n_features(), weight, bias }, solution)
}
