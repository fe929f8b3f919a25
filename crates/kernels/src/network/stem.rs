//! The first convolution, which reads the network's only plane of features.

use super::activation::Activation;
use super::aligned::Aligned;
use super::convolution::{groups, lanes, pack, vectors};
use super::lane::{LANES, Lane, Lanes};
use super::store::Store;
use super::value::Layout;
use super::weights::Weights;
use fearless_simd::prelude::*;
use fearless_simd::{f32x8, f32x16};

/// A convolution over one channel.
#[derive(Debug)]
pub(super) struct Stem {
    /// The layout of the features: one number per pixel.
    features: Layout,
    output: Layout,
    strides: [usize; 2],
    /// Where each tap reads, relative to the output's pixel.
    taps: Vec<usize>,
    /// Per group of output blocks `[taps, in eights][blocks of the group]`.
    weights: Aligned,
    bias: Vec<Lane>,
    activation: Activation,
}

impl Stem {
    /// Creates a stem for vectors of `vector_len` numbers.
    pub(super) fn new(
        trained: &Weights,
        features: Layout,
        output: Layout,
        vector_len: usize,
    ) -> Self {
        let Weights { window, weights, bias, activation } = trained;
        let taps = window.taps(&features);
        // The taps of the only channel are laid out like channels of a single pixel.
        let weights = pack(weights, bias.len(), taps.len(), 1, vector_len);
        let (strides, bias, activation) = (window.strides, lanes(bias), *activation);
        Stem { features, output, strides, taps, weights, bias, activation }
    }

    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, features: &[f32], output: &mut [Lane]) {
        self.output.clear_border(output);
        let store = Store {
            layout: &self.output,
            addend: None,
            activation: self.activation,
            flattened: false,
        };
        let per_block = self.taps.len().next_multiple_of(LANES);
        for row in 0..self.output.shape.rows {
            for (block, group) in groups(self.bias.len(), S::f32s::LEN) {
                let weights = &self.weights[block * per_block..];
                let call = Row { stem: self, features, weights, store: &store, block, row };
                match (group, S::f32s::LEN) {
                    (4, 16..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x16<S>, 8, 2>(simd, output),
                    ),
                    (2, 16..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x16<S>, 12, 1>(simd, output),
                    ),
                    (2, 8..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 6, 2>(simd, output),
                    ),
                    (_, 8..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 12, 1>(simd, output),
                    ),
                    _ => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 4, 1>(simd, output),
                    ),
                }
            }
        }
    }
}

/// One row of the output, for one group of its blocks.
struct Row<'a> {
    stem: &'a Stem,
    features: &'a [f32],
    weights: &'a [Lane],
    store: &'a Store<'a>,
    block: usize,
    row: usize,
}

impl Row<'_> {
    /// Computes tiles of `PIXELS`; the last one reaches back.
    #[inline(always)]
    fn run<S, V, const PIXELS: usize, const VECTORS: usize>(&self, simd: S, output: &mut [Lane])
    where
        S: Simd,
        V: Lanes<S>,
    {
        let columns = self.stem.output.shape.columns;
        let mut column = 0;
        while column < columns {
            if columns >= PIXELS {
                column = column.min(columns - PIXELS);
                self.tile::<S, V, PIXELS, VECTORS>(simd, column, output);
                column += PIXELS;
            } else {
                self.tile::<S, V, 1, VECTORS>(simd, column, output);
                column += 1;
            }
        }
    }

    /// Computes `VECTORS` vectors of output channels for each of `PIXELS` neighbours.
    #[inline(always)]
    fn tile<S, V, const PIXELS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        column: usize,
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let Stem { features: layout, strides, taps, bias, .. } = self.stem;
        let mut sums: [[V; VECTORS]; PIXELS] = [vectors(simd, &bias[self.block..]); PIXELS];
        let origin = self.row * strides[0] * layout.row_stride() + column * strides[1];
        for (tap, weights) in taps.iter().zip(self.weights.chunks_exact(VECTORS * V::COUNT)) {
            let row: [V; VECTORS] = vectors(simd, weights);
            let from = &self.features[origin + tap..];
            // One check for all pixels, with the usual step.
            let (pairs, _) = from.as_chunks::<2>();
            let pairs = pairs.first_chunk::<PIXELS>().filter(|_| strides[1] == 2);
            let values: [f32; PIXELS] = match pairs {
                Some(pairs) => pairs.map(|[value, _]| value),
                None => core::array::from_fn(|pixel| from[pixel * strides[1]]),
            };
            for (sums, value) in sums.iter_mut().zip(values) {
                let value = V::splat(simd, value);
                for (sum, weights) in sums.iter_mut().zip(row) {
                    *sum = value.mul_add(weights, *sum);
                }
            }
        }
        self.store.tile(simd, (self.block, [self.row, column]), &sums, output);
    }
}
