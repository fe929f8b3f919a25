//! Arithmetic on whole vectors.

/// Computes the scalar product in double precision, so that the order of the terms hardly matters.
#[inline(never)]
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Subtracts `factor` times `other` from a vector.
#[inline(never)]
pub fn subtract(vector: &mut [f32], factor: f32, other: &[f32]) {
    vector.iter_mut().zip(other).for_each(|(x, y)| *x -= factor * y);
}

/// Subtracts `factor` times the previous value from each value, with `previous` before the first.
/// Returns the original last value.
#[inline(never)]
pub fn emphasise(values: &mut [f32], factor: f32, mut previous: f32) -> f32 {
    for value in values {
        let emphasised = *value - factor * previous;
        previous = std::mem::replace(value, emphasised);
    }
    previous
}

/// Returns the index of the first value that is NaN or has an absolute value above `limit`, which
/// is at least 0.
#[inline(never)]
pub fn first_beyond(values: &[f32], limit: f32) -> Option<usize> {
    // Their absolute values are in the order of their bits. This is computed several at a time.
    let most = values.iter().fold(0, |most: u32, value| most.max(value.abs().to_bits()));
    let is_within = |value: u32| value <= limit.to_bits();
    if is_within(most) {
        return None;
    }
    values.iter().position(|value| !is_within(value.abs().to_bits()))
}

/// Converts signed bytes to numbers, multiplying each row of `row` bytes by the factor of that row.
#[inline(never)]
pub fn scale_rows(bytes: &[u8], row: usize, factors: &[f32]) -> Vec<f32> {
    let mut scaled = Vec::with_capacity(bytes.len());
    for (bytes, factor) in bytes.chunks(row.max(1)).zip(factors) {
        scaled.extend(bytes.iter().map(|byte| f32::from(byte.cast_signed()) * factor));
    }
    scaled
}

#[cfg(test)]
mod tests {
    use super::{first_beyond, scale_rows};

    #[test]
    fn each_row_of_signed_bytes_has_its_factor() {
        let bytes: Vec<u8> = [-128i8, 0, 127, 5, -1].map(i8::cast_unsigned).to_vec();
        assert_eq!(scale_rows(&bytes, 3, &[0.5, 2.0]), [-64.0, 0.0, 63.5, 10.0, -2.0]);
        assert_eq!(scale_rows(&bytes, 5, &[1.0]), [-128.0, 0.0, 127.0, 5.0, -1.0]);
        assert!(scale_rows(&[], 0, &[1.0]).is_empty());
    }

    #[test]
    fn the_first_value_beyond_a_limit_is_found() {
        let mut values = [0.5; 40];
        assert_eq!(first_beyond(&values, 0.5), None);
        values[33] = f32::NAN;
        assert_eq!(first_beyond(&values, 0.5), Some(33));
        values[7] = f32::NEG_INFINITY;
        assert_eq!(first_beyond(&values, 0.5), Some(7));
        values[3] = -0.6;
        assert_eq!(first_beyond(&values, 0.5), Some(3));
        assert_eq!(first_beyond(&[], 0.5), None);
    }
}
