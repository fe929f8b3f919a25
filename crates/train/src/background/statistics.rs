//! Computes the mean of vectors of everyday sounds, and the directions in which they vary most.

use crate::linear::dot;
use crate::random::generator;
use anyhow::{Result, ensure};
use rand::RngExt;
use sourcing_sound::{Background, Direction, Model};

/// Directions that are stored.
const DIRECTIONS: usize = 16;
/// Rounds of the iteration; for everyday sounds, half of them bring the variances within 1e-4.
const ROUNDS: usize = 200;

/// Computes the background of `model` from vectors of everyday sounds.
pub fn background(model: &Model, vectors: &[Vec<f32>], training_data: &str) -> Result<Background> {
    ensure!(
        vectors.len() > DIRECTIONS,
        "{} sounds are too few for a background: it takes at least {}",
        vectors.len(),
        DIRECTIONS + 1
    );
    let mean = mean(vectors);
    let centred: Vec<Vec<f64>> = vectors
        .iter()
        .map(|vector| vector.iter().zip(&mean).map(|(&x, mean)| f64::from(x) - mean).collect())
        .collect();
    let squares: f64 = centred.iter().flatten().map(|x| x * x).sum();
    let mean_variance = squares / (vectors.len() * mean.len()) as f64;
    ensure!(mean_variance > 0.0, "all sounds are the same: the background takes different ones");
    let directions = principal(&centred).into_iter().map(|(vector, variance)| Direction {
        vector: rounded(&vector),
        variance: (variance / mean_variance) as f32,
    });
    let base = (model.metadata().name.as_str(), model.sha256());
    let mean = mean.into_iter().map(|x| x as f32).collect();
    Ok(Background::new(base, training_data, mean, directions.collect())?)
}

fn mean(vectors: &[Vec<f32>]) -> Vec<f64> {
    let mut mean = vec![0.0; vectors[0].len()];
    for vector in vectors {
        mean.iter_mut().zip(vector).for_each(|(mean, &x)| *mean += f64::from(x));
    }
    mean.iter_mut().for_each(|mean| *mean /= vectors.len() as f64);
    mean
}

/// Returns the principal components with their variances, the greatest first, by orthogonal
/// iteration, which does not need the covariance matrix.
fn principal(centred: &[Vec<f64>]) -> Vec<(Vec<f64>, f64)> {
    let mut rng = generator(0, "principal components", &[]);
    let width = centred[0].len();
    let mut components: Vec<Vec<f64>> = (0..DIRECTIONS)
        .map(|_| (0..width).map(|_| rng.random_range(-1.0..1.0)).collect())
        .collect();
    let mut variances = vec![0.0; DIRECTIONS];
    for _ in 0..ROUNDS {
        for index in 0..DIRECTIONS {
            let mut next = vec![0.0; width];
            for row in centred {
                add(&mut next, row, dot(row, &components[index]) / centred.len() as f64);
            }
            for earlier in &components[..index] {
                let along = dot(&next, earlier);
                add(&mut next, earlier, -along);
            }
            // Before scaling, its length is the variance along the previous vector.
            let length = dot(&next, &next).sqrt();
            variances[index] = length;
            components[index] =
                next.into_iter().map(|x| x / length.max(f64::MIN_POSITIVE)).collect();
        }
    }
    components.into_iter().zip(variances).collect()
}

fn add(sum: &mut [f64], vector: &[f64], factor: f64) {
    sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += factor * x);
}

/// Rounds to multiples of 1/127 of the greatest value, as in the file.
fn rounded(vector: &[f64]) -> Vec<f32> {
    let scale = vector.iter().fold(0.0, |most: f64, x| most.max(x.abs())) as f32 / 127.0;
    vector.iter().map(|&x| (x as f32 / scale).round() * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_those_of_a_known_covariance() {
        // Variances 9, 4, 1, 0.25, … along the axes of 20 dimensions.
        let mut rng = generator(1, "test", &[]);
        let width = 20;
        let deviation = |axis: usize| 3.0 / (1.0 + axis as f64 / 2.0);
        let rows: Vec<Vec<f64>> = (0..20_000)
            .map(|_| {
                (0..width)
                    .map(|axis| deviation(axis) * 3f64.sqrt() * rng.random_range(-1.0..1.0))
                    .collect()
            })
            .collect();
        let components = principal(&rows);
        for (axis, (vector, variance)) in components.iter().take(4).enumerate() {
            assert!(vector[axis].abs() > 0.99, "{axis}: {vector:?}");
            let expected = deviation(axis).powi(2);
            assert!((variance / expected - 1.0).abs() < 0.05, "{axis}: {variance}, not {expected}");
        }
        let crossed = dot(&components[0].0, &components[3].0);
        assert!(crossed.abs() < 1e-9, "they are perpendicular");
    }

    #[test]
    fn rounding_keeps_seven_bits() {
        let vector = [0.5, -0.25, 0.001];
        for (rounded, exact) in rounded(&vector).iter().zip(vector) {
            assert!((f64::from(*rounded) - exact).abs() <= 0.5 / 127.0 / 2.0 + 1e-9);
        }
    }
}
