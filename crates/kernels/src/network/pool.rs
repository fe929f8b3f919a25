//! Pooling over windows or whole maps, separately for each channel.

use super::lane::Lane;
use super::value::Layout;
use super::window::Window;
use fearless_simd::f32x8;
use fearless_simd::prelude::*;
use std::ops::Range;

/// How the pixels of a window are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The largest.
    Max,
    /// Their mean.
    Average {
        /// Whether the padding counts as zeros.
        with_padding: bool,
    },
}

/// A pooling operator.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) input: Layout,
    pub(super) output: Layout,
    pub(super) window: Window,
    pub(super) pooling: Pooling,
}

impl Pool {
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, input: &[Lane], output: &mut [Lane]) {
        self.output.clear_border(output);
        let planes = input.chunks_exact(self.input.plane());
        let outputs = output.chunks_exact_mut(self.output.plane());
        for (plane, out) in planes.zip(outputs) {
            simd.vectorize(
                #[inline(always)]
                || self.run_block(simd, plane, out),
            );
        }
    }

    #[inline(always)]
    fn run_block<S: Simd>(&self, simd: S, plane: &[Lane], output: &mut [Lane]) {
        let columns = self.output.shape.columns;
        for row in 0..self.output.shape.rows {
            let rows = self.inside(0, row, self.input.shape.rows);
            let outs = &mut output[self.output.row(row)..][..columns];
            for (column, out) in outs.iter_mut().enumerate() {
                let columns = self.inside(1, column, self.input.shape.columns);
                self.pool(simd, plane, rows.clone(), columns).store_slice(out);
            }
        }
    }

    /// Returns the part of an axis that the window covers, without the padding.
    #[inline(always)]
    fn inside(&self, axis: usize, at: usize, size: usize) -> Range<usize> {
        let Window { kernel, strides, before, .. } = self.window;
        let start = at * strides[axis];
        start.saturating_sub(before[axis])..(start + kernel[axis] - before[axis]).min(size)
    }

    #[inline(always)]
    fn pool<S: Simd>(
        &self,
        simd: S,
        plane: &[Lane],
        rows: Range<usize>,
        columns: Range<usize>,
    ) -> f32x8<S> {
        let count = match self.pooling {
            Pooling::Average { with_padding: true } => self.window.kernel.iter().product(),
            _ => rows.len() * columns.len(),
        };
        let read = |row| plane[self.input.row(row) + columns.start..][..columns.len()].iter();
        let values = rows.flat_map(read).map(
            #[inline(always)]
            |lane| f32x8::from_slice(simd, lane),
        );
        match self.pooling {
            Pooling::Max => {
                let least = f32x8::splat(simd, f32::NEG_INFINITY);
                values.fold(
                    least,
                    #[inline(always)]
                    |most, value| most.max(value),
                )
            }
            Pooling::Average { .. } => {
                let zero = f32x8::splat(simd, 0.0);
                let sum = values.fold(
                    zero,
                    #[inline(always)]
                    |sum, value| sum + value,
                );
                sum * f32x8::splat(simd, 1.0 / count as f32)
            }
        }
    }
}
