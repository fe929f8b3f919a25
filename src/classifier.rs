//! Classifies whole recordings: one prediction per segment.

use crate::audio::{Pcm, SampleRate};
use crate::error::{Error, Result};
use crate::events::Events;
use crate::front_end::FrontEnd;
use crate::grid::Grid;
use crate::head::{Head, Patch};
use crate::metadata::ModelMetadata;
use crate::model::Model;
use crate::patches::PatchStream;
use crate::prediction::Prediction;
use crate::scorer::{PatchOutput, Scorer, check_columns};
use crate::segments::Segments;
use crate::stream::{Stream, StreamConfig};

/// Samples of a recording that are processed at a time: 1.4 s at 48 kHz.
const PIECE_SAMPLES: usize = 65_536;

/// A front end and the network that was trained with it, optionally with a head. Cheap to clone:
/// clones share the weights, and each can be used on its own thread.
#[derive(Clone)]
pub struct Classifier {
    front_end: FrontEnd,
    scorer: Scorer,
}

impl Classifier {
    /// Prepares the front end described by the model's metadata.
    ///
    /// # Errors
    /// `config` if the front end's settings contradict each other.
    pub fn new(model: Model) -> Result<Self> {
        Self::build(Scorer::base(model))
    }

    /// Like [`Self::new`], and adds the labels of a head that was made for this exact model. The
    /// head's labels come first, then those of the model that the head does not refine, in the
    /// model's order. Segments are those of the model. A score of the head is its probability times
    /// that of its detector; each label keeps the thresholds of its source. A label that the head
    /// and the model share, and the head does not refine, has the higher of both scores.
    ///
    /// # Errors
    /// `head-mismatch` if the head was made for another model, naming both; `head-format` if its
    /// weights, or its names of the model's labels, do not fit; and those of [`Self::new`].
    pub fn with_head(model: Model, head: Head) -> Result<Self> {
        Self::build(Scorer::joint(model, head)?)
    }

    /// Like [`Self::with_head`], but with only the head's labels. Their scores are without the
    /// detector's probability; those of heads made by the trainer are calibrated probabilities. A
    /// segment is as long as the head's `segment_patches` (4 s for heads made by the trainer, where
    /// the model's are 2 s), and streams average over the head's `smoothing_seconds`. A segment is
    /// rejected if the best score times the detector's probability is below the head's threshold.
    ///
    /// # Errors
    /// As [`Self::with_head`].
    pub fn with_head_only(model: Model, head: Head) -> Result<Self> {
        Self::build(Scorer::head_only(model, head)?)
    }

    fn build(scorer: Scorer) -> Result<Self> {
        let front_end = FrontEnd::new(scorer.metadata().front_end.clone())?;
        Ok(Classifier { front_end, scorer })
    }

    /// Returns the model's metadata. With a head, labels and taxonomy are those of both (or the
    /// head's alone), and name, calibration, thresholds and card are the head's; `licence` names
    /// the head's terms first, then the model's. [`Self::model`] has the metadata of the model
    /// alone.
    pub fn metadata(&self) -> &ModelMetadata {
        self.scorer.metadata()
    }

    /// Returns how many labels, counted from the first, are the head's; 0 without a head.
    pub fn head_labels(&self) -> usize {
        self.scorer.vocabulary().head_labels()
    }

    /// Returns, for each label, the score below which it is not recognised: that of its source.
    #[cfg(all(target_arch = "wasm32", feature = "web-classifier"))]
    pub(crate) fn rejection_thresholds(&self) -> Vec<f32> {
        let vocabulary = self.scorer.vocabulary();
        (0..vocabulary.labels().len()).map(|label| vocabulary.thresholds(label).rejection).collect()
    }

    /// Returns the network, with the metadata of its file.
    pub fn model(&self) -> &Model {
        self.scorer.model()
    }

    /// Returns a prediction per segment, at the model's hop.
    ///
    /// # Errors
    /// As [`Self::classify_with_hop`].
    pub fn classify(&mut self, pcm: Pcm<'_>) -> Result<Vec<Prediction>> {
        self.classify_with_hop(pcm, self.metadata().decision.hop_seconds)
    }

    /// Returns a prediction per segment; segments start every `hop_seconds` (rounded to whole
    /// feature columns, or whole patches for a model with patches). The last one is moved so that
    /// it ends with the recording. A recording of at most one segment has exactly one prediction.
    ///
    /// # Errors
    /// `config` for a hop that is not above 0 s, or longer than a day; `audio-too-short` for less
    /// audio than one feature column needs; `inference` if the network fails.
    pub fn classify_with_hop(&mut self, pcm: Pcm<'_>, hop_seconds: f64) -> Result<Vec<Prediction>> {
        let mut segments = self.segments(pcm.rate(), hop_seconds)?;
        let mut predictions = Vec::new();
        // Only the columns of one piece and one segment are in memory.
        for piece in pcm.samples().chunks(PIECE_SAMPLES) {
            predictions.extend(segments.push(piece)?);
        }
        predictions.extend(segments.finish()?.0);
        Ok(predictions)
    }

    /// Classifies a recording that arrives in pieces. It needs little memory, no matter how long
    /// the recording is, and shares only the classifier's weights.
    ///
    /// # Errors
    /// `config` for a hop that is not above 0 s, or longer than a day.
    pub fn segments(&self, rate: SampleRate, hop_seconds: f64) -> Result<Segments> {
        Segments::new(self.front_end.clone(), self.scorer.clone(), rate, hop_seconds)
    }

    /// Returns the base model's output for each patch of a recording. Patches lie on a fixed grid
    /// that starts at the first column; the last one is moved or padded, depending on the model's
    /// [`Padding`](crate::Padding). Heads are trained on these outputs, pooled by [`crate::pool`].
    ///
    /// # Errors
    /// `config` for a model without an embedding; otherwise as [`Self::classify_with_hop`].
    pub fn patches(&mut self, pcm: Pcm<'_>) -> Result<Vec<Patch>> {
        if self.model().metadata().embedding_size.is_none() {
            let name = self.model().metadata().name.clone();
            return Err(Error::config("model", name, "a model with an embedding"));
        }
        let columns = self.front_end.columns(pcm)?;
        Ok(self.run_patches(&columns)?.into_iter().map(|output| output.patch).collect())
    }

    /// Like [`Self::patches`], for a recording that arrives in pieces. It needs little memory, no
    /// matter how long the recording is, and shares only the classifier's weights.
    ///
    /// # Errors
    /// `config` for a model without an embedding.
    pub fn patch_stream(&self, rate: SampleRate) -> Result<PatchStream> {
        PatchStream::new(self.front_end.clone(), self.scorer.clone(), rate)
    }

    /// Returns the feature columns of a recording, `[columns][n_mels]`, not normalised, for
    /// drawing.
    ///
    /// # Errors
    /// `audio-too-short` for less audio than one feature column needs.
    pub fn columns(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        self.front_end.columns(pcm)
    }

    /// Returns the scores of one segment, given as columns (`[columns][n_mels]`, at most
    /// `segment_frames`; fewer are padded, depending on the model's [`Padding`](crate::Padding)).
    ///
    /// # Errors
    /// `config` if the columns do not fit; `inference` if the network fails.
    pub fn score_columns(&mut self, columns: &[f32]) -> Result<Vec<f32>> {
        check_columns(columns, self.n_mels(), self.metadata().segment_frames)?;
        let outputs = self.run_patches(columns)?;
        Ok(self.scorer.pool(outputs.iter()).scores)
    }

    /// Returns the network's outputs for one of its inputs, before calibration and activation.
    /// Takes columns as [`Self::score_columns`] does, at most as many as one input of the network
    /// has; silence follows fewer, whatever the model's padding is.
    ///
    /// # Errors
    /// As [`Self::score_columns`].
    pub fn logits_of_columns(&mut self, columns: &[f32]) -> Result<Vec<f32>> {
        Ok(self.scorer.outputs(columns)?.scores)
    }

    /// Creates an [`Events`], which finds where the sounds of one recording begin and end.
    ///
    /// # Errors
    /// `config` if the thresholds of model and head contradict each other.
    pub fn events(&self) -> Result<Events> {
        Events::new(self.scorer.vocabulary().clone())
    }

    /// Builds a prediction from scores that were stored elsewhere: one per label of this
    /// classifier, and whether the segment was rejected. `span` is where the segment starts and
    /// ends, in seconds.
    ///
    /// # Errors
    /// `config` for another number of scores.
    pub fn prediction(
        &self,
        span: (f64, f64),
        scores: Vec<f32>,
        rejected: bool,
    ) -> Result<Prediction> {
        let labels = self.metadata().labels.len();
        if scores.len() != labels {
            let expected = format!("{labels}, one per label");
            return Err(Error::config("scores", scores.len(), expected));
        }
        Ok(Prediction::new(self.scorer.vocabulary().clone(), span, scores, rejected))
    }

    /// Opens a stream of live audio at `rate`. Streams are independent of each other and of the
    /// classifier; they share its weights.
    ///
    /// # Errors
    /// `config` for settings out of range.
    pub fn stream(&self, rate: SampleRate, config: StreamConfig) -> Result<Stream> {
        Stream::new(self.front_end.clone(), self.scorer.clone(), rate, config)
    }

    fn n_mels(&self) -> usize {
        self.front_end.config().n_mels
    }

    /// Runs the network once per patch of the grid.
    fn run_patches(&mut self, columns: &[f32]) -> Result<Vec<PatchOutput>> {
        let n_mels = self.n_mels();
        let grid = Grid::of_patches(self.metadata());
        let total = columns.len() / n_mels;
        grid.last_inputs(0, total)
            .into_iter()
            .map(|first| {
                let last = total.min(first + grid.input_columns);
                self.scorer.run(&columns[first * n_mels..last * n_mels])
            })
            .collect()
    }
}

#[cfg(all(test, feature = "everyday"))]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    #[test]
    fn stored_scores_become_a_prediction_again() {
        let mut classifier = Classifier::new(Model::everyday().unwrap()).unwrap();
        let noise: Vec<f32> = (0..32_000_u32).map(|n| (n * n % 977) as f32 / 977.0 - 0.5).collect();
        let pcm = Pcm::new(&noise, SampleRate::new(16_000).unwrap()).unwrap();
        let given = classifier.classify(pcm).unwrap().remove(0);
        let span = (given.start(), given.end());
        let again = classifier.prediction(span, given.scores().to_vec(), given.rejected());
        assert_eq!(again.unwrap(), given);
        let short = classifier.prediction(span, vec![0.5; 3], false).unwrap_err();
        assert_eq!(short.code(), "config");
    }
}
