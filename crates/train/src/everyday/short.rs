//! Measures recordings that are shorter than a window: with silence after them, and with silence on
//! either side.

use super::describe::Use;
use super::material::{Clip, Material, Role};
use super::synthesis::RATE;
use super::usage::loudest;
use crate::progress;
use crate::publish::text::round_percent;
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sourcing_sound::{Category, Classifier, Model, Pcm, SampleRate};
use std::collections::BTreeSet;

/// Lengths in seconds.
const SECONDS: [f64; 5] = [0.3, 0.5, 1.0, 1.5, 1.9];

/// How often a part of a clip gets the label of the clip, and its group: with silence after it, and
/// with silence on either side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Short {
    /// The length of the part.
    pub seconds: f64,
    /// Number of clips.
    pub n: usize,
    /// Number of recordings that the clips are from.
    pub recordings: usize,
    /// Share with the clip's label.
    pub label: (f64, f64),
    /// Share with the clip's group.
    pub group: (f64, f64),
}

/// A clip and the best label of it as a whole.
struct Whole<'a> {
    clip: &'a Clip,
    best: Category,
}

/// Measures every length. `build` creates a model with the given use.
pub fn table(
    material: &Material,
    used: Use,
    build: impl Fn(Use) -> Result<Model>,
) -> Result<Vec<Short>> {
    let models = [false, true]
        .map(|silence_either_side| build(Use { silence_either_side, ..used }))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let held_out = |clip: &&Clip| clip.role == Role::Test && clip.set != material.formulas();
    let clips: Vec<&Clip> = material.clips.iter().filter(held_out).collect();
    let best = clips.par_iter().map(|clip| best(&models[1], &clip.samples));
    let best = best.collect::<Result<Vec<_>>>()?;
    let wholes: Vec<Whole<'_>> = clips
        .into_iter()
        .zip(best)
        .map(|(clip, best)| Whole { clip, best })
        .filter(|whole| whole.best.score >= used.event_on)
        .collect();
    SECONDS.into_iter().map(|seconds| measure(&models, &wholes, seconds)).collect()
}

fn measure(models: &[Model], wholes: &[Whole<'_>], seconds: f64) -> Result<Short> {
    let length = (seconds * RATE as f64) as usize;
    let long: Vec<_> = wholes.iter().filter(|whole| whole.clip.samples.len() > length).collect();
    let agree = |whole: &&Whole<'_>| -> Result<Vec<(bool, bool)>> {
        let samples = &whole.clip.samples;
        let first = loudest(samples, length);
        let part = &samples[first..first + length];
        let agrees = |model| {
            let found = best(model, part)?;
            Ok((found.label == whole.best.label, found.group == whole.best.group))
        };
        models.iter().map(agrees).collect()
    };
    let agree: Vec<_> = long.par_iter().map(agree).collect::<Result<_>>()?;
    let share = |model: usize, of: fn(&(bool, bool)) -> bool| {
        let count = agree.iter().filter(|models| of(&models[model])).count();
        count as f64 / agree.len().max(1) as f64
    };
    let recordings: BTreeSet<&str> =
        long.iter().map(|whole| whole.clip.recording.as_str()).collect();
    let short = Short {
        seconds,
        n: agree.len(),
        recordings: recordings.len(),
        label: (share(0, |agree| agree.0), share(1, |agree| agree.0)),
        group: (share(0, |agree| agree.1), share(1, |agree| agree.1)),
    };
    progress::line(&format!(
        "{seconds} s alone: {} of the labels with silence after it, {} with silence on either side",
        round_percent(short.label.0),
        round_percent(short.label.1)
    ));
    Ok(short)
}

/// Returns the best label by the mean scores over a sound's segments.
fn best(model: &Model, samples: &[f32]) -> Result<Category> {
    let mut classifier = Classifier::new(model.clone())?;
    let predictions = classifier.classify(Pcm::new(samples, SampleRate::new(RATE as u32)?)?)?;
    let labels = model.metadata().labels.len();
    let mean = |label: usize| {
        let sum: f32 = predictions.iter().map(|prediction| prediction.scores()[label]).sum();
        sum / predictions.len() as f32
    };
    let end = samples.len() as f64 / RATE as f64;
    let whole = classifier.prediction((0.0, end), (0..labels).map(mean).collect(), false)?;
    whole.top(1).into_iter().next().context("a model has at least one label")
}
