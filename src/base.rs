//! What a head needs to know about a model: everything but its network.

use crate::labels::Labels;

/// What a head depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    pub(crate) name: &'a str,
    /// SHA-256 of the model file, 64 lower-case hexadecimal digits.
    pub(crate) sha256: &'a str,
    pub(crate) labels: &'a Labels,
    /// Numbers in the embedding; `None` for a model without one.
    pub(crate) embedding_size: Option<usize>,
    /// Patches in a segment.
    pub(crate) segment_patches: usize,
    /// Seconds from one prediction to the next.
    pub(crate) hop_seconds: f64,
}

impl Base<'_> {
    /// Returns the model's name and short hash, for messages.
    pub(crate) fn identity(&self) -> String {
        identity(self.name, self.sha256)
    }
}

/// Formats a model's name and the first digits of its hash.
pub(crate) fn identity(name: &str, sha256: &str) -> String {
    let start: String = sha256.chars().take(12).collect();
    format!("the model {name:?} (sha256 {start}…)")
}
