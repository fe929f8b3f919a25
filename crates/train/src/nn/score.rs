//! Scores with a trained network: no gradients, no dropout.

use crate::metrics::{greatest, softmax};
use crate::nn::examples::Views;
use crate::nn::forward::{Signal, logits};
use crate::nn::net::{Array, NetworkConfig};
use crate::nn::tensor::{Leaves, constant, values};
use anyhow::{Result, ensure};
use burn::tensor::Device;

/// Inputs per forward pass: few, so that the values between the layers stay small.
const AT_ONCE: usize = 16;

/// A network ready for use.
pub struct Network<'a> {
    config: &'a NetworkConfig,
    leaves: Leaves,
    device: Device,
}

/// Mean loss and accuracy over some clips.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Mean of −ln of the true label's score.
    pub loss: f64,
    /// Share of clips with the highest score for the true label.
    pub accuracy: f64,
}

impl<'a> Network<'a> {
    /// Loads weights into a network.
    pub fn new(config: &'a NetworkConfig, weights: &[Array]) -> Self {
        let device = Device::flex();
        Self { config, leaves: Leaves::new(weights, &device), device }
    }

    /// Returns softmax scores of some inputs, `[n][n_labels]`.
    fn scores_of(&self, inputs: &[f32]) -> Result<Vec<Vec<f64>>> {
        let [height, width] = self.config.input;
        let n = inputs.len() / self.config.input_len();
        let inputs = constant(inputs, [n, 1, height, width], &self.device);
        let logits = values(logits(self.config, &self.leaves, Signal::Image(inputs), None)?)?;
        let rows = logits.chunks_exact(self.config.n_labels());
        Ok(rows.map(|row| softmax(row, 1.0)).collect())
    }

    /// Returns the scores of clips, one row of `n_labels` per clip: the mean over the clip's views.
    pub fn score(&self, source: &dyn Views, clips: &[usize]) -> Result<Vec<Vec<f32>>> {
        let mut scores = vec![vec![0.0; self.config.n_labels()]; clips.len()];
        let (mut inputs, mut owners) = (Vec::new(), Vec::new());
        for (row, &clip) in clips.iter().enumerate() {
            let before = inputs.len();
            let n = source.views(clip, &mut inputs);
            let given = inputs.len() - before;
            ensure!(
                n > 0 && given == n * self.config.input_len(),
                "clip {clip} gives {given} values for {n} inputs of {}",
                self.config.input_len()
            );
            owners.extend(std::iter::repeat_n((row, 1.0 / n as f64), n));
            if owners.len() >= AT_ONCE || row + 1 == clips.len() {
                self.add_views(&inputs, &owners, &mut scores)?;
                inputs.clear();
                owners.clear();
            }
        }
        let narrow = |row: Vec<f64>| row.into_iter().map(|score| score as f32).collect();
        Ok(scores.into_iter().map(narrow).collect())
    }

    /// Adds every view's weighted scores to the row of its clip.
    fn add_views(
        &self,
        inputs: &[f32],
        owners: &[(usize, f64)],
        scores: &mut [Vec<f64>],
    ) -> Result<()> {
        let chunks = inputs.chunks(AT_ONCE * self.config.input_len());
        for (chunk, owners) in chunks.zip(owners.chunks(AT_ONCE)) {
            for (view, (row, share)) in self.scores_of(chunk)?.into_iter().zip(owners) {
                scores[*row].iter_mut().zip(view).for_each(|(sum, score)| *sum += share * score);
            }
        }
        Ok(())
    }

    /// Scores clips and compares them with their labels; `None` without clips.
    pub fn judge(&self, source: &dyn Views, clips: &[usize]) -> Result<Option<Judgement>> {
        if clips.is_empty() {
            return Ok(None);
        }
        let (mut loss, mut correct) = (0.0, 0);
        for (scores, &clip) in self.score(source, clips)?.iter().zip(clips) {
            let label = source.label(clip);
            // A score may underflow; its logarithm would hide all the others.
            loss -= f64::from(scores[label].max(f32::MIN_POSITIVE)).ln();
            correct += usize::from(greatest(scores) == label);
        }
        let n = clips.len() as f64;
        Ok(Some(Judgement { loss: loss / n, accuracy: correct as f64 / n }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::fixtures::{Tones, every_layer};
    use crate::nn::weights;
    use crate::random::generator;

    #[test]
    fn a_clip_s_scores_are_the_mean_of_its_views() {
        for config in every_layer() {
            let weights = weights::random(&config, &mut generator(1, "", &[])).unwrap().parameters;
            let network = Network::new(&config, &weights);
            let tones = Tones::new(config.input, config.n_labels());
            let clips: Vec<_> = (0..20).rev().collect();
            let together = network.score(&tones, &clips).unwrap();
            for (row, clip) in together.iter().zip(clips) {
                let mut inputs = Vec::new();
                let n = tones.views(clip, &mut inputs);
                assert_eq!(n, 1 + clip % 3, "clips differ in their number of views");
                let each = network.scores_of(&inputs).unwrap();
                for (label, found) in row.iter().enumerate() {
                    let mean = each.iter().map(|view| view[label]).sum::<f64>() / n as f64;
                    assert!((f64::from(*found) - mean).abs() < 1e-6, "{found} {mean}");
                }
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn judging_counts_right_answers_and_takes_logarithms() {
        let config = every_layer().remove(0);
        let weights = weights::random(&config, &mut generator(1, "", &[])).unwrap().parameters;
        let network = Network::new(&config, &weights);
        let tones = Tones::new(config.input, config.n_labels());
        let clips: Vec<_> = (0..9).collect();
        let scores = network.score(&tones, &clips).unwrap();
        let judgement = network.judge(&tones, &clips).unwrap().unwrap();
        let right = |&&clip: &&usize| {
            let own = scores[clip][tones.label(clip)];
            scores[clip].iter().all(|score| *score <= own)
        };
        assert_eq!(judgement.accuracy, clips.iter().filter(right).count() as f64 / 9.0);
        let logarithm = |&clip: &usize| -f64::from(scores[clip][tones.label(clip)].ln());
        let loss = clips.iter().map(logarithm).sum::<f64>() / 9.0;
        assert!((judgement.loss - loss).abs() < 1e-6);
        assert_eq!(network.judge(&tones, &[]).unwrap(), None);
    }
}
