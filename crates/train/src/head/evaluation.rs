//! `<name>.evaluation.json`: every number about a head, computed here and written by nobody else.

use super::material::Material;
use super::recipe::Recipe;
use super::stage::{Heard, Stage};
use crate::material::{DataSummary, format_folds};
use crate::metrics::{self, Scores};
use crate::other::OtherOutput;
use serde::{Deserialize, Serialize};

/// Version of the file's layout.
pub const SCHEMA_VERSION: u32 = 1;

/// Name of all unknown sounds together.
pub const ALL_UNKNOWN: &str = "all together";

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Layout of this file.
    pub schema_version: u32,
    /// Name of the head.
    pub head: String,
    /// The model that it sits on.
    pub base: Base,
    /// Day of the export, UTC, `YYYY-MM-DD`.
    pub date: String,
    /// The command that made the head.
    pub command: String,
    /// Stands for settings, base and data.
    pub config_hash: String,
    /// The settings themselves.
    pub recipe: Recipe,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Numbers in the head.
    pub n_parameters: usize,
    /// What data were there.
    pub data: DataSummary,
    /// One entry per group of left-out folds, each with a head of its own.
    pub stages: Vec<StageEvaluation>,
    /// Means over the stages, each counted once; absent where nothing could be left out.
    pub mean: Option<Means>,
    /// The same over the stages whose folds are all there, where those are fewer.
    pub mean_of_whole_folds: Option<Means>,
    /// The shipped head, trained on everything.
    pub shipped: Shipped,
    /// The output "none of the labels" on left-out clips and background recordings.
    pub other: Option<OtherOutput>,
    /// How sounds of none of the labels fare with the heads of the stages: the background
    /// recordings that they were not fitted on, each folder of unknown sounds, and all of them.
    pub unknown: Vec<Unknown>,
}

/// Names a base model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// Its name.
    pub name: String,
    /// Lower-case hexadecimal SHA-256 of its file.
    pub sha256: String,
}

/// A stage that left out folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageEvaluation {
    /// Left-out folds, such as `1` or `3-9`.
    pub test_folds: String,
    /// Training clips, additional slices included.
    pub n_train: usize,
    /// Clips kept from training because their recording is in a left-out fold.
    pub n_dropped: usize,
    /// Left-out clips; official ones only.
    pub n_test: usize,
    /// Recordings that the left-out clips were cut from.
    pub n_test_recordings: usize,
    /// 95% interval of the accuracy, resampling recordings.
    pub accuracy_interval: (f64, f64),
    /// Exact one-sided 95% bound instead, where all left-out clips are right or all are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_bound: Option<(f64, f64)>,
    /// Scores; a clip of several segments is judged by the mean of their outputs.
    #[serde(flatten)]
    pub scores: Scores,
    /// The chosen penalty of the logistic regression.
    pub c: f64,
    /// Its accuracy in cross-validation over the recordings of the training clips and of the
    /// background, which counts as one more label.
    pub cross_validated: f64,
    /// Every penalty that was tried, with that accuracy.
    pub candidates: Vec<(f64, f64)>,
    /// Expected calibration error without a temperature.
    pub calibration_error_without: f64,
    /// Temperature fitted in that cross-validation.
    pub temperature: f64,
    /// Expected calibration error with it.
    pub calibration_error: f64,
}

/// Means over stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// The stages, by their left-out folds.
    pub test_folds: Vec<String>,
    /// Accuracy.
    pub accuracy: f64,
    /// Exact one-sided 95% bound of the accuracy over all left-out recordings together, where all
    /// clips are right or all are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_bound: Option<(f64, f64)>,
    /// Macro-F1.
    pub macro_f1: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
}

/// Facts about the shipped head. Its thresholds are those that the left-out clips of all stages
/// ask for, each judged by its stage's head at that head's temperature.
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
    /// Expected calibration error of the left-out clips of all stages together, each judged at
    /// its stage's temperature.
    pub calibration_error: f64,
    /// Best scores below this are rejected.
    pub rejection_threshold: f64,
    /// Share of the correctly classified left-out clips that pass it.
    pub passing_correct: f64,
    /// Share of the wrongly classified left-out clips that it rejects.
    pub rejected_wrong: f64,
    /// Share of all left-out clips that pass it and the output "none of the labels".
    pub passing_both: f64,
    /// Greatest difference of a score between the file, as the core runs it from the audio on,
    /// and the trained layer.
    pub export_difference: f32,
}

/// Sounds of none of the labels, heard by the heads of the stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    /// Name of their folder, or what they are.
    pub name: String,
    /// Sounds of the folder that have one of the labels, which were left out.
    pub left_out: usize,
    /// Segments, one after another, each counted once per stage.
    pub segments: usize,
    /// Share of them that is rejected, by the best score or by "none of the labels".
    pub rejected: f64,
    /// Probability that the output "none of the labels" of a segment exceeds that of a left-out
    /// known clip.
    pub auroc: Option<f64>,
    /// Probability that the best score of a left-out known clip exceeds that of a segment.
    pub auroc_best_score: f64,
}

/// The entries of the stages.
pub fn stages(stages: &[Stage], labels: &[String], seed: u64) -> Vec<StageEvaluation> {
    let evaluate = |stage: &Stage| {
        let judged = &stage.judged;
        let recordings = metrics::count_recordings(judged);
        let temperature = stage.fitted.temperature;
        StageEvaluation {
            test_folds: format_folds(&stage.test_folds),
            n_train: stage.n_train,
            n_dropped: stage.n_dropped,
            n_test: judged.len(),
            n_test_recordings: recordings,
            accuracy_interval: metrics::accuracy_interval(judged, seed),
            accuracy_bound: metrics::accuracy_bound(metrics::accuracy(judged), recordings),
            scores: metrics::scores(judged, labels),
            c: stage.fitted.c,
            cross_validated: stage.fitted.cross_validated,
            candidates: stage.fitted.candidates.clone(),
            // The logits are divided by the temperature already.
            calibration_error_without: metrics::calibration_error(judged, temperature.recip()),
            temperature,
            calibration_error: metrics::calibration_error(judged, 1.0),
        }
    };
    stages.iter().map(evaluate).collect()
}

/// Means over stages; `None` without any.
pub fn means<'a>(stages: impl IntoIterator<Item = &'a StageEvaluation>) -> Option<Means> {
    let stages: Vec<_> = stages.into_iter().collect();
    let mean = |value: fn(&StageEvaluation) -> f64| {
        stages.iter().map(|stage| value(stage)).sum::<f64>() / stages.len() as f64
    };
    let accuracy = mean(|stage| stage.scores.accuracy);
    let recordings = stages.iter().map(|stage| stage.n_test_recordings).sum();
    (!stages.is_empty()).then(|| Means {
        test_folds: stages.iter().map(|stage| stage.test_folds.clone()).collect(),
        accuracy,
        accuracy_bound: metrics::accuracy_bound(accuracy, recordings),
        macro_f1: mean(|stage| stage.scores.macro_f1),
        calibration_error: mean(|stage| stage.calibration_error),
    })
}

/// The output "none of the labels" over the stages; `None` where they do not have it.
pub fn other(stages: &[Stage]) -> Option<OtherOutput> {
    let known: Vec<_> =
        stages.iter().flat_map(|stage| &stage.judged_other).map(|logit| sigmoid(*logit)).collect();
    let heard = stages.iter().flat_map(|stage| &stage.background);
    let unknown: Vec<_> = heard.filter_map(|heard| heard.other).map(sigmoid).collect();
    (!known.is_empty()).then(|| OtherOutput::of(&known, &unknown))
}

/// What rejects.
#[derive(Clone, Copy, Debug)]
pub struct Rejection {
    /// A best score below this.
    pub threshold: f64,
    /// "None of the labels" above this.
    pub other_threshold: Option<f64>,
}

impl Rejection {
    fn rejects(&self, heard: &Heard) -> bool {
        let other = heard.other.map(sigmoid).zip(self.other_threshold);
        best_score(heard) < self.threshold
            || other.is_some_and(|(other, threshold)| other > threshold)
    }

    /// Share of the left-out clips that is not rejected.
    pub fn passing(&self, stages: &[Stage]) -> f64 {
        let known = known(stages);
        let passing = known.iter().filter(|heard| !self.rejects(heard)).count();
        passing as f64 / known.len().max(1) as f64
    }
}

/// How sounds of none of the labels fare.
pub fn unknown(stages: &[Stage], material: &Material, rejection: Rejection) -> Vec<Unknown> {
    let known = known(stages);
    let (known_best, known_other) = (best_scores(&known), others(&known));
    let entry = |name: &str, left_out: usize, heard: &[Heard]| {
        let rejected = heard.iter().filter(|heard| rejection.rejects(heard)).count();
        Unknown {
            name: name.to_owned(),
            left_out,
            segments: heard.len(),
            rejected: rejected as f64 / heard.len().max(1) as f64,
            auroc: known_other.as_ref().zip(others(heard)).map(|(k, u)| metrics::auroc(&u, k)),
            auroc_best_score: metrics::auroc(&known_best, &best_scores(heard)),
        }
    };
    let mut all: Vec<_> = stages.iter().flat_map(|stage| stage.background.clone()).collect();
    let mut entries = Vec::new();
    if !all.is_empty() {
        entries.push(entry("background, the half that was not fitted on", 0, &all));
    }
    for (index, set) in material.unknown.iter().enumerate() {
        let heard = stages.iter().filter_map(|stage| stage.unknown.get(index));
        let heard: Vec<_> = heard.flatten().cloned().collect();
        if !heard.is_empty() {
            entries.push(entry(&set.name, set.left_out, &heard));
            all.extend(heard);
        }
    }
    if entries.len() > 1 {
        let left_out = entries.iter().map(|entry| entry.left_out).sum();
        entries.push(entry(ALL_UNKNOWN, left_out, &all));
    }
    entries
}

fn known(stages: &[Stage]) -> Vec<Heard> {
    let heard = stages.iter().flat_map(|stage| {
        stage.judged.iter().enumerate().map(|(index, clip)| Heard {
            logits: clip.logits.clone(),
            other: stage.judged_other.get(index).copied(),
        })
    });
    heard.collect()
}

fn best_scores(heard: &[Heard]) -> Vec<f64> {
    heard.iter().map(best_score).collect()
}

/// `None` where the heads have no such output.
fn others(heard: &[Heard]) -> Option<Vec<f64>> {
    heard.iter().map(|heard| heard.other.map(f64::from)).collect()
}

fn best_score(heard: &Heard) -> f64 {
    metrics::softmax(&heard.logits, 1.0).into_iter().fold(0.0, f64::max)
}

/// The logistic function.
pub fn sigmoid(logit: f32) -> f64 {
    1.0 / (1.0 + f64::from(-logit).exp())
}
