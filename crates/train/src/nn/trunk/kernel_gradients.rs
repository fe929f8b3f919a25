//! The gradients of a convolution's kernels: the correlation of its input with the gradients of its
//! output.

use super::kernels::{Kernels, Tap};
use super::planes::{LANES, Lanes, Planes};
use fearless_simd::{Level, Simd, SimdBase, SimdFloat, dispatch, f32x16};

/// The least outputs that are summed before their sums leave the registers: more than a row of a
/// narrow image, so that the sums are seldom moved; few enough to stay in the first-level cache.
const POSITIONS: usize = 48;

/// Sets `sums` to the gradients of the kernels that computed outputs, with the gradients `outputs`,
/// from `source`.
///
/// # Panics
/// Unless both have the same size, and the halo of `source` is the kernels' padding.
pub fn correlate(level: Level, source: &Planes, outputs: &Planes, sums: &mut Kernels) {
    sums.clear();
    dispatch!(level, simd => all(simd, source, outputs, sums));
}

fn all<S: Simd>(simd: S, source: &Planes, gradients: &Planes, sums: &mut Kernels) {
    let kernel = sums.size();
    assert_eq!((source.extents(), source.halo()), (gradients.extents(), kernel / 2));
    for index in 0..source.n() {
        let outputs = gradients.example(index).chunks_exact(gradients.plane_len());
        for (group, outputs) in outputs.enumerate() {
            let inputs = source.example(index).chunks_exact(source.plane_len());
            let taps = sums.of_mut(group).chunks_exact_mut(kernel * kernel);
            for (inputs, taps) in inputs.zip(taps) {
                let inputs = Rows { values: inputs, row_len: source.row_len() };
                let halo = gradients.halo() * (gradients.row_len() + 1);
                let outputs = Rows { values: &outputs[halo..], row_len: gradients.row_len() };
                add_planes(simd, inputs, outputs, gradients.extents(), taps);
            }
        }
    }
}

/// Adds the correlation of two planes, some rows at a time.
fn add_planes<S: Simd>(
    simd: S,
    inputs: Rows<'_>,
    outputs: Rows<'_>,
    [height, width]: [usize; 2],
    taps: &mut [Tap],
) {
    let kernel = taps.len().isqrt();
    let rows_at_once = POSITIONS.div_ceil(width);
    for from in (0..height).step_by(rows_at_once) {
        let size = [rows_at_once.min(height - from), width];
        let outputs = outputs.from(from, 0);
        for (place, tap) in taps.iter_mut().enumerate() {
            let inputs = inputs.from(from + place / kernel, place % kernel);
            simd.vectorize(
                #[inline(always)]
                || add(simd, inputs, outputs, size, tap),
            );
        }
    }
}

/// Rows that begin at the start of `values` and every `row_len` after it.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [Lanes],
    row_len: usize,
}

impl Rows<'_> {
    fn from(self, row: usize, column: usize) -> Self {
        Self { values: &self.values[row * self.row_len + column..], ..self }
    }
}

#[inline(always)]
fn add<S: Simd>(simd: S, inputs: Rows<'_>, outputs: Rows<'_>, size: [usize; 2], tap: &mut Tap) {
    match <S::f32s as SimdBase<S>>::LEN {
        16 => add_lanes::<S, 16>(simd, inputs, outputs, size, tap),
        _ => add_lanes::<S, 4>(simd, inputs, outputs, size, tap),
    }
}

/// Adds `L` lanes of the input at a time: as many sums as there are registers for.
#[inline(always)]
fn add_lanes<S: Simd, const L: usize>(
    simd: S,
    inputs: Rows<'_>,
    outputs: Rows<'_>,
    [height, width]: [usize; 2],
    tap: &mut Tap,
) {
    for part in 0..LANES / L {
        let tap: &mut [Lanes; L] = &mut tap.0.as_chunks_mut().0[part];
        let mut sums = tap.map(|sum| f32x16::load_array_ref(simd, &sum.0));
        for row in 0..height {
            let inputs = &inputs.values[row * inputs.row_len..][..width];
            let outputs = &outputs.values[row * outputs.row_len..][..width];
            for (input, output) in inputs.iter().zip(outputs) {
                let input: &[f32; L] = &input.0.as_chunks().0[part];
                let output = f32x16::load_array_ref(simd, &output.0);
                for lane in 0..L {
                    sums[lane] = f32x16::splat(simd, input[lane]).mul_add(output, sums[lane]);
                }
            }
        }
        for (tap, sum) in tap.iter_mut().zip(sums) {
            tap.0 = sum.into();
        }
    }
}
