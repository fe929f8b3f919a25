//! Multinomial logistic regression with L2 penalty, by L-BFGS, and its use as a new last
//! layer on frozen features.

mod objective;

use crate::linear::Linear;
use crate::linear::lbfgs::minimise;
use crate::metrics::mean_and_variance;
use crate::random::generator;
use objective::Rows;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;

/// Penalties tried, strongest first, as scikit-learn's `C`: the inverse of their strength.
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
    /// Its recording; examples of one are never on both sides of a split.
    pub recording: String,
    /// Whether it only trains: cross-validation does not count it.
    pub only_trains: bool,
    /// How much it counts among those of its recording.
    pub count: f64,
}

impl Example {
    /// One that counts like any other.
    pub fn new(features: Vec<f32>, label: usize, recording: impl Into<String>) -> Self {
        Self { features, label, recording: recording.into(), only_trains: false, count: 1.0 }
    }
}

/// Standardised, with their [`weights`].
fn rows(examples: &[&Example], n_labels: usize, counting: Counting) -> Rows {
    let features: Vec<_> = examples.iter().map(|example| example.features.as_slice()).collect();
    let labels = examples.iter().map(|example| example.label).collect();
    Rows::standardise(&features, labels, weights(examples, n_labels, counting))
}

/// How much each example counts, 1 on average.
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
    /// All labels the same, whatever their share of the rows, and a recording by the square root
    /// of its rows, which are near-copies of each other.
    ByRoot,
    /// All rows the same: probabilities are then those of labels as frequent as here.
    Alike,
}

/// What decides between penalties in cross-validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// The strongest penalty is taken whose accuracy is at most this many standard errors below
    /// the best.
    Accuracy(f64),
    /// The penalty is taken under which the left-out labels are most likely.
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
    /// By row, its logits in cross-validation with the chosen `C`; `None` where it only trains, or
    /// there were too few recordings to leave it out.
    pub held_out: Vec<Option<Vec<f32>>>,
}

impl Refit {
    /// Cross-validated accuracy of the chosen `C`.
    pub fn cross_validated(&self) -> f64 {
        let of_c = self.candidates.iter().find(|(c, _)| *c == self.c);
        of_c.map_or(0.0, |(_, accuracy)| *accuracy)
    }
}

/// How the penalty is chosen by cross-validation over recordings.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Values of `C`, strongest penalty first.
    pub candidates: &'a [f64],
    /// What decides between them.
    pub by: Criterion,
    /// How much rows count, in the fit and in cross-validation.
    pub rows: Counting,
}

/// Fits a last layer on features that were learned on the same clips. Those make weak penalties
/// look too good, so the strongest penalty is taken whose accuracy is not clearly below the best:
/// the rule of one standard error.
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
        if train.is_empty() || places.is_empty() {
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
    let scores: Vec<_> = scores.iter().map(|list| mean_and_error(list)).collect();
    let chosen = strongest_within(&scores, standard_errors);
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

/// Share of the weight whose greatest logit is the label's; of equal ones the last counts.
fn weighted_accuracy(logits: &[Vec<f32>], labels: &[usize], weights: &[f64]) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    for ((logits, label), weight) in logits.iter().zip(labels).zip(weights) {
        let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        right += if best == Some(*label) { *weight } else { 0.0 };
        all += weight;
    }
    right / all
}

/// The mean logarithm of the labels' probabilities, by weight.
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

/// Mean and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let (mean, variance) = mean_and_variance(values.iter().copied());
    (mean, (variance / n).sqrt())
}

/// The index of the first of the `(mean, standard error)` whose mean is at most `standard_errors`
/// of the best one's below the best.
fn strongest_within(scores: &[(f64, f64)], standard_errors: f64) -> usize {
    let best = scores.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    let (mean, error) = best.unwrap_or_default();
    let least = mean - standard_errors * error;
    scores.iter().position(|(score, _)| *score >= least).unwrap_or(0)
}

/// A cross-validation fold per example, the same for all of a recording.
fn assign_recordings(examples: &[Example], seed: u64) -> Vec<usize> {
    let mut distinct: Vec<_> = examples.iter().map(|example| example.recording.as_str()).collect();
    distinct.sort();
    distinct.dedup();
    distinct.shuffle(&mut generator(seed, "refit", &[]));
    let folds = distinct.into_iter().enumerate().map(|(index, name)| (name, index % CV_FOLDS));
    let folds: BTreeMap<_, _> = folds.collect();
    examples.iter().map(|example| folds[example.recording.as_str()]).collect()
}

/// Minimises `C · Σ weight · cross-entropy + ½ ‖W‖²` on standardised features (biases are
/// free), the weights as [`weights`] has them.
/// Returns the layer for plain features and the solution to start a next fit from.
fn fit(rows: &Rows, n_labels: usize, c: f64, start: Option<Vec<f64>>) -> (Linear, Vec<f64>) {
    let start = start.unwrap_or_else(|| vec![0.0; rows.unknowns(n_labels)]);
    let solution = minimise(start, |solution, gradient| rows.objective(c, solution, gradient));
    let (weight, bias) = rows.plain(&solution);
    (Linear { n_features: rows.n_features(), weight, bias }, solution)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    /// Three clouds of points, six points per recording.
    fn clouds(spread: f32) -> Vec<Example> {
        let mut rng = generator(5, "clouds", &[]);
        let point = |row: usize| {
            let label = row / 6 % 3;
            let mut noise = || spread * (rng.random::<f32>() + rng.random::<f32>() - 1.0);
            let centre = [[0.0, 0.0], [3.0, 0.0], [0.0, 30.0]][label];
            let features = vec![centre[0] + noise(), centre[1] + 10.0 * noise(), 7.0];
            Example::new(features, label, format!("recording {}", row / 6))
        };
        (0..180).map(point).collect()
    }

    fn accuracy(linear: &Linear, examples: &[Example]) -> f64 {
        let right = |example: &&Example| {
            let logits = linear.logits(&example.features);
            (0..3).max_by(|&a, &b| logits[a].total_cmp(&logits[b])) == Some(example.label)
        };
        examples.iter().filter(right).count() as f64 / examples.len() as f64
    }

    #[test]
    fn clouds_are_told_apart() {
        let examples = clouds(1.0);
        let refit = refit(&examples, 3, 1);
        assert!(accuracy(&refit.linear, &examples) > 0.97);
        assert!(
            refit.linear.weight.iter().all(|w| w.is_finite()),
            "a constant feature is harmless"
        );
        assert_eq!(refit.candidates.len(), CANDIDATES.len());
        let best = |logits: &Vec<f32>| (0..3).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        let held_out = refit.held_out.iter().flatten().map(best);
        let right = held_out.zip(&examples).filter(|(best, example)| *best == Some(example.label));
        let share = right.count() as f64 / examples.len() as f64;
        assert!((share - refit.cross_validated()).abs() < 0.01, "{share}");
    }

    #[test]
    fn the_solution_is_where_the_gradient_vanishes() {
        let examples = clouds(4.0);
        let rows = rows(&examples.iter().collect::<Vec<_>>(), 3, Counting::ByRoot);
        let (_, solution) = fit(&rows, 3, 0.3, None);
        let mut gradient = vec![0.0; solution.len()];
        let least = rows.objective(0.3, &solution, &mut gradient);
        assert!(gradient.iter().all(|g| g.abs() < 1e-5), "{gradient:?}");
        for index in 0..solution.len() {
            let mut moved = solution.clone();
            moved[index] += 0.05;
            let mut slope = vec![0.0; solution.len()];
            assert!(rows.objective(0.3, &moved, &mut slope) >= least);
        }
    }

    #[test]
    fn rows_that_only_train_are_not_judged() {
        let mut examples = clouds(1.0);
        // One row in twelve has a wrong label, of those that only train.
        for (row, example) in examples.iter_mut().enumerate().step_by(2) {
            example.only_trains = true;
            example.label = (example.label + usize::from(row % 12 == 0)) % 3;
        }
        let refit = refit(&examples, 3, 1);
        for (example, held_out) in examples.iter().zip(&refit.held_out) {
            assert_eq!(held_out.is_none(), example.only_trains);
        }
        assert!(refit.cross_validated() > 0.97, "{}", refit.cross_validated());
    }

    #[test]
    fn labels_count_the_same_and_recordings_by_the_root_of_their_rows() {
        let rows = [(0, "a"), (0, "a"), (0, "a"), (0, "a"), (0, "b"), (1, "c"), (1, "d")];
        let examples = rows.map(|(label, name)| Example::new(vec![0.0], label, name));
        let examples: Vec<_> = examples.iter().collect();
        let weights = weights(&examples, 3, Counting::ByRoot);
        let sum = |rows: std::ops::Range<usize>| weights[rows].iter().sum::<f64>();
        assert!((sum(0..5) - 3.5).abs() < 1e-12 && (sum(5..7) - 3.5).abs() < 1e-12);
        assert!((sum(0..4) / weights[4] - 2.0).abs() < 1e-12);
        assert_eq!(super::weights(&examples, 3, Counting::Alike), [1.0; 7]);
    }

    #[test]
    fn rows_count_as_much_as_they_are_said_to() {
        let rows = [(0, "a", 1.0), (0, "a", 0.25), (1, "b", 0.25)];
        let examples = rows
            .map(|(label, name, count)| Example { count, ..Example::new(vec![0.0], label, name) });
        let weights = weights(&examples.iter().collect::<Vec<_>>(), 2, Counting::Alike);
        assert!((weights.iter().sum::<f64>() - 3.0).abs() < 1e-12);
        assert!((weights[0] - 4.0 * weights[1]).abs() < 1e-12 && weights[1] == weights[2]);
    }

    #[test]
    fn likelihood_is_the_mean_logarithm_of_the_probabilities() {
        let logits = [vec![3f32.ln(), 0.0], vec![0.0, 0.0]];
        let found = weighted_likelihood(&logits, &[0, 1], &[1.0, 3.0]);
        assert!((found - (0.75f64.ln() + 3.0 * 0.5f64.ln()) / 4.0).abs() < 1e-6, "{found}");
    }

    #[test]
    fn the_strongest_penalty_within_one_standard_error_is_chosen() {
        let scores = [(0.80, 0.0), (0.89, 0.0), (0.90, 0.02)];
        assert_eq!(strongest_within(&scores, 1.0), 1);
        assert_eq!(strongest_within(&scores, 0.0), 2);
        let (mean, error) = mean_and_error(&[0.8, 1.0]);
        assert!((mean - 0.9).abs() < 1e-12 && (error - 0.1).abs() < 1e-12);
    }

    #[test]
    fn rows_of_a_recording_stay_together() {
        let examples = clouds(1.0);
        let folds = assign_recordings(&examples, 1);
        for rows in folds.chunks(6) {
            assert!(rows.iter().all(|fold| fold == &rows[0]));
        }
        assert!((0..CV_FOLDS).all(|fold| folds.contains(&fold)));
    }
}
