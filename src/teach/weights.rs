//! Fits weights to the vectors of a label and of everything else, and scores each vector by weights
//! without it.

use super::background::Background;
use super::recordings::{Recording, mean};
use crate::order;
use sourcing_sound_kernels::dot;

/// Vectors of something else with a higher score are pushed down to it.
const PUSHED_TO: f64 = 0.3;
/// How far a pushed-down vector may stay from that score, as a share of its length: otherwise one
/// that is nearly equal to the examples would distort the weights.
const RIDGE: f64 = 0.1;
/// In place of the index of a left-out vector: nothing is left out.
const NONE: usize = usize::MAX;
/// How many vectors are pushed down: those with the highest scores.
const MAX_PUSHED: usize = 8;

/// Returns the indices of the other recordings with too high scores, highest first.
pub(super) fn hardest(weights: &[f32], others: &[&Recording]) -> Vec<usize> {
    let scores: Vec<f64> = others.iter().map(|other| dot(weights, &other.vector)).collect();
    let falling = order::falling(scores.iter().map(|&score| score as f32));
    let high = falling.into_iter().take_while(|&index| scores[index] > PUSHED_TO);
    high.take(MAX_PUSHED).collect()
}

/// Products from which a label is fitted to all its recordings, or to all but one. Leaving one out
/// subtracts it from the mean, so time and memory grow with the number of recordings, not with its
/// square.
pub(super) struct Fit {
    /// Damped vectors: the label's mean, then those that are pushed down.
    damped: Vec<Vec<f32>>,
    /// The same vectors, not damped, times each of `damped`.
    products: Vec<Vec<f64>>,
    own: Vec<OwnProducts>,
}

/// The products of one of the label's vectors.
struct OwnProducts {
    /// With itself, damped.
    square: f64,
    /// With each of `damped`.
    others: Vec<f64>,
}

impl Fit {
    pub(super) fn new(background: &Background, own: &[&[f32]], pushed: &[&[f32]]) -> Self {
        let mean = mean(own.iter().copied());
        let vectors: Vec<&[f32]> =
            std::iter::once(mean.as_slice()).chain(pushed.iter().copied()).collect();
        let damped: Vec<_> = vectors.iter().map(|vector| background.damp(vector)).collect();
        let with_all = |vector: &[f32]| damped.iter().map(|damped| dot(damped, vector)).collect();
        let products = vectors.iter().map(|vector| with_all(vector)).collect();
        let own = own.iter().map(|vector| OwnProducts {
            square: dot(&background.damp(vector), vector),
            others: with_all(vector),
        });
        Fit { products, own: own.collect(), damped }
    }

    /// Returns the weights; `None` if the label is no different from the background.
    pub(super) fn weights(&self) -> Option<Vec<f32>> {
        let factors = self.factors(&self.products[0], NONE)?;
        let mut weights = vec![0.0f64; self.damped[0].len()];
        for (factor, damped) in factors.iter().zip(&self.damped) {
            weights.iter_mut().zip(damped).for_each(|(w, &x)| *w += factor * f64::from(x));
        }
        Some(weights.into_iter().map(|weight| weight as f32).collect())
    }

    /// Scores one of the label's recordings, of which there are at least two, by all others; 0 if
    /// those are no different from the background.
    pub(super) fn score_without(&self, index: usize) -> f64 {
        let OwnProducts { square, others } = &self.own[index];
        let count = self.own.len() as f64;
        let rest = count - 1.0;
        // The products of the mean without the recording.
        let pairs = self.products[0].iter().zip(others);
        let mut mean: Vec<f64> = pairs.map(|(all, own)| (count * all - own) / rest).collect();
        let mut own = others.clone();
        own[0] = (count * others[0] - square) / rest;
        mean[0] = (count * mean[0] - own[0]) / rest;
        self.score(&mean, &own, NONE)
    }

    /// Scores a pushed-down vector by weights that do not push it down.
    pub(super) fn score_without_pushed(&self, place: usize) -> f64 {
        self.score(&self.products[0], &self.products[place + 1], place + 1)
    }

    /// Scores a vector with the products `own`.
    fn score(&self, mean: &[f64], own: &[f64], left_out: usize) -> f64 {
        let factors = self.factors(mean, left_out).unwrap_or_default();
        factors.iter().zip(own).map(|(factor, product)| factor * product).sum()
    }

    /// Returns the factor of each damped vector: the mean, with the products `mean`, scores 1, and
    /// the pushed-down vectors about [`PUSHED_TO`]. A left-out vector gets 0.
    fn factors(&self, mean: &[f64], left_out: usize) -> Option<Vec<f64>> {
        let size = mean.len();
        let mut system = Vec::new();
        for row in 0..size {
            let mut equation = if row == 0 { mean.to_vec() } else { self.products[row].clone() };
            equation.push(if row == 0 { 1.0 } else { PUSHED_TO });
            if row > 0 {
                equation[0] = mean[row];
                equation[row] *= 1.0 + RIDGE;
            }
            if row == left_out {
                equation.fill(0.0);
                equation[row] = 1.0;
            }
            system.push(equation);
        }
        solve(system)
    }
}

/// Solves equations with their right sides last by Gauss–Jordan elimination; `None` if they have no
/// unique solution. There are at most [`MAX_PUSHED`] + 1 of them.
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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;
    use crate::teach::Direction;

    /// Returns a background of six dimensions, two of which vary more than the others.
    fn background() -> Background {
        let directions = [(0, 40.0), (3, 9.0)].map(|(axis, variance)| {
            let vector = (0..6).map(|index| if index == axis { 1.0 } else { 0.0 }).collect();
            Direction { vector, variance }
        });
        Background::new(("base", "00"), "none", vec![0.0; 6], directions.to_vec()).unwrap()
    }

    /// Returns vectors around one that has the value `at` in all dimensions.
    fn vectors(count: u32, at: f32) -> Vec<Vec<f32>> {
        let value = |seed: u32| {
            let spread = seed.wrapping_mul(2_654_435_761) >> 16;
            at + spread as f32 / 65_536.0 - 0.5
        };
        (0..count).map(|n| (0..6).map(|axis| value(97 * n + 13 * axis + 1)).collect()).collect()
    }

    fn without<'a>(vectors: &[&'a [f32]], left_out: usize) -> Vec<&'a [f32]> {
        let (before, after) = vectors.split_at(left_out);
        [before, &after[1..]].concat()
    }

    #[test]
    fn scores_are_those_of_weights_that_were_made_without_the_recording() {
        let background = background();
        let (own, pushed) = (vectors(7, 1.0), vectors(3, 0.7));
        let own: Vec<&[f32]> = own.iter().map(Vec::as_slice).collect();
        let pushed: Vec<&[f32]> = pushed.iter().map(Vec::as_slice).collect();
        for pushed in [&pushed[..0], &pushed[..1], &pushed[..]] {
            let fit = Fit::new(&background, &own, pushed);
            let expect = |score: f64, own: &[&[f32]], pushed: &[&[f32]], vector: &[f32]| {
                let weights = Fit::new(&background, own, pushed).weights().unwrap();
                let expected = dot(&weights, vector);
                assert!((score - expected).abs() < 1e-5, "{score} is not {expected}");
            };
            for (index, vector) in own.iter().enumerate() {
                expect(fit.score_without(index), &without(&own, index), pushed, vector);
            }
            for (place, vector) in pushed.iter().enumerate() {
                let others = without(pushed, place);
                expect(fit.score_without_pushed(place), &own, &others, vector);
            }
        }
    }

    #[test]
    fn examples_like_the_background_have_no_weights() {
        let nothing = [0.0f32; 6];
        let fit = Fit::new(&background(), &[&nothing, &nothing], &[]);
        assert_eq!((fit.weights(), fit.score_without(0)), (None, 0.0));
    }
}
