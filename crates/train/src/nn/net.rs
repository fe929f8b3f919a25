//! A whole network as data, and its weights as named arrays.

use crate::nn::layers::{ArraySpec, Block, Layer, Shape};
use anyhow::{Result, ensure};
use serde::Serialize;

/// A whole network. Input is `[n, 1, height, width]`; the outputs of the last layer, one per
/// label, are the logits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkConfig {
    /// Height (bands or coefficients) and width (frames) of an input. A network of layers that do
    /// not depend on the width also accepts other widths.
    pub input: [usize; 2],
    /// The layers from input to logits.
    pub layers: Vec<Layer>,
    /// Weight of the convolution kernels' squared sum in the loss (Keras' `l2(…)`), at least 0.
    pub l2: f64,
}

impl NetworkConfig {
    /// Returns the number of labels.
    pub fn n_labels(&self) -> usize {
        match self.layers.last() {
            Some(Layer::Dense { units, .. } | Layer::Linear { units }) => *units,
            _ => 0,
        }
    }

    /// Returns the blocks with which the network begins.
    pub fn blocks(&self) -> Vec<Block> {
        let block = |layer: &Layer| match layer {
            Layer::Block(block) => Some(*block),
            _ => None,
        };
        self.layers.iter().map_while(block).collect()
    }

    /// Returns the layers after those blocks and the pool over time that follows them.
    pub fn behind_blocks(&self) -> &[Layer] {
        let blocks = self.blocks().len();
        self.layers.get(blocks + usize::from(blocks > 0)..).unwrap_or_default()
    }

    /// Returns the layers before the one that computes the logits.
    pub fn hidden_layers(&self) -> &[Layer] {
        self.layers.split_last().map_or(&[], |(_, hidden)| hidden)
    }

    /// Returns the shape of one example before the first layer and after every layer.
    ///
    /// # Errors
    /// Names the first layer that cannot follow the previous one.
    pub fn shapes(&self) -> Result<Vec<Shape>> {
        let [height, width] = self.input;
        let mut shapes = vec![Shape::Image([1, height, width])];
        for (index, layer) in self.layers.iter().enumerate() {
            let output = layer.output(shapes[index]);
            shapes.push(output.map_err(|error| error.context(format!("layer {index}")))?);
        }
        Ok(shapes)
    }

    /// Checks that the network can be built.
    pub fn validate(&self) -> Result<()> {
        self.shapes()?;
        let blocks = self.blocks().len();
        ensure!(
            blocks == 0 || self.layers.get(blocks) == Some(&Layer::PoolTime),
            "layer {blocks}: blocks are followed by a pool over time"
        );
        let stray = |layer: &Layer| matches!(layer, Layer::Block(_) | Layer::PoolTime);
        ensure!(
            !self.behind_blocks().iter().any(stray),
            "blocks and the pool over time come before all other layers"
        );
        let n_labels = self.n_labels();
        ensure!(n_labels >= 2, "a network needs at least 2 labels, got {n_labels}");
        ensure!(
            self.l2 >= 0.0 && self.l2.is_finite(),
            "the weight of L2 must be at least 0, got {}",
            self.l2
        );
        Ok(())
    }

    /// Returns the trained arrays of weights in the order in which the layers use them.
    pub fn arrays(&self) -> Result<Vec<ArraySpec>> {
        self.specs(Layer::arrays)
    }

    /// Returns the running statistics of batch norms in order.
    pub fn statistics(&self) -> Result<Vec<ArraySpec>> {
        self.specs(|layer, index, _| layer.statistics(index))
    }

    fn specs(&self, of: fn(Layer, usize, Shape) -> Vec<ArraySpec>) -> Result<Vec<ArraySpec>> {
        let shapes = self.shapes()?;
        let layers = self.layers.iter().zip(shapes).enumerate();
        Ok(layers.flat_map(|(index, (layer, input))| of(*layer, index, input)).collect())
    }

    /// Returns the number of trained scalars.
    pub fn parameters(&self) -> Result<usize> {
        Ok(self.arrays()?.iter().map(ArraySpec::n_values).sum())
    }

    /// Returns the multiply-adds for one example.
    pub fn multiply_adds(&self) -> Result<usize> {
        let shapes = self.shapes()?;
        let ends = shapes.windows(2);
        Ok(self.layers.iter().zip(ends).map(|(layer, e)| layer.multiply_adds(e[0], e[1])).sum())
    }

    /// Returns the values of one input.
    pub fn input_len(&self) -> usize {
        self.input[0] * self.input[1]
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

/// All weights: those that the optimiser changes, and the batch-norm statistics that belong to
/// them.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Trained by gradient descent.
    pub parameters: Vec<Array>,
    /// Running batch-norm statistics, a `mean` and a `variance` per block.
    pub statistics: Vec<Array>,
}

impl Weights {
    /// Returns the number of trained scalars.
    pub fn n_parameters(&self) -> usize {
        self.parameters.iter().map(|array| array.values.len()).sum()
    }

    /// Returns whether every scalar is finite.
    pub fn is_finite(&self) -> bool {
        let mut all = self.parameters.iter().chain(&self.statistics);
        all.all(|array| array.values.iter().all(|value| value.is_finite()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn network(mut layers: Vec<Layer>) -> NetworkConfig {
        layers.push(Layer::Dense { units: 3, relu: false });
        NetworkConfig { input: [6, 9], layers, l2: 0.0 }
    }

    fn refusal(network: &NetworkConfig) -> String {
        format!("{:#}", network.validate().unwrap_err())
    }

    #[test]
    fn a_gru_has_the_weights_of_keras() {
        // Keras, `GRU(4)` on 6 features with `reset_after`: 3 · (6 · 4 + 4 · 4 + 2 · 4) = 144.
        let network = network(vec![Layer::Gru { units: 4 }]);
        assert_eq!(network.parameters().unwrap(), 144 + 4 * 3 + 3);
        assert_eq!(network.multiply_adds().unwrap(), 9 * 3 * 4 * (6 + 4) + 4 * 3);
    }

    #[test]
    fn unbuildable_networks_are_refused_with_the_layer() {
        let dense = Layer::Dense { units: 2, relu: true };
        let big = Layer::Conv2d { channels: 1, kernel: 7, relu: true };
        assert_eq!(
            refusal(&network(vec![big])),
            "layer 0: a kernel of 7 × 7 does not fit into 6 × 9"
        );
        assert!(refusal(&network(vec![dense])).contains("needs a vector, not 1 × 6 × 9 values"));
        let after = network(vec![Layer::Flatten, dense, Layer::MaxPool2]);
        assert!(refusal(&after).starts_with("layer 2: MaxPool2 needs rows and columns"));
        let pools = network(vec![Layer::MaxPool2; 3]);
        assert_eq!(refusal(&pools), "layer 2: 1 × 2 is too small to be pooled");
        let dropout = network(vec![Layer::Dropout { share: 1.0 }, Layer::Flatten]);
        assert_eq!(refusal(&dropout), "layer 0: dropout must be in 0..1, got 1");
        let mut few = network(vec![Layer::Flatten]);
        few.layers[1] = Layer::Dense { units: 1, relu: false };
        assert!(refusal(&few).contains("at least 2 labels"));
        let block = Layer::Block(Block { channels: 2, kernel: 3, stride: 1, pool: false });
        let flat = network(vec![block, Layer::Flatten]);
        assert_eq!(refusal(&flat), "layer 1: blocks are followed by a pool over time");
        let late = network(vec![Layer::MaxPool2, block, Layer::PoolTime]);
        assert!(refusal(&late).contains("come before all other layers"));
        let mut negative = network(vec![Layer::Flatten]);
        negative.l2 = -1.0;
        assert!(refusal(&negative).contains("at least 0, got -1"));
    }
}
