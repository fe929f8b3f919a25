//! Transforms of one real signal, and their inverses.
//!
//! The samples are distributed to up to eight lanes in turn, the lanes are transformed together,
//! and their bins are combined: a step of the fast Fourier transform with the number of lanes as
//! its radix.

use super::transform::Transform;
use super::{Complex, LANES, Lane, RealFft, Value, ZERO, unit};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

/// The bins of a signal from 0 Hz to Nyquist.
#[derive(Clone)]
pub(crate) struct Bins {
    pub(crate) re: Vec<f32>,
    pub(crate) im: Vec<f32>,
}

/// Transforms a real signal of one length, and its bins back.
pub(crate) struct SingleFft {
    level: Level,
    /// Transforms the lanes.
    fft: RealFft,
    /// Lanes in use, a divisor of the length.
    lanes: usize,
    /// Transforms across the lanes: one bin of each at a time, eight bins in parallel.
    across: Transform,
    /// `exp(−2πi · k · lane / length)`, for bins `k` in groups of eight: a value per lane.
    turns: Vec<Complex>,
    data: Vec<Complex>,
    scratch: Vec<Complex>,
    bins: Bins,
    /// Followed by space for unused lanes.
    samples: Vec<f32>,
    length: usize,
}

impl SingleFft {
    pub(crate) fn new(length: usize) -> Self {
        let lanes = 1 << length.trailing_zeros().min(LANES.trailing_zeros());
        let part = length / lanes;
        let across = Transform::new(lanes);
        let turn = |first: usize, lane: usize| {
            let turn = |k: usize| unit((first + k) as f64 * lane as f64 / length as f64);
            [std::array::from_fn(|k| turn(k)[0]), std::array::from_fn(|k| turn(k)[1])]
        };
        let groups = (0..=part / 2).step_by(LANES);
        let bins = vec![0.0; length / 2 + 1];
        SingleFft {
            level: Level::new(),
            fft: RealFft::new(part),
            lanes,
            turns: groups.flat_map(|k| (0..lanes).map(move |lane| turn(k, lane))).collect(),
            data: vec![ZERO; across.memory()],
            scratch: vec![ZERO; across.memory()],
            across,
            bins: Bins { re: bins.clone(), im: bins },
            samples: vec![0.0; length + LANES - lanes],
            length,
        }
    }

    /// Returns the bins, `length / 2 + 1` of them.
    pub(crate) fn bins(&self) -> &Bins {
        &self.bins
    }

    /// Returns the bins, to be filled before [`Self::invert`].
    pub(crate) fn bins_mut(&mut self) -> &mut Bins {
        &mut self.bins
    }

    /// Transforms `samples`, followed by zeros up to the length, to [`Self::bins`].
    pub(crate) fn run(&mut self, samples: &[f32]) {
        self.fft.run(|n| {
            let rest = samples.get(n * self.lanes..).unwrap_or_default();
            // The contents of unused lanes do not matter.
            rest.first_chunk().copied().unwrap_or_else(|| {
                std::array::from_fn(|lane| rest.get(lane).copied().unwrap_or_default())
            })
        });
        dispatch!(self.level, simd => self.combine(simd));
    }

    /// Computes bin `k + part · n` of the signal from bins `k` of the lanes, for every `n`.
    #[inline(always)]
    fn combine<S: Simd>(&mut self, simd: S) {
        let (lanes, part) = (self.lanes, self.length / self.lanes);
        let direct = (lanes / 2).max(1);
        let groups = self.fft.bins_mut().chunks(LANES).zip(self.turns.chunks_exact(lanes));
        for (group, (bins, turns)) in groups.enumerate() {
            for (lane, (value, turn)) in self.data.iter_mut().zip(turns).enumerate() {
                let dealt = column(bins, lane);
                Value::load(simd, &dealt).product(Value::load(simd, turn)).store(value);
            }
            self.across.run(simd, &mut self.data, &mut self.scratch);
            let (first, count) = (group * LANES, bins.len());
            for (n, [re, im]) in self.data.iter().enumerate() {
                if n < direct {
                    let at = part * n + first;
                    copy(re, &mut self.bins.re[at..at + count]);
                    copy(im, &mut self.bins.im[at..at + count]);
                } else {
                    // Beyond Nyquist: the mirror image of a lower bin.
                    let end = part * (lanes - n) - first + 1;
                    let (to_re, to_im) =
                        (&mut self.bins.re[end - count..end], &mut self.bins.im[end - count..end]);
                    for (to, re) in to_re.iter_mut().rev().zip(re) {
                        *to = *re;
                    }
                    for (to, im) in to_im.iter_mut().rev().zip(im) {
                        *to = -im;
                    }
                }
            }
        }
    }

    /// Returns the samples of [`Self::bins_mut`], times `length`. The imaginary parts of the first
    /// bin and, for even lengths, of the last must be 0.
    pub(crate) fn invert(&mut self) -> &[f32] {
        dispatch!(self.level, simd => self.separate(simd));
        let lanes = self.lanes;
        let samples = &mut self.samples;
        // In order: unused lanes are overwritten by the next sample's.
        self.fft.invert(|n, values| copy(values, &mut samples[n * lanes..][..LANES]));
        &self.samples[..self.length]
    }

    /// Computes bins `k` of the lanes from bins `k + part · n` of the signal. Between swaps of the
    /// real and the imaginary parts, the forward transform is the inverse.
    #[inline(always)]
    fn separate<S: Simd>(&mut self, simd: S) {
        let (lanes, part) = (self.lanes, self.length / self.lanes);
        let direct = (lanes / 2).max(1);
        let groups = self.fft.bins_mut().chunks_mut(LANES).zip(self.turns.chunks_exact(lanes));
        for (group, (bins, turns)) in groups.enumerate() {
            let (first, count) = (group * LANES, bins.len());
            for (n, [im, re]) in self.data.iter_mut().enumerate() {
                if n < direct {
                    let at = part * n + first;
                    fill(&self.bins.re[at..at + count], re);
                    fill(&self.bins.im[at..at + count], im);
                } else {
                    let end = part * (lanes - n) - first + 1;
                    let (from_re, from_im) =
                        (&self.bins.re[end - count..end], &self.bins.im[end - count..end]);
                    for (re, from) in re.iter_mut().zip(from_re.iter().rev()) {
                        *re = *from;
                    }
                    for (im, from) in im.iter_mut().zip(from_im.iter().rev()) {
                        *im = -from;
                    }
                }
            }
            self.across.run(simd, &mut self.data, &mut self.scratch);
            for (value, turn) in self.data.iter_mut().zip(turns) {
                let turn = Value::load(simd, turn).conjugate();
                Value::load(simd, value).swapped().product(turn).store(value);
            }
            for (k, bin) in bins.iter_mut().enumerate() {
                *bin = column(&self.data, k);
            }
        }
    }
}

/// Returns element `at` of up to eight values.
#[inline(always)]
fn column(values: &[Complex], at: usize) -> Complex {
    let mut column = ZERO;
    for (k, value) in values.iter().take(LANES).enumerate() {
        column[0][k] = value[0][at];
        column[1][k] = value[1][at];
    }
    column
}

/// Copies the first values of a lane, as many as fit.
#[inline(always)]
fn copy(from: &Lane, to: &mut [f32]) {
    match to.first_chunk_mut() {
        Some(to) => *to = *from,
        None => to.copy_from_slice(&from[..to.len()]),
    }
}

/// Copies back what [`copy`] copied.
#[inline(always)]
fn fill(from: &[f32], to: &mut Lane) {
    match from.first_chunk() {
        Some(from) => *to = *from,
        None => to[..from.len()].copy_from_slice(from),
    }
}
