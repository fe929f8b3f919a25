//! One block: convolution, batch norm, ReLU and pool, with the values that its backward pass needs.

use super::batch_norm::{self, Norm, Sums, moments};
use super::convolve::convolve;
use super::kernel_gradients::correlate;
use super::kernels::Kernels;
use super::planes::{LANES, Lanes, Planes, groups_of};
use super::unfold::Unfold;
use crate::nn::layers::Block;
use fearless_simd::Level;

/// Added to a batch variance before taking its square root.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;

/// A block with its buffers, which are reused for every batch.
#[derive(Debug)]
pub struct BlockPass {
    level: Level,
    block: Block,
    channels_in: usize,
    /// Turns the input into that of a 1 × 1 convolution, if the block does not convolve its input
    /// directly.
    unfold: Option<Unfold>,
    kernels: Kernels,
    kernels_backward: Kernels,
    kernel_gradients: Kernels,
    norms: Vec<Norm>,
    /// The input of the convolution.
    source: Planes,
    convolved: Planes,
    /// Gradients of `convolved`.
    gradients: Planes,
}

/// The arrays of a block, or their gradients.
#[derive(Clone, Copy, Debug)]
pub struct BlockArrays<'a> {
    /// `[channels, channels_in, kernel, kernel]`.
    pub kernels: &'a [f32],
    /// `[channels]`.
    pub scales: &'a [f32],
    /// `[channels]`.
    pub shifts: &'a [f32],
}

impl BlockPass {
    /// Creates a block for an input of some channels.
    pub fn new(level: Level, block: Block, channels_in: usize) -> Self {
        let Block { channels, kernel, stride, .. } = block;
        // A single channel would leave fifteen of the sixteen lanes empty.
        let unfolds = stride > 1 || channels_in == 1;
        let unfold = unfolds.then_some(Unfold { channels: channels_in, kernel, stride });
        let (inputs, kernel) =
            unfold.map_or((channels_in, kernel), |unfold| (unfold.channels_out(), 1));
        let kernels = Kernels::new([channels, inputs], kernel);
        Self {
            level,
            block,
            channels_in,
            unfold,
            kernel_gradients: kernels.clone(),
            kernels,
            kernels_backward: Kernels::new([inputs, channels], kernel),
            norms: vec![Norm::default(); groups_of(channels)],
            source: Planes::default(),
            convolved: Planes::default(),
            gradients: Planes::default(),
        }
    }

    /// Takes inputs `[n, 1, height, width]`.
    pub fn take_image(&mut self, values: &[f32], n: usize, extents: [usize; 2]) {
        let kernel = self.block.kernel;
        let unfold = self.unfold.unwrap_or(Unfold { channels: 1, kernel, stride: 1 });
        unfold.reshape(&mut self.source, n, extents);
        let mut image = unfold.padded(extents);
        for (index, values) in values.chunks_exact(extents[0] * extents[1]).enumerate() {
            image.fill(values, extents);
            unfold.unfold(&image, index, &mut self.source);
        }
    }

    fn convolve(&mut self, kernels: &[f32]) {
        self.kernels.pack(kernels);
        let groups = groups_of(self.block.channels);
        self.convolved.reshape(self.source.n(), groups, self.source.extents(), 0);
        convolve(self.level, &self.source, &self.kernels, &mut self.convolved);
    }

    /// Convolves the input and normalises it by its own statistics. Returns the batch's means and
    /// *unbiased* variances.
    pub fn normalise(&mut self, arrays: BlockArrays<'_>) -> [Vec<f32>; 2] {
        self.convolve(arrays.kernels);
        let [means, variances] = moments(self.level, &self.convolved);
        for channel in 0..self.block.channels {
            let (norm, lane) = (&mut self.norms[channel / LANES], channel % LANES);
            let mean = means[channel / LANES][lane];
            let variance = variances[channel / LANES][lane];
            let precision = (variance + BATCH_NORM_EPSILON).sqrt().recip();
            let factor = f64::from(arrays.scales[channel]) * precision;
            norm.mean.0[lane] = mean as f32;
            norm.precision.0[lane] = precision as f32;
            norm.affine.factor.0[lane] = factor as f32;
            norm.affine.offset.0[lane] = (f64::from(arrays.shifts[channel]) - factor * mean) as f32;
        }
        let [height, width] = self.convolved.extents();
        let count = (self.convolved.n() * height * width) as f64;
        [self.flat(&means, 1.0), self.flat(&variances, count / (count - 1.0).max(1.0))]
    }

    /// Convolves the input, with a bias instead of batch norm.
    pub fn add_bias(&mut self, kernels: &[f32], bias: &[f32]) {
        self.convolve(kernels);
        for (norm, bias) in self.norms.iter_mut().zip(bias.chunks(LANES)) {
            norm.affine.factor = Lanes([1.0; LANES]);
            norm.affine.offset.0[..bias.len()].copy_from_slice(bias);
        }
    }

    fn flat(&self, sums: &Sums, factor: f64) -> Vec<f32> {
        let values = sums.iter().flatten().map(|value| (value * factor) as f32);
        values.take(self.block.channels).collect()
    }

    /// Returns the height and width of the result.
    pub fn extents(&self) -> [usize; 2] {
        let shrink = if self.block.pool { 2 } else { 1 };
        self.convolved.extents().map(|extent| extent / shrink)
    }

    /// Passes the result to the next block.
    pub fn give(&self, next: &mut Self) {
        let Some(unfold) = next.unfold else {
            return self.give_planes(next.block.kernel / 2, &mut next.source);
        };
        let mut planes = Planes::default();
        self.give_planes(0, &mut planes);
        unfold.reshape(&mut next.source, planes.n(), planes.extents());
        let mut image = unfold.padded(planes.extents());
        for index in 0..planes.n() {
            image.gather(&planes, index);
            unfold.unfold(&image, index, &mut next.source);
        }
    }

    /// Writes the result to `target`, with a halo.
    pub fn give_planes(&self, halo: usize, target: &mut Planes) {
        let groups = groups_of(self.block.channels);
        target.reshape(self.convolved.n(), groups, self.extents(), halo);
        batch_norm::forward(self.level, &self.convolved, &self.norms, self.block.pool, target);
    }

    /// Returns the gradients of kernels, scales and shifts, given those of the result.
    pub fn backward(&mut self, gradients: &Planes) -> [Vec<f32>; 3] {
        let groups = groups_of(self.block.channels);
        let (n, extents) = (self.convolved.n(), self.convolved.extents());
        self.gradients.reshape(n, groups, extents, self.kernels.size() / 2);
        let outer = (gradients, self.block.pool);
        let [shifts, scales] = batch_norm::backward(
            self.level,
            &self.convolved,
            &self.norms,
            outer,
            &mut self.gradients,
        );
        correlate(self.level, &self.source, &self.gradients, &mut self.kernel_gradients);
        let kernels = self.kernel_gradients.unpack();
        [kernels, self.flat(&scales, 1.0), self.flat(&shifts, 1.0)]
    }

    /// Computes the gradients of an input of some height and width, after [`Self::backward`].
    pub fn backward_input(&mut self, kernels: &[f32], extents: [usize; 2], target: &mut Planes) {
        self.kernels_backward.pack_transposed(kernels);
        let (n, groups) = (self.gradients.n(), groups_of(self.channels_in));
        target.reshape(n, groups, extents, 0);
        let Some(unfold) = self.unfold else {
            return convolve(self.level, &self.gradients, &self.kernels_backward, target);
        };
        let mut patches = Planes::default();
        unfold.reshape(&mut patches, n, extents);
        convolve(self.level, &self.gradients, &self.kernels_backward, &mut patches);
        let mut image = unfold.padded(extents);
        for index in 0..n {
            unfold.fold(&patches, index, &mut image);
            image.scatter(target, index);
        }
    }
}
