//! The compact convolutional network: its layout and its weights.
//!
//! Weights are plain named arrays rather than burn modules: optimiser, moving average,
//! checkpoint and export then read and write the same few slices, and burn is asked only
//! for what it is here for, the gradient.

use anyhow::{Result, ensure};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Added to a batch variance before its square root is taken.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;

/// One block: convolution without bias (padding `kernel / 2`), batch norm, ReLU, and
/// possibly a 2 × 2 max-pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Output channels.
    pub channels: usize,
    /// Side of the square kernel, odd.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Whether a 2 × 2 max-pool follows.
    pub pool: bool,
}

/// The whole network. Input is `[batch, 1, n_mels, frames]`, output `[batch, n_labels]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetConfig {
    /// Mel bands of the input, its height.
    pub n_mels: usize,
    /// Number of outputs.
    pub n_labels: usize,
    /// The blocks from input to output.
    pub blocks: Vec<Block>,
    /// Probability that a pooled feature is dropped in training.
    pub dropout: f32,
}

impl NetConfig {
    /// The flagship's layout: 128,730 parameters for 10 labels, whatever `n_mels` is.
    pub fn compact(n_mels: usize, n_labels: usize) -> Self {
        let block = |channels, kernel, stride, pool| Block { channels, kernel, stride, pool };
        let blocks = vec![
            block(16, 5, 2, false),
            block(16, 3, 1, true),
            block(32, 3, 1, false),
            block(32, 3, 1, true),
            block(64, 3, 1, false),
            block(64, 3, 1, true),
            block(96, 3, 1, false),
        ];
        Self { n_mels, n_labels, blocks, dropout: 0.3 }
    }

    /// Length of the pooled feature vector.
    pub fn n_features(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.channels)
    }

    /// Height or width after all blocks for an input height or width; 0 where it is too small.
    pub fn output_extent(&self, extent: usize) -> usize {
        self.blocks.iter().fold(extent, |extent, block| {
            // Odd kernels with half of them as padding: ⌈extent / stride⌉.
            let convolved = extent.div_ceil(block.stride);
            if block.pool { convolved / 2 } else { convolved }
        })
    }

    /// The shortest input, in frames, that leaves at least one output column.
    pub fn min_frames(&self) -> usize {
        (1..=4096).find(|&frames| self.output_extent(frames) > 0).unwrap_or(4096)
    }

    /// Checks that the layout can be built.
    pub fn validate(&self) -> Result<()> {
        ensure!(!self.blocks.is_empty(), "the network needs at least one block");
        ensure!(self.n_labels >= 2, "the network needs at least 2 labels, got {}", self.n_labels);
        ensure!(
            self.blocks.iter().all(|b| b.kernel % 2 == 1 && b.stride > 0 && b.channels > 0),
            "each block needs an odd kernel, a stride and channels above 0"
        );
        ensure!(
            self.output_extent(self.n_mels) > 0,
            "{} mel bands are too few for {} blocks",
            self.n_mels,
            self.blocks.len()
        );
        ensure!(
            (0.0..1.0).contains(&self.dropout),
            "dropout must be in 0..1, got {}",
            self.dropout
        );
        Ok(())
    }
}

/// A named array of f32, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Unique within the weights, for example `block3.conv`.
    pub name: String,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
    /// The elements.
    pub values: Vec<f32>,
}

impl Array {
    fn new(name: String, shape: Vec<usize>, mut value: impl FnMut() -> f32) -> Self {
        let len = shape.iter().product();
        Self { name, shape, values: (0..len).map(|_| value()).collect() }
    }
}

/// All weights: what the optimiser moves, and the batch-norm statistics that go with it.
///
/// Per block the parameters are `conv`, `scale`, `shift`, the statistics `mean` and
/// `variance`; last come `linear.weight` `[n_labels, n_features]` and `linear.bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Trained by gradient descent.
    pub parameters: Vec<Array>,
    /// Running batch-norm statistics.
    pub statistics: Vec<Array>,
}

impl Weights {
    /// Uniform in ±1/√fan_in for convolutions and the linear layer, identity batch norms.
    pub fn random(config: &NetConfig, rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut parameters = Vec::new();
        let mut statistics = Vec::new();
        let mut channels_in = 1;
        for (index, block) in config.blocks.iter().enumerate() {
            let name = |part: &str| format!("block{index}.{part}");
            let shape = vec![block.channels, channels_in, block.kernel, block.kernel];
            let bound = ((channels_in * block.kernel * block.kernel) as f32).sqrt().recip();
            parameters.push(Array::new(name("conv"), shape, || rng.random_range(-bound..bound)));
            parameters.push(Array::new(name("scale"), vec![block.channels], || 1.0));
            parameters.push(Array::new(name("shift"), vec![block.channels], || 0.0));
            statistics.push(Array::new(name("mean"), vec![block.channels], || 0.0));
            statistics.push(Array::new(name("variance"), vec![block.channels], || 1.0));
            channels_in = block.channels;
        }
        let bound = (channels_in as f32).sqrt().recip();
        let shape = vec![config.n_labels, channels_in];
        let mut uniform = || rng.random_range(-bound..bound);
        parameters.push(Array::new("linear.weight".into(), shape, &mut uniform));
        parameters.push(Array::new("linear.bias".into(), vec![config.n_labels], &mut uniform));
        Self { parameters, statistics }
    }

    /// Number of trained scalars.
    pub fn n_parameters(&self) -> usize {
        self.parameters.iter().map(|array| array.values.len()).sum()
    }

    /// Whether every scalar is finite.
    pub fn is_finite(&self) -> bool {
        let mut all = self.parameters.iter().chain(&self.statistics);
        all.all(|array| array.values.iter().all(|value| value.is_finite()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::generator;

    #[test]
    fn the_compact_net_has_128_730_parameters() {
        let config = NetConfig::compact(64, 10);
        let weights = Weights::random(&config, &mut generator(1, "test", &[]));
        assert_eq!(weights.n_parameters(), 128_730);
        assert_eq!(config.n_features(), 96);
        assert!(config.validate().is_ok());
    }

    #[test]
    fn extents_follow_strides_and_pools() {
        let config = NetConfig::compact(64, 10);
        // 64 × 173 → 32 × 87 → 16 × 43 → 8 × 21 → 4 × 10.
        assert_eq!((config.output_extent(64), config.output_extent(173)), (4, 10));
        assert_eq!(config.min_frames(), 15);
        assert_eq!(config.output_extent(14), 0);
    }

    #[test]
    fn layouts_that_cannot_be_built_are_refused() {
        assert!(NetConfig::compact(8, 10).validate().is_err(), "too few bands");
        assert!(NetConfig::compact(64, 1).validate().is_err(), "too few labels");
        let mut even = NetConfig::compact(64, 10);
        even.blocks[0].kernel = 4;
        assert!(even.validate().is_err(), "an even kernel");
    }
}
