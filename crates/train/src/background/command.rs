//! Arguments of `background`, and its run.

use super::statistics::background;
use crate::data::columns::{Source, find_sources};
use crate::files::write_text;
use crate::head::synthesis;
use crate::interrupt::{self, STOP};
use crate::progress;
use crate::publish::file::read_model;
use crate::random::generator;
use anyhow::{Context, Result};
use rand::RngExt;
use sourcing_sound::{Background, Classifier, Model, Patch, Pcm, SampleRate};
use sourcing_sound_decode::decode;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

/// Rate of the sounds that are made from formulas, in Hz.
const RATE: u32 = 32_000;

/// Arguments of `background`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The model: an ONNX file with an embedding.
    #[arg(long)]
    pub base: PathBuf,
    /// A folder of everyday sounds. Repeatable.
    #[arg(long, required = true)]
    pub sounds: Vec<PathBuf>,
    /// What they are, for the file, with their terms.
    #[arg(long)]
    pub data: String,
    /// The file to write.
    #[arg(long)]
    pub out: PathBuf,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs the command: exit code 130 after Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| execute(arguments))
}

/// Whether it was done before it was interrupted.
fn execute(Arguments { base, sounds, data, out, seed }: &Arguments) -> Result<bool> {
    let model = read_model(base)?;
    let mut sources = Vec::new();
    for folder in sounds {
        sources.extend(find_sources(folder)?);
    }
    let Some(vectors) = vectors(&model, &sources, *seed)? else { return Ok(false) };
    let what = format!("{data}: a window of each of {} sounds", vectors.len());
    let made = background(&model, &vectors, &what)?;
    write_text(out, &made.to_json())?;
    progress::line(&format!("{}: from {} sounds", out.display(), vectors.len()));
    Ok(true)
}

/// A vector for each sound, from one window at random, and for each of those made from formulas.
/// `None` when the work was stopped.
fn vectors(model: &Model, sources: &[Source], seed: u64) -> Result<Option<Vec<Vec<f32>>>> {
    let mut classifier = Classifier::new(model.clone())?;
    let mut vectors = Vec::new();
    let seconds = model.metadata().segment_seconds();
    let made = synthesis::groups(RATE, seconds, seed).into_iter().flat_map(|(_, sounds)| sounds);
    let made: Vec<(String, Vec<f32>)> = made.collect();
    let bar = progress::bar((sources.len() + made.len()) as u64, "vectors of sounds");
    let mut add = |name: &str, samples: &[f32], rate: u32| -> Result<()> {
        let patches = classifier.patches(Pcm::new(samples, SampleRate::new(rate)?)?)?;
        let window = generator(seed, name, &[]).random_range(0..patches.len());
        let window: &Patch = &patches[window];
        vectors.push(Background::vector(&[window]));
        bar.inc(1);
        Ok(())
    };
    for source in sources {
        if STOP.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let recording = decode(&source.path)?;
        add(&source.name, &recording.samples, recording.sample_rate)
            .with_context(|| source.path.display().to_string())?;
    }
    for (name, samples) in &made {
        add(name, samples, RATE).with_context(|| name.clone())?;
    }
    bar.finish_and_clear();
    Ok(Some(vectors))
}
