//! The sound for measurements.

/// Returns white noise at −20 dB, the same in every run; the cost does not depend on the sound.
pub fn noise(samples: usize) -> Vec<f32> {
    let mut state = 1u32;
    let sample = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state as f32 / (1u32 << 31) as f32 - 1.0) * 0.1
    };
    (0..samples).map(sample).collect()
}
