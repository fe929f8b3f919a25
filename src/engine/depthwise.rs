//! Convolutions of each channel by itself: a few neighbouring pixels of eight channels at a time.

use super::activation::Activation;
use super::convolution::lanes;
use super::lane::{LANES, Lane, Lanes};
use super::value::Layout;
use super::weights::Weights;
use fearless_simd::prelude::*;
use fearless_simd::{f32x8, f32x16};

/// A depthwise convolution with its weights in the order in which they are read.
#[derive(Debug)]
pub(super) struct Depthwise {
    pub(super) input: Layout,
    pub(super) output: Layout,
    kernel: [usize; 2],
    strides: [usize; 2],
    taps: Vec<usize>,
    /// `[blocks][taps]`.
    weights: Vec<Lane>,
    bias: Vec<Lane>,
    pub(super) activation: Activation,
}

impl Depthwise {
    pub(super) fn new(trained: &Weights, input: Layout, output: Layout) -> Self {
        let Weights { window, weights, bias, activation } = trained;
        let taps = window.taps(&input);
        let (count, channels) = (taps.len(), bias.len());
        let weight = |channel: usize, tap: usize| {
            if channel < channels { weights[channel * count + tap] } else { 0.0 }
        };
        let packed = (0..input.blocks()).flat_map(|block| {
            (0..count)
                .map(move |tap| core::array::from_fn(|lane| weight(block * LANES + lane, tap)))
        });
        let weights = packed.collect();
        // Kernels with gaps take the general path.
        let kernel = if window.dilations == [1, 1] { window.kernel } else { [0, 0] };
        let strides = window.strides;
        let (bias, activation) = (lanes(bias), *activation);
        Depthwise { input, output, kernel, strides, taps, weights, bias, activation }
    }

    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, input: &[Lane], output: &mut [Lane]) {
        self.output.clear_border(output);
        let planes = input.chunks_exact(self.input.plane());
        let outputs = output.chunks_exact_mut(self.output.plane());
        let weights = self.weights.chunks_exact(self.taps.len());
        for (((plane, out), weights), bias) in planes.zip(outputs).zip(weights).zip(&self.bias) {
            let block = Block { depthwise: self, plane, weights, bias };
            // Two pixels to a vector, where vectors are that long and rows too.
            let pairs = S::f32s::LEN >= 2 * LANES && self.output.shape.columns >= 8;
            match (self.kernel[1], self.strides[1]) {
                (3, 1) if pairs => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x16<S>, 3, 1, 4, 8, 10>(simd, out),
                ),
                (3, 1) => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x8<S>, 3, 1, 4, 4, 6>(simd, out),
                ),
                (3, 2) if pairs => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x16<S>, 3, 2, 4, 8, 17>(simd, out),
                ),
                (3, 2) => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x8<S>, 3, 2, 4, 4, 9>(simd, out),
                ),
                (5, 1) if pairs => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x16<S>, 5, 1, 4, 8, 12>(simd, out),
                ),
                (5, 1) => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x8<S>, 5, 1, 4, 4, 8>(simd, out),
                ),
                (5, 2) if pairs => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x16<S>, 5, 2, 4, 8, 19>(simd, out),
                ),
                (5, 2) => simd.vectorize(
                    #[inline(always)]
                    || block.run::<S, f32x8<S>, 5, 2, 4, 4, 11>(simd, out),
                ),
                _ => simd.vectorize(
                    #[inline(always)]
                    || block.run_any(simd, out),
                ),
            }
        }
    }
}

/// Eight channels.
struct Block<'a> {
    depthwise: &'a Depthwise,
    plane: &'a [Lane],
    weights: &'a [Lane],
    bias: &'a Lane,
}

impl Block<'_> {
    /// `VECTORS` vectors hold `PIXELS` outputs of a row, which read `SPAN` pixels,
    /// `(PIXELS − 1) · STRIDE + KERNEL`.
    #[inline(always)]
    fn run<
        S: Simd,
        V: Lanes<S>,
        const KERNEL: usize,
        const STRIDE: usize,
        const VECTORS: usize,
        const PIXELS: usize,
        const SPAN: usize,
    >(
        &self,
        simd: S,
        output: &mut [Lane],
    ) {
        let Depthwise { output: layout, .. } = self.depthwise;
        let columns = layout.shape.columns;
        for row in 0..layout.shape.rows {
            let mut column = 0;
            while column < columns {
                let out = layout.row(row);
                if columns >= PIXELS {
                    column = column.min(columns - PIXELS);
                    let Some(out) = output[out + column..].first_chunk_mut::<PIXELS>() else {
                        return;
                    };
                    self.tile::<S, V, KERNEL, STRIDE, VECTORS, PIXELS, SPAN>(
                        simd, row, column, out,
                    );
                    column += PIXELS;
                } else {
                    let Some(out) = output[out + column..].first_chunk_mut::<1>() else { return };
                    self.tile::<S, f32x8<S>, KERNEL, STRIDE, 1, 1, KERNEL>(simd, row, column, out);
                    column += 1;
                }
            }
        }
    }

    #[inline(always)]
    fn tile<
        S: Simd,
        V: Lanes<S>,
        const KERNEL: usize,
        const STRIDE: usize,
        const VECTORS: usize,
        const PIXELS: usize,
        const SPAN: usize,
    >(
        &self,
        simd: S,
        row: usize,
        column: usize,
        output: &mut [Lane; PIXELS],
    ) {
        let Depthwise { input, strides, taps, activation, .. } = self.depthwise;
        let same = |lane| {
            V::of(
                simd,
                #[inline(always)]
                |_| lane,
            )
        };
        let mut sums = [same(self.bias); VECTORS];
        let origin = row * strides[0] * input.row_stride() + column * STRIDE;
        let (weights, _) = self.weights.as_chunks::<KERNEL>();
        for (weights, first) in weights.iter().zip(taps.iter().step_by(KERNEL)) {
            let Some(span) = self.plane[origin + first..].first_chunk::<SPAN>() else { return };
            for (tap, weights) in weights.iter().enumerate() {
                let weights = same(weights);
                for (vector, sum) in sums.iter_mut().enumerate() {
                    let pixel = vector * V::COUNT * STRIDE + tap;
                    let value = V::of(
                        simd,
                        #[inline(always)]
                        |part| &span[pixel + part * STRIDE],
                    );
                    *sum = value.mul_add(weights, *sum);
                }
            }
        }
        for (vector, sum) in sums.iter().enumerate() {
            let sum = activation.apply(simd, *sum);
            for part in 0..V::COUNT {
                sum.lane(part).store_slice(&mut output[vector * V::COUNT + part]);
            }
        }
    }

    /// Any kernel, pixel by pixel.
    #[inline(always)]
    fn run_any<S: Simd>(&self, simd: S, output: &mut [Lane]) {
        let Depthwise { input, output: layout, strides, taps, activation, .. } = self.depthwise;
        for row in 0..layout.shape.rows {
            let start = row * strides[0] * input.row_stride();
            for (column, out) in
                output[layout.row(row)..][..layout.shape.columns].iter_mut().enumerate()
            {
                let mut sum = f32x8::from_slice(simd, self.bias);
                for (tap, weights) in taps.iter().zip(self.weights) {
                    let value =
                        f32x8::from_slice(simd, &self.plane[start + column * strides[1] + tap]);
                    sum = value.mul_add(f32x8::from_slice(simd, weights), sum);
                }
                activation.apply(simd, sum).store_slice(out);
            }
        }
    }
}
