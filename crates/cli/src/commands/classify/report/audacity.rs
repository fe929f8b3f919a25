//! A label track for Audacity, to be opened with the recording.

use std::io::Write;

use super::super::filter::Filter;
use super::entry::Report;
use super::joined::{JoinedRows, Stretch, field};

/// Returns a report with lines of start, end (in seconds) and label, separated by tabs;
/// neighbouring segments with the same label are joined. A track is for one recording, because its
/// lines do not name it.
pub(super) fn report(output: impl Write, filter: Filter) -> impl Report {
    JoinedRows::new(output, filter, |output, _, Stretch { start, end, label, score }| {
        writeln!(output, "{start:.6}\t{end:.6}\t{} {score:.2}", field(&label))
    })
}
