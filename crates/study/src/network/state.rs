//! A training in the middle, on disk.

use crate::experiment::record::Epoch;
use crate::network::plan::{FitConfig, Plan};
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use sourcing_sound_train::nn::arrays;
use sourcing_sound_train::nn::net::{Array, Weights};
use sourcing_sound_train::nn::optimise::AdamW;
use std::path::Path;

/// Everything that a training needs to go on as if it had never stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Numbers about it.
    pub progress: Progress,
    /// Current weights.
    pub weights: Weights,
    /// The weights after the best epoch.
    pub best: Vec<Array>,
    /// The optimiser's moments.
    pub adam: AdamW,
}

/// How far a training is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done; epoch and batch follow from it.
    pub step: usize,
    /// Sum over the examples of the current epoch so far of their losses.
    pub epoch_loss: f64,
    /// Finished epochs.
    pub curve: Vec<Epoch>,
    /// The best one of them, from 1.
    pub best_epoch: usize,
    /// Seconds of training so far.
    pub seconds: f64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    plan: Plan,
    progress: Progress,
}

impl Progress {
    /// Takes up a finished epoch; true if it is the best so far.
    ///
    /// The best epoch is the one with the highest validation accuracy, the figure that the
    /// study compares by; of equals, the one with the lower validation loss. The loss alone
    /// would stop too soon: it rises, as the network grows sure of its mistakes on unknown
    /// recordings, while the accuracy still grows. Without validation clips the last epoch
    /// is the best.
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

    /// Whether all epochs are done, or the last `patience` ones were no better than one before.
    pub fn is_finished(&self, config: &FitConfig) -> bool {
        let waited = self.curve.len() - self.best_epoch;
        self.curve.len() >= config.epochs || config.patience.is_some_and(|most| waited >= most)
    }
}

impl State {
    /// A training that has not begun.
    pub fn new(weights: Weights) -> Self {
        let (best, adam) = (weights.parameters.clone(), AdamW::new(&weights));
        Self { progress: Progress::default(), weights, best, adam }
    }

    /// Writes the state whole or not at all.
    pub fn save(&self, path: &Path, plan: &Plan) -> Result<()> {
        let header = Header { plan: plan.clone(), progress: self.progress.clone() };
        let groups = [&self.weights.parameters, &self.best, &self.adam.first, &self.adam.second];
        let all: Vec<_> = groups.into_iter().flatten().collect();
        arrays::write(path, &header, &all)
    }

    /// Reads the state that `save` wrote for the same plan, into the layout of `fresh`.
    pub fn load(path: &Path, plan: &Plan, fresh: Self) -> Result<Self> {
        let (header, arrays) = arrays::read::<Header>(path)?;
        let differences = plan.differences(&header.plan);
        ensure!(
            differences.is_empty(),
            "{} was made with other settings ({}); use them, another --work folder, or --fresh",
            path.display(),
            differences.join("; ")
        );
        let mut state = fresh;
        let groups = [
            &mut state.weights.parameters,
            &mut state.best,
            &mut state.adam.first,
            &mut state.adam.second,
        ];
        let wanted: Vec<_> = groups.into_iter().flatten().collect();
        ensure!(
            arrays.len() == wanted.len()
                && wanted.iter().zip(&arrays).all(|(w, s)| w.name == s.name && w.shape == s.shape),
            "{} holds weights of another layout; start again with --fresh",
            path.display()
        );
        wanted.into_iter().zip(arrays).for_each(|(array, stored)| *array = stored);
        state.progress = header.progress;
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let config = |epochs, patience| FitConfig { epochs, patience, ..FitConfig::default() };
        assert!(progress.is_finished(&config(9, Some(2))));
        assert!(!progress.is_finished(&config(9, Some(3))));
        assert!(!progress.is_finished(&config(9, None)));
        assert!(progress.is_finished(&config(5, None)));
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
