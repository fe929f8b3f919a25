//! `NAME.sound.json`: a head file with the examples that it was trained on.

use super::example::{self, Example};
use crate::base::Base;
use crate::error::Result;
use crate::head::{Head, format_error};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};

/// An example as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct ExampleFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    recording: String,
    start: f64,
    seconds: f64,
    sha256: String,
    #[serde(default)]
    quiet: f64,
    level: f32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    clipped: bool,
    /// Base64 of little-endian half-precision numbers.
    vector: String,
}

/// What a sound file has besides the head.
#[derive(Serialize, Deserialize)]
struct Examples {
    examples: Vec<ExampleFile>,
}

impl ExampleFile {
    pub(super) fn new(example: &Example) -> Self {
        ExampleFile {
            label: example.label.clone(),
            recording: example.recording.clone(),
            start: example.start,
            seconds: example.seconds,
            sha256: example.sha256.clone(),
            quiet: example.quiet,
            level: example.level,
            clipped: example.clipped,
            vector: example.base64(),
        }
    }

    pub(super) fn example(self) -> Result<Example> {
        let bytes = BASE64_STANDARD.decode(&self.vector);
        let bytes = bytes.map_err(|error| format_error(format!("an example: {error}")))?;
        let checks = [
            (self.label.as_ref().is_none_or(|label| !label.trim().is_empty()), "has no label"),
            (self.start >= 0.0 && self.start.is_finite(), "has no valid start"),
            (self.seconds > 0.0 && self.seconds.is_finite(), "has no valid duration"),
            (self.sha256.len() == 64, "has no SHA-256"),
            (!self.level.is_nan(), "has no level"),
        ];
        if let Some((_, what)) = checks.into_iter().find(|(fits, _)| !fits) {
            return Err(format_error(format!("an example {what}")));
        }
        example::check_label(self.label.as_deref())?;
        let vector = example::from_bytes(&bytes)?;
        Ok(Example {
            label: self.label,
            recording: self.recording,
            start: self.start,
            seconds: self.seconds,
            sha256: self.sha256,
            quiet: self.quiet,
            level: self.level,
            clipped: self.clipped,
            vector,
        })
    }
}

/// Returns the text of a sound file.
pub(super) fn write(head: &Head, examples: &[Example]) -> String {
    let examples = Examples { examples: examples.iter().map(ExampleFile::new).collect() };
    // Serialising plain numbers and strings cannot fail.
    let examples = serde_json::to_string_pretty(&examples).unwrap_or_default();
    // Both are objects; the keys of the second follow those of the first.
    let head = head.to_json();
    let head = head.trim_end().trim_end_matches('}').trim_end();
    format!("{head},{}\n", examples.trim_start_matches('{'))
}

/// Reads the examples in a sound file that was made for the model.
pub(crate) fn read(bytes: &[u8], base: Base<'_>) -> Result<Vec<Example>> {
    Head::from_json(bytes)?.check_fit(base)?;
    let file: Examples = serde_json::from_slice(bytes).map_err(|_| {
        format_error("it holds no examples: it was trained by other means, and can only be used")
    })?;
    let mut examples = examples_of(file.examples)?;
    example::check_fit(&examples, base)?;
    example::spell(&mut examples, base);
    Ok(examples)
}

/// Returns examples as JSON, as they are in a sound file: to store them before a head is trained.
pub fn examples_to_json(examples: &[Example]) -> String {
    let files: Vec<ExampleFile> = examples.iter().map(ExampleFile::new).collect();
    // Serialising plain numbers and strings cannot fail.
    serde_json::to_string(&files).unwrap_or_default()
}

/// Reads what [`examples_to_json`] writes.
///
/// # Errors
/// `head-format` for anything else; `limit` for too many examples or a label above 256 bytes.
pub fn examples_from_json(bytes: &[u8]) -> Result<Vec<Example>> {
    let files: Vec<ExampleFile> = serde_json::from_slice(bytes).map_err(format_error)?;
    examples_of(files)
}

// Compiled only once in the module for browsers, where size counts.
#[inline(never)]
fn examples_of(files: Vec<ExampleFile>) -> Result<Vec<Example>> {
    example::check_count(files.len())?;
    files.into_iter().map(ExampleFile::example).collect()
}
