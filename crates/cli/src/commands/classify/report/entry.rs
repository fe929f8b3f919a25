//! What all formats of the report share.

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

/// Prints recordings one after another.
pub(crate) trait Report {
    /// Prints the predictions of one recording, and flushes.
    fn write(&mut self, classified: &Classified) -> io::Result<()>;
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
