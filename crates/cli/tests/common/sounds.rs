//! Sounds that are easily distinguished, in as many takes as a test needs.

use std::f64::consts::TAU;

use super::{RATE, noise, wav_of};

const SECONDS: f64 = 4.0;
/// Least frequency of a beep, its step from take to take, and the number of steps.
const BEEP_HZ: (f64, f64, u32) = (1_400.0, 230.0, 11);

/// Returns the sound of an alarm clock; takes differ in pitch, pace and noise.
pub fn beeps(take: u32) -> Vec<u8> {
    let hz = BEEP_HZ.0 + BEEP_HZ.1 * f64::from(take * 7 % BEEP_HZ.2);
    let period = 0.25 + 0.05 * f64::from(take * 3 % 8);
    let mut state = take + 1;
    made(|time| {
        let is_on = time % period < 0.4 * period;
        let tone = if is_on { (TAU * hz * time).sin() } else { 0.0 };
        0.3 * tone + 0.003 * f64::from(take % 4) * noise(&mut state)
    })
}

/// Returns the sound of an idling engine; takes differ in speed and roughness.
pub fn rumble(take: u32) -> Vec<u8> {
    let rate = 16.0 + 1.5 * f64::from(take * 5 % 9);
    let smoothness = 0.92 + 0.008 * f64::from(take * 3 % 7);
    let (mut state, mut level) = (take + 100, 0.0);
    made(|time| {
        level = smoothness * level + (1.0 - smoothness) * noise(&mut state);
        let beat = (1.0 - (time * rate).fract()).powi(3);
        2.5 * level * beat
    })
}

/// Returns rain, crackles and a siren in turn.
pub fn other(take: u32) -> Vec<u8> {
    let mut state = take + 200;
    match take % 3 {
        0 => made(|_| 0.3 * noise(&mut state)),
        1 => made(|_| {
            let is_crackle = noise(&mut state) > 0.999;
            if is_crackle { 0.9 * noise(&mut state) } else { 0.0 }
        }),
        _ => made(|time| 0.3 * (TAU * (700.0 * time + 60.0 * (TAU * 0.7 * time).sin())).sin()),
    }
}

/// Returns only the noise of a converter.
pub fn silence() -> Vec<u8> {
    let mut state = 1;
    made(|_| 3e-5 * noise(&mut state))
}

fn made(mut sample: impl FnMut(f64) -> f64) -> Vec<u8> {
    let count = (SECONDS * f64::from(RATE)) as usize;
    let samples = (0..count).map(|n| (32_000.0 * sample(n as f64 / f64::from(RATE))) as i16);
    wav_of(&samples.collect::<Vec<_>>())
}
