//! Turns feature columns into scores. Lays columns out for the network, runs it on one input at a
//! time, and pools its outputs over a segment's patches. A head adds its labels to those of the
//! network, or replaces them all.

use crate::engine::sigmoid;
use crate::error::{Error, Result};
use crate::head::{Head, Patch, mean};
use crate::joint::Joint;
use crate::metadata::{Card, Decision, ModelMetadata, Padding};
use crate::model::{Model, Outputs};
use crate::vocabulary::{Scored, Vocabulary};
use std::iter::repeat_n;
use std::sync::Arc;

/// Runs a network, and the head on it, on columns. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Scorer {
    model: Model,
    answers: Answers,
    vocabulary: Vocabulary,
    /// The combined metadata of model and head.
    metadata: Arc<ModelMetadata>,
    input: Vec<f32>,
}

/// Where the scores of a segment come from.
#[derive(Clone)]
enum Answers {
    /// The network alone.
    Base,
    /// The head, followed by the network's labels with these indices; last, the head's labels that
    /// are merged with one of the network, each with that one.
    Joint(Head, Arc<[usize]>, Arc<[(usize, usize)]>),
    /// The head alone.
    Head(Head),
}

/// The network's output for one input.
#[derive(Clone)]
pub(crate) struct PatchOutput {
    pub(crate) patch: Patch,
    /// Score of "none of the labels", if the network has that output.
    other: Option<f32>,
}

impl PatchOutput {
    /// Returns the weighted mean of this output and another one, whose weight is `share`.
    fn mixed(self, other: &PatchOutput, share: f32) -> PatchOutput {
        let mix = |own: f32, other: f32| own + share * (other - own);
        let all = |own: Vec<f32>, other: &[f32]| -> Vec<f32> {
            own.into_iter().zip(other).map(|(own, &other)| mix(own, other)).collect()
        };
        PatchOutput {
            patch: Patch {
                scores: all(self.patch.scores, &other.patch.scores),
                embedding: all(self.patch.embedding, &other.patch.embedding),
            },
            other: self.other.zip(other.other).map(|(own, other)| mix(own, other)),
        }
    }
}

impl Scorer {
    /// Creates a scorer for a network without a head.
    pub(crate) fn base(model: Model) -> Self {
        let metadata = model.metadata().clone();
        let vocabulary = metadata.vocabulary();
        Self::new(model, Answers::Base, vocabulary, metadata)
    }

    /// Merges a head's labels with those of its base.
    ///
    /// # Errors
    /// `head-mismatch` or `head-format` if the head does not fit `model`.
    pub(crate) fn joint(model: Model, head: Head) -> Result<Self> {
        head.check_fit(model.base())?;
        let base = model.metadata();
        let Joint { labels, taxonomy, kept, added } = Joint::new(head.metadata(), base)?;
        let metadata = ModelMetadata {
            labels: labels.clone(),
            taxonomy: taxonomy.clone(),
            ..described_by(&head, base)
        };
        let head_labels = head.metadata().labels.len();
        let (of_head, of_base) = (metadata.decision.thresholds(), base.decision.thresholds());
        let adding = added.iter().map(|&(label, _)| label).collect();
        let labels = (labels, head_labels, adding);
        let vocabulary = Vocabulary::joint(labels, taxonomy, of_head, of_base);
        let answers = Answers::Joint(head, kept.into(), added.into());
        Ok(Self::new(model, answers, vocabulary, metadata))
    }

    /// Uses a head's labels alone, over segments of the head's length.
    ///
    /// # Errors
    /// `head-mismatch` or `head-format` if the head does not fit `model`.
    pub(crate) fn head_only(model: Model, head: Head) -> Result<Self> {
        head.check_fit(model.base())?;
        let (base, own) = (model.metadata(), head.metadata());
        let patch = base.layout();
        let metadata = ModelMetadata {
            labels: own.labels.clone(),
            taxonomy: None,
            patch: Some(patch),
            segment_frames: patch.frames + (own.segment_patches - 1) * patch.hop_frames,
            decision: own.decision,
            ..described_by(&head, base)
        };
        let vocabulary = Vocabulary::of_head(own.labels.clone(), metadata.decision.thresholds());
        Ok(Self::new(model, Answers::Head(head), vocabulary, metadata))
    }

    fn new(
        model: Model,
        answers: Answers,
        vocabulary: Vocabulary,
        metadata: ModelMetadata,
    ) -> Self {
        let input = vec![0.0; metadata.front_end.n_mels * metadata.input_frames()];
        Scorer { model, answers, vocabulary, metadata: Arc::new(metadata), input }
    }

    pub(crate) fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Runs the network on at most as many columns as its input has; fewer are padded.
    pub(crate) fn run(&mut self, columns: &[f32]) -> Result<PatchOutput> {
        let output = self.run_once(columns)?;
        let metadata = &self.metadata;
        let values = metadata.front_end.n_mels * metadata.input_frames();
        if columns.len() == values || metadata.padding == Padding::Silence {
            return Ok(output);
        }
        let silence = repeat_n(metadata.front_end.silent_value(), values - columns.len());
        let preceded: Vec<f32> = silence.chain(columns.iter().copied()).collect();
        // A sound that fills little of an input, at its end, is often taken for silence.
        let share = (columns.len() as f32 / values as f32).min(0.5);
        Ok(output.mixed(&self.run_once(&preceded)?, share))
    }

    /// Runs the network on columns and the silence that follows fewer than its input has.
    fn run_once(&mut self, columns: &[f32]) -> Result<PatchOutput> {
        let outputs = self.outputs(columns)?;
        let base = self.model.metadata();
        let (labels, other) = outputs.scores.split_at(base.labels.len());
        let Decision { activation, temperature, .. } = base.decision;
        Ok(PatchOutput {
            patch: Patch {
                scores: activation.scores(labels, temperature),
                embedding: outputs.embedding,
            },
            other: other.first().map(|&logit| sigmoid(logit)),
        })
    }

    /// Pools the outputs for a segment's patches (at least one) into its scores.
    pub(crate) fn pool<'a>(&self, outputs: impl Iterator<Item = &'a PatchOutput>) -> Scored {
        let outputs: Vec<&PatchOutput> = outputs.collect();
        let patches: Vec<&Patch> = outputs.iter().map(|output| &output.patch).collect();
        match &self.answers {
            Answers::Base => Scored {
                scores: mean(&patches, |patch| &patch.scores),
                presence: 1.0,
                none_of_base: self.none_of_base(&outputs),
            },
            Answers::Joint(head, kept, added) => {
                let presence = head.presence(&patches);
                let own = head.scores(&patches).into_iter().map(|score| score * presence);
                let base = mean(&patches, |patch| &patch.scores);
                let of_base = kept.iter().map(|&index| base[index]);
                let mut scores: Vec<f32> = own.chain(of_base).collect();
                let threshold = head.metadata().decision.rejection_threshold;
                for &(label, index) in added.iter() {
                    let own = scores[label];
                    // Such a label has the base's threshold, which is lower: a score that the head
                    // does not recognise must not pass it.
                    scores[label] = base[index].max(if own < threshold { 0.0 } else { own });
                }
                Scored { scores, presence: 1.0, none_of_base: self.none_of_base(&outputs) }
            }
            Answers::Head(head) => Scored {
                scores: head.scores(&patches),
                presence: head.presence(&patches),
                none_of_base: false,
            },
        }
    }

    /// Returns whether the network's output for "none of the labels" rejects a segment.
    fn none_of_base(&self, outputs: &[&PatchOutput]) -> bool {
        let others: Option<Vec<f32>> = outputs.iter().map(|output| output.other).collect();
        let threshold = self.model.metadata().other_threshold;
        others.zip(threshold).is_some_and(|(others, threshold)| {
            others.iter().sum::<f32>() / outputs.len() as f32 > threshold
        })
    }

    /// Runs the network on columns.
    pub(crate) fn outputs(&mut self, columns: &[f32]) -> Result<Outputs> {
        let metadata = &self.metadata;
        let (n_mels, frames) = (metadata.front_end.n_mels, metadata.input_frames());
        check_columns(columns, n_mels, frames)?;
        let scale = (metadata.mean, metadata.std);
        lay_out(columns, n_mels, metadata.front_end.silent_value(), scale, &mut self.input);
        self.model.run(&self.input)
    }
}

/// Lays columns, `[frames][n_mels]`, out as a network's input, `[n_mels][input frames]`, with the
/// mean subtracted and divided by the standard deviation. Missing columns have the value `silence`;
/// surplus columns are ignored.
///
/// # Panics
/// If `n_mels` is 0.
pub fn lay_out(
    columns: &[f32],
    n_mels: usize,
    silence: f32,
    (mean, std): (f32, f32),
    input: &mut [f32],
) {
    sourcing_sound_kernels::lay_out(columns, n_mels, silence, (mean, std), input);
}

/// # Errors
/// `config` unless `columns` are 1 to `max` columns of `n_mels` values.
pub(crate) fn check_columns(columns: &[f32], n_mels: usize, max: usize) -> Result<()> {
    let given = columns.len() / n_mels;
    if columns.len().is_multiple_of(n_mels) && (1..=max).contains(&given) {
        return Ok(());
    }
    let expected = format!("1 to {max} columns of {n_mels} values");
    Err(Error::config("columns", format!("{} values", columns.len()), expected))
}

/// Combines the base's metadata with the head's name, card, calibration and thresholds; hop and
/// smoothing stay those of the base. Both licences apply to the combination, so both are named.
fn described_by(head: &Head, base: &ModelMetadata) -> ModelMetadata {
    let head = head.metadata().clone();
    let Decision { hop_seconds, smoothing_seconds, .. } = base.decision;
    let licence = format!("{}; on {}: {}", head.card.licence, base.name, base.card.licence);
    ModelMetadata {
        name: head.name,
        description: head.description,
        decision: Decision { hop_seconds, smoothing_seconds, ..head.decision },
        other_threshold: None,
        embedding_size: None,
        card: Card { licence, ..head.card },
        ..base.clone()
    }
}
