//! A training in the middle, on disk.

use crate::model::config::Plan;
use crate::nn::arrays;
use crate::nn::net::{Array, Weights};
use crate::nn::optimise::AdamW;
use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Everything that a training needs to go on as if it had never stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Steps done; epoch and batch follow from it.
    pub step: usize,
    /// Sum of the losses of the current epoch so far.
    pub epoch_loss: f64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Current weights.
    pub weights: Weights,
    /// Their moving average.
    pub average: Weights,
    /// The optimiser's moments.
    pub adam: AdamW,
}

#[derive(Serialize, Deserialize)]
struct Header {
    plan: Plan,
    step: usize,
    epoch_loss: f64,
    seconds: f64,
}

impl State {
    /// A training that has not begun.
    pub fn new(weights: Weights) -> Self {
        let (average, adam) = (weights.clone(), AdamW::new(&weights));
        Self { step: 0, epoch_loss: 0.0, seconds: 0.0, weights, average, adam }
    }

    fn groups(&self) -> [&Vec<Array>; 6] {
        [
            &self.weights.parameters,
            &self.weights.statistics,
            &self.average.parameters,
            &self.average.statistics,
            &self.adam.first,
            &self.adam.second,
        ]
    }

    /// Writes the state whole or not at all.
    pub fn save(&self, path: &Path, plan: &Plan) -> Result<()> {
        let header = Header {
            plan: plan.clone(),
            step: self.step,
            epoch_loss: self.epoch_loss,
            seconds: self.seconds,
        };
        let all: Vec<_> = self.groups().into_iter().flatten().collect();
        arrays::write(path, &header, &all)
    }

    /// Reads the state that `save` wrote for the same plan, into the layout of `fresh`.
    pub fn load(path: &Path, plan: &Plan, fresh: Self) -> Result<Self> {
        let (header, arrays) = arrays::read::<Header>(path)?;
        refuse_other_plan(path, plan, &header.plan)?;
        let mut state = fresh;
        let mut arrays = arrays.into_iter();
        let groups = [
            &mut state.weights.parameters,
            &mut state.weights.statistics,
            &mut state.average.parameters,
            &mut state.average.statistics,
            &mut state.adam.first,
            &mut state.adam.second,
        ];
        for array in groups.into_iter().flatten() {
            let stored = arrays.next();
            ensure!(
                stored.as_ref().is_some_and(|s| s.name == array.name && s.shape == array.shape),
                "{}: {} is missing or has another shape; start again with --fresh",
                path.display(),
                array.name
            );
            array.values = stored.map_or_else(Vec::new, |stored| stored.values);
        }
        state.step = header.step;
        state.epoch_loss = header.epoch_loss;
        state.seconds = header.seconds;
        Ok(state)
    }
}

/// Names the settings in which a stored plan differs from the wanted one.
pub fn refuse_other_plan(path: &Path, wanted: &Plan, stored: &Plan) -> Result<()> {
    let differences = wanted.differences(stored);
    if !differences.is_empty() {
        bail!(
            "{} was made with other settings ({}); use them, another --work folder, or --fresh",
            path.display(),
            differences.join("; ")
        );
    }
    Ok(())
}
