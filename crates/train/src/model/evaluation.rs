//! `evaluation.json`: every number about a model, computed only here.

use crate::data::summary::DataSummary;
use crate::metrics::left_out::{LeftOut, mean, mean_accuracy};
use crate::metrics::{self, Judged, sigmoid};
use crate::model::config::Plan;
use crate::model::rejection::RejectionOutput;
use crate::model::stage::StageResult;
use serde::{Deserialize, Serialize};

/// Version of the file's layout.
pub const SCHEMA_VERSION: u32 = 1;

/// Share of the correctly classified left-out clips that pass the rejection threshold.
const PASSING_SHARE: f64 = 0.95;

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Layout of this file.
    pub schema_version: u32,
    /// Name of the model.
    pub model: String,
    /// Day of the export, UTC, `YYYY-MM-DD`.
    pub date: String,
    /// The command that made the model.
    pub command: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Hash of the settings and data of the shipped network.
    pub config_hash: String,
    /// The settings themselves.
    pub config: Plan,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Trained scalars of the network.
    pub n_parameters: usize,
    /// How much of the data was present.
    pub data: DataSummary,
    /// One entry per group of left-out folds, each with its own network.
    pub stages: Vec<StageEvaluation>,
    /// Means over the stages, each stage counted once.
    pub mean: Means,
    /// The shipped network, trained on everything.
    pub shipped: Shipped,
    /// The output "none of the labels", if there were background recordings to fit it on.
    #[serde(rename = "other")]
    pub rejection: Option<RejectionOutput>,
}

/// A stage that left out folds. Clips are judged as in use: by a segment, with silence after a
/// short clip.
pub type StageEvaluation = LeftOut<Figures>;

/// Figures that only this command has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Accuracy with the last layer as trained, before the refit.
    pub accuracy_as_trained: f64,
    /// Accuracy with every clip at its own length.
    pub accuracy_native_length: f64,
    /// The refit's penalty and its accuracy in cross-validation on the training clips.
    pub refit_c: Option<(f64, f64)>,
    /// Expected calibration error without the fitted temperature.
    pub calibration_error: f64,
    /// Minutes of training.
    pub minutes: f64,
}

/// Means over stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// Accuracy.
    pub accuracy: f64,
    /// Exact one-sided 95% bound of the accuracy over all left-out recordings, if all clips are
    /// right or all are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_bound: Option<(f64, f64)>,
    /// Macro-F1.
    pub macro_f1: f64,
    /// Accuracy with the last layer as trained.
    pub accuracy_as_trained: f64,
    /// Accuracy with every clip at its own length.
    pub accuracy_native_length: f64,
}

/// Facts about the shipped network. Calibration is fitted on the left-out clips of all stages,
/// that is, on predictions in cross-validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipped {
    /// Training clips.
    pub n_train: usize,
    /// Minutes of training.
    pub minutes: f64,
    /// Divides the logits before softmax.
    pub temperature: f64,
    /// Expected calibration error of the pooled left-out predictions at that temperature.
    pub calibration_error: f64,
    /// Segments with a lower best score are rejected.
    pub rejection_threshold: f64,
    /// Share of the correctly classified left-out clips that pass it.
    pub passing_correct: f64,
    /// Share of the wrongly classified left-out clips that it rejects.
    pub rejected_wrong: f64,
    /// How recordings of none of the labels are rejected.
    pub unknown: Vec<Unknown>,
    /// Greatest difference of a logit between the file and the trained network.
    pub export_difference: f32,
}

/// Recordings of none of the labels, scored by the shipped network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    /// Name of their folder.
    pub name: String,
    /// Recordings that they were cut from, or persons who speak in them.
    pub recordings: usize,
    /// Segments, one after another.
    pub segments: usize,
    /// Share of the segments that are rejected.
    pub rejected: f64,
    /// Probability that a left-out clip's best score exceeds a segment's.
    pub auroc: f64,
}

/// Temperature and threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Divides the logits.
    pub temperature: f64,
    /// Segments with a lower best score are rejected.
    pub rejection_threshold: f64,
}

/// Fits the temperature by likelihood, then the threshold.
pub fn calibrate(judged: &[Judged]) -> Calibration {
    let temperature = metrics::fit_temperature(judged);
    Calibration { temperature, rejection_threshold: rejection_threshold(judged, temperature) }
}

/// Returns the threshold that 19 in 20 of the correctly classified clips pass.
pub fn rejection_threshold(judged: &[Judged], temperature: f64) -> f64 {
    let correct = judged.iter().filter(|clip| clip.is_correct());
    let mut confidences: Vec<_> = correct.map(|clip| clip.confidence(temperature)).collect();
    confidences.sort_by(f64::total_cmp);
    metrics::quantile(&confidences, 1.0 - PASSING_SHARE)
}

/// Returns the share of the left-out clips that pass the rejection threshold, among those that are
/// classified correctly or among the others.
pub fn passing(judged: &[Judged], calibration: Calibration, correct: bool) -> f64 {
    let Calibration { temperature, rejection_threshold } = calibration;
    let of_kind: Vec<_> = judged.iter().filter(|clip| clip.is_correct() == correct).collect();
    let passing =
        of_kind.iter().filter(|clip| clip.confidence(temperature) >= rejection_threshold).count();
    passing as f64 / of_kind.len().max(1) as f64
}

/// Measures how segments of unknown recordings are rejected, compared with the left-out clips.
/// `logits` are the outputs for a segment, with "none of the labels" last if it has a threshold.
pub fn unknown(
    name: &str,
    recordings: usize,
    logits: &[Vec<f32>],
    known: &[Judged],
    (calibration, output_threshold): (Calibration, Option<f64>),
) -> Unknown {
    let n_labels = known.first().map_or(0, |clip| clip.logits.len());
    let best = |logits: &Vec<f32>| {
        metrics::best_score(&logits[..n_labels.min(logits.len())], calibration.temperature)
    };
    let reject =
        |logits: &Vec<f32>| sigmoid(logits.get(n_labels).copied().unwrap_or(f32::NEG_INFINITY));
    let is_rejected = |logits: &&Vec<f32>| {
        best(logits) < calibration.rejection_threshold
            || output_threshold.is_some_and(|threshold| reject(logits) > threshold)
    };
    let scores: Vec<_> = logits.iter().map(best).collect();
    let known: Vec<_> = known.iter().map(|clip| clip.confidence(calibration.temperature)).collect();
    let rejected = logits.iter().filter(is_rejected).count();
    Unknown {
        name: name.to_owned(),
        recordings,
        segments: scores.len(),
        rejected: rejected as f64 / scores.len().max(1) as f64,
        auroc: metrics::auroc(&known, &scores),
    }
}

/// Returns the entry of a stage.
pub fn stage(result: &StageResult, labels: &[String]) -> StageEvaluation {
    let StageResult { facts, judged, .. } = result;
    let own = Figures {
        accuracy_as_trained: metrics::accuracy(&result.judged_as_trained),
        accuracy_native_length: metrics::accuracy(&result.judged_native),
        refit_c: facts.refit_c,
        calibration_error: metrics::calibration_error(judged, 1.0),
        minutes: facts.minutes,
    };
    let trained = (facts.n_train, facts.n_dropped);
    LeftOut::new(&facts.test_folds, trained, judged, labels, result.plan.train.seed, own)
}

/// Returns the means over the stages.
pub fn means(stages: &[StageEvaluation]) -> Means {
    let stages: Vec<_> = stages.iter().collect();
    let (accuracy, accuracy_bound) = mean_accuracy(&stages);
    Means {
        accuracy,
        accuracy_bound,
        macro_f1: mean(&stages, |stage| stage.scores.macro_f1),
        accuracy_as_trained: mean(&stages, |stage| stage.own.accuracy_as_trained),
        accuracy_native_length: mean(&stages, |stage| stage.own.accuracy_native_length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nineteen_in_twenty_correct_clips_pass_the_threshold() {
        let clip = |index: usize| Judged {
            logits: vec![index as f32 / 100.0, 0.0],
            label: 0,
            recording: index.to_string(),
        };
        let judged: Vec<_> = (1..=200).map(clip).collect();
        let calibration = calibrate(&judged);
        let passing = |clip: &&Judged| {
            clip.confidence(calibration.temperature) >= calibration.rejection_threshold
        };
        let share = judged.iter().filter(passing).count() as f64 / 200.0;
        assert!((share - 0.95).abs() < 0.01, "{share}");
    }
}
