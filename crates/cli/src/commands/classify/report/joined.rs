//! Neighbouring segments with the same best label → one stretch, as labels in audio editors are.

use std::io::{self, Write};

use sourcing_sound::Prediction;

use super::super::filter::Filter;
use super::entry::{Lanes, Report, Subject, best};

/// A stretch with one label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// Seconds from the start of the recording.
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) label: String,
    /// The highest score of its segments.
    pub(super) score: f32,
}

/// Joins segments that are not rejected and pass a filter: any other segment ends a stretch.
pub(super) struct Joined {
    filter: Filter,
    open: Option<Stretch>,
}

impl Joined {
    pub(super) fn new(filter: Filter) -> Self {
        Joined { filter, open: None }
    }

    /// Takes the next segment, and returns the stretch that it ends. Where segments overlap, a
    /// stretch ends where the next one begins.
    pub(super) fn push(&mut self, prediction: &Prediction) -> Option<Stretch> {
        let found = (!prediction.rejected()).then(|| best(prediction));
        let found = found.filter(|best| self.filter.passes(&best.label, best.score));
        let (start, end) = (prediction.start(), prediction.end());
        let Some(best) = found else { return self.open.take() };
        if let Some(open) = self.open.as_mut().filter(|open| open.label == best.label) {
            open.end = end;
            open.score = open.score.max(best.score);
            return None;
        }
        let next = Stretch { start, end, label: best.label, score: best.score };
        let mut ended = self.open.replace(next);
        if let Some(ended) = &mut ended {
            ended.end = ended.end.min(start.max(ended.start));
        }
        ended
    }

    /// The last stretch.
    pub(super) fn finish(&mut self) -> Option<Stretch> {
        self.open.take()
    }
}

/// A report with a line per stretch, which `line` writes.
pub(super) struct JoinedRows<W, L> {
    output: W,
    filter: Filter,
    lanes: Lanes<(Subject, Joined)>,
    line: L,
}

impl<W: Write, L: FnMut(&mut W, &Subject, Stretch) -> io::Result<()>> JoinedRows<W, L> {
    pub(super) fn new(output: W, filter: Filter, line: L) -> Self {
        JoinedRows { output, filter, lanes: Lanes::default(), line }
    }
}

impl<W: Write, L: FnMut(&mut W, &Subject, Stretch) -> io::Result<()>> Report for JoinedRows<W, L> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.lanes.begin(subject.lane, (subject.clone(), Joined::new(self.filter.clone())));
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        if let Some((subject, joined)) = self.lanes.get(lane) {
            for stretch in predictions.iter().filter_map(|prediction| joined.push(prediction)) {
                (self.line)(&mut self.output, subject, stretch)?;
            }
        }
        self.output.flush()
    }

    fn end(&mut self, lane: usize, _duration: f64) -> io::Result<()> {
        if let Some((subject, mut joined)) = self.lanes.end(lane)
            && let Some(stretch) = joined.finish()
        {
            (self.line)(&mut self.output, &subject, stretch)?;
        }
        self.output.flush()
    }
}
