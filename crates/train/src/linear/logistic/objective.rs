//! The penalised loss of multinomial logistic regression and its gradient, in single precision over
//! blocks of rows, one block per task. The blocks' sums are added in order, in double precision, so
//! that the result does not depend on the number of threads.

use rayon::prelude::*;

/// Rows that are multiplied at once.
const LANES: usize = 4;
/// Rows of a task.
const BLOCK: usize = 32 * LANES;
/// Parallel sums of a dot product, so that the processor need not wait for one.
const SUMS: usize = 8;

/// Standardised feature vectors with their labels and weights.
pub struct Rows {
    n_features: usize,
    /// Rows that count.
    len: usize,
    /// `[rows][n_features]`; rows of zeros complete the last [`LANES`].
    values: Vec<f32>,
    labels: Vec<usize>,
    weights: Vec<f64>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Rows {
    /// Standardises `features` (rows of equal length), each by its own mean and deviation.
    pub fn standardise(features: &[&[f32]], labels: Vec<usize>, weights: Vec<f64>) -> Self {
        let n_features = features.first().map_or(0, |row| row.len());
        let (means, deviations) = moments(features, n_features);
        let len = features.len();
        let padded = len.next_multiple_of(LANES);
        let mut values = Vec::with_capacity(padded * n_features);
        for row in features {
            let centred = row.iter().zip(&means).map(|(x, mean)| f64::from(*x) - mean);
            values.extend(centred.zip(&deviations).map(|(x, deviation)| (x / deviation) as f32));
        }
        values.resize(padded * n_features, 0.0);
        let (mut labels, mut weights) = (labels, weights);
        labels.resize(padded, 0);
        weights.resize(padded, 0.0);
        Self { n_features, len, values, labels, weights, means, deviations }
    }

    /// Returns the weights and biases for features that are not standardised, from a solution for
    /// those that are: `[labels][n_features + 1]`, the bias last.
    pub fn plain(&self, solution: &[f64]) -> (Vec<f32>, Vec<f32>) {
        let mut weights = Vec::with_capacity(solution.len());
        let mut biases = Vec::new();
        for row in solution.chunks_exact(self.n_features + 1) {
            let mut bias = row[self.n_features];
            for ((w, mean), deviation) in row.iter().zip(&self.means).zip(&self.deviations) {
                weights.push((w / deviation) as f32);
                bias -= w * mean / deviation;
            }
            biases.push(bias as f32);
        }
        (weights, biases)
    }

    /// Returns the length of a row.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Returns the numbers of a solution for `n_labels` labels.
    pub fn unknowns(&self, n_labels: usize) -> usize {
        n_labels * (self.n_features + 1)
    }

    /// Computes `mean(weight · cross-entropy) + ½ ‖W‖² / (c · rows)` at `solution`, and its
    /// gradient.
    pub fn objective(&self, c: f64, solution: &[f64], gradient: &mut [f64]) -> f64 {
        let width = self.n_features + 1;
        let layer = Layer::new(solution, width);
        let blocks: Vec<_> = (0..self.labels.len())
            .into_par_iter()
            .step_by(BLOCK)
            .map(|first| self.block(first, &layer))
            .collect();
        let scale = 1.0 / self.len.max(1) as f64;
        gradient.fill(0.0);
        let mut loss = 0.0;
        for (block_loss, block_gradient) in blocks {
            loss += block_loss * scale;
            let sums = gradient.iter_mut().zip(block_gradient);
            sums.for_each(|(sum, part)| *sum += f64::from(part) * scale);
        }
        let penalty = scale / c;
        for (w, g) in solution.chunks_exact(width).zip(gradient.chunks_exact_mut(width)) {
            let (w, g) = (&w[..self.n_features], &mut g[..self.n_features]);
            loss += 0.5 * penalty * w.iter().map(|w| w * w).sum::<f64>();
            g.iter_mut().zip(w).for_each(|(g, w)| *g += penalty * w);
        }
        loss
    }

    /// Loss and gradient of the rows from `first` on, not divided by the number of rows.
    fn block(&self, first: usize, layer: &Layer) -> (f64, Vec<f32>) {
        let (n, n_labels) = (self.n_features, layer.biases.len());
        let last = self.labels.len().min(first + BLOCK);
        let mut gradient = vec![0.0; n_labels * (n + 1)];
        let mut loss = 0.0;
        for start in (first..last).step_by(LANES) {
            let rows: [&[f32]; LANES] = std::array::from_fn(|lane| {
                let row = start + lane;
                &self.values[row * n..(row + 1) * n]
            });
            let mut errors = layer.logits(rows);
            for lane in 0..LANES {
                let (label, weight) = (self.labels[start + lane], self.weights[start + lane]);
                loss += weight * to_error(&mut errors, lane, label, weight);
            }
            for (errors, g) in errors.iter().zip(gradient.chunks_exact_mut(n + 1)) {
                g[n] += errors.iter().sum::<f32>();
                add_products(&mut g[..n], errors, rows);
            }
        }
        (loss, gradient)
    }
}

/// A solution in single precision.
struct Layer {
    n_features: usize,
    weights: Vec<f32>,
    biases: Vec<f64>,
}

impl Layer {
    fn new(solution: &[f64], width: usize) -> Self {
        let rows = || solution.chunks_exact(width);
        let n_features = width - 1;
        let weights = rows().flat_map(|row| row[..n_features].iter().map(|w| *w as f32)).collect();
        Self { n_features, weights, biases: rows().map(|row| row[n_features]).collect() }
    }

    /// Returns, for each label, a logit per row.
    fn logits(&self, rows: [&[f32]; LANES]) -> Vec<[f32; LANES]> {
        let weights = |label: usize| &self.weights[label * self.n_features..][..self.n_features];
        let biases = self.biases.iter().enumerate();
        biases
            .map(|(label, bias)| dots(weights(label), rows).map(|dot| dot + *bias as f32))
            .collect()
    }
}

/// Replaces a row's logits by `weight · (softmax − target)`; returns its cross-entropy.
fn to_error(logits: &mut [[f32; LANES]], lane: usize, label: usize, weight: f64) -> f64 {
    let values = || logits.iter().map(|logits| f64::from(logits[lane]));
    let greatest = values().fold(f64::NEG_INFINITY, f64::max);
    let normaliser = greatest + values().map(|logit| (logit - greatest).exp()).sum::<f64>().ln();
    let loss = normaliser - f64::from(logits[label][lane]);
    for (index, logits) in logits.iter_mut().enumerate() {
        let target = f64::from(u8::from(index == label));
        logits[lane] = (weight * ((f64::from(logits[lane]) - normaliser).exp() - target)) as f32;
    }
    loss
}

/// Returns the dot products of `w` with each of the rows.
fn dots(w: &[f32], rows: [&[f32]; LANES]) -> [f32; LANES] {
    let (w_parts, w_rest) = w.as_chunks::<SUMS>();
    let mut sums = [[0.0f32; SUMS]; LANES];
    let parts = rows.map(|row| row.as_chunks::<SUMS>());
    for (index, w) in w_parts.iter().enumerate() {
        for (sums, (row, _)) in sums.iter_mut().zip(&parts) {
            let row = &row[index];
            for lane in 0..SUMS {
                sums[lane] += w[lane] * row[lane];
            }
        }
    }
    let mut lane = 0;
    sums.map(|sums| {
        let rest = w_rest.iter().zip(parts[lane].1).map(|(w, x)| w * x).sum::<f32>();
        lane += 1;
        sums.iter().sum::<f32>() + rest
    })
}

/// Adds to `sums` every row times its error.
fn add_products(sums: &mut [f32], errors: &[f32; LANES], rows: [&[f32]; LANES]) {
    let [a, b, c, d] = rows;
    let products = a.iter().zip(b).zip(c.iter().zip(d));
    for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(products) {
        *sum += errors[0] * a + errors[1] * b + errors[2] * c + errors[3] * d;
    }
}

fn moments(rows: &[&[f32]], n_features: usize) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len().max(1) as f64;
    let mut means = vec![0.0; n_features];
    let mut deviations = vec![0.0; n_features];
    for row in rows {
        means.iter_mut().zip(*row).for_each(|(mean, x)| *mean += f64::from(*x) / n);
    }
    for row in rows {
        for ((deviation, mean), x) in deviations.iter_mut().zip(&means).zip(*row) {
            *deviation += (f64::from(*x) - mean).powi(2) / n;
        }
    }
    // A constant feature stays 0 after centring, whatever it is divided by.
    deviations.iter_mut().for_each(|d| *d = if *d > 1e-12 { d.sqrt() } else { 1.0 });
    (means, deviations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::generator;
    use rand::RngExt;

    /// Returns more rows than a block, and more features than a dot product's sums; neither is a
    /// multiple.
    fn rows() -> Rows {
        let mut rng = generator(2, "objective", &[]);
        let features: Vec<Vec<f32>> = (0..BLOCK + 7)
            .map(|_| (0..19).map(|_| rng.random_range(-2.0..5.0)).collect())
            .collect();
        let labels = (0..features.len()).map(|row| row % 3).collect();
        let weights = (0..features.len()).map(|row| 0.5 + (row % 5) as f64 / 4.0).collect();
        let features: Vec<_> = features.iter().map(Vec::as_slice).collect();
        Rows::standardise(&features, labels, weights)
    }

    fn solution(rows: &Rows) -> Vec<f64> {
        let mut rng = generator(3, "solution", &[]);
        (0..rows.unknowns(3)).map(|_| rng.random_range(-0.5..0.5)).collect()
    }

    #[test]
    fn blocks_add_up_to_the_definition() {
        let rows = rows();
        let (c, solution) = (0.3, solution(&rows));
        let mut gradient = vec![0.0; solution.len()];
        let value = rows.objective(c, &solution, &mut gradient);
        let width = rows.n_features + 1;
        let (mut loss, mut slopes) = (0.0, vec![0.0; solution.len()]);
        for row in 0..rows.len {
            let x: Vec<_> =
                rows.values[row * 19..(row + 1) * 19].iter().map(|x| f64::from(*x)).collect();
            let logit = |w: &[f64]| w[19] + x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>();
            let powers: Vec<_> = solution.chunks(width).map(|w| logit(w).exp()).collect();
            let sum: f64 = powers.iter().sum();
            let (label, scale) = (rows.labels[row], rows.weights[row] / rows.len as f64);
            loss -= scale * (powers[label] / sum).ln();
            for (index, slopes) in slopes.chunks_mut(width).enumerate() {
                let error = powers[index] / sum - if index == label { 1.0 } else { 0.0 };
                slopes.iter_mut().zip(&x).for_each(|(slope, x)| *slope += scale * error * x);
                slopes[19] += scale * error;
            }
        }
        for (w, slopes) in solution.chunks(width).zip(slopes.chunks_mut(width)) {
            for (w, slope) in w[..19].iter().zip(slopes) {
                loss += 0.5 * w * w / (c * rows.len as f64);
                *slope += w / (c * rows.len as f64);
            }
        }
        assert!((value - loss).abs() < 1e-6, "{value} {loss}");
        for (g, slope) in gradient.iter().zip(&slopes) {
            assert!((g - slope).abs() < 1e-6, "{g} {slope}");
        }
    }

    #[test]
    fn unstandardised_weights_give_the_same_results() {
        let mut rng = generator(4, "plain", &[]);
        let features: Vec<Vec<f32>> = (0..9)
            .map(|_| vec![rng.random_range(10.0..20.0), 7.0, rng.random_range(-1e-3..1e-3)])
            .collect();
        let slices: Vec<_> = features.iter().map(Vec::as_slice).collect();
        let rows = Rows::standardise(&slices, vec![0; 9], vec![1.0; 9]);
        let solution: Vec<_> = (0..rows.unknowns(2)).map(|i| 0.3 * i as f64 - 1.0).collect();
        let (weights, biases) = rows.plain(&solution);
        for (index, features) in features.iter().enumerate() {
            for label in 0..2 {
                let standardised = &rows.values[index * 3..(index + 1) * 3];
                let w = &solution[label * 4..(label + 1) * 4];
                let there =
                    standardised.iter().zip(w).map(|(x, w)| f64::from(*x) * w).sum::<f64>() + w[3];
                let plain = features.iter().zip(&weights[label * 3..]);
                let here = plain.map(|(x, w)| x * w).sum::<f32>() + biases[label];
                assert!((f64::from(here) - there).abs() < 1e-4, "{here} {there}");
            }
        }
    }
}
