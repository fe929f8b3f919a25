//! Makes a head from clips: its inputs, and the two layers that are fitted on them. No other module
//! decides about these.

use super::material::{Clip, Embedded, Negative};
use super::segment::{self, segments};
use crate::linear::Linear;
use crate::linear::logistic::{self, Choice, Counting, Criterion, Example};
use crate::metrics::{self, Judged};
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use sourcing_sound::{HeadFeature, ModelMetadata, Patch, pool};

/// How the penalty of the labels' layer is chosen. The base model was not trained on these clips,
/// so a stronger penalty than the one cross-validation chooses is not needed. Counting every clip
/// alike and maximising the likelihood of the labels gave the best probabilities.
const LABELS: Choice<'static> = Choice {
    candidates: &[1e-3, 3e-3, 1e-2, 3e-2, 1e-1],
    by: Criterion::Likelihood,
    rows: Counting::Alike,
};

/// The penalty of the detector. Some kinds of negatives have few recordings with many clips each.
/// It and the inputs ([`Recipe::new`]) are constants, settled on the clips and unknown sounds of
/// the urban head; a comparison with others is not on record.
const DETECTOR: Choice<'static> =
    Choice { candidates: &[3e-3], by: Criterion::Accuracy(0.0), rows: Counting::ByRoot };

/// How much the windows of a sound count, relative to its segments.
const WINDOWS_COUNT: f64 = 0.5;
/// How much an altered copy counts, relative to its original.
const COPY_COUNTS: f64 = 0.5;

/// Settings of a head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Inputs of the labels' layer, in this order.
    pub features: Vec<HeadFeature>,
    /// Inputs of the detector.
    pub detector_features: Vec<HeadFeature>,
    /// Patches in a segment of the head.
    pub segment_patches: usize,
    /// Patches in a segment of the base, which is also trained on if it is shorter: among the
    /// base's labels, the head judges segments of this length.
    pub window_patches: usize,
    /// Patches from one such segment to the next.
    pub window_step: usize,
    /// Altered copies of each training sound.
    pub copies: usize,
    /// Seed of everything random.
    pub seed: u64,
}

/// A fitted layer of labels, for pooled features that are not standardised.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// An output per label.
    pub labels: Linear,
    /// The chosen `C` of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over the recordings of the training clips.
    pub cross_validated: f64,
    /// Every `C` that was tried, with that accuracy.
    pub candidates: Vec<(f64, f64)>,
    /// Divides the logits before softmax: maximises the likelihood of the clips' labels in that
    /// cross-validation.
    pub temperature: f64,
}

/// A fitted detector: one output, the logit of the probability that a sound is any of the labels.
#[derive(Clone, Debug)]
pub struct FittedDetector {
    pub output: Linear,
    /// The `C` of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over all recordings, with or without a label; `None` where
    /// they are too few.
    pub cross_validated: Option<f64>,
}

impl Recipe {
    /// Creates the recipe of a head on `base`.
    pub fn new(features: Vec<HeadFeature>, base: &ModelMetadata, copies: usize, seed: u64) -> Self {
        Self {
            features,
            detector_features: vec![
                HeadFeature::EmbeddingMean,
                HeadFeature::EmbeddingMax,
                HeadFeature::LogitMean,
            ],
            segment_patches: segment::patches(base),
            window_patches: base.segment_patches(),
            window_step: segment::window_step(base),
            copies,
            seed,
        }
    }

    /// Returns the segments of a recording.
    pub fn segments<'p>(
        &self,
        patches: &'p [Patch],
    ) -> impl Iterator<Item = &'p [Patch]> + Clone + use<'p> {
        segments(patches, self.segment_patches)
    }

    /// Returns the base's segments in it that share no audio; none if the head's are as short.
    pub fn windows<'p>(&self, patches: &'p [Patch]) -> impl Iterator<Item = &'p [Patch]> {
        let shorter = self.window_patches < self.segment_patches.min(patches.len());
        let windows = patches.windows(self.window_patches).step_by(self.window_step);
        windows.filter(move |_| shorter)
    }

    /// Returns the inputs of the labels' layer.
    pub fn inputs(&self, segment: &[Patch]) -> Vec<f32> {
        pool(&self.features, &segment.iter().collect::<Vec<_>>())
    }

    /// Returns the inputs of the detector.
    pub fn detector_inputs(&self, segment: &[Patch]) -> Vec<f32> {
        pool(&self.detector_features, &segment.iter().collect::<Vec<_>>())
    }

    /// Fits an output per label on `clips`.
    ///
    /// # Errors
    /// If the clips have fewer than two labels, or come from a single recording.
    pub fn fit(&self, clips: &[&Clip], n_labels: usize) -> Result<Fitted> {
        let mut rows = Rows::new(self, |segment| self.inputs(segment));
        for clip in clips {
            rows.add(clip.slice.label, &clip.slice.recording, &clip.sound);
        }
        let examples = rows.examples;
        let first = examples.first();
        if examples.iter().all(|other| first.is_some_and(|first| first.label == other.label)) {
            bail!("all {} clips to train on have one label; two are needed", clips.len());
        }
        if examples
            .iter()
            .all(|other| first.is_some_and(|first| first.recording == other.recording))
        {
            bail!("all {} clips to train on are of one recording; two are needed", clips.len());
        }
        let refit = logistic::fit_by_choice(&examples, n_labels, LABELS, self.seed);
        let (c, cross_validated) = (refit.c, refit.cross_validated());
        let judged = examples.into_iter().zip(refit.held_out).filter_map(|(example, logits)| {
            Some(Judged { logits: logits?, label: example.label, recording: example.recording })
        });
        let judged: Vec<_> = judged.collect();
        let temperature = if judged.is_empty() { 1.0 } else { metrics::fit_temperature(&judged) };
        let (labels, candidates) = (refit.linear, refit.candidates);
        Ok(Fitted { labels, c, cross_validated, candidates, temperature })
    }

    /// Fits the output that distinguishes `clips` from `negatives`, each with the name of its set.
    pub fn fit_detector(&self, clips: &[&Clip], negatives: &[(&str, &Negative)]) -> FittedDetector {
        let mut rows = Rows::new(self, |segment| self.detector_inputs(segment));
        for (set, negative) in negatives {
            let recording = format!("{set}: {}", negative.recording);
            rows.add(0, &recording, &negative.sound);
        }
        for clip in clips {
            let recording = format!("clip: {}", clip.slice.recording);
            rows.add(1, &recording, &clip.sound);
        }
        let refit = logistic::fit_by_choice(&rows.examples, 2, DETECTOR, self.seed);
        let was_judged = refit.held_out.iter().any(Option::is_some);
        let cross_validated = was_judged.then(|| refit.cross_validated());
        FittedDetector { output: refit.linear.one_of_two(), c: refit.c, cross_validated }
    }
}

/// Rows to fit a layer on.
struct Rows<'a, F> {
    recipe: &'a Recipe,
    inputs: F,
    examples: Vec<Example>,
}

impl<'a, F: Fn(&[Patch]) -> Vec<f32>> Rows<'a, F> {
    fn new(recipe: &'a Recipe, inputs: F) -> Self {
        Self { recipe, inputs, examples: Vec::new() }
    }

    /// Adds the segments of a sound; its windows and copies are only trained on.
    fn add(&mut self, label: usize, recording: &str, sound: &Embedded) {
        let recipe = self.recipe;
        for (index, patches) in [&sound.patches].into_iter().chain(&sound.copies).enumerate() {
            let counts = if index == 0 { 1.0 } else { COPY_COUNTS };
            let segments = recipe.segments(patches).map(|segment| (segment, counts));
            let n_segments = segments.clone().count();
            let n_windows = recipe.windows(patches).count().max(1);
            let window_counts = counts * WINDOWS_COUNT * n_segments as f64 / n_windows as f64;
            let windows = recipe.windows(patches).map(|window| (window, window_counts));
            for (place, (patches, counts)) in segments.chain(windows).enumerate() {
                self.examples.push(Example {
                    features: (self.inputs)(patches),
                    label,
                    recording: recording.to_owned(),
                    only_trains: index > 0 || place >= n_segments,
                    count: counts,
                });
            }
        }
    }
}
