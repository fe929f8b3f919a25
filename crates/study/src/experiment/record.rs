//! What an experiment writes: `metrics.json` and `predictions.csv` in its folder of the report.
//! Drawings and the report are made from these two files alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sourcing_sound_train::metrics::{Scores, mean_and_variance};
pub use sourcing_sound_train::nn::checkpoint::Epoch;
use sourcing_sound_train::publish::text::percent;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the layout of `metrics.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// Name of the file that holds a [`Record`].
pub const METRICS_FILE: &str = "metrics.json";

/// Name of the file that holds one [`PredictionRow`] per tested clip.
pub const PREDICTIONS_FILE: &str = "predictions.csv";

/// `metrics.json`: everything measured in one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Layout of this file.
    pub schema_version: u32,
    /// Name of the experiment, such as `mel-cnn`.
    pub experiment: String,
    /// What it does, in one line.
    pub title: String,
    /// Day of the run, UTC, `YYYY-MM-DD`.
    pub date: String,
    /// The command that made it.
    pub command: String,
    /// Seed of everything random.
    pub seed: u64,
    /// How much of the data was present.
    pub data: DataFacts,
    /// Labels by index: the data set's, or `not X` and `X` where one label is separated from the rest.
    pub labels: Vec<String>,
    /// The settings that determine the result, as the method states them.
    pub settings: Value,
    /// Trained scalars; `None` if the method has no fixed number.
    pub parameters: Option<u64>,
    /// Multiplications with addition that the network takes per clip, front end excluded.
    pub multiply_adds: Option<u64>,
    /// Time per clip on the machine of the run.
    pub cost: Cost,
    /// The splits that were tested, official folds first.
    pub splits: Vec<SplitRecord>,
    /// Over the official splits.
    pub summary: Summary,
    /// Over the shuffled splits; only the experiment `leakage` has any.
    pub shuffled: Option<Summary>,
    /// The figures of the study that this experiment repeats.
    pub study: Option<Study>,
}

/// The part of the data set that was present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// Layout, such as `UrbanSound8K`.
    pub layout: String,
    /// Usable clips.
    pub clips: usize,
    /// Rows of its tables.
    pub rows: usize,
    /// Recordings that the usable clips were cut from.
    pub recordings: usize,
    /// How many clips were left out, by reason (`missing file`, `unreadable`, …).
    pub left_out: BTreeMap<String, usize>,
    /// The most clips of each fold and label; `None` for all.
    pub clips_limit: Option<usize>,
}

/// Median milliseconds per clip, one thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// From decoded samples to features.
    pub features_ms: Option<f64>,
    /// From features to scores.
    pub model_ms: Option<f64>,
}

/// One split: a separate model, trained without the tested folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitRecord {
    /// Tested folds, such as `1` or `3-9`; `shuffled 1`, … for splits that ignore recordings.
    pub name: String,
    /// Whether it ignores folds and recordings.
    pub shuffled: bool,
    /// Clips trained on.
    pub n_train: usize,
    /// Clips of the training folds that were set aside for the training curve and choices.
    pub n_validation: usize,
    /// Tested clips.
    pub n_test: usize,
    /// Recordings that the tested clips were cut from.
    pub n_test_recordings: usize,
    /// Clips excluded from training because their recording is in a tested fold.
    pub n_dropped: usize,
    /// 95% interval of the accuracy, resampling recordings.
    pub accuracy_interval: (f64, f64),
    /// Accuracy, macro-F1, precision, recall and F1 by label, confusion matrix.
    #[serde(flatten)]
    pub scores: Scores,
    /// Scores if one label is separated from the rest.
    pub binary: Option<Binary>,
    /// One entry per epoch; empty without epochs.
    pub curve: Vec<Epoch>,
    /// What the method chose or measured: grid search, best epoch, scores per window.
    pub details: Value,
    /// Seconds of training.
    pub seconds: f64,
}

/// Scores of distinguishing one label (the positive one) from the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binary {
    /// The positive label.
    pub positive: String,
    /// Share of the positive label among the tested clips.
    pub prevalence: f64,
    /// Accuracy of always answering no.
    pub accuracy_of_never: f64,
    /// Mean of the recalls of both sides.
    pub balanced_accuracy: f64,
    /// Area under the precision-recall curve, as scikit-learn's `average_precision_score`.
    pub average_precision: f64,
    /// Probability that a positive clip scores higher than a negative one.
    pub auroc: f64,
    /// Points `(recall, precision, threshold)` of the curve, by falling threshold; at most 200.
    pub curve: Vec<(f64, f64, f64)>,
    /// Scores at chosen thresholds, such as `0.5` and `best F1 in training`.
    pub operating_points: Vec<OperatingPoint>,
}

/// Scores at one threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// How the threshold was chosen.
    pub name: String,
    /// Scores at or above it count as positive.
    pub threshold: f64,
    /// Share of correct clips.
    pub accuracy: f64,
    /// Mean of the recalls of both sides.
    pub balanced_accuracy: f64,
    /// Share of the clips called positive that are.
    pub precision: f64,
    /// Share of the positive clips that are called positive.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

/// Figures over several splits, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of splits.
    pub splits: usize,
    /// Number of tested clips.
    pub n_test: usize,
    /// Mean accuracy of the splits.
    pub accuracy: f64,
    /// Sample standard deviation of the splits' accuracies; 0 for a single split.
    pub accuracy_sd: f64,
    /// Accuracy of all tested clips together.
    pub pooled_accuracy: f64,
    /// 95% interval of the pooled accuracy, resampling recordings.
    pub pooled_interval: (f64, f64),
    /// Mean macro-F1 of the splits.
    pub macro_f1: f64,
}

impl Record {
    /// Returns the official splits, in order.
    pub fn official(&self) -> Vec<&SplitRecord> {
        self.splits.iter().filter(|split| !split.shuffled).collect()
    }

    /// Returns the splits that ignore recordings, in order.
    pub fn shuffled_splits(&self) -> Vec<&SplitRecord> {
        self.splits.iter().filter(|split| split.shuffled).collect()
    }
}

impl SplitRecord {
    /// Describes what was tested: `fold 1`, `folds 3-9`, or the name of a shuffled split.
    pub fn tested(&self) -> String {
        if self.shuffled { self.name.clone() } else { folds(&self.name) }
    }
}

impl Summary {
    /// Returns the standard deviation, if there are several splits.
    pub fn sd(&self) -> Option<f64> {
        (self.splits > 1).then_some(self.accuracy_sd)
    }

    /// Formats as `69.5% ± 1.2`, with the deviation in points.
    pub fn mean_and_sd(&self) -> String {
        let sd = self.sd().map_or(String::new(), |sd| format!(" ± {:.1}", 100.0 * sd));
        format!("{}{sd}", percent(self.accuracy))
    }
}

/// Formats as `fold 1` or `folds 3-9`.
pub fn folds(name: &str) -> String {
    let noun = if name.contains(['-', ',']) { "folds" } else { "fold" };
    format!("{noun} {name}")
}

/// Returns the tested clips of some splits.
pub fn rows_of<'a>(splits: &[&SplitRecord], rows: &'a [PredictionRow]) -> Vec<&'a PredictionRow> {
    let names: BTreeSet<_> = splits.iter().map(|split| split.name.as_str()).collect();
    rows.iter().filter(|row| names.contains(row.split.as_str())).collect()
}

/// Returns the mean and the sample standard deviation, which is 0 for a single value.
pub fn mean_and_sd(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let (mean, variance) = mean_and_variance(values);
    (mean, variance.sqrt())
}

/// A figure of the study and what it was measured on. Never averaged with ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Accuracy, if the study states one.
    pub accuracy: Option<f64>,
    /// What the study states, such as `61.9% on all ten official folds`.
    pub statement: String,
}

/// One tested clip in `predictions.csv`: these columns, then one score per label.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionRow {
    /// The split's name.
    pub split: String,
    /// Path of the audio file, relative to the data folder, with forward slashes.
    pub path: String,
    /// The recording that the clip was cut from.
    pub recording: String,
    /// Fold, from 1.
    pub fold: u32,
    /// Index of the true label.
    pub label: usize,
    /// Index of the given label.
    pub predicted: usize,
    /// One score per label, adding up to 1.
    pub scores: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_has_no_deviation() {
        assert_eq!(mean_and_sd([0.5].into_iter()), (0.5, 0.0));
        let (mean, sd) = mean_and_sd([0.5, 0.7].into_iter());
        assert!((mean - 0.6).abs() < 1e-12 && (sd - 0.02f64.sqrt()).abs() < 1e-12);
    }
}
