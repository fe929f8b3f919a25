//! Initial weights: as Keras draws them by default (Glorot uniform kernels, orthogonal recurrent
//! kernels, zero biases), or uniform with identity batch norms for layers that say so.

use crate::nn::layers::{ArraySpec, Init};
use crate::nn::net::{Array, NetworkConfig, Weights};
use anyhow::Result;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, StandardNormal};

/// Returns random weights for a network.
pub fn random(config: &NetworkConfig, rng: &mut Xoshiro256PlusPlus) -> Result<Weights> {
    let mut arrays = |specs: Vec<_>| specs.into_iter().map(|spec| array(spec, rng)).collect();
    Ok(Weights { parameters: arrays(config.arrays()?), statistics: arrays(config.statistics()?) })
}

fn array(spec: ArraySpec, rng: &mut Xoshiro256PlusPlus) -> Array {
    let len = spec.n_values();
    let values = match spec.init {
        Init::Zero => vec![0.0; len],
        Init::One => vec![1.0; len],
        Init::Uniform { fan_in } => {
            let bound = (fan_in as f32).sqrt().recip();
            (0..len).map(|_| rng.random_range(-bound..bound)).collect()
        }
        Init::Glorot { fan_in, fan_out } => {
            let bound = (6.0 / (fan_in + fan_out) as f32).sqrt();
            (0..len).map(|_| rng.random_range(-bound..bound)).collect()
        }
        Init::Orthogonal => {
            let rows = spec.shape.first().copied().unwrap_or(0);
            orthogonal(rows, len / rows.max(1), rng)
        }
    };
    Array { name: spec.name, shape: spec.shape, values }
}

/// Returns `rows` orthonormal rows of `columns` values, `rows` ≤ `columns`: Gram-Schmidt on normal
/// deviates, which equals Keras' QR decomposition with a positive diagonal.
fn orthogonal(rows: usize, columns: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(rows);
    for _ in 0..rows {
        let mut row: Vec<f64> = (0..columns).map(|_| StandardNormal.sample(rng)).collect();
        for other in &basis {
            let along: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
        }
        let length = row.iter().map(|value| value * value).sum::<f64>().sqrt();
        row.iter_mut().for_each(|value| *value /= length);
        basis.push(row);
    }
    basis.into_iter().flatten().map(|value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::layers::Layer;
    use crate::random::generator;

    #[test]
    fn kernels_are_glorot_uniform_and_biases_zero() {
        let layers = vec![Layer::Flatten, Layer::Dense { units: 64, relu: true }];
        let config = NetworkConfig { input: [533, 64], layers, l2: 0.0 };
        let weights = random(&config, &mut generator(1, "test", &[])).unwrap();
        let dense = &weights.parameters[0];
        let shape = &[34_112, 64][..];
        assert_eq!((dense.name.as_str(), dense.shape.as_slice()), ("layer1.kernel", shape));
        let bound = (6.0f32 / (34_112 + 64) as f32).sqrt();
        let greatest = dense.values.iter().fold(0.0f32, |max, value| max.max(value.abs()));
        assert!(greatest <= bound && greatest > 0.999 * bound, "{greatest} {bound}");
        let mean_square =
            dense.values.iter().map(|v| v * v).sum::<f32>() / dense.values.len() as f32;
        assert!((mean_square / (bound * bound / 3.0) - 1.0).abs() < 0.01, "{mean_square}");
        assert!(weights.parameters[1].values.iter().all(|value| *value == 0.0));
    }

    #[test]
    fn recurrent_kernels_have_orthonormal_rows() {
        let values = orthogonal(8, 24, &mut generator(1, "test", &[]));
        for (i, a) in values.chunks_exact(24).enumerate() {
            for (j, b) in values.chunks_exact(24).enumerate() {
                let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 1e-5, "{i} {j} {product}");
            }
        }
    }
}
