//! The shape of the network: a MobileNetV3 over log-mel columns, with folded batch norm.
//!
//! Weights are plain named arrays, as for the other networks: optimiser, checkpoint and export read
//! and write the same slices.

use crate::nn::net::Array;
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;

/// What follows a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(x, 0).
    Relu,
    /// x · clamp(x + 3, 0, 6) / 6.
    HardSwish,
}

/// A convolution with bias; the padding is half of its odd kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Its arrays are `<name>.weight` and `<name>.bias`.
    pub name: String,
    /// Side of the square kernel.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Whether each channel is convolved with its own kernel.
    pub depthwise: bool,
    /// What follows.
    pub activation: Activation,
}

/// Scales channels by factors from their means over frequency and time: two linear layers,
/// `<name>.fc1` with ReLU and `<name>.fc2` with a sigmoid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqueezeExcite {
    /// Prefix of its arrays' names.
    pub name: String,
    /// Channels that are scaled.
    pub channels: usize,
    /// Outputs of the first linear layer.
    pub hidden: usize,
}

/// An inverted residual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// 1 × 1, to more channels.
    pub expand: Option<Convolution>,
    /// One kernel per channel.
    pub depthwise: Convolution,
    /// After the depthwise convolution.
    pub squeeze_excite: Option<SqueezeExcite>,
    /// 1 × 1, to fewer channels.
    pub project: Convolution,
    /// Whether the block's input is added to its output.
    pub residual: bool,
}

/// The whole network. Input is `[batch, 1, n_mels, frames]`; outputs are the embedding
/// `[batch, embedding]`, the mean of the last convolution over frequency and time, and the logits
/// `[batch, labels]`, by two linear layers, `hidden` with hard-swish and `classifier`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// From one channel.
    pub stem: Convolution,
    /// In order.
    pub blocks: Vec<Block>,
    /// 1 × 1.
    pub last: Convolution,
    /// Outputs of the linear layer on the embedding.
    pub hidden: usize,
    /// Outputs of the network.
    pub labels: usize,
}

/// Arrays by name.
pub type Arrays = HashMap<String, Array>;

/// What the checkpoint does not state about a block: kernel, hard-swish or ReLU, and stride.
const BLOCKS: [(usize, Activation, usize); 15] = {
    use Activation::{HardSwish, Relu};
    [
        (3, Relu, 1),
        (3, Relu, 2),
        (3, Relu, 1),
        (5, Relu, 2),
        (5, Relu, 1),
        (5, Relu, 1),
        (3, HardSwish, 2),
        (3, HardSwish, 1),
        (3, HardSwish, 1),
        (3, HardSwish, 1),
        (3, HardSwish, 1),
        (3, HardSwish, 1),
        (5, HardSwish, 2),
        (5, HardSwish, 1),
        (5, HardSwish, 1),
    ]
};

/// Mel bands of the input, its height.
pub const N_MELS: usize = 128;

impl Layout {
    /// Returns the layout with the widths of `arrays`, which have the names of this module.
    pub fn of(arrays: &Arrays) -> Result<Self> {
        let widths = Widths(arrays);
        let stem = widths.convolution("stem", (3, 2), 1, false, Activation::HardSwish)?;
        let mut channels = stem.outputs;
        let mut blocks = Vec::with_capacity(BLOCKS.len());
        for (index, setting) in BLOCKS.into_iter().enumerate() {
            let block = widths.block(index, setting, channels)?;
            channels = block.project.outputs;
            blocks.push(block);
        }
        let last = widths.convolution("last", (1, 1), channels, false, Activation::HardSwish)?;
        let hidden = widths.linear("hidden", last.outputs)?;
        let labels = widths.linear("classifier", hidden)?;
        Ok(Self { stem, blocks, last, hidden, labels })
    }

    /// Returns the length of the embedding.
    pub fn embedding(&self) -> usize {
        self.last.outputs
    }

    /// Returns all convolutions in the order in which the network uses them.
    pub fn convolutions(&self) -> impl Iterator<Item = &Convolution> {
        let blocks = self
            .blocks
            .iter()
            .flat_map(|block| block.expand.iter().chain([&block.depthwise, &block.project]));
        std::iter::once(&self.stem).chain(blocks).chain([&self.last])
    }

    /// Returns the names and shapes of all arrays, in the order in which the network uses them.
    pub fn arrays(&self) -> Vec<(String, Vec<usize>)> {
        let mut all = Vec::new();
        for c in self.convolutions() {
            let inputs = if c.depthwise { 1 } else { c.inputs };
            all.push((format!("{}.weight", c.name), vec![c.outputs, inputs, c.kernel, c.kernel]));
            all.push((format!("{}.bias", c.name), vec![c.outputs]));
        }
        let mut linears = Vec::new();
        for squeeze in self.blocks.iter().filter_map(|block| block.squeeze_excite.as_ref()) {
            let SqueezeExcite { name, channels, hidden } = squeeze;
            linears.push((format!("{name}.fc1"), *hidden, *channels));
            linears.push((format!("{name}.fc2"), *channels, *hidden));
        }
        linears.push(("hidden".to_owned(), self.hidden, self.embedding()));
        linears.push(("classifier".to_owned(), self.labels, self.hidden));
        for (name, outputs, inputs) in linears {
            all.push((format!("{name}.weight"), vec![outputs, inputs]));
            all.push((format!("{name}.bias"), vec![outputs]));
        }
        all
    }

    /// Returns the arrays of [`Self::arrays`] in that order.
    pub fn ordered(&self, mut arrays: Arrays) -> Result<Vec<Array>> {
        let names = self.arrays().into_iter();
        let ordered = names.map(|(name, shape)| {
            let array = arrays.remove(&name).with_context(|| format!("there is no {name}"))?;
            ensure!(array.shape == shape, "{name}: {shape:?} expected, not {:?}", array.shape);
            Ok(array)
        });
        let ordered = ordered.collect::<Result<_>>()?;
        let left = arrays.keys().min();
        ensure!(left.is_none(), "the network has no {}", left.map_or("", String::as_str));
        Ok(ordered)
    }
}

/// Derives widths from arrays.
struct Widths<'a>(&'a Arrays);

impl Widths<'_> {
    fn shape(&self, name: &str, rank: usize) -> Result<&[usize]> {
        let array = self.0.get(name).with_context(|| format!("there is no {name}"))?;
        let fits = array.shape.len() == rank && array.shape.iter().all(|&extent| extent > 0);
        ensure!(fits, "{name}: {rank} extents expected, not {:?}", array.shape);
        Ok(&array.shape)
    }

    fn convolution(
        &self,
        name: &str,
        (kernel, stride): (usize, usize),
        inputs: usize,
        depthwise: bool,
        activation: Activation,
    ) -> Result<Convolution> {
        let weight = format!("{name}.weight");
        let shape = self.shape(&weight, 4)?;
        let outputs = shape[0];
        let of_each = if depthwise { 1 } else { inputs };
        let expected = [outputs, of_each, kernel, kernel];
        ensure!(shape == expected, "{weight}: {expected:?} expected, not {shape:?}");
        ensure!(!depthwise || outputs == inputs, "{weight}: {outputs} kernels for {inputs} inputs");
        let bias = self.shape(&format!("{name}.bias"), 1)?;
        ensure!(bias == [outputs], "{name}.bias: {outputs} expected, not {bias:?}");
        let name = name.to_owned();
        Ok(Convolution { name, kernel, stride, inputs, outputs, depthwise, activation })
    }

    fn block(
        &self,
        index: usize,
        (kernel, activation, stride): (usize, Activation, usize),
        inputs: usize,
    ) -> Result<Block> {
        let name = |part: &str| format!("block{index}.{part}");
        let expand = self
            .0
            .contains_key(&name("expand.weight"))
            .then(|| self.convolution(&name("expand"), (1, 1), inputs, false, activation));
        let expand = expand.transpose()?;
        let wide = expand.as_ref().map_or(inputs, |expand| expand.outputs);
        let depthwise =
            self.convolution(&name("depthwise"), (kernel, stride), wide, true, activation)?;
        let squeeze = name("squeeze_excite");
        let squeeze_excite = match self.0.contains_key(&format!("{squeeze}.fc1.weight")) {
            true => {
                let hidden = self.linear(&format!("{squeeze}.fc1"), wide)?;
                let channels = self.linear(&format!("{squeeze}.fc2"), hidden)?;
                ensure!(channels == wide, "{squeeze}: {channels} scales for {wide} channels");
                Some(SqueezeExcite { name: squeeze, channels, hidden })
            }
            false => None,
        };
        let project =
            self.convolution(&name("project"), (1, 1), wide, false, Activation::Linear)?;
        let residual = stride == 1 && project.outputs == inputs;
        Ok(Block { expand, depthwise, squeeze_excite, project, residual })
    }

    fn linear(&self, name: &str, inputs: usize) -> Result<usize> {
        let weight = format!("{name}.weight");
        let shape = self.shape(&weight, 2)?;
        let outputs = shape[0];
        ensure!(shape[1] == inputs, "{weight}: {inputs} inputs expected, not {}", shape[1]);
        let bias = self.shape(&format!("{name}.bias"), 1)?;
        ensure!(bias == [outputs], "{name}.bias: {outputs} expected, not {bias:?}");
        Ok(outputs)
    }
}

#[cfg(test)]
pub mod fixtures {
    use super::*;
    use crate::random::generator;
    use rand::RngExt;

    /// Returns random arrays of a small network of this layout.
    pub fn small(labels: usize, embedding: usize) -> Arrays {
        let mut rng = generator(7, "small", &[]);
        let mut arrays = Arrays::new();
        let mut add = |name: String, shape: Vec<usize>| {
            let fan_in = shape[1..].iter().product::<usize>().max(1) as f32;
            let bound = (3.0 / fan_in).sqrt();
            let values = (0..shape.iter().product()).map(|_| rng.random_range(-bound..bound));
            let array = Array { name: name.clone(), shape, values: values.collect() };
            arrays.insert(name, array);
        };
        let mut layer = |name: String, shape: Vec<usize>| {
            let outputs = shape[0];
            add(format!("{name}.weight"), shape);
            add(format!("{name}.bias"), vec![outputs]);
        };
        layer("stem".into(), vec![4, 1, 3, 3]);
        let mut inputs = 4;
        for (index, (kernel, _, _)) in BLOCKS.into_iter().enumerate() {
            let (wide, narrow) =
                (if index == 0 { inputs } else { 8 }, if index < 6 { 4 } else { 6 });
            if index > 0 {
                layer(format!("block{index}.expand"), vec![wide, inputs, 1, 1]);
            }
            layer(format!("block{index}.depthwise"), vec![wide, 1, kernel, kernel]);
            if index % 2 == 1 {
                layer(format!("block{index}.squeeze_excite.fc1"), vec![3, wide]);
                layer(format!("block{index}.squeeze_excite.fc2"), vec![wide, 3]);
            }
            layer(format!("block{index}.project"), vec![narrow, wide, 1, 1]);
            inputs = narrow;
        }
        layer("last".into(), vec![embedding, inputs, 1, 1]);
        layer("hidden".into(), vec![5, embedding]);
        layer("classifier".into(), vec![labels, 5]);
        arrays
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    #[test]
    fn widths_are_read_off_the_arrays() {
        let arrays = fixtures::small(3, 6);
        let layout = Layout::of(&arrays).unwrap();
        assert_eq!((layout.labels, layout.embedding(), layout.hidden), (3, 6, 5));
        assert!(layout.blocks[0].expand.is_none() && layout.blocks[0].residual);
        assert!(!layout.blocks[1].residual, "its stride is 2");
        assert!(layout.blocks[1].squeeze_excite.is_some());
        let ordered = layout.ordered(arrays.clone()).unwrap();
        assert_eq!(ordered.len(), arrays.len());
    }

    #[test]
    fn arrays_that_do_not_fit_are_named() {
        let refused = |change: &dyn Fn(&mut Arrays)| {
            let mut arrays = fixtures::small(3, 6);
            change(&mut arrays);
            let layout = Layout::of(&arrays).and_then(|layout| layout.ordered(arrays));
            layout.unwrap_err().to_string()
        };
        let missing = refused(&|arrays| drop(arrays.remove("block4.depthwise.bias")));
        assert!(missing.contains("block4.depthwise.bias"), "{missing}");
        let shape = refused(&|arrays| {
            arrays.get_mut("block2.project.weight").unwrap().shape = vec![4, 9, 1, 1];
        });
        assert!(shape.contains("block2.project.weight"), "{shape}");
        let rank = refused(&|arrays| arrays.get_mut("hidden.weight").unwrap().shape = vec![30]);
        assert!(rank.contains("2 extents"), "{rank}");
        let more = refused(&|arrays| {
            let extra = arrays["hidden.bias"].clone();
            arrays.insert("extra".into(), extra);
        });
        assert!(more.contains("extra"), "{more}");
    }
}
