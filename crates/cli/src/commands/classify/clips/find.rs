//! Turns the predictions of a recording into the events that become clips.

use std::num::NonZeroUsize;

use sourcing_sound::{Classifier, Events, Prediction, SoundEvent};

use super::super::filter::Filter;

/// Collects the events of one channel, as `--format events` does. They are small compared with the
/// sound: a day with an event every second takes a few megabytes.
pub(crate) struct Finder<'a> {
    events: Events,
    filter: &'a Filter,
    found: Vec<SoundEvent>,
}

impl<'a> Finder<'a> {
    /// Creates a finder for a recording that begins at `start` seconds.
    ///
    /// # Errors
    /// If the classifier's thresholds contradict each other.
    pub(crate) fn new(
        classifier: &Classifier,
        filter: &'a Filter,
        start: f64,
    ) -> sourcing_sound::Result<Self> {
        let mut events = classifier.events()?;
        events.restart(start);
        Ok(Finder { events, filter, found: Vec::new() })
    }

    pub(crate) fn push(&mut self, predictions: &[Prediction]) {
        for prediction in predictions {
            let ended = self.events.push(prediction);
            self.keep(ended);
        }
    }

    /// Returns the events of the recording, which ends at `end` seconds, in the order of their
    /// onsets: at most `per_label` of each label, the best ones.
    pub(crate) fn finish(mut self, end: f64, per_label: Option<NonZeroUsize>) -> Vec<SoundEvent> {
        let ended = self.events.finish(end);
        self.keep(ended);
        let mut found = self.found;
        if let Some(most) = per_label {
            found.sort_by(|a, b| a.label.cmp(&b.label).then(b.score.total_cmp(&a.score)));
            let (mut label, mut count) = (String::new(), 0);
            found.retain(|event| {
                if event.label != label {
                    (label, count) = (event.label.clone(), 0);
                }
                count += 1;
                count <= most.get()
            });
        }
        found.sort_by(|a, b| a.onset.total_cmp(&b.onset).then_with(|| a.label.cmp(&b.label)));
        found
    }

    fn keep(&mut self, ended: Vec<SoundEvent>) {
        let passes = |event: &SoundEvent| self.filter.passes(&event.label, event.score);
        self.found.extend(ended.into_iter().filter(passes));
    }
}
