//! Classifies recordings that arrive in pieces: one prediction per segment.
//!
//! Memory does not grow with the recording: only the columns, or the outputs for the patches, of
//! about one segment are kept.

use crate::audio::{SampleRate, check_finite};
use crate::error::Result;
use crate::front_end::{ColumnStream, FrontEnd};
use crate::grid::Grid;
use crate::prediction::Prediction;
use crate::scorer::{PatchOutput, Scorer};
use crate::threads;
use std::collections::VecDeque;

/// The most threads for a recording; each has its own input.
const MAX_THREADS: usize = 256;

/// A recording, piece by piece. The predictions are those of
/// [`Classifier::classify_with_hop`](crate::Classifier::classify_with_hop), no matter how the
/// recording is split.
pub struct Segments {
    columns: ColumnStream,
    scorer: Scorer,
    rate: SampleRate,
    samples: u64,
    grid: Grid,
    /// The first input of the next segment, unless the recording ends before it.
    next: usize,
    /// Columns that may still be needed, `[columns][n_mels]`, starting with the recording's column
    /// `dropped`.
    kept: Vec<f32>,
    dropped: usize,
    /// The first column of each input and the outputs for it, starting with the recording's input
    /// `forgotten`.
    outputs: VecDeque<(usize, PatchOutput)>,
    forgotten: usize,
    untaken: Option<Vec<f32>>,
    /// One scorer per further thread.
    helpers: Vec<Scorer>,
}

impl Segments {
    pub(crate) fn new(
        front_end: FrontEnd,
        scorer: Scorer,
        rate: SampleRate,
        hop_seconds: f64,
    ) -> Result<Self> {
        let grid = Grid::new(scorer.metadata(), hop_seconds)?;
        Ok(Segments {
            columns: ColumnStream::new(front_end, rate)?,
            rate,
            samples: 0,
            grid,
            next: 0,
            kept: Vec::new(),
            dropped: 0,
            outputs: VecDeque::new(),
            forgotten: 0,
            untaken: None,
            helpers: Vec::new(),
            scorer,
        })
    }

    /// Runs the network on `threads` threads, including this one, in parallel with the front end.
    /// Predictions stay the same, bit for bit, but come one push later, so push some seconds of
    /// sound at a time. The default is one thread, as for 0; the maximum is 256.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.helpers = vec![self.scorer.clone(); threads.min(MAX_THREADS).saturating_sub(1)];
        self
    }

    /// Makes the stream keep feature columns for [`Self::take_columns`].
    pub fn keep_columns(&mut self) {
        self.untaken.get_or_insert_default();
    }

    /// Returns the feature columns since the last call, `[columns][n_mels]`, not normalised, for
    /// drawing; none unless [`Self::keep_columns`] was called. Take them after every push;
    /// otherwise they accumulate.
    pub fn take_columns(&mut self) -> Vec<f32> {
        self.untaken.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes mono samples and returns the predictions of the segments that they complete. An empty
    /// slice is allowed.
    ///
    /// # Errors
    /// `audio-non-finite` for NaN or infinity: the whole piece is discarded. `inference` if the
    /// network fails.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<Prediction>> {
        check_finite(samples)?;
        self.samples += samples.len() as u64;
        let before = self.kept.len();
        if self.helpers.is_empty() {
            self.columns.push(samples, &mut self.kept)?;
            self.hand_out(before);
            return self.advance();
        }
        let mut fresh = Vec::new();
        self.run_sure(|columns| columns.push(samples, &mut fresh))?;
        self.kept.append(&mut fresh);
        self.hand_out(before);
        Ok(self.predict_ready())
    }

    /// Returns the last predictions, and the last columns if they are kept. The last segment is
    /// moved so that it ends with the recording. A recording of at most one segment has exactly
    /// one.
    ///
    /// # Errors
    /// `audio-too-short` for less audio than one feature column needs; `inference` if the network
    /// fails.
    pub fn finish(mut self) -> Result<(Vec<Prediction>, Vec<f32>)> {
        let before = self.kept.len();
        self.columns.finish(&mut self.kept)?;
        self.hand_out(before);
        let mut predictions = self.advance()?;
        for first in self.grid.last_inputs(self.inputs(), self.total_columns()) {
            self.run(first)?;
        }
        let last = self.inputs().saturating_sub(self.grid.segment_inputs);
        while self.next < last {
            predictions.push(self.predict(self.next, false));
            self.next += self.grid.hop_inputs;
        }
        predictions.push(self.predict(last, true));
        let columns = self.take_columns();
        Ok((predictions, columns))
    }

    /// Runs the network on every input that the recording has in any case, and predicts the
    /// segments that these complete.
    fn advance(&mut self) -> Result<Vec<Prediction>> {
        self.run_sure(|_| Ok(()))?;
        Ok(self.predict_ready())
    }

    /// Runs the network on every input that the recording has in any case, and `meanwhile` at the
    /// same time.
    fn run_sure(&mut self, meanwhile: impl FnOnce(&mut ColumnStream) -> Result<()>) -> Result<()> {
        let Grid { step_columns, input_columns, .. } = self.grid;
        let total = self.total_columns();
        let inputs = self.inputs()..self.grid.sure_inputs(total);
        let firsts: Vec<usize> = inputs.map(|input| input * step_columns).collect();
        let spans = firsts.iter().map(|&first| self.span(first, total.min(first + input_columns)));
        let spans: Vec<_> = spans.collect();
        let columns = &mut self.columns;
        let scorers = std::iter::once(&mut self.scorer).chain(&mut self.helpers);
        let outputs = threads::run(scorers, &spans, &self.kept, || meanwhile(columns))?;
        self.outputs.extend(firsts.into_iter().zip(outputs));
        Ok(())
    }

    /// Predicts every segment with all its inputs done, and drops what later segments do not need.
    fn predict_ready(&mut self) -> Vec<Prediction> {
        let Grid { segment_inputs, hop_inputs, has_patches, .. } = self.grid;
        let inputs = self.inputs();
        // The last segment begins here at the earliest. A patch at this place may be its first; a
        // whole segment at this place is not the last.
        let earliest_last =
            if has_patches { inputs.saturating_sub(segment_inputs) } else { inputs };
        let mut predictions = Vec::new();
        while self.next < earliest_last {
            predictions.push(self.predict(self.next, false));
            self.next += hop_inputs;
        }
        let needed = self.next.min(earliest_last);
        self.outputs.drain(..needed - self.forgotten);
        self.forgotten = needed;
        self.drop_columns(inputs);
        predictions
    }

    /// Returns how many inputs the network has run on.
    fn inputs(&self) -> usize {
        self.forgotten + self.outputs.len()
    }

    /// Runs the network on the input from column `first` on.
    fn run(&mut self, first: usize) -> Result<()> {
        let last = self.total_columns().min(first + self.grid.input_columns);
        let columns = self.span(first, last);
        let output = self.scorer.run(&self.kept[columns])?;
        self.outputs.push_back((first, output));
        Ok(())
    }

    /// Returns the prediction of the segment that starts with `input`, rejected by the thresholds
    /// of model and head. The last segment ends with the recording, even if its columns round to
    /// another length.
    fn predict(&self, input: usize, is_last: bool) -> Prediction {
        let index = input - self.forgotten;
        let segment = index..self.outputs.len().min(index + self.grid.segment_inputs);
        let scored = self.scorer.pool(self.outputs.range(segment).map(|(_, output)| output));
        let first = self.outputs.get(index).map_or(0, |(first, _)| *first);
        let ends = self.grid.has_patches || first + self.grid.input_columns >= self.total_columns();
        let metadata = self.scorer.metadata();
        let duration = self.samples as f64 / f64::from(self.rate.hz());
        let start = first as f64 * metadata.front_end.column_seconds();
        let end = if is_last && ends { duration } else { start + metadata.segment_seconds() };
        let vocabulary = self.scorer.vocabulary();
        let rejected = vocabulary.rejects(&scored);
        Prediction::new(vocabulary.clone(), (start, end.min(duration)), scored.scores, rejected)
    }

    /// Returns where the recording's columns from `first` up to `last` are in `kept`.
    fn span(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let n_mels = self.n_mels();
        (first - self.dropped) * n_mels..(last - self.dropped) * n_mels
    }

    /// Drops the columns that no input after the first `inputs` needs.
    fn drop_columns(&mut self, inputs: usize) {
        let needed = self.grid.first_needed(inputs, self.total_columns());
        self.kept.drain(..(needed - self.dropped) * self.n_mels());
        self.dropped = needed;
    }

    fn hand_out(&mut self, from: usize) {
        if let Some(untaken) = &mut self.untaken {
            untaken.extend_from_slice(&self.kept[from..]);
        }
    }

    fn total_columns(&self) -> usize {
        self.dropped + self.kept.len() / self.n_mels()
    }

    fn n_mels(&self) -> usize {
        self.columns.config().n_mels
    }
}
