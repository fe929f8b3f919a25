//! Degrades sound as a microphone and a room do, for training and for evaluation.

use super::synthesis::{RATE, coloured};
use crate::data::sound::{amplitude, gain, log_uniform, power};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};
use std::f32::consts::PI;

/// One kind of degradation; levels in dB, frequencies in Hz.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corruption {
    /// Louder or quieter, clipped at full scale.
    Gain(f32),
    /// Noise this far below the sound; its colour from 0, white, to 1, brown.
    Noise(f32, f32),
    /// Nothing above this frequency.
    LowPass(f32),
    /// Nothing below this frequency.
    HighPass(f32),
    /// Noise above 11 kHz only, this far below the sound: what a microphone adds where a recording
    /// at 22,050 Hz has nothing.
    TopOctave(f32),
    /// Reverberation that decays by 60 dB in this many seconds, at this level relative to the
    /// direct sound.
    Room(f32, f32),
}

impl Corruption {
    /// Changes mono samples at 32 kHz in place.
    pub fn apply(self, samples: &mut [f32], rng: &mut Xoshiro256PlusPlus) {
        match self {
            Self::Gain(db) => gain(samples, db),
            Self::Noise(below, colour) => {
                let noise = coloured(rng, samples.len(), colour);
                mix(samples, &noise, -below);
            }
            Self::LowPass(hz) => butterworth(samples, hz, false),
            Self::HighPass(hz) => butterworth(samples, hz, true),
            Self::TopOctave(below) => {
                let mut noise = coloured(rng, samples.len(), 0.0);
                butterworth(&mut noise, 11_000.0, true);
                mix(samples, &noise, -below);
            }
            Self::Room(seconds, db) => room(samples, seconds, db, rng),
        }
    }

    /// Returns its name in a row of a table.
    pub fn name(self) -> String {
        match self {
            Self::Gain(db) => format!("{db:+} dB"),
            Self::Noise(below, colour) => {
                let colour = if colour < 0.5 { "white" } else { "brown" };
                format!("{colour} noise {below} dB below")
            }
            Self::LowPass(hz) => format!("nothing above {} kHz", hz / 1000.0),
            Self::HighPass(hz) => format!("nothing below {hz} Hz"),
            Self::TopOctave(below) => format!("noise above 11 kHz, {below} dB below"),
            Self::Room(seconds, db) => format!("room of {seconds} s, {db:+} dB"),
        }
    }
}

/// A sound from across a room: reverberant, with noise, quiet.
pub const ACROSS_A_ROOM: &[Corruption] =
    &[Corruption::Room(0.5, 0.0), Corruption::Noise(15.0, 1.0), Corruption::Gain(-10.0)];

/// Returns their names, joined.
pub fn name(corruptions: &[Corruption]) -> String {
    corruptions.iter().map(|corruption| corruption.name()).collect::<Vec<_>>().join(", ")
}

/// Draws a chain of degradations, in the order in which they affect sound: the room, other noise,
/// the microphone's band, its gain.
pub fn random_chain(rng: &mut Xoshiro256PlusPlus) -> Vec<Corruption> {
    let mut chain = Vec::new();
    if rng.random_range(0.0..1.0) < 0.3 {
        chain.push(Corruption::Room(rng.random_range(0.1..0.9), rng.random_range(-12.0..3.0)));
    }
    if rng.random_range(0.0..1.0) < 0.4 {
        chain.push(Corruption::Noise(rng.random_range(3.0..40.0), rng.random_range(0.0..1.0)));
    }
    if rng.random_range(0.0..1.0) < 0.35 {
        chain.push(Corruption::TopOctave(rng.random_range(12.0..50.0)));
    }
    if rng.random_range(0.0..1.0) < 0.45 {
        // From a telephone's band to nearly everything.
        chain.push(Corruption::LowPass(log_uniform(rng, 3_500.0, 15_000.0)));
    }
    if rng.random_range(0.0..1.0) < 0.2 {
        chain.push(Corruption::HighPass(log_uniform(rng, 60.0, 400.0)));
    }
    if rng.random_range(0.0..1.0) < 0.7 {
        chain.push(Corruption::Gain(rng.random_range(-20.0..10.0)));
    }
    chain
}

/// Adds `other`, repeated if it is shorter, at `db` relative to the power of `samples`. If either
/// is silent, nothing is added.
pub fn mix(samples: &mut [f32], other: &[f32], db: f32) {
    let (own, its) = (power(samples), power(other));
    if own <= 1e-12 || its <= 1e-12 {
        return;
    }
    let factor = (own / its).sqrt() * amplitude(db);
    samples.iter_mut().zip(other.iter().cycle()).for_each(|(x, y)| *x += factor * y);
}

/// Places the piece at random within `samples` samples of noise of this colour and level (dB
/// relative to full scale).
pub fn lay(
    piece: &[f32],
    samples: usize,
    noise: Option<(f32, f32)>,
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<f32> {
    let mut all = match noise {
        Some((colour, db)) => {
            let factor = amplitude(db);
            coloured(rng, samples, colour).into_iter().map(|x| factor * x).collect()
        }
        None => vec![0.0; samples],
    };
    let at = rng.random_range(0..=samples - piece.len());
    all[at..].iter_mut().zip(piece).for_each(|(x, piece)| *x += piece);
    all
}

/// Applies a Butterworth filter of order 8.
fn butterworth(samples: &mut [f32], hz: f32, high_pass: bool) {
    let omega = 2.0 * PI * (hz / RATE as f32).min(0.49);
    for section in 0..4 {
        let q = 1.0 / (2.0 * (PI * (2 * section + 1) as f32 / 16.0).cos());
        biquad(samples, omega, q, high_pass);
    }
}

/// Applies one second-order section (R. Bristow-Johnson's cookbook).
fn biquad(samples: &mut [f32], omega: f32, q: f32, high_pass: bool) {
    let (sin, cos) = omega.sin_cos();
    let alpha = sin / (2.0 * q);
    let a0 = 1.0 + alpha;
    let (b0, b1) = match high_pass {
        true => ((1.0 + cos) / (2.0 * a0), -(1.0 + cos) / a0),
        false => ((1.0 - cos) / (2.0 * a0), (1.0 - cos) / a0),
    };
    let (a1, a2) = (-2.0 * cos / a0, (1.0 - alpha) / a0);
    let (mut s1, mut s2) = (0f32, 0f32);
    for x in samples {
        let y = b0 * *x + s1;
        s1 = b1 * *x - a1 * y + s2;
        s2 = b0 * *x - a2 * y;
        *x = y;
    }
}

/// Adds sparse reverberation: decaying echoes of random sign, a few hundred per second.
fn room(samples: &mut [f32], seconds: f32, db: f32, rng: &mut Xoshiro256PlusPlus) {
    const ECHOES_PER_SECOND: f32 = 300.0;
    let length = seconds * RATE as f32;
    let count = (seconds * ECHOES_PER_SECOND) as usize;
    let echoes: Vec<(usize, f32)> = (0..count)
        .map(|_| {
            let delay = rng.random_range(0.002..1.0) * length;
            let decay = 10f32.powf(-3.0 * delay / length);
            (delay as usize, if rng.random::<bool>() { decay } else { -decay })
        })
        .collect();
    let dry = samples.to_vec();
    let mut wet = vec![0f32; dry.len()];
    for (delay, level) in echoes {
        wet.iter_mut().skip(delay).zip(&dry).for_each(|(wet, dry)| *wet += level * dry);
    }
    mix(samples, &wet, db);
    // Keeps the original power.
    let factor = (power(&dry) / power(samples).max(1e-12)).sqrt();
    samples.iter_mut().for_each(|x| *x *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::generator;

    fn tone(hz: f32) -> Vec<f32> {
        (0..RATE).map(|i| 0.5 * (2.0 * PI * hz * i as f32 / RATE as f32).sin()).collect()
    }

    fn level(corruption: Corruption, hz: f32) -> f32 {
        let (mut sound, before) = (tone(hz), power(&tone(hz)));
        corruption.apply(&mut sound, &mut generator(0, "test", &[]));
        10.0 * (power(&sound[RATE / 4..]) / before).log10()
    }

    #[test]
    fn filters_pass_and_stop() {
        assert!(level(Corruption::LowPass(4_000.0), 1_000.0).abs() < 0.1);
        assert!((level(Corruption::LowPass(4_000.0), 4_000.0) + 3.0).abs() < 0.2);
        assert!(level(Corruption::LowPass(4_000.0), 8_000.0) < -45.0);
        assert!(level(Corruption::HighPass(300.0), 75.0) < -80.0);
        assert!(level(Corruption::HighPass(300.0), 2_000.0).abs() < 0.1);
    }

    #[test]
    fn levels_are_as_stated() {
        assert!((level(Corruption::Gain(-20.0), 500.0) + 20.0).abs() < 0.01);
        assert!(level(Corruption::Room(0.5, 0.0), 500.0).abs() < 3.0);
        let mut sound = vec![0.9; 100];
        Corruption::Gain(10.0).apply(&mut sound, &mut generator(0, "test", &[]));
        assert!(sound.iter().all(|&x| x == 1.0), "clipped");
        let mut sound = tone(500.0);
        let clean = sound.clone();
        Corruption::Noise(10.0, 0.0).apply(&mut sound, &mut generator(0, "test", &[]));
        let noise: Vec<f32> = sound.iter().zip(&clean).map(|(a, b)| a - b).collect();
        let ratio = 10.0 * (power(&clean) / power(&noise)).log10();
        assert!((ratio - 10.0).abs() < 0.1, "{ratio}");
    }

    #[test]
    fn silence_stays_silent_and_everything_is_finite() {
        let mut rng = generator(0, "test", &[]);
        for _ in 0..50 {
            for mut sound in [vec![0.0; 3_000], tone(440.0), vec![]] {
                let silent = power(&sound) == 0.0;
                for corruption in random_chain(&mut rng) {
                    corruption.apply(&mut sound, &mut rng);
                }
                assert!(sound.iter().all(|x| x.is_finite()));
                assert_eq!(silent, power(&sound) == 0.0);
            }
        }
    }
}
