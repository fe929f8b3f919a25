//! Exports a trained layer to a head file that is proven to return the same scores.

use super::recipe::Recipe;
use crate::data::columns::{self, Source};
use crate::linear::Linear;
use crate::metrics::{self, greatest_difference, sigmoid};
use crate::publish::file::write_model;
use anyhow::{Context, Result, ensure};
use sourcing_sound::{
    Classifier, Detector, Head, HeadMetadata, Model, Patch, Pcm, Prediction, SampleRate,
};
use sourcing_sound_decode::Recording;
use std::path::Path;

/// Greatest accepted difference of a score between the exported file and the trained layer.
pub const TOLERANCE: f32 = 1e-4;
/// Fewest clips to check a head on, if there are as many.
pub const MIN_CHECKS: usize = 16;

/// A sound that a head is checked on.
pub struct Check<'a> {
    /// Its name in errors.
    pub name: &'a str,
    /// The patches for the layers.
    pub patches: &'a [Patch],
    /// The audio for the exported file.
    pub audio: Audio,
}

/// Where the audio is.
pub enum Audio {
    /// In a file.
    File(Source),
    /// In memory.
    Here(Recording),
}

/// The layers of a head.
pub struct Layers<'a> {
    /// An output per label.
    pub labels: &'a Linear,
    /// The detector's output.
    pub detector: &'a Linear,
}

/// Writes `path` if, and only if, the file as the core runs it on `base`, from the audio of
/// `checks` on, agrees with `layers` about each sound's first segment, both alone and among the
/// labels of the base. Returns the greatest difference of a score. The patches of `checks` are
/// cached in the folder `cache`.
///
/// # Errors
/// If the head is invalid, cannot be loaded again, differs by more than [`TOLERANCE`], or cannot be
/// written; `path` is then unchanged.
pub fn export(
    path: &Path,
    (metadata, layers): (HeadMetadata, &Layers<'_>),
    recipe: &Recipe,
    base: &Model,
    (checks, cache): (Vec<Check<'_>>, &Path),
) -> Result<f32> {
    ensure!(!checks.is_empty(), "there are no sounds to check the head on");
    let (weights, bias) = (layers.labels.weight.clone(), layers.labels.bias.clone());
    let detector = Detector {
        features: recipe.detector_features.clone(),
        weights: layers.detector.weight.clone(),
        bias: layers.detector.bias.iter().sum(),
    };
    let head = Head::new(metadata, weights, bias, Some(detector))?;
    let text = head.to_json();
    let read = Head::from_json(text.as_bytes()).context("reading the exported head")?;
    ensure!(read == head, "the head changed on its way through the file");
    let alone = Classifier::with_head_only(base.clone(), read.clone())?;
    let joint = Classifier::with_head(base.clone(), read)?;
    let difference = compare(alone, joint, layers, recipe, checks).and_then(|difference| {
        ensure!(
            difference <= TOLERANCE,
            "the exported head differs from the trained one by {difference} in a score, \
             {TOLERANCE} is accepted"
        );
        Ok(difference)
    });
    let difference = difference.with_context(|| {
        format!(
            "checking the head on its recordings; if those have changed, delete their cached \
             embeddings in {} and run the command again",
            cache.display()
        )
    })?;
    write_model(path, text.as_bytes())?;
    Ok(difference)
}

/// Returns the greatest difference of a score between the file and the layers, each computed on its
/// own path.
fn compare(
    mut alone: Classifier,
    mut joint: Classifier,
    layers: &Layers<'_>,
    recipe: &Recipe,
    checks: Vec<Check<'_>>,
) -> Result<f32> {
    let mut greatest = 0f32;
    let metadata = alone.metadata();
    let temperature = f64::from(metadata.decision.temperature);
    let threshold = f64::from(metadata.decision.rejection_threshold);
    for Check { name, patches, audio } in checks {
        let recording = match audio {
            Audio::File(source) => columns::decode(&source)?,
            Audio::Here(recording) => recording,
        };
        let rate = SampleRate::new(recording.sample_rate)?;
        let first = |classifier: &mut Classifier| {
            let predictions = classifier.classify(Pcm::new(&recording.samples, rate)?)?;
            predictions.into_iter().next().with_context(|| format!("{name}: no prediction"))
        };
        let answer = |segment: &[Patch]| {
            let logits = layers.labels.logits(&recipe.inputs(segment));
            let presence = layers.detector.logits(&recipe.detector_inputs(segment));
            (metrics::softmax(&logits, temperature), sigmoid(presence.into_iter().sum()))
        };
        let segment = recipe.segments(patches).next().with_context(|| format!("{name}: silent"))?;
        let (scores, presence) = answer(segment);
        let there = first(&mut alone)?;
        ensure!(there.scores().len() == scores.len(), "{name}: another number of labels");
        greatest =
            greatest.max(difference(&scores, there.scores()).with_context(|| name.to_owned())?);
        let best = scores.iter().copied().fold(0.0, f64::max) * presence;
        check_rejection(&there, threshold - best).with_context(|| name.to_owned())?;

        let window = &patches[..recipe.window_patches.min(patches.len())];
        let (scores, presence) = answer(window);
        let scores: Vec<_> = scores.into_iter().map(|score| score * presence).collect();
        let there = first(&mut joint)?;
        greatest =
            greatest.max(difference(&scores, there.scores()).with_context(|| name.to_owned())?);
    }
    Ok(greatest)
}

/// Returns the greatest difference of the scores; the file may have further ones at the end.
fn difference(here: &[f64], there: &[f32]) -> Result<f32> {
    let here: Vec<_> = here.iter().map(|&score| score as f32).collect();
    greatest_difference(&there[..there.len().min(here.len())], &here)
}

/// Checks that a segment is rejected if and only if the margin is positive. Within the tolerance of
/// scores, both are right.
fn check_rejection(there: &Prediction, margin: f64) -> Result<()> {
    if margin.abs() <= f64::from(TOLERANCE) {
        return Ok(());
    }
    let (here, there) = (margin > 0.0, there.rejected());
    ensure!(here == there, "rejected by the trained head: {here}, by the exported one: {there}");
    Ok(())
}
