//! The blocks at the front of a network and the pool behind them, with their own forward and
//! backward passes: a training spends nearly all of its time here.
//!
//! Sixteen channels are contiguous ([`planes`]), so that every instruction works on all of them. A
//! convolution reads its input in place and sums a row of outputs in registers
//! ([`convolve`](mod@convolve), [`kernel_gradients`]); batch norm, ReLU and pool share their passes
//! over memory ([`batch_norm`]). The large buffers are reused in every step.

mod batch_norm;
mod block;
mod convolve;
mod kernel_gradients;
mod kernels;
mod planes;
mod pool_time;
mod unfold;

#[cfg(test)]
mod tests;

use crate::nn::layers::Block;
use crate::nn::net::Array;
use anyhow::{Result, ensure};
use block::{BlockArrays, BlockPass};
use fearless_simd::Level;
use planes::Planes;

pub use block::BATCH_NORM_EPSILON;

/// Arrays of weights of every block: kernels, scales and shifts.
const ARRAYS_PER_BLOCK: usize = 3;

/// Blocks, and the pool over time after them.
#[derive(Debug)]
pub struct Trunk {
    blocks: Vec<BlockPass>,
    /// Channels of the last block.
    channels: usize,
    /// The last block's output.
    last: Planes,
    /// Gradients of a block's result, and of its input.
    gradients: [Planes; 2],
}

/// Inputs of one size.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// `[n, 1, height, width]`.
    pub values: &'a [f32],
    /// Number of inputs.
    pub n: usize,
    /// Height and width.
    pub extents: [usize; 2],
}

/// The trunk's output for a batch in training.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// `[n, channels]`.
    pub features: Vec<f32>,
    /// The batch's means and *unbiased* variances, `[channels]` each, of every block in turn.
    pub statistics: Vec<Vec<f32>>,
}

impl Trunk {
    /// Creates a trunk of some blocks, at least one.
    pub fn new(blocks: &[Block]) -> Self {
        Self::with_level(blocks, Level::new())
    }

    /// Creates one with the instructions of a level.
    fn with_level(blocks: &[Block], level: Level) -> Self {
        let mut channels = 1;
        let pass = |block: &Block| {
            BlockPass::new(level, *block, std::mem::replace(&mut channels, block.channels))
        };
        let blocks = blocks.iter().map(pass).collect();
        Self { blocks, channels, last: Planes::default(), gradients: Default::default() }
    }

    /// Returns how many arrays of weights the blocks have: kernels, scales and shifts of each.
    pub fn n_arrays(&self) -> usize {
        ARRAYS_PER_BLOCK * self.blocks.len()
    }

    /// Returns the length of an input's features.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the features of a batch, normalised by its own statistics. `weights` begins with
    /// those of the blocks.
    ///
    /// # Errors
    /// If the inputs or the weights do not fit.
    pub fn train(&mut self, weights: &[Array], images: Images<'_>) -> Result<Pooled> {
        let mut statistics = Vec::with_capacity(2 * self.blocks.len());
        let features = self.forward(images, |index, block| {
            statistics.extend(block.normalise(arrays(weights, index)));
        })?;
        Ok(Pooled { features, statistics })
    }

    /// Returns the features of inputs, with the kernels and the bias of every block instead of
    /// batch norm.
    ///
    /// # Errors
    /// If the inputs do not fit.
    pub fn infer(&mut self, folded: &[(&[f32], &[f32])], images: Images<'_>) -> Result<Vec<f32>> {
        self.forward(images, |index, block| {
            let (kernels, bias) = folded[index];
            block.add_bias(kernels, bias);
        })
    }

    fn forward(
        &mut self,
        Images { values, n, extents }: Images<'_>,
        mut pass: impl FnMut(usize, &mut BlockPass),
    ) -> Result<Vec<f32>> {
        let ([height, width], n_blocks) = (extents, self.blocks.len());
        ensure!(
            values.len() == n * height * width,
            "{} values are not {n} inputs of {height} × {width}",
            values.len()
        );
        ensure!(!values.is_empty(), "there are no inputs");
        let Some(first) = self.blocks.first_mut() else { return Ok(Vec::new()) };
        first.take_image(values, n, extents);
        for index in 0..self.blocks.len() {
            let (done, next) = self.blocks.split_at_mut(index + 1);
            let block = &mut done[index];
            pass(index, block);
            ensure!(
                block.extents().iter().all(|extent| *extent > 0),
                "{height} × {width} is too small for {n_blocks} blocks"
            );
            match next.first_mut() {
                Some(next) => block.give(next),
                None => block.give_planes(0, &mut self.last),
            }
        }
        Ok(pool_time::forward(&self.last, self.channels))
    }

    /// Returns the gradients of the blocks' arrays, in order, given those of the features of the
    /// last batch that [`Self::train`] received.
    pub fn backward(&mut self, weights: &[Array], features: &[f32]) -> Vec<Vec<f32>> {
        let [outer, inner] = &mut self.gradients;
        outer.reshape(self.last.n(), self.last.groups(), self.last.extents(), 0);
        pool_time::backward(&self.last, features, self.channels, outer);
        let mut all = Vec::with_capacity(ARRAYS_PER_BLOCK * self.blocks.len());
        for index in (0..self.blocks.len()).rev() {
            let (before, rest) = self.blocks.split_at_mut(index);
            let block = &mut rest[0];
            all.push(block.backward(outer));
            if let Some(before) = before.last() {
                block.backward_input(arrays(weights, index).kernels, before.extents(), inner);
                std::mem::swap(outer, inner);
            }
        }
        all.into_iter().rev().flatten().collect()
    }
}

fn arrays(weights: &[Array], block: usize) -> BlockArrays<'_> {
    let values = |array: usize| weights[ARRAYS_PER_BLOCK * block + array].values.as_slice();
    BlockArrays { kernels: values(0), scales: values(1), shifts: values(2) }
}
