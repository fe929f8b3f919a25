//! Convolutions over all channels: tiles of neighbouring pixels × blocks of eight channels, held
//! in registers while every tap and input channel is added.

use super::activation::Activation;
use super::aligned::Aligned;
use super::lane::{LANES, Lane, Lanes};
use super::store::Store;
use super::value::Layout;
use super::weights::Weights;
use super::window::Window;
use fearless_simd::prelude::*;
use fearless_simd::{f32x8, f32x16};
use std::ops::Range;

/// Size of the input that should stay in the first-level cache while it is used for every output
/// channel.
const CACHED_BYTES: usize = 16 << 10;
/// A number of pixels that is divisible by all tile sizes.
const COLUMNS: usize = 24;

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
    weights: Aligned,
    bias: Vec<Lane>,
    /// [`LANES`], hidden from the compiler: it would unroll the innermost loop, and what it then
    /// loads ahead does not fit into registers.
    lanes: usize,
    pub(super) activation: Activation,
    /// Rows of the output as they are iterated over: its own, or one row of all pixels.
    rows: usize,
    columns: usize,
}

/// Returns the output blocks that are computed together, as the first and their number: as many as
/// the registers hold.
pub(super) fn groups(blocks: usize, vector_len: usize) -> impl Iterator<Item = (usize, usize)> {
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
    /// Creates a convolution for vectors of `vector_len` numbers.
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
            rows: output.shape.rows,
            columns: output.shape.columns,
        };
        convolution.flatten(window, vector_len);
        convolution
    }

    /// Treats a convolution of single pixels, which does not depend on rows, as one long row, so
    /// that no part of a tile is wasted. Short vectors gain too little to step over a border.
    fn flatten(&mut self, window: &Window, vector_len: usize) {
        let has_border = self.output.flattened().is_none();
        if *window != Window::POINT || has_border && vector_len < LANES {
            return;
        }
        let addend = self.addend.map(|addend| addend.flattened());
        if let (Some(input), None | Some(Some(_))) = (self.input.flattened(), addend) {
            (self.input, self.addend) = (input, addend.flatten());
            (self.rows, self.columns) = (1, self.output.shape.pixels());
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
        let pixel_bytes = self.input_blocks * size_of::<Lane>();
        let row_bytes = self.input.row_stride() * pixel_bytes * self.strides[0];
        let rows_at_once = (CACHED_BYTES / row_bytes.max(1)).clamp(1, self.rows);
        // The same for one long row.
        let columns_at_once = match self.rows {
            1 => (CACHED_BYTES / pixel_bytes).max(COLUMNS).next_multiple_of(COLUMNS),
            _ => self.columns,
        };
        for first_row in (0..self.rows).step_by(rows_at_once) {
            let rows = first_row..self.rows.min(first_row + rows_at_once);
            for first in (0..self.columns).step_by(columns_at_once) {
                let columns = first..self.columns.min(first + columns_at_once);
                self.run_part(simd, (rows.clone(), columns), (input, addend), output);
            }
        }
    }

    /// Computes some pixels of the output, for every channel.
    #[inline(always)]
    fn run_part<S: Simd>(
        &self,
        simd: S,
        (rows, columns): (Range<usize>, Range<usize>),
        (input, addend): (&[Lane], Option<&[Lane]>),
        output: &mut [Lane],
    ) {
        let store = Store {
            layout: &self.output,
            addend: addend.zip(self.addend.as_ref()),
            activation: self.activation,
            flattened: self.rows < self.output.shape.rows,
        };
        let per_block = self.taps.len() * self.input_blocks * LANES;
        for (block, group) in groups(self.bias.len(), S::f32s::LEN) {
            let weights = &self.weights[block * per_block..(block + group) * per_block];
            for row in rows.clone() {
                let columns = columns.clone();
                let call =
                    Row { convolution: self, input, weights, store: &store, block, row, columns };
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
    weights: &'a [Lane],
    store: &'a Store<'a>,
    block: usize,
    row: usize,
    columns: Range<usize>,
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
        let Range { start: mut column, end: columns } = self.columns;
        while columns - column >= PIXELS {
            self.tile::<S, V, PIXELS, VECTORS, STEP>(simd, column, output);
            column += PIXELS;
        }
        while PIXELS > 6 && columns - column >= 6 {
            self.tile::<S, V, 6, VECTORS, STEP>(simd, column, output);
            column += 6;
        }
        // A tile that reaches back computes some pixels twice, which is cheaper than computing them
        // one by one.
        let left = columns - column;
        if left > 2 && columns >= 4 {
            self.tile::<S, V, 4, VECTORS, STEP>(simd, column.min(columns - 4), output);
            column = columns.min(column + 4);
        }
        if S::f32s::LEN >= LANES && columns - column >= 2 {
            self.tile::<S, V, 2, VECTORS, STEP>(simd, column, output);
            column += 2;
        }
        while column < columns {
            self.pixel::<S, V, VECTORS, STEP>(simd, column, output);
            column += 1;
        }
    }

    /// Computes `VECTORS` vectors of output channels for each of `PIXELS` neighbours. `STEP` lanes
    /// of weights belong to one block of input channels.
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
        self.store.tile(simd, (self.block, [self.row, column]), &sums, output);
    }

    /// Computes a single pixel, with four sums at a time, because each addition waits for the one
    /// before it.
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
        let sum: [V; VECTORS] =
            core::array::from_fn(|index| (a[index] + b[index]) + (c[index] + d[index]));
        self.store.tile(simd, (self.block, [self.row, column]), &[sum], output);
    }
}

/// Reads contiguous numbers as vectors.
#[inline(always)]
pub(super) fn vectors<S, V, const VECTORS: usize>(simd: S, lanes: &[Lane]) -> [V; VECTORS]
where
    S: Simd,
    V: Lanes<S>,
{
    let numbers = lanes.as_flattened();
    core::array::from_fn(|index| V::from_slice(simd, &numbers[index * V::LEN..][..V::LEN]))
}

/// Returns numbers in blocks of eight, the last one padded with zeros.
pub(super) fn lanes(values: &[f32]) -> Vec<Lane> {
    let mut lanes = vec![[0.0; LANES]; values.len().div_ceil(LANES)];
    for (lane, values) in lanes.iter_mut().zip(values.chunks(LANES)) {
        lane[..values.len()].copy_from_slice(values);
    }
    lanes
}

/// Reorders `[outputs][inputs][taps]` to the order in which tiles read.
#[inline(never)]
pub(super) fn pack(
    weights: &[f32],
    outputs: usize,
    inputs: usize,
    taps: usize,
    vector_len: usize,
) -> Aligned {
    let (blocks, rows) = (outputs.div_ceil(LANES), inputs.next_multiple_of(LANES));
    let per_block = taps * rows;
    let mut packed = Aligned::zeros(blocks * per_block);
    for (first, group) in groups(blocks, vector_len) {
        let target = &mut packed[first * per_block..(first + group) * per_block];
        let outputs = first * LANES..outputs.min((first + group) * LANES);
        for output in outputs {
            let weights = &weights[output * inputs * taps..][..inputs * taps];
            let (block, lane) = (output / LANES - first, output % LANES);
            for tap in 0..taps {
                let places = target[tap * rows * group + block..].iter_mut().step_by(group);
                for (place, weight) in places.zip(weights[tap..].iter().step_by(taps)) {
                    place[lane] = *weight;
                }
            }
        }
    }
    packed
}
