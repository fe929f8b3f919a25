//! The first convolution: it reads the one plane of features that a network is given.

use super::convolution::Convolution;
use super::lane::{LANES, Lane};
use super::value::{Layout, Shape};
use super::weights::Weights;
use super::window::Window;
use fearless_simd::prelude::*;
use std::rc::Rc;

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
    /// For vectors of `vector_len` numbers.
    pub(super) fn new(
        trained: &Weights,
        features: Layout,
        output: Layout,
        vector_len: usize,
    ) -> Self {
        let Weights { window, weights, bias, activation } = trained;
        let taps = window.taps(&features);
        let shape = Shape { channels: taps.len(), rows: 1, columns: output.shape.columns };
        let patches = Layout { shape, border: [0, 0] };
        // Every row of the output reads the same row of patches.
        let row = Weights {
            window: Window { strides: [0, 1], ..Window::POINT },
            weights: Rc::clone(weights),
            bias: bias.clone(),
            activation: *activation,
        };
        let convolution = Convolution::new(&row, patches, output, None, vector_len);
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
