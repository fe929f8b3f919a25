//! Segments or events of recordings as rows of an Arrow table.

use std::path::Path;

use sourcing_sound::{Classifier, Events, Prediction, SoundEvent};
use sourcing_sound_results::arrow_array::RecordBatch;
use sourcing_sound_results::arrow_schema::{ArrowError, SchemaRef};
use sourcing_sound_results::{EventRows, Recording, SegmentRows, Shown};

use crate::files;

use super::super::filter::Filter;
use super::entry::{Lanes, Subject};

/// What a row contains.
pub(super) enum Rows {
    Segments(Box<SegmentRows>),
    Events {
        rows: Box<EventRows>,
        /// A template for recordings that have not begun.
        events: Events,
        lanes: Lanes<Events>,
        filter: Filter,
    },
}

impl Rows {
    pub(super) fn segments(classifier: &Classifier, shown: Shown) -> Rows {
        Rows::Segments(SegmentRows::new(classifier, shown).into())
    }

    /// # Errors
    /// If the classifier's thresholds contradict each other.
    pub(super) fn events(classifier: &Classifier, filter: Filter) -> sourcing_sound::Result<Rows> {
        let events = classifier.events()?;
        let (rows, lanes) = (EventRows::new(classifier).into(), Lanes::default());
        Ok(Rows::Events { rows, events, lanes, filter })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        match self {
            Rows::Segments(rows) => rows.schema().clone(),
            Rows::Events { rows, .. } => rows.schema().clone(),
        }
    }

    /// Begins a recording.
    pub(super) fn begin(&mut self, subject: &Subject) {
        if let Rows::Events { events, lanes, .. } = self {
            let mut events = events.clone();
            events.restart(subject.start);
            lanes.begin(subject.lane, events);
        }
    }

    /// Adds a segment of a lane.
    pub(super) fn push(
        &mut self,
        lane: usize,
        recording: &Recording,
        prediction: &Prediction,
    ) -> Result<(), ArrowError> {
        match self {
            Rows::Segments(rows) => rows.push(recording, prediction),
            Rows::Events { rows, lanes, filter, .. } => {
                if let Some(events) = lanes.get(lane) {
                    add(rows, filter, recording, &events.push(prediction));
                }
                Ok(())
            }
        }
    }

    /// Ends a lane, `duration` seconds from the start of the recording.
    pub(super) fn end(&mut self, lane: usize, recording: &Recording, duration: f64) {
        if let Rows::Events { rows, lanes, filter, .. } = self
            && let Some(mut events) = lanes.end(lane)
        {
            add(rows, filter, recording, &events.finish(duration));
        }
    }

    pub(super) fn failed(&mut self, path: &Path, code: &str) -> Result<(), ArrowError> {
        let file = files::text(path).into_owned();
        let recording = Recording { file, ..Recording::default() };
        match self {
            Rows::Segments(rows) => rows.push_error(&recording, code),
            Rows::Events { rows, .. } => {
                rows.push_error(&recording, code);
                Ok(())
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Rows::Segments(rows) => rows.len(),
            Rows::Events { rows, .. } => rows.len(),
        }
    }

    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        match self {
            Rows::Segments(rows) => rows.take(),
            Rows::Events { rows, .. } => rows.take(),
        }
    }
}

fn add(rows: &mut EventRows, filter: &Filter, recording: &Recording, events: &[SoundEvent]) {
    for event in events.iter().filter(|event| filter.passes(&event.label, event.score)) {
        rows.push(recording, event);
    }
}
