//! Outputs of the authors' own code for one sound: `golden.npz` next to the checkpoint.

use super::checkpoint::Checkpoint;
use super::describe;
use super::network::{Inputs, Output, run};
use crate::metrics::greatest_difference;
use anyhow::{Context, Result, ensure};
use sourcing_sound::FrontEnd;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;

/// The file in the checkpoint's folder.
const FILE: &str = "golden.npz";
/// Largest accepted array in bytes; the sound has 512 kB.
const MAX_BYTES: u64 = 16 << 20;
/// Largest accepted difference of a log-mel value, a logit or an embedding's value.
pub const TOLERANCE: f32 = 1e-3;

/// A sound, and the original's outputs for it.
pub struct Reference {
    /// Mono samples at the network's rate.
    pub pcm: Vec<f32>,
    /// Normalised, `[128][frames]`.
    pub log_mel: Vec<f32>,
    /// Of the whole sound.
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
        let mut archive = ZipArchive::new(File::open(path)?)?;
        let mut array = |name: &str| {
            let mut bytes = Vec::new();
            let entry = archive.by_name(&format!("{name}.npy"));
            let entry = entry.with_context(|| format!("there is no array {name}"))?;
            entry.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
            ensure!(bytes.len() as u64 <= MAX_BYTES, "{name}: more than {MAX_BYTES} bytes");
            npy(&bytes).with_context(|| name.to_owned())
        };
        let (pcm, log_mel) = (array("pcm")?, array("log_mel")?);
        let output = Output { logits: array("logits")?, embedding: array("embedding")? };
        Ok(Self { pcm, log_mel, output })
    }

    /// Compares the front end and `checkpoint`, as they run here, with the original.
    ///
    /// # Errors
    /// When a difference exceeds [`TOLERANCE`] or the sizes differ.
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

/// The elements of an array that `numpy.save` wrote: f32, little-endian, row after row.
fn npy(bytes: &[u8]) -> Result<Vec<f32>> {
    let rest = bytes.strip_prefix(b"\x93NUMPY\x01\x00").context("this is no array of numpy's")?;
    let (length, rest) = rest.split_first_chunk::<2>().context("its header is cut off")?;
    let length = usize::from(u16::from_le_bytes(*length));
    ensure!(rest.len() >= length, "its header is cut off");
    let (header, data) = rest.split_at(length);
    let header = String::from_utf8_lossy(header);
    let fits = header.contains("'<f4'") && header.contains("'fortran_order': False");
    ensure!(fits, "expected f32 in row-major order, found {}", header.trim());
    let (words, rest) = data.as_chunks::<4>();
    ensure!(rest.is_empty(), "its last value is cut off");
    Ok(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;

    fn array(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn arrays_of_numpy_are_read() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
        let data = [1.5f32, -2.0].map(f32::to_le_bytes).concat();
        assert_eq!(npy(&array(header, &data)).unwrap(), [1.5, -2.0]);
        assert!(npy(&array(header, &data[..7])).is_err(), "cut off");
        assert!(npy(&array(&header.replace("<f4", "<f8"), &data)).is_err(), "doubles");
        assert!(npy(&array(&header.replace("False", "True"), &data)).is_err(), "columns");
        assert!(npy(&array(header, &data)[..20]).is_err(), "half a header");
        assert!(npy(b"").is_err());
    }

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
