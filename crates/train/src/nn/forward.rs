//! From inputs to logits, the same graph in training and in use.

use crate::nn::gru::{self, GruWeights};
use crate::nn::layers::{Block, Layer};
use crate::nn::net::NetworkConfig;
use crate::nn::tensor::{Leaves, Next, constant, values};
use anyhow::{Context, Result, bail};
use burn::tensor::module::{batch_norm_train, conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Tensor, activation};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Added to a batch variance before its square root is taken.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;

/// What training adds to a pass through the network.
pub struct Training<'a> {
    /// Where dropout is drawn from; `None` turns it off.
    pub dropout: Option<&'a mut Xoshiro256PlusPlus>,
    /// Takes the batch's means and *unbiased* variances, one array per statistic.
    pub statistics: Vec<Vec<f32>>,
}

/// The values between two layers.
enum Signal {
    Image(Tensor<4>),
    Vector(Tensor<2>),
}

/// Logits `[n, n_labels]` of inputs `[n, 1, height, width]`, in use without `training`. A network
/// with batch norm has only its training here; in use it is folded ([`crate::nn::infer`]).
pub fn logits(
    config: &NetworkConfig,
    leaves: &Leaves,
    inputs: Tensor<4>,
    mut training: Option<&mut Training<'_>>,
) -> Result<Tensor<2>> {
    let mut next = leaves.iter();
    let mut signal = Signal::Image(inputs);
    for (index, layer) in config.layers.iter().enumerate() {
        // max(ReLU(x)) = ReLU(max(x)), gradients included; behind the pool there is only a
        // quarter of the values to rectify.
        let before = index.checked_sub(1).and_then(|before| config.layers.get(before));
        let after = config.layers.get(index + 1);
        signal = match (*layer, signal) {
            (Layer::Block(layer), Signal::Image(x)) => {
                let training = training.as_deref_mut();
                let training = training.context("batch norm is folded before a network is used")?;
                Signal::Image(block(x, layer, &mut next, &mut training.statistics)?)
            }
            (Layer::PoolTime, Signal::Image(x)) => Signal::Vector(pool_time(x)),
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
            (Layer::Dropout { share }, signal) => {
                match training.as_mut().and_then(|training| training.dropout.as_deref_mut()) {
                    Some(rng) => drop_out(signal, share, rng),
                    None => signal,
                }
            }
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
            (layer, _) => bail!("layer {index}, {layer:?}, does not fit what comes before it"),
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

fn block(
    x: Tensor<4>,
    layer: Block,
    next: &mut Next<'_>,
    statistics: &mut Vec<Vec<f32>>,
) -> Result<Tensor<4>> {
    let x = convolve(x, layer, next.take()?, None);
    let [n, _, height, width] = x.dims();
    let normed = batch_norm_train(x, next.take()?, next.take()?, BATCH_NORM_EPSILON);
    statistics.push(values(normed.mean)?);
    let count = (n * height * width) as f32;
    let unbiased = count / (count - 1.0).max(1.0);
    statistics.push(values(normed.variance)?.iter().map(|v| v * unbiased).collect());
    Ok(rectify(normed.output, layer))
}

/// The convolution of a block.
pub fn convolve(
    x: Tensor<4>,
    layer: Block,
    weight: Tensor<1>,
    bias: Option<Tensor<1>>,
) -> Tensor<4> {
    let Block { channels, kernel, stride, .. } = layer;
    let [_, channels_in, ..] = x.dims();
    let options = ConvOptions::new([stride; 2], [kernel / 2; 2], [1, 1], 1);
    conv2d(x, weight.reshape([channels, channels_in, kernel, kernel]), bias, options)
}

/// What comes behind a block's batch norm: ReLU and pool.
pub fn rectify(x: Tensor<4>, layer: Block) -> Tensor<4> {
    let x = activation::relu(x);
    if layer.pool { max_pool2d(x, MaxPoolOptions::new([2, 2])) } else { x }
}

/// The mean over the height, then mean plus maximum over the width.
pub fn pool_time(x: Tensor<4>) -> Tensor<2> {
    let [n, features, _, frames] = x.dims();
    let over_time = x.mean_dim(2).reshape([n, features, frames]);
    (over_time.clone().mean_dim(2) + over_time.max_dim(2)).reshape([n, features])
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
    let mask = constant(&mask, shape, &x.device());
    x * mask
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::nn::net::Array;
    use crate::random::generator;
    use burn::tensor::Device;

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
