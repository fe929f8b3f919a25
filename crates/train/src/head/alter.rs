//! Makes altered copies of training sounds: other levels, narrower bands, added noise. Recordings
//! of a data set often stop at one frequency and have one level; a head that relies on either fails
//! with another microphone.

use crate::data::sound::{amplitude, gain, log_uniform};
use crate::random::generator;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use sourcing_sound_decode::Recording;
use std::f32::consts::TAU;

/// Gains in dB.
const GAIN: (f32, f32) = (-20.0, 6.0);
/// Share of the copies with a low-pass filter, and its cut-offs in Hz.
const LOW_PASS: (f32, (f32, f32)) = (0.5, (3_400.0, 10_000.0));
/// Share of the copies with a high-pass filter, and its cut-offs in Hz.
const HIGH_PASS: (f32, (f32, f32)) = (0.3, (80.0, 400.0));
/// Share of the copies with noise, and how far the noise is below the sound, in dB.
const NOISE: (f32, (f32, f32)) = (0.5, (10.0, 35.0));

/// Returns altered copy number `copy` of the sound `name`.
pub fn altered(mut sound: Recording, name: &str, copy: usize, seed: u64) -> Recording {
    let mut rng = generator(seed, &format!("altered {name}"), &[copy as u64]);
    let rate = sound.sample_rate as f32;
    let samples = &mut sound.samples;
    for ((share, (lowest, highest)), high) in [(LOW_PASS, false), (HIGH_PASS, true)] {
        let cutoff = log_uniform(&mut rng, lowest, highest);
        if rng.random::<f32>() < share && cutoff < 0.45 * rate {
            filter(samples, cutoff / rate, high);
        }
    }
    let (share, (least, most)) = NOISE;
    let below = rng.random_range(least..most);
    let colour = rng.random_range(0.0..0.95);
    if rng.random::<f32>() < share {
        add_noise(samples, below, colour, &mut rng);
    }
    let (low, high) = GAIN;
    gain(samples, rng.random_range(low..high));
    sound
}

/// Applies a Butterworth filter of fourth order, as two biquads; `cutoff` in cycles per sample.
fn filter(samples: &mut [f32], cutoff: f32, high: bool) {
    let (sin, cos) = (TAU * cutoff).sin_cos();
    for quality in [0.541_196_1, 1.306_563] {
        let alpha = sin / (2.0 * quality);
        let side = if high { 0.5 * (1.0 + cos) } else { 0.5 * (1.0 - cos) };
        let middle = if high { -2.0 * side } else { 2.0 * side };
        let (b0, b1, a1, a2) = (side, middle, -2.0 * cos, 1.0 - alpha);
        let a0 = 1.0 + alpha;
        let (mut first, mut second) = (0f32, 0f32);
        for x in samples.iter_mut() {
            let y = (b0 * *x) / a0 + first;
            first = (b1 * *x - a1 * y) / a0 + second;
            second = (b0 * *x - a2 * y) / a0;
            *x = y;
        }
    }
}

/// Adds white (`colour` 0) to low noise, `below` dB under the mean level of the sound.
fn add_noise(samples: &mut [f32], below: f32, colour: f32, rng: &mut Xoshiro256PlusPlus) {
    let power = samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32;
    // A uniform number has a third of its squared amplitude as power; a one-pole filter reduces it.
    let loudness = (3.0 * power * (1.0 - colour * colour)).sqrt() * amplitude(-below);
    let mut last = 0.0;
    for x in samples {
        last = colour * last + loudness * rng.random_range(-1.0..1.0f32);
        *x += last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 22_050;

    fn tone(hz: f32) -> Vec<f32> {
        (0..RATE).map(|n| 0.5 * (TAU * hz * n as f32 / RATE as f32).sin()).collect()
    }

    fn level(samples: &[f32]) -> f32 {
        let samples = &samples[samples.len() / 2..];
        let power = samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32;
        10.0 * power.log10()
    }

    #[test]
    fn filters_let_their_band_pass() {
        for (hz, high, change) in [
            (500.0, false, 0.0),
            (8_000.0, false, -48.0),
            (2_000.0, false, -3.0),
            (8_000.0, true, 0.0),
            (500.0, true, -48.0),
        ] {
            let mut samples = tone(hz);
            let before = level(&samples);
            filter(&mut samples, 2_000.0 / RATE as f32, high);
            let difference = level(&samples) - before;
            // The bilinear transform makes the filter steeper towards half the rate.
            let fits = if change < -10.0 {
                difference < change + 1.0
            } else {
                (difference - change).abs() < 0.2
            };
            assert!(fits, "{hz} Hz, high-pass {high}: {difference} dB");
        }
    }

    #[test]
    fn noise_is_at_its_stated_level() {
        let sound = tone(440.0);
        for colour in [0.0, 0.9] {
            let mut rng = generator(1, "noise", &[]);
            let mut noisy = sound.clone();
            add_noise(&mut noisy, 12.0, colour, &mut rng);
            let noise: Vec<_> = noisy.iter().zip(&sound).map(|(noisy, x)| noisy - x).collect();
            let below = level(&sound) - level(&noise);
            assert!((below - 12.0).abs() < 0.6, "{below}");
        }
    }

    #[test]
    fn copies_are_reproducible() {
        let sound = || Recording::new(tone(440.0), RATE);
        let copy = |name: &str, index: usize| altered(sound(), name, index, 7).samples;
        assert_eq!(copy("a", 0), copy("a", 0));
        assert_ne!(copy("a", 0), copy("a", 1));
        assert_ne!(copy("a", 0), copy("b", 0));
        assert!(copy("a", 0).iter().all(|x| x.abs() <= 1.0));
    }
}
