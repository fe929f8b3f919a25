//! Synthesised sounds. They have the top octave that most of the recordings lack, and kinds of
//! sound that none of them has.

use crate::data::sound::log_uniform;
use crate::random::generator;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use std::f32::consts::TAU;

/// Samples per second.
pub const RATE: usize = 32_000;
/// Length of a sound.
const SAMPLES: usize = 10 * RATE;

/// A way of making sounds.
type Recipe = fn(&mut Xoshiro256PlusPlus) -> Vec<f32>;

const RECIPES: [(&str, Recipe); 16] = [
    ("noise", noise),
    ("tone", tone),
    ("sweep", sweep),
    ("beeps", beeps),
    ("siren", siren),
    ("bell", bell),
    ("ticks", ticks),
    ("knocks", knocks),
    ("chirps", chirps),
    ("hum", hum),
    ("engine", engine),
    ("bursts", bursts),
    ("drops", drops),
    ("vowels", vowels),
    ("chords", chords),
    ("faint", faint),
];

/// Returns `rounds` sounds of every recipe, 10 s at 32 kHz each, with their names.
pub fn sounds(rounds: usize, seed: u64) -> Vec<(String, Vec<f32>)> {
    let recipes = RECIPES.iter().enumerate();
    let made = recipes.flat_map(|(index, (name, recipe))| {
        (0..rounds).map(move |round| {
            let mut rng = generator(seed, "synthesis", &[index as u64, round as u64]);
            let mut sound = recipe(&mut rng);
            let peak = sound.iter().fold(1e-9f32, |peak, x| peak.max(x.abs()));
            let level = if *name == "faint" { 1.0 } else { rng.random_range(0.05..0.9) / peak };
            sound.iter_mut().for_each(|x| *x *= level);
            (format!("{name}-{round}"), sound)
        })
    });
    made.collect()
}

/// Returns a wave of the given shape with a frequency in Hz that may change from sample to sample.
fn oscillate(frequency: impl Fn(f32) -> f32, shape: impl Fn(f32) -> f32) -> Vec<f32> {
    let mut phase = 0f32;
    let sample = |index: usize| {
        phase = (phase + frequency(index as f32 / RATE as f32) / RATE as f32).fract();
        shape(phase)
    };
    (0..SAMPLES).map(sample).collect()
}

/// Returns noise from white (`colour` 0) to brown (1).
pub fn coloured(rng: &mut Xoshiro256PlusPlus, samples: usize, colour: f32) -> Vec<f32> {
    let (mut low, mut lower) = (0f32, 0f32);
    let sample = |_| {
        let white: f32 = rng.random_range(-1.0..1.0);
        low += 0.08 * (white - low);
        lower += 0.006 * (white - lower);
        white * (1.0 - colour) + colour * (2.0 * low + 8.0 * lower)
    };
    (0..samples).map(sample).collect()
}

/// Adds a decaying mixture of partials, `(Hz, amplitude, decay in s)`, from sample `at` on.
fn strike(sound: &mut [f32], at: usize, partials: &[(f32, f32, f32)]) {
    for (index, sample) in sound.iter_mut().skip(at).take(3 * RATE).enumerate() {
        let t = index as f32 / RATE as f32;
        *sample += partials
            .iter()
            .map(|(hz, amplitude, decay)| amplitude * (-t / decay).exp() * (TAU * hz * t).sin())
            .sum::<f32>();
    }
}

/// Returns slightly irregular sample positions, about `seconds` apart.
fn times(rng: &mut Xoshiro256PlusPlus, seconds: f32, jitter: f32) -> Vec<usize> {
    let mut at = rng.random_range(0.0..seconds);
    let mut all = Vec::new();
    while at < SAMPLES as f32 / RATE as f32 {
        all.push((at * RATE as f32) as usize);
        at += seconds * (1.0 + rng.random_range(-jitter..=jitter));
    }
    all
}

fn noise(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let colour = rng.random_range(0.0..1.0);
    let swell = log_uniform(rng, 0.05, 4.0);
    let depth = rng.random_range(0.0..0.8);
    let noise = coloured(rng, SAMPLES, colour);
    let swelling = |(i, x): (usize, f32)| {
        x * (1.0 - depth * (0.5 + 0.5 * (TAU * swell * i as f32 / RATE as f32).sin()))
    };
    noise.into_iter().enumerate().map(swelling).collect()
}

fn tone(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 60.0, 12_000.0);
    let (rate, depth) = (rng.random_range(3.0..8.0), rng.random_range(0.0..0.02));
    oscillate(|t| hz * (1.0 + depth * (TAU * rate * t).sin()), |phase| (TAU * phase).sin())
}

fn sweep(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let (from, to) = (log_uniform(rng, 50.0, 14_000.0), log_uniform(rng, 50.0, 14_000.0));
    let seconds = log_uniform(rng, 0.3, 10.0);
    oscillate(|t| from * (to / from).powf((t / seconds).fract()), |phase| (TAU * phase).sin())
}

fn beeps(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 400.0, 4_500.0);
    let (every, share) = (log_uniform(rng, 0.12, 1.5), rng.random_range(0.2..0.7));
    let square = rng.random::<bool>();
    let shape = |phase: f32| match square {
        true => (TAU * phase).sin().signum(),
        false => (TAU * phase).sin(),
    };
    let carrier = oscillate(|_| hz, shape);
    let gate = |i: usize| (i as f32 / RATE as f32 / every).fract() < share;
    carrier.into_iter().enumerate().map(|(i, x)| if gate(i) { x } else { 0.0 }).collect()
}

fn siren(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let (low, high) = (rng.random_range(400.0..800.0), rng.random_range(900.0..1_900.0));
    let every = log_uniform(rng, 0.25, 6.0);
    let two_tone = rng.random_range(0..3) == 0;
    let frequency = |t: f32| {
        let place = (t / every).fract();
        match two_tone {
            true if place < 0.5 => low,
            true => low * 1.33,
            false => low + (high - low) * (0.5 - 0.5 * (TAU * place).cos()),
        }
    };
    let harmonics = rng.random_range(0.0..0.6);
    oscillate(frequency, |phase| {
        (TAU * phase).sin()
            + harmonics * (2.0 * TAU * phase).sin()
            + harmonics * harmonics * (3.0 * TAU * phase).sin()
    })
}

fn bell(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let base = log_uniform(rng, 200.0, 2_500.0);
    let decay = log_uniform(rng, 0.08, 2.0);
    let partials: Vec<_> = [0.5, 1.0, 1.19, 1.56, 2.0, 2.51, 2.66, 4.1, 5.4]
        .iter()
        .map(|ratio: &f32| {
            let amplitude = rng.random_range(0.1..1.0) / ratio.sqrt();
            (base * ratio, amplitude, decay / ratio.sqrt())
        })
        .collect();
    let mut sound = vec![0.0; SAMPLES];
    let every = log_uniform(rng, 0.08, 3.0);
    for at in times(rng, every, 0.1) {
        strike(&mut sound, at, &partials);
    }
    sound
}

fn ticks(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 1_500.0, 9_000.0);
    let partials = [(hz, 1.0, 0.004), (hz * 1.7, 0.6, 0.002), (hz * 0.45, 0.4, 0.008)];
    let other = partials.map(|(hz, amplitude, decay)| (hz * 0.85, amplitude * 0.7, decay));
    let mut sound = vec![0.0; SAMPLES];
    let every = log_uniform(rng, 0.1, 1.2);
    for (index, at) in times(rng, every, 0.01).into_iter().enumerate() {
        strike(&mut sound, at, if index % 2 == 0 { &partials } else { &other });
    }
    sound
}

fn knocks(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 90.0, 700.0);
    let partials =
        [(hz, 1.0, 0.04), (hz * 2.3, 0.5, 0.02), (hz * 4.1, 0.3, 0.012), (hz * 9.0, 0.2, 0.004)];
    let mut sound = vec![0.0; SAMPLES];
    let pause = rng.random_range(1.0..3.0);
    for group in times(rng, pause, 0.2) {
        let gap = rng.random_range(0.12..0.35);
        for knock in 0..rng.random_range(2..6) {
            strike(&mut sound, group + (knock as f32 * gap * RATE as f32) as usize, &partials);
        }
    }
    sound
}

fn chirps(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut sound = vec![0.0; SAMPLES];
    let every = log_uniform(rng, 0.12, 1.2);
    let (hz, width) = (log_uniform(rng, 1_800.0, 7_500.0), rng.random_range(-0.5..0.7));
    let seconds = log_uniform(rng, 0.03, 0.3).min(every);
    let trill = rng.random_range(0.0..0.2);
    for at in times(rng, every, 0.25) {
        let mut phase = 0f32;
        let samples = (seconds * RATE as f32) as usize;
        for (index, sample) in sound.iter_mut().skip(at).take(samples).enumerate() {
            let place = index as f32 / samples as f32;
            let now = hz * (1.0 + width * place + trill * (TAU * 30.0 * place * seconds).sin());
            phase = (phase + now / RATE as f32).fract();
            *sample += (std::f32::consts::PI * place).sin() * (TAU * phase).sin();
        }
    }
    sound
}

fn hum(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = [50.0, 60.0, 100.0, 120.0][rng.random_range(0..4)];
    let (tilt, hiss) = (rng.random_range(0.5..1.6), rng.random_range(0.0..0.3));
    let mut tones = oscillate(
        |_| hz,
        |phase| (1..24).map(|n| (n as f32).powf(-tilt) * (TAU * phase * n as f32).sin()).sum(),
    );
    let noise = coloured(rng, SAMPLES, 0.7);
    tones.iter_mut().zip(noise).for_each(|(tone, noise)| *tone += hiss * noise);
    tones
}

fn engine(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let hz = log_uniform(rng, 12.0, 120.0);
    let (wobble, drift) = (rng.random_range(0.0..0.05), rng.random_range(-0.03..0.06));
    let pulse = |phase: f32| (-14.0 * phase).exp() - 0.07;
    let pulses = oscillate(|t| hz * (1.0 + wobble * (TAU * 0.7 * t).sin() + drift * t), pulse);
    let noise = coloured(rng, SAMPLES, 0.8);
    let roar = rng.random_range(0.1..1.0);
    let mut low = 0f32;
    let smoothing = rng.random_range(0.03..0.4);
    let mix = |(pulse, noise): (f32, f32)| {
        low += smoothing * (pulse + roar * noise * (0.3 + pulse.max(0.0)) - low);
        low
    };
    pulses.into_iter().zip(noise).map(mix).collect()
}

/// Returns short noises: steps, rustles, claps.
fn bursts(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut sound = vec![0.0; SAMPLES];
    let every = log_uniform(rng, 0.08, 1.5);
    let decay = log_uniform(rng, 0.01, 0.2);
    let colour = rng.random_range(0.0..1.0);
    for at in times(rng, every, 0.3) {
        let level = rng.random_range(0.4..1.0);
        let noise = coloured(rng, (6.0 * decay * RATE as f32) as usize, colour);
        for (index, (sample, noise)) in sound.iter_mut().skip(at).zip(noise).enumerate() {
            *sample += level * noise * (-(index as f32) / (decay * RATE as f32)).exp();
        }
    }
    sound
}

fn drops(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut sound = coloured(rng, SAMPLES, 0.1);
    let hiss = rng.random_range(0.0..0.1);
    sound.iter_mut().for_each(|x| *x *= hiss);
    let every = log_uniform(rng, 0.004, 0.4);
    for at in times(rng, every, 0.9) {
        let hz = log_uniform(rng, 600.0, 7_000.0);
        let decay = rng.random_range(0.003..0.03);
        let level = rng.random_range(0.1..1.0);
        let samples = (6.0 * decay * RATE as f32) as usize;
        for (index, sample) in sound.iter_mut().skip(at).take(samples).enumerate() {
            let t = index as f32 / RATE as f32;
            *sample += level * (-t / decay).exp() * (TAU * hz * (1.0 + 4.0 * t) * t).sin();
        }
    }
    sound
}

/// Returns a voice-like pulse train under three resonances that change from syllable to syllable.
fn vowels(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let pitch = log_uniform(rng, 90.0, 420.0);
    let source = oscillate(
        |t| pitch * (1.0 + 0.12 * (TAU * 0.6 * t).sin() + 0.02 * (TAU * 5.0 * t).sin()),
        |phase| (-9.0 * phase).exp(),
    );
    let syllable = rng.random_range(0.15..0.5);
    let mut formants = [[0f32; 2]; 3];
    let mut hz = [500.0, 1_500.0, 2_500.0];
    let mut open = 1.0;
    let length = (syllable * RATE as f32) as usize;
    let sample = |(index, source): (usize, f32)| {
        if index % length == 0 {
            hz = [
                rng.random_range(280.0..850.0),
                rng.random_range(900.0..2_300.0),
                rng.random_range(2_300.0..3_200.0),
            ];
            open = if rng.random_range(0..4) == 0 { 0.0 } else { 1.0 };
        }
        let place = (index % length) as f32 / length as f32;
        let input = source * open * (std::f32::consts::PI * place).sin();
        let outputs = formants.iter_mut().zip(hz).map(|(state, hz)| {
            let radius = (-std::f32::consts::PI * 90.0 / RATE as f32).exp();
            let turn = 2.0 * radius * (TAU * hz / RATE as f32).cos();
            let output = input + turn * state[0] - radius * radius * state[1];
            *state = [output, state[0]];
            output * (1.0 - radius)
        });
        outputs.sum()
    };
    source.into_iter().enumerate().map(sample).collect()
}

fn chords(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut sound = vec![0.0; SAMPLES];
    let beat = rng.random_range(0.2..0.8);
    let key = rng.random_range(100.0..260.0);
    let (tilt, decay) = (rng.random_range(0.8..2.2), log_uniform(rng, 0.1, 1.5));
    for at in times(rng, beat, 0.02) {
        for _ in 0..rng.random_range(1..4) {
            let step = [0, 2, 4, 5, 7, 9, 11, 12, 16, 19][rng.random_range(0..10)];
            let hz = key * 2f32.powf(step as f32 / 12.0);
            let partials: Vec<_> =
                (1..9).map(|n| (hz * n as f32, (n as f32).powf(-tilt), decay)).collect();
            strike(&mut sound, at, &partials);
        }
    }
    sound
}

/// Returns silence with faint noise or a faint tone.
fn faint(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let level = 10f32.powf(rng.random_range(-6.0..-2.6));
    let mut sound = match rng.random_range(0..4) {
        0 => return vec![0.0; SAMPLES],
        1 => tone(rng),
        _ => {
            let colour = rng.random_range(0.0..1.0);
            coloured(rng, SAMPLES, colour)
        }
    };
    sound.iter_mut().for_each(|x| *x *= level);
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_finite_at_their_level_and_reproducible() {
        let sounds = sounds(1, 3);
        assert_eq!(sounds.len(), RECIPES.len());
        for (name, sound) in &sounds {
            assert_eq!(sound.len(), SAMPLES, "{name}");
            assert!(sound.iter().all(|x| x.is_finite() && x.abs() <= 1.0), "{name}");
            let power = sound.iter().map(|x| x * x).sum::<f32>() / SAMPLES as f32;
            assert!(name.starts_with("faint") || power > 1e-7, "{name}: {power}");
        }
        assert_eq!(sounds, super::sounds(1, 3));
        assert_ne!(sounds[0].1, super::sounds(1, 4)[0].1);
    }
}
