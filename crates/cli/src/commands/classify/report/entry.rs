//! The entry of one recording in a report, whatever the format.

use std::io;
use std::path::PathBuf;

use sourcing_sound::{Category, LabelSource, Prediction};

/// The predictions of one recording.
pub(crate) struct Classified {
    pub(crate) path: PathBuf,
    /// The length in seconds.
    pub(crate) duration: f64,
    /// One per segment, in order; at least one.
    pub(crate) predictions: Vec<Prediction>,
}

/// Prints one recording after the other.
pub(crate) trait Report {
    /// Prints the predictions of one recording, and flushes.
    fn write(&mut self, classified: &Classified) -> io::Result<()>;
}

/// The best label, also of a prediction that is rejected.
pub(super) fn best(prediction: &Prediction) -> Category {
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
pub(super) fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
