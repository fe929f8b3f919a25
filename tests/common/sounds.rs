//! Sounds for comparing scores across machines. They are computed with integers only, so that every
//! sample is identical everywhere.

/// A sound and its name in the reference.
pub struct Sound {
    /// The key of its scores in `tests/golden/scores.json`.
    pub name: &'static str,
    /// Rate in Hz.
    pub sample_rate: u32,
    /// Mono samples, within −1…1.
    pub samples: Vec<f32>,
}

/// Returns all sounds: three rates, shorter and longer than any usual segment, steady, gliding and
/// in bursts.
pub fn all() -> Vec<Sound> {
    vec![
        Sound {
            name: "steady noise, 4 s at 44,100 Hz",
            sample_rate: 44_100,
            samples: noise(4 * 44_100, 8_000),
        },
        Sound {
            name: "gliding tone, 6 s at 48,000 Hz",
            sample_rate: 48_000,
            samples: glide(6 * 48_000, 48_000),
        },
        hammering(),
        Sound { name: "beep, 0.6 s at 16,000 Hz", sample_rate: 16_000, samples: beep(9_600, 20) },
    ]
}

/// Returns one of them alone: it changes all the time, so that misplaced samples are noticed.
pub fn hammering() -> Sound {
    Sound {
        name: "hammering, 5 s at 22,050 Hz",
        sample_rate: 22_050,
        samples: bursts(5 * 22_050, 22_050 / 12),
    }
}

/// Returns white noise up to `peak` of 32,768.
fn noise(length: usize, peak: i32) -> Vec<f32> {
    let mut state = 1;
    (0..length).map(|_| sample(random(&mut state) * peak / 32_768)).collect()
}

/// Returns a triangle wave with a frequency between 500 and 1,500 Hz, up and down in 2 s.
fn glide(length: usize, rate: u32) -> Vec<f32> {
    let mut phase = 0_u32;
    (0..length as u32)
        .map(|index| {
            let ramp = index % (2 * rate);
            let rising = ramp.min(2 * rate - ramp);
            let hz = 500 + u64::from(rising) * 1_000 / u64::from(rate);
            phase = phase.wrapping_add(((hz << 32) / u64::from(rate)) as u32);
            // The upper 16 bits count 0…65,535 in a period.
            let saw = (phase >> 16) as i32;
            sample(((saw - 32_768).abs() - 16_384) * 3 / 4)
        })
        .collect()
}

/// Returns bursts of noise, one every `period` samples, each fading out within it.
fn bursts(length: usize, period: usize) -> Vec<f32> {
    let mut state = 7;
    (0..length)
        .map(|index| {
            let left = (period - index % period) as i64;
            let fade = left.pow(4) / (period as i64).pow(3);
            sample((i64::from(random(&mut state)) * fade / period as i64) as i32)
        })
        .collect()
}

/// Returns a square wave with `period` samples per cycle.
fn beep(length: usize, period: usize) -> Vec<f32> {
    (0..length)
        .map(|index| {
            let is_high = index % period < period / 2;
            sample(if is_high { 12_000 } else { -12_000 })
        })
        .collect()
}

/// Returns a linear congruential generator (Numerical Recipes' constants): −32,768…32,767.
fn random(state: &mut u32) -> i32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*state >> 16) as i32 - 32_768
}

/// Returns a 16-bit sample as a float, exactly.
fn sample(value: i32) -> f32 {
    value as f32 / 32_768.0
}
