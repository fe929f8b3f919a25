//! From inputs to logits, the same graph in training and in use.

use crate::network::gru::{self, GruWeights};
use crate::network::layers::{Layer, NetworkConfig};
use anyhow::{Context, Result, bail};
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use sourcing_sound_train::nn::gradient::constant;
use sourcing_sound_train::nn::net::Array;

/// The weights on a device, flat, in the order in which the layers use them.
pub struct Leaves(Vec<Tensor<1>>);

impl Leaves {
    /// Copies the weights to a device.
    pub fn new(weights: &[Array], device: &Device) -> Self {
        let leaf = |array: &Array| constant(&array.values, [array.values.len()], device);
        Self(weights.iter().map(leaf).collect())
    }

    /// The same, as leaves that gradients are wanted for.
    pub fn tracked(weights: &[Array], device: &Device) -> Self {
        Self(Self::new(weights, device).0.into_iter().map(Tensor::require_grad).collect())
    }

    /// The tensors in order.
    pub fn into_inner(self) -> Vec<Tensor<1>> {
        self.0
    }
}

/// The values between two layers.
enum Signal {
    Image(Tensor<4>),
    Vector(Tensor<2>),
}

/// Logits `[n, n_labels]` of inputs `[n, 1, height, width]`. Dropout is on where a generator
/// is given.
pub fn logits(
    config: &NetworkConfig,
    leaves: &Leaves,
    inputs: Tensor<4>,
    mut dropout: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Tensor<2>> {
    let mut next = Next(leaves.0.iter());
    let mut signal = Signal::Image(inputs);
    for (index, layer) in config.layers.iter().enumerate() {
        // max(ReLU(x)) = ReLU(max(x)), gradients included; behind the pool there is only a
        // quarter of the values to rectify.
        let before = index.checked_sub(1).and_then(|before| config.layers.get(before));
        let after = config.layers.get(index + 1);
        signal = match (*layer, signal) {
            (Layer::Conv2d { channels, kernel, relu }, Signal::Image(x)) => {
                let [_, channels_in, _, _] = x.dims();
                let weight = next.take()?.reshape([channels, channels_in, kernel, kernel]);
                let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
                let x = conv2d(x, weight, Some(next.take()?), options);
                let rectify = relu && after != Some(&Layer::MaxPool2);
                Signal::Image(if rectify { activation::relu(x) } else { x })
            }
            (Layer::MaxPool2, Signal::Image(x)) => {
                let x = max_pool2d(x, MaxPoolOptions::new([2, 2]));
                let rectify = matches!(before, Some(Layer::Conv2d { relu: true, .. }));
                Signal::Image(if rectify { activation::relu(x) } else { x })
            }
            (Layer::Dropout { share }, signal) => match dropout.as_deref_mut() {
                Some(rng) => drop_out(signal, share, rng),
                None => signal,
            },
            (Layer::Flatten, Signal::Image(x)) => {
                let [n, channels, height, width] = x.dims();
                Signal::Vector(x.reshape([n, channels * height * width]))
            }
            (Layer::Dense { units, relu }, Signal::Vector(x)) => {
                let x = dense(x, units, &mut next)?;
                Signal::Vector(if relu { activation::relu(x) } else { x })
            }
            (Layer::Gru { units }, Signal::Image(x)) => {
                let weights = GruWeights {
                    kernel: next.take()?,
                    recurrent: next.take()?,
                    bias: next.take()?,
                    recurrent_bias: next.take()?,
                };
                Signal::Vector(gru::mean_state(x, weights, units))
            }
            (layer, _) => bail!("layer {index}, {layer:?}, does not fit what comes before it"),
        };
    }
    match signal {
        Signal::Vector(x) => dense(x, config.n_labels, &mut next),
        Signal::Image(_) => bail!("the last layer gives rows and columns, not a vector"),
    }
}

fn dense(x: Tensor<2>, units: usize, next: &mut Next<'_>) -> Result<Tensor<2>> {
    let [_, features] = x.dims();
    let weight = next.take()?.reshape([features, units]);
    Ok(x.matmul(weight) + next.take()?.unsqueeze())
}

/// Hands out the leaves in order.
struct Next<'a>(std::slice::Iter<'a, Tensor<1>>);

impl Next<'_> {
    fn take(&mut self) -> Result<Tensor<1>> {
        self.0.next().cloned().context("the weights have fewer arrays than the network needs")
    }
}

fn drop_out(signal: Signal, share: f32, rng: &mut Xoshiro256PlusPlus) -> Signal {
    match signal {
        Signal::Image(x) => Signal::Image(mask(x, share, rng)),
        Signal::Vector(x) => Signal::Vector(mask(x, share, rng)),
    }
}

/// `x` with a share of its values set to 0 and the others scaled so that the mean stays.
fn mask<const D: usize>(x: Tensor<D>, share: f32, rng: &mut Xoshiro256PlusPlus) -> Tensor<D> {
    let shape = x.dims();
    let keep = (1.0 - share).recip();
    let draw = |_| if rng.random::<f32>() < share { 0.0 } else { keep };
    let mask: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    let mask = Tensor::from_data(TensorData::new(mask, shape), &x.device());
    x * mask
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use sourcing_sound_train::nn::gradient::values;
    use sourcing_sound_train::random::generator;

    fn array(name: &str, values: Vec<f32>) -> Array {
        Array { name: name.to_owned(), shape: vec![values.len()], values }
    }

    #[test]
    fn a_small_network_gives_what_paper_and_pencil_give() {
        let config = NetworkConfig {
            input: [3, 3],
            layers: vec![
                Layer::Conv2d { channels: 1, kernel: 2, relu: true },
                Layer::MaxPool2,
                Layer::Flatten,
            ],
            n_labels: 2,
            l2: 0.0,
        };
        let weights = [
            array("kernel", vec![1.0, 0.0, 0.0, -1.0]),
            array("bias", vec![0.5]),
            array("dense", vec![2.0, -1.0]),
            array("dense bias", vec![0.0, 1.0]),
        ];
        let device = Device::flex();
        let leaves = Leaves::new(&weights, &device);
        let run = |input: [f32; 9]| {
            let inputs = constant(&input, [1, 1, 3, 3], &device);
            values(logits(&config, &leaves, inputs, None).unwrap()).unwrap()
        };
        // x[i][j] − x[i + 1][j + 1] + 0.5: 1.5, 0.5, 0.5 and −3.5; the greatest is 1.5.
        let found = run([1.0, 0.0, 4.0, 2.0, 0.0, 0.0, 5.0, 2.0, 4.0]);
        assert_eq!(found, [3.0, -0.5]);
        // All four are −3.5: nothing is left behind the ReLU.
        assert_eq!(run([0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 0.0, 4.0, 8.0]), [0.0, 1.0]);
    }

    #[test]
    fn dropout_keeps_the_mean() {
        let x = constant(&[1.0; 100_000], [100, 1_000], &Device::flex());
        let dropped = values(mask(x, 0.3, &mut generator(1, "test", &[]))).unwrap();
        let zeros = dropped.iter().filter(|value| **value == 0.0).count();
        assert!((29_000..31_000).contains(&zeros), "{zeros}");
        let mean = dropped.iter().sum::<f32>() / dropped.len() as f32;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
    }
}
