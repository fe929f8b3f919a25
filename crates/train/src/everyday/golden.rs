//! What the original network says of a few sounds. The export is judged as the tests judge the
//! shipped file: by the same code.

#[path = "../../../../tests/common/everyday.rs"]
mod everyday;

use anyhow::{Context, Result, anyhow};
pub use everyday::{Differences, Reference};
use std::path::Path;

/// Reads the golden files in `folder`.
pub fn read(folder: &Path) -> Result<Reference> {
    let bytes = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
    };
    let files = everyday::Files {
        about: &bytes("everyday.json")?,
        sounds: &bytes("everyday.sounds.i16")?,
        scores: &bytes("everyday.scores.f32")?,
        embeddings: &bytes("everyday.embeddings.f32")?,
        log_mel: &bytes("everyday.log_mel.f32")?,
    };
    Reference::read(&files).map_err(|error| anyhow!("{}: {error}", folder.display()))
}
