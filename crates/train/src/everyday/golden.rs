//! Outputs of the trainer's own network for a few sounds made from integers. The tests compare the
//! shipped file, as the core runs it natively and in a browser, with these numbers.

#[path = "../../../../tests/common/sounds.rs"]
mod sounds;

use super::describe;
use super::layout::{Layout, N_MELS};
use super::network::{Output, run_one};
use crate::files::{write_atomically, write_text};
use crate::metrics::greatest_difference;
use crate::nn::net::Array;
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sourcing_sound::{Classifier, FrontEnd, Model, Pcm, SampleRate};
use std::io::Write;
use std::path::Path;

/// Largest accepted difference of a score between the file, as the core runs it, and the trainer's
/// network.
pub const TOLERANCE: f32 = 1e-4;
/// Largest accepted difference of a value of the embedding.
pub const EMBEDDING_TOLERANCE: f32 = 2e-3;

/// A sound and its number of windows.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    windows: usize,
}

/// The outputs for a window.
struct Values {
    scores: Vec<f32>,
    embedding: Vec<f32>,
}

/// The trainer's outputs for the windows of each sound, and the model's differences from them.
#[derive(Default)]
pub struct Golden {
    entries: Vec<Entry>,
    windows: Vec<Values>,
    /// Greatest difference of a score.
    score: f32,
    /// Greatest difference of a value of the embedding.
    embedding: f32,
}

/// Runs both networks on all sounds.
///
/// # Errors
/// When they differ by more than [`TOLERANCE`] or [`EMBEDDING_TOLERANCE`].
pub fn compare(layout: &Layout, weights: &[Array], model: &Model) -> Result<Golden> {
    let metadata = model.metadata();
    let patch = metadata.patch.context("the model has no windows")?;
    let mut front_end = FrontEnd::new(describe::front_end())?;
    let mut classifier = Classifier::new(model.clone())?;
    let mut golden = Golden::default();
    for sound in sounds::all() {
        let pcm = Pcm::new(&sound.samples, SampleRate::new(sound.sample_rate)?)?;
        let patches = classifier.patches(pcm)?;
        let columns = front_end.columns(pcm)?;
        golden.entries.push(Entry { name: sound.name, windows: patches.len() });
        for (index, found) in patches.iter().enumerate() {
            let window = window(&columns, index * patch.hop_frames, patch.frames);
            let values = run(layout, weights, window, patch.frames)?;
            let score = greatest_difference(&found.scores, &values.scores)?;
            let embedding = greatest_difference(&found.embedding, &values.embedding)?;
            golden.score = golden.score.max(score);
            golden.embedding = golden.embedding.max(embedding);
            golden.windows.push(values);
        }
    }
    let (score, embedding) = golden.difference();
    ensure!(
        score <= TOLERANCE && embedding <= EMBEDDING_TOLERANCE,
        "the file differs from the trained network by {score} in a score and {embedding} in a \
         value of the embedding; {TOLERANCE} and {EMBEDDING_TOLERANCE} are accepted"
    );
    Ok(golden)
}

/// Returns the columns of a window that begins with `first`, or earlier if the sound ends in it.
fn window(columns: &[f32], first: usize, frames: usize) -> &[f32] {
    let total = columns.len() / N_MELS;
    let first = first.min(total.saturating_sub(frames));
    &columns[first * N_MELS..total.min(first + frames) * N_MELS]
}

/// Runs the trainer's network on columns. If there are fewer than `frames`, silence is after them
/// and, in a second run, before them; see [`sourcing_sound::Padding::SilenceEitherSide`].
fn run(layout: &Layout, weights: &[Array], columns: &[f32], frames: usize) -> Result<Values> {
    let missing = frames * N_MELS - columns.len();
    let silence = vec![describe::front_end().silent_value(); missing];
    let followed = Values::of(&run_one(layout, weights, &[columns, &silence].concat())?);
    if missing == 0 {
        return Ok(followed);
    }
    let preceded = Values::of(&run_one(layout, weights, &[&silence, columns].concat())?);
    let share = (columns.len() as f32 / (frames * N_MELS) as f32).min(0.5);
    let mean = |followed: Vec<f32>, preceded: &[f32]| {
        let pairs = followed.into_iter().zip(preceded);
        pairs.map(|(after, before)| (1.0 - share) * after + share * before).collect()
    };
    Ok(Values {
        scores: mean(followed.scores, &preceded.scores),
        embedding: mean(followed.embedding, &preceded.embedding),
    })
}

impl Values {
    fn of(output: &Output) -> Self {
        Self { scores: output.scores().collect(), embedding: output.embedding.clone() }
    }
}

impl Golden {
    /// Returns the greatest difference of a score, and of a value of the embedding.
    pub fn difference(&self) -> (f32, f32) {
        (self.score, self.embedding)
    }

    /// Writes `everyday.json` and `everyday.f32`: scores and embedding of each window.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.entries)? + "\n";
        write_text(&folder.join("everyday.json"), &text)?;
        write_atomically(&folder.join("everyday.f32"), |out| {
            for Values { scores, embedding } in &self.windows {
                for value in scores.iter().chain(embedding) {
                    out.write_all(&value.to_le_bytes())?;
                }
            }
            Ok(())
        })
    }
}
