//! Recordings that arrive in pieces → the predictions of the whole, one per segment.
//!
//! Only the columns, or the outputs for the patches, of about one segment are kept, no matter how
//! long the recording is.

use crate::audio::{SampleRate, check_finite};
use crate::error::Result;
use crate::front_end::{ColumnStream, FrontEnd};
use crate::grid::{SLACK_COLUMNS, hop_columns, patch_count};
use crate::metadata::PatchLayout;
use crate::prediction::Prediction;
use crate::scorer::{PatchOutput, Scorer};
use crate::vocabulary::Scored;
use std::collections::VecDeque;

/// A recording, piece by piece. The predictions are those of
/// [`Classifier::classify_with_hop`](crate::Classifier::classify_with_hop), no matter how it is
/// split.
///
/// Segments consist of units: feature columns, or patches for a network with patches.
pub struct Segments {
    columns: ColumnStream,
    scorer: Scorer,
    rate: SampleRate,
    samples: u64,
    patch: Option<PatchLayout>,
    /// Units in a segment, and from one segment to the next.
    segment: usize,
    hop: usize,
    /// The first unit of the next segment, unless the recording ends before it.
    next: usize,
    /// Columns that may still be needed, `[columns][n_mels]`, starting with the recording's column
    /// `dropped`.
    kept: Vec<f32>,
    dropped: usize,
    /// The outputs for patches, starting with the recording's patch `forgotten`.
    outputs: VecDeque<PatchOutput>,
    forgotten: usize,
    untaken: Option<Vec<f32>>,
}

impl Segments {
    pub(crate) fn new(
        front_end: FrontEnd,
        scorer: Scorer,
        rate: SampleRate,
        hop_seconds: f64,
    ) -> Result<Self> {
        let metadata = scorer.metadata();
        let hop = hop_columns(metadata, hop_seconds)?;
        let patch = metadata.patch;
        Ok(Segments {
            columns: ColumnStream::new(front_end, rate)?,
            rate,
            samples: 0,
            segment: patch.map_or(metadata.segment_frames, |_| metadata.segment_patches()),
            hop: patch.map_or(hop, |patch| hop / patch.hop_frames),
            patch,
            next: 0,
            kept: Vec::new(),
            dropped: 0,
            outputs: VecDeque::new(),
            forgotten: 0,
            untaken: None,
            scorer,
        })
    }

    /// Keeps the feature columns for [`Self::take_columns`] from now on.
    pub fn keep_columns(&mut self) {
        self.untaken.get_or_insert_default();
    }

    /// The feature columns since the last call, `[columns][n_mels]`, not normalised, for drawing;
    /// none unless [`Self::keep_columns`] was called. Take them after every push; otherwise they
    /// accumulate.
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
        self.columns.push(samples, &mut self.kept)?;
        self.hand_out(before);
        self.advance()
    }

    /// The last predictions, and the last columns if they are kept. The last segment is moved so
    /// that it ends with the recording. A recording no longer than a segment has exactly one.
    ///
    /// # Errors
    /// `audio-too-short` for less audio than one feature column needs; `inference` if the network
    /// fails.
    pub fn finish(mut self) -> Result<(Vec<Prediction>, Vec<f32>)> {
        let before = self.kept.len();
        self.columns.finish(&mut self.kept)?;
        self.hand_out(before);
        let mut predictions = self.advance()?;
        let total = self.total_columns();
        let mut units = total;
        if let Some(patch) = self.patch {
            units = patch_count(total, patch.frames, patch.hop_frames);
            self.run_patches(patch, units)?;
        } else if total <= self.segment + SLACK_COLUMNS {
            units = total.min(self.segment);
        }
        let last = units.saturating_sub(self.segment);
        while self.next < last {
            predictions.push(self.predict(self.next, total)?);
            self.next += self.hop;
        }
        predictions.push(self.predict(last, total)?);
        let columns = self.take_columns();
        Ok((predictions, columns))
    }

    /// Predicts every segment that the recording certainly has, and drops what is no longer needed.
    fn advance(&mut self) -> Result<Vec<Prediction>> {
        let mut predictions = Vec::new();
        let total = self.total_columns();
        let units = match self.patch {
            Some(patch) => {
                let full =
                    (total + patch.hop_frames).saturating_sub(patch.frames) / patch.hop_frames;
                // Fewer if the last ones may turn out not to be separate patches.
                self.run_patches(
                    patch,
                    full.min(patch_count(total, patch.frames, patch.hop_frames)),
                )?;
                self.forgotten + self.outputs.len()
            }
            // Up to the length of a segment, plus the slack, a recording has only one segment.
            None if total <= self.segment + SLACK_COLUMNS => return Ok(predictions),
            None => total,
        };
        while self.next + self.segment < units {
            predictions.push(self.predict(self.next, total)?);
            self.next += self.hop;
        }
        // The very last segment cannot start earlier than this.
        let needed = self.next.min(units.saturating_sub(self.segment));
        match self.patch {
            Some(patch) => {
                let over = needed - self.forgotten;
                self.outputs.drain(..over);
                self.forgotten = needed;
                self.drop_columns(units * patch.hop_frames);
            }
            None => self.drop_columns(needed),
        }
        Ok(predictions)
    }

    /// Runs the network on the patches up to the recording's patch `end`.
    fn run_patches(&mut self, patch: PatchLayout, end: usize) -> Result<()> {
        let total = self.total_columns();
        for index in self.forgotten + self.outputs.len()..end {
            let first = index * patch.hop_frames;
            let columns = self.span(first, total.min(first + patch.frames));
            self.outputs.push_back(self.scorer.run(&self.kept[columns])?);
        }
        Ok(())
    }

    /// The prediction of the segment that begins with unit `first`, of `total` columns so far.
    fn predict(&mut self, first: usize, total: usize) -> Result<Prediction> {
        let (scored, start, is_last) = match self.patch {
            Some(patch) => {
                let units = self.forgotten + self.outputs.len();
                let last = units.min(first + self.segment);
                let outputs = self.outputs.range(first - self.forgotten..last - self.forgotten);
                (self.scorer.pool(outputs), first * patch.hop_frames, last == units)
            }
            None => {
                let last = total.min(first + self.segment);
                let columns = self.span(first, last);
                let output = self.scorer.run(&self.kept[columns])?;
                (self.scorer.pool(std::iter::once(&output)), first, last == total)
            }
        };
        Ok(self.prediction(start, is_last, scored))
    }

    /// A prediction for the segment from column `first` on, rejected by the thresholds of model and
    /// head. The last segment ends with the recording, even if its columns round to another length.
    fn prediction(&self, first: usize, is_last: bool, scored: Scored) -> Prediction {
        let metadata = self.scorer.metadata();
        let duration = self.samples as f64 / f64::from(self.rate.hz());
        let start = first as f64 * metadata.front_end.column_seconds();
        let end = if is_last { duration } else { start + metadata.segment_seconds() };
        let vocabulary = self.scorer.vocabulary();
        let rejected = vocabulary.rejects(&scored);
        Prediction::new(vocabulary.clone(), (start, end.min(duration)), scored.scores, rejected)
    }

    /// Where the recording's columns from `first` up to `last` are in `kept`.
    fn span(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let n_mels = self.n_mels();
        (first - self.dropped) * n_mels..(last - self.dropped) * n_mels
    }

    /// Drops the columns before the recording's column `needed`.
    fn drop_columns(&mut self, needed: usize) {
        let needed = needed.min(self.total_columns());
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
