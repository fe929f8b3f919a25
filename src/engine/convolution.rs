//! Convolutions over all channels: tiles of neighbouring pixels × blocks of eight channels, held
//! in registers while every tap and input channel is added.

use super::activation::Activation;
use super::lane::{LANES, Lane, Lanes};
use super::value::Layout;
use super::weights::Weights;
use super::window::Window;
use fearless_simd::prelude::*;
use fearless_simd::{f32x8, f32x16};
use std::ops::Range;

/// Input that should stay in the first-level cache while it is used for every output channel.
const CACHED_BYTES: usize = 16 << 10;

/// A convolution with its weights in the order in which they are read.
#[derive(Debug)]
pub(super) struct Convolution {
    pub(super) input: Layout,
    pub(super) output: Layout,
    /// The layout of a value that is added to the output.
    pub(super) addend: Option<Layout>,
    pub(super) strides: [usize; 2],
    pub(super) taps: Vec<usize>,
    /// Channels that the weights cover, in blocks.
    input_blocks: usize,
    /// Per group of output blocks `[taps][input blocks][8 inputs][blocks of the group]`.
    weights: Vec<Lane>,
    bias: Vec<Lane>,
    /// [`LANES`], kept from the compiler: it would unroll the innermost loop, and what it then
    /// loads ahead does not fit into registers.
    lanes: usize,
    pub(super) activation: Activation,
}

/// Output blocks that are computed together, as the first and their number: as many as the
/// registers hold.
fn groups(blocks: usize, vector_len: usize) -> impl Iterator<Item = (usize, usize)> {
    let most = match vector_len {
        16.. => 4,
        8.. => 2,
        _ => 1,
    };
    let mut first = 0;
    std::iter::from_fn(move || {
        let left = blocks - first;
        let count = [4, 2, 1].into_iter().find(|&count| count <= left.min(most))?;
        first += count;
        Some((first - count, count))
    })
}

impl Convolution {
    /// For vectors of `vector_len` numbers.
    pub(super) fn new(
        trained: &Weights,
        input: Layout,
        output: Layout,
        addend: Option<Layout>,
        vector_len: usize,
    ) -> Self {
        let Weights { window, weights, bias, activation } = trained;
        let taps = window.taps(&input);
        let packed = pack(weights, bias.len(), input.shape.channels, taps.len(), vector_len);
        let mut convolution = Convolution {
            input,
            output,
            addend,
            strides: window.strides,
            taps,
            input_blocks: input.blocks(),
            weights: packed,
            bias: lanes(bias),
            lanes: LANES,
            activation: *activation,
        };
        convolution.flatten(window);
        convolution
    }

    /// A convolution of single pixels does not depend on rows: one long row wastes no part of a
    /// tile.
    fn flatten(&mut self, window: &Window) {
        if *window != Window::POINT {
            return;
        }
        let addend = self.addend.map(|addend| addend.flattened());
        if let (Some(input), Some(output), None | Some(Some(_))) =
            (self.input.flattened(), self.output.flattened(), addend)
        {
            (self.input, self.output, self.addend) = (input, output, addend.flatten());
        }
    }

    #[inline(always)]
    pub(super) fn run<S: Simd>(
        &self,
        simd: S,
        input: &[Lane],
        addend: Option<&[Lane]>,
        output: &mut [Lane],
    ) {
        self.output.clear_border(output);
        let rows = self.output.shape.rows;
        let row_bytes = self.input.row_stride() * self.input_blocks * size_of::<Lane>();
        let at_a_time = (CACHED_BYTES / (row_bytes * self.strides[0]).max(1)).max(1);
        for first in (0..rows).step_by(at_a_time) {
            self.run_rows(simd, first..rows.min(first + at_a_time), input, addend, output);
        }
    }

    /// Some rows of the output, for every channel.
    #[inline(always)]
    pub(super) fn run_rows<S: Simd>(
        &self,
        simd: S,
        rows: Range<usize>,
        input: &[Lane],
        addend: Option<&[Lane]>,
        output: &mut [Lane],
    ) {
        let per_block = self.taps.len() * self.input_blocks * LANES;
        for (block, group) in groups(self.bias.len(), S::f32s::LEN) {
            let weights = &self.weights[block * per_block..(block + group) * per_block];
            for row in rows.clone() {
                let call = Row { convolution: self, input, addend, weights, block, row };
                match (group, S::f32s::LEN) {
                    (4, 16..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x16<S>, 8, 2, 32>(simd, output),
                    ),
                    (2, 16..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x16<S>, 12, 1, 16>(simd, output),
                    ),
                    (2, 8..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 6, 2, 16>(simd, output),
                    ),
                    (_, 8..) => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 12, 1, 8>(simd, output),
                    ),
                    _ => simd.vectorize(
                        #[inline(always)]
                        || call.run::<S, f32x8<S>, 6, 1, 8>(simd, output),
                    ),
                }
            }
        }
    }
}

/// One row of the output, for one group of its blocks.
struct Row<'a> {
    convolution: &'a Convolution,
    input: &'a [Lane],
    addend: Option<&'a [Lane]>,
    weights: &'a [Lane],
    block: usize,
    row: usize,
}

impl Row<'_> {
    /// Tiles of `PIXELS`, and smaller ones for what is left.
    #[inline(always)]
    fn run<S, V, const PIXELS: usize, const VECTORS: usize, const STEP: usize>(
        &self,
        simd: S,
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let columns = self.convolution.output.shape.columns;
        let mut column = 0;
        while columns - column >= PIXELS {
            self.tile::<S, V, PIXELS, VECTORS, STEP>(simd, column, output);
            column += PIXELS;
        }
        while PIXELS > 6 && columns - column >= 6 {
            self.tile::<S, V, 6, VECTORS, STEP>(simd, column, output);
            column += 6;
        }
        // A tile that reaches back computes some pixels twice, which is cheaper than one by one.
        let left = columns - column;
        if left > 2 && columns >= 4 {
            self.tile::<S, V, 4, VECTORS, STEP>(simd, column.min(columns - 4), output);
            column = columns.min(column + 4);
        }
        if columns - column >= 2 {
            self.tile::<S, V, 2, VECTORS, STEP>(simd, column, output);
            column += 2;
        }
        if column < columns {
            self.pixel::<S, V, VECTORS, STEP>(simd, column, output);
        }
    }

    /// `VECTORS` vectors of output channels for each of `PIXELS` neighbours. `STEP` lanes of
    /// weights belong to one block of input channels.
    #[inline(always)]
    fn tile<S, V, const PIXELS: usize, const VECTORS: usize, const STEP: usize>(
        &self,
        simd: S,
        column: usize,
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let Convolution { input, strides, taps, bias, .. } = self.convolution;
        let mut sums: [[V; VECTORS]; PIXELS] = [vectors(simd, &bias[self.block..]); PIXELS];
        let origin = self.row * strides[0] * input.row_stride() + column * strides[1];
        let (weights, _) = self.weights.as_chunks::<STEP>();
        let mut weights = weights.iter();
        let plane = input.plane();
        for &tap in taps {
            let mut at = origin + tap;
            for _ in 0..self.convolution.input_blocks {
                let pixels: Option<[&Lane; PIXELS]> = if strides[1] == 1 {
                    self.input[at..].first_chunk::<PIXELS>().map(|pixels| pixels.each_ref())
                } else {
                    Some(core::array::from_fn(|pixel| &self.input[at + pixel * strides[1]]))
                };
                let (Some(pixels), Some(weights)) = (pixels, weights.next()) else { return };
                for input in 0..self.convolution.lanes {
                    let input = input % LANES;
                    let row: [V; VECTORS] = vectors(simd, &weights[input * (STEP / LANES)..]);
                    for (sums, pixel) in sums.iter_mut().zip(pixels) {
                        let value = V::splat(simd, pixel[input]);
                        for (sum, weights) in sums.iter_mut().zip(row) {
                            *sum = value.mul_add(weights, *sum);
                        }
                    }
                }
                at += plane;
            }
        }
        self.store::<S, V, PIXELS, VECTORS>(simd, column, &sums, output);
    }

    /// One pixel by itself. Four sums at a time: a sum has to wait for the one before.
    #[inline(always)]
    fn pixel<S, V, const VECTORS: usize, const STEP: usize>(
        &self,
        simd: S,
        column: usize,
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        const SUMS: usize = 4;
        let Convolution { input, strides, taps, bias, .. } = self.convolution;
        let mut sums = [[V::splat(simd, 0.0); VECTORS]; SUMS];
        sums[0] = vectors(simd, &bias[self.block..]);
        let origin = self.row * strides[0] * input.row_stride() + column * strides[1];
        let (weights, _) = self.weights.as_chunks::<STEP>();
        for (&tap, weights) in taps.iter().zip(weights.chunks_exact(self.convolution.input_blocks))
        {
            let pixels = self.input[origin + tap..].iter().step_by(input.plane());
            for (pixel, weights) in pixels.zip(weights) {
                for (input, &value) in pixel.iter().enumerate() {
                    let row: [V; VECTORS] = vectors(simd, &weights[input * (STEP / LANES)..]);
                    let value = V::splat(simd, value);
                    for (sum, weights) in sums[input % SUMS].iter_mut().zip(row) {
                        *sum = value.mul_add(weights, *sum);
                    }
                }
            }
        }
        let [a, b, c, d] = sums;
        let sum = core::array::from_fn(|index| (a[index] + b[index]) + (c[index] + d[index]));
        self.store::<S, V, 1, VECTORS>(simd, column, &[sum], output);
    }

    /// Stores the sums of neighbouring pixels after everything else has been applied to them.
    #[inline(always)]
    fn store<S, V, const PIXELS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        column: usize,
        sums: &[[V; VECTORS]; PIXELS],
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        // By constant indices: otherwise the compiler keeps all sums in memory.
        self.store_vector(simd, column, 0, &column_of(sums, 0), output);
        if VECTORS > 1 {
            self.store_vector(simd, column, 1, &column_of(sums, 1), output);
        }
    }

    /// One of the vectors of each pixel.
    #[inline(always)]
    fn store_vector<S, V, const PIXELS: usize>(
        &self,
        simd: S,
        column: usize,
        vector: usize,
        sums: &[V; PIXELS],
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let Convolution { output: layout, addend: added, activation, .. } = self.convolution;
        let first = self.block + vector * V::COUNT;
        let place = layout.row(self.row) + column;
        let addend = self.addend.zip(added.as_ref()).map(|(addend, layout)| {
            let from = first * layout.plane() + layout.row(self.row) + column;
            (&addend[from..], layout.plane())
        });
        let mut values = *sums;
        for (pixel, value) in values.iter_mut().enumerate() {
            if let Some((addend, plane)) = addend {
                *value += V::of(
                    simd,
                    #[inline(always)]
                    |block| &addend[block * plane + pixel],
                );
            }
            *value = activation.apply(simd, *value);
        }
        for block in 0..V::COUNT {
            let place = (first + block) * layout.plane() + place;
            let Some(out) = output[place..].first_chunk_mut::<PIXELS>() else { return };
            for (out, value) in out.iter_mut().zip(&values) {
                value.lane(block).store_slice(out);
            }
        }
    }
}

/// One of the vectors of each pixel.
#[inline(always)]
fn column_of<V: Copy, const VECTORS: usize, const PIXELS: usize>(
    sums: &[[V; VECTORS]; PIXELS],
    vector: usize,
) -> [V; PIXELS] {
    let mut column = [sums[0][vector]; PIXELS];
    for (value, sums) in column.iter_mut().zip(sums) {
        *value = sums[vector];
    }
    column
}

/// Numbers side by side, as vectors.
#[inline(always)]
fn vectors<S, V, const VECTORS: usize>(simd: S, lanes: &[Lane]) -> [V; VECTORS]
where
    S: Simd,
    V: Lanes<S>,
{
    let numbers = lanes.as_flattened();
    core::array::from_fn(|index| V::from_slice(simd, &numbers[index * V::LEN..][..V::LEN]))
}

/// Numbers in blocks of eight; zeros fill up the last one.
pub(super) fn lanes(values: &[f32]) -> Vec<Lane> {
    let mut lanes = vec![[0.0; LANES]; values.len().div_ceil(LANES)];
    for (lane, values) in lanes.iter_mut().zip(values.chunks(LANES)) {
        lane[..values.len()].copy_from_slice(values);
    }
    lanes
}

/// `[outputs][inputs][taps]` → the order in which tiles read.
fn pack(
    weights: &[f32],
    outputs: usize,
    inputs: usize,
    taps: usize,
    vector_len: usize,
) -> Vec<Lane> {
    let (blocks, rows) = (outputs.div_ceil(LANES), inputs.next_multiple_of(LANES));
    let per_block = taps * rows;
    let mut packed = vec![[0.0; LANES]; blocks * per_block];
    for (first, group) in groups(blocks, vector_len) {
        let target = &mut packed[first * per_block..(first + group) * per_block];
        let outputs = first * LANES..outputs.min((first + group) * LANES);
        for output in outputs {
            let weights = &weights[output * inputs * taps..][..inputs * taps];
            let (block, lane) = (output / LANES - first, output % LANES);
            for (input, weights) in weights.chunks_exact(taps).enumerate() {
                let places = target[input * group + block..].iter_mut().step_by(rows * group);
                for (place, weight) in places.zip(weights) {
                    place[lane] = *weight;
                }
            }
        }
    }
    packed
}
