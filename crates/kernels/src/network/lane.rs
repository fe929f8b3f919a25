//! The unit of all arithmetic: eight numbers side by side.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, f32x16};

/// Numbers that are computed together: channels of one pixel.
pub(super) const LANES: usize = 8;

/// Eight channels of a pixel.
pub type Lane = [f32; LANES];

/// A vector of one or two lanes: blocks of a pixel's channels, or neighbours in a row.
pub(super) trait Lanes<S: Simd>: SimdFloat<S, Element = f32> {
    /// The number of lanes.
    const COUNT: usize;

    /// Returns a vector of the lanes that `lane` returns for each place.
    fn of<'a>(simd: S, lane: impl FnMut(usize) -> &'a Lane) -> Self;

    /// Returns the lane at a place.
    fn lane(self, index: usize) -> f32x8<S>;
}

impl<S: Simd> Lanes<S> for f32x8<S> {
    const COUNT: usize = 1;

    #[inline(always)]
    fn of<'a>(simd: S, mut lane: impl FnMut(usize) -> &'a Lane) -> Self {
        f32x8::from_slice(simd, lane(0))
    }

    #[inline(always)]
    fn lane(self, _: usize) -> f32x8<S> {
        self
    }
}

impl<S: Simd> Lanes<S> for f32x16<S> {
    const COUNT: usize = 2;

    #[inline(always)]
    fn of<'a>(simd: S, mut lane: impl FnMut(usize) -> &'a Lane) -> Self {
        let (low, high) = (lane(0), lane(1));
        f32x8::from_slice(simd, low).combine(f32x8::from_slice(simd, high))
    }

    #[inline(always)]
    fn lane(self, index: usize) -> f32x8<S> {
        let (low, high) = self.split();
        if index == 0 { low } else { high }
    }
}
