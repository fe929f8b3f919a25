//! Fourier transforms of eight real signals at a time ([`RealFft`]), or of one ([`SingleFft`]).
//!
//! In: as many samples of each signal as the transform is long, any length of at least 1. Out: the
//! `length / 2 + 1` bins from 0 Hz to Nyquist. Lane *i* of every vector belongs to signal *i*, and
//! lanes never mix, so a signal's spectrum does not depend on its neighbours.
//!
//! Written to be small: a mature library with all its algorithms would be 40% of the browser's
//! module. The tests compare the results with those of one.

mod real;
mod single;
mod transform;

pub(crate) use real::RealFft;
pub(crate) use single::{Bins, SingleFft};

use fearless_simd::f32x8;
use fearless_simd::prelude::*;
use std::f64::consts::PI;

/// Signals that are transformed together.
pub const LANES: usize = 8;

/// One value of each signal.
pub type Lane = [f32; LANES];

/// The real and the imaginary part of one value of each signal.
pub(crate) type Complex = [Lane; 2];

const ZERO: Complex = [[0.0; LANES]; 2];

/// The real and the imaginary part of a factor common to all signals.
type Factor = [f32; 2];

/// Returns `exp(−2πi · turn)`.
fn unit(turn: f64) -> Factor {
    let angle = -2.0 * PI * turn;
    [angle.cos() as f32, angle.sin() as f32]
}

/// A complex value of eight signals, in registers.
#[derive(Clone, Copy)]
struct Value<S: Simd>(f32x8<S>, f32x8<S>);

impl<S: Simd> Value<S> {
    #[inline(always)]
    fn load(simd: S, [re, im]: &Complex) -> Self {
        Value(f32x8::from_slice(simd, re), f32x8::from_slice(simd, im))
    }

    #[inline(always)]
    fn store(self, [re, im]: &mut Complex) {
        self.0.store_slice(re);
        self.1.store_slice(im);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Value(self.0 + other.0, self.1 + other.1)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Value(self.0 - other.0, self.1 - other.1)
    }

    #[inline(always)]
    fn times(self, simd: S, [re, im]: Factor) -> Self {
        let (re, im) = (f32x8::splat(simd, re), f32x8::splat(simd, im));
        Value(self.0 * re - self.1 * im, self.0 * im + self.1 * re)
    }

    #[inline(always)]
    fn zero(simd: S) -> Self {
        Value(f32x8::splat(simd, 0.0), f32x8::splat(simd, 0.0))
    }

    #[inline(always)]
    fn product(self, other: Self) -> Self {
        Value(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }

    #[inline(always)]
    fn scaled(self, simd: S, factor: f32) -> Self {
        let factor = f32x8::splat(simd, factor);
        Value(self.0 * factor, self.1 * factor)
    }

    /// Returns `−i` times the value.
    #[inline(always)]
    fn turned(self) -> Self {
        Value(self.1, -self.0)
    }

    /// Returns `i` times the conjugate. The inverse transform is the forward one between two of
    /// these.
    #[inline(always)]
    fn swapped(self) -> Self {
        Value(self.1, self.0)
    }

    #[inline(always)]
    fn conjugate(self) -> Self {
        Value(self.0, -self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns noise that differs from lane to lane.
    fn noise(n: usize, lane: usize) -> f32 {
        let hash = (n as u32 * 8 + lane as u32 + 1).wrapping_mul(2_654_435_761);
        let hash = (hash ^ (hash >> 15)).wrapping_mul(2_246_822_519);
        (hash ^ (hash >> 13)) as f32 / u32::MAX as f32 - 0.5
    }

    /// Every prime factor that has a pass, others, and the lengths of the shipped front ends.
    const LENGTHS: [usize; 10] = [194, 400, 512, 882, 1000, 1024, 2048, 2560, 3528, 3840];

    /// Returns the largest error relative to the largest bin, compared with a transform in double
    /// precision.
    fn error(length: usize, lane: usize, bins: &[Factor]) -> f64 {
        let mut samples: Vec<f64> = (0..length).map(|n| f64::from(noise(n, lane))).collect();
        let exact = realfft::RealFftPlanner::new().plan_fft_forward(length);
        let mut spectrum = exact.make_output_vec();
        exact.process(&mut samples, &mut spectrum).expect("buffers of the planned length");
        let (mut error, mut peak) = (0f64, 0f64);
        for (&[re, im], exact) in bins.iter().zip(&spectrum) {
            error = error.max((f64::from(re) - exact.re).hypot(f64::from(im) - exact.im));
            peak = peak.max(exact.norm());
        }
        error / peak
    }

    fn largest(a: (f64, usize), b: (f64, usize)) -> (f64, usize) {
        if b.0 > a.0 { b } else { a }
    }

    #[test]
    fn eight_signals_agree_with_double_precision() {
        let mut worst = (0.0, 0);
        for length in LENGTHS.into_iter().chain(1..=64) {
            let mut fft = RealFft::new(length);
            let bins = fft.run(|n| std::array::from_fn(|lane| noise(n, lane))).to_vec();
            assert_eq!(bins.len(), length / 2 + 1);
            for lane in [0, 7] {
                let bins: Vec<Factor> = bins.iter().map(|[re, im]| [re[lane], im[lane]]).collect();
                worst = largest(worst, (error(length, lane, &bins), length));
            }
        }
        println!("largest relative error and its length: {worst:?}");
        assert!(worst.0 <= 1e-6, "{worst:?}");
    }

    #[test]
    fn one_signal_agrees_with_double_precision() {
        let mut worst = (0.0, 0);
        for length in LENGTHS.into_iter().chain(1..=64) {
            let samples: Vec<f32> = (0..length).map(|n| noise(n, 0)).collect();
            let mut fft = SingleFft::new(length);
            fft.run(&samples);
            let Bins { re, im } = fft.bins();
            let bins: Vec<Factor> = re.iter().zip(im).map(|(&re, &im)| [re, im]).collect();
            worst = largest(worst, (error(length, 0, &bins), length));
        }
        println!("largest relative error and its length: {worst:?}");
        assert!(worst.0 <= 1e-6, "{worst:?}");
    }

    #[test]
    fn the_inverse_gives_the_samples_times_the_length() {
        for length in LENGTHS.into_iter().chain(1..=64) {
            let samples: Vec<f32> = (0..length).map(|n| noise(n, 0)).collect();
            let mut fft = SingleFft::new(length);
            fft.run(&samples);
            for (sample, back) in samples.iter().zip(fft.invert()) {
                let difference = (sample - back / length as f32).abs();
                assert!(difference <= 1e-6, "{length}: {difference}");
            }
        }
    }

    #[test]
    fn missing_samples_are_zeros() {
        let mut fft = SingleFft::new(40);
        fft.run(&[1.0; 40]);
        fft.run(&[1.0]);
        for (re, im) in fft.bins().re.iter().zip(&fft.bins().im) {
            assert!((re - 1.0).hypot(*im) <= 1e-6, "{re} {im}");
        }
    }

    #[test]
    fn lanes_do_not_mix() {
        for length in [45, 400, 1024] {
            let mut fft = RealFft::new(length);
            let full =
                fft.run(|n| std::array::from_fn(|lane| noise(n, (lane + 3) % LANES))).to_vec();
            let only = |n, lane| if lane == 0 { noise(n, 3) } else { 0.0 };
            let alone = fft.run(|n| std::array::from_fn(|lane| only(n, lane))).to_vec();
            for (full, alone) in full.iter().zip(&alone) {
                assert_eq!([full[0][0], full[1][0]], [alone[0][0], alone[1][0]]);
            }
        }
    }
}
