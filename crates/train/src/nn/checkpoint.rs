//! Stores a training in progress on disk.

use crate::nn::arrays;
use crate::nn::net::{Array, Weights};
use crate::nn::optimise::AdamW;
use crate::nn::plan::refuse_other_plan;
use crate::nn::policy::{Keep, Policy};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// One epoch of training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Mean training loss.
    pub loss: f64,
    /// Mean loss on the validation clips.
    pub validation_loss: Option<f64>,
    /// Accuracy on the validation clips.
    pub validation_accuracy: Option<f64>,
}

/// Everything that a training needs to continue as if it had never stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its progress.
    pub progress: Progress,
    /// Current weights.
    pub weights: Weights,
    /// The weights that the training returns: their moving average, or those after the best epoch.
    pub kept: Weights,
    /// The optimiser's moments.
    pub adam: AdamW,
}

/// The progress of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done; epoch and batch follow from it.
    pub step: usize,
    /// Sum of the losses of all examples of the current epoch so far.
    pub epoch_loss: f64,
    /// Finished epochs.
    pub curve: Vec<Epoch>,
    /// The best of them, from 1.
    pub best_epoch: usize,
    /// Seconds of training so far.
    pub seconds: f64,
}

/// The plan is stored as text: equal texts parse to equal values.
#[derive(Serialize, Deserialize)]
struct Header {
    plan: String,
    progress: Progress,
}

impl Progress {
    /// Takes a finished epoch; returns true if it is the best so far.
    ///
    /// The best epoch is the one with the highest validation accuracy, the figure that the study
    /// compares by; of equal ones, the one with the lower validation loss. The loss alone would
    /// stop too soon: it rises as the network becomes sure of its mistakes on unknown recordings,
    /// while the accuracy still grows. Without validation clips the last epoch is the best.
    pub fn finish_epoch(&mut self, epoch: Epoch) -> bool {
        let rank = |epoch: &Epoch| Some((epoch.validation_accuracy?, -epoch.validation_loss?));
        let best = self.best_epoch.checked_sub(1).and_then(|index| self.curve.get(index));
        let better = match (best.and_then(rank), rank(&epoch)) {
            (Some(best), Some(new)) => new > best,
            _ => true,
        };
        if better {
            self.best_epoch = epoch.epoch;
        }
        self.epoch_loss = 0.0;
        self.curve.push(epoch);
        better
    }

    /// Returns whether all epochs are done, or the last `patience` ones were no better than an
    /// earlier one.
    pub fn is_finished(&self, policy: &Policy) -> bool {
        let waited = self.curve.len() - self.best_epoch;
        let enough = match policy.keep {
            Keep::Best { patience } => patience.is_some_and(|most| waited >= most),
            Keep::Average { .. } => false,
        };
        self.curve.len() >= policy.epochs || enough
    }
}

impl State {
    /// Creates the state of a training that has not begun.
    pub fn new(weights: Weights) -> Self {
        let (kept, adam) = (weights.clone(), AdamW::new(&weights));
        Self { progress: Progress::default(), weights, kept, adam }
    }

    fn arrays(&mut self) -> impl Iterator<Item = &mut Array> {
        let Self { weights, kept, adam, .. } = self;
        let groups = [
            &mut weights.parameters,
            &mut weights.statistics,
            &mut kept.parameters,
            &mut kept.statistics,
            &mut adam.first,
            &mut adam.second,
        ];
        groups.into_iter().flatten()
    }

    /// Writes the state completely or not at all.
    pub fn save(&mut self, path: &Path, plan: &Value) -> Result<()> {
        let header = Header { plan: plan.to_string(), progress: self.progress.clone() };
        let all: Vec<_> = self.arrays().map(|array| &*array).collect();
        arrays::write(path, &header, &all)
    }

    /// Reads the state that `save` wrote for the same plan, into the layout of `fresh`.
    pub fn load(path: &Path, plan: &Value, mut fresh: Self) -> Result<Self> {
        let (header, arrays) = arrays::read::<Header>(path)
            .context("the checkpoint is not usable; remove the file to start again")?;
        let parsed = |text: &str| serde_json::from_str::<Value>(text);
        refuse_other_plan(path, &parsed(&plan.to_string())?, &parsed(&header.plan)?)?;
        let wanted: Vec<_> = fresh.arrays().collect();
        ensure!(
            arrays.len() == wanted.len()
                && wanted.iter().zip(&arrays).all(|(w, s)| w.name == s.name && w.shape == s.shape),
            "{} holds weights of another layout; remove it to start again",
            path.display()
        );
        wanted.into_iter().zip(arrays).for_each(|(array, stored)| *array = stored);
        fresh.progress = header.progress;
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::fixtures::best_policy;

    fn epoch(epoch: usize, accuracy: f64, loss: f64) -> Epoch {
        let (validation_accuracy, validation_loss) = (Some(accuracy), Some(loss));
        Epoch { epoch, loss: 1.0, validation_loss, validation_accuracy }
    }

    #[test]
    fn the_best_epoch_has_the_highest_accuracy_then_the_lowest_loss() {
        let mut progress = Progress::default();
        let epochs = [(0.5, 1.0), (0.6, 1.2), (0.6, 1.1), (0.6, 1.1), (0.55, 0.1)];
        let better: Vec<_> = (1..)
            .zip(epochs)
            .map(|(number, (accuracy, loss))| progress.finish_epoch(epoch(number, accuracy, loss)))
            .collect();
        assert_eq!(better, [true, true, true, false, false]);
        assert_eq!(progress.best_epoch, 3);
        assert!(progress.is_finished(&best_policy(9, Some(2))));
        assert!(!progress.is_finished(&best_policy(9, Some(3))));
        assert!(!progress.is_finished(&best_policy(9, None)));
        assert!(progress.is_finished(&best_policy(5, None)));
    }

    #[test]
    fn without_validation_the_last_epoch_is_the_best() {
        let mut progress = Progress::default();
        for number in 1..=3 {
            let epoch = Epoch {
                epoch: number,
                loss: 1.0,
                validation_loss: None,
                validation_accuracy: None,
            };
            assert!(progress.finish_epoch(epoch));
        }
        assert_eq!(progress.best_epoch, 3);
    }
}
