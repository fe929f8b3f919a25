//! How a network is trained: how long, at which rate, and which weights are kept.

use std::f64::consts::PI;

/// Settings of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Seed of weights, order, draws and dropout.
    pub seed: u64,
    /// At most this many epochs.
    pub epochs: usize,
    /// Examples per batch. The last one of an epoch may be smaller; where there is batch norm,
    /// which needs many examples, it is left out then.
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
    /// Always the same.
    Constant(f64),
    /// Linear up over the warm-up, then half a cosine down to 0 over the rest of all epochs.
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
    /// Their moving average over all epochs, with a decay of
    /// `min(ceiling, (1 + step) / (10 + step))`.
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
    /// The learning rate at a step.
    pub fn learning_rate(&self, step: usize, steps_per_epoch: usize) -> f64 {
        let (peak, warmup_epochs) = match self.rate {
            Rate::Constant(rate) => return rate,
            Rate::Cosine { peak, warmup_epochs } => (peak, warmup_epochs),
        };
        let total = (self.epochs * steps_per_epoch) as f64;
        let warmup = (warmup_epochs * steps_per_epoch) as f64;
        let step = step as f64;
        if step < warmup {
            peak * (step + 1.0) / warmup
        } else {
            let progress = (step - warmup) / (total - warmup).max(1.0);
            peak * 0.5 * (1.0 + (PI * progress).cos())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::nn::fixtures::average_policy;

    #[test]
    fn the_learning_rate_warms_up_and_falls_to_nothing() {
        let policy = average_policy(10);
        let rates: Vec<_> = (0..100).map(|step| policy.learning_rate(step, 10)).collect();
        assert!((rates[0] - 3e-3 / 20.0).abs() < 1e-12);
        assert!((rates[19] - 3e-3).abs() < 1e-12);
        assert!((rates[60] - 1.5e-3).abs() < 1e-6, "half-way down the cosine");
        assert!(rates[99] < 2e-6);
        assert!(rates[20..].windows(2).all(|pair| pair[1] < pair[0]));
    }
}
