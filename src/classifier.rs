//! Whole recordings → predictions, one per segment.

use crate::audio::{Pcm, SampleRate};
use crate::error::{Error, Result};
use crate::front_end::FrontEnd;
use crate::metadata::ModelMetadata;
use crate::model::Model;
use crate::prediction::Prediction;
use crate::stream::{Stream, StreamConfig};

/// A front end and the network that was trained on it.
pub struct Classifier {
    front_end: FrontEnd,
    scorer: Scorer,
}

impl Classifier {
    /// Prepares the front end that the model's metadata ask for.
    ///
    /// # Errors
    /// `config` when the front end's settings contradict each other.
    pub fn new(model: Model) -> Result<Self> {
        Ok(Classifier {
            front_end: FrontEnd::new(model.metadata().front_end.clone())?,
            scorer: Scorer::new(model),
        })
    }

    /// What the model says about itself.
    pub fn metadata(&self) -> &ModelMetadata {
        self.scorer.model.metadata()
    }

    /// A prediction per segment, at the model's own hop.
    ///
    /// # Errors
    /// As [`Self::classify_with_hop`].
    pub fn classify(&mut self, pcm: Pcm<'_>) -> Result<Vec<Prediction>> {
        self.classify_with_hop(pcm, self.metadata().hop_seconds)
    }

    /// A prediction per segment; segments start every `hop_seconds` (rounded to whole
    /// feature columns). The last one is moved so that it ends with the recording. A
    /// recording that is not longer than a segment gives exactly one prediction.
    ///
    /// # Errors
    /// `config` for a hop that is not above 0 s, or longer than a day; `audio-too-short`
    /// for less audio than one feature column needs; `inference` should the network fail.
    pub fn classify_with_hop(&mut self, pcm: Pcm<'_>, hop_seconds: f64) -> Result<Vec<Prediction>> {
        let hop = hop_columns(self.metadata(), hop_seconds)?;
        let columns = self.front_end.columns(pcm)?;
        let (n_mels, segment) = {
            let metadata = self.metadata();
            (metadata.front_end.n_mels, metadata.segment_frames)
        };
        let total = columns.len() / n_mels;
        let column_seconds = self.front_end.config().column_seconds();
        let (length, duration) = (self.metadata().segment_seconds(), pcm.duration_seconds());
        segment_starts(total, segment, hop)
            .into_iter()
            .map(|first| {
                let last = total.min(first + segment);
                let scored = self.scorer.score(&columns[first * n_mels..last * n_mels])?;
                let start = first as f64 * column_seconds;
                // The last segment ends with the recording, whatever its columns round to.
                let end = if last == total { duration } else { start + length };
                let end = end.min(duration);
                Ok(self.scorer.prediction((start, end), scored))
            })
            .collect()
    }

    /// The scores of one segment, given as columns (`[columns][n_mels]`, at most
    /// `segment_frames`; silence follows fewer).
    ///
    /// # Errors
    /// `config` when the columns do not fit; `inference` should the network fail.
    pub fn score_columns(&mut self, columns: &[f32]) -> Result<Vec<f32>> {
        Ok(self.scorer.score(columns)?.scores)
    }

    /// The network's outputs for one segment, before calibration and activation. Takes
    /// the same columns as [`Self::score_columns`].
    ///
    /// # Errors
    /// As [`Self::score_columns`].
    pub fn logits_of_columns(&mut self, columns: &[f32]) -> Result<Vec<f32>> {
        self.scorer.outputs(columns)
    }

    /// A stream of live audio at `rate`. Streams are independent of each other and of
    /// the classifier; they share its weights.
    ///
    /// # Errors
    /// `config` for settings out of range.
    pub fn stream(&self, rate: SampleRate, config: StreamConfig) -> Result<Stream> {
        Stream::new(self.front_end.clone(), self.scorer.clone(), rate, config)
    }
}

/// `hop_seconds` in whole feature columns, at least one.
pub(crate) fn hop_columns(metadata: &ModelMetadata, hop_seconds: f64) -> Result<usize> {
    const DAY: f64 = 86_400.0;
    if !(hop_seconds > 0.0 && hop_seconds <= DAY) {
        return Err(Error::config("hop", hop_seconds, "above 0 s, at most a day"));
    }
    Ok(((hop_seconds / metadata.front_end.column_seconds()).round() as usize).max(1))
}

/// First columns of the segments of a recording of `total` columns.
fn segment_starts(total: usize, segment: usize, hop: usize) -> Vec<usize> {
    // A column or two beyond a segment come from encoders' padding, not from sound.
    const SLACK_COLUMNS: usize = 2;
    if total <= segment + SLACK_COLUMNS {
        return vec![0];
    }
    let last = total - segment;
    let mut starts: Vec<usize> = (0..last).step_by(hop).collect();
    starts.push(last);
    starts
}

/// Normalises columns and runs the network on them.
#[derive(Clone)]
pub(crate) struct Scorer {
    model: Model,
    input: Vec<f32>,
}

/// The scores of one segment and whether the network itself rejects it.
pub(crate) struct Scored {
    pub(crate) scores: Vec<f32>,
    pub(crate) other: bool,
}

impl Scorer {
    fn new(model: Model) -> Self {
        let metadata = model.metadata();
        let input = vec![0.0; metadata.front_end.n_mels * metadata.segment_frames];
        Scorer { model, input }
    }

    pub(crate) fn metadata(&self) -> &ModelMetadata {
        self.model.metadata()
    }

    pub(crate) fn score(&mut self, columns: &[f32]) -> Result<Scored> {
        let outputs = self.outputs(columns)?;
        let (scores, other) = self.model.scores(&outputs);
        Ok(Scored { scores, other })
    }

    /// A prediction over `span` (seconds), rejected by the model's own thresholds.
    fn prediction(&self, span: (f64, f64), scored: Scored) -> Prediction {
        let metadata = self.metadata();
        let rejected = scored.other || below(&scored.scores, metadata.rejection_threshold);
        Prediction::new(metadata.labels.clone(), span, scored.scores, rejected)
    }

    /// Lays columns (time-major) out as the network's image (mel-major), normalised.
    fn outputs(&mut self, columns: &[f32]) -> Result<Vec<f32>> {
        let metadata = self.model.metadata();
        let (n_mels, frames) = (metadata.front_end.n_mels, metadata.segment_frames);
        let given = columns.len() / n_mels;
        if !columns.len().is_multiple_of(n_mels) || given == 0 || given > frames {
            let expected = format!("1 to {frames} columns of {n_mels} values");
            return Err(Error::config("columns", format!("{} values", columns.len()), expected));
        }
        let normalise = |value: f32| (value - metadata.mean) / metadata.std;
        self.input.fill(normalise(metadata.front_end.silent_value()));
        for (t, column) in columns.chunks_exact(n_mels).enumerate() {
            for (mel, &value) in column.iter().enumerate() {
                self.input[mel * frames + t] = normalise(value);
            }
        }
        self.model.run(&self.input)
    }
}

/// Whether the best score is below `threshold`.
pub(crate) fn below(scores: &[f32], threshold: f32) -> bool {
    scores.iter().copied().fold(0.0, f32::max) < threshold
}

#[cfg(test)]
mod tests {
    use super::segment_starts;

    #[test]
    fn segments_cover_the_recording() {
        assert_eq!(segment_starts(20, 173, 22), [0]);
        assert_eq!(segment_starts(173, 173, 22), [0]);
        assert_eq!(segment_starts(175, 173, 22), [0]);
        assert_eq!(segment_starts(180, 173, 22), [0, 7]);
        assert_eq!(segment_starts(217, 173, 22), [0, 22, 44]);
        assert_eq!(segment_starts(600, 173, 173), [0, 173, 346, 427]);
    }
}
