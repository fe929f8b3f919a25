//! The compact convolutional network, as evaluations record it.

use crate::nn::layers::{Block, Layer};
use crate::nn::net::NetworkConfig;
use serde::{Deserialize, Serialize};

/// The network's settings. Input is `[batch, 1, n_mels, frames]`, output `[batch, n_labels]`.
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

    /// Returns the layers for inputs of a width, on which the weights do not depend.
    pub fn network(&self, frames: usize) -> NetworkConfig {
        let mut layers: Vec<_> = self.blocks.iter().copied().map(Layer::Block).collect();
        let units = self.n_labels;
        layers.extend([
            Layer::PoolTime,
            Layer::Dropout { share: self.dropout },
            Layer::Linear { units },
        ]);
        NetworkConfig { input: [self.n_mels, frames], layers, l2: 0.0 }
    }

    /// Returns the length of the pooled feature vector.
    pub fn n_features(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.channels)
    }

    /// Returns the shortest input, in frames, that leaves at least one output column.
    pub fn min_frames(&self) -> usize {
        (1..=4096).find(|&frames| self.network(frames).shapes().is_ok()).unwrap_or(4096)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::layers::Shape;

    #[test]
    fn the_compact_net_has_128_730_parameters() {
        let config = NetConfig::compact(64, 10);
        let network = config.network(173);
        network.validate().unwrap();
        assert_eq!(network.parameters().unwrap(), 128_730);
        assert_eq!(config.n_features(), 96);
        let millions = network.multiply_adds().unwrap() as f64 / 1e6;
        assert!((millions - 28.5).abs() < 0.1, "{millions}");
    }

    #[test]
    fn extents_follow_strides_and_pools() {
        let config = NetConfig::compact(64, 10);
        // 64 × 173 → 32 × 87 → 16 × 43 → 8 × 21 → 4 × 10.
        assert_eq!(config.network(173).shapes().unwrap()[7], Shape::Image([96, 4, 10]));
        assert_eq!(config.min_frames(), 15);
        assert!(config.network(14).shapes().is_err());
    }

    #[test]
    fn layouts_that_cannot_be_built_are_refused() {
        assert!(NetConfig::compact(8, 10).network(173).validate().is_err(), "too few bands");
        assert!(NetConfig::compact(64, 1).network(173).validate().is_err(), "too few labels");
        let mut even = NetConfig::compact(64, 10);
        even.blocks[0].kernel = 4;
        assert!(even.network(173).validate().is_err(), "an even kernel");
    }
}
