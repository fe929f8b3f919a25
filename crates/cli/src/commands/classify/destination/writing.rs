//! What both kinds of output share for writing a report.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;

use super::super::args::{Channels, ClassifyOptions};
use super::super::part::Part;
use super::super::report::{self, Report};

/// Returns what a report writes before any recording.
pub(super) fn header(
    options: &ClassifyOptions,
    classifier: &Classifier,
) -> anyhow::Result<Vec<u8>> {
    let written = Shared::default();
    drop(start(options, classifier, written.clone())?);
    let bytes = written.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(bytes.clone())
}

/// Bytes in memory that a report writes to.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Leaves out the first bytes.
pub(super) struct Rest<W> {
    pub(super) left_out: usize,
    pub(super) output: W,
}

impl<W: Write> Write for Rest<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left_out = self.left_out.min(bytes.len());
        if left_out > 0 {
            self.left_out -= left_out;
            return Ok(left_out);
        }
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Starts a report and writes its header to `output`.
pub(super) fn start(
    options: &ClassifyOptions,
    classifier: &Classifier,
    output: impl Write + Send + 'static,
) -> anyhow::Result<Box<dyn Report>> {
    let channel = match options.channels {
        Channels::One(Channel::Number(number)) => Some(number + 1),
        Channels::One(Channel::Mix) | Channels::Each => None,
    };
    let settings = report::Settings {
        format: options.format,
        top: options.top,
        has_channels: options.channels == Channels::Each,
        channel,
        has_times: options.utc_offset.is_some(),
        filter: options.filter.clone(),
    };
    report::open(settings, classifier, BufWriter::new(output))
}

/// Passes a part of a recording's results to the report.
pub(super) fn write(report: &mut dyn Report, part: Part) -> io::Result<()> {
    match part {
        Part::Begin(_, subject) => report.begin(&subject),
        Part::Segments(lane, predictions) => report.segments(lane, predictions),
        Part::End(lane, duration) => report.end(lane, duration),
        Part::Done(..) => Ok(()),
    }
}

/// Returns the message for a result that cannot be written.
pub(super) fn unwritable(path: &Path) -> String {
    format!("{}: cannot write the result; check space and permissions [io]", path.display())
}
