//! How a head is made of clips: what it hears of them, and the linear layer that is fitted on it.
//! Nothing outside this module decides about either.

use super::material::{Clip, Unlabelled};
use super::segment::segments;
use crate::infer::Linear;
use crate::logistic::{self, Choice, Examples, NearCopies};
use crate::metrics::{self, Judged};
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

/// A fitted layer, for pooled features as they are.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// An output per label.
    pub labels: Linear,
    /// The output "none of the labels", where there were unlabelled sounds to fit it on. Its
    /// score is its share of the softmax over all outputs.
    pub other: Option<Linear>,
    /// The chosen `C` of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over the recordings of the training clips and of the
    /// unlabelled sounds, which count as one more label.
    pub cross_validated: f64,
    /// Every `C` that was tried, with that accuracy.
    pub candidates: Vec<(f64, f64)>,
    /// Divides the logits of the labels before softmax: it makes the labels of the clips most
    /// likely in that cross-validation.
    pub temperature: f64,
}

impl Recipe {
    /// What the head hears of a segment.
    pub fn hear(&self, segment: &[Patch]) -> Vec<f32> {
        pool(&self.features, &segment.iter().collect::<Vec<_>>())
    }

    /// Fits an output per label on `clips` and, where there are any, one more on the `unlabelled`
    /// sounds, all by one multinomial logistic regression.
    ///
    /// # Errors
    /// If the clips have fewer than two labels, or come from a single recording.
    pub fn fit(
        &self,
        clips: &[&Clip],
        unlabelled: &[&Unlabelled],
        n_labels: usize,
    ) -> Result<Fitted> {
        let mut examples = self.examples(clips);
        let (label, recording) = (examples.labels.first(), examples.recordings.first());
        if examples.labels.iter().all(|other| Some(other) == label) {
            bail!("all {} clips to train on have one label; two are needed", clips.len());
        }
        if examples.recordings.iter().all(|other| Some(other) == recording) {
            bail!("all {} clips to train on are of one recording; two are needed", clips.len());
        }
        for sound in unlabelled {
            for segment in segments(&sound.patches) {
                examples.features.push(self.hear(segment));
                examples.labels.push(n_labels);
                examples.recordings.push(format!("unlabelled {}", sound.recording));
            }
        }
        let n_outputs = n_labels + usize::from(!unlabelled.is_empty());
        let refit = logistic::fit_by_choice(&examples, n_outputs, CHOICE, self.seed);
        let (c, cross_validated) = (refit.c, refit.cross_validated());
        let rows = examples.labels.into_iter().zip(examples.recordings).zip(refit.held_out);
        let judged = rows.filter(|((label, _), _)| *label < n_labels).filter_map(
            |((label, recording), logits)| {
                let logits = logits?[..n_labels].to_vec();
                Some(Judged { logits, label, recording })
            },
        );
        let judged: Vec<_> = judged.collect();
        let temperature = if judged.is_empty() { 1.0 } else { metrics::fit_temperature(&judged) };
        let (labels, other) = split(refit.linear, n_labels);
        let candidates = refit.candidates;
        Ok(Fitted { labels, other, c, cross_validated, candidates, temperature })
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

/// The outputs of the labels, and the one behind them where there is one.
fn split(mut layer: Linear, n_labels: usize) -> (Linear, Option<Linear>) {
    let n_features = layer.n_features;
    let weight = layer.weight.split_off(n_labels * n_features);
    let bias = layer.bias.split_off(n_labels);
    let other = (!bias.is_empty()).then_some(Linear { n_features, weight, bias });
    (layer, other)
}
