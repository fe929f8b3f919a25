//! The interfaces that provide a network's inputs.

use anyhow::{Context, Result};
use rand::rngs::Xoshiro256PlusPlus;

/// Examples ready for the network.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[len, 1, height, width]`.
    pub inputs: Vec<f32>,
    /// Target distributions, `[len, n_labels]`.
    pub targets: Vec<f32>,
    /// Number of examples.
    pub len: usize,
    /// Width of every example.
    pub width: usize,
}

impl Batch {
    /// Creates examples of one label each.
    pub fn labelled(
        inputs: Vec<f32>,
        labels: &[usize],
        n_labels: usize,
        width: usize,
    ) -> Result<Self> {
        let mut targets = vec![0.0; labels.len() * n_labels];
        for (row, &label) in targets.chunks_exact_mut(n_labels.max(1)).zip(labels) {
            *row.get_mut(label).with_context(|| format!("label {label} of {n_labels}"))? = 1.0;
        }
        Ok(Self { inputs, targets, len: labels.len(), width })
    }
}

/// Clips to learn from, by index.
pub trait Examples: Sync {
    /// Returns one example of each of `clips`, in order, drawn again on every call.
    fn batch(&self, clips: &[usize], rng: &mut Xoshiro256PlusPlus) -> Result<Batch>;
}

/// Clips to test on, by index.
pub trait Views: Sync {
    /// Returns the clip's label.
    fn label(&self, clip: usize) -> usize;

    /// Appends the inputs `[height][width]` for testing the clip, and returns how many there are,
    /// at least 1. The clip's scores are the mean of theirs.
    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize;
}
