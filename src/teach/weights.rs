//! Vectors of a label and of what is not the label → weights, from any subset of them.

use super::background::{Background, dot};
use super::recordings::Recording;
use crate::order;

/// Something else with a higher score is pushed down to it.
const PUSHED_TO: f64 = 0.3;
/// How far it may stay from that, as a part of its own length: otherwise something nearly equal to
/// the examples would distort the weights.
const RIDGE: f64 = 0.1;
/// How many of them are pushed down, those with the highest scores.
const MAX_PUSHED: usize = 8;

/// Places of the other recordings that are too high, highest first.
pub(super) fn hardest(weights: &[f32], others: &[&Recording]) -> Vec<usize> {
    let scores: Vec<f64> = others.iter().map(|other| dot(weights, &other.vector)).collect();
    let falling = order::falling(scores.iter().map(|&score| score as f32));
    let high = falling.into_iter().take_while(|&index| scores[index] > PUSHED_TO);
    high.take(MAX_PUSHED).collect()
}

/// Products of all vectors with all damped ones, from which any subset of the recordings is fitted
/// without going through the vectors again.
pub(super) struct Fit<'a> {
    vectors: Vec<&'a [f32]>,
    damped: Vec<Vec<f32>>,
    /// How many vectors are the label's; the others are pushed down.
    own: usize,
    /// `[vectors][vectors]`
    products: Vec<f64>,
}

impl<'a> Fit<'a> {
    pub(super) fn new(background: &Background, own: &[&'a [f32]], pushed: &[&'a [f32]]) -> Self {
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

    pub(super) fn weights(&self, is_in: impl Fn(usize) -> bool) -> Option<Vec<f32>> {
        let factors = self.factors(is_in)?;
        let mut weights = vec![0.0f64; self.damped[0].len()];
        for (factor, damped) in factors.iter().zip(&self.damped) {
            weights.iter_mut().zip(damped).for_each(|(w, &x)| *w += factor * f64::from(x));
        }
        Some(weights.into_iter().map(|weight| weight as f32).collect())
    }

    /// The score of a vector by all others; 0 if the label's are no different from the background.
    pub(super) fn score_without(&self, index: usize) -> f64 {
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
