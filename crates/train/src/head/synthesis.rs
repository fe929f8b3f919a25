//! Synthesises sounds of none of the labels: digital silence, noise, tones, sweeps, mains hum,
//! clicks. Every detector is trained on them, so that none of them is given a label.

use crate::data::sound::{amplitude, log_uniform};
use crate::random::generator;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use std::f32::consts::TAU;

/// Sounds of each kind.
pub const ROUNDS: usize = 12;

type Make = fn(f32, usize, &mut Xoshiro256PlusPlus) -> Vec<f32>;

/// The kinds, in the groups under which they are judged.
const KINDS: [(&str, &[(&str, Make)]); 2] = [
    (
        "silence and noise, synthesised",
        &[("silence", silence), ("white", white), ("pink", pink), ("brown", brown)],
    ),
    (
        "tones, hum and clicks, synthesised",
        &[("tone", tone), ("sweep", sweep), ("chord", chord), ("hum", hum), ("clicks", clicks)],
    ),
];

/// A group of sounds: its name, and a name and the samples for each of them.
pub type Group = (&'static str, Vec<(String, Vec<f32>)>);

/// Synthesises all groups, each sound `seconds` long.
pub fn groups(rate: u32, seconds: f64, seed: u64) -> Vec<Group> {
    let samples = (f64::from(rate) * seconds).round() as usize;
    let groups = KINDS.iter().map(|(group, kinds)| {
        let sounds = kinds.iter().flat_map(|(kind, make)| {
            (0..ROUNDS).map(move |round| {
                let mut rng = generator(seed, &format!("synthesised {kind}"), &[round as u64]);
                (format!("{kind} {round}"), make(rate as f32, samples, &mut rng))
            })
        });
        (*group, sounds.collect())
    });
    groups.collect()
}

/// Scales to a mean level in dB relative to full scale.
fn at_level(mut sound: Vec<f32>, decibel: f32) -> Vec<f32> {
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32;
    let gain = amplitude(decibel) / power.sqrt().max(1e-9);
    sound.iter_mut().for_each(|x| *x = (*x * gain).clamp(-1.0, 1.0));
    sound
}

fn silence(_: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    // One in three is digital silence; the others have a converter's noise.
    match rng.random_range(0..3) {
        0 => vec![0.0; samples],
        _ => at_level(uniform(samples, rng), rng.random_range(-100.0..-60.0)),
    }
}

fn noise_level(rng: &mut Xoshiro256PlusPlus) -> f32 {
    rng.random_range(-60.0..-20.0)
}

fn tone_level(rng: &mut Xoshiro256PlusPlus) -> f32 {
    rng.random_range(-50.0..-6.0)
}

fn uniform(samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    (0..samples).map(|_| rng.random_range(-1.0..1.0)).collect()
}

fn white(_: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    at_level(uniform(samples, rng), noise_level(rng))
}

/// Returns white noise through three one-pole filters, which falls by 3 dB per octave (after P.
/// Kellet).
fn pink(_: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut poles = [0f32; 3];
    let mut next = || {
        let white = rng.random_range(-1.0..1.0f32);
        for (pole, (decay, gain)) in
            poles.iter_mut().zip([(0.997_65, 0.099_046), (0.963, 0.296_516), (0.57, 1.052_691)])
        {
            *pole = decay * *pole + gain * white;
        }
        poles.iter().sum::<f32>() + 0.184_8 * white
    };
    let noise = (0..samples).map(|_| next()).collect();
    at_level(noise, noise_level(rng))
}

/// Falls by 6 dB per octave above 20 Hz.
fn brown(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let leak = 1.0 - TAU * 20.0 / rate;
    let mut sum = 0f32;
    let mut next = || {
        sum = leak * sum + rng.random_range(-1.0..1.0f32);
        sum
    };
    let noise = (0..samples).map(|_| next()).collect();
    at_level(noise, noise_level(rng))
}

fn partials(rate: f32, samples: usize, partials: &[(f32, f32)]) -> Vec<f32> {
    let sample = |n: usize| {
        let of = |&(hz, amplitude): &(f32, f32)| {
            amplitude * (TAU * (hz * n as f32 / rate).fract()).sin()
        };
        partials.iter().map(of).sum()
    };
    (0..samples).map(sample).collect()
}

fn tone(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 60.0, 0.4 * rate);
    at_level(partials(rate, samples, &[(hz, 1.0)]), tone_level(rng))
}

fn sweep(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let (from, to) = (log_uniform(rng, 60.0, 0.4 * rate), log_uniform(rng, 60.0, 0.4 * rate));
    let mut phase = 0f32;
    let mut next = |n: usize| {
        phase = (phase + from * (to / from).powf(n as f32 / samples as f32) / rate).fract();
        (TAU * phase).sin()
    };
    let sweep = (0..samples).map(&mut next).collect();
    at_level(sweep, tone_level(rng))
}

fn chord(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let base = log_uniform(rng, 100.0, 1_000.0);
    let parts = [1.0, 1.25, 1.5].map(|ratio| (base * ratio, 1.0));
    at_level(partials(rate, samples, &parts), tone_level(rng))
}

/// Mains hum: 50 or 60 Hz with some of its multiples.
fn hum(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let base = if rng.random::<bool>() { 50.0 } else { 60.0 };
    let parts: Vec<_> =
        (1..=12).map(|k| (base * k as f32, rng.random_range(0.0..1.0) / k as f32)).collect();
    at_level(partials(rate, samples, &parts), noise_level(rng))
}

/// Returns single samples, at regular times or not.
fn clicks(rate: f32, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    let every = log_uniform(rng, 0.1, 2.0);
    let jitter = rng.random_range(0.0..0.8);
    let height = amplitude(rng.random_range(-40.0..0.0));
    let mut at = rng.random_range(0.0..every * 0.2);
    while let Some(sample) = sound.get_mut((at * rate) as usize) {
        *sample = height;
        at += every * (1.0 + rng.random_range(-jitter..=jitter));
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_sound_within_full_scale() {
        let groups = groups(16_000, 0.5, 3);
        assert_eq!(groups.iter().map(|(_, sounds)| sounds.len()).sum::<usize>(), 9 * ROUNDS);
        let mut digital_silence = 0;
        for (name, sound) in groups.iter().flat_map(|(_, sounds)| sounds) {
            assert_eq!(sound.len(), 8_000);
            assert!(sound.iter().all(|x| x.abs() <= 1.0), "{name}");
            let silent = sound.iter().all(|x| *x == 0.0);
            assert!(!silent || name.starts_with("silence"), "{name} is silent");
            digital_silence += usize::from(silent);
        }
        assert!((2..ROUNDS).contains(&digital_silence), "{digital_silence}");
    }

    #[test]
    fn levels_are_as_stated() {
        let sound = at_level(vec![0.3, -0.3, 0.3, -0.3], -20.0);
        assert!(sound.iter().all(|x| (x.abs() - 0.1).abs() < 1e-6), "{sound:?}");
    }
}
