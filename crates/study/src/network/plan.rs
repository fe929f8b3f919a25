//! Everything that decides a network's weights.

use crate::network::layers::NetworkConfig;
use serde::{Deserialize, Serialize};
use sourcing_sound_train::nn::plan;

/// Settings of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitConfig {
    /// Seed of weights, order, draws and dropout.
    pub seed: u64,
    /// At most this many epochs.
    pub epochs: usize,
    /// Examples per batch; the last one of an epoch may be smaller.
    pub batch: usize,
    /// Examples drawn of every clip in one epoch.
    pub draws: usize,
    /// Adam's learning rate; its other constants are 0.9, 0.999 and 1e-8.
    pub learning_rate: f64,
    /// Stop after so many epochs without a better one; `None` trains all epochs.
    pub patience: Option<usize>,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self { seed: 1, epochs: 40, batch: 16, draws: 1, learning_rate: 1e-3, patience: Some(8) }
    }
}

/// Everything that decides the weights. A checkpoint of another plan is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What is trained, such as `mel-cnn 1`; messages begin with it.
    pub name: String,
    /// Layout of the network.
    pub network: NetworkConfig,
    /// Settings of the training.
    pub fit: FitConfig,
    /// What the inputs are, in words.
    pub inputs: String,
    /// Hash of the training clips.
    pub training_clips: String,
    /// Hash of the validation clips.
    pub validation_clips: String,
}

impl Plan {
    /// The settings in which two plans differ, each as `name: this, there`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        plan::differences(&serde_json::json!(self), &serde_json::json!(other))
    }
}
