//! The trained network for use: with folded batch norm, and without gradients.
//!
//! The exporter writes exactly the arrays that are evaluated here.

use crate::data::columns::{Columns, Normalisation};
use crate::linear::Linear;
use crate::nn::layers::Block;
use crate::nn::net::{NetworkConfig, Weights};
use crate::nn::trunk::{BATCH_NORM_EPSILON, Images, Trunk};
use anyhow::{Context, Result, ensure};

/// Examples per forward pass.
const BATCH: usize = 32;

/// A convolution with bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Layout.
    pub block: Block,
    /// Input channels.
    pub channels_in: usize,
    /// `[channels, channels_in, kernel, kernel]`.
    pub weight: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
}

/// A network ready for use.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Input height.
    pub n_mels: usize,
    /// The convolutions.
    pub convolutions: Vec<Convolution>,
    /// The last layer.
    pub linear: Linear,
}

impl Folded {
    /// Folds batch norm, with its running statistics, into the convolutions.
    pub fn new(config: &NetworkConfig, weights: &Weights) -> Result<Self> {
        let blocks = config.blocks();
        let expected = 3 * blocks.len() + 2;
        ensure!(weights.parameters.len() == expected, "the weights do not fit the layout");
        let mut convolutions = Vec::new();
        let mut channels_in = 1;
        for (index, block) in blocks.into_iter().enumerate() {
            let values = |offset: usize| &weights.parameters[3 * index + offset].values;
            let (mean, variance) =
                (&weights.statistics[2 * index].values, &weights.statistics[2 * index + 1].values);
            let (kernels, scale, shift) = (values(0), values(1), values(2));
            let per_channel = channels_in * block.kernel * block.kernel;
            let mut weight = Vec::with_capacity(kernels.len());
            let mut bias = Vec::with_capacity(block.channels);
            for channel in 0..block.channels {
                let deviation = (f64::from(variance[channel]) + BATCH_NORM_EPSILON).sqrt();
                let factor = (f64::from(scale[channel]) / deviation) as f32;
                let kernel = &kernels[channel * per_channel..(channel + 1) * per_channel];
                weight.extend(kernel.iter().map(|value| value * factor));
                bias.push(shift[channel] - mean[channel] * factor);
            }
            convolutions.push(Convolution { block, channels_in, weight, bias });
            channels_in = block.channels;
        }
        let linear = Linear {
            n_features: channels_in,
            weight: weights.parameters[expected - 2].values.clone(),
            bias: weights.parameters[expected - 1].values.clone(),
        };
        Ok(Self { n_mels: config.input[0], convolutions, linear })
    }

    /// Returns pooled features of inputs `[len, 1, n_mels, frames]`: `len` rows of `n_features`.
    pub fn pooled(&self, inputs: &[f32], len: usize, frames: usize) -> Result<Vec<f32>> {
        let blocks: Vec<_> = self.convolutions.iter().map(|layer| layer.block).collect();
        let arrays = self.convolutions.iter();
        let arrays: Vec<_> =
            arrays.map(|layer| (layer.weight.as_slice(), layer.bias.as_slice())).collect();
        let images = Images { values: inputs, n: len, extents: [self.n_mels, frames] };
        Trunk::new(&blocks).infer(&arrays, images)
    }

    /// Returns pooled features of whole clips, cut or padded as in use: `frames` columns, with
    /// `silence` after a shorter clip.
    pub fn pooled_segments(
        &self,
        clips: &[&Columns],
        frames: usize,
        silence: f32,
        normalisation: Normalisation,
    ) -> Result<Vec<Vec<f32>>> {
        let mut rows = Vec::with_capacity(clips.len());
        for chunk in clips.chunks(BATCH) {
            let mut inputs = Vec::with_capacity(chunk.len() * self.n_mels * frames);
            for clip in chunk {
                inputs.extend(segment(clip, frames, silence, normalisation));
            }
            let pooled = self.pooled(&inputs, chunk.len(), frames)?;
            rows.extend(pooled.chunks_exact(self.linear.n_features).map(<[f32]>::to_vec));
        }
        Ok(rows)
    }

    /// Returns pooled features of clips at their own lengths, at least `min_frames` columns.
    pub fn pooled_native(
        &self,
        clips: &[&Columns],
        min_frames: usize,
        silence: f32,
        normalisation: Normalisation,
    ) -> Result<Vec<Vec<f32>>> {
        let row = |clip: &&Columns| {
            let frames = clip.frames().max(min_frames);
            self.pooled_segments(&[*clip], frames, silence, normalisation)?
                .pop()
                .context("a clip gave no features")
        };
        clips.iter().map(row).collect()
    }
}

/// Returns the normalised input `[n_mels][frames]` of a clip at the start of a segment.
pub fn segment(
    clip: &Columns,
    frames: usize,
    silence: f32,
    normalisation: Normalisation,
) -> Vec<f32> {
    let mut input = vec![0.0; clip.n_mels * frames];
    let scale = (normalisation.mean, normalisation.std);
    sourcing_sound::lay_out(&clip.values, clip.n_mels, silence, scale, &mut input);
    input
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::random_columns;
    use crate::nn::examples::Batch;
    use crate::nn::fixtures::blocks;
    use crate::nn::step::Stepper;
    use crate::nn::weights;
    use crate::random::generator;

    /// With the running statistics set to those of a batch, the folded network must compute exactly
    /// the loss that the training step computes for that batch.
    #[test]
    fn the_folded_network_is_the_trained_one() {
        let config = blocks();
        let mut rng = generator(1, "test", &[]);
        let mut weights = weights::random(&config, &mut rng).unwrap();
        for array in &mut weights.parameters {
            array.values.iter_mut().enumerate().for_each(|(i, v)| *v += 0.01 * i as f32);
        }
        let frames = 20;
        let clips: Vec<_> = (0..4).map(|seed| random_columns(16, frames, seed)).collect();
        let normalisation = Normalisation { mean: -40.0, std: 25.0 };
        let inputs = clips.iter().flat_map(|clip| segment(clip, frames, -100.0, normalisation));
        let targets = vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.5, 0.0];
        let batch = Batch { inputs: inputs.collect(), targets, len: 4, width: frames };
        let mut stepper = Stepper::new(&config).unwrap();
        let output = stepper.step(&weights.parameters, &batch, None).unwrap();
        let counts = [4 * 8 * 10, 4 * 4 * 5];
        for (index, statistics) in output.statistics.into_iter().enumerate() {
            // The step returns unbiased variances; the batch was normalised with biased ones.
            let n = counts[index / 2] as f32;
            let factor = if index % 2 == 1 { (n - 1.0) / n } else { 1.0 };
            weights.statistics[index].values = statistics.iter().map(|v| v * factor).collect();
        }
        let folded = Folded::new(&config, &weights).unwrap();
        let references: Vec<_> = clips.iter().collect();
        let features = folded.pooled_segments(&references, frames, -100.0, normalisation).unwrap();
        let mut loss = 0.0;
        for (features, target) in features.iter().zip(batch.targets.chunks(3)) {
            let scores = crate::metrics::softmax(&folded.linear.logits(features), 1.0);
            let terms = scores.iter().zip(target).map(|(score, t)| -score.ln() * f64::from(*t));
            loss += terms.sum::<f64>() / 4.0;
        }
        assert!((loss - output.cross_entropy).abs() < 1e-4, "{loss} {}", output.cross_entropy);
    }

    #[test]
    fn silence_follows_a_short_clip_and_a_long_one_is_cut() {
        let normalisation = Normalisation { mean: 0.0, std: 1.0 };
        let clip = Columns { n_mels: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        let padded = segment(&clip, 3, -100.0, normalisation);
        assert_eq!(padded, [1.0, 3.0, -100.0, 2.0, 4.0, -100.0]);
        assert_eq!(segment(&clip, 1, -100.0, normalisation), [1.0, 2.0]);
    }
}
