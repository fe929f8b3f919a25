//! One stage: fits a head on all clips except the left-out ones, then judges those and sounds of
//! none of the labels.

use super::material::{Clip, Material, Negative};
use super::recipe::{Fitted, FittedDetector, Recipe};
use crate::metrics::Judged;
use anyhow::Result;
use sourcing_sound::Patch;
use std::collections::BTreeSet;

/// Number of parts of the recordings of none of the labels; each part is judged by a detector that
/// was fitted on the others.
pub const PARTS: usize = 5;

/// A head's outputs for a segment, or for a clip: the mean over its segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Logits of the labels, divided by the head's temperature.
    pub logits: Vec<f32>,
    /// The detector's logit that the sound is one of the labels.
    pub presence: f32,
}

/// A head that left clips out.
pub struct Stage {
    /// Left-out folds.
    pub test_folds: BTreeSet<u32>,
    /// Training clips.
    pub n_train: usize,
    /// Clips excluded from training because their recording is in a left-out fold.
    pub n_dropped: usize,
    /// The layer of labels.
    pub fitted: Fitted,
    /// The left-out clips, with their logits divided by the head's temperature.
    pub judged: Vec<Judged>,
    /// The base's segments in the left-out clips, likewise.
    pub windows: Vec<Judged>,
    /// For each detector, which left out a part of the recordings of none of the labels, its
    /// answers to each of `judged`.
    pub known: Vec<Vec<Answer>>,
    /// Segments of each set of sounds of none of the labels, by the detector that was not fitted on
    /// their recording.
    pub negatives: Vec<Vec<Answer>>,
}

/// The head that was fitted on everything.
pub struct Last {
    /// Training clips.
    pub n_train: usize,
    /// The layer of labels.
    pub fitted: Fitted,
    pub detector: FittedDetector,
}

/// Fits and judges the head that leaves out the folds `test_folds`.
pub fn leaving_out(
    test_folds: &BTreeSet<u32>,
    material: &Material,
    recipe: &Recipe,
) -> Result<Stage> {
    let split = material.split(test_folds)?;
    let fitted = recipe.fit(&split.train, material.labels.len())?;
    let detectors = (0..PARTS).map(|part| {
        recipe.fit_detector(&split.train, &with_names(material, &parts(material, part, false)))
    });
    let detectors: Vec<_> = detectors.collect();
    let heads = detectors.iter().map(|detector| Head { recipe, fitted: &fitted, detector });
    let heads: Vec<_> = heads.collect();
    let known = heads.iter().map(|head| split.test.iter().map(|clip| head.clip(clip)).collect());
    let known: Vec<Vec<_>> = known.collect();
    let judged_clips = split.test.iter().zip(&known[0]);
    let judged_clips = judged_clips.map(|(clip, answer)| judged(clip, answer)).collect();
    let windows = split.test.iter().flat_map(|clip| {
        recipe.windows(&clip.sound.patches).map(|window| judged(clip, &heads[0].answer(window)))
    });
    let windows = windows.collect();
    let mut negatives: Vec<_> = material.negatives.iter().map(|_| Vec::new()).collect();
    for (part, head) in heads.iter().enumerate() {
        for (answers, sounds) in negatives.iter_mut().zip(parts(material, part, true)) {
            answers
                .extend(sounds.iter().flat_map(|negative| head.segments(&negative.sound.patches)));
        }
    }
    Ok(Stage {
        test_folds: test_folds.clone(),
        n_train: split.train.len(),
        n_dropped: split.dropped,
        judged: judged_clips,
        windows,
        known,
        negatives,
        fitted,
    })
}

/// Fits the head on everything.
pub fn everything(material: &Material, recipe: &Recipe) -> Result<Last> {
    let clips: Vec<_> = material.clips.iter().collect();
    let fitted = recipe.fit(&clips, material.labels.len())?;
    let all: Vec<Vec<_>> =
        material.negatives.iter().map(|set| set.sounds.iter().collect()).collect();
    let detector = recipe.fit_detector(&clips, &with_names(material, &all));
    Ok(Last { n_train: clips.len(), fitted, detector })
}

fn judged(clip: &Clip, answer: &Answer) -> Judged {
    Judged {
        logits: answer.logits.clone(),
        label: clip.slice.label,
        recording: clip.slice.recording.clone(),
    }
}

/// Returns, for each set, the sounds of a part of the recordings, or of all other parts.
fn parts(material: &Material, part: usize, within: bool) -> Vec<Vec<&Negative>> {
    material.negatives.iter().map(|set| sounds_of_part(&set.sounds, part, within)).collect()
}

fn sounds_of_part(sounds: &[Negative], part: usize, within: bool) -> Vec<&Negative> {
    let names: BTreeSet<_> = sounds.iter().map(|sound| sound.recording.as_str()).collect();
    let chosen: BTreeSet<_> = names.into_iter().skip(part).step_by(PARTS).collect();
    let is_chosen = |sound: &&Negative| chosen.contains(sound.recording.as_str()) == within;
    sounds.iter().filter(is_chosen).collect()
}

/// Returns the sounds of all sets, with the names of their sets.
fn with_names<'m>(
    material: &'m Material,
    sounds: &[Vec<&'m Negative>],
) -> Vec<(&'m str, &'m Negative)> {
    let sets = material.negatives.iter().zip(sounds);
    sets.flat_map(|(set, sounds)| sounds.iter().map(|sound| (set.name.as_str(), *sound))).collect()
}

/// A head in use.
struct Head<'a> {
    recipe: &'a Recipe,
    fitted: &'a Fitted,
    detector: &'a FittedDetector,
}

impl Head<'_> {
    fn answer(&self, segment: &[Patch]) -> Answer {
        let temperature = self.fitted.temperature as f32;
        let logits = self.fitted.labels.logits(&self.recipe.inputs(segment));
        let presence = self.detector.output.logits(&self.recipe.detector_inputs(segment));
        Answer {
            logits: logits.into_iter().map(|logit| logit / temperature).collect(),
            presence: presence.into_iter().sum(),
        }
    }

    fn segments(&self, patches: &[Patch]) -> Vec<Answer> {
        self.recipe.segments(patches).map(|segment| self.answer(segment)).collect()
    }

    /// Returns a clip's outputs: the mean over its segments.
    fn clip(&self, clip: &Clip) -> Answer {
        let answers = self.segments(&clip.sound.patches);
        let n = answers.len() as f32;
        let mut mean = Answer { logits: vec![0.0; self.fitted.labels.bias.len()], presence: 0.0 };
        for answer in &answers {
            mean.logits.iter_mut().zip(&answer.logits).for_each(|(mean, x)| *mean += x / n);
            mean.presence += answer.presence / n;
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::material::Embedded;

    #[test]
    fn parts_share_no_recording_and_miss_none() {
        let sound = |name: &str| Negative {
            recording: name.to_owned(),
            sound: Embedded { patches: Vec::new(), copies: Vec::new() },
        };
        let sounds: Vec<_> =
            ["c", "a", "b", "a", "c", "d", "f", "e", "c", "g"].map(sound).into_iter().collect();
        let names = |part: usize, within: bool| {
            let part = sounds_of_part(&sounds, part, within);
            part.iter().map(|sound| sound.recording.clone()).collect::<Vec<_>>().concat()
        };
        assert_eq!((names(0, true), names(0, false)), ("aaf".to_owned(), "cbcdecg".to_owned()));
        let all: usize = (0..PARTS).map(|part| names(part, true).len()).sum();
        assert_eq!(all, sounds.len());
    }
}
