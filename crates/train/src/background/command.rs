//! The arguments of `background`, and its run.

use super::statistics::background;
use crate::data::columns::{Source, decode, find_sources};
use crate::files::write_text;
use crate::head::synthesis;
use crate::interrupt::{self, STOP};
use crate::progress;
use crate::publish::file::read_model;
use crate::random::generator;
use anyhow::{Context, Error, Result, ensure};
use rand::RngExt;
use sourcing_sound::{Background, Classifier, Model, Patch, Pcm, SampleRate};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

/// Rate of the synthesised sounds, in Hz.
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

/// Runs the command; exit code 130 after Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| execute(arguments))
}

/// Returns whether it finished before it was interrupted.
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

/// Returns a vector for each usable sound, from a random window of it, and for each synthesised
/// sound. `None` if the work was stopped.
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
        Ok(())
    };
    let mut failures = Vec::new();
    for source in sources {
        if STOP.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let recording = decode(source).map_err(Error::from);
        let added = recording
            .and_then(|recording| add(&source.name, &recording.samples, recording.sample_rate));
        if let Err(error) = added {
            failures.push(format!("{}: {error:#}", source.path.display()));
        }
        bar.inc(1);
    }
    for (name, samples) in &made {
        add(name, samples, RATE).with_context(|| name.clone())?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    progress::unusable(&failures);
    ensure!(
        failures.len() < sources.len(),
        "none of the {} audio files could be used",
        sources.len()
    );
    Ok(Some(vectors))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::{sound, write_wav};
    use crate::tiny_model;

    #[test]
    fn a_file_that_cannot_be_used_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        write_wav(&folder.path().join("good.wav"), &sound(0, 1.0, 1), 22_050);
        std::fs::write(folder.path().join("bad.wav"), "not audio").unwrap();
        let sources = find_sources(folder.path()).unwrap();
        assert_eq!(sources.len(), 2);
        let bytes = tiny_model::patched_onnx(&tiny_model::patched_metadata());
        let model = Model::from_onnx(&bytes).unwrap();
        let both = vectors(&model, &sources, 1).unwrap().unwrap();
        assert_eq!(both, vectors(&model, &sources[1..], 1).unwrap().unwrap());
        let error = vectors(&model, &sources[..1], 1).unwrap_err();
        assert_eq!(error.to_string(), "none of the 1 audio files could be used");
    }
}
