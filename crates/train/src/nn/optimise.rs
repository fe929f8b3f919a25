//! AdamW with decay on matrices and kernels only, and the moving average of the weights.

use crate::nn::net::{Array, Weights};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// Share of a batch's statistics in the running batch-norm statistics.
const STATISTICS_MOMENTUM: f32 = 0.1;

/// The moments of AdamW, one pair of arrays per parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    /// Running means of the gradients.
    pub first: Vec<Array>,
    /// Running means of their squares.
    pub second: Vec<Array>,
}

impl AdamW {
    /// Creates moments of zero.
    pub fn new(weights: &Weights) -> Self {
        let zeros =
            |array: &Array| Array { values: vec![0.0; array.values.len()], ..array.clone() };
        let zeros: Vec<_> = weights.parameters.iter().map(zeros).collect();
        Self { first: zeros.clone(), second: zeros }
    }

    /// Takes step `step`, counted from 0. Parameters with more than one axis decay.
    pub fn step(
        &mut self,
        weights: &mut Weights,
        gradients: &[Vec<f32>],
        step: usize,
        learning_rate: f64,
        weight_decay: f64,
    ) {
        let time = step as i32 + 1;
        let bias_1 = 1.0 - BETA_1.powi(time);
        let bias_2 = 1.0 - BETA_2.powi(time);
        let rate = (learning_rate / bias_1) as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((array, gradient), (first, second)) in
            weights.parameters.iter_mut().zip(gradients).zip(moments)
        {
            let decay = if array.shape.len() > 1 { learning_rate * weight_decay } else { 0.0 };
            let keep = (1.0 - decay) as f32;
            let moments = first.values.iter_mut().zip(&mut second.values);
            for ((value, gradient), (m, v)) in array.values.iter_mut().zip(gradient).zip(moments) {
                *m = BETA_1 as f32 * *m + (1.0 - BETA_1) as f32 * gradient;
                *v = BETA_2 as f32 * *v + (1.0 - BETA_2) as f32 * gradient * gradient;
                let scale = (*v / bias_2 as f32).sqrt() + EPSILON as f32;
                *value = *value * keep - rate * *m / scale;
            }
        }
    }
}

/// Moves the running statistics towards a batch's.
pub fn update_statistics(weights: &mut Weights, batch: &[Vec<f32>]) {
    for (running, batch) in weights.statistics.iter_mut().zip(batch) {
        blend_values(&mut running.values, batch, STATISTICS_MOMENTUM);
    }
}

/// Returns the decay of the weights' moving average, `min(ceiling, (1 + step) / (10 + step))`:
/// short at first, so that the average soon forgets the initial weights.
pub fn average_decay(step: usize, ceiling: f64) -> f64 {
    ceiling.min((1.0 + step as f64) / (10.0 + step as f64))
}

/// Moves the average `share` of the way to the weights, including batch-norm statistics.
pub fn update_average(average: &mut Weights, weights: &Weights, share: f32) {
    blend(&mut average.parameters, &weights.parameters, share);
    blend(&mut average.statistics, &weights.statistics, share);
}

/// Moves arrays `share` of the way to others of the same shapes.
pub fn blend(to: &mut [Array], from: &[Array], share: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        blend_values(&mut to.values, &from.values, share);
    }
}

fn blend_values(to: &mut [f32], from: &[f32], share: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += (from - *to) * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Weights {
        let array = |name: &str, shape: Vec<usize>| Array {
            name: name.to_owned(),
            values: vec![1.0; shape.iter().product()],
            shape,
        };
        Weights {
            parameters: vec![array("matrix", vec![1, 2]), array("bias", vec![1])],
            statistics: vec![array("mean", vec![1])],
        }
    }

    #[test]
    fn adamw_takes_the_steps_of_the_paper() {
        let mut weights = weights();
        let mut adam = AdamW::new(&weights);
        adam.step(&mut weights, &[vec![0.5, -2.0], vec![0.1]], 0, 0.1, 0.5);
        // The first step is the rate times the sign of the gradient; a matrix keeps 1 − 0.1 · 0.5,
        // a bias all.
        let expected = [0.95 - 0.1, 0.95 + 0.1, 1.0 - 0.1];
        let found: Vec<_> = weights.parameters.iter().flat_map(|a| a.values.clone()).collect();
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
        adam.step(&mut weights, &[vec![0.5, -2.0], vec![-0.1]], 1, 0.1, 0.5);
        // m = 0.9 · 0.01 − 0.01 = −0.001, v = 0.999 · 1e-5 + 1e-5; corrected by 0.19, 0.001999.
        let step = 0.1 * (-0.001 / 0.19) / (1.999e-5f64 / 0.001999).sqrt();
        let bias = f64::from(weights.parameters[1].values[0]);
        assert!((bias - (0.9 - step)).abs() < 1e-5, "{bias}");
    }

    #[test]
    fn the_average_follows_parameters_and_statistics() {
        let (mut average, mut current) = (weights(), weights());
        current.parameters[1].values[0] = 2.0;
        current.statistics[0].values[0] = 3.0;
        let share = |step| (1.0 - average_decay(step, 0.995)) as f32;
        update_average(&mut average, &current, share(0));
        // Decay 1 / 10 at first.
        assert!((average.parameters[1].values[0] - 1.9).abs() < 1e-6);
        assert!((average.statistics[0].values[0] - 2.8).abs() < 1e-6);
        let before = average.clone();
        update_average(&mut average, &current, share(1_000_000));
        let moved = average.parameters[1].values[0] - before.parameters[1].values[0];
        assert!((moved - 0.005 * 0.1).abs() < 1e-6, "{moved}");
    }
}
