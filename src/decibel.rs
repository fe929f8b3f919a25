//! Power and amplitude in decibels.

/// Converts power to dB in place, as `librosa.power_to_db(power, ref=1.0, amin=amin,
/// top_db=top_db)`: `10 · log10(max(power, amin))`, then at least `top_db` below the largest value
/// of the slice.
///
/// librosa's defaults are `amin` = 1e-10, which makes silence −100 dB, and `top_db` = 80. With
/// `amin` 0 or below, silence becomes −∞.
///
/// ```
/// let mut power = [1.0, 0.01, 0.0];
/// sourcing_sound::power_to_db(&mut power, 1e-10, Some(80.0));
/// assert_eq!(power, [0.0, -20.0, -80.0]);
/// ```
pub fn power_to_db(power: &mut [f32], amin: f32, top_db: Option<f32>) {
    let mut loudest = f32::NEG_INFINITY;
    for value in power.iter_mut() {
        *value = (10.0 * f64::from(value.max(amin)).log10()) as f32;
        loudest = loudest.max(*value);
    }
    if let Some(top_db) = top_db {
        let floor = loudest - top_db;
        power.iter_mut().for_each(|value| *value = value.max(floor));
    }
}
