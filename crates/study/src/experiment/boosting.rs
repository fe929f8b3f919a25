//! The study's first baselines: boosted trees that distinguish one label from the rest, on
//! statistics of whole clips or on overlapping windows of their mel spectrograms.
//!
//! With few positive clips the accuracy looks excellent for a model that never answers yes, as the
//! study found. The accuracy is therefore shown with that of always answering no, balanced
//! accuracy, precision and recall, at the threshold 0.5 and at one that was chosen for F1 on the
//! training clips.

use crate::experiment::clip_features::{self, Extractor};
use crate::experiment::grid::{self, Clips, Found, Grid};
use crate::experiment::method::{Job, Method, Preparation, Split, Verdict, median};
use crate::experiment::record::Cost;
use crate::experiment::statistics::ClipStatistics;
use crate::experiment::windows::MelWindows;
use anyhow::Result;
use hessboost::model::BoostedModel;
use serde_json::{Value, json};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::metrics::binary::{self, Counts};
use std::path::Path;
use std::time::Instant;

/// Name of the operating point at one half.
const HALF: &str = "0.5";
/// Name of the operating point that was chosen on the training clips.
const BEST_F1: &str = "best F1 in training";
/// The most clips on which the time per clip is measured.
const TIMED_CLIPS: usize = 50;

/// What a row consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// One per clip: [`ClipStatistics`].
    Statistics,
    /// One per window: [`MelWindows`].
    Windows,
}

/// Boosted trees, one label against the rest.
pub struct Boosting {
    rows: Rows,
    width: usize,
    /// Everything that determines the rows.
    key: String,
    positive: usize,
    name: String,
    grid: Grid,
    features: Vec<Vec<f32>>,
}

impl Boosting {
    /// Creates trees that separate the label with index `positive` and this `name` from the rest.
    pub fn new(rows: Rows, positive: usize, name: &str) -> Self {
        let (width, key, depths, rates, trees) = match rows {
            Rows::Statistics => (
                ClipStatistics::width(),
                ClipStatistics::key(),
                vec![2, 4, 6],
                vec![0.05, 0.1, 0.3],
                vec![25, 50, 100, 200],
            ),
            // Ten times as many rows: a smaller grid keeps a split within minutes.
            Rows::Windows => (
                MelWindows::width(),
                MelWindows::key(),
                vec![3, 6],
                vec![0.1, 0.3],
                vec![25, 50, 100],
            ),
        };
        let grid = Grid { depths, rates, trees, folds: 3 };
        Self { rows, width, key, positive, name: name.to_owned(), grid, features: Vec::new() }
    }

    fn clips<'a>(&'a self, slices: &'a [Slice], part: &[usize]) -> Clips<'a> {
        Clips {
            width: self.width,
            rows: part.iter().map(|&index| self.features[index].as_slice()).collect(),
            positive: part.iter().map(|&index| self.target(&slices[index]) == 1).collect(),
            recordings: part.iter().map(|&index| slices[index].recording.as_str()).collect(),
        }
    }

    fn details(
        &self,
        found: &Found,
        trained: &Clips<'_>,
        tested: &Clips<'_>,
        rows: &[f64],
    ) -> Value {
        let mut details = json!({
            "chosen": found.chosen,
            "chosen_by": "accuracy in cross-validation, grouped by recording",
            "candidates": found.candidates,
            "training_recordings": grid::recordings(trained),
        });
        if self.rows == Rows::Windows {
            let truths = tested.row_truths();
            let counts = Counts::at(0.5, rows, &truths);
            details["windows"] = json!({
                "pooling": "the score of a clip is the mean of its windows'",
                "tested": rows.len(),
                "threshold": 0.5,
                "accuracy": counts.accuracy(),
                "balanced_accuracy": counts.balanced_accuracy(),
                "precision": counts.precision(),
                "recall": counts.recall(),
                "f1": counts.f1(),
                "average_precision": binary::average_precision(rows, &truths),
            });
        }
        details
    }
}

impl Method for Boosting {
    fn title(&self) -> String {
        let rows = match self.rows {
            Rows::Statistics => "statistics of a clip's descriptors",
            Rows::Windows => "overlapping windows of the mel spectrogram",
        };
        format!("Gradient boosting on {rows}, {} against the rest", self.name)
    }

    fn settings(&self) -> Value {
        json!({
            "positive": self.name,
            "rows": self.key,
            "numbers_per_row": self.width,
            "grid": self.grid,
            "rows_per_tree": grid::ROWS_PER_TREE,
            "columns_per_tree": grid::COLUMNS_PER_TREE,
        })
    }

    fn labels(&self, _: &[String]) -> Vec<String> {
        vec![format!("not {}", self.name), self.name.clone()]
    }

    fn target(&self, slice: &Slice) -> usize {
        usize::from(slice.labels.contains(&self.positive))
    }

    fn positive(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn validation_share(&self) -> f64 {
        0.0
    }

    fn prepare(&mut self, slices: &[Slice], cache: &Path) -> Result<Preparation> {
        let (features, preparation) = match self.rows {
            Rows::Statistics => clip_features::extract::<ClipStatistics>(slices, cache)?,
            Rows::Windows => clip_features::extract::<MelWindows>(slices, cache)?,
        };
        self.features = features;
        Ok(preparation)
    }

    fn features(&self, clip: usize) -> &[f32] {
        self.features.get(clip).map_or(&[], Vec::as_slice)
    }

    /// Searches and tests. A search takes seconds to minutes, so an interrupted one starts again.
    fn run(&self, split: &Split, job: &Job<'_>) -> Result<Option<Verdict>> {
        let start = Instant::now();
        let trained = self.clips(job.slices, &split.train);
        let Some(found) = grid::search(&trained, &self.grid, job.seed, job.stop)? else {
            return Ok(None);
        };
        let chosen = found.chosen;
        let model = grid::fit(&trained, chosen.depth, chosen.rate, chosen.trees, job.seed)?;
        let seconds = start.elapsed().as_secs_f64();
        let tested = self.clips(job.slices, &split.test);
        let rows = grid::row_scores(&model, &tested, chosen.trees)?;
        let mut thresholds = vec![(HALF.to_owned(), 0.5)];
        if let Some(best) = binary::best_f1_threshold(&found.out_of_fold, &trained.positive) {
            thresholds.push((BEST_F1.to_owned(), best));
        }
        let pair = |score: f64| vec![(1.0 - score) as f32, score as f32];
        Ok(Some(Verdict {
            scores: tested.pooled(&rows).into_iter().map(pair).collect(),
            details: self.details(&found, &trained, &tested, &rows),
            cost: Cost { features_ms: None, model_ms: time(&model, &tested)? },
            seconds,
            thresholds,
            ..Verdict::default()
        }))
    }
}

/// Returns the median milliseconds that the model takes per clip.
fn time(model: &BoostedModel, clips: &Clips<'_>) -> Result<Option<f64>> {
    let mut times = Vec::new();
    for rows in clips.rows.iter().take(TIMED_CLIPS) {
        let start = Instant::now();
        std::hint::black_box(model.predict_rows(rows, ..)?);
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    Ok(median(times))
}
