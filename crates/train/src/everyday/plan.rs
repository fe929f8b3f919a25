//! Everything that decides a network's weights.

use super::network::LossWeights;
use serde::{Deserialize, Serialize};

/// Everything that decides the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of everything random; a run adds its place to it.
    pub seed: u64,
    /// Runs that are averaged.
    pub runs: usize,
    /// Optimiser steps.
    pub steps: usize,
    /// Pieces of sound per step.
    pub batch: usize,
    /// Highest learning rate of AdamW.
    pub learning_rate: f64,
    /// Steps until it is reached; half a cosine leads to 0 then.
    pub warmup: usize,
    /// Of matrices and kernels.
    pub weight_decay: f64,
    /// Ceiling of the moving average's decay.
    pub average: f64,
    /// Weights of the parts of the loss of a lesson.
    pub loss: LossWeights,
    /// Sounds per step on which the network's outputs are to stay the checkpoint's.
    pub anchors: usize,
    /// Weights of the parts of their loss.
    pub anchor_loss: LossWeights,
    /// Seconds of an anchor, each as likely as it is often here.
    pub anchor_seconds: Vec<f64>,
    /// Blocks, from the input on, that stay as they are, the stem included.
    pub frozen_blocks: usize,
    /// Whether depthwise kernels are trained.
    pub depthwise: bool,
    /// Seconds of a piece of sound, each as likely as it is often here.
    pub seconds: Vec<f64>,
    /// Hash of the audio.
    pub material: String,
    /// SHA-256 of the checkpoint.
    pub checkpoint: String,
}
