//! The convolution: sums some neighbouring outputs of one or two groups of channels in registers,
//! over all taps and input channels.

use super::kernels::{Kernels, Tap};
use super::planes::{LANES, Lanes, Planes};
use fearless_simd::{Level, Simd, SimdBase, SimdFloat, dispatch, f32x16};

/// Convolves `source`, which has the kernel's padding as its halo, with stride 1 into `target`.
///
/// Every sum has the same order on all processors, so the results are the same wherever
/// multiply-add is one instruction.
///
/// # Panics
/// Unless `target` has the size of `source`, and no halo.
pub fn convolve(level: Level, source: &Planes, kernels: &Kernels, target: &mut Planes) {
    dispatch!(level, simd => all(simd, source, kernels, target));
}

/// Returns how many outputs along a row and groups of channels have their sums in registers at the
/// same time, so that they fill the registers without spilling.
const fn at_once<S: Simd>() -> [usize; 2] {
    match <S::f32s as SimdBase<S>>::LEN {
        16 => [14, 2],
        8 => [6, 1],
        _ => [3, 1],
    }
}

/// The inputs of a tile.
#[derive(Clone, Copy)]
struct Sources<'a> {
    example: &'a [Lanes],
    plane_len: usize,
    row_len: usize,
    kernel: usize,
}

fn all<S: Simd>(simd: S, source: &Planes, kernels: &Kernels, target: &mut Planes) {
    let [_, most_groups] = at_once::<S>();
    assert_eq!((source.halo(), target.halo()), (kernels.size() / 2, 0), "the halo is the padding");
    assert_eq!(source.extents(), target.extents(), "the stride is 1");
    let (extents, plane_len) = (target.extents(), target.plane_len());
    for index in 0..source.n() {
        let sources = Sources {
            example: source.example(index),
            plane_len: source.plane_len(),
            row_len: source.row_len(),
            kernel: kernels.size(),
        };
        let outputs = target.example_mut(index).chunks_mut(most_groups * plane_len);
        for (pair, outputs) in outputs.enumerate() {
            let first = pair * most_groups;
            if outputs.len() > plane_len {
                let weights = [kernels.of(first), kernels.of(first + 1)];
                planes(simd, sources, weights, extents, outputs);
            } else {
                planes(simd, sources, [kernels.of(first)], extents, outputs);
            }
        }
    }
}

/// Fills the output planes of `G` groups.
fn planes<S: Simd, const G: usize>(
    simd: S,
    sources: Sources<'_>,
    weights: [&[Tap]; G],
    [height, width]: [usize; 2],
    outputs: &mut [Lanes],
) {
    let [most_positions, _] = at_once::<S>();
    let tiles = width.div_ceil(most_positions);
    let plane_len = height * width;
    for row in 0..height {
        for tile in 0..tiles {
            let [from, to] = [tile, tile + 1].map(|tile| tile * width / tiles);
            let outputs = Outputs { values: &mut outputs[row * width + from..], plane_len };
            pick(simd, sources, weights, ([row, from], to - from), outputs);
        }
    }
}

/// Where the sums of a tile go: to the beginning, and to that of the next plane.
struct Outputs<'a> {
    values: &'a mut [Lanes],
    plane_len: usize,
}

/// Computes the tile of this width that begins at a row and column.
#[inline(always)]
fn pick<S: Simd, const G: usize>(
    simd: S,
    sources: Sources<'_>,
    weights: [&[Tap]; G],
    (from, width): ([usize; 2], usize),
    outputs: Outputs<'_>,
) {
    macro_rules! pick {
        ($($positions:literal)*) => {
            match width {
                $($positions if $positions <= at_once::<S>()[0] => simd.vectorize(
                    #[inline(always)]
                    || tile::<S, $positions, G>(simd, sources, weights, from, outputs),
                ),)*
                _ => unreachable!("a tile is at most so wide"),
            }
        };
    }
    pick!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
}

/// Computes `P` neighbouring outputs of `G` groups.
#[inline(always)]
fn tile<S: Simd, const P: usize, const G: usize>(
    simd: S,
    sources: Sources<'_>,
    weights: [&[Tap]; G],
    [row, from]: [usize; 2],
    outputs: Outputs<'_>,
) {
    let Sources { example, plane_len, row_len, kernel } = sources;
    let mut sums = [[f32x16::splat(simd, 0.0); G]; P];
    let taps = weights[0].len();
    let weights = weights.map(|weights| &weights[..taps]);
    let mut tap = 0;
    for plane in example.chunks_exact(plane_len) {
        for ky in 0..kernel {
            let line = &plane[(row + ky) * row_len + from..];
            for kx in 0..kernel {
                let inputs: &[Lanes; P] = line[kx..].first_chunk().expect("a halo on both sides");
                for lane in 0..LANES {
                    let mut factors = [f32x16::splat(simd, 0.0); G];
                    for (factor, weights) in factors.iter_mut().zip(weights) {
                        *factor = f32x16::load_array_ref(simd, &weights[tap].0[lane].0);
                    }
                    for (sums, input) in sums.iter_mut().zip(inputs) {
                        let input = f32x16::splat(simd, input.0[lane]);
                        for (sum, factor) in sums.iter_mut().zip(factors) {
                            *sum = input.mul_add(factor, *sum);
                        }
                    }
                }
                tap += 1;
            }
        }
    }
    for group in 0..G {
        let outputs = &mut outputs.values[group * outputs.plane_len..];
        for (sums, output) in sums.iter().zip(outputs) {
            output.0 = sums[group].into();
        }
    }
}
