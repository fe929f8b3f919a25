//! Reports only some of the segments.

use std::io;
use std::path::Path;

use sourcing_sound::Prediction;

use super::super::filter::Filter;
use super::entry::{Closer, Report, Subject};

/// Passes on segments if their best label passes a filter.
pub(super) struct Filtered {
    pub(super) filter: Filter,
    pub(super) report: Box<dyn Report>,
}

impl Report for Filtered {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.report.begin(subject)
    }

    fn segments(&mut self, lane: usize, mut predictions: Vec<Prediction>) -> io::Result<()> {
        predictions.retain(|prediction| {
            prediction
                .top(1)
                .first()
                .is_some_and(|best| self.filter.passes(&best.label, best.score))
        });
        self.report.segments(lane, predictions)
    }

    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()> {
        self.report.end(lane, duration)
    }

    fn failed(&mut self, path: &Path, code: &str) -> io::Result<()> {
        self.report.failed(path, code)
    }

    fn close(&mut self) -> io::Result<()> {
        self.report.close()
    }

    fn closer(&self) -> Option<Closer> {
        self.report.closer()
    }
}
