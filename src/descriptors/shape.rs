//! Where the energy of one spectrum lies.

/// The shape of one frame's spectrum, in Hz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// The magnitudes' centre of mass.
    pub(super) centroid: f32,
    /// Their standard deviation around it.
    pub(super) bandwidth: f32,
    /// The lowest frequency with at least the given share of their sum at or below it.
    pub(super) roll_off: f32,
}

impl Shape {
    /// Describes one frame by its magnitudes from 0 Hz on, as `librosa.feature.spectral_centroid`,
    /// `spectral_bandwidth` (p = 2) and `spectral_rolloff` do. Silence gives zeros.
    /// Moments are summed in double precision.
    pub(super) fn of(magnitudes: &[f32], hz_per_bin: f64, roll_percent: f32) -> Self {
        let total = weighted_sum(magnitudes, hz_per_bin, |_| 1.0);
        // librosa does not scale sums below the smallest normal f32 to 1.
        let scale = if total < f64::from(f32::MIN_POSITIVE) { 1.0 } else { total };
        let centroid = weighted_sum(magnitudes, hz_per_bin, |hz| hz) / scale;
        let variance = weighted_sum(magnitudes, hz_per_bin, |hz| (hz - centroid).powi(2)) / scale;
        Shape {
            centroid: centroid as f32,
            bandwidth: variance.sqrt() as f32,
            roll_off: (roll_off_bin(magnitudes, roll_percent) as f64 * hz_per_bin) as f32,
        }
    }
}

fn weighted_sum(magnitudes: &[f32], hz_per_bin: f64, weight: impl Fn(f64) -> f64) -> f64 {
    let weighted = |(bin, &magnitude)| weight(bin as f64 * hz_per_bin) * f64::from(magnitude);
    magnitudes.iter().enumerate().map(weighted).sum()
}

/// Returns the first bin up to which the magnitudes add up to `roll_percent` of their sum.
///
/// Whether a bin reaches the threshold can depend on the last digit of the sum, so the sum is
/// computed as librosa does for `f32` audio: bin by bin, in single precision.
fn roll_off_bin(magnitudes: &[f32], roll_percent: f32) -> usize {
    let total = magnitudes.iter().fold(0f32, |sum, magnitude| sum + magnitude);
    let threshold = roll_percent * total;
    let mut sum = 0f32;
    let reached = magnitudes.iter().position(|magnitude| {
        sum += magnitude;
        sum >= threshold
    });
    reached.unwrap_or(magnitudes.len().saturating_sub(1))
}
