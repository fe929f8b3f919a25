//! Computes logits, from inputs or from the features of the blocks, with the same graph in training
//! and in use.

use crate::nn::gru::{self, GruWeights};
use crate::nn::layers::Layer;
use crate::nn::net::NetworkConfig;
use crate::nn::tensor::{Leaves, Next, constant};
use anyhow::{Result, bail, ensure};
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Tensor, activation};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// The values between two layers.
#[derive(Clone)]
pub enum Signal {
    /// `[n, channels, height, width]`.
    Image(Tensor<4>),
    /// `[n, features]`.
    Vector(Tensor<2>),
}

/// Returns the logits `[n, n_labels]` of inputs `[n, 1, height, width]` or, if the network begins
/// with blocks, of the features that [`crate::nn::trunk`] computes from them. `dropout` is the
/// generator for dropout; `None` turns it off.
pub fn logits(
    config: &NetworkConfig,
    leaves: &Leaves,
    inputs: Signal,
    mut dropout: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Tensor<2>> {
    let layers = config.behind_blocks();
    let n_skipped = config.layers.len() - layers.len();
    ensure!(
        matches!(inputs, Signal::Image(_)) == (n_skipped == 0),
        "blocks are not among the layers that are evaluated here"
    );
    let mut next = leaves.iter();
    let mut signal = inputs;
    for (index, layer) in layers.iter().enumerate() {
        // max(ReLU(x)) = ReLU(max(x)), including gradients; after the pool there is only a quarter
        // of the values to rectify.
        let before = index.checked_sub(1).and_then(|before| layers.get(before));
        let after = layers.get(index + 1);
        signal = match (*layer, signal) {
            (Layer::Conv2d { channels, kernel, relu }, Signal::Image(x)) => {
                let [_, channels_in, _, _] = x.dims();
                let weight = next.take()?.reshape([channels, channels_in, kernel, kernel]);
                let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
                let x = conv2d(x, weight, Some(next.take()?), options);
                let rectified = relu && after != Some(&Layer::MaxPool2);
                Signal::Image(if rectified { activation::relu(x) } else { x })
            }
            (Layer::MaxPool2, Signal::Image(x)) => {
                let x = max_pool2d(x, MaxPoolOptions::new([2, 2]));
                let rectified = matches!(before, Some(Layer::Conv2d { relu: true, .. }));
                Signal::Image(if rectified { activation::relu(x) } else { x })
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
            (Layer::Linear { units }, Signal::Vector(x)) => {
                let [_, features] = x.dims();
                let weight = next.take()?.reshape([units, features]);
                Signal::Vector(x.matmul(weight.transpose()) + next.take()?.unsqueeze())
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
            (layer, _) => {
                let index = n_skipped + index;
                bail!("layer {index}, {layer:?}, does not fit what comes before it")
            }
        };
    }
    match signal {
        Signal::Vector(x) => Ok(x),
        Signal::Image(_) => bail!("the last layer gives rows and columns, not a vector"),
    }
}

fn dense(x: Tensor<2>, units: usize, next: &mut Next<'_>) -> Result<Tensor<2>> {
    let [_, features] = x.dims();
    let weight = next.take()?.reshape([features, units]);
    Ok(x.matmul(weight) + next.take()?.unsqueeze())
}

fn drop_out(signal: Signal, share: f32, rng: &mut Xoshiro256PlusPlus) -> Signal {
    match signal {
        Signal::Image(x) => Signal::Image(mask(x, share, rng)),
        Signal::Vector(x) => Signal::Vector(mask(x, share, rng)),
    }
}

/// Sets a share of the values of `x` to 0 and scales the others so that the mean stays.
fn mask<const D: usize>(x: Tensor<D>, share: f32, rng: &mut Xoshiro256PlusPlus) -> Tensor<D> {
    let shape = x.dims();
    let keep = (1.0 - share).recip();
    let draw = |_| if rng.random::<f32>() < share { 0.0 } else { keep };
    let mask: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    let mask = constant(&mask, shape, &x.device());
    x * mask
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::net::Array;
    use crate::nn::tensor::values;
    use crate::random::generator;
    use burn::tensor::Device;

    fn array(name: &str, values: Vec<f32>) -> Array {
        Array { name: name.to_owned(), shape: vec![values.len()], values }
    }

    #[test]
    fn a_small_network_matches_a_manual_computation() {
        let config = NetworkConfig {
            input: [3, 3],
            layers: vec![
                Layer::Conv2d { channels: 1, kernel: 2, relu: true },
                Layer::MaxPool2,
                Layer::Flatten,
                Layer::Dense { units: 2, relu: false },
            ],
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
            values(logits(&config, &leaves, Signal::Image(inputs), None).unwrap()).unwrap()
        };
        // x[i][j] − x[i + 1][j + 1] + 0.5: 1.5, 0.5, 0.5 and −3.5; the greatest is 1.5.
        let found = run([1.0, 0.0, 4.0, 2.0, 0.0, 0.0, 5.0, 2.0, 4.0]);
        assert_eq!(found, [3.0, -0.5]);
        // All four are −3.5: the ReLU leaves nothing.
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
