//! A strong, cheap baseline: multinomial logistic regression on statistics of a clip.

use crate::experiment::clip_features::{self, Extractor};
use crate::experiment::method::{Job, Method, Preparation, Split, Verdict, median};
use crate::experiment::record::Cost;
use crate::experiment::statistics::ClipStatistics;
use anyhow::Result;
use serde_json::{Value, json};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::linear::logistic::{self, Example};
use sourcing_sound_train::metrics::softmax;
use std::path::Path;
use std::time::Instant;

/// Logistic regression on [`ClipStatistics`], standardised on the training clips.
#[derive(Default)]
pub struct Logistic {
    features: Vec<Vec<f32>>,
}

impl Method for Logistic {
    fn title(&self) -> String {
        format!("Logistic regression on {} statistics of a clip", ClipStatistics::width())
    }

    fn settings(&self) -> Value {
        json!({
            "rows": ClipStatistics::key(),
            "numbers_per_row": ClipStatistics::width(),
            "penalties": logistic::CANDIDATES,
            "cross_validation_folds": logistic::CV_FOLDS,
        })
    }

    fn validation_share(&self) -> f64 {
        0.0
    }

    fn prepare(&mut self, slices: &[Slice], cache: &Path) -> Result<Preparation> {
        let (features, preparation) = clip_features::extract::<ClipStatistics>(slices, cache)?;
        self.features = features;
        Ok(preparation)
    }

    fn features(&self, clip: usize) -> &[f32] {
        self.features.get(clip).map_or(&[], Vec::as_slice)
    }

    /// Fits and tests. The fit takes seconds, so it is not interruptible.
    fn run(&self, split: &Split, job: &Job<'_>) -> Result<Option<Verdict>> {
        let start = Instant::now();
        let n_labels = job.labels.len();
        // The penalty is chosen by cross-validation, so validation clips can be trained on too.
        let part = split.train.iter().chain(&split.validation);
        let example = |&index: &usize| {
            let slice = &job.slices[index];
            Example::new(self.features[index].clone(), self.target(slice), &slice.recording)
        };
        let examples: Vec<_> = part.map(example).collect();
        let refit = logistic::refit(&examples, n_labels, job.seed);
        let seconds = start.elapsed().as_secs_f64();
        let mut times = Vec::with_capacity(split.test.len());
        let mut scores = Vec::with_capacity(split.test.len());
        for &index in &split.test {
            let start = Instant::now();
            let probabilities = softmax(&refit.linear.logits(&self.features[index]), 1.0);
            scores.push(probabilities.into_iter().map(|score| score as f32).collect());
            times.push(1e3 * start.elapsed().as_secs_f64());
        }
        let weights = refit.linear.weight.len() as u64;
        Ok(Some(Verdict {
            scores,
            details: json!({ "c": refit.c, "accuracy_by_c": refit.candidates }),
            parameters: Some(weights + n_labels as u64),
            multiply_adds: Some(weights),
            cost: Cost { features_ms: None, model_ms: median(times) },
            seconds,
            ..Verdict::default()
        }))
    }
}
