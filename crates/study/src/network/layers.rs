//! What a network is made of: its layers, the shapes between them, and what they cost.

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// One layer. All arrays are row-major; `n` is the number of examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Layer {
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
    /// The greatest of every 2 × 2 values; an odd last row or column is left out.
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
    /// A gated recurrent unit that walks along the width; what is in one column, `c · h`
    /// values, is its input there. Gives the mean of its states over time, `[n, units]`.
    Gru {
        /// Length of the state.
        units: usize,
    },
}

/// A whole network. Input is `[n, 1, height, width]`; a dense layer with one output per label
/// follows the listed layers, and its outputs are the logits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkConfig {
    /// Height (bands or coefficients) and width (frames) of an input.
    pub input: [usize; 2],
    /// The layers from input to output, the last dense one excepted.
    pub layers: Vec<Layer>,
    /// Number of labels, at least 2.
    pub n_labels: usize,
    /// Weight of the convolution kernels' squared sum in the loss (Keras' `l2(…)`), at least 0.
    pub l2: f64,
}

/// What one example looks like between two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// `[channels, height, width]`.
    Image([usize; 3]),
    /// `[features]`.
    Vector(usize),
}

/// How an array of weights begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero.
    Zero,
    /// Uniform in ±√(6 / (`fan_in` + `fan_out`)) (Glorot and Bengio, 2010).
    Glorot {
        /// Inputs of one output.
        fan_in: usize,
        /// Outputs that one input takes part in.
        fan_out: usize,
    },
    /// Rows at right angles to each other, of length 1 (Saxe et al., 2014).
    Orthogonal,
}

/// One array of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ArraySpec {
    /// Unique within the network, such as `layer3.kernel`.
    pub name: String,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
    /// How it begins.
    pub init: Init,
    /// Whether its squared sum is part of the loss.
    pub decays: bool,
}

impl ArraySpec {
    fn new(name: String, shape: Vec<usize>, init: Init) -> Self {
        Self { name, shape, init, decays: false }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Layer {
    /// The shape behind the layer.
    fn output(self, input: Shape) -> Result<Shape> {
        match (self, input) {
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
            (Layer::Dense { units, .. }, Shape::Vector(_))
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

    /// The layer's weights.
    fn arrays(self, name: &str, input: Shape) -> Vec<ArraySpec> {
        let array = |part: &str, shape, init| ArraySpec::new(format!("{name}.{part}"), shape, init);
        match (self, input) {
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

    /// Multiplications with addition for one example.
    fn multiply_adds(self, input: Shape, output: Shape) -> usize {
        match (self, input, output) {
            (
                Layer::Conv2d { kernel, .. },
                Shape::Image([channels_in, ..]),
                Shape::Image([channels, height, width]),
            ) => channels * height * width * channels_in * kernel * kernel,
            (Layer::Dense { units, .. }, Shape::Vector(features), _) => features * units,
            (Layer::Gru { units }, Shape::Image([channels, height, width]), _) => {
                width * 3 * units * (channels * height + units)
            }
            _ => 0,
        }
    }
}

impl NetworkConfig {
    /// All layers, the last dense one included.
    fn all_layers(&self) -> impl Iterator<Item = Layer> + '_ {
        let output = Layer::Dense { units: self.n_labels, relu: false };
        self.layers.iter().copied().chain([output])
    }

    /// The shape of one example before the first layer and behind every layer, the last dense
    /// one included.
    ///
    /// # Errors
    /// Names the first layer that cannot be built on what comes before it.
    pub fn shapes(&self) -> Result<Vec<Shape>> {
        let [height, width] = self.input;
        let mut shapes = vec![Shape::Image([1, height, width])];
        for (index, layer) in self.all_layers().enumerate() {
            let output = layer.output(shapes[index]);
            shapes.push(output.map_err(|error| error.context(format!("layer {index}")))?);
        }
        Ok(shapes)
    }

    /// Checks that the network can be built.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.n_labels >= 2, "a network needs at least 2 labels, got {}", self.n_labels);
        ensure!(
            self.l2 >= 0.0 && self.l2.is_finite(),
            "the weight of L2 must be at least 0, got {}",
            self.l2
        );
        self.shapes().map(drop)
    }

    /// The arrays of weights in the order in which the layers use them.
    pub fn arrays(&self) -> Result<Vec<ArraySpec>> {
        let shapes = self.shapes()?;
        let with_input = self.all_layers().zip(&shapes).enumerate();
        Ok(with_input
            .flat_map(|(index, (layer, &input))| layer.arrays(&format!("layer{index}"), input))
            .collect())
    }

    /// Number of trained scalars.
    pub fn parameters(&self) -> Result<usize> {
        Ok(self.arrays()?.iter().map(ArraySpec::len).sum())
    }

    /// Multiplications with addition that one example takes.
    pub fn multiply_adds(&self) -> Result<usize> {
        let shapes = self.shapes()?;
        let ends = shapes.windows(2);
        Ok(self.all_layers().zip(ends).map(|(layer, e)| layer.multiply_adds(e[0], e[1])).sum())
    }

    /// Values of one input.
    pub fn input_len(&self) -> usize {
        self.input[0] * self.input[1]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;

    fn network(layers: Vec<Layer>) -> NetworkConfig {
        NetworkConfig { input: [6, 9], layers, n_labels: 3, l2: 0.0 }
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
    fn what_cannot_be_built_is_refused_with_the_layer() {
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
        few.n_labels = 1;
        assert!(refusal(&few).contains("at least 2 labels"));
        let mut negative = network(vec![Layer::Flatten]);
        negative.l2 = -1.0;
        assert!(refusal(&negative).contains("at least 0, got -1"));
    }
}
