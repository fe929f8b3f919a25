//! Predictions → text for people, csv or JSON lines.

mod csv;
mod entry;
mod jsonl;
mod spans;
mod text;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;

use sourcing_sound::Classifier;

use super::args::Format;

pub(super) use entry::{Classified, Report};

/// Starts a report on `output`; a csv's header is written at once. `top` is the number of labels
/// that the user asked for, or `None` for the format's default.
pub(super) fn open<'a>(
    format: Format,
    top: Option<NonZeroUsize>,
    classifier: &Classifier,
    output: impl Write + 'a,
) -> io::Result<Box<dyn Report + 'a>> {
    let output = BufWriter::new(output);
    let metadata = classifier.metadata();
    let labels = &metadata.labels;
    let top = top.map(|top| top.get().min(labels.len()));
    Ok(match format {
        Format::Text => Box::new(text::Text::new(output, labels, top)),
        Format::Csv => {
            Box::new(csv::Csv::new(output, top.unwrap_or(1), metadata.taxonomy.is_some())?)
        }
        Format::Jsonl => Box::new(jsonl::JsonLines::new(output, top, classifier)),
    })
}
