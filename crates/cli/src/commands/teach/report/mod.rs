//! Prints what training found, as text for people or as JSON.

mod json;
mod text;
mod usage;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use sourcing_sound::Taught;

use crate::output::{CardFormat, write_json};

/// Prints the report on a head for `model`, as given, that was written to `path`.
pub(super) fn print(
    output: impl Write,
    format: CardFormat,
    taught: &Taught,
    path: &Path,
    model: Option<&Path>,
) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    match format {
        CardFormat::Text => text::write(&mut output, taught, path, model)?,
        CardFormat::Json => write_json(&mut output, &json::Document::new(taught, path, model))?,
    }
    output.flush()
}
