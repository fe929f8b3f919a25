//! Transforms of eight real signals at a time, and their inverses.

use super::transform::Transform;
use super::{Complex, Factor, LANES, Lane, Value, ZERO, unit};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

/// Transforms real signals of one length, and their bins back. Even lengths use a complex transform
/// of half the length: even samples are its real parts, odd ones its imaginary parts.
#[derive(Clone)]
pub(crate) struct RealFft {
    level: Level,
    length: usize,
    transform: Transform,
    /// For even lengths: the factors that separate the even samples from the odd ones.
    turns: Vec<Factor>,
    data: Vec<Complex>,
    scratch: Vec<Complex>,
    bins: Vec<Complex>,
}

impl RealFft {
    pub(crate) fn new(length: usize) -> Self {
        let even = length.is_multiple_of(2);
        let transform = Transform::new(if even { length / 2 } else { length });
        let turns = if even { length / 2 + 1 } else { 0 };
        RealFft {
            level: Level::new(),
            length,
            turns: (0..turns).map(|k| unit(k as f64 / length as f64)).collect(),
            data: vec![ZERO; transform.memory()],
            scratch: vec![ZERO; transform.memory()],
            bins: vec![ZERO; length / 2 + 1],
            transform,
        }
    }

    /// Returns the bins, to be filled before [`Self::invert`].
    pub(super) fn bins_mut(&mut self) -> &mut [Complex] {
        &mut self.bins
    }

    /// Returns the `length / 2 + 1` bins of the `length` samples that `sample` returns.
    pub(crate) fn run(&mut self, sample: impl Fn(usize) -> Lane) -> &[Complex] {
        if self.turns.is_empty() {
            for (n, value) in self.data[..self.length].iter_mut().enumerate() {
                *value = [sample(n), [0.0; LANES]];
            }
        } else {
            for (n, value) in self.data[..self.length / 2].iter_mut().enumerate() {
                *value = [sample(2 * n), sample(2 * n + 1)];
            }
        }
        dispatch!(self.level, simd => self.transform(simd));
        &self.bins
    }

    #[inline(always)]
    fn transform<S: Simd>(&mut self, simd: S) {
        self.transform.run(simd, &mut self.data, &mut self.scratch);
        if self.turns.is_empty() {
            self.bins.copy_from_slice(&self.data[..self.length / 2 + 1]);
        } else {
            self.separate(simd);
        }
    }

    /// Computes the bins of the signals from those of (even samples + i · odd samples).
    #[inline(always)]
    fn separate<S: Simd>(&mut self, simd: S) {
        let half = self.length / 2;
        for (k, (bin, &turn)) in self.bins.iter_mut().zip(&self.turns).enumerate() {
            let value = Value::load(simd, &self.data[k % half]);
            let mirror = Value::load(simd, &self.data[(half - k) % half]).conjugate();
            let even = value.add(mirror).scaled(simd, 0.5);
            let odd = value.sub(mirror).turned().times(simd, [0.5 * turn[0], 0.5 * turn[1]]);
            even.add(odd).store(bin);
        }
    }

    /// Inverts the bins ([`Self::bins_mut`]) and calls `take` with the index and the samples, times
    /// `length`, in order. The imaginary parts of the first bin and, for even lengths, of the last
    /// count as 0.
    pub(super) fn invert(&mut self, mut take: impl FnMut(usize, &Lane)) {
        dispatch!(self.level, simd => self.transform_back(simd));
        // Real and imaginary parts are still swapped.
        if self.turns.is_empty() {
            for (n, [_, sample]) in self.data[..self.length].iter().enumerate() {
                take(n, sample);
            }
        } else {
            for (n, [odd, even]) in self.data[..self.length / 2].iter().enumerate() {
                take(2 * n, even);
                take(2 * n + 1, odd);
            }
        }
    }

    /// Transforms back: between swaps of the real and the imaginary parts, the forward transform is
    /// the inverse.
    #[inline(always)]
    fn transform_back<S: Simd>(&mut self, simd: S) {
        let last = self.bins.len() - 1;
        self.bins[0][1] = [0.0; LANES];
        if self.turns.is_empty() {
            for (k, bin) in self.bins.iter().enumerate() {
                let value = Value::load(simd, bin);
                if k > 0 {
                    value.conjugate().swapped().store(&mut self.data[self.length - k]);
                }
                value.swapped().store(&mut self.data[k]);
            }
        } else {
            self.bins[last][1] = [0.0; LANES];
            for (k, value) in self.data[..last].iter_mut().enumerate() {
                let bin = Value::load(simd, &self.bins[k]);
                let mirror = Value::load(simd, &self.bins[last - k]).conjugate();
                let [cos, sin] = self.turns[k];
                let odd = bin.sub(mirror).times(simd, [cos, -sin]);
                // i · odd is −(−i · odd).
                bin.add(mirror).sub(odd.turned()).swapped().store(value);
            }
        }
        self.transform.run(simd, &mut self.data, &mut self.scratch);
    }
}
