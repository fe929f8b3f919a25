//! Figures for a group of folds that was left out of training.

use super::{
    Judged, Scores, accuracy, accuracy_bound, accuracy_interval, count_recordings, scores,
};
use crate::data::dataset::format_folds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A stage that left out folds; `own` are the figures that only one command has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut<T> {
    /// Left-out folds, such as `1` or `3-9`.
    pub test_folds: String,
    /// Training clips, including additional slices.
    pub n_train: usize,
    /// Clips excluded from training because their recording is in a left-out fold.
    pub n_dropped: usize,
    /// Left-out clips; official ones only.
    pub n_test: usize,
    /// Recordings that the left-out clips were cut from.
    pub n_test_recordings: usize,
    /// 95% interval of the accuracy, by resampling recordings.
    pub accuracy_interval: (f64, f64),
    /// Exact one-sided 95% bound instead, if all left-out clips are right or all are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_bound: Option<(f64, f64)>,
    /// Scores of the left-out clips.
    #[serde(flatten)]
    pub scores: Scores,
    /// Further figures.
    #[serde(flatten)]
    pub own: T,
}

impl<T> LeftOut<T> {
    /// Computes the figures of the left-out clips `judged`, with `n_train` training clips and
    /// `n_dropped` excluded ones.
    pub fn new(
        test_folds: &BTreeSet<u32>,
        (n_train, n_dropped): (usize, usize),
        judged: &[Judged],
        labels: &[String],
        seed: u64,
        own: T,
    ) -> Self {
        let n_test_recordings = count_recordings(judged);
        Self {
            test_folds: format_folds(test_folds),
            n_train,
            n_dropped,
            n_test: judged.len(),
            n_test_recordings,
            accuracy_interval: accuracy_interval(judged, seed),
            accuracy_bound: accuracy_bound(accuracy(judged), n_test_recordings),
            scores: scores(judged, labels),
            own,
        }
    }
}

/// Returns the mean of a figure over stages, each counted once; 0 without any.
pub fn mean<T>(stages: &[&LeftOut<T>], value: fn(&LeftOut<T>) -> f64) -> f64 {
    stages.iter().map(|stage| value(stage)).sum::<f64>() / stages.len().max(1) as f64
}

/// Returns the mean accuracy over stages, with its exact bound over all left-out recordings if all
/// clips are right or all are wrong.
pub fn mean_accuracy<T>(stages: &[&LeftOut<T>]) -> (f64, Option<(f64, f64)>) {
    let accuracy = mean(stages, |stage| stage.scores.accuracy);
    let recordings = stages.iter().map(|stage| stage.n_test_recordings).sum();
    (accuracy, accuracy_bound(accuracy, recordings))
}
