//! Sounds that an input describes in few bytes.

use arbitrary::{Arbitrary, Unstructured};
use sourcing_sound::SampleRate;

/// The highest unusual rate: between two of them, the resampler's blocks last a second, and
/// planning them takes seconds near the highest accepted rate.
const MOST_UNUSUAL_HZ: u32 = 50_000;

/// Draws a sample rate: usually that of a real device, sometimes another one.
pub fn rate(input: &mut Unstructured<'_>) -> arbitrary::Result<SampleRate> {
    const USUAL: [u32; 10] =
        [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000];
    let hz = match input.ratio(7, 8)? {
        true => *input.choose(&USUAL)?,
        false => input.int_in_range(8_000..=MOST_UNUSUAL_HZ)?,
    };
    SampleRate::new(hz).map_err(|_| arbitrary::Error::IncorrectFormat)
}

/// One stretch of a sound.
#[derive(Arbitrary, Debug)]
pub enum Stretch {
    /// Nothing.
    Silence,
    /// One value repeated.
    Constant(f32),
    /// A tone: a part of the sample rate, and a level.
    Tone(u8, f32),
    /// Noise from a seed.
    Noise(u32),
    /// A value that is not allowed.
    NotFinite(bool),
    /// These samples.
    Samples(Vec<f32>),
}

impl Stretch {
    /// Returns `len` samples of it; given samples keep their number.
    pub fn samples(&self, len: usize) -> Vec<f32> {
        match self {
            Stretch::Silence => vec![0.0; len],
            Stretch::Constant(value) => vec![*value; len],
            Stretch::Tone(step, level) => {
                let level = if level.is_finite() { level.clamp(-4.0, 4.0) } else { 1.0 };
                let radians = f32::from(*step) * std::f32::consts::PI / 256.0;
                (0..len).map(|index| level * (radians * (index % 4_096) as f32).sin()).collect()
            }
            Stretch::Noise(seed) => noise(*seed, len),
            Stretch::NotFinite(positive) => {
                let value = if *positive { f32::INFINITY } else { f32::NAN };
                vec![value; len.min(1)]
            }
            Stretch::Samples(samples) => samples.clone(),
        }
    }
}

/// Returns white noise between −1 and 1.
pub fn noise(seed: u32, len: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}
