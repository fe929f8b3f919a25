//! One stage: fit a head on all clips but the left-out ones, and let it judge those and sounds of
//! none of the labels.

use super::material::{Clip, Material, Unlabelled};
use super::recipe::{Fitted, Recipe};
use super::segment::segments;
use crate::infer::Linear;
use crate::metrics::Judged;
use anyhow::Result;
use std::collections::BTreeSet;

/// What a head says of a segment, or of a clip: the mean over its segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Logits of the labels, divided by the head's temperature.
    pub logits: Vec<f32>,
    /// Logit of "none of the labels", where the head has that output.
    pub other: Option<f32>,
}

/// A head that left clips out.
pub struct Stage {
    /// Left-out folds.
    pub test_folds: BTreeSet<u32>,
    /// Training clips.
    pub n_train: usize,
    /// Clips kept from training because their recording is in a left-out fold.
    pub n_dropped: usize,
    /// The layer.
    pub fitted: Fitted,
    /// The left-out clips, their logits divided by the head's temperature.
    pub judged: Vec<Judged>,
    /// For each of them, the logit of "none of the labels"; empty without that output.
    pub judged_other: Vec<f32>,
    /// Segments of background recordings that did not fit that output.
    pub background: Vec<Heard>,
    /// Segments of each folder of unknown sounds.
    pub unknown: Vec<Vec<Heard>>,
}

/// The head of everything.
pub struct Last {
    /// Training clips.
    pub n_train: usize,
    /// The layer.
    pub fitted: Fitted,
    /// The output "none of the labels", where there are background recordings.
    pub other: Option<Linear>,
}

/// Fits and judges the head that leaves out the folds `test_folds`.
pub fn leaving_out(
    test_folds: &BTreeSet<u32>,
    material: &Material,
    recipe: &Recipe,
) -> Result<Stage> {
    let split = material.split(test_folds)?;
    let fitted = recipe.fit(&split.train, material.labels.len())?;
    let (fitting, judging) = halves(&material.background);
    let other = (!fitting.is_empty()).then(|| recipe.fit_other(&split.train, &fitting));
    let ear = Ear { recipe, fitted: &fitted, other: other.as_ref() };
    let heard: Vec<_> = split.test.iter().map(|clip| ear.clip(clip)).collect();
    let judged = split.test.iter().zip(&heard).map(|(clip, heard)| Judged {
        logits: heard.logits.clone(),
        label: clip.slice.label,
        recording: clip.slice.recording.clone(),
    });
    Ok(Stage {
        test_folds: test_folds.clone(),
        n_train: split.train.len(),
        n_dropped: split.dropped,
        judged: judged.collect(),
        judged_other: heard.iter().filter_map(|heard| heard.other).collect(),
        background: ear.segments(judging),
        unknown: material.unknown.iter().map(|set| ear.segments(&set.sounds)).collect(),
        fitted,
    })
}

/// Fits the head of everything.
pub fn everything(material: &Material, recipe: &Recipe) -> Result<Last> {
    let clips: Vec<_> = material.clips.iter().collect();
    let fitted = recipe.fit(&clips, material.labels.len())?;
    let background: Vec<_> = material.background.iter().collect();
    let other = (!background.is_empty()).then(|| recipe.fit_other(&clips, &background));
    Ok(Last { n_train: clips.len(), fitted, other })
}

/// Every second recording to fit on, the others to judge by.
fn halves(sounds: &[Unlabelled]) -> (Vec<&Unlabelled>, Vec<&Unlabelled>) {
    let names: BTreeSet<_> = sounds.iter().map(|sound| sound.recording.as_str()).collect();
    let even: BTreeSet<_> = names.into_iter().step_by(2).collect();
    sounds.iter().partition(|sound| even.contains(sound.recording.as_str()))
}

/// A head at work.
struct Ear<'a> {
    recipe: &'a Recipe,
    fitted: &'a Fitted,
    other: Option<&'a Linear>,
}

impl Ear<'_> {
    fn features(&self, features: &[f32]) -> Heard {
        let other = self.other.map(|other| other.logits(features).into_iter().sum());
        let Fitted { linear, temperature, .. } = self.fitted;
        let logits = linear.logits(features).into_iter();
        Heard { logits: logits.map(|logit| logit / *temperature as f32).collect(), other }
    }

    /// A clip's outputs: the mean over its segments.
    fn clip(&self, clip: &Clip) -> Heard {
        let rows: Vec<_> =
            segments(&clip.patches).map(|segment| self.recipe.hear(segment)).collect();
        // Outputs are linear, so the mean row gives the mean outputs.
        let n = rows.len() as f32;
        let mut mean = vec![0.0; self.fitted.linear.n_features];
        for row in &rows {
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / n);
        }
        self.features(&mean)
    }

    fn segments<'s>(&self, sounds: impl IntoIterator<Item = &'s Unlabelled>) -> Vec<Heard> {
        let all = sounds.into_iter().flat_map(|sound| segments(&sound.patches));
        all.map(|segment| self.features(&self.recipe.hear(segment))).collect()
    }
}
