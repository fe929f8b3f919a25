//! Writes the folders that docs/guide/own-classes.md trains on: whistles, knocks and hums under
//! noise, and sounds of none of these labels.
//!
//! `cargo run --package sourcing-sound-train --example own_sounds -- FOLDER`

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use std::f32::consts::TAU;
use std::io::Result;
use std::path::{Path, PathBuf};

const RATE: u32 = 16_000;
const SECONDS: f32 = 4.0;
const RECORDINGS: u64 = 15;
const CLIPS: usize = 2;

type Sound = fn(&mut Xoshiro256PlusPlus) -> Vec<f32>;

fn main() -> Result<()> {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let labels: [(&str, &str, Sound); 3] =
        [("hum", "fridge", hum), ("knocks", "door", knocks), ("whistle", "phone", whistle)];
    for (label, thing, sound) in labels {
        for recording in 1..=RECORDINGS {
            let mut rng = generator(label, recording);
            let samples = sound(&mut rng);
            for clip in 1..=CLIPS {
                let name = format!("my-sounds/{label}/{thing}{recording:02}__{clip}.wav");
                write(&root.join(name), &under_noise(&samples, &mut rng))?;
            }
        }
    }
    let others: [(&str, &str, Sound); 4] = [
        ("others", "rumble", rumble),
        ("others", "rain", rain),
        ("unknown", "tune", tune),
        ("unknown", "engine", engine),
    ];
    for (folder, name, sound) in others {
        for recording in 1..=RECORDINGS {
            let mut rng = generator(name, recording);
            let samples = sound(&mut rng);
            let path = root.join(format!("{folder}/{name}{recording:02}.wav"));
            write(&path, &under_noise(&samples, &mut rng))?;
        }
    }
    let mut rng = generator("kitchen", 1);
    let mut kitchen = under_noise(&whistle(&mut rng), &mut rng);
    kitchen.extend(under_noise(&rain(&mut rng), &mut rng));
    kitchen.extend(under_noise(&knocks(&mut rng), &mut rng));
    write(&root.join("kitchen.wav"), &kitchen)
}

fn generator(name: &str, recording: u64) -> Xoshiro256PlusPlus {
    let name = name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    Xoshiro256PlusPlus::seed_from_u64(name.wrapping_mul(1_000) + recording)
}

fn made(mut sample: impl FnMut(f32) -> f32) -> Vec<f32> {
    (0..(SECONDS * RATE as f32) as usize).map(|i| sample(i as f32 / RATE as f32)).collect()
}

/// Sets a random level and adds quieter white noise.
fn under_noise(samples: &[f32], rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let level = 10f32.powf(rng.random_range(-30.0..0.0) / 20.0);
    let noise = 10f32.powf(rng.random_range(-40.0..-5.0) / 20.0);
    samples.iter().map(|x| level * x + noise * rng.random_range(-1.0..1.0)).collect()
}

fn whistle(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let (base, depth) = (rng.random_range(900.0..1_500.0), rng.random_range(150.0..350.0));
    let speed: f32 = rng.random_range(3.0..7.0);
    let mut phase = 0.0;
    made(|t| {
        phase += TAU * (base + depth * (TAU * speed * t).sin()) / RATE as f32;
        0.4 * f32::sin(phase)
    })
}

fn knocks(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let period = rng.random_range(0.25..0.45);
    let mut noise = rng.clone();
    made(|t| 0.7 * (-(t % period) * 45.0).exp() * noise.random_range(-0.5..0.5))
}

fn hum(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let base: f32 = rng.random_range(70.0..120.0);
    made(|t| 0.2 * (1..=4).map(|k| (TAU * base * k as f32 * t).sin() / k as f32).sum::<f32>())
}

fn rumble(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let (mut noise, mut low) = (rng.clone(), 0.0);
    made(|_| {
        low += 0.02 * (noise.random_range(-1.0..1.0) - low);
        3.0 * low
    })
}

fn rain(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut noise = rng.clone();
    made(|_| {
        let drop = if noise.random_bool(0.01) { 0.4 } else { 0.04 };
        drop * noise.random_range(-1.0..1.0)
    })
}

fn tune(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let notes: Vec<f32> =
        (0..16).map(|_| 220.0 * 2f32.powf(f32::from(rng.random_range(0..24u8)) / 12.0)).collect();
    made(|t| {
        let note = notes[(t * 4.0) as usize % notes.len()];
        0.3 * (TAU * note * t).sin() * (-(t % 0.25) * 6.0).exp()
    })
}

fn engine(rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let base: f32 = rng.random_range(25.0..45.0);
    let mut noise = rng.clone();
    made(|t| {
        let beat = (TAU * base * t).sin().max(0.0).powi(3);
        0.5 * beat * (1.0 + 0.5 * noise.random_range(-1.0..1.0))
    })
}

fn write(path: &Path, samples: &[f32]) -> Result<()> {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|x| ((x.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes())
        .collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((2 * RATE).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}
