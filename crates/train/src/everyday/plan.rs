//! Everything that determines a network's weights.

use super::network::LossWeights;
use serde::{Deserialize, Serialize};

/// Everything that determines the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of everything random; a run adds its index to it.
    pub seed: u64,
    /// Runs that are averaged.
    pub runs: usize,
    /// Optimiser steps.
    pub steps: usize,
    /// Pieces of sound per step.
    pub batch: usize,
    /// Highest learning rate of AdamW.
    pub learning_rate: f64,
    /// Steps until it is reached; half a cosine down to 0 follows.
    pub warmup: usize,
    /// Weight decay of matrices and kernels.
    pub weight_decay: f64,
    /// Ceiling of the moving average's decay.
    pub average: f64,
    /// Weights of the parts of a lesson's loss.
    pub loss: LossWeights,
    /// Sounds per step on which the network must keep the checkpoint's outputs.
    pub anchors: usize,
    /// Weights of the parts of an anchor's loss.
    pub anchor_loss: LossWeights,
    /// Seconds of an anchor; a value that is repeated is more likely.
    pub anchor_seconds: Vec<f64>,
    /// Blocks that are not trained, counted from the input and including the stem.
    pub frozen_blocks: usize,
    /// Whether depthwise kernels are trained.
    pub depthwise: bool,
    /// Seconds of a piece of sound; a value that is repeated is more likely.
    pub seconds: Vec<f64>,
    /// Hash of the audio.
    pub material: String,
    /// SHA-256 of the checkpoint.
    pub checkpoint: String,
}
