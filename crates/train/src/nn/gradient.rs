//! One training step: forward, cross-entropy with soft targets, and the gradient by burn's
//! autodiff on its flex CPU backend.

use crate::nn::net::{BATCH_NORM_EPSILON, NetConfig, Weights};
use anyhow::{Context, Result, anyhow};
use burn::tensor::module::{batch_norm_train, conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Gradients, Tensor, TensorData, activation};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// A batch ready for the network.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Normalised log-mel values, `[len, 1, n_mels, frames]`.
    pub inputs: Vec<f32>,
    /// Target distributions, `[len, n_labels]`.
    pub targets: Vec<f32>,
    /// Number of examples.
    pub len: usize,
    /// Width of every example.
    pub frames: usize,
}

/// What one training step on a batch yields.
pub struct StepOutput {
    /// Mean cross-entropy over the batch.
    pub loss: f32,
    /// One gradient per parameter, in their order.
    pub gradients: Vec<Vec<f32>>,
    /// One array per statistic, in their order: the batch's means and *unbiased* variances.
    pub statistics: Vec<Vec<f32>>,
}

/// Loss, gradients and batch statistics of one batch. Touches no weights.
pub fn step(
    config: &NetConfig,
    weights: &Weights,
    batch: &Batch,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<StepOutput> {
    let device = Device::flex().autodiff();
    let leaves = Leaves::new(weights, &device);
    let mut next = leaves.iter();
    let shape = [batch.len, 1, config.n_mels, batch.frames];
    let mut x = constant(&batch.inputs, shape, &device);
    let mut statistics = Vec::with_capacity(weights.statistics.len());
    for block in &config.blocks {
        let (padding, stride) = (block.kernel / 2, block.stride);
        let options = ConvOptions::new([stride, stride], [padding, padding], [1, 1], 1);
        let [_, channels_in, _, _] = x.dims();
        let kernel = [block.channels, channels_in, block.kernel, block.kernel];
        x = conv2d(x, next.take()?.reshape(kernel), None, options);
        let [_, _, height, width] = x.dims();
        let normed = batch_norm_train(x, next.take()?, next.take()?, BATCH_NORM_EPSILON);
        statistics.push(values(normed.mean)?);
        let count = (batch.len * height * width) as f32;
        let unbiased = count / (count - 1.0).max(1.0);
        statistics.push(values(normed.variance)?.iter().map(|v| v * unbiased).collect());
        x = activation::relu(normed.output);
        if block.pool {
            x = max_pool2d(x, MaxPoolOptions::new([2, 2]));
        }
    }
    let [_, features, _, frames] = x.dims();
    let over_time = x.mean_dim(2).reshape([batch.len, features, frames]);
    let pooled = over_time.clone().mean_dim(2) + over_time.max_dim(2);
    let mask = dropout_mask(config.dropout, batch.len * features, rng);
    let mask = constant(&mask, [batch.len, features], &device);
    let pooled = pooled.reshape([batch.len, features]) * mask;
    let weight = next.take()?.reshape([config.n_labels, features]);
    let logits = pooled.matmul(weight.transpose()) + next.take()?.unsqueeze();
    let targets = constant(&batch.targets, [batch.len, config.n_labels], &device);
    let log_likelihood = (targets * activation::log_softmax(logits, 1)).sum();
    let loss = log_likelihood.mul_scalar(-1.0 / batch.len as f32);
    let gradients = leaves.gradients(loss.backward())?;
    let loss = values(loss)?.first().copied().context("burn returned an empty loss")?;
    Ok(StepOutput { loss, gradients, statistics })
}

/// The parameters as flat autodiff leaves, so that their gradients come back flat too.
struct Leaves(Vec<Tensor<1>>);

impl Leaves {
    fn new(weights: &Weights, device: &Device) -> Self {
        let leaf = |values: &Vec<f32>| constant(values, [values.len()], device).require_grad();
        Self(weights.parameters.iter().map(|array| leaf(&array.values)).collect())
    }

    fn iter(&self) -> LeafIter<'_> {
        LeafIter(self.0.iter())
    }

    fn gradients(self, mut gradients: Gradients) -> Result<Vec<Vec<f32>>> {
        let gradient = |leaf: Tensor<1>| {
            let gradient = leaf.grad_remove(&mut gradients);
            values(gradient.context("a parameter has no gradient")?)
        };
        self.0.into_iter().map(gradient).collect()
    }
}

/// Hands out the leaves in the order in which the network uses them.
struct LeafIter<'a>(std::slice::Iter<'a, Tensor<1>>);

impl LeafIter<'_> {
    fn take(&mut self) -> Result<Tensor<1>> {
        self.0.next().cloned().context("the weights have fewer arrays than the network needs")
    }
}

/// A tensor that needs no gradient.
pub fn constant<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// The elements of a tensor, row-major.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("reading a tensor: {error}"))
}

/// Zeros with probability `dropout`, else `1 / (1 - dropout)`.
fn dropout_mask(dropout: f32, len: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let keep = (1.0 - dropout).recip();
    (0..len).map(|_| if rng.random::<f32>() < dropout { 0.0 } else { keep }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::fixtures::tiny_net;
    use crate::random::generator;

    fn batch(n_mels: usize) -> Batch {
        let mut rng = generator(3, "batch", &[]);
        let (len, frames) = (3, 20);
        let inputs = (0..len * n_mels * frames).map(|_| rng.random_range(-1.0..1.0)).collect();
        Batch { inputs, targets: vec![0.8, 0.2, 0.0, 0.1, 0.1, 0.8, 0.3, 0.4, 0.3], len, frames }
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let config = tiny_net(16, 3);
        let weights = Weights::random(&config, &mut generator(1, "test", &[]));
        let batch = batch(16);
        let loss = |weights: &Weights| {
            f64::from(step(&config, weights, &batch, &mut generator(0, "", &[])).unwrap().loss)
        };
        let output = step(&config, &weights, &batch, &mut generator(0, "", &[])).unwrap();
        for (index, array) in weights.parameters.iter().enumerate() {
            for place in [0, array.values.len() / 2, array.values.len() - 1] {
                let moved = |by: f32| {
                    let mut weights = weights.clone();
                    weights.parameters[index].values[place] += by;
                    loss(&weights)
                };
                let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                let gradient = f64::from(output.gradients[index][place]);
                let tolerance = 2e-3 + 0.05 * slope.abs();
                let name = &array.name;
                assert!((slope - gradient).abs() < tolerance, "{name}: {slope} {gradient}");
            }
        }
    }

    #[test]
    fn dropout_keeps_the_mean() {
        let mask = dropout_mask(0.3, 100_000, &mut generator(1, "test", &[]));
        let mean = mask.iter().sum::<f32>() / mask.len() as f32;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
        assert!(mask.contains(&0.0));
    }
}
