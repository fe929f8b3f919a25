//! Weights in the format in which they ship: large arrays as 8-bit integers with a scale per group,
//! small ones as 16-bit floats.

use crate::nn::net::Array;
use half::f16;

/// Arrays with fewer values are 16-bit floats: they are small in total, and errors of the first
/// layers pass through all others.
pub const MIN_VALUES: usize = 6_000;

/// Most weights, all of one output, that share a scale.
const MAX_GROUP: usize = 32;

/// An array as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// `value · scale` of the group that it belongs to.
    Int8 {
        /// Within ±127, in the order of the array.
        values: Vec<i8>,
        /// One per group of equally many neighbouring values; 0 for a group of zeros.
        scales: Vec<f16>,
    },
    /// Unscaled.
    Float16(Vec<f16>),
}

impl Stored {
    /// Rounds to the nearest value that can be stored. The length alone determines the kind of
    /// storage.
    pub fn new(array: &Array) -> Self {
        let outputs = array.shape.first().copied().unwrap_or(1).max(1);
        if array.values.len() < MIN_VALUES {
            return Self::Float16(array.values.iter().map(|&value| f16::from_f32(value)).collect());
        }
        let group = group(array.values.len() / outputs);
        let mut values = Vec::with_capacity(array.values.len());
        let mut scales = Vec::with_capacity(array.values.len() / group);
        for row in array.values.chunks_exact(group) {
            let largest = row.iter().fold(0f32, |largest, value| largest.max(value.abs()));
            let stored = f16::from_f32(largest / f32::from(i8::MAX));
            let scale = stored.to_f32();
            // The cast saturates: out of range becomes the nearest integer, NaN (0 / 0) becomes 0.
            values
                .extend(row.iter().map(|value| (value / scale).round().clamp(-127.0, 127.0) as i8));
            scales.push(stored);
        }
        Self::Int8 { values, scales }
    }

    /// Returns the values as numbers, as every runtime of the file computes them.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::Int8 { values, scales } => {
                let rows = values.chunks_exact((values.len() / scales.len().max(1)).max(1));
                let rows = rows.zip(scales);
                rows.flat_map(|(row, scale)| {
                    row.iter().map(move |&v| f32::from(v) * scale.to_f32())
                })
                .collect()
            }
            Self::Float16(values) => values.iter().map(|value| value.to_f32()).collect(),
        }
    }

    /// Returns the bytes in a file.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Int8 { values, scales } => values.len() + 2 * scales.len(),
            Self::Float16(values) => 2 * values.len(),
        }
    }
}

/// Returns the largest divisor of an output's number of weights that is at most [`MAX_GROUP`].
fn group(weights: usize) -> usize {
    (1..=MAX_GROUP.min(weights)).rev().find(|&size| weights.is_multiple_of(size)).unwrap_or(1)
}

/// Returns the arrays with the values that they have after storing.
pub fn rounded(arrays: &[Array]) -> Vec<Array> {
    arrays
        .iter()
        .map(|array| Array { values: Stored::new(array).to_f32(), ..array.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize]) -> Array {
        let n: usize = shape.iter().product();
        let values = (0..n).map(|i| (i as f32 * 0.37).sin() * 1.3f32.powi((i % 7) as i32));
        Array { name: "a".into(), shape: shape.to_vec(), values: values.collect() }
    }

    #[test]
    fn many_weights_are_within_half_a_step() {
        let array = array(&[20, 300, 1, 1]);
        let stored = Stored::new(&array);
        assert!(matches!(&stored, Stored::Int8 { scales, .. } if scales.len() == 200));
        let values = stored.to_f32();
        for (row, back) in array.values.chunks(30).zip(values.chunks(30)) {
            let step = row.iter().fold(0f32, |largest, w| largest.max(w.abs())) / 127.0;
            for (weight, back) in row.iter().zip(back) {
                assert!((weight - back).abs() <= 0.51 * step, "{weight} became {back}");
            }
        }
        assert_eq!(stored.bytes(), 6_000 + 400);
    }

    #[test]
    fn few_weights_are_half_floats() {
        let array = array(&[8, 1, 3, 3]);
        let stored = Stored::new(&array);
        for (weight, back) in array.values.iter().zip(stored.to_f32()) {
            assert!((weight - back).abs() <= weight.abs() / 2_000.0);
        }
        assert_eq!(stored.bytes(), 144);
    }

    #[test]
    fn rounding_twice_is_rounding_once() {
        let arrays = [array(&[20, 300]), array(&[8, 9])];
        let once = rounded(&arrays);
        for (once, twice) in once.iter().zip(rounded(&once)) {
            for (a, b) in once.values.iter().zip(&twice.values) {
                assert!((a - b).abs() <= 1e-3 * a.abs() + 1e-3, "{a} became {b}");
            }
        }
    }

    #[test]
    fn groups_divide_an_output() {
        for (weights, size) in [(384, 32), (48, 24), (272, 17), (7, 7), (37, 1)] {
            assert_eq!(group(weights), size, "{weights}");
        }
    }

    #[test]
    fn zeros_stay_zeros() {
        let mut array = array(&[2, 3_000]);
        array.values[..3_000].fill(0.0);
        let values = Stored::new(&array).to_f32();
        assert!(values[..3_000].iter().all(|&value| value == 0.0));
    }
}
