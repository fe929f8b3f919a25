//! How a network is trained: how long, at which rate, and which weights are kept.

use std::f64::consts::PI;

/// Settings of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Seed of weights, order, draws and dropout.
    pub seed: u64,
    /// The most epochs.
    pub epochs: usize,
    /// Examples per batch. The last batch of an epoch may be smaller, but is dropped for networks
    /// with batch norm, which needs many examples.
    pub batch: usize,
    /// Examples drawn of every clip in one epoch.
    pub draws: usize,
    /// The learning rate of AdamW; its other constants are 0.9, 0.999 and 1e-8.
    pub rate: Rate,
    /// Decoupled weight decay of arrays with more than one axis.
    pub weight_decay: f64,
    /// What the training returns.
    pub keep: Keep,
}

/// The course of the learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Constant.
    Constant(f64),
    /// Rises linearly during the warm-up, then falls along half a cosine to 0 over the rest of all
    /// epochs.
    Cosine {
        /// The highest rate.
        peak: f64,
        /// Epochs of the warm-up.
        warmup_epochs: usize,
    },
}

/// Which weights a training returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// Their moving average over all epochs, with a decay of `min(ceiling, (1 + step) / (10 +
    /// step))`.
    Average {
        /// The decay's ceiling.
        ceiling: f64,
    },
    /// Those after the epoch with the best result on the validation clips.
    Best {
        /// Stop after this many epochs without a better one; `None` trains all epochs.
        patience: Option<usize>,
    },
}

impl Policy {
    /// Returns the learning rate at a step.
    pub fn learning_rate(&self, step: usize, steps_per_epoch: usize) -> f64 {
        match self.rate {
            Rate::Constant(rate) => rate,
            Rate::Cosine { peak, warmup_epochs } => {
                let [warmup, total] = [warmup_epochs, self.epochs].map(|n| n * steps_per_epoch);
                cosine(peak, step, warmup, total)
            }
        }
    }
}

/// Rises linearly to `peak` over the steps of the warm-up, then falls along half a cosine to 0 over
/// the rest of all steps.
pub fn cosine(peak: f64, step: usize, warmup: usize, total: usize) -> f64 {
    if step < warmup {
        return peak * (step + 1) as f64 / warmup as f64;
    }
    let progress = (step - warmup) as f64 / total.saturating_sub(warmup).max(1) as f64;
    peak * 0.5 * (1.0 + (PI * progress).cos())
}

#[cfg(test)]
mod tests {
    use crate::nn::fixtures::average_policy;

    #[test]
    fn the_learning_rate_warms_up_and_falls_to_zero() {
        let policy = average_policy(10);
        let rates: Vec<_> = (0..100).map(|step| policy.learning_rate(step, 10)).collect();
        assert!((rates[0] - 3e-3 / 20.0).abs() < 1e-12);
        assert!((rates[19] - 3e-3).abs() < 1e-12);
        assert!((rates[60] - 1.5e-3).abs() < 1e-6, "half-way down the cosine");
        assert!(rates[99] < 2e-6);
        assert!(rates[20..].windows(2).all(|pair| pair[1] < pair[0]));
    }
}
