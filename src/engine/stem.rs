//! The first convolution: it reads the one plane of features that a network is given.

use super::activation::Activation;
use super::convolution::{Convolution, Window};
use super::lane::{LANES, Lane};
use super::value::{Layout, Shape};
use fearless_simd::prelude::*;

/// A convolution over one channel: the windows of a row become the channels of its pixels.
#[derive(Debug)]
pub(super) struct Stem {
    convolution: Convolution,
    /// Of the features: one number per pixel.
    features: Layout,
    strides: [usize; 2],
    /// Where each tap reads, relative to the output's pixel.
    taps: Vec<usize>,
}

impl Stem {
    /// `weights` are `[outputs][taps]`, as ONNX has them.
    pub(super) fn new(
        window: &Window,
        features: Layout,
        output: Layout,
        weights: &[f32],
        bias: &[f32],
        activation: Activation,
        vector_len: usize,
    ) -> Self {
        let taps = window.taps(&features);
        let shape = Shape { channels: taps.len(), rows: 1, columns: output.shape.columns };
        let patches = Layout { shape, border: [0, 0] };
        // Every row of the output reads the same row of patches.
        let row = Window { strides: [0, 1], ..Window::POINT };
        let convolution =
            Convolution::new(&row, patches, output, None, weights, bias, activation, vector_len);
        Stem { convolution, features, strides: window.strides, taps }
    }

    /// Length of `patches`.
    pub(super) fn patches(&self) -> usize {
        self.convolution.input.len()
    }

    #[inline(always)]
    pub(super) fn run<S: Simd>(
        &self,
        simd: S,
        features: &[f32],
        patches: &mut [Lane],
        output: &mut [Lane],
    ) {
        self.convolution.output.clear_border(output);
        for row in 0..self.convolution.output.shape.rows {
            self.gather(row, features, patches);
            self.convolution.run_rows(simd, row..row + 1, patches, None, output);
        }
    }

    fn gather(&self, row: usize, features: &[f32], patches: &mut [Lane]) {
        let columns = self.convolution.input.shape.columns;
        let origin = row * self.strides[0] * self.features.row_stride();
        for (patches, taps) in patches.chunks_exact_mut(columns).zip(self.taps.chunks(LANES)) {
            for (column, patch) in patches.iter_mut().enumerate() {
                let at = origin + column * self.strides[1];
                for (value, tap) in patch.iter_mut().zip(taps) {
                    *value = features[at + tap];
                }
            }
        }
    }
}
