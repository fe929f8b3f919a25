//! Activations on whole vectors. Operators apply them to values before storing them.

use super::lane::Lane;
use fearless_simd::f32x8;
use fearless_simd::prelude::*;

/// The function applied to each value of an operator's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    None,
    Relu,
    /// `x · clamp(x / 6 + 1 / 2, 0, 1)`
    HardSwish,
    /// `clamp(alpha · x + beta, 0, 1)`
    HardSigmoid {
        alpha: f32,
        beta: f32,
    },
    /// `1 / (1 + e^−x)`
    Sigmoid,
    Clip {
        min: f32,
        max: f32,
    },
    /// `scale · x + shift`
    Affine {
        scale: f32,
        shift: f32,
    },
}

impl Activation {
    /// Applies it to pixels in place.
    #[inline(always)]
    pub(super) fn apply_all<S: Simd>(self, simd: S, pixels: &mut [Lane]) {
        for pixel in pixels {
            self.apply(simd, f32x8::from_slice(simd, pixel)).store_slice(pixel);
        }
    }

    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, x: f32x8<S>) -> f32x8<S> {
        let splat = |value| f32x8::splat(simd, value);
        let unit = |x: f32x8<S>| x.max(splat(0.0)).min(splat(1.0));
        match self {
            Activation::None => x,
            Activation::Relu => x.max(splat(0.0)),
            Activation::HardSwish => x * unit(x.mul_add(splat(1.0 / 6.0), splat(0.5))),
            Activation::HardSigmoid { alpha, beta } => unit(x.mul_add(splat(alpha), splat(beta))),
            Activation::Sigmoid => {
                let values: Lane = x.into();
                f32x8::from_slice(simd, &values.map(sigmoid))
            }
            Activation::Clip { min, max } => x.max(splat(min)).min(splat(max)),
            Activation::Affine { scale, shift } => x.mul_add(splat(scale), splat(shift)),
        }
    }
}

/// 1 / (1 + e^−x): turns a logit into an independent score.
pub fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}
