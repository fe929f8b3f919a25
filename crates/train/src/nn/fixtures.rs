//! Small networks and synthetic inputs for tests.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use crate::nn::examples::{Batch, Examples, Views};
use crate::nn::layers::{Block, Layer};
use crate::nn::net::NetworkConfig;
use crate::nn::policy::{Keep, Policy, Rate};
use crate::random::generator;
use anyhow::Result;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

const OUTPUT: Layer = Layer::Dense { units: 3, relu: false };

/// Returns a short training at a constant rate that keeps the best weights.
pub fn best_policy(epochs: usize, patience: Option<usize>) -> Policy {
    Policy {
        seed: 1,
        epochs,
        batch: 4,
        draws: 1,
        rate: Rate::Constant(1e-3),
        weight_decay: 0.0,
        keep: Keep::Best { patience },
    }
}

/// Returns a short training with a schedule that keeps the average.
pub fn average_policy(epochs: usize) -> Policy {
    Policy {
        rate: Rate::Cosine { peak: 3e-3, warmup_epochs: 2 },
        weight_decay: 1e-2,
        keep: Keep::Average { ceiling: 0.995 },
        ..best_policy(epochs, None)
    }
}

/// Returns a small network with batch norm.
pub fn blocks() -> NetworkConfig {
    let layers = vec![
        Layer::Block(Block { channels: 4, kernel: 5, stride: 2, pool: true }),
        Layer::Block(Block { channels: 6, kernel: 3, stride: 1, pool: false }),
        Layer::PoolTime,
        Layer::Dropout { share: 0.25 },
        Layer::Linear { units: 3 },
    ];
    NetworkConfig { input: [16, 20], layers, l2: 0.0 }
}

/// Returns small networks that together have every kind of layer: the study's kind, a recurrent
/// one, and a recurrent one after a convolution.
pub fn every_layer() -> Vec<NetworkConfig> {
    let conv = |channels, kernel, relu| Layer::Conv2d { channels, kernel, relu };
    let stacks = [
        vec![
            conv(3, 2, true),
            Layer::MaxPool2,
            conv(4, 3, true),
            Layer::Dropout { share: 0.25 },
            conv(2, 2, false),
            Layer::Flatten,
            Layer::Dense { units: 6, relu: true },
            OUTPUT,
        ],
        vec![Layer::Gru { units: 5 }, Layer::Dropout { share: 0.25 }, OUTPUT],
        vec![conv(2, 3, false), Layer::Gru { units: 4 }, OUTPUT, OUTPUT],
    ];
    let config = |layers| NetworkConfig { input: [11, 13], layers, l2: 0.01 };
    stacks.into_iter().map(config).collect()
}

/// Returns `n` examples of noise with random labels.
pub fn random_batch(config: &NetworkConfig, n: usize, seed: u64) -> Batch {
    let mut rng = generator(seed, "batch", &[]);
    let inputs = (0..n * config.input_len()).map(|_| rng.random_range(-1.0..1.0)).collect();
    let labels: Vec<_> = (0..n).map(|_| rng.random_range(0..config.n_labels())).collect();
    Batch::labelled(inputs, &labels, config.n_labels(), config.input[1]).unwrap()
}

/// Clips with one bright band in noise; its position determines the label. Clip `i` has the label
/// `i % n_labels` and `1 + i % 3` views. Every draw has fresh noise.
pub struct Tones {
    input: [usize; 2],
    n_labels: usize,
}

impl Tones {
    /// Creates clips of a given size.
    pub fn new(input: [usize; 2], n_labels: usize) -> Self {
        Self { input, n_labels }
    }

    fn add(&self, clip: usize, rng: &mut Xoshiro256PlusPlus, inputs: &mut Vec<f32>) {
        let [height, width] = self.input;
        let bright = (self.label(clip) * 2 + 1) * height / (2 * self.n_labels);
        for row in 0..height {
            let level = if row == bright { 2.0 } else { 0.0 };
            inputs.extend((0..width).map(|_| level + rng.random_range(-1.0..1.0)));
        }
    }
}

impl Examples for Tones {
    fn batch(&self, clips: &[usize], rng: &mut Xoshiro256PlusPlus) -> Result<Batch> {
        let mut inputs = Vec::new();
        clips.iter().for_each(|&clip| self.add(clip, rng, &mut inputs));
        let labels: Vec<_> = clips.iter().map(|&clip| self.label(clip)).collect();
        Batch::labelled(inputs, &labels, self.n_labels, self.input[1])
    }
}

impl Views for Tones {
    fn label(&self, clip: usize) -> usize {
        clip % self.n_labels
    }

    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize {
        let n = 1 + clip % 3;
        for view in 0..n {
            self.add(clip, &mut generator(clip as u64, "view", &[view as u64]), inputs);
        }
        n
    }
}
