//! A selection table for Raven, in the form that BirdNET also writes.

use std::io::{self, Write};

use super::super::filter::Filter;
use super::entry::Report;
use super::joined::{JoinedRows, Place, Stretch, field};

/// The range that Raven shows if the table has no frequencies: up to 24 kHz.
const HIGH_HZ: u32 = 24_000;

const HEADER: &str = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t\
    High Freq (Hz)\tBegin Path\tFile Offset (s)\tAnnotation\tScore";

/// Returns a report with tab-separated rows, one per stretch; neighbouring segments with the same
/// label are joined. `channel` is the one that is used, unless channels are reported one by one.
/// The header is written immediately. Raven opens several recordings as one sequence, so times
/// count from the start of the first, and the offset from the start of the recording itself.
pub(super) fn report(
    mut output: impl Write,
    channel: usize,
    filter: Filter,
) -> io::Result<impl Report> {
    writeln!(output, "{HEADER}")?;
    output.flush()?;
    let mut selection = 0;
    Ok(JoinedRows::new(output, filter, move |output, Place { subject, before }, stretch| {
        let Stretch { start, end, label, score } = stretch;
        selection += 1;
        let channel = subject.channel.unwrap_or(channel);
        let (path, label) = (field(&subject.name()), field(&label));
        let (begin, end) = (before + start, before + end);
        writeln!(
            output,
            "{selection}\tSpectrogram 1\t{channel}\t{begin:.3}\t{end:.3}\t0\t{HIGH_HZ}\t{path}\t\
             {start:.3}\t{label}\t{score:.4}"
        )
    }))
}
