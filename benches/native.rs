//! Measures engines and front end natively, for `cargo xtask bench native`. Reads one request per
//! line from standard input and answers each with one line of JSON:
//!
//! - `{"open": name, "model": path}` loads a model on both engines; the answer is `{"input",
//!   "shape", "outputs", "difference", "front_end"}`: the network's input for noise, its outputs
//!   before calibration, and the difference of the general engine's outputs;
//! - `{"name", "part", "runs"}` runs a part of it as often; the answer is `{"ms"}`, the milliseconds
//!   of one run. The part is `lean` or `general`, the network alone; `features`, those of 4 s of audio
//!   at 48 kHz; or `recording`, 60 s from audio to scores;
//! - `{"wav": path}` writes the 4 s to a file; the answer is `{}`;
//! - `{"study_cnn": path}` writes the study's convolutional network to a model file; the answer is
//!   `{}`.
//!
//! It prints only answers, so a run without input ends immediately.

mod noise;
#[path = "../tests/common/random.rs"]
mod random;
mod study_cnn;
#[path = "../tests/common/tiny_model.rs"]
mod tiny_model;

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use serde_json::{Value, json};
use sourcing_sound::{Classifier, Engine, FrontEnd, Model, Pcm, SampleRate, lay_out};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The rate of the audio in Hz, that of a microphone.
const RATE: u32 = 48_000;
/// The lengths of a clip and of a recording in seconds. A clip has fewer segments per second.
const SECONDS: u32 = 4;
const RECORDING_SECONDS: u32 = 60;

fn main() -> Outcome<()> {
    let recording = noise::noise((RECORDING_SECONDS * RATE) as usize);
    let audio = &recording[..(SECONDS * RATE) as usize];
    let mut models = HashMap::new();
    for line in io::stdin().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let text = |key: &str| request[key].as_str();
        let answer = if let (Some(name), Some(path)) = (text("open"), text("model")) {
            let (model, answer) = Opened::read(path, audio)?;
            models.insert(name.to_owned(), model);
            answer
        } else if let Some(path) = text("wav") {
            write_wav(path, audio)?;
            json!({})
        } else if let Some(path) = text("study_cnn") {
            std::fs::write(path, study_cnn::onnx())?;
            json!({})
        } else {
            let name = text("name").ok_or("no \"name\" in the request")?;
            let model = models.get_mut(name).ok_or("a model that was not opened")?;
            let runs = request["runs"].as_u64().ok_or("no \"runs\" in the request")?;
            let part = text("part").ok_or("no \"part\" in the request")?;
            let audio = if part == "recording" { &recording[..] } else { audio };
            json!({ "ms": model.measure(part, runs, audio)? })
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

/// A model on both engines.
struct Opened {
    lean: Classifier,
    general: Classifier,
    front_end: FrontEnd,
    /// As many columns as one input of the network has.
    columns: Vec<f32>,
}

impl Opened {
    fn read(path: &str, audio: &[f32]) -> Outcome<(Self, Value)> {
        let bytes = std::fs::read(path)?;
        let [lean, general] = [Engine::Lean, Engine::General]
            .map(|engine| Model::from_onnx_on(&bytes, engine).and_then(Classifier::new));
        let mut lean = lean?;
        let mut general = general?;
        let metadata = lean.metadata().clone();
        let config = metadata.front_end.clone();
        let mut front_end = FrontEnd::new(config.clone())?;
        let frames = metadata.patch.map_or(metadata.segment_frames, |patch| patch.frames);
        let mut columns = front_end.columns(Pcm::new(audio, SampleRate::new(RATE)?)?)?;
        columns.truncate(frames * config.n_mels);

        let mut input = vec![0.0; frames * config.n_mels];
        let (silence, scale) = (front_end.silent_value(), (metadata.mean, metadata.std));
        lay_out(&columns, config.n_mels, silence, scale, &mut input);
        let outputs = lean.logits_of_columns(&columns)?;
        let others = general.logits_of_columns(&columns)?;
        let differences = outputs.iter().zip(&others).map(|(a, b)| (a - b).abs());
        let answer = json!({
            "input": input,
            "shape": [1, 1, config.n_mels, frames],
            "outputs": outputs,
            "difference": differences.fold(0f32, f32::max),
            "front_end": {
                "sample_rate": config.sample_rate,
                "n_fft": config.n_fft,
                "win_length": config.win_length,
                "hop_length": config.hop_length,
                "n_mels": config.n_mels,
                "f_min": config.f_min,
                "f_max": config.f_max,
            },
        });
        Ok((Opened { lean, general, front_end, columns }, answer))
    }

    /// Returns the milliseconds of one run.
    fn measure(&mut self, part: &str, runs: u64, audio: &[f32]) -> Outcome<f64> {
        self.run(part, audio)?; // warms up caches
        let start = Instant::now();
        for _ in 0..runs {
            self.run(part, audio)?;
        }
        Ok(start.elapsed().as_secs_f64() * 1_000.0 / runs as f64)
    }

    fn run(&mut self, part: &str, audio: &[f32]) -> Outcome<()> {
        let pcm = Pcm::new(audio, SampleRate::new(RATE)?)?;
        match part {
            "lean" => drop(black_box(self.lean.logits_of_columns(&self.columns)?)),
            "general" => drop(black_box(self.general.logits_of_columns(&self.columns)?)),
            "features" => drop(black_box(self.front_end.columns(pcm)?)),
            "recording" => drop(black_box(self.lean.classify(pcm)?)),
            other => return Err(format!("{other:?} is no part").into()),
        }
        Ok(())
    }
}

fn write_wav(path: &str, audio: &[f32]) -> Outcome<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for sample in audio {
        writer.write_sample((sample * f32::from(i16::MAX)) as i16)?;
    }
    Ok(writer.finalize()?)
}
