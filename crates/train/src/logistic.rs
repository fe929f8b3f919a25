//! Multinomial logistic regression with L2 penalty, by L-BFGS, and its use as a new last
//! layer on frozen features.

use crate::infer::Linear;
use crate::random::generator;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, VecDeque};

/// Penalties tried, strongest first, as scikit-learn's `C`: the inverse of their strength.
pub const CANDIDATES: [f64; 7] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
/// Folds of the cross-validation that chooses among them.
pub const CV_FOLDS: usize = 5;
const HISTORY: usize = 10;
const MAX_ITERATIONS: usize = 200;
const TOLERANCE: f64 = 1e-5;

/// Feature vectors with their labels and recordings.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// Rows of equal length.
    pub features: Vec<Vec<f32>>,
    /// Label per row.
    pub labels: Vec<usize>,
    /// Recording per row; rows of one recording never stand on both sides of a split.
    pub recordings: Vec<String>,
}

impl Examples {
    fn select(&self, keep: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<_> = (0..self.labels.len()).filter(|&row| keep(row)).collect();
        Self {
            features: rows.iter().map(|&row| self.features[row].clone()).collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            recordings: rows.iter().map(|&row| self.recordings[row].clone()).collect(),
        }
    }

    /// How much each row counts, 1 on average. All labels count the same, whatever their
    /// share of the rows; within a label a recording counts by the square root of its rows,
    /// since they are near-copies of each other.
    fn weights(&self, n_labels: usize) -> Vec<f64> {
        let mut rows_of = BTreeMap::<&str, f64>::new();
        for recording in &self.recordings {
            *rows_of.entry(recording).or_default() += 1.0;
        }
        let by_row = |recording: &String| rows_of[recording.as_str()].sqrt().recip();
        let mut weights: Vec<_> = self.recordings.iter().map(by_row).collect();
        let mut sums = vec![0.0; n_labels];
        for (weight, &label) in weights.iter().zip(&self.labels) {
            sums[label] += weight;
        }
        let present = sums.iter().filter(|&&sum| sum > 0.0).count() as f64;
        let share = self.labels.len() as f64 / present;
        for (weight, &label) in weights.iter_mut().zip(&self.labels) {
            *weight *= share / sums[label];
        }
        weights
    }
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
}

/// Fits a last layer. `C` is chosen by cross-validation over recordings and the rule of one
/// standard error: the strongest penalty whose accuracy is not clearly below the best. The
/// features were learned on the same clips, which makes weak penalties look too good.
pub fn refit(examples: &Examples, n_labels: usize, seed: u64) -> Refit {
    let assignment = assign_recordings(&examples.recordings, seed);
    let mut accuracies = vec![Vec::new(); CANDIDATES.len()];
    for fold in 0..CV_FOLDS {
        let train = examples.select(|row| assignment[row] != fold);
        let held_out = examples.select(|row| assignment[row] == fold);
        if train.labels.is_empty() || held_out.labels.is_empty() {
            continue;
        }
        let mut start = None;
        for (&c, accuracies) in CANDIDATES.iter().zip(&mut accuracies) {
            let (linear, solution) = fit(&train, n_labels, c, start);
            start = Some(solution);
            accuracies.push(weighted_accuracy(&linear, &held_out, n_labels));
        }
    }
    let candidates: Vec<_> =
        CANDIDATES.iter().zip(&accuracies).map(|(&c, list)| (c, mean_and_error(list))).collect();
    let c = within_one_standard_error(&candidates);
    let candidates = candidates.into_iter().map(|(c, (mean, _))| (c, mean)).collect();
    Refit { linear: fit(examples, n_labels, c, None).0, c, candidates }
}

fn weighted_accuracy(linear: &Linear, examples: &Examples, n_labels: usize) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    let rows = examples.features.iter().zip(&examples.labels);
    for ((features, &label), weight) in rows.zip(examples.weights(n_labels)) {
        let logits = linear.logits(features);
        let best = (0..n_labels).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        right += if best == Some(label) { weight } else { 0.0 };
        all += weight;
    }
    right / all
}

/// Mean and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0) / n).sqrt())
}

/// The first of the candidates `(c, (accuracy, standard error))` whose accuracy is at most one
/// standard error below the best.
fn within_one_standard_error(candidates: &[(f64, (f64, f64))]) -> f64 {
    let best = candidates.iter().map(|(_, score)| *score).max_by(|a, b| a.0.total_cmp(&b.0));
    let (mean, error) = best.unwrap_or_default();
    let found = candidates.iter().find(|(_, (accuracy, _))| *accuracy >= mean - error);
    found.map_or(CANDIDATES[0], |(c, _)| *c)
}

/// A cross-validation fold per row, the same for all rows of a recording.
fn assign_recordings(recordings: &[String], seed: u64) -> Vec<usize> {
    let mut distinct: Vec<_> = recordings.to_vec();
    distinct.sort();
    distinct.dedup();
    distinct.shuffle(&mut generator(seed, "refit", &[]));
    let folds = distinct.into_iter().enumerate().map(|(index, name)| (name, index % CV_FOLDS));
    let folds: BTreeMap<_, _> = folds.collect();
    recordings.iter().map(|recording| folds[recording]).collect()
}

/// Minimises `C · Σ weight · cross-entropy + ½ ‖W‖²` on standardised features (biases are
/// free), the weights as [`Examples::weights`] has them.
/// Returns the layer for plain features and the solution to start a next fit from.
fn fit(
    examples: &Examples,
    n_labels: usize,
    c: f64,
    start: Option<Vec<f64>>,
) -> (Linear, Vec<f64>) {
    let n_features = examples.features.first().map_or(0, Vec::len);
    let (means, deviations) = moments(&examples.features, n_features);
    let standardised: Vec<f64> = examples
        .features
        .iter()
        .flat_map(|row| {
            row.iter().zip(&means).zip(&deviations).map(|((x, m), s)| (f64::from(*x) - m) / s)
        })
        .collect();
    let width = n_features + 1;
    let weights = examples.weights(n_labels);
    let start = start.unwrap_or_else(|| vec![0.0; n_labels * width]);
    let solution = minimise(start, |solution, gradient| {
        objective(&standardised, (&examples.labels, &weights), n_features, c, solution, gradient)
    });
    let mut weight = Vec::with_capacity(n_labels * n_features);
    let mut bias = Vec::with_capacity(n_labels);
    for row in solution.chunks_exact(width) {
        let mut constant = row[n_features];
        for ((w, mean), deviation) in row.iter().zip(&means).zip(&deviations) {
            weight.push((w / deviation) as f32);
            constant -= w * mean / deviation;
        }
        bias.push(constant as f32);
    }
    (Linear { n_features, weight, bias }, solution)
}

fn moments(rows: &[Vec<f32>], n_features: usize) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len().max(1) as f64;
    let mut means = vec![0.0; n_features];
    let mut deviations = vec![0.0; n_features];
    for row in rows {
        means.iter_mut().zip(row).for_each(|(mean, x)| *mean += f64::from(*x) / n);
    }
    for row in rows {
        for ((deviation, mean), x) in deviations.iter_mut().zip(&means).zip(row) {
            *deviation += (f64::from(*x) - mean).powi(2) / n;
        }
    }
    // A feature that never changes stays 0 after centring, whatever it is divided by.
    deviations.iter_mut().for_each(|d| *d = if *d > 1e-12 { d.sqrt() } else { 1.0 });
    (means, deviations)
}

/// Value and gradient of the penalised loss, divided by `C · rows`.
fn objective(
    x: &[f64],
    (labels, weights): (&[usize], &[f64]),
    n_features: usize,
    c: f64,
    solution: &[f64],
    gradient: &mut [f64],
) -> f64 {
    let width = n_features + 1;
    let scale = 1.0 / labels.len().max(1) as f64;
    gradient.fill(0.0);
    let mut loss = 0.0;
    let mut logits = vec![0.0; solution.len() / width];
    for ((row, &label), weight) in x.chunks_exact(n_features).zip(labels).zip(weights) {
        for (logit, w) in logits.iter_mut().zip(solution.chunks_exact(width)) {
            *logit = w[n_features] + dot(&w[..n_features], row);
        }
        let normaliser = log_sum_exp(&logits);
        loss += (normaliser - logits[label]) * weight * scale;
        for (index, (logit, g)) in logits.iter().zip(gradient.chunks_exact_mut(width)).enumerate() {
            let target = f64::from(u8::from(index == label));
            let error = ((logit - normaliser).exp() - target) * weight * scale;
            g[n_features] += error;
            g.iter_mut().zip(row).for_each(|(g, x)| *g += error * x);
        }
    }
    let penalty = scale / c;
    for (w, g) in solution.chunks_exact(width).zip(gradient.chunks_exact_mut(width)) {
        loss += 0.5 * penalty * dot(&w[..n_features], &w[..n_features]);
        g[..n_features].iter_mut().zip(w).for_each(|(g, w)| *g += penalty * w);
    }
    loss
}

/// L-BFGS with a backtracking line search, for smooth convex functions. `value` returns the
/// function's value and writes its gradient.
fn minimise(mut x: Vec<f64>, mut value: impl FnMut(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let mut gradient = vec![0.0; x.len()];
    let mut current = value(&x, &mut gradient);
    let mut history: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
    for _ in 0..MAX_ITERATIONS {
        if gradient.iter().fold(0.0f64, |greatest, g| greatest.max(g.abs())) < TOLERANCE {
            break;
        }
        let direction = quasi_newton(&gradient, &history);
        let slope = dot(&direction, &gradient);
        let mut length = 1.0;
        let mut next_gradient = vec![0.0; x.len()];
        let step = loop {
            let next: Vec<_> = x.iter().zip(&direction).map(|(x, d)| x + length * d).collect();
            let reached = value(&next, &mut next_gradient);
            if reached <= current + 1e-4 * length * slope {
                break Some((next, reached));
            }
            length *= 0.5;
            if length < 1e-10 {
                break None;
            }
        };
        let Some((next, reached)) = step else { break };
        let moved: Vec<_> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let turned: Vec<_> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            history.push_back((moved, turned, curvature.recip()));
            if history.len() > HISTORY {
                history.pop_front();
            }
        }
        (x, current, gradient) = (next, reached, next_gradient);
    }
    x
}

/// The two-loop recursion: minus the inverse Hessian's estimate times the gradient.
fn quasi_newton(gradient: &[f64], history: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut q = gradient.to_vec();
    let mut factors = Vec::with_capacity(history.len());
    for (moved, turned, rho) in history.iter().rev() {
        let factor = rho * dot(moved, &q);
        q.iter_mut().zip(turned).for_each(|(q, y)| *q -= factor * y);
        factors.push(factor);
    }
    if let Some((_, turned, rho)) = history.back() {
        let scale = 1.0 / (rho * dot(turned, turned));
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((moved, turned, rho), factor) in history.iter().zip(factors.into_iter().rev()) {
        let correction = factor - rho * dot(turned, &q);
        q.iter_mut().zip(moved).for_each(|(q, s)| *q += correction * s);
    }
    q.iter_mut().for_each(|q| *q = -*q);
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn log_sum_exp(logits: &[f64]) -> f64 {
    let greatest = logits.iter().fold(f64::NEG_INFINITY, |greatest, &logit| greatest.max(logit));
    greatest + logits.iter().map(|logit| (logit - greatest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    /// Three clouds of points, six points per recording.
    fn clouds(spread: f32) -> Examples {
        let mut rng = generator(5, "clouds", &[]);
        let mut examples = Examples::default();
        for row in 0..180 {
            let label = row / 6 % 3;
            let mut noise = || spread * (rng.random::<f32>() + rng.random::<f32>() - 1.0);
            let centre = [[0.0, 0.0], [3.0, 0.0], [0.0, 30.0]][label];
            examples.features.push(vec![centre[0] + noise(), centre[1] + 10.0 * noise(), 7.0]);
            examples.labels.push(label);
            examples.recordings.push(format!("recording {}", row / 6));
        }
        examples
    }

    fn accuracy(linear: &Linear, examples: &Examples) -> f64 {
        let right = |(features, label): (&Vec<f32>, &usize)| {
            let logits = linear.logits(features);
            (0..3).max_by(|&a, &b| logits[a].total_cmp(&logits[b])) == Some(*label)
        };
        let rows = examples.features.iter().zip(&examples.labels);
        rows.filter(|row| right(*row)).count() as f64 / examples.labels.len() as f64
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
    }

    #[test]
    fn the_solution_is_where_the_gradient_vanishes() {
        let examples = clouds(4.0);
        let (means, deviations) = moments(&examples.features, 3);
        let x: Vec<f64> = examples
            .features
            .iter()
            .flat_map(|row| {
                row.iter().zip(&means).zip(&deviations).map(|((x, m), s)| (f64::from(*x) - m) / s)
            })
            .collect();
        let (_, solution) = fit(&examples, 3, 0.3, None);
        let weights = examples.weights(3);
        let rows = (examples.labels.as_slice(), weights.as_slice());
        let mut gradient = vec![0.0; solution.len()];
        let least = objective(&x, rows, 3, 0.3, &solution, &mut gradient);
        assert!(gradient.iter().all(|g| g.abs() < TOLERANCE), "{gradient:?}");
        for index in 0..solution.len() {
            let mut moved = solution.clone();
            moved[index] += 0.05;
            let mut slope = vec![0.0; solution.len()];
            assert!(objective(&x, rows, 3, 0.3, &moved, &mut slope) >= least);
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_objective() {
        let x = [0.5, -1.0, 2.0, 0.3, -0.7, 1.1];
        let rows = ([0, 2, 1].as_slice(), [0.5, 1.0, 1.5].as_slice());
        let solution: Vec<_> = (0..9).map(|i| 0.1 * f64::from(i) - 0.3).collect();
        let value = |solution: &[f64]| {
            objective(&x, rows, 2, 0.5, solution, &mut vec![0.0; solution.len()])
        };
        let mut gradient = vec![0.0; 9];
        objective(&x, rows, 2, 0.5, &solution, &mut gradient);
        for index in 0..9 {
            let mut moved = [solution.clone(), solution.clone()];
            moved[0][index] += 1e-5;
            moved[1][index] -= 1e-5;
            let slope = (value(&moved[0]) - value(&moved[1])) / 2e-5;
            assert!((slope - gradient[index]).abs() < 1e-8, "{index}");
        }
    }

    #[test]
    fn labels_count_the_same_and_recordings_by_the_root_of_their_rows() {
        let examples = Examples {
            features: vec![vec![0.0]; 7],
            labels: vec![0, 0, 0, 0, 0, 1, 1],
            recordings: ["a", "a", "a", "a", "b", "c", "d"].map(String::from).to_vec(),
        };
        let weights = examples.weights(3);
        let sum = |rows: std::ops::Range<usize>| weights[rows].iter().sum::<f64>();
        assert!((sum(0..5) - 3.5).abs() < 1e-12 && (sum(5..7) - 3.5).abs() < 1e-12);
        assert!((sum(0..4) / weights[4] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_strongest_penalty_within_one_standard_error_is_chosen() {
        let candidates = [(0.1, (0.80, 0.0)), (0.2, (0.89, 0.0)), (0.3, (0.90, 0.02))];
        assert_eq!(within_one_standard_error(&candidates), 0.2);
        let (mean, error) = mean_and_error(&[0.8, 1.0]);
        assert!((mean - 0.9).abs() < 1e-12 && (error - 0.1).abs() < 1e-12);
    }

    #[test]
    fn rows_of_a_recording_stay_together() {
        let examples = clouds(1.0);
        let folds = assign_recordings(&examples.recordings, 1);
        for rows in folds.chunks(6) {
            assert!(rows.iter().all(|fold| fold == &rows[0]));
        }
        assert!((0..CV_FOLDS).all(|fold| folds.contains(&fold)));
    }
}
