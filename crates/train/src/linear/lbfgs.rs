//! L-BFGS: minimises smooth convex functions of many variables.

use std::collections::VecDeque;

const HISTORY: usize = 10;
const MAX_ITERATIONS: usize = 200;
/// The search ends if no element of the gradient is larger.
const TOLERANCE: f64 = 1e-5;
/// It also ends if a step lowers the value by a smaller share of it: what remains is rounding.
const LEAST_GAIN: f64 = 1e-9;

/// Returns the place of the minimum, starting at `x`, with a backtracking line search. `value`
/// returns the function's value and writes its gradient.
pub fn minimise(mut x: Vec<f64>, mut value: impl FnMut(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
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
        let gained = current - reached;
        (x, current, gradient) = (next, reached, next_gradient);
        if gained < LEAST_GAIN * current.abs() {
            break;
        }
    }
    x
}

/// Computes the two-loop recursion: minus the estimated inverse Hessian times the gradient.
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

/// Returns the scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
