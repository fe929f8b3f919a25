//! Classifies live audio: an update every hop.
//!
//! Feature columns are computed once, as audio arrives, and kept in a ring that is as long as the
//! network's input. A network with whole segments runs on the ring every hop. A network with
//! patches runs once on each patch; every hop, its outputs for the newest segment are pooled. Until
//! the ring is full, silence precedes the sound, or the network runs on what has arrived, as on a
//! recording of that length, if the model pads these on either side. So the first update comes after
//! one hop.

use crate::audio::{SampleRate, check_finite};
use crate::error::Result;
use crate::front_end::{ColumnStream, FrontEnd};
use crate::grid::{Grid, SLACK_COLUMNS};
use crate::metadata::{Decision, Padding};
use crate::prediction::Prediction;
use crate::scorer::{PatchOutput, Scorer};
use crate::smooth::{EventDetector, Smoother, SoundEvent};
use crate::vocabulary::Vocabulary;
use std::collections::VecDeque;

/// Most columns kept for [`Stream::take_columns`] beyond one push: 10 to 20 s.
const MAX_UNTAKEN_COLUMNS: usize = 1_024;

/// Settings of a stream. `None` uses the setting of the model and its head. A threshold set here
/// applies to all labels, the head's and the base's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamConfig {
    /// Seconds between updates, rounded to whole feature columns, or to whole patches if the model has
    /// patches.
    pub hop_seconds: Option<f64>,
    /// Seconds over which scores are averaged, 0 to 60; 0 for none.
    pub smoothing_seconds: Option<f64>,
    /// Best smoothed score below which an update is rejected, 0 to 1.
    pub rejection_threshold: Option<f32>,
    /// Smoothed score at which an event starts, 0 to 1.
    pub event_on: Option<f32>,
    /// Smoothed score below which an event ends, 0 to `event_on`.
    pub event_off: Option<f32>,
}

/// The scores and events at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Seconds of audio processed so far.
    pub time: f64,
    /// Smoothed scores; the span is the newest segment.
    pub prediction: Prediction,
    /// The scores of the newest segment alone.
    pub raw_scores: Vec<f32>,
    /// Events that are open or have just ended.
    pub events: Vec<SoundEvent>,
}

/// Audio that arrives piece by piece. The updates are the same no matter how it is split.
pub struct Stream {
    columns: ColumnStream,
    scorer: Scorer,
    smoother: Smoother,
    events: EventDetector,
    vocabulary: Vocabulary,
    grid: Grid,
    /// The network's next input, `[input_frames][n_mels]`, oldest first.
    ring: VecDeque<f32>,
    /// The outputs for the newest segment's inputs, oldest first.
    outputs: VecDeque<PatchOutput>,
    /// Whether there is an output that no update has reported yet.
    unreported: bool,
    /// Columns that `take_columns` has not returned yet.
    untaken: Vec<f32>,
    fresh: Vec<f32>,
    columns_processed: u64,
    columns_scored: u64,
    /// The columns before the hop that was scored last.
    hop_start: u64,
}

impl Stream {
    pub(crate) fn new(
        front_end: FrontEnd,
        scorer: Scorer,
        rate: SampleRate,
        config: StreamConfig,
    ) -> Result<Self> {
        let metadata = scorer.metadata();
        let grid =
            Grid::new(metadata, config.hop_seconds.unwrap_or(metadata.decision.hop_seconds))?;
        Decision::check_number("smoothing_seconds", config.smoothing_seconds)?;
        Decision::check_number("rejection_threshold", config.rejection_threshold)?;
        let smoothing = config.smoothing_seconds.unwrap_or(metadata.decision.smoothing_seconds);
        let own = scorer.vocabulary();
        let vocabulary =
            config.rejection_threshold.map_or(own.clone(), |given| own.with_rejection(given));
        let events = EventDetector::new(vocabulary.clone(), config.event_on, config.event_off)?;
        let hop_seconds = grid.hop_columns() as f64 * metadata.front_end.column_seconds();
        let silence = front_end.silent_value();
        let ring = grid.input_columns * metadata.front_end.n_mels;
        Ok(Stream {
            columns: ColumnStream::new(front_end, rate)?,
            smoother: Smoother::new((smoothing / hop_seconds).round() as usize),
            events,
            vocabulary,
            grid,
            outputs: VecDeque::new(),
            unreported: false,
            ring: std::iter::repeat_n(silence, ring).collect(),
            untaken: Vec::new(),
            fresh: Vec::new(),
            columns_processed: 0,
            columns_scored: 0,
            hop_start: 0,
            scorer,
        })
    }

    /// Takes mono samples at the stream's rate and returns an update for every hop that they
    /// complete. An empty slice is allowed and completes no hop.
    ///
    /// # Errors
    /// `audio-non-finite` for NaN or infinity: the whole piece is discarded, and the stream
    /// continues with the next one. `inference` if the network fails.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<Update>> {
        check_finite(samples)?;
        let mut fresh = std::mem::take(&mut self.fresh);
        let updates = match self.columns.push(samples, &mut fresh) {
            Ok(()) => self.process(&fresh),
            Err(error) => Err(error),
        };
        fresh.clear();
        self.fresh = fresh;
        updates
    }

    /// Processes the last columns, ends all events and returns the remaining updates. The last one
    /// may cover less than a hop. If the stream is shorter than a segment, its last hop may be
    /// scored again, as a recording of that length.
    ///
    /// # Errors
    /// `audio-too-short` if all the audio together is too short for one column.
    pub fn finish(mut self) -> Result<Vec<Update>> {
        let mut fresh = Vec::new();
        self.columns.finish(&mut fresh)?;
        let mut updates = self.process(&fresh)?;
        self.run_rest()?;
        // Otherwise the end of these events would never be reported.
        if self.unreported || (updates.is_empty() && self.events.any_open()) {
            updates.push(self.update());
        }
        let ended = self.events.finish(self.seconds(self.columns_processed));
        if let Some(last) = updates.last_mut() {
            last.events.retain(|event| event.offset.is_some());
            last.events.extend(ended);
        }
        Ok(updates)
    }

    /// Returns the feature columns since the last call, `[columns][n_mels]`, not normalised, for
    /// drawing. If you do not take them after every push, only the newest 1,024 are kept, or all of
    /// the last push if these are more.
    pub fn take_columns(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.untaken)
    }

    fn process(&mut self, columns: &[f32]) -> Result<Vec<Update>> {
        let n_mels = self.columns.config().n_mels;
        let mut updates = Vec::new();
        for column in columns.chunks_exact(n_mels) {
            self.ring.drain(..n_mels);
            self.ring.extend(column);
            self.columns_processed += 1;
            if self.columns_processed.is_multiple_of(self.grid.step_columns as u64) {
                self.run_without(self.unpadded())?;
            }
            if self.columns_processed - self.columns_scored >= self.grid.hop_columns() as u64 {
                updates.push(self.update());
            }
        }
        self.untaken.extend_from_slice(columns);
        let kept = columns.len().max(MAX_UNTAKEN_COLUMNS * n_mels);
        let excess = self.untaken.len().saturating_sub(kept);
        self.untaken.drain(..excess);
        Ok(updates)
    }

    /// Runs the network on what has arrived since its last run. Patches stay on their grid, as in a
    /// recording that ends here; a network with whole segments runs on the newest one.
    fn run_rest(&mut self) -> Result<()> {
        let Grid { step_columns, has_patches, .. } = self.grid;
        let rest = (self.columns_processed % step_columns as u64) as usize;
        let (missing, moves_last) = (self.missing(), self.grid.moves_last());
        let skipped = match (has_patches, missing) {
            (false, _) if rest == 0 => return Ok(()),
            (false, _) => self.unpadded(),
            (true, 0) if rest <= SLACK_COLUMNS => return Ok(()),
            (true, 0) if moves_last => 0,
            (true, 0) => step_columns - rest,
            (true, _) if moves_last && rest == 0 => return Ok(()),
            (true, missing) => missing,
        };
        self.run_without(skipped)
    }

    /// Returns how many columns the ring lacks.
    fn missing(&self) -> usize {
        (self.grid.input_columns as u64).saturating_sub(self.columns_processed) as usize
    }

    /// Returns how many columns at the beginning of the ring are missing and do not count as
    /// silence.
    fn unpadded(&self) -> usize {
        match self.grid.padding {
            Padding::Silence => 0,
            Padding::SilenceEitherSide => self.missing(),
        }
    }

    /// Runs the network on the ring without its first `skipped` columns.
    fn run_without(&mut self, skipped: usize) -> Result<()> {
        let n_mels = self.columns.config().n_mels;
        let output = self.scorer.run(&self.ring.make_contiguous()[skipped * n_mels..])?;
        self.keep(output, self.columns_processed + skipped as u64);
        Ok(())
    }

    /// Keeps the network's output for its input up to column `end`, as part of the newest segment.
    /// Outputs from before the ring was full are dropped once it is full, or as soon as there is one
    /// for all that has arrived.
    fn keep(&mut self, output: PatchOutput, end: u64) {
        let Grid { input_columns, step_columns, segment_inputs, .. } = self.grid;
        let (inputs, step) = (input_columns as u64, step_columns as u64);
        let first_full = (inputs..inputs + step).contains(&end);
        if first_full {
            self.outputs.clear();
        }
        if self.outputs.len() == segment_inputs {
            self.outputs.pop_front();
        }
        self.outputs.push_back(output);
        self.unreported = true;
    }

    /// Returns the scores of the newest segment as an update.
    fn update(&mut self) -> Update {
        // At the end of a stream, the last hop may be scored again.
        if self.columns_processed > self.columns_scored {
            self.hop_start = self.columns_scored;
        }
        self.columns_scored = self.columns_processed;
        let (previous, time) = (self.seconds(self.hop_start), self.seconds(self.columns_processed));
        self.unreported = false;
        let newest = self.scorer.pool(self.outputs.iter());
        let raw_scores = newest.scores.clone();
        let smoothed = self.smoother.push(newest);
        let rejected = self.vocabulary.rejects(&smoothed);
        let segment = self.scorer.metadata().segment_seconds();
        let span = ((time - segment).max(0.0), time);
        let events = self.events.push((previous, time), &smoothed.scores, rejected);
        Update {
            time,
            prediction: Prediction::new(self.vocabulary.clone(), span, smoothed.scores, rejected),
            raw_scores,
            events,
        }
    }

    fn seconds(&self, columns: u64) -> f64 {
        columns as f64 * self.columns.config().column_seconds()
    }
}
