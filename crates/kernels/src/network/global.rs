//! Pooling over whole maps.

use super::lane::Lane;
use super::value::Layout;
use fearless_simd::f32x8;
use fearless_simd::prelude::*;

/// The mean or the maximum of each channel.
#[derive(Debug)]
pub(super) struct Global {
    pub(super) input: Layout,
    pub(super) output: Layout,
    /// Whether it is the maximum rather than the mean.
    pub(super) max: bool,
}

impl Global {
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, input: &[Lane], output: &mut [Lane]) {
        self.output.clear_border(output);
        let planes = input.chunks_exact(self.input.plane());
        for (plane, out) in planes.zip(output.chunks_exact_mut(self.output.plane())) {
            let out = &mut out[self.output.row(0)];
            simd.vectorize(
                #[inline(always)]
                || self.run_block(simd, plane, out),
            );
        }
    }

    /// Pools one block of channels.
    #[inline(always)]
    pub(super) fn run_block<S: Simd>(&self, simd: S, plane: &[Lane], output: &mut Lane) {
        let start = if self.max { f32::NEG_INFINITY } else { 0.0 };
        // Several sums, because each addition waits for the one before it.
        let mut parts = [f32x8::splat(simd, start); 4];
        let columns = self.input.shape.columns;
        let combine = |a: f32x8<S>, b: f32x8<S>| if self.max { a.max(b) } else { a + b };
        for row in 0..self.input.shape.rows {
            let (fours, rest) = plane[self.input.row(row)..][..columns].as_chunks::<4>();
            for four in fours {
                for (part, value) in parts.iter_mut().zip(four) {
                    *part = combine(*part, f32x8::from_slice(simd, value));
                }
            }
            for (part, value) in parts.iter_mut().zip(rest) {
                *part = combine(*part, f32x8::from_slice(simd, value));
            }
        }
        let [a, b, c, d] = parts;
        let all = combine(combine(a, b), combine(c, d));
        let scale = if self.max { 1.0 } else { 1.0 / self.input.shape.pixels() as f32 };
        (all * f32x8::splat(simd, scale)).store_slice(output);
    }
}
