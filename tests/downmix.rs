//! Compares the mix of several channels with `golden/downmix.json`, with which the npm package's
//! mix is also compared (`tests/e2e/downmix.spec.ts`).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sourcing_sound::Downmix;

/// Numbers may differ by this: one is computed in `f32`, the other in `f64`.
const TOLERANCE: f64 = 1e-6;

/// One frame in so many is compared. Odd, so that each position in a block is compared.
const EVERY: usize = 611;

/// A stretch of noise in a channel, up to the next one: `gain` times the noise of `seed`.
#[derive(Serialize, Deserialize)]
struct Part {
    from: usize,
    seed: u32,
    gain: f32,
}

#[derive(Serialize, Deserialize)]
struct Case {
    name: String,
    frames: usize,
    channels: Vec<Vec<Part>>,
    /// The channel that was used instead of the mean, counted from 1, and the first such frame.
    taken: Option<(usize, u64)>,
    /// Every 611th sample of the mix.
    samples: Vec<f64>,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/downmix.json")
}

fn golden() -> Vec<Case> {
    serde_json::from_slice(&fs::read(path()).unwrap()).unwrap()
}

/// Returns noise from −1 to 1, which is the same in every program.
fn noise(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn interleaved(case: &Case) -> Vec<f32> {
    let channels: Vec<Vec<f32>> = case
        .channels
        .iter()
        .map(|parts| {
            let mut samples = vec![0.0; case.frames];
            for part in parts {
                let noise = noise(part.seed, case.frames);
                for (sample, noise) in samples.iter_mut().zip(&noise).skip(part.from) {
                    *sample = noise * part.gain;
                }
            }
            samples
        })
        .collect();
    (0..case.frames).flat_map(|frame| channels.iter().map(move |samples| samples[frame])).collect()
}

fn mix(case: &Case) -> (Option<(usize, u64)>, Vec<f64>) {
    let mut mix = Downmix::new(case.channels.len()).unwrap();
    let mut mono = Vec::new();
    for piece in interleaved(case).chunks(case.channels.len() * 777) {
        mix.push(piece, &mut mono).unwrap();
    }
    mix.finish(&mut mono);
    assert_eq!(mono.len(), case.frames);
    let taken = mix.taken().map(|taken| (taken.channel + 1, taken.frame));
    (taken, mono.iter().step_by(EVERY).map(|&sample| f64::from(sample)).collect())
}

#[test]
fn mixes_are_the_golden_ones() {
    for case in golden() {
        let (taken, samples) = mix(&case);
        assert_eq!(taken, case.taken, "{}", case.name);
        assert_eq!(samples.len(), case.samples.len(), "{}", case.name);
        for (n, (actual, expected)) in samples.iter().zip(&case.samples).enumerate() {
            let difference = (actual - expected).abs();
            assert!(difference <= TOLERANCE, "{}, frame {}: {difference}", case.name, n * EVERY);
        }
    }
}

/// Writes the golden file: `cargo test --workspace --exclude xtask --test downmix -- --ignored`.
#[test]
#[ignore = "writes the golden file"]
fn write_golden() {
    let part = |from, seed, gain| Part { from, seed, gain };
    let sound = |gain| vec![part(0, 1, gain)];
    let mut eight: Vec<Vec<Part>> = (0..8).map(|n| vec![part(0, 10 + n, 0.001)]).collect();
    eight[4] = sound(0.5);
    let cases = [
        ("one channel", 5_000, vec![sound(0.5)]),
        ("two without anything in common", 60_000, vec![sound(0.5), vec![part(0, 2, 0.5)]]),
        ("the second is silent", 30_000, vec![sound(0.5), vec![]]),
        ("inverted", 30_000, vec![sound(0.5), sound(-0.4)]),
        ("the fifth of eight", 30_000, eight),
        (
            "inverted from the middle on, and back",
            150_000,
            vec![sound(0.5), vec![part(0, 1, 0.5), part(50_000, 1, -0.5), part(90_000, 1, 0.5)]],
        ),
        (
            "the other one becomes louder",
            120_000,
            vec![
                vec![part(0, 1, 0.5), part(60_000, 1, 0.1)],
                vec![part(0, 1, -0.3), part(60_000, 1, -0.3)],
            ],
        ),
    ];
    let cases: Vec<Case> = cases
        .into_iter()
        .map(|(name, frames, channels)| {
            let mut case =
                Case { name: name.to_owned(), frames, channels, taken: None, samples: Vec::new() };
            (case.taken, case.samples) = mix(&case);
            for sample in &mut case.samples {
                *sample = (*sample * 1e8).round() / 1e8;
            }
            case
        })
        .collect();
    fs::write(path(), serde_json::to_string(&cases).unwrap() + "\n").unwrap();
}
