//! Triangular filters over the bins of spectra.

use crate::fft::{LANES, Lane};

/// The non-zero weights of one filter.
#[derive(Clone, Debug)]
pub struct Triangle {
    /// The bin of the first weight.
    pub first_bin: usize,
    /// One weight for each bin, starting there.
    pub weights: Vec<f32>,
}

/// Writes the outputs of at least one filter for up to eight spectra, one per lane, to `columns`: a
/// value per filter for the first spectrum, then for the next.
#[inline(never)]
pub fn energies(filters: &[Triangle], spectra: &[Lane], columns: &mut [f32]) {
    for (band, filter) in filters.iter().enumerate() {
        let mut sums = [0.0; LANES];
        for (weight, bin) in filter.weights.iter().zip(spectra.iter().skip(filter.first_bin)) {
            for (sum, value) in sums.iter_mut().zip(bin) {
                *sum += weight * value;
            }
        }
        for (column, sum) in columns.chunks_exact_mut(filters.len()).zip(sums) {
            column[band] = sum;
        }
    }
}
