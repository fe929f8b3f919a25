//! One training step: softmax cross-entropy with soft targets, L2 on the convolution kernels, and
//! the gradient. The blocks have their own backward pass; the layers after them use burn's autodiff
//! on its flex CPU backend.

use crate::nn::examples::Batch;
use crate::nn::forward::{Signal, logits};
use crate::nn::layers::ArraySpec;
use crate::nn::net::{Array, NetworkConfig};
use crate::nn::tensor::{Leaves, constant, values};
use crate::nn::trunk::{Images, Trunk};
use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, activation};
use rand::rngs::Xoshiro256PlusPlus;

/// The results of one training step.
pub struct StepOutput {
    /// Mean cross-entropy over the batch in nats.
    pub cross_entropy: f64,
    /// `l2` times the squared sum of the convolution kernels.
    pub penalty: f64,
    /// The gradient of the sum of both, one array per array of weights.
    pub gradients: Vec<Vec<f32>>,
    /// One array per statistic, in their order: the batch's means and *unbiased* variances.
    pub statistics: Vec<Vec<f32>>,
}

/// Computes training steps of a network, reusing the same buffers.
pub struct Stepper<'a> {
    config: &'a NetworkConfig,
    specs: Vec<ArraySpec>,
    /// The blocks with which the network begins, if any.
    trunk: Option<Trunk>,
}

impl<'a> Stepper<'a> {
    /// Creates a stepper for a network.
    ///
    /// # Errors
    /// If the network cannot be built.
    pub fn new(config: &'a NetworkConfig) -> Result<Self> {
        config.validate()?;
        let blocks = config.blocks();
        let trunk = (!blocks.is_empty()).then(|| Trunk::new(&blocks));
        Ok(Self { config, specs: config.arrays()?, trunk })
    }

    /// Computes loss and gradients of one batch, without changing any weights. Dropout is on if a
    /// generator is given.
    ///
    /// # Errors
    /// If weights or batch do not fit the network.
    pub fn step(
        &mut self,
        weights: &[Array],
        batch: &Batch,
        dropout: Option<&mut Xoshiro256PlusPlus>,
    ) -> Result<StepOutput> {
        ensure!(batch.len > 0, "a batch needs at least one example");
        let fits = |(spec, array): (&ArraySpec, &Array)| spec.n_values() == array.values.len();
        ensure!(
            self.specs.len() == weights.len() && self.specs.iter().zip(weights).all(fits),
            "the weights do not fit the network"
        );
        let device = Device::flex().autodiff();
        let extents = [self.config.input[0], batch.width];
        let (mut gradients, mut statistics) = (Vec::new(), Vec::new());
        let cross_entropy = match &mut self.trunk {
            None => {
                let shape = [batch.len, 1, extents[0], extents[1]];
                let inputs = Signal::Image(constant(&batch.inputs, shape, &device));
                let behind = behind_blocks(self.config, weights, inputs, batch, dropout)?;
                gradients.extend(behind.gradients);
                behind.cross_entropy
            }
            Some(trunk) => {
                let (own, behind) = weights.split_at(trunk.n_arrays());
                let images = Images { values: &batch.inputs, n: batch.len, extents };
                let pooled = trunk.train(own, images)?;
                let features = constant(&pooled.features, [batch.len, trunk.channels()], &device);
                let features = Signal::Vector(features.require_grad());
                let behind = behind_blocks(self.config, behind, features, batch, dropout)?;
                gradients.extend(trunk.backward(own, &behind.inputs));
                gradients.extend(behind.gradients);
                statistics = pooled.statistics;
                behind.cross_entropy
            }
        };
        let penalty = self.add_penalty(weights, &mut gradients);
        Ok(StepOutput { cross_entropy, penalty, gradients, statistics })
    }

    /// Adds the slope of `l2 · Σ w²` over the convolution kernels, `2 · l2 · w`, and returns the
    /// penalty itself.
    fn add_penalty(&self, weights: &[Array], gradients: &mut [Vec<f32>]) -> f64 {
        let l2 = self.config.l2;
        let mut squares = 0.0;
        let factor = (2.0 * l2) as f32;
        for ((spec, array), gradient) in self.specs.iter().zip(weights).zip(gradients) {
            if !spec.decays || factor == 0.0 {
                continue;
            }
            for (slope, value) in gradient.iter_mut().zip(&array.values) {
                *slope += factor * value;
                squares += f64::from(*value) * f64::from(*value);
            }
        }
        l2 * squares
    }
}

/// The results of the layers after the blocks, or of all layers.
struct Behind {
    cross_entropy: f64,
    /// Gradients of their weights.
    gradients: Vec<Vec<f32>>,
    /// Gradients of the features that they received; empty for images.
    inputs: Vec<f32>,
}

fn behind_blocks(
    config: &NetworkConfig,
    weights: &[Array],
    inputs: Signal,
    batch: &Batch,
    dropout: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Behind> {
    let device = Device::flex().autodiff();
    let leaves = Leaves::tracked(weights, &device);
    let logits = logits(config, &leaves, inputs.clone(), dropout)?;
    let targets = constant(&batch.targets, [batch.len, config.n_labels()], &device);
    let likelihood = (targets * activation::log_softmax(logits, 1)).sum();
    let loss = likelihood.mul_scalar(-1.0 / batch.len as f32);
    let mut gradients = loss.backward();
    let inputs = match inputs {
        Signal::Image(_) => Vec::new(),
        Signal::Vector(features) => {
            values(features.grad_remove(&mut gradients).context("the features have no gradient")?)?
        }
    };
    let gradients = leaves.gradients(gradients)?;
    let loss = values(loss)?.first().copied().context("burn returned an empty loss")?;
    Ok(Behind { cross_entropy: f64::from(loss), gradients, inputs })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::fixtures::{blocks, every_layer, random_batch};
    use crate::nn::weights;
    use crate::random::generator;

    /// Checks the slope of the whole loss by differences, at some places of every array.
    fn check(config: &NetworkConfig, dropout_seed: Option<u64>) {
        let mut rng = generator(1, "weights", &[]);
        let mut weights = weights::random(config, &mut rng).unwrap().parameters;
        for array in &mut weights {
            // Away from zero, where a bias would hide a missing term.
            array.values.iter_mut().enumerate().for_each(|(i, v)| *v += 0.02 * ((i % 7) as f32));
        }
        let batch = random_batch(config, 3, 5);
        let mut stepper = Stepper::new(config).unwrap();
        let mut run = |weights: &[Array]| {
            let mut rng = dropout_seed.map(|seed| generator(seed, "dropout", &[]));
            stepper.step(weights, &batch, rng.as_mut()).unwrap()
        };
        let output = run(&weights);
        for index in 0..weights.len() {
            let len = weights[index].values.len();
            for place in [0, len / 3, len / 2, len - 1] {
                let mut moved = |by: f32| {
                    let mut weights = weights.clone();
                    weights[index].values[place] += by;
                    let output = run(&weights);
                    output.cross_entropy + output.penalty
                };
                // Small, because otherwise some ReLU or maximum would change sides on the way.
                let slope = (moved(5e-4) - moved(-5e-4)) / 1e-3;
                let gradient = f64::from(output.gradients[index][place]);
                let name = &weights[index].name;
                let tolerance = 1e-3 + 0.01 * slope.abs();
                assert!(
                    (slope - gradient).abs() < tolerance,
                    "{name}[{place}]: {slope} by differences, {gradient} by the step"
                );
            }
        }
    }

    #[test]
    fn gradients_of_every_layer_are_the_slopes_of_the_loss() {
        for config in every_layer().into_iter().chain([blocks()]) {
            check(&config, None);
        }
    }

    #[test]
    fn gradients_pass_through_dropout() {
        for config in every_layer().into_iter().chain([blocks()]) {
            check(&config, Some(7));
        }
    }

    #[test]
    fn l2_is_in_loss_and_gradient_of_kernels_only() {
        let mut config = every_layer().remove(0);
        let weights = weights::random(&config, &mut generator(1, "", &[])).unwrap().parameters;
        let batch = random_batch(&config, 3, 5);
        config.l2 = 0.0;
        let without = Stepper::new(&config).unwrap().step(&weights, &batch, None).unwrap();
        config.l2 = 0.1;
        let with = Stepper::new(&config).unwrap().step(&weights, &batch, None).unwrap();
        assert_eq!(without.penalty, 0.0);
        assert_eq!(with.cross_entropy, without.cross_entropy);
        let specs = config.arrays().unwrap();
        assert!(specs.iter().filter(|spec| spec.decays).count() >= 2);
        let mut squares = 0.0;
        for (index, spec) in specs.iter().enumerate() {
            for (place, value) in weights[index].values.iter().enumerate() {
                let added = with.gradients[index][place] - without.gradients[index][place];
                let expected = if spec.decays { 0.2 * value } else { 0.0 };
                assert!((added - expected).abs() < 1e-5, "{}: {added} {expected}", spec.name);
                squares += if spec.decays { f64::from(value * value) } else { 0.0 };
            }
        }
        assert!((with.penalty - 0.1 * squares).abs() < 1e-6);
    }

    #[test]
    fn an_unknown_label_is_an_error() {
        let error = Batch::labelled(vec![0.0; 2], &[0, 3], 3, 1).err().unwrap();
        assert_eq!(error.to_string(), "label 3 of 3");
    }
}
