//! Convolutions of each channel alone: a few neighbouring pixels of eight channels at a time.

use super::activation::Activation;
use super::convolution::lanes;
use super::global::Global;
use super::lane::{LANES, Lane, Lanes};
use super::value::{Layout, Shape};
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
    /// Pools the output while it is in the cache; not with short vectors.
    pub(super) pooled: Option<Global>,
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
        Depthwise { input, output, kernel, strides, taps, weights, bias, activation, pooled: None }
    }

    /// Runs the convolution; `pools` has a place for each block, if the output is pooled.
    #[inline(always)]
    pub(super) fn run<S: Simd>(
        &self,
        simd: S,
        input: &[Lane],
        output: &mut [Lane],
        pools: &mut [Lane],
    ) {
        self.output.clear_border(output);
        let mut pools = pools.iter_mut();
        let planes = input.chunks_exact(self.input.plane());
        let outputs = output.chunks_exact_mut(self.output.plane());
        let weights = self.weights.chunks_exact(self.taps.len());
        for (((plane, out), weights), bias) in planes.zip(outputs).zip(weights).zip(&self.bias) {
            let block = Block { depthwise: self, plane, weights, bias };
            // Two pixels per vector, if vectors and rows are long enough.
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
            let pooled = self.pooled.as_ref().filter(|_| S::f32s::LEN >= LANES);
            if let Some((global, pool)) = pooled.zip(pools.next()) {
                simd.vectorize(
                    #[inline(always)]
                    || global.run_block(simd, out, pool),
                );
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
    /// Computes `PIXELS` outputs of a row in `VECTORS` vectors from `SPAN` pixels, `(PIXELS − 1) ·
    /// STRIDE + KERNEL`.
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
        let Depthwise { output: layout, kernel, strides, .. } = self.depthwise;
        let Shape { rows, columns, .. } = layout.shape;
        let in_twos = S::f32s::LEN >= LANES && STRIDE == 1 && strides[0] == 1;
        let in_twos = in_twos && kernel[0] == KERNEL && columns >= PIXELS;
        let mut row = 0;
        while row < rows {
            let mut column = 0;
            while column < columns {
                if in_twos && row + 1 < rows {
                    column = column.min(columns - PIXELS);
                    let at = [row, column];
                    self.two_rows::<S, V, KERNEL, VECTORS, PIXELS, SPAN>(simd, at, output);
                    column += PIXELS;
                } else if columns >= PIXELS {
                    column = column.min(columns - PIXELS);
                    let at = [row, column];
                    self.tile::<S, V, KERNEL, STRIDE, VECTORS, PIXELS, SPAN>(simd, at, output);
                    column += PIXELS;
                } else {
                    let at = [row, column];
                    self.tile::<S, f32x8<S>, KERNEL, STRIDE, 1, 1, KERNEL>(simd, at, output);
                    column += 1;
                }
            }
            row += if in_twos { 2 } else { 1 };
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
        [row, column]: [usize; 2],
        output: &mut [Lane],
    ) {
        let Depthwise { input, strides, taps, .. } = self.depthwise;
        let mut sums = [[same(simd, self.bias); VECTORS]];
        let origin = row * strides[0] * input.row_stride() + column * STRIDE;
        let (weights, _) = self.weights.as_chunks::<KERNEL>();
        for (weights, first) in weights.iter().zip(taps.iter().step_by(KERNEL)) {
            let Some(span) = self.plane[origin + first..].first_chunk::<SPAN>() else { return };
            add::<S, V, KERNEL, STRIDE, VECTORS, SPAN, 1>(simd, span, [weights], &mut sums);
        }
        self.store::<S, V, VECTORS, PIXELS>(simd, [row, column], &sums[0], output);
    }

    /// Computes two rows, which share most of their input: it is read once.
    #[inline(always)]
    fn two_rows<
        S: Simd,
        V: Lanes<S>,
        const KERNEL: usize,
        const VECTORS: usize,
        const PIXELS: usize,
        const SPAN: usize,
    >(
        &self,
        simd: S,
        [row, column]: [usize; 2],
        output: &mut [Lane],
    ) {
        let Depthwise { input, taps, .. } = self.depthwise;
        let stride = input.row_stride();
        let mut spans = self.plane[row * stride + column + taps[0]..]
            .chunks(stride)
            .filter_map(|row| row.first_chunk::<SPAN>());
        let (weights, _) = self.weights.as_chunks::<KERNEL>();
        let (Some(span), [first, .., last]) = (spans.next(), weights) else { return };
        let mut sums = [[same(simd, self.bias); VECTORS]; 2];
        let [upper, _] = &mut sums;
        add::<S, V, KERNEL, 1, VECTORS, SPAN, 1>(simd, span, [first], core::array::from_mut(upper));
        for (pair, span) in weights.windows(2).zip(&mut spans) {
            let pair = [&pair[1], &pair[0]];
            add::<S, V, KERNEL, 1, VECTORS, SPAN, 2>(simd, span, pair, &mut sums);
        }
        let [upper, lower] = &mut sums;
        let Some(span) = spans.next() else { return };
        add::<S, V, KERNEL, 1, VECTORS, SPAN, 1>(simd, span, [last], core::array::from_mut(lower));
        self.store::<S, V, VECTORS, PIXELS>(simd, [row, column], upper, output);
        self.store::<S, V, VECTORS, PIXELS>(simd, [row + 1, column], lower, output);
    }

    #[inline(always)]
    fn store<S: Simd, V: Lanes<S>, const VECTORS: usize, const PIXELS: usize>(
        &self,
        simd: S,
        [row, column]: [usize; 2],
        sums: &[V; VECTORS],
        output: &mut [Lane],
    ) {
        let place = self.depthwise.output.row(row) + column;
        let Some(output) = output[place..].first_chunk_mut::<PIXELS>() else { return };
        for (vector, sum) in sums.iter().enumerate() {
            let sum = self.depthwise.activation.apply(simd, *sum);
            for part in 0..V::COUNT {
                sum.lane(part).store_slice(&mut output[vector * V::COUNT + part]);
            }
        }
    }

    /// Runs any kernel, pixel by pixel.
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

/// Returns a vector with the lane in every place.
#[inline(always)]
fn same<S: Simd, V: Lanes<S>>(simd: S, lane: &Lane) -> V {
    V::of(
        simd,
        #[inline(always)]
        |_| lane,
    )
}

/// Adds a row of the input, weighted, to the sums of each of `ROWS` rows of the output.
#[inline(always)]
fn add<
    S: Simd,
    V: Lanes<S>,
    const KERNEL: usize,
    const STRIDE: usize,
    const VECTORS: usize,
    const SPAN: usize,
    const ROWS: usize,
>(
    simd: S,
    span: &[Lane; SPAN],
    weights: [&[Lane; KERNEL]; ROWS],
    sums: &mut [[V; VECTORS]; ROWS],
) {
    for tap in 0..KERNEL {
        let weights: [V; ROWS] = core::array::from_fn(|row| same(simd, &weights[row][tap]));
        for vector in 0..VECTORS {
            let pixel = vector * V::COUNT * STRIDE + tap;
            let value = V::of(
                simd,
                #[inline(always)]
                |part| &span[pixel + part * STRIDE],
            );
            for (sums, weights) in sums.iter_mut().zip(weights) {
                sums[vector] = value.mul_add(weights, sums[vector]);
            }
        }
    }
}
