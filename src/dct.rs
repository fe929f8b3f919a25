//! The discrete cosine transform that turns a log-mel column into cepstral coefficients.

use crate::error::{Error, Result};
use std::f64::consts::PI;

/// Largest accepted number of inputs, checked before allocation.
const MAX_INPUTS: usize = 1_024;

/// An orthonormal DCT-II, as `scipy.fft.dct(x, type=2, norm="ortho")[:n_out]` computes it:
///
/// *y*₀ = √(1/N) · Σ *x*ₙ and *y*ₖ = √(2/N) · Σ *x*ₙ · cos(π k (2n + 1) / 2N).
///
/// ```
/// use sourcing_sound::Dct;
/// let mut coefficients = [0.0; 2];
/// Dct::new(4, 2)?.apply(&[1.0, 1.0, 1.0, 1.0], &mut coefficients);
/// assert_eq!(coefficients[0], 2.0);
/// assert!(coefficients[1].abs() < 1e-6);
/// # Ok::<(), sourcing_sound::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dct {
    n_in: usize,
    /// `[n_out][n_in]`.
    weights: Vec<f64>,
}

impl Dct {
    /// Creates a transform of `n_in` values (1 to 1,024) to the first `n_out` coefficients (1 to
    /// `n_in`).
    ///
    /// # Errors
    /// `config` if a size is out of range.
    pub fn new(n_in: usize, n_out: usize) -> Result<Self> {
        if !(1..=MAX_INPUTS).contains(&n_in) {
            return Err(Error::config("DCT input size", n_in, "1 to 1,024"));
        }
        if !(1..=n_in).contains(&n_out) {
            return Err(Error::config("DCT output size", n_out, format!("1 to {n_in}")));
        }
        let row = |k: usize| {
            let scale = if k == 0 { 1.0 } else { 2.0 };
            let scale = (scale / n_in as f64).sqrt();
            // The phase has a period of 4 · n_in steps; reducing it keeps full precision.
            let phase = move |n: usize| (k * (2 * n + 1)) % (4 * n_in);
            (0..n_in).map(move |n| scale * (PI * phase(n) as f64 / (2 * n_in) as f64).cos())
        };
        Ok(Dct { n_in, weights: (0..n_out).flat_map(row).collect() })
    }

    /// Returns the number of inputs.
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Returns the number of coefficients.
    pub fn n_out(&self) -> usize {
        self.weights.len() / self.n_in
    }

    /// Writes the coefficients of `input` ([`Self::n_in`] values) to `output` ([`Self::n_out`]
    /// values), summing in double precision. Missing inputs count as 0; extra outputs keep their
    /// value.
    pub fn apply(&self, input: &[f32], output: &mut [f32]) {
        for (value, weights) in output.iter_mut().zip(self.weights.chunks_exact(self.n_in)) {
            let sum: f64 = weights.iter().zip(input).map(|(w, &x)| w * f64::from(x)).sum();
            *value = sum as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test
    use super::Dct;

    /// An orthonormal transform keeps lengths and angles: its rows are unit vectors at right angles.
    #[test]
    fn rows_are_orthonormal() {
        let dct = Dct::new(60, 60).unwrap();
        for (i, a) in dct.weights.chunks_exact(60).enumerate() {
            for (j, b) in dct.weights.chunks_exact(60).enumerate() {
                let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 1e-12, "{i} {j}: {product}");
            }
        }
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for (n_in, n_out) in [(0, 0), (4, 0), (4, 5), (1_025, 20)] {
            assert_eq!(Dct::new(n_in, n_out).unwrap_err().code(), "config", "{n_in} {n_out}");
        }
        let dct = Dct::new(4, 4).unwrap();
        assert_eq!((dct.n_in(), dct.n_out()), (4, 4));
    }
}
