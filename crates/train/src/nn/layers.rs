//! Building blocks of networks: layers, the shapes between them, their weights and their cost.

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// One layer. All arrays are row-major; `n` is the number of examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Layer {
    /// Convolution without bias, batch norm, ReLU, and possibly a pool.
    Block(Block),
    /// `[n, c, h, w]` to `[n, c]`: the mean over the height, then mean plus maximum over the width.
    PoolTime,
    /// Convolution with bias, stride 1, without padding (Keras' `padding="valid"`):
    /// `[n, c, h, w]` to `[n, channels, h − kernel + 1, w − kernel + 1]`.
    Conv2d {
        /// Output channels.
        channels: usize,
        /// Side of the square kernel.
        kernel: usize,
        /// Whether a ReLU follows.
        relu: bool,
    },
    /// The greatest of every 2 × 2 values; an odd last row or column is dropped.
    MaxPool2,
    /// In training, sets values to 0 with probability `share` and scales the others up.
    Dropout {
        /// Probability, 0 to below 1.
        share: f32,
    },
    /// `[n, c, h, w]` to `[n, c · h · w]`.
    Flatten,
    /// `[n, features]` to `[n, units]`, with bias.
    Dense {
        /// Number of outputs.
        units: usize,
        /// Whether a ReLU follows.
        relu: bool,
    },
    /// The same as in PyTorch: kernel `[units, features]`, with kernel and bias uniform at first.
    Linear {
        /// Number of outputs.
        units: usize,
    },
    /// A gated recurrent unit that runs along the width; its input at each step is one column, `c ·
    /// h` values. Returns the mean of its states over time, `[n, units]`.
    Gru {
        /// Length of the state.
        units: usize,
    },
}

/// A convolution without bias (padding `kernel / 2`), batch norm, ReLU, and possibly a 2 × 2
/// max-pool.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

impl Block {
    /// Returns height or width after the convolution, before the pool. With half of the odd kernel
    /// as padding: ⌈extent / stride⌉.
    fn convolved(self, extent: usize) -> usize {
        extent.div_ceil(self.stride)
    }
}

/// The shape of one example between two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// `[channels, height, width]`.
    Image([usize; 3]),
    /// `[features]`.
    Vector(usize),
}

/// The initial values of an array of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero.
    Zero,
    /// All one.
    One,
    /// Uniform in ±1/√`fan_in`.
    Uniform {
        /// Inputs of one output.
        fan_in: usize,
    },
    /// Uniform in ±√(6 / (`fan_in` + `fan_out`)) (Glorot and Bengio, 2010).
    Glorot {
        /// Inputs of one output.
        fan_in: usize,
        /// Outputs that depend on one input.
        fan_out: usize,
    },
    /// Orthogonal rows of length 1 (Saxe et al., 2014).
    Orthogonal,
}

/// One array of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ArraySpec {
    /// Unique within the network, such as `layer3.kernel`.
    pub name: String,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
    /// Its initial values.
    pub init: Init,
    /// Whether its squared sum is part of the loss.
    pub decays: bool,
}

impl ArraySpec {
    fn new(name: String, shape: Vec<usize>, init: Init) -> Self {
        Self { name, shape, init, decays: false }
    }

    /// Returns the number of elements.
    pub fn n_values(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Layer {
    /// Returns the shape after the layer.
    pub fn output(self, input: Shape) -> Result<Shape> {
        match (self, input) {
            (Layer::Block(block), Shape::Image([_, height, width])) => {
                ensure!(
                    block.kernel % 2 == 1 && block.stride > 0 && block.channels > 0,
                    "a block needs an odd kernel, a stride and channels above 0"
                );
                let shrink = if block.pool { 2 } else { 1 };
                let [h, w] = [height, width].map(|extent| block.convolved(extent) / shrink);
                ensure!(h.min(w) > 0, "{height} × {width} is too small for a block");
                Ok(Shape::Image([block.channels, h, w]))
            }
            (Layer::PoolTime, Shape::Image([channels, ..])) => Ok(Shape::Vector(channels)),
            (Layer::Conv2d { channels, kernel, .. }, Shape::Image([_, height, width])) => {
                ensure!(channels > 0 && kernel > 0, "a convolution needs channels and a kernel");
                ensure!(
                    kernel <= height.min(width),
                    "a kernel of {kernel} × {kernel} does not fit into {height} × {width}"
                );
                Ok(Shape::Image([channels, height - kernel + 1, width - kernel + 1]))
            }
            (Layer::MaxPool2, Shape::Image([channels, height, width])) => {
                ensure!(height.min(width) >= 2, "{height} × {width} is too small to be pooled");
                Ok(Shape::Image([channels, height / 2, width / 2]))
            }
            (Layer::Dropout { share }, shape) => {
                ensure!((0.0..1.0).contains(&share), "dropout must be in 0..1, got {share}");
                Ok(shape)
            }
            (Layer::Flatten, Shape::Image(extents)) => Ok(Shape::Vector(extents.iter().product())),
            (Layer::Dense { units, .. } | Layer::Linear { units }, Shape::Vector(_))
            | (Layer::Gru { units }, Shape::Image(_)) => {
                ensure!(units > 0, "{self:?} needs at least 1 unit");
                Ok(Shape::Vector(units))
            }
            (_, Shape::Vector(features)) => {
                bail!("{self:?} needs rows and columns, not a vector of {features} features")
            }
            (_, Shape::Image([channels, height, width])) => {
                bail!("{self:?} needs a vector, not {channels} × {height} × {width} values")
            }
        }
    }

    /// Returns the name of one of the layer's arrays.
    fn name(self, index: usize, part: &str) -> String {
        match self {
            Layer::Block(_) => format!("block{index}.{part}"),
            Layer::Linear { .. } => format!("linear.{part}"),
            _ => format!("layer{index}.{part}"),
        }
    }

    /// Returns the layer's trained weights.
    pub fn arrays(self, index: usize, input: Shape) -> Vec<ArraySpec> {
        let array = |part: &str, shape, init| ArraySpec::new(self.name(index, part), shape, init);
        match (self, input) {
            (Layer::Block(block), Shape::Image([channels_in, ..])) => {
                let Block { channels, kernel, .. } = block;
                let init = Init::Uniform { fan_in: channels_in * kernel * kernel };
                vec![
                    array("conv", vec![channels, channels_in, kernel, kernel], init),
                    array("scale", vec![channels], Init::One),
                    array("shift", vec![channels], Init::Zero),
                ]
            }
            (Layer::Linear { units }, Shape::Vector(features)) => {
                let init = Init::Uniform { fan_in: features };
                vec![array("weight", vec![units, features], init), array("bias", vec![units], init)]
            }
            (Layer::Conv2d { channels, kernel, .. }, Shape::Image([channels_in, ..])) => {
                let area = kernel * kernel;
                let init = Init::Glorot { fan_in: channels_in * area, fan_out: channels * area };
                let mut weights =
                    array("kernel", vec![channels, channels_in, kernel, kernel], init);
                weights.decays = true;
                vec![weights, array("bias", vec![channels], Init::Zero)]
            }
            (Layer::Dense { units, .. }, Shape::Vector(features)) => {
                let init = Init::Glorot { fan_in: features, fan_out: units };
                vec![
                    array("kernel", vec![features, units], init),
                    array("bias", vec![units], Init::Zero),
                ]
            }
            (Layer::Gru { units }, Shape::Image([channels, height, _])) => {
                let (features, gates) = (channels * height, 3 * units);
                let init = Init::Glorot { fan_in: features, fan_out: gates };
                vec![
                    array("kernel", vec![features, gates], init),
                    array("recurrent", vec![units, gates], Init::Orthogonal),
                    array("bias", vec![gates], Init::Zero),
                    array("recurrent_bias", vec![gates], Init::Zero),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Returns the running statistics of the layer's batch norm.
    pub fn statistics(self, index: usize) -> Vec<ArraySpec> {
        let Layer::Block(Block { channels, .. }) = self else { return Vec::new() };
        let array = |part: &str, init| ArraySpec::new(self.name(index, part), vec![channels], init);
        vec![array("mean", Init::Zero), array("variance", Init::One)]
    }

    /// Returns the multiply-adds for one example.
    pub fn multiply_adds(self, input: Shape, output: Shape) -> usize {
        match (self, input, output) {
            (Layer::Block(block), Shape::Image([channels_in, height, width]), _) => {
                let area = block.convolved(height) * block.convolved(width);
                area * block.channels * channels_in * block.kernel * block.kernel
            }
            (
                Layer::Conv2d { kernel, .. },
                Shape::Image([channels_in, ..]),
                Shape::Image([channels, height, width]),
            ) => channels * height * width * channels_in * kernel * kernel,
            (Layer::Dense { units, .. } | Layer::Linear { units }, Shape::Vector(features), _) => {
                features * units
            }
            (Layer::Gru { units }, Shape::Image([channels, height, width]), _) => {
                width * 3 * units * (channels * height + units)
            }
            _ => 0,
        }
    }
}
