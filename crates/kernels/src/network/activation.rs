//! Activations on whole vectors. Operators apply them to values before storing them.

use fearless_simd::prelude::*;

/// The function applied to each value of an operator's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `x`
    None,
    /// `max(x, 0)`
    Relu,
    /// `x · clamp(x / 6 + 1 / 2, 0, 1)`
    HardSwish,
    /// `clamp(alpha · x + beta, 0, 1)`
    HardSigmoid {
        /// The slope.
        alpha: f32,
        /// The value at 0.
        beta: f32,
    },
    /// `1 / (1 + e^−x)`
    Sigmoid,
    /// `clamp(x, min, max)`
    Clip {
        /// The least value.
        min: f32,
        /// The greatest value.
        max: f32,
    },
    /// `scale · x + shift`
    Affine {
        /// The slope.
        scale: f32,
        /// The value at 0.
        shift: f32,
    },
}

impl Activation {
    #[inline(always)]
    pub(super) fn apply<S: Simd, V: SimdFloat<S, Element = f32>>(self, simd: S, x: V) -> V {
        let splat = |value| V::splat(simd, value);
        // In this order, x86 propagates NaN, as other processors do in either order.
        let clip = |x: V, min, max| splat(max).min(splat(min).max(x));
        let unit = |x: V| clip(x, 0.0, 1.0);
        match self {
            Activation::None => x,
            Activation::Relu => splat(0.0).max(x),
            Activation::HardSwish => x * unit(x.mul_add(splat(1.0 / 6.0), splat(0.5))),
            Activation::HardSigmoid { alpha, beta } => unit(x.mul_add(splat(alpha), splat(beta))),
            Activation::Sigmoid => {
                let mut values: V::Array = x.into();
                values.as_mut().iter_mut().for_each(|value| *value = sigmoid(*value));
                V::from_slice(simd, values.as_ref())
            }
            Activation::Clip { min, max } => clip(x, min, max),
            Activation::Affine { scale, shift } => x.mul_add(splat(scale), splat(shift)),
        }
    }
}

/// Computes 1 / (1 + e^−x), which turns a logit into an independent score.
pub fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}
