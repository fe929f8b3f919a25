//! Tables as text for people, csv or JSON lines.

mod csv;
mod jsonl;
mod text;

use std::io::{self, BufWriter, Write};

use super::Measured;
use crate::args::FeatureFormat;

/// Prints one recording after the other.
pub(super) trait Report {
    /// Prints what was measured of one recording, and flushes.
    fn write(&mut self, measured: &Measured) -> io::Result<()>;
}

/// Starts a report on `output`.
pub(super) fn open<'a>(format: FeatureFormat, output: impl Write + 'a) -> Box<dyn Report + 'a> {
    let output = BufWriter::new(output);
    match format {
        FeatureFormat::Text => Box::new(text::Text::new(output)),
        FeatureFormat::Csv => Box::new(csv::Csv::new(output)),
        FeatureFormat::Jsonl => Box::new(jsonl::JsonLines::new(output)),
    }
}
