//! How often the wave changes sign.

/// Samples within ± this count as 0, like librosa's `threshold`.
const SILENT: f32 = 1e-10;

/// Computes the zero-crossing rate of every frame of `padded`, as
/// `librosa.feature.zero_crossing_rate`: the number of sign changes between neighbours in the
/// frame, divided by its `n_fft` samples. Zero counts as positive.
pub(super) fn zero_crossing_rates(padded: &[f32], n_fft: usize, hop_length: usize) -> Vec<f32> {
    // crossings[i]: the number of sign changes up to the i-th sample.
    let mut count = 0_u32;
    let mut negative = padded.first().copied().is_some_and(is_negative);
    let crossings: Vec<u32> = padded
        .iter()
        .map(|&sample| {
            count += u32::from(is_negative(sample) != negative);
            negative = is_negative(sample);
            count
        })
        .collect();
    crossings
        .windows(n_fft)
        .step_by(hop_length)
        .filter_map(|frame| frame.last().zip(frame.first()))
        .map(|(last, first)| (last - first) as f32 / n_fft as f32)
        .collect()
}

fn is_negative(sample: f32) -> bool {
    sample < -SILENT
}
