//! A folder with a model and recordings to run the binary on.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::f64::consts::TAU;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub mod everyday;
pub mod files;
pub mod parquet;
pub mod sounds;
#[path = "../../../../tests/common/tiny_model.rs"]
pub mod tiny_model;

pub const RATE: u32 = 22_050;

/// Frequencies that the tiny model labels low, middle and high.
pub const LOW_HZ: f64 = 150.0;
pub const MIDDLE_HZ: f64 = 1_500.0;
pub const HIGH_HZ: f64 = 7_000.0;

/// A temporary folder with the tiny model in it.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let bench = Bench { folder: tempfile::tempdir().unwrap() };
        bench.write("tiny.onnx", &tiny_model::onnx(&tiny_model::metadata()));
        bench
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a wav of tones, each given in Hz and seconds, one after the other.
    pub fn tones(&self, name: &str, tones: &[(f64, f64)]) -> PathBuf {
        self.write(name, &wav(tones))
    }

    /// Runs `sourcing-sound ARGUMENTS` in this folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("", arguments)
    }

    /// Runs `sourcing-sound ARGUMENTS` in a folder of this one.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(arguments)
            .current_dir(self.path().join(folder))
            .output()
            .unwrap();
        Run::of(output)
    }

    /// Runs `sourcing-sound classify --model tiny.onnx ARGUMENTS` with these bytes on standard
    /// input.
    pub fn classify_piped(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut running = files::Running::classify(self, arguments);
        if let Some(mut pipe) = running.input.take() {
            // A run that refuses its arguments or the format does not read all of it.
            let _ = pipe.write_all(input);
        }
        let (status, lines, stderr) = running.end();
        let stdout = lines.iter().map(|line| format!("{line}\n")).collect();
        Run { code: status.code().unwrap(), stdout, stderr }
    }

    /// Runs `sourcing-sound classify --model tiny.onnx ARGUMENTS`.
    pub fn classify(&self, arguments: &[&str]) -> Run {
        self.run(&[&["classify", "--model", "tiny.onnx"], arguments].concat())
    }
}

/// What a run printed, and its exit code.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Returns the stdout of a run that must succeed, with nothing on stderr but the number of
    /// recordings that `--resume` left out.
    pub fn success(self) -> String {
        let is_other = |line: &&str| !line.starts_with("--resume: left out ");
        let other: Vec<&str> = self.stderr.lines().filter(is_other).collect();
        assert_eq!((self.code, other), (0, Vec::new()), "{}", self.stdout);
        self.stdout
    }
}

/// Returns a 16-bit mono wav of tones over faint noise.
pub fn wav(tones: &[(f64, f64)]) -> Vec<u8> {
    let mut state = 1u32;
    let mut samples = Vec::new();
    for &(hz, seconds) in tones {
        for n in 0..(seconds * f64::from(RATE)) as usize {
            let phase = TAU * hz * n as f64 / f64::from(RATE);
            samples.push((10_000.0 * phase.sin() + 30.0 * noise(&mut state)) as i16);
        }
    }
    wav_of(&samples)
}

/// Returns the next of a sequence of random numbers from -1 to 1.
fn noise(state: &mut u32) -> f64 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    f64::from(*state >> 8) / f64::from(1 << 23) - 1.0
}

/// Returns a mono wav of these samples.
pub fn wav_of(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend((2 * RATE).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}
