//! The interface of every experiment: computes features of all clips, then trains a model per
//! split.

use crate::experiment::record::{Cost, Epoch};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sourcing_sound_train::data::dataset::Slice;
pub use sourcing_sound_train::data::dataset::Split;
use sourcing_sound_train::metrics::quantile;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How an experiment gets from clips to scores. Splits may run in parallel, hence `Sync`.
pub trait Method: Sync {
    /// Describes the experiment in one line.
    fn title(&self) -> String;

    /// Returns the settings that determine the result. They are written to `metrics.json`, and
    /// results computed under other settings are not reused.
    fn settings(&self) -> Value;

    /// Returns the labels that it distinguishes, given the data set's.
    fn labels(&self, of_data: &[String]) -> Vec<String> {
        of_data.to_vec()
    }

    /// Returns the index among [`Self::labels`] of a clip's label.
    fn target(&self, slice: &Slice) -> usize {
        slice.label
    }

    /// Returns the name of the label if one is separated from the rest. [`Self::labels`] are then
    /// `not X` and `X`.
    fn positive(&self) -> Option<&str> {
        None
    }

    /// Returns the share of the training recordings to set aside for the training curve and early
    /// stopping; 0 for a method that makes its choices by cross-validation within the training
    /// clips.
    fn validation_share(&self) -> f64 {
        0.1
    }

    /// Computes the features of all clips, from the cache in `cache` where possible.
    fn prepare(&mut self, slices: &[Slice], cache: &Path) -> Result<Preparation>;

    /// Returns the features of a clip; empty for an unusable one. Results computed from other
    /// features are not reused.
    fn features(&self, clip: usize) -> &[f32];

    /// Trains on one split and scores its tested clips. `None` if it was stopped; progress is kept
    /// in `job.work`, and the next call resumes from there.
    fn run(&self, split: &Split, job: &Job<'_>) -> Result<Option<Verdict>>;
}

/// Returns the median of some times; `None` without any.
pub fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    (!times.is_empty()).then(|| quantile(&times, 0.5))
}

/// Which clips have features, and how long these took.
#[derive(Clone, Debug, Default)]
pub struct Preparation {
    /// For each clip, whether it can be used.
    pub usable: Vec<bool>,
    /// The unusable clips, with the reason.
    pub failures: Vec<String>,
    /// Median milliseconds per clip from samples to features; `None` if all came from the cache.
    pub features_ms: Option<f64>,
}

/// What all splits of an experiment share.
pub struct Setup<'a> {
    /// The method, with its features prepared.
    pub method: &'a dyn Method,
    /// All clips.
    pub slices: &'a [Slice],
    /// Labels, [`Method::labels`].
    pub labels: &'a [String],
    /// Seed of everything random.
    pub seed: u64,
}

/// What `run` needs in addition to the split.
pub struct Job<'a> {
    /// All clips; the split's indices point here.
    pub slices: &'a [Slice],
    /// Labels, [`Method::labels`].
    pub labels: &'a [String],
    /// Seed of everything random.
    pub seed: u64,
    /// Folder of this split, for checkpoints. It exists.
    pub work: &'a Path,
    /// Set when the work should stop soon.
    pub stop: &'a AtomicBool,
}

/// A method's results on a split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// For every tested clip, in the order of [`Split::test`], one score per label, adding up
    /// to 1. The label with the highest score is given.
    #[serde(skip)] // kept bit by bit, in a separate array
    pub scores: Vec<Vec<f32>>,
    /// One entry per epoch; empty without epochs.
    pub curve: Vec<Epoch>,
    /// What was chosen or found along the way.
    pub details: Value,
    /// Trained scalars.
    pub parameters: Option<u64>,
    /// Multiplications with addition per clip.
    pub multiply_adds: Option<u64>,
    /// Time per clip; only the part of the model is used.
    pub cost: Cost,
    /// Seconds of training, including those before an interruption.
    pub seconds: f64,
    /// Day on which it was finished, UTC, `YYYY-MM-DD`; set by the runner.
    pub date: String,
    /// For two labels: named thresholds of the second label's score that were chosen in training.
    pub thresholds: Vec<(String, f64)>,
}
