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
    /// Logit of the share of "none of the labels", where the head has that output.
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
    /// For each of them, the logit of the share of "none of the labels"; empty without that output.
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
}

/// Fits and judges the head that leaves out the folds `test_folds`.
pub fn leaving_out(
    test_folds: &BTreeSet<u32>,
    material: &Material,
    recipe: &Recipe,
) -> Result<Stage> {
    let split = material.split(test_folds)?;
    let (fitting, judging) = halves(&material.background);
    let fitted = recipe.fit(&split.train, &fitting, material.labels.len())?;
    let ear = Ear { recipe, fitted: &fitted };
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
    let background: Vec<_> = material.background.iter().collect();
    let fitted = recipe.fit(&clips, &background, material.labels.len())?;
    Ok(Last { n_train: clips.len(), fitted })
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
}

impl Ear<'_> {
    fn features(&self, features: &[f32]) -> Heard {
        let logits = self.fitted.labels.logits(features);
        let other = self.fitted.other.as_ref().map(|other| other_logit(other, &logits, features));
        let temperature = self.fitted.temperature as f32;
        Heard { logits: logits.into_iter().map(|logit| logit / temperature).collect(), other }
    }

    /// A clip's outputs: the mean over its segments.
    fn clip(&self, clip: &Clip) -> Heard {
        let rows: Vec<_> =
            segments(&clip.patches).map(|segment| self.recipe.hear(segment)).collect();
        // Outputs are linear, so the mean row gives the mean outputs.
        let n = rows.len() as f32;
        let mut mean = vec![0.0; self.fitted.labels.n_features];
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

/// The logit of the share that `other` has in the softmax over all outputs: its own, minus the
/// logarithm of the sum of the exponentials of the labels' `logits`.
pub fn other_logit(other: &Linear, logits: &[f32], features: &[f32]) -> f32 {
    let own: f32 = other.logits(features).into_iter().sum();
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - greatest).exp()).sum();
    own - greatest - sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_none_is_a_softmax_over_all() {
        let other = Linear { n_features: 2, weight: vec![1.0, -2.0], bias: vec![0.5] };
        let logits = [1.0f32, -3.0, 2.0];
        let own = 3.0f32 - 2.0 + 0.5;
        let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
        let share = own.exp() / (own.exp() + sum);
        let logit = other_logit(&other, &logits, &[3.0, 1.0]);
        assert!((1.0 / (1.0 + (-logit).exp()) - share).abs() < 1e-6);
    }

    #[test]
    fn halves_share_no_recording() {
        let sound = |name: &str| Unlabelled { recording: name.to_owned(), patches: Vec::new() };
        let sounds: Vec<_> = ["c", "a", "b", "a", "c", "d", "c"].map(sound).into();
        let (fitting, judging) = halves(&sounds);
        let names = |half: &[&Unlabelled]| {
            half.iter().map(|sound| sound.recording.clone()).collect::<Vec<_>>().concat()
        };
        assert_eq!((names(&fitting), names(&judging)), ("caacc".to_owned(), "bd".to_owned()));
    }
}
