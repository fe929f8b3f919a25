//! What all formats of the report share.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use crate::clock::Moment;
use crate::files;
use crate::output::cell;
use sourcing_sound::{Category, LabelSource, Prediction};

/// The recording, or channel of it, that is reported.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    /// Its number among those that are reported in parallel, from 0.
    pub(crate) lane: usize,
    /// The channel, counted from 1, if channels are reported one by one.
    pub(crate) channel: Option<usize>,
    /// The expected length of the recording in seconds, if its file states one.
    pub(crate) length: Option<f64>,
    /// Where its first segment begins, in seconds.
    pub(crate) start: f64,
    /// Whether only a part of it is classified.
    pub(crate) is_part: bool,
    /// When it began, if that is known and requested.
    pub(crate) recorded: Option<Moment>,
}

impl Subject {
    /// Returns the recording's name, as text.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        files::text(&self.path)
    }

    /// Returns the time of day at `seconds` from its start.
    pub(crate) fn time(&self, seconds: f64) -> Option<String> {
        self.recorded.map(|moment| moment.after(seconds).to_string())
    }
}

/// Columns that tables have only on request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) has_channels: bool,
    pub(super) has_times: bool,
}

impl Extra {
    /// Returns the first columns of a table, up to the two for a span of time.
    pub(super) fn header(self, from: &str, to: &str) -> Vec<String> {
        let mut header = vec!["file".to_owned()];
        header.extend(self.has_channels.then(|| "channel".to_owned()));
        header.extend([from.to_owned(), to.to_owned()]);
        if self.has_times {
            header.extend([format!("{from}_time"), format!("{to}_time")]);
        }
        header
    }

    /// Returns the fields of [`Self::header`].
    pub(super) fn row(self, subject: &Subject, from: f64, to: f64) -> Vec<String> {
        let mut row = vec![cell(&subject.name()).into_owned()];
        row.extend(self.has_channels.then(|| subject.channel.unwrap_or(1).to_string()));
        row.extend([from, to].map(|time| milliseconds(time).to_string()));
        if self.has_times {
            row.extend([from, to].map(|time| subject.time(time).unwrap_or_default()));
        }
        row
    }
}

/// What a report knows about recordings, or channels of one, that it reports in parallel.
pub(super) struct Lanes<T>(Vec<Option<T>>);

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Lanes(Vec::new())
    }
}

impl<T> Lanes<T> {
    pub(super) fn begin(&mut self, lane: usize, value: T) {
        if self.0.len() <= lane {
            self.0.resize_with(lane + 1, || None);
        }
        self.0[lane] = Some(value);
    }

    pub(super) fn get(&mut self, lane: usize) -> Option<&mut T> {
        self.0.get_mut(lane)?.as_mut()
    }

    pub(super) fn end(&mut self, lane: usize) -> Option<T> {
        self.0.get_mut(lane)?.take()
    }
}

/// Prints recordings one after another, or the channels of one in parallel, each as its segments
/// become known.
pub(crate) trait Report {
    /// Begins a recording.
    fn begin(&mut self, subject: &Subject) -> io::Result<()>;

    /// Prints the next segments of a lane, and flushes.
    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()>;

    /// Ends a lane, `duration` seconds from the start of the recording. Prints what is left, and
    /// flushes.
    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()>;

    /// Reports that an input failed with an error of this code. Formats for people and editors
    /// cannot show that; stderr names it.
    fn failed(&mut self, _path: &Path, _code: &str) -> io::Result<()> {
        Ok(())
    }

    /// Ends the report after all recordings.
    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Returns what completes the output if the program ends before [`Self::close`]; `None` if it
    /// is complete at any time.
    fn closer(&self) -> Option<Closer> {
        None
    }
}

/// Ends a report from another thread.
pub(crate) type Closer = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// Returns the best label, even of a rejected prediction.
pub(super) fn best(prediction: &Prediction) -> Category {
    let mut top = prediction.top(1);
    // Every model has labels, so there is a best one.
    top.pop().unwrap_or(Category {
        index: 0,
        label: String::new(),
        score: 0.0,
        group: None,
        source: LabelSource::Base,
    })
}

/// Rounds seconds to the millisecond; feature columns are further apart.
pub(in super::super) fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
