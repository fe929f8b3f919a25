//! Predictions as text for people, csv or JSON lines.

pub(crate) mod csv;
mod jsonl;
mod spans;
mod text;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;

use sourcing_sound::{Category, Classifier, LabelSource, Prediction};

use crate::args::Format;
use crate::classify::Heard;

/// Prints one recording after the other.
pub(crate) trait Report {
    /// Prints what was heard in one recording, and flushes.
    fn write(&mut self, heard: &Heard) -> io::Result<()>;
}

/// Starts a report on `output`: a csv's header is written at once. `top` is the number of labels
/// that the user wants, or `None` for the format's own.
pub(crate) fn open<'a>(
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

/// The best label, also of a prediction that is rejected.
fn best(prediction: &Prediction) -> Category {
    let mut top = prediction.top(1);
    // Labels are never empty, so there is a best one.
    top.pop().unwrap_or(Category {
        index: 0,
        label: String::new(),
        score: 0.0,
        group: None,
        source: LabelSource::Base,
    })
}

/// Seconds to the millisecond, which is finer than any feature column.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
