//! The scores of `tests/golden/scores.json`, and the differences of other scores from them.

use std::collections::BTreeMap;

/// For each sound, by name, the scores of each segment, by label index.
pub type Reference = BTreeMap<String, Vec<Vec<f32>>>;

/// Returns the largest difference of any score. Infinite if the two do not have the same sounds,
/// segments and labels, or if one contains a NaN.
pub fn largest_difference(one: &Reference, other: &Reference) -> f32 {
    if !one.keys().eq(other.keys()) {
        return f32::INFINITY;
    }
    let pairs = one.values().zip(other.values());
    pairs.map(|(one, other)| difference_of_segments(one, other)).fold(0.0, f32::max)
}

fn difference_of_segments(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    let same_shape = one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| one.len() == other.len());
    if !same_shape {
        return f32::INFINITY;
    }
    let differences = one.iter().flatten().zip(other.iter().flatten());
    differences
        .map(|(one, other)| (one - other).abs())
        // A NaN would be lost in `max`.
        .map(|difference| if difference.is_nan() { f32::INFINITY } else { difference })
        .fold(0.0, f32::max)
}
