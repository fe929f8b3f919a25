//! The audio of examples, which the page stores in a file on request: a list `sounds` beside the
//! examples.

use std::collections::HashSet;

use anyhow::{anyhow, bail};
use serde::{Deserialize, Serialize};
use sourcing_sound::Example;

/// The longest accepted head file in bytes.
const MAX_BYTES: usize = 64 << 20;

/// The sounds of examples in earlier files, each once.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Sounds {
    #[serde(default)]
    sounds: Vec<Sound>,
}

#[derive(Serialize, Deserialize)]
struct Sound {
    /// The example's hash.
    sha256: String,
    /// Rate in Hz.
    sample_rate: serde_json::Number,
    /// Base64 of 16-bit little-endian samples.
    samples: String,
}

impl Sounds {
    /// Adds the sounds of a file.
    ///
    /// # Errors
    /// If its list is not one of sounds.
    pub(super) fn add(&mut self, file: &[u8]) -> anyhow::Result<()> {
        let added: Sounds = serde_json::from_slice(file)
            .map_err(|error| anyhow!("the sounds in it cannot be read: {error} [head-format]"))?;
        let mut known: HashSet<String> = self.sounds.iter().map(|one| one.sha256.clone()).collect();
        let new = added.sounds.into_iter().filter(|one| known.insert(one.sha256.clone()));
        self.sounds.extend(new);
        Ok(())
    }

    /// Returns the text of a sound file with the sounds of its `examples`.
    ///
    /// # Errors
    /// If it would be too long to be read.
    pub(super) fn put_into(mut self, file: String, examples: &[Example]) -> anyhow::Result<String> {
        let kept: HashSet<&str> = examples.iter().map(|one| one.sha256.as_str()).collect();
        self.sounds.retain(|one| kept.contains(one.sha256.as_str()));
        if self.sounds.is_empty() {
            return Ok(file);
        }
        let sounds = serde_json::to_string_pretty(&self)?;
        // Both are objects; the key of the second follows those of the first.
        let start = file.trim_end().strip_suffix('}').unwrap_or(&file).trim_end();
        let file = format!("{start},{}\n", sounds.strip_prefix('{').unwrap_or(&sounds));
        if file.len() > MAX_BYTES {
            bail!(
                "with the sound of the examples in the files of --add, the file would have {} bytes, and \
                 {MAX_BYTES} is the most; save one of them on the page without sound [limit]",
                file.len()
            );
        }
        Ok(file)
    }
}
