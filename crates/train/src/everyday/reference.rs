//! Outputs of the authors' own code for one sound: `golden.npz` next to the checkpoint.

use super::checkpoint::Checkpoint;
use super::describe;
use super::network::{Inputs, Output, run};
use super::npz::Npz;
use crate::metrics::greatest_difference;
use anyhow::{Context, Result, ensure};
use sourcing_sound::FrontEnd;
use std::path::Path;

/// The file in the checkpoint's folder.
const FILE: &str = "golden.npz";
/// Largest accepted difference of a log-mel value, a logit or a value of the embedding.
pub const TOLERANCE: f32 = 1e-3;

/// A sound, and the original's outputs for it.
pub struct Reference {
    /// Mono samples at the network's rate.
    pub pcm: Vec<f32>,
    /// Normalised log-mel values, `[128][frames]`.
    pub log_mel: Vec<f32>,
    /// Outputs for the whole sound.
    pub output: Output,
}

/// The largest differences from the original.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Differences {
    /// Of a normalised log-mel value.
    pub log_mel: f32,
    /// Of a logit.
    pub logit: f32,
    /// Of a value of the embedding.
    pub embedding: f32,
}

impl Reference {
    /// Reads the file in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        Self::read_file(&path).with_context(|| format!("the reference {}", path.display()))
    }

    fn read_file(path: &Path) -> Result<Self> {
        let mut archive = Npz::open(path)?;
        let mut array = |name| archive.array(name);
        let (pcm, log_mel) = (array("pcm")?, array("log_mel")?);
        let output = Output { logits: array("logits")?, embedding: array("embedding")? };
        Ok(Self { pcm, log_mel, output })
    }

    /// Compares the front end and `checkpoint`, as they run here, with the original.
    ///
    /// # Errors
    /// If a difference exceeds [`TOLERANCE`] or the sizes differ.
    pub fn prove(&self, checkpoint: &Checkpoint) -> Result<Differences> {
        let mut front_end = FrontEnd::new(describe::front_end())?;
        let inputs = Inputs::of_columns(&describe::columns(&mut front_end, &self.pcm)?);
        let outputs = run(&checkpoint.layout, &checkpoint.weights, &inputs)?;
        let output = outputs.first().context("the network returned nothing")?;
        let differences = Differences {
            log_mel: difference("log-mel", &inputs.values, &self.log_mel)?,
            logit: difference("logits", &output.logits, &self.output.logits)?,
            embedding: difference("embedding", &output.embedding, &self.output.embedding)?,
        };
        let Differences { log_mel, logit, embedding } = differences;
        let largest = log_mel.max(logit).max(embedding);
        ensure!(largest <= TOLERANCE, "differs from the original: {differences:?}");
        Ok(differences)
    }
}

fn difference(what: &str, a: &[f32], b: &[f32]) -> Result<f32> {
    greatest_difference(a, b).context(what.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;

    /// Runs where the checkpoint is at hand.
    #[test]
    fn the_network_is_the_original() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/efficientat");
        if !folder.is_dir() {
            eprintln!("skipped: the checkpoint is not at {}", folder.display());
            return;
        }
        let checkpoint = Checkpoint::read(&folder).unwrap();
        let reference = Reference::read(&folder).unwrap();
        let differences = reference.prove(&checkpoint).unwrap();
        eprintln!("{differences:?}");
        let mut broken = checkpoint;
        broken.weights[0].values[0] += 0.5;
        assert!(reference.prove(&broken).is_err(), "another network");
    }
}
