//! Runs the network on burn's flex backend: outputs for evaluation, gradients for training.

use super::describe;
use super::layout::{Activation, Block, Convolution, Layout, N_MELS, SqueezeExcite};
use crate::nn::net::Array;
use crate::nn::tensor::{constant, values};
use anyhow::{Context, Result, ensure};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, activation};
use sourcing_sound::sigmoid;
use std::collections::HashMap;

/// The network's outputs for one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// A logit per label.
    pub logits: Vec<f32>,
    pub embedding: Vec<f32>,
}

impl Output {
    /// Returns the score of each label, 0 to 1.
    pub fn scores(&self) -> impl Iterator<Item = f32> {
        self.logits.iter().map(|&logit| sigmoid(logit))
    }
}

/// Inputs of one width.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Normalised log-mel values, `[len, 1, 128, frames]`.
    pub values: Vec<f32>,
    /// Number of inputs.
    pub len: usize,
    /// Width of every input.
    pub frames: usize,
}

impl Inputs {
    /// Creates a single input, from columns as the front end computes them: `[frames][128]`.
    pub fn of_columns(columns: &[f32]) -> Self {
        let values = describe::transpose(columns);
        Self { len: 1, frames: values.len() / N_MELS, values }
    }
}

/// Outputs that the network should learn.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// A score per label and input, 0 to 1: `[len, labels]`.
    pub scores: Vec<f32>,
    /// `[len, embedding]`.
    pub embeddings: Vec<f32>,
}

impl Targets {
    /// Creates targets equal to `outputs`.
    pub fn of(outputs: &[Output]) -> Self {
        Self {
            scores: outputs.iter().flat_map(Output::scores).collect(),
            embeddings: outputs.iter().flat_map(|output| output.embedding.clone()).collect(),
        }
    }

    /// Returns the least possible cross-entropy, summed over labels and inputs.
    fn entropy(&self) -> f32 {
        -self.scores.iter().map(|&p| p_ln_p(p) + p_ln_p(1.0 - p)).sum::<f32>()
    }

    /// Returns the softmax of the sharpened logits of each of the inputs.
    fn order(&self, labels: usize) -> Vec<f32> {
        let row = |scores: &[f32]| {
            let odds = scores.iter().map(|p| (p / (1.0 - p).max(1e-7)).powf(SHARPNESS));
            let odds: Vec<f32> = odds.collect();
            let sum: f32 = odds.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            odds.into_iter().map(move |odds| odds / sum)
        };
        self.scores.chunks_exact(labels).flat_map(row).collect()
    }
}

fn p_ln_p(p: f32) -> f32 {
    if p > 0.0 { p * p.ln() } else { 0.0 }
}

/// Weights of the parts of the loss.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LossWeights {
    /// The weight of the binary Kullback-Leibler divergence, summed over the labels.
    pub scores: f64,
    /// The weight of the Kullback-Leibler divergence of the softmax of doubled logits, which
    /// concerns the order of the best labels.
    pub order: f64,
    /// The weight of the mean squared difference of the embeddings' values.
    pub embedding: f64,
}

/// Multiplies logits before the softmax of [`LossWeights::order`].
const SHARPNESS: f32 = 2.0;

/// The results of one training step.
pub struct Step {
    /// The loss, a mean over the inputs.
    pub loss: f32,
    /// The gradients of each array, in order; empty for arrays that are not trained.
    pub gradients: Vec<Vec<f32>>,
}

/// Returns the outputs for each of the inputs.
pub fn run(layout: &Layout, weights: &[Array], inputs: &Inputs) -> Result<Vec<Output>> {
    let device = Device::flex();
    let graph = Graph::new(weights, &[], &device);
    let (logits, embeddings) = graph.forward(layout, image(inputs, &device)?)?;
    let (logits, embeddings) = (values(logits)?, values(embeddings)?);
    let rows = logits.chunks_exact(layout.labels).zip(embeddings.chunks_exact(layout.embedding()));
    Ok(rows.map(|(l, e)| Output { logits: l.to_vec(), embedding: e.to_vec() }).collect())
}

/// Returns the output for a single input, from columns as the front end computes them.
pub fn run_one(layout: &Layout, weights: &[Array], columns: &[f32]) -> Result<Output> {
    run(layout, weights, &Inputs::of_columns(columns))?.pop().context("the network has no output")
}

/// Computes loss and gradients. `trained` states for each array whether it is trained.
pub fn step(
    layout: &Layout,
    weights: &[Array],
    trained: &[bool],
    (inputs, targets): (&Inputs, &Targets),
    parts: LossWeights,
) -> Result<Step> {
    let device = Device::flex().autodiff();
    let graph = Graph::new(weights, trained, &device);
    let (logits, embeddings) = graph.forward(layout, image(inputs, &device)?)?;
    let n = inputs.len;
    ensure!(targets.scores.len() == n * layout.labels, "a score per input and label is needed");
    let scores = constant(&targets.scores, [n, layout.labels], &device);
    // −t·ln σ(z) − (1 − t)·ln(1 − σ(z)), in a form that cannot overflow.
    let entropy = activation::relu(logits.clone())
        - logits.clone() * scores
        - activation::log_sigmoid(logits.clone().abs());
    let mut loss = (entropy.sum() - targets.entropy()).mul_scalar(parts.scores / n as f64);
    if parts.order > 0.0 {
        let wanted = targets.order(layout.labels);
        let least: f32 = wanted.iter().map(|&p| p_ln_p(p)).sum();
        let wanted = constant(&wanted, [n, layout.labels], &device);
        let found = activation::log_softmax(logits.mul_scalar(SHARPNESS), 1);
        let divergence = (found * wanted).sum().neg() + least;
        loss = loss + divergence.mul_scalar(parts.order / n as f64);
    }
    if parts.embedding > 0.0 {
        let wanted = constant(&targets.embeddings, [n, layout.embedding()], &device);
        let difference = embeddings - wanted;
        loss = loss + (difference.clone() * difference).mean().mul_scalar(parts.embedding);
    }
    let mut gradients = loss.backward();
    let gradient = |leaf: &Tensor<1>| {
        if !leaf.is_require_grad() {
            return Ok(Vec::new());
        }
        values(leaf.clone().grad_remove(&mut gradients).context("an array has no gradient")?)
    };
    let gradients = graph.leaves.iter().map(gradient).collect::<Result<_>>()?;
    let loss = values(loss)?.first().copied().context("burn returned an empty loss")?;
    Ok(Step { loss, gradients })
}

fn image(inputs: &Inputs, device: &Device) -> Result<Tensor<4>> {
    let shape = [inputs.len, 1, N_MELS, inputs.frames];
    ensure!(inputs.values.len() == shape.iter().product::<usize>(), "the inputs do not fit");
    Ok(constant(&inputs.values, shape, device))
}

/// The arrays as tensors.
struct Graph<'a> {
    leaves: Vec<Tensor<1>>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Graph<'a> {
    fn new(weights: &'a [Array], trained: &[bool], device: &Device) -> Self {
        let leaf = |(index, array): (usize, &Array)| {
            let leaf = constant(&array.values, [array.values.len()], device);
            if trained.get(index).copied().unwrap_or(false) { leaf.require_grad() } else { leaf }
        };
        let places = weights.iter().enumerate();
        Self {
            leaves: weights.iter().enumerate().map(leaf).collect(),
            places: places.map(|(index, array)| (array.name.as_str(), index)).collect(),
        }
    }

    fn leaf(&self, name: &str, part: &str) -> Result<Tensor<1>> {
        let name = format!("{name}.{part}");
        let place =
            self.places.get(name.as_str()).with_context(|| format!("there is no {name}"))?;
        Ok(self.leaves[*place].clone())
    }

    /// Returns the logits and embeddings.
    fn forward(&self, layout: &Layout, image: Tensor<4>) -> Result<(Tensor<2>, Tensor<2>)> {
        let mut x = self.convolution(&layout.stem, image)?;
        for block in &layout.blocks {
            x = self.block(block, x)?;
        }
        let x = self.convolution(&layout.last, x)?;
        let [n, channels, _, _] = x.dims();
        let embeddings = x.mean_dim(2).mean_dim(3).reshape([n, channels]);
        let hidden =
            self.linear("hidden", (layout.embedding(), layout.hidden), embeddings.clone())?;
        let hidden = activation::hard_swish(hidden);
        let logits = self.linear("classifier", (layout.hidden, layout.labels), hidden)?;
        Ok((logits, embeddings))
    }

    fn convolution(&self, layer: &Convolution, x: Tensor<4>) -> Result<Tensor<4>> {
        let (groups, inputs) = if layer.depthwise { (layer.inputs, 1) } else { (1, layer.inputs) };
        let shape = [layer.outputs, inputs, layer.kernel, layer.kernel];
        let weight = self.leaf(&layer.name, "weight")?.reshape(shape);
        let bias = self.leaf(&layer.name, "bias")?;
        let padding = layer.kernel / 2;
        let options = ConvOptions::new([layer.stride; 2], [padding; 2], [1, 1], groups);
        let y = conv2d(x, weight, Some(bias), options);
        Ok(match layer.activation {
            Activation::Linear => y,
            Activation::Relu => activation::relu(y),
            Activation::HardSwish => activation::hard_swish(y),
        })
    }

    fn block(&self, block: &Block, input: Tensor<4>) -> Result<Tensor<4>> {
        let mut x = input.clone();
        if let Some(expand) = &block.expand {
            x = self.convolution(expand, x)?;
        }
        x = self.convolution(&block.depthwise, x)?;
        if let Some(squeeze_excite) = &block.squeeze_excite {
            x = self.squeeze_excite(squeeze_excite, x)?;
        }
        x = self.convolution(&block.project, x)?;
        Ok(if block.residual { x + input } else { x })
    }

    fn squeeze_excite(&self, layer: &SqueezeExcite, x: Tensor<4>) -> Result<Tensor<4>> {
        let SqueezeExcite { name, channels, hidden } = layer;
        let n = x.dims()[0];
        let means = x.clone().mean_dim(2).mean_dim(3).reshape([n, *channels]);
        let squeezed = self.linear(&format!("{name}.fc1"), (*channels, *hidden), means)?;
        let squeezed = activation::relu(squeezed);
        let scales = self.linear(&format!("{name}.fc2"), (*hidden, *channels), squeezed)?;
        Ok(x * activation::sigmoid(scales).reshape([n, *channels, 1, 1]))
    }

    fn linear(
        &self,
        name: &str,
        (inputs, outputs): (usize, usize),
        x: Tensor<2>,
    ) -> Result<Tensor<2>> {
        let weight = self.leaf(name, "weight")?.reshape([outputs, inputs]);
        Ok(x.matmul(weight.transpose()) + self.leaf(name, "bias")?.unsqueeze())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::everyday::layout::fixtures::small;
    use crate::random::generator;
    use rand::RngExt;

    fn example() -> (Layout, Vec<Array>, Inputs, Targets) {
        let arrays = small(3, 6);
        let layout = Layout::of(&arrays).unwrap();
        let weights = layout.ordered(arrays).unwrap();
        let mut rng = generator(3, "inputs", &[]);
        let (len, frames) = (2, 40);
        let mut numbers =
            |n: usize, low: f32| (0..n).map(|_| rng.random_range(low..1.0)).collect::<Vec<_>>();
        let inputs = Inputs { values: numbers(len * N_MELS * frames, -1.0), len, frames };
        let targets = Targets { scores: numbers(len * 3, 0.0), embeddings: numbers(len * 6, -1.0) };
        (layout, weights, inputs, targets)
    }

    const PARTS: LossWeights = LossWeights { scores: 1.0, order: 0.5, embedding: 2.0 };

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (layout, weights, inputs, targets) = example();
        let all = vec![true; weights.len()];
        let loss = |weights: &[Array]| {
            let step = step(&layout, weights, &all, (&inputs, &targets), PARTS).unwrap();
            f64::from(step.loss)
        };
        let found = step(&layout, &weights, &all, (&inputs, &targets), PARTS).unwrap();
        for (index, array) in weights.iter().enumerate() {
            let place = array.values.len() / 2;
            let moved = |by: f32| {
                let mut weights = weights.clone();
                weights[index].values[place] += by;
                loss(&weights)
            };
            let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            let gradient = f64::from(found.gradients[index][place]);
            let tolerance = 3e-3 + 0.1 * slope.abs();
            assert!((slope - gradient).abs() < tolerance, "{}: {slope} {gradient}", array.name);
        }
    }

    #[test]
    fn what_is_not_trained_has_no_gradient() {
        let (layout, weights, inputs, targets) = example();
        let trained: Vec<_> = weights.iter().map(|array| array.name.starts_with("last")).collect();
        let found = step(&layout, &weights, &trained, (&inputs, &targets), PARTS).unwrap();
        for (array, gradient) in weights.iter().zip(&found.gradients) {
            let expected = if array.name.starts_with("last") { array.values.len() } else { 0 };
            assert_eq!(gradient.len(), expected, "{}", array.name);
        }
    }

    fn softmax(logits: &[f32]) -> Vec<f32> {
        let sum: f32 = logits.iter().map(|z| z.exp()).sum();
        logits.iter().map(|z| z.exp() / sum).collect()
    }

    #[test]
    fn the_loss_is_the_divergence_of_the_outputs() {
        let (layout, weights, inputs, targets) = example();
        let outputs = run(&layout, &weights, &inputs).unwrap();
        let all = vec![true; weights.len()];
        let found = step(&layout, &weights, &all, (&inputs, &targets), PARTS).unwrap().loss;
        let (mut entropy, mut order, mut square) = (0.0, 0.0, 0.0);
        for (index, output) in outputs.iter().enumerate() {
            for (z, t) in output.logits.iter().zip(&targets.scores[3 * index..]) {
                let p = 1.0 / (1.0 + (-z).exp());
                entropy += t * (t / p).ln() + (1.0 - t) * ((1.0 - t) / (1.0 - p)).ln();
            }
            let row = &targets.scores[3 * index..3 * index + 3];
            let wanted =
                softmax(&row.iter().map(|t| 2.0 * (t / (1.0 - t)).ln()).collect::<Vec<_>>());
            let found = softmax(&output.logits.iter().map(|z| 2.0 * z).collect::<Vec<_>>());
            order += wanted.iter().zip(&found).map(|(t, p)| t * (t / p).ln()).sum::<f32>();
            let wanted = &targets.embeddings[6 * index..];
            let pairs = output.embedding.iter().zip(wanted);
            square += pairs.map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        }
        let expected = entropy / 2.0 + 0.5 * order / 2.0 + 2.0 * square / 12.0;
        assert!((found - expected).abs() < 1e-3 * expected, "{found} {expected}");
    }
}
