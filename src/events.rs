//! Turns the predictions of a recording into events, as a stream of live audio does.

use crate::error::Result;
use crate::prediction::Prediction;
use crate::smooth::{EventDetector, SoundEvent};
use crate::vocabulary::Vocabulary;

/// Follows the segments of one recording. An event starts with the segment whose score reaches the
/// upper threshold of its label, and ends with the first one below the lower threshold. Scores are
/// not smoothed, because a segment is as long as the audio that a live stream scores. The time
/// between the centres of two neighbouring segments is divided between them.
#[derive(Clone)]
pub struct Events {
    detector: EventDetector,
    /// The centre of the last segment, in seconds.
    last: Option<f64>,
    /// Where the recording begins, in seconds.
    start: f64,
}

impl Events {
    pub(crate) fn new(vocabulary: Vocabulary) -> Result<Self> {
        let detector = EventDetector::new(vocabulary, None, None)?;
        Ok(Events { detector, last: None, start: 0.0 })
    }

    /// Forgets everything, to follow a recording that begins at `start` seconds.
    pub fn restart(&mut self, start: f64) {
        self.detector.finish(start);
        (self.last, self.start) = (None, start);
    }

    /// Takes the next segment and returns the events that it ends.
    pub fn push(&mut self, prediction: &Prediction) -> Vec<SoundEvent> {
        let centre = (prediction.start() + prediction.end()) / 2.0;
        let start = self.last.map_or(self.start, |last| (last + centre) / 2.0);
        self.last = Some(centre);
        let span = (start, centre.max(start));
        let mut events = self.detector.push(span, prediction.scores(), prediction.rejected());
        events.retain(|event| event.offset.is_some());
        events
    }

    /// Returns the events that have begun and not ended, without an offset and with the highest
    /// score so far.
    pub fn open(&self) -> impl Iterator<Item = &SoundEvent> {
        self.detector.open()
    }

    /// Ends all events with the recording, at `end` seconds, and returns them.
    pub fn finish(&mut self, end: f64) -> Vec<SoundEvent> {
        self.detector.finish(end)
    }
}
