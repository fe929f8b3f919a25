//! Joins neighbouring segments with the same best label into stretches, like labels in audio
//! editors.

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

/// Formats text as a field between tabs.
pub(super) fn field(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

/// Joins segments that are not rejected and pass a filter; any other segment ends a stretch.
pub(super) struct Joined {
    filter: Filter,
    open: Option<Stretch>,
}

impl Joined {
    pub(super) fn new(filter: Filter) -> Self {
        Joined { filter, open: None }
    }

    /// Takes the next segment, and returns the stretch that it ends. If segments overlap, a stretch
    /// ends where the next one begins.
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

    /// Returns the last stretch.
    pub(super) fn finish(&mut self) -> Option<Stretch> {
        self.open.take()
    }
}

/// The position of a stretch.
pub(super) struct Place<'a> {
    pub(super) subject: &'a Subject,
    /// Seconds of the recordings before this one.
    pub(super) before: f64,
}

/// A report with a line per stretch, which `line` writes.
pub(super) struct JoinedRows<W, L> {
    output: W,
    filter: Filter,
    lanes: Lanes<(Subject, Joined)>,
    /// Seconds of the recordings before the current one, and of the current one.
    before: f64,
    present: f64,
    line: L,
}

impl<W: Write, L: FnMut(&mut W, Place<'_>, Stretch) -> io::Result<()>> JoinedRows<W, L> {
    pub(super) fn new(output: W, filter: Filter, line: L) -> Self {
        JoinedRows { output, filter, lanes: Lanes::default(), before: 0.0, present: 0.0, line }
    }
}

impl<W: Write, L: FnMut(&mut W, Place<'_>, Stretch) -> io::Result<()>> Report for JoinedRows<W, L> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        // Further channels belong to the same recording.
        if subject.channel.is_none_or(|channel| channel == 1) {
            self.before += self.present;
            // It stays if the recording fails.
            self.present = subject.length.unwrap_or(0.0);
        }
        self.lanes.begin(subject.lane, (subject.clone(), Joined::new(self.filter.clone())));
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        if let Some((subject, joined)) = self.lanes.get(lane) {
            for stretch in predictions.iter().filter_map(|prediction| joined.push(prediction)) {
                let place = Place { subject, before: self.before };
                (self.line)(&mut self.output, place, stretch)?;
            }
        }
        self.output.flush()
    }

    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()> {
        self.present = duration;
        if let Some((subject, mut joined)) = self.lanes.end(lane)
            && let Some(stretch) = joined.finish()
        {
            let place = Place { subject: &subject, before: self.before };
            (self.line)(&mut self.output, place, stretch)?;
        }
        self.output.flush()
    }
}
