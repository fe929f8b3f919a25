//! Turns the predictions of a recording into rows to print and sounds to cut out.

use std::num::NonZeroUsize;

use sourcing_sound::{Classifier, Prediction, SoundEvent};

use crate::parallel::Results;

use super::clips::{ClipOptions, Finder, Live, Names, Source};
use super::filter::Filter;
use super::part::Part;
use super::pipeline::{Stop, Take};

/// Takes the predictions of one pass over a recording.
pub(super) struct Taking<'a> {
    results: &'a Results<Part>,
    progress: &'a mut dyn FnMut(f64),
    /// Where the recording begins and where it should end, in seconds.
    start: f64,
    end: Option<f64>,
    /// The share that is done.
    done: f64,
    lanes: usize,
    clips: Clips<'a>,
}

/// How sounds are cut out.
enum Clips<'a> {
    None,
    /// After the recording, from the events collected for each lane.
    Later(Vec<Finder<'a>>),
    /// While the recording is read.
    Live(Box<Live<'a>>),
}

impl<'a> Taking<'a> {
    /// Creates a taker; `length` is the expected length of the recording, in seconds.
    pub(super) fn new(
        results: &'a Results<Part>,
        progress: &'a mut dyn FnMut(f64),
        source: &Source<'_>,
        length: Option<f64>,
    ) -> Self {
        let end = [length, source.end].into_iter().flatten().reduce(f64::min);
        let (start, lanes) = (source.start, source.lanes.len());
        Taking { results, progress, start, end, done: 0.0, lanes, clips: Clips::None }
    }

    /// Cuts out the detected sounds.
    ///
    /// # Errors
    /// If the classifier's thresholds contradict each other, or the options do not fit the recording.
    pub(super) fn clip(
        &mut self,
        (options, names, filter): (&'a ClipOptions, &'a Names, &'a Filter),
        classifier: &Classifier,
        source: Source<'a>,
    ) -> Result<(), Stop> {
        self.clips = if source.input.is_read_once() {
            Clips::Live(Live::new((options, names, filter), classifier, source)?.into())
        } else {
            let mut finders = Vec::new();
            for _ in &source.lanes {
                finders.push(Finder::new(classifier, filter, source.start)?);
            }
            Clips::Later(finders)
        };
        Ok(())
    }

    /// Returns whether it takes the samples as recorded.
    pub(super) fn needs_recorded(&self) -> bool {
        matches!(self.clips, Clips::Live(_))
    }

    /// # Errors
    /// If results are not accepted any more.
    pub(super) fn send(&self, part: Part) -> Result<(), Stop> {
        self.results.send(part).map_err(|_| Stop::Unwanted)
    }

    /// Ends the recording at `end` seconds. Returns the events of each lane that must still be cut
    /// out, at most `per_label` of each label.
    ///
    /// # Errors
    /// If a clip cannot be written, or results are not accepted any more.
    pub(super) fn finish(
        mut self,
        end: f64,
        per_label: Option<NonZeroUsize>,
    ) -> Result<Vec<Vec<SoundEvent>>, Stop> {
        (self.progress)(1.0 - self.done);
        for lane in 0..self.lanes {
            self.send(Part::End(lane, end))?;
        }
        let clips = std::mem::replace(&mut self.clips, Clips::None);
        Ok(match clips {
            Clips::None => Vec::new(),
            Clips::Later(finders) => {
                finders.into_iter().map(|finder| finder.finish(end, per_label)).collect()
            }
            Clips::Live(live) => {
                live.finish(end).map_err(Stop::Clip)?;
                Vec::new()
            }
        })
    }
}

impl Take for Taking<'_> {
    fn recorded(&mut self, block: &[f32]) {
        if let Clips::Live(live) = &mut self.clips {
            live.recorded(block);
        }
    }

    fn predictions(&mut self, lane: usize, predictions: Vec<Prediction>) -> Result<(), Stop> {
        let start = self.start;
        if let Some((last, end)) = predictions.last().zip(self.end).filter(|_| lane == 0) {
            let share = (last.end() / (end - start)).clamp(self.done, 1.0);
            (self.progress)(share - self.done);
            self.done = share;
        }
        let later = predictions.into_iter().map(|prediction| prediction.later(start));
        let predictions: Vec<Prediction> = later.collect();
        match &mut self.clips {
            Clips::None => {}
            Clips::Later(finders) => finders[lane].push(&predictions),
            Clips::Live(live) => live.predictions(lane, &predictions).map_err(Stop::Clip)?,
        }
        self.send(Part::Segments(lane, predictions))
    }
}
