//! Arithmetic on whole vectors.

/// The scalar product, in double precision, so that the order of the terms hardly matters.
#[inline(never)]
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Subtracts `factor` times `other` from a vector.
#[inline(never)]
pub fn subtract(vector: &mut [f32], factor: f32, other: &[f32]) {
    vector.iter_mut().zip(other).for_each(|(x, y)| *x -= factor * y);
}

/// Subtracts `factor` times the value before from each value, with `previous` before the first.
/// Returns the last one as it was.
#[inline(never)]
pub fn emphasise(values: &mut [f32], factor: f32, mut previous: f32) -> f32 {
    for value in values {
        let emphasised = *value - factor * previous;
        previous = std::mem::replace(value, emphasised);
    }
    previous
}

/// The place of the first value that is NaN or infinite.
#[inline(never)]
pub fn first_non_finite(values: &[f32]) -> Option<usize> {
    // Their absolute values are in the order of their bits. This is computed several at a time.
    let most = values.iter().fold(0, |most: u32, value| most.max(value.abs().to_bits()));
    let all = most < f32::INFINITY.to_bits();
    if all { None } else { values.iter().position(|value| !value.is_finite()) }
}

#[cfg(test)]
mod tests {
    use super::first_non_finite;

    #[test]
    fn the_first_value_that_is_no_number_is_found() {
        let mut values = [0.5; 40];
        assert_eq!(first_non_finite(&values), None);
        values[33] = f32::NAN;
        values[7] = f32::NEG_INFINITY;
        assert_eq!(first_non_finite(&values), Some(7));
        assert_eq!(first_non_finite(&[]), None);
    }
}
