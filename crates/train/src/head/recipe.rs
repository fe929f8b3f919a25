//! How a head is made of clips: what it hears of them, and the linear layer that is fitted on it.
//! Nothing outside this module decides about either.

use super::material::{Clip, Unlabelled};
use super::segment::segments;
use crate::infer::Linear;
use crate::logistic::{self, Choice, Examples, NearCopies};
use crate::metrics::{self, Judged};
use crate::other;
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use sourcing_sound::{HeadFeature, Patch, pool};

/// How the penalty is chosen. The base model never heard these clips, so there is no need to
/// prefer a strong one beyond what cross-validation says. That every recording counts the same,
/// however many clips were cut from it, did best in cross-validation, and so did the mean of the
/// embeddings alone: their greatest values, the base's scores, augmented sound, whitening, a
/// hidden layer and ensembles added nothing.
const CHOICE: Choice<'static> = Choice {
    candidates: &[3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1],
    standard_errors: 0.0,
    near_copies: NearCopies::AsOne,
};

/// Settings of a head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// What the head hears, in this order.
    pub features: Vec<HeadFeature>,
    /// Seed of everything random.
    pub seed: u64,
}

/// A fitted layer.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// For pooled features as they are.
    pub linear: Linear,
    /// The chosen `C` of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over the recordings of the training clips.
    pub cross_validated: f64,
    /// Every `C` that was tried, with that accuracy.
    pub candidates: Vec<(f64, f64)>,
    /// Divides the logits before softmax: it makes the predictions in that cross-validation most
    /// likely.
    pub temperature: f64,
}

impl Recipe {
    /// What the head hears of a segment.
    pub fn hear(&self, segment: &[Patch]) -> Vec<f32> {
        pool(&self.features, &segment.iter().collect::<Vec<_>>())
    }

    /// Fits an output per label.
    ///
    /// # Errors
    /// If the clips have fewer than two labels, or come from a single recording.
    pub fn fit(&self, clips: &[&Clip], n_labels: usize) -> Result<Fitted> {
        let examples = self.examples(clips);
        let first = (examples.labels.first(), examples.recordings.first());
        if examples.labels.iter().all(|label| Some(label) == first.0) {
            bail!("all {} clips to train on have one label; two are needed", clips.len());
        }
        if examples.recordings.iter().all(|recording| Some(recording) == first.1) {
            bail!("all {} clips to train on are of one recording", clips.len());
        }
        let refit = logistic::fit_by_choice(&examples, n_labels, CHOICE, self.seed);
        let (c, cross_validated) = (refit.c, refit.cross_validated());
        let candidates = refit.candidates;
        let judged = examples.labels.into_iter().zip(examples.recordings).zip(refit.held_out);
        let judged = judged.filter_map(|((label, recording), logits)| {
            Some(Judged { logits: logits?, label, recording })
        });
        let judged: Vec<_> = judged.collect();
        let temperature = if judged.is_empty() { 1.0 } else { metrics::fit_temperature(&judged) };
        Ok(Fitted { linear: refit.linear, c, cross_validated, candidates, temperature })
    }

    /// Fits one more output, "none of the labels", on clips against unlabelled sounds.
    pub fn fit_other(&self, clips: &[&Clip], unknown: &[&Unlabelled]) -> Linear {
        let Examples { features: train, recordings, .. } = self.examples(clips);
        let mut features = Vec::new();
        let mut names = Vec::new();
        for sound in unknown {
            for segment in segments(&sound.patches) {
                features.push(self.hear(segment));
                names.push(sound.recording.clone());
            }
        }
        let known = other::Features { train, recordings, test: Vec::new() };
        other::fit(&known, &features, &names, CHOICE, self.seed)
    }

    /// A row per segment of the clips.
    fn examples(&self, clips: &[&Clip]) -> Examples {
        let mut examples = Examples::default();
        for clip in clips {
            for segment in segments(&clip.patches) {
                examples.features.push(self.hear(segment));
                examples.labels.push(clip.slice.label);
                examples.recordings.push(clip.slice.recording.clone());
            }
        }
        examples
    }
}
