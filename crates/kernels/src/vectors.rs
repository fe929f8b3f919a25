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

/// The place of the first value that is NaN or infinite.
#[inline(never)]
pub fn first_non_finite(values: &[f32]) -> Option<usize> {
    // Several at a time, because nothing leaves the loop.
    let all = values.iter().fold(true, |all, value| all & value.is_finite());
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
