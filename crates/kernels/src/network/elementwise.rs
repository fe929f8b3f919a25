//! Operators that take two values element by element, or one.

use super::activation::Activation;
use super::lane::Lane;
use super::value::Layout;
use fearless_simd::f32x8;
use fearless_simd::prelude::*;

/// Multiplies or adds two values of one shape, or a value and one number per channel.
#[derive(Debug)]
pub(super) struct Combine {
    pub(super) operation: Operation,
    pub(super) layouts: [Layout; 2],
    pub(super) output: Layout,
}

/// How two values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Their sum.
    Add,
    /// Their product.
    Multiply,
}

impl Combine {
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, inputs: [&[Lane]; 2], output: &mut [Lane]) {
        self.output.clear_border(output);
        let [a, b] = &self.layouts;
        let planes = inputs[0].chunks_exact(a.plane()).zip(inputs[1].chunks_exact(b.plane()));
        for (out, (x, y)) in output.chunks_exact_mut(self.output.plane()).zip(planes) {
            simd.vectorize(
                #[inline(always)]
                || self.run_block(simd, x, y, out),
            );
        }
    }

    #[inline(always)]
    fn run_block<S: Simd>(&self, simd: S, x: &[Lane], y: &[Lane], output: &mut [Lane]) {
        let [a, b] = &self.layouts;
        let columns = self.output.shape.columns;
        let per_channel = b.shape.pixels() == 1;
        for row in 0..self.output.shape.rows {
            let outs = &mut output[self.output.row(row)..][..columns];
            let xs = &x[a.row(row)..][..columns];
            if per_channel {
                let y = f32x8::from_slice(simd, &y[b.row(0)]);
                for (out, x) in outs.iter_mut().zip(xs) {
                    self.combine(f32x8::from_slice(simd, x), y).store_slice(out);
                }
            } else {
                for ((out, x), y) in outs.iter_mut().zip(xs).zip(&y[b.row(row)..][..columns]) {
                    let y = f32x8::from_slice(simd, y);
                    self.combine(f32x8::from_slice(simd, x), y).store_slice(out);
                }
            }
        }
    }

    #[inline(always)]
    fn combine<S: Simd>(&self, x: f32x8<S>, y: f32x8<S>) -> f32x8<S> {
        match self.operation {
            Operation::Add => x + y,
            Operation::Multiply => x * y,
        }
    }
}

/// An activation that no other operator could take over.
#[derive(Debug)]
pub(super) struct Activate {
    pub(super) activation: Activation,
    pub(super) input: Layout,
    pub(super) output: Layout,
}

impl Activate {
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, input: &[Lane], output: &mut [Lane]) {
        self.output.clear_border(output);
        let columns = self.output.shape.columns;
        let planes = input.chunks_exact(self.input.plane());
        for (out, plane) in output.chunks_exact_mut(self.output.plane()).zip(planes) {
            for row in 0..self.output.shape.rows {
                let outs = &mut out[self.output.row(row)..][..columns];
                let values = &plane[self.input.row(row)..][..columns];
                for (out, value) in outs.iter_mut().zip(values) {
                    let value = f32x8::from_slice(simd, value);
                    self.activation.apply(simd, value).store_slice(out);
                }
            }
        }
    }
}
