//! What the trainer's own network says of a few sounds made of integers. The tests hold the
//! shipped file, as the core runs it natively and in a browser, to these numbers.

#[path = "../../../../tests/common/sounds.rs"]
mod sounds;

use super::describe;
use super::layout::{Layout, N_MELS};
use super::network::{Inputs, Output, run};
use crate::files::write_atomically;
use crate::nn::net::Array;
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sourcing_sound::{Classifier, FrontEnd, Model, Patch, Pcm, SampleRate};
use std::io::Write;
use std::path::Path;

/// Largest accepted difference of a score between the file, as the core runs it, and the trainer's
/// network.
pub const TOLERANCE: f32 = 1e-4;
/// The same for a value of the embedding.
pub const EMBEDDING_TOLERANCE: f32 = 2e-3;

/// A sound with what the network says of each of its windows.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    windows: usize,
}

/// The largest differences found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Differences {
    /// Of a score.
    pub score: f32,
    /// Of a value of the embedding.
    pub embedding: f32,
}

/// What the trainer's network says of the windows of each sound, and how far the model's answers
/// are from that.
pub struct Golden {
    entries: Vec<Entry>,
    outputs: Vec<Output>,
    /// Over all of them.
    pub differences: Differences,
}

/// Runs both on all sounds.
///
/// # Errors
/// When they differ by more than [`TOLERANCE`] or [`EMBEDDING_TOLERANCE`].
pub fn compare(layout: &Layout, weights: &[Array], model: &Model) -> Result<Golden> {
    let metadata = model.metadata();
    let patch = metadata.patch.context("the model has no windows")?;
    let mut front_end = FrontEnd::new(describe::front_end())?;
    let mut classifier = Classifier::new(model.clone())?;
    let mut golden = Golden {
        entries: Vec::new(),
        outputs: Vec::new(),
        differences: Differences { score: 0.0, embedding: 0.0 },
    };
    for sound in sounds::all() {
        let pcm = Pcm::new(&sound.samples, SampleRate::new(sound.sample_rate)?)?;
        let patches = classifier.patches(pcm)?;
        let columns = front_end.columns(pcm)?;
        golden.entries.push(Entry { name: sound.name, windows: patches.len() });
        for (index, found) in patches.iter().enumerate() {
            let window = window(&columns, index * patch.hop_frames, patch.frames);
            let inputs = Inputs { values: window, len: 1, frames: patch.frames };
            let output = run(layout, weights, &inputs)?.pop().context("no output")?;
            golden.differences = worse(golden.differences, &output, found)?;
            golden.outputs.push(output);
        }
    }
    let Differences { score, embedding } = golden.differences;
    ensure!(
        score <= TOLERANCE && embedding <= EMBEDDING_TOLERANCE,
        "the file differs from the trained network by {score} in a score and {embedding} in a \
         value of the embedding; {TOLERANCE} and {EMBEDDING_TOLERANCE} are accepted"
    );
    Ok(golden)
}

fn worse(so_far: Differences, output: &Output, found: &Patch) -> Result<Differences> {
    let largest = |a: &[f32], b: &[f32]| {
        ensure!(a.len() == b.len(), "{} values, expected {}", b.len(), a.len());
        Ok(a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max))
    };
    Ok(Differences {
        score: so_far.score.max(largest(&scores(output), &found.scores)?),
        embedding: so_far.embedding.max(largest(&output.embedding, &found.embedding)?),
    })
}

fn scores(output: &Output) -> Vec<f32> {
    output.logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect()
}

/// Columns from `first` on, silence where there are none.
fn window(columns: &[f32], first: usize, frames: usize) -> Vec<f32> {
    let silent = describe::front_end().silent_value();
    let mut window = vec![silent; frames * N_MELS];
    let from = columns.get(first * N_MELS..).unwrap_or_default();
    window.iter_mut().zip(from).for_each(|(value, column)| *value = *column);
    describe::transpose(&window)
}

impl Golden {
    /// Writes `everyday.json` and `everyday.f32`: scores and embedding of each window.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.entries)? + "\n";
        write_atomically(&folder.join("everyday.json"), |out| out.write_all(text.as_bytes()))?;
        write_atomically(&folder.join("everyday.f32"), |out| {
            for output in &self.outputs {
                for value in scores(output).iter().chain(&output.embedding) {
                    out.write_all(&value.to_le_bytes())?;
                }
            }
            Ok(())
        })
    }
}
