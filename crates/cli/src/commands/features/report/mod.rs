//! Prints tables as text for people, csv or JSON lines.

mod csv;
mod jsonl;
mod text;

use std::io::{BufWriter, Write};

use super::args::FeatureFormat;
use super::table::Report;

/// Starts a report on `output`.
pub(super) fn open<'a>(format: FeatureFormat, output: impl Write + 'a) -> Box<dyn Report + 'a> {
    let output = BufWriter::new(output);
    match format {
        FeatureFormat::Text => Box::new(text::Text::new(output)),
        FeatureFormat::Csv => Box::new(csv::Csv::new(output)),
        FeatureFormat::Jsonl => Box::new(jsonl::JsonLines::new(output)),
    }
}
