//! Weights as 16-bit integers with a scale per output.

/// Layers with fewer weights stay f32: together they are small, and errors of the first layers
/// pass through all others.
pub const MIN_WEIGHTS: usize = 100_000;

/// `weight ≈ value · scale of its row`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantised {
    /// Within ±32,767, in the order of the weights.
    pub values: Vec<i16>,
    /// One per row; 0 for a row of zeros.
    pub scales: Vec<f32>,
}

/// Quantises rows of `row` weights each, to the nearest step of a 32,767th of the row's largest.
pub fn by_row(weights: &[f32], row: usize) -> Quantised {
    let mut values = Vec::with_capacity(weights.len());
    let mut scales = Vec::with_capacity(weights.len() / row);
    for weights in weights.chunks_exact(row) {
        let largest = weights.iter().fold(0f32, |largest, weight| largest.max(weight.abs()));
        let scale = largest / f32::from(i16::MAX);
        // A float that is out of range becomes the nearest integer, NaN (0 / 0) becomes 0.
        values.extend(weights.iter().map(|weight| (weight / scale).round() as i16));
        scales.push(scale);
    }
    Quantised { values, scales }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_within_half_a_step() {
        let weights: Vec<f32> =
            (0..600).map(|i| (i as f32 * 0.37).sin() * 1.3f32.powi(i / 100)).collect();
        let quantised = by_row(&weights, 100);
        assert_eq!(quantised.scales.len(), 6);
        for (index, (weight, &value)) in weights.iter().zip(&quantised.values).enumerate() {
            let scale = quantised.scales[index / 100];
            let error = (weight - f32::from(value) * scale).abs();
            assert!(error <= 0.51 * scale, "{weight} became {value} · {scale}");
        }
        assert!(quantised.values.iter().any(|value| value.unsigned_abs() == 32_767));
    }

    #[test]
    fn zeros_stay_zeros() {
        let quantised = by_row(&[0.0, 0.0, 1.0, -1.0], 2);
        assert_eq!(quantised.values, [0, 0, 32_767, -32_767]);
        assert_eq!(quantised.scales[0], 0.0);
    }
}
