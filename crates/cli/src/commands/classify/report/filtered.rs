//! A report on some of the segments.

use std::io;

use sourcing_sound::Prediction;

use super::super::filter::Filter;
use super::entry::{Report, Subject};

/// A report on the segments whose best label passes a filter.
pub(super) struct Filtered<'a> {
    pub(super) filter: Filter,
    pub(super) report: Box<dyn Report + 'a>,
}

impl Report for Filtered<'_> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.report.begin(subject)
    }

    fn segments(&mut self, mut predictions: Vec<Prediction>) -> io::Result<()> {
        predictions.retain(|prediction| {
            prediction
                .top(1)
                .first()
                .is_some_and(|best| self.filter.passes(&best.label, best.score))
        });
        self.report.segments(predictions)
    }

    fn end(&mut self, duration: f64) -> io::Result<()> {
        self.report.end(duration)
    }
}
