//! Sorts by a single type of key. Each further type would be compiled separately, into as much code
//! as a small network's kernels.

/// Bits for an index; the other bits hold the key.
const INDEX_BITS: u32 = 24;

/// Returns the indices of `keys` in ascending order of the keys, which are below 2^40; equal keys
/// keep their order. At most 2^24 keys.
pub(crate) fn rising(keys: impl Iterator<Item = u64>) -> Vec<usize> {
    let mut packed: Vec<u64> =
        keys.zip(0u64..).map(|(key, index)| key << INDEX_BITS | index).collect();
    packed.sort_unstable();
    packed.into_iter().map(|key| (key & ((1 << INDEX_BITS) - 1)) as usize).collect()
}

/// Returns `indices`, which are below 2^40, in ascending order.
pub(crate) fn sorted(indices: impl Iterator<Item = usize>) -> Vec<usize> {
    let indices: Vec<usize> = indices.collect();
    rising(indices.iter().map(|&index| index as u64)).into_iter().map(|at| indices[at]).collect()
}

/// Returns the indices of `scores`, highest first; equal scores keep their order.
pub(crate) fn falling(scores: impl Iterator<Item = f32>) -> Vec<usize> {
    rising(scores.map(falling_key))
}

/// Returns a key below 2^32 that is lower for a higher score.
pub(crate) fn falling_key(score: f32) -> u64 {
    let bits = score.to_bits();
    // The bits of positive numbers are ordered as the numbers are, those of negative ones in
    // reverse.
    let rising = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    u64::from(!rising)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_in_the_order_of_their_scores() {
        let scores = [0.5, -1.0, 0.0, 2.0, -0.0, 0.5, f32::INFINITY, 1e-30, -1e-30];
        let mut expected: Vec<usize> = (0..scores.len()).collect();
        expected.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        assert_eq!(falling(scores.into_iter()), expected);
    }

    #[test]
    fn equal_keys_stay_in_their_order() {
        assert_eq!(rising([3, 1, 3, 0, 1].into_iter()), [3, 1, 4, 0, 2]);
        assert_eq!(rising(std::iter::empty()), [] as [usize; 0]);
    }
}
