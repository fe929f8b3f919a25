//! Turns clean feature columns into varied training examples.
//!
//! Everything that adds up in air (noise, other sounds, gain) is added in the power domain; time
//! and frequency are warped, and examples mixed up, on log values.

use crate::data::columns::{Columns, Normalisation};
use crate::model::config::{AugmentConfig, Range};
use crate::nn::examples::{Batch, Examples};
use anyhow::Result;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus as Rng;
use rand_distr::{Beta, Distribution};
use sourcing_sound::LogScale;

/// A clip to draw examples from.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    /// Its columns.
    pub columns: &'a Columns,
    /// Its label.
    pub label: usize,
}

/// Makes batches of varied examples.
pub struct Augmenter<'a> {
    /// Settings.
    pub config: &'a AugmentConfig,
    /// The relation between log values and powers.
    pub log: LogScale,
    /// Applied last, to every value.
    pub normalisation: Normalisation,
    /// Recordings to mix under the clips; may be empty.
    pub background: &'a [Columns],
    /// Width of a whole segment in frames.
    pub segment_frames: usize,
    /// Number of labels.
    pub n_labels: usize,
    /// Label smoothing.
    pub smoothing: f32,
}

impl Augmenter<'_> {
    /// Returns a batch with one example per clip.
    pub fn batch(&self, clips: &[Example<'_>], rng: &mut Rng) -> Batch {
        let full = rng.random::<f32>() < self.config.full_view_share;
        let frames = if full { self.segment_frames } else { self.config.crop_frames };
        let n_mels = clips.first().map_or(0, |clip| clip.columns.n_mels);
        let size = n_mels * frames;
        let mut inputs = Vec::with_capacity(clips.len() * size);
        let mut targets = vec![self.smoothing / self.n_labels as f32; clips.len() * self.n_labels];
        for (index, clip) in clips.iter().enumerate() {
            inputs.extend(self.example(clip.columns, frames, rng));
            targets[index * self.n_labels + clip.label] += 1.0 - self.smoothing;
        }
        let mut batch = Batch { inputs, targets, len: clips.len(), width: frames };
        self.mix_up(&mut batch, size, rng);
        for example in batch.inputs.chunks_exact_mut(size.max(1)) {
            self.mask(example, n_mels, frames, rng);
        }
        batch
    }

    /// Returns one varied, normalised example `[n_mels][frames]`.
    fn example(&self, clip: &Columns, frames: usize, rng: &mut Rng) -> Vec<f32> {
        let mut view = self.warp(clip, frames, rng);
        let gain = decibels(uniform((-self.config.gain, self.config.gain), rng));
        let (mut sum, mut n) = (0.0, 0);
        for value in &mut view {
            // NaN marks what the clip does not cover.
            if value.is_nan() {
                continue;
            }
            *value = to_power(self.log, *value) * gain;
            sum += *value;
            n += 1;
        }
        let level = sum / n.max(1) as f32;
        let covered = n == view.len();
        view.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
        if !covered && rng.random::<f32>() >= self.config.silence_probability {
            self.add_noise(&mut view, frames, level, self.config.floor_level, rng);
        }
        if rng.random::<f32>() < self.config.noise_probability {
            self.add_noise(&mut view, frames, level, self.config.noise_level, rng);
        }
        if rng.random::<f32>() < self.config.background_probability {
            self.add_background(&mut view, frames, level, rng);
        }
        for value in &mut view {
            *value = self.normalisation.apply(from_power(self.log, *value));
        }
        view
    }

    /// Returns a view of the clip, bilinearly resampled along both axes: a random stretch of a long
    /// clip, or a short clip at a random position, with NaN outside of the clip.
    fn warp(&self, clip: &Columns, frames: usize, rng: &mut Rng) -> Vec<f32> {
        let (n_mels, clip_frames) = (clip.n_mels, clip.frames());
        let config = self.config;
        let step = uniform((-config.time_scale, config.time_scale), rng).exp();
        let slack = clip_frames as f32 - frames as f32 * step;
        let start = slack * rng.random::<f32>();
        let mel_step = uniform((-config.mel_scale, config.mel_scale), rng).exp();
        let moved = rng.random::<f32>() < config.mel_shift_probability;
        let shift = uniform((-config.mel_shift, config.mel_shift), rng);
        let centre = (n_mels - 1) as f32 / 2.0;
        let offset = centre - centre * mel_step + if moved { shift } else { 0.0 };
        let time: Vec<_> = (0..frames)
            .map(|t| {
                let position = start + t as f32 * step;
                let inside = position > -0.5 && position < clip_frames as f32 - 0.5;
                inside.then(|| interpolation(position, clip_frames))
            })
            .collect();
        let mut view = vec![f32::NAN; n_mels * frames];
        for (m, row) in view.chunks_exact_mut(frames).enumerate() {
            let (low, high, up) = interpolation(offset + m as f32 * mel_step, n_mels);
            for (value, time) in row.iter_mut().zip(&time) {
                let Some((early, late, right)) = *time else { continue };
                let at = |frame: usize, mel: usize| clip.values[frame * n_mels + mel];
                let left = at(early, low) * (1.0 - up) + at(early, high) * up;
                let next = at(late, low) * (1.0 - up) + at(late, high) * up;
                *value = left * (1.0 - right) + next * right;
            }
        }
        view
    }

    /// Adds noise with a random tilt, its mean power `range` dB relative to `level`.
    fn add_noise(&self, view: &mut [f32], frames: usize, level: f32, range: Range, rng: &mut Rng) {
        let n_mels = view.len() / frames;
        let tilt = uniform(self.config.noise_tilt, rng);
        let per_band = tilt / (n_mels.max(2) - 1) as f32;
        let bands: Vec<_> = (0..n_mels).map(|m| decibels(per_band * m as f32)).collect();
        let mean = bands.iter().sum::<f32>() / n_mels as f32;
        let scale = level * decibels(uniform(range, rng)) / mean;
        for (row, band) in view.chunks_exact_mut(frames).zip(bands) {
            for value in row {
                // The mean of three exponentials, as for noise in a band of several bins.
                let product: f32 = (0..3).map(|_| 1.0 - rng.random::<f32>()).product();
                *value += scale * band * product.max(f32::MIN_POSITIVE).ln() * (-1.0 / 3.0);
            }
        }
    }

    /// Adds a random stretch of a background recording, repeated if it is too short.
    fn add_background(&self, view: &mut [f32], frames: usize, level: f32, rng: &mut Rng) {
        if self.background.is_empty() {
            return;
        }
        let recording = &self.background[rng.random_range(0..self.background.len())];
        let (n_mels, length) = (recording.n_mels, recording.frames());
        let start = rng.random_range(0..length);
        let mut powers = vec![0.0; view.len()];
        for (m, row) in powers.chunks_exact_mut(frames).enumerate() {
            for (t, value) in row.iter_mut().enumerate() {
                let frame = (start + t) % length;
                *value = to_power(self.log, recording.values[frame * n_mels + m]);
            }
        }
        let mean = powers.iter().sum::<f32>() / powers.len().max(1) as f32;
        if mean > 0.0 {
            let scale = level * decibels(uniform(self.config.background_level, rng)) / mean;
            for (value, power) in view.iter_mut().zip(powers) {
                *value += scale * power;
            }
        }
    }

    /// Blends every example with another one of the batch, which keeps the greater part.
    fn mix_up(&self, batch: &mut Batch, size: usize, rng: &mut Rng) {
        let alpha = self.config.mixup;
        let (Ok(beta), true) = (Beta::new(alpha, alpha), batch.len > 1) else { return };
        let (inputs, targets) = (batch.inputs.clone(), batch.targets.clone());
        let turn = rng.random_range(1..batch.len);
        for index in 0..batch.len {
            let drawn = beta.sample(rng) as f32;
            let share = drawn.max(1.0 - drawn);
            let partner = (index + turn) % batch.len;
            blend(&mut batch.inputs, &inputs, size, index, partner, share);
            blend(&mut batch.targets, &targets, self.n_labels, index, partner, share);
        }
    }

    /// Sets random ranges of bands and frames to the mean.
    fn mask(&self, example: &mut [f32], n_mels: usize, frames: usize, rng: &mut Rng) {
        let (count, height) = self.config.mel_masks;
        for _ in 0..count {
            let band = range_within(n_mels, height, rng);
            example[band.start * frames..band.end * frames].fill(0.0);
        }
        let (count, width) = self.config.time_masks;
        let width = width * frames / self.config.crop_frames.max(1);
        for _ in 0..count {
            let range = range_within(frames, width, rng);
            for row in example.chunks_exact_mut(frames) {
                row[range.clone()].fill(0.0);
            }
        }
    }
}

/// Clips as a source of varied examples.
pub struct Augmented<'a> {
    /// Varies the examples.
    pub augmenter: Augmenter<'a>,
    /// The clips.
    pub clips: &'a [Example<'a>],
}

impl Examples for Augmented<'_> {
    fn batch(&self, clips: &[usize], rng: &mut Rng) -> Result<Batch> {
        let clips: Vec<_> = clips.iter().map(|&clip| self.clips[clip]).collect();
        Ok(self.augmenter.batch(&clips, rng))
    }
}

fn blend(to: &mut [f32], from: &[f32], size: usize, index: usize, partner: usize, share: f32) {
    let own = &mut to[index * size..(index + 1) * size];
    for (value, other) in own.iter_mut().zip(&from[partner * size..(partner + 1) * size]) {
        *value = *value * share + other * (1.0 - share);
    }
}

/// Draws a range of at most `greatest` places within `0..len`.
fn range_within(len: usize, greatest: usize, rng: &mut Rng) -> std::ops::Range<usize> {
    let extent = rng.random_range(0..=greatest.min(len));
    let start = rng.random_range(0..=len - extent);
    start..start + extent
}

/// Returns the two neighbours of a position and the weight of the second, clamped to `0..len`.
fn interpolation(position: f32, len: usize) -> (usize, usize, f32) {
    let position = position.clamp(0.0, (len - 1) as f32);
    let below = position as usize;
    (below, (below + 1).min(len - 1), position - below as f32)
}

fn uniform((low, high): Range, rng: &mut Rng) -> f32 {
    low + (high - low) * rng.random::<f32>()
}

/// Converts dB to a power ratio.
fn decibels(value: f32) -> f32 {
    10f32.powf(value / 10.0)
}

/// Returns the power of a log value, at least 0.
pub fn to_power(log: LogScale, value: f32) -> f32 {
    let (power, offset) = match log {
        LogScale::Decibel { offset } => ((value * (std::f32::consts::LN_10 / 10.0)).exp(), offset),
        LogScale::Natural { offset } => (value.exp(), offset),
    };
    (power - offset).max(0.0)
}

/// Returns the log value of a power.
pub fn from_power(log: LogScale, power: f32) -> f32 {
    match log {
        LogScale::Decibel { offset } => (power + offset).ln() * (10.0 / std::f32::consts::LN_10),
        LogScale::Natural { offset } => (power + offset).ln(),
    }
}

#[cfg(test)]
mod tests;
