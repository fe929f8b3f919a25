//! Levels and pitches of mono samples, for sounds that are synthesised or altered.

use rand::{Rng, RngExt};

/// Converts a level in dB to a factor.
pub fn amplitude(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Returns the mean square.
pub fn power(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    (sum / samples.len().max(1) as f64) as f32
}

/// Changes the level by `db` and clips at full scale.
pub fn gain(samples: &mut [f32], db: f32) {
    let factor = amplitude(db);
    samples.iter_mut().for_each(|x| *x = (*x * factor).clamp(-1.0, 1.0));
}

/// Draws a frequency or duration, uniformly on a logarithmic scale.
pub fn log_uniform(rng: &mut impl Rng, low: f32, high: f32) -> f32 {
    rng.random_range(low.ln()..high.ln()).exp()
}
