//! YAMNet's layers with batch norm folded in, as images of mel bands over time.

use super::source::Source;
use anyhow::{Context, Result, bail, ensure};

/// Mel bands of the input.
pub const N_MELS: usize = 64;
/// Columns of the input: one patch.
pub const PATCH_FRAMES: usize = 96;

/// What a convolution does with its input channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every output hears all of them.
    Full,
    /// Every output hears one.
    Depthwise,
}

/// A convolution with bias, followed by ReLU. Padded as TensorFlow does with `SAME`.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Such as `block3.pointwise`.
    pub name: String,
    /// How channels connect.
    pub kind: Kind,
    /// Edge of the square kernel.
    pub kernel: usize,
    /// Of both directions.
    pub stride: usize,
    /// Output channels.
    pub channels: usize,
    /// `[channels, inputs of each, mel, time]`.
    pub weight: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
}

impl Convolution {
    /// Input channels that one output hears.
    pub fn inputs_of_each(&self) -> usize {
        self.weight.len() / (self.channels * self.kernel * self.kernel)
    }

    /// Zeros before and after an image that is `extent` long in one direction.
    ///
    /// TensorFlow's rule: as many as give `extent / stride` outputs, rounded up; an odd one
    /// goes to the end.
    pub fn padding(&self, extent: usize) -> (usize, usize) {
        let needed = (self.outputs(extent) - 1) * self.stride + self.kernel;
        let total = needed.saturating_sub(extent);
        (total / 2, total - total / 2)
    }

    /// Outputs of an image that is `extent` long in one direction.
    pub fn outputs(&self, extent: usize) -> usize {
        extent.div_ceil(self.stride)
    }
}

/// The whole network: convolutions, global mean (the embedding), linear layer, sigmoid.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// In order.
    pub convolutions: Vec<Convolution>,
    /// Length of the embedding.
    pub n_features: usize,
    /// `[labels, n_features]`.
    pub dense_weight: Vec<f32>,
    /// `[labels]`.
    pub dense_bias: Vec<f32>,
}

impl Network {
    /// Folds the batch norms of the variables and turns the kernels.
    ///
    /// # Errors
    /// When a variable is missing or does not fit the others.
    pub fn new(source: &Source) -> Result<Self> {
        let mut convolutions = Vec::new();
        let mut channels = 1;
        for (index, (name, kind)) in layers().into_iter().enumerate() {
            let stride = *source.facts.strides.get(index).context("a stride is missing")?;
            let layer = convolution(source, name, kind, stride, channels)?;
            channels = layer.channels;
            convolutions.push(layer);
        }
        ensure!(source.facts.strides.len() == convolutions.len(), "too many strides");
        let kernel = source.array("dense.kernel", 2)?;
        let (n_features, labels) = (kernel.shape[0], kernel.shape[1]);
        ensure!(n_features == channels, "the linear layer expects {n_features} of {channels}");
        let dense_bias = source.vector("dense.bias", labels)?.to_vec();
        let entry = |row: usize, column: usize| kernel.values[column * labels + row];
        let entries = (0..labels).flat_map(|row| (0..n_features).map(move |column| (row, column)));
        let dense_weight = entries.map(|(row, column)| entry(row, column)).collect();
        Ok(Self { convolutions, n_features, dense_weight, dense_bias })
    }
}

/// A 3×3 stem, then 13 blocks of a depthwise 3×3 and a 1×1 convolution.
fn layers() -> Vec<(String, Kind)> {
    let blocks = (0..13).flat_map(|block| {
        [
            (format!("block{block}.depthwise"), Kind::Depthwise),
            (format!("block{block}.pointwise"), Kind::Full),
        ]
    });
    std::iter::once(("stem".to_owned(), Kind::Full)).chain(blocks).collect()
}

/// TensorFlow's kernels are `[time, mel, in, out]`, depthwise ones `[time, mel, channel, 1]`.
fn convolution(
    source: &Source,
    name: String,
    kind: Kind,
    stride: usize,
    channels_in: usize,
) -> Result<Convolution> {
    let kernel = source.array(&format!("{name}.kernel"), 4)?;
    let [time, mel, inner, outer] = kernel.shape[..] else {
        bail!("{name}: the kernel is {:?}", kernel.shape);
    };
    ensure!(time == mel && inner == channels_in, "{name}: the kernel is {:?}", kernel.shape);
    let (channels, inputs) = match kind {
        Kind::Full => (outer, inner),
        Kind::Depthwise => (inner, outer),
    };
    ensure!(kind == Kind::Full || outer == 1, "{name}: the kernel is {:?}", kernel.shape);
    let statistics = |what: &str| source.vector(&format!("{name}.{what}"), channels);
    let (beta, mean, variance) =
        (statistics("beta")?, statistics("mean")?, statistics("variance")?);
    let mut weight = Vec::with_capacity(kernel.values.len());
    let mut bias = Vec::with_capacity(channels);
    for channel in 0..channels {
        // Batch norm has no gain here.
        let factor = (f64::from(variance[channel]) + source.facts.epsilon).sqrt().recip();
        bias.push((f64::from(beta[channel]) - f64::from(mean[channel]) * factor) as f32);
        for input in 0..inputs {
            let (i, o) = match kind {
                Kind::Full => (input, channel),
                Kind::Depthwise => (channel, 0),
            };
            for band in 0..mel {
                for step in 0..time {
                    let value = kernel.values[((step * mel + band) * inner + i) * outer + o];
                    weight.push((f64::from(value) * factor) as f32);
                }
            }
        }
    }
    Ok(Convolution { name, kind, kernel: time, stride, channels, weight, bias })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padding(kernel: usize, stride: usize, extent: usize) -> (usize, usize) {
        let layer = Convolution {
            name: String::new(),
            kind: Kind::Full,
            kernel,
            stride,
            channels: 1,
            weight: vec![0.0; kernel * kernel],
            bias: vec![0.0],
        };
        layer.padding(extent)
    }

    #[test]
    fn pads_as_tensorflow_does() {
        assert_eq!(padding(3, 1, 7), (1, 1));
        assert_eq!(padding(3, 2, 96), (0, 1), "even: nothing before");
        assert_eq!(padding(3, 2, 7), (1, 1), "odd: both sides");
        assert_eq!(padding(1, 1, 5), (0, 0));
        assert_eq!(padding(1, 2, 4), (0, 0), "nothing is ever cut");
    }
}
