//! The examples work as described. Cargo builds them together with the tests.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::f32::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::Command;

const RATE: u32 = 44_100;

/// Returns the path of an example. Tests are built into `deps`, examples into the folder next to
/// it.
fn executable(example: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let folder = deps.parent().unwrap().with_file_name("examples");
    let path = folder.join(example).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.exists(), "no {}: `cargo test --workspace` builds it", path.display());
    path
}

/// Returns whether the label in `line` is one of the model's sirens.
fn is_siren(line: &str) -> bool {
    line.to_lowercase().contains("siren")
}

/// Returns the example's output.
fn run(example: &str, arguments: &[&Path]) -> String {
    let output = Command::new(executable(example)).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Writes a siren of `seconds` in two channels, one of which is silent.
fn write_siren(path: &Path, sample_format: hound::SampleFormat, seconds: u32) {
    let bits_per_sample = if sample_format == hound::SampleFormat::Int { 16 } else { 32 };
    let spec = hound::WavSpec { channels: 2, sample_rate: RATE, bits_per_sample, sample_format };
    let mut wav = hound::WavWriter::create(path, spec).unwrap();
    let mut phase = 0.0;
    for index in 0..seconds * RATE {
        let hz = 1_000.0 + 400.0 * (TAU * 2.0 * index as f32 / RATE as f32).sin();
        phase = (phase + hz / RATE as f32) % 1.0;
        let sample: i16 = if phase < 0.5 { 20_000 } else { -20_000 };
        match sample_format {
            hound::SampleFormat::Int => {
                wav.write_sample(sample).unwrap();
                wav.write_sample(0_i16).unwrap();
            }
            hound::SampleFormat::Float => {
                wav.write_sample(f32::from(sample) / 32_768.0).unwrap();
                wav.write_sample(0.0_f32).unwrap();
            }
        }
    }
    wav.finalize().unwrap();
}

#[test]
fn classify_prints_a_line_for_each_segment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("siren.wav");
    write_siren(&path, hound::SampleFormat::Int, 6);
    let printed = run("classify", &[&path]);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines.len() > 1, "{printed}");
    assert!(lines[0].starts_with("   0.00 s to "), "{printed}");
    assert!(lines.last().unwrap().contains(" s to    6.00 s  "), "{printed}");
    assert!(lines.iter().all(|line| is_siren(line)), "{printed}");
}

#[test]
fn classify_agrees_for_every_sample_format() {
    let folder = tempfile::tempdir().unwrap();
    let printed = [hound::SampleFormat::Int, hound::SampleFormat::Float].map(|format| {
        let path = folder.path().join("siren.wav");
        write_siren(&path, format, 3);
        run("classify", &[&path])
    });
    assert!(printed[0].lines().all(is_siren), "{}", printed[0]);
    assert_eq!(printed[0], printed[1]);
}

#[test]
fn classify_names_its_missing_argument() {
    let output = Command::new(executable("classify")).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("path of a WAV file"), "{error}");
}

#[test]
fn live_prints_when_the_siren_starts_and_ends() {
    let printed = run("live", &[]);
    let seconds = |what: &str| -> Vec<f64> {
        let lines = printed.lines().filter(|line| is_siren(line) && line.contains(what));
        lines.map(|line| line.split(" s ").next().unwrap().trim().parse().unwrap()).collect()
    };
    let (begins, ends) = (seconds(" begins"), seconds(" ends"));
    assert_eq!(begins.len(), ends.len(), "{printed}");
    // It sounds from 3 s to 11 s, and its segments are within 2 s of it.
    assert!((3.0..5.0).contains(&begins[0]), "{printed}");
    assert!((10.0..14.0).contains(ends.last().unwrap()), "{printed}");
}
