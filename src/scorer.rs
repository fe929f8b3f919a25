//! Feature columns → scores: lays columns out for the network, runs it on one input at a time,
//! and pools what it says of a segment's patches, by way of a head where there is one.

use crate::error::{Error, Result};
use crate::head::{Head, Patch, mean};
use crate::metadata::ModelMetadata;
use crate::model::{Model, Outputs, sigmoid};
use std::sync::Arc;

/// A column or two beyond a segment come from encoders' padding, not from sound.
pub(crate) const SLACK_COLUMNS: usize = 2;

/// Runs a network, and the head on it, on columns. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Scorer {
    model: Model,
    head: Option<Head>,
    /// What model and head together say about themselves.
    metadata: Arc<ModelMetadata>,
    input: Vec<f32>,
}

/// What the network says of one of its inputs.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) patch: Patch,
    /// Score of "none of the labels", from a network that has it.
    other: Option<f32>,
}

/// The scores of one segment and whether the network itself rejects it.
pub(crate) struct Scored {
    pub(crate) scores: Vec<f32>,
    pub(crate) other: bool,
}

impl Scorer {
    /// # Errors
    /// `head-mismatch` or `head-format` for a head that does not sit on `model`.
    pub(crate) fn new(model: Model, head: Option<Head>) -> Result<Self> {
        let metadata = match &head {
            Some(head) => head.fit(&model)?,
            None => model.metadata().clone(),
        };
        let input = vec![0.0; metadata.front_end.n_mels * metadata.input_frames()];
        Ok(Scorer { model, head, metadata: Arc::new(metadata), input })
    }

    pub(crate) fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Runs the network on columns, at most as many as it hears at a time; silence follows
    /// fewer.
    pub(crate) fn hear(&mut self, columns: &[f32]) -> Result<Heard> {
        let outputs = self.outputs(columns)?;
        let base = self.model.metadata();
        let (labels, other) = outputs.scores.split_at(base.labels.len());
        Ok(Heard {
            patch: Patch {
                scores: base.activation.scores(labels, base.temperature),
                embedding: outputs.embedding,
            },
            other: other.first().map(|&logit| sigmoid(logit)),
        })
    }

    /// What the whole of a segment says, from what its patches (at least one) say.
    pub(crate) fn pool<'a>(&self, heard: impl Iterator<Item = &'a Heard>) -> Scored {
        let heard: Vec<&Heard> = heard.collect();
        let patches: Vec<&Patch> = heard.iter().map(|heard| &heard.patch).collect();
        let exceeds = |score: Option<f32>| {
            let threshold = self.metadata.other_threshold;
            score.zip(threshold).is_some_and(|(score, threshold)| score > threshold)
        };
        match &self.head {
            Some(head) => {
                let (scores, other) = head.scores(&patches);
                Scored { scores, other: exceeds(other) }
            }
            None => {
                let others: Option<Vec<f32>> = heard.iter().map(|heard| heard.other).collect();
                let n = heard.len() as f32;
                Scored {
                    scores: mean(&patches, |patch| &patch.scores),
                    other: exceeds(others.map(|others| others.iter().sum::<f32>() / n)),
                }
            }
        }
    }

    /// Lays columns (time-major) out as the network's image (mel-major), normalised, and runs
    /// the network.
    pub(crate) fn outputs(&mut self, columns: &[f32]) -> Result<Outputs> {
        let metadata = &self.metadata;
        let (n_mels, frames) = (metadata.front_end.n_mels, metadata.input_frames());
        check_columns(columns, n_mels, frames)?;
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

/// Whether the best score is below `threshold`.
pub(crate) fn below(scores: &[f32], threshold: f32) -> bool {
    scores.iter().copied().fold(0.0, f32::max) < threshold
}
