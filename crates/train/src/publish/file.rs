//! Files that are published; they are read back after writing.

use crate::files::{write_atomically, write_text};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sourcing_sound::Model;
use std::io::Write;
use std::path::Path;

/// Reads a model.
pub fn read_model(path: &Path) -> Result<Model> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Model::from_onnx(&bytes).with_context(|| format!("loading {}", path.display()))
}

/// Writes a model or head, and makes sure that the file contains exactly that.
pub fn write_model(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |out| out.write_all(bytes))?;
    let written = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(written == bytes, "{}: the file is not what was written", path.display());
    Ok(())
}

/// Writes an evaluation as indented JSON.
pub fn write_evaluation(path: &Path, evaluation: &impl Serialize) -> Result<()> {
    write_text(path, &(serde_json::to_string_pretty(evaluation)? + "\n"))
}
