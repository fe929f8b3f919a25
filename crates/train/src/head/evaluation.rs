//! `<name>.evaluation.json`: every number about a head, computed only here.

use super::material::Material;
use super::recipe::Recipe;
use super::stage::{Answer, Stage};
use crate::data::summary::DataSummary;
use crate::metrics::left_out::{LeftOut, mean, mean_accuracy};
use crate::metrics::{self, sigmoid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the file's layout.
pub const SCHEMA_VERSION: u32 = 2;

/// The name of the sounds of all folders together.
pub const ALL_UNKNOWN: &str = "all recordings together";

/// Share of the correctly classified left-out clips that the rejection threshold keeps.
const KEPT_SHARE: f64 = 0.9;
/// If all clips are recognised with confidence, a higher threshold gains nothing.
const MAX_THRESHOLD: f64 = 0.5;

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Layout of this file.
    pub schema_version: u32,
    /// Name of the head.
    pub head: String,
    /// The base model.
    pub base: Base,
    /// Day of the export, UTC, `YYYY-MM-DD`.
    pub date: String,
    /// The command that made the head.
    pub command: String,
    /// Hash of settings, base and data.
    pub config_hash: String,
    /// The settings themselves.
    pub recipe: Recipe,
    /// Labels by index.
    pub labels: Vec<String>,
    /// For each label, the labels of the base that it replaces.
    pub refines: BTreeMap<String, Vec<String>>,
    /// For each label, labels of the base that it is a kind of.
    pub parents: BTreeMap<String, Vec<String>>,
    /// Number of parameters.
    pub n_parameters: usize,
    /// How much of the data was present.
    pub data: DataSummary,
    /// One entry per group of left-out folds, each with its own head.
    pub stages: Vec<StageEvaluation>,
    /// Means over the stages, each counted once; absent if nothing could be left out.
    pub mean: Option<Means>,
    /// Means over the stages with complete folds, if these are fewer.
    pub mean_of_whole_folds: Option<Means>,
    /// The shipped head, trained on everything.
    pub shipped: Shipped,
    /// How the heads of the stages reject sounds of none of the labels, each segment with a
    /// detector that was not fitted on its recording: folder by folder, all folders together, then
    /// synthesised sounds.
    pub unknown: Vec<Unknown>,
}

/// Identifies a base model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Base {
    pub name: String,
    /// Lower-case hexadecimal SHA-256 of its file.
    pub sha256: String,
}

/// A stage that left out folds. A clip of several segments is judged by the mean of their outputs.
pub type StageEvaluation = LeftOut<Figures>;

/// Figures that only this command has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The chosen penalty of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over the recordings of the training clips.
    pub cross_validated: f64,
    /// Every penalty that was tried, with that accuracy.
    pub candidates: Vec<(f64, f64)>,
    /// Expected calibration error without a temperature.
    pub calibration_error_without: f64,
    /// Temperature fitted in that cross-validation.
    pub temperature: f64,
    /// Expected calibration error with it.
    pub calibration_error: f64,
    /// Accuracy on segments of the base's length in the left-out clips, if these are shorter than
    /// the head's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_accuracy: Option<f64>,
}

/// Means over stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// The stages, by their left-out folds.
    pub test_folds: Vec<String>,
    pub accuracy: f64,
    /// Exact one-sided 95% bound of the accuracy over all left-out recordings, if all clips are
    /// right or all are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_bound: Option<(f64, f64)>,
    pub macro_f1: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
}

/// Facts about the shipped head. Its thresholds follow from the left-out clips of all stages, each
/// judged by its stage's head at that head's temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipped {
    /// Training clips.
    pub n_train: usize,
    /// The chosen penalty of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over all recordings.
    pub cross_validated: f64,
    /// Divides the logits before softmax; fitted in that cross-validation.
    pub temperature: f64,
    /// Expected calibration error of the left-out clips of all stages, each judged at its stage's
    /// temperature.
    pub calibration_error: f64,
    /// The penalty of the detector, a constant.
    pub detector_c: f64,
    /// Its accuracy in cross-validation over all recordings, clips and unknown sounds counting
    /// equally; absent where they were too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector_cross_validated: Option<f64>,
    /// A segment is rejected if the best score times the detector's probability is lower.
    pub rejection_threshold: f64,
    /// Share of the correctly classified left-out clips that it keeps.
    pub kept_correct: f64,
    /// Share of the wrongly classified left-out clips that it rejects.
    pub rejected_wrong: f64,
    /// Greatest difference of a score between the file, as the core runs it from the audio on, and
    /// the trained layer.
    pub export_difference: f32,
}

/// Sounds of none of the labels, judged by the heads of the stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    /// Name of their folder or kind.
    pub name: String,
    /// Whether they were synthesised, without recordings.
    pub synthesised: bool,
    /// Sounds of the folder that were left out because they have one of the labels.
    pub left_out: usize,
    /// Segments, one after another, each counted once per stage.
    pub segments: usize,
    /// Share of the segments that reach the rejection threshold.
    pub accepted: f64,
    /// The most frequent label among those, and its share of all segments.
    pub most_named: Option<(String, f64)>,
    /// Probability that a left-out known clip's best score times the detector's probability exceeds
    /// a segment's.
    pub auroc: f64,
    /// The same for the detector's probability alone.
    pub auroc_detector: f64,
    /// The same for the best score alone.
    pub auroc_best_score: f64,
}

/// Returns the entries of the stages.
pub fn stages(stages: &[Stage], labels: &[String], seed: u64) -> Vec<StageEvaluation> {
    let evaluate = |stage: &Stage| {
        let judged = &stage.judged;
        let temperature = stage.fitted.temperature;
        let own = Figures {
            c: stage.fitted.c,
            cross_validated: stage.fitted.cross_validated,
            candidates: stage.fitted.candidates.clone(),
            // The logits are already divided by the temperature.
            calibration_error_without: metrics::calibration_error(judged, temperature.recip()),
            temperature,
            calibration_error: metrics::calibration_error(judged, 1.0),
            window_accuracy: (!stage.windows.is_empty()).then(|| metrics::accuracy(&stage.windows)),
        };
        let trained = (stage.n_train, stage.n_dropped);
        LeftOut::new(&stage.test_folds, trained, judged, labels, seed, own)
    };
    stages.iter().map(evaluate).collect()
}

/// Ends a head's stated accuracy with its accuracy among the labels of a base with shorter
/// segments. Empty if these are not shorter.
pub fn among_the_bases_labels(stages: &[StageEvaluation]) -> String {
    let shares = stages.iter().filter_map(|stage| stage.own.window_accuracy);
    let shares: Vec<_> = shares.map(|share| format!("{:.1}%", 100.0 * share)).collect();
    if shares.is_empty() {
        return String::new();
    }
    format!("; among the base's labels, on its shorter segments: {}", shares.join(", "))
}

/// Returns the means over stages; `None` without any.
pub fn means<'a>(stages: impl IntoIterator<Item = &'a StageEvaluation>) -> Option<Means> {
    let stages: Vec<_> = stages.into_iter().collect();
    let (accuracy, accuracy_bound) = mean_accuracy(&stages);
    (!stages.is_empty()).then(|| Means {
        test_folds: stages.iter().map(|stage| stage.test_folds.clone()).collect(),
        accuracy,
        accuracy_bound,
        macro_f1: mean(&stages, |stage| stage.scores.macro_f1),
        calibration_error: mean(&stages, |stage| stage.own.calibration_error),
    })
}

impl Answer {
    /// Returns the best score.
    fn best(&self) -> f64 {
        metrics::best_score(&self.logits, 1.0)
    }

    /// Returns the best score times the detector's probability.
    fn recognition(&self) -> f64 {
        self.best() * sigmoid(self.presence)
    }

    fn label(&self) -> usize {
        metrics::greatest(&self.logits)
    }
}

/// The left-out clips of all stages, each with every detector.
pub struct Known<'a> {
    /// The answers, and whether each is correct.
    answers: Vec<(&'a Answer, bool)>,
}

impl<'a> Known<'a> {
    /// Collects the left-out clips of the stages.
    pub fn of(stages: &'a [Stage]) -> Self {
        let answers = stages.iter().flat_map(|stage| {
            let of_detector = |answers: &'a Vec<Answer>| {
                answers.iter().zip(&stage.judged).map(|(answer, clip)| (answer, clip.is_correct()))
            };
            stage.known.iter().flat_map(of_detector)
        });
        Self { answers: answers.collect() }
    }

    /// Returns the highest rejection threshold that keeps [`KEPT_SHARE`] of the correct ones, or the
    /// limit if it would be above [`MAX_THRESHOLD`]; 0, which rejects nothing, without any.
    pub fn threshold(&self) -> f64 {
        let correct = self.answers.iter().filter(|(_, correct)| *correct);
        let mut values: Vec<_> = correct.map(|(answer, _)| answer.recognition()).collect();
        values.sort_by(f64::total_cmp);
        let kept = (KEPT_SHARE * values.len() as f64).ceil() as usize;
        values.get(values.len() - kept).copied().unwrap_or_default().min(MAX_THRESHOLD)
    }

    /// Returns the share of the correct ones, or of the others, that a threshold keeps.
    pub fn kept(&self, threshold: f64, correct: bool) -> f64 {
        let of_kind = self.answers.iter().filter(|(_, is_correct)| *is_correct == correct);
        let kept: Vec<_> = of_kind.map(|(answer, _)| answer.recognition() >= threshold).collect();
        kept.iter().filter(|kept| **kept).count() as f64 / kept.len().max(1) as f64
    }

    fn values(&self, value: fn(&Answer) -> f64) -> Vec<f64> {
        self.answers.iter().map(|(answer, _)| value(answer)).collect()
    }
}

/// Measures how sounds of none of the labels are rejected; empty without stages.
pub fn unknown(
    stages: &[Stage],
    material: &Material,
    known: &Known<'_>,
    threshold: f64,
) -> Vec<Unknown> {
    if stages.is_empty() {
        return Vec::new();
    }
    let values: [fn(&Answer) -> f64; 3] =
        [Answer::recognition, |answer| f64::from(answer.presence), Answer::best];
    let of_known = values.map(|value| known.values(value));
    let entry = |name: &str, synthesised: bool, left_out: usize, answers: &[&Answer]| {
        let accepted: Vec<_> =
            answers.iter().filter(|answer| answer.recognition() >= threshold).collect();
        let share = |count: usize| count as f64 / answers.len().max(1) as f64;
        let mut named = vec![0usize; material.labels.len()];
        accepted.iter().for_each(|answer| named[answer.label()] += 1);
        let most = (0..named.len()).rev().max_by_key(|&label| named[label]);
        let most = most.filter(|&label| named[label] > 0);
        let [auroc, auroc_detector, auroc_best_score] = [0, 1, 2].map(|index: usize| {
            let of_unknown: Vec<_> = answers.iter().map(|answer| values[index](answer)).collect();
            metrics::auroc(&of_known[index], &of_unknown)
        });
        Unknown {
            name: name.to_owned(),
            synthesised,
            left_out,
            segments: answers.len(),
            accepted: share(accepted.len()),
            most_named: most.map(|label| (material.labels[label].clone(), share(named[label]))),
            auroc,
            auroc_detector,
            auroc_best_score,
        }
    };
    let (mut recorded, mut synthesised, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (index, set) in material.negatives.iter().enumerate() {
        let answers = stages.iter().filter_map(|stage| stage.negatives.get(index));
        let answers: Vec<_> = answers.flatten().collect();
        if answers.is_empty() {
            continue;
        }
        let entry = entry(&set.name, set.synthesised, set.left_out, &answers);
        match set.synthesised {
            true => synthesised.push(entry),
            false => {
                recorded.push(entry);
                all.extend(answers);
            }
        }
    }
    if recorded.len() > 1 {
        let left_out = recorded.iter().map(|entry| entry.left_out).sum();
        recorded.push(entry(ALL_UNKNOWN, false, left_out, &all));
    }
    recorded.extend(synthesised);
    recorded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_keeps_its_share_of_the_correct_ones() {
        let answer = |presence: f32| Answer { logits: vec![0.0, 20.0], presence };
        let answers: Vec<_> = (0..200).map(|i| answer(i as f32 / 50.0 - 2.0)).collect();
        let wrong = answer(-9.0);
        let mut known = Known { answers: answers.iter().map(|answer| (answer, true)).collect() };
        known.answers.push((&wrong, false));
        let threshold = known.threshold();
        assert_eq!(known.kept(threshold, true), KEPT_SHARE);
        assert_eq!(known.kept(threshold, false), 0.0);
        assert_eq!(Known { answers: Vec::new() }.threshold(), 0.0);
    }

    #[test]
    fn recognition_is_the_best_score_times_the_presence() {
        let answer = Answer { logits: vec![0.0, 3f32.ln()], presence: 0.0 };
        assert!((answer.best() - 0.75).abs() < 1e-6);
        assert!((answer.recognition() - 0.375).abs() < 1e-6);
        assert_eq!(answer.label(), 1);
        assert_eq!(Answer { logits: vec![1.0, 1.0], presence: 0.0 }.label(), 0);
    }
}
