//! From a trained layer to a head file that is known to say the same.

use super::evaluation::sigmoid;
use super::material::Clip;
use super::recipe::Recipe;
use super::segment::segments;
use super::stage::other_logit;
use crate::arrays::write_atomically;
use crate::features::{self, Source};
use crate::infer::Linear;
use crate::metrics;
use anyhow::{Context, Result, ensure};
use sourcing_sound::{Classifier, Head, HeadMetadata, Model, Pcm, Prediction, SampleRate};
use std::io::Write;
use std::path::Path;

/// Greatest accepted difference of a score between the exported file and the trained layer.
pub const TOLERANCE: f32 = 1e-4;
/// Fewest clips that a head is checked on, where there are as many.
pub const MIN_CHECKS: usize = 16;

/// The linear layer of a head: the outputs of the labels, and behind them, where there is one,
/// the output "none of the labels".
pub struct Layer<'a> {
    /// An output per label.
    pub labels: &'a Linear,
    /// One output.
    pub other: Option<&'a Linear>,
}

/// Writes `path` if, and only if, the file as the core runs it on `base`, from the audio of
/// `clips` on, says of each clip's first segment what `layer` says. Returns the greatest
/// difference of a score.
///
/// # Errors
/// When the head is not valid, cannot be loaded again, differs by more than [`TOLERANCE`], or
/// cannot be written; `path` is then as it was.
pub fn export(
    path: &Path,
    (metadata, layer): (HeadMetadata, &Layer<'_>),
    recipe: &Recipe,
    base: &Model,
    clips: &[&Clip],
) -> Result<f32> {
    ensure!(!clips.is_empty(), "there are no clips to check the head on");
    let others = || layer.other.into_iter();
    let weights = others().flat_map(|other| other.weight.iter());
    let biases = others().flat_map(|other| other.bias.iter());
    let weights = layer.labels.weight.iter().chain(weights).copied().collect();
    let biases = layer.labels.bias.iter().chain(biases).copied().collect();
    let head = Head::new(metadata, weights, biases)?;
    let text = head.to_json();
    let read = Head::from_json(text.as_bytes()).context("reading the exported head")?;
    ensure!(read == head, "the head changed on its way through the file");
    let classifier = Classifier::with_head(base.clone(), read)?;
    let difference = compare(classifier, layer, recipe, clips)?;
    ensure!(
        difference <= TOLERANCE,
        "the exported head differs from the trained one by {difference} in a score, {TOLERANCE} \
         is accepted"
    );
    write_atomically(path, |out| out.write_all(text.as_bytes()))?;
    let written = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(written == text.as_bytes(), "{}: the file is not what was written", path.display());
    Ok(difference)
}

/// The greatest difference of a score between the file and the layer, each on its own path.
fn compare(
    mut classifier: Classifier,
    layer: &Layer<'_>,
    recipe: &Recipe,
    clips: &[&Clip],
) -> Result<f32> {
    let mut greatest = 0f32;
    for clip in clips {
        let name = &clip.slice.stem;
        let heard = features::decode(&Source::from(&clip.slice))?;
        let pcm = Pcm::new(&heard.samples, SampleRate::new(heard.sample_rate)?)?;
        let predictions = classifier.classify(pcm)?;
        let there = predictions.first().with_context(|| format!("{name}: no prediction"))?;
        let segment = segments(&clip.patches).next().with_context(|| format!("{name}: silent"))?;
        let features = recipe.hear(segment);
        let metadata = classifier.metadata();
        let logits = layer.labels.logits(&features);
        let here = metrics::softmax(&logits, f64::from(metadata.temperature));
        ensure!(here.len() == there.scores().len(), "{name}: another number of labels");
        for (here, there) in here.iter().zip(there.scores()) {
            // `max` would pass over NaN.
            let difference = (*here as f32 - there).abs();
            ensure!(difference.is_finite(), "{name}: a score is not finite");
            greatest = greatest.max(difference);
        }
        let best = here.iter().copied().fold(0.0, f64::max);
        let margins = [
            Some(f64::from(metadata.rejection_threshold) - best),
            layer.other.zip(metadata.other_threshold).map(|(other, threshold)| {
                sigmoid(other_logit(other, &logits, &features)) - f64::from(threshold)
            }),
        ];
        check_rejection(there, &margins).with_context(|| name.clone())?;
    }
    Ok(greatest)
}

/// A segment is rejected where one of the margins is positive. Within the tolerance of scores
/// either answer is right.
fn check_rejection(there: &Prediction, margins: &[Option<f64>]) -> Result<()> {
    let greatest = margins.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    if greatest.abs() <= f64::from(TOLERANCE) {
        return Ok(());
    }
    let (here, there) = (greatest > 0.0, there.rejected());
    ensure!(here == there, "rejected by the trained head: {here}, by the exported one: {there}");
    Ok(())
}
