//! What all formats of the report share.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use sourcing_sound::{Category, LabelSource, Prediction};

/// Which recording is reported.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    /// The channel, counted from 1, if channels are reported one by one.
    pub(crate) channel: Option<usize>,
    /// Where its first segment begins, in seconds.
    pub(crate) start: f64,
}

impl Subject {
    /// The recording's name, as text.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        self.path.to_string_lossy()
    }
}

/// Prints recordings one after another, each as its segments become known.
pub(crate) trait Report {
    /// A recording begins.
    fn begin(&mut self, subject: &Subject) -> io::Result<()>;

    /// Prints the next segments of the recording, and flushes.
    fn segments(&mut self, predictions: Vec<Prediction>) -> io::Result<()>;

    /// The recording is over `duration` seconds from its start. Prints what is left, and flushes.
    fn end(&mut self, duration: f64) -> io::Result<()>;
}

/// The best label, even of a rejected prediction.
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

/// Seconds, rounded to the millisecond; columns of features are further apart.
pub(super) fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
