//! Small networks and synthetic inputs for tests.

use crate::network::examples::Examples;
use crate::network::layers::{Layer, NetworkConfig};
use crate::network::step::Batch;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use sourcing_sound_train::random::generator;

/// Small networks that together have every kind of layer: the study's kind, a recurrent one,
/// and a recurrent one behind a convolution.
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
        ],
        vec![Layer::Gru { units: 5 }, Layer::Dropout { share: 0.25 }],
        vec![conv(2, 3, false), Layer::Gru { units: 4 }, Layer::Dense { units: 3, relu: false }],
    ];
    let config = |layers| NetworkConfig { input: [11, 13], layers, n_labels: 3, l2: 0.01 };
    stacks.into_iter().map(config).collect()
}

/// `n` examples of noise with random labels.
pub fn random_batch(config: &NetworkConfig, n: usize, seed: u64) -> Batch {
    let mut rng = generator(seed, "batch", &[]);
    Batch {
        inputs: (0..n * config.input_len()).map(|_| rng.random_range(-1.0..1.0)).collect(),
        labels: (0..n).map(|_| rng.random_range(0..config.n_labels)).collect(),
    }
}

/// Clips with one bright band in noise; its place tells the label. Clip `i` has the label
/// `i % n_labels` and `1 + i % 3` views. Every draw has fresh noise.
pub struct Tones {
    input: [usize; 2],
    n_labels: usize,
}

impl Tones {
    /// Clips of some size.
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
    fn label(&self, clip: usize) -> usize {
        clip % self.n_labels
    }

    fn draw(&self, clip: usize, rng: &mut Xoshiro256PlusPlus, inputs: &mut Vec<f32>) {
        self.add(clip, rng, inputs);
    }

    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize {
        let n = 1 + clip % 3;
        for view in 0..n {
            self.add(clip, &mut generator(clip as u64, "view", &[view as u64]), inputs);
        }
        n
    }
}
