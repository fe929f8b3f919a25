//! Transforms of one real signal, and back.
//!
//! The samples are dealt to up to eight lanes in turn, the lanes transformed together, and their
//! bins combined (a step of the fast Fourier transform whose radix is the number of lanes).

use super::{Complex, Factor, LANES, RealFft, Value, ZERO, unit};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

/// Transforms a real signal of one length, and its bins back.
pub(crate) struct SingleFft {
    level: Level,
    /// Transforms the lanes.
    fft: RealFft,
    /// Lanes in use, a divisor of the length.
    lanes: usize,
    /// Samples per lane.
    part: usize,
    /// `exp(−2πi · k · lane / length)` for every bin `k` of a lane.
    turns: Vec<Complex>,
    /// `exp(−2πi · lane · n / lanes)` for every lane; 0 beyond the lanes in use.
    roots: [Complex; LANES],
    /// The bins of the lanes after the turns, or before them on the way back.
    turned: Vec<Complex>,
    bins: Vec<Factor>,
    samples: Vec<f32>,
}

impl SingleFft {
    pub(crate) fn new(length: usize) -> Self {
        let lanes = 1 << length.trailing_zeros().min(LANES.trailing_zeros());
        let part = length / lanes;
        let lane = |turn: &dyn Fn(usize) -> f64| {
            let unit = |lane| if lane < lanes { unit(turn(lane)) } else { [0.0; 2] };
            let units: [Factor; LANES] = std::array::from_fn(unit);
            [units.map(|[re, _]| re), units.map(|[_, im]| im)]
        };
        let turn = |k: usize| lane(&|lane| (k * lane) as f64 / length as f64);
        let root = |n: usize| lane(&|lane| (lane * n % lanes) as f64 / lanes as f64);
        let roots = std::array::from_fn(|n| if n < lanes { root(n) } else { ZERO });
        SingleFft {
            level: Level::new(),
            fft: RealFft::new(part),
            lanes,
            part,
            turns: (0..=part / 2).map(turn).collect(),
            roots,
            turned: vec![ZERO; part / 2 + 1],
            bins: vec![[0.0; 2]; length / 2 + 1],
            samples: vec![0.0; length],
        }
    }

    /// The `length / 2 + 1` bins from 0 Hz to Nyquist.
    pub(crate) fn bins_mut(&mut self) -> &mut [Factor] {
        &mut self.bins
    }

    /// Transforms `samples`, followed by zeros up to the length, to [`Self::bins_mut`].
    pub(crate) fn run(&mut self, samples: &[f32]) {
        let lanes = self.lanes;
        self.fft.run(|n| {
            let mut values = [0.0; LANES];
            let from = (n * lanes).min(samples.len());
            let to = (from + lanes).min(samples.len());
            values[..to - from].copy_from_slice(&samples[from..to]);
            values
        });
        dispatch!(self.level, simd => self.combine(simd));
        let length = self.samples.len();
        for (k, [re, im]) in self.turned.iter().enumerate() {
            for (lane, (&re, &im)) in re.iter().zip(im).take(lanes).enumerate() {
                let bin = k + self.part * lane;
                if bin <= length / 2 {
                    self.bins[bin] = [re, im];
                } else {
                    self.bins[length - bin] = [re, -im];
                }
            }
        }
    }

    /// Bin `k + part · lane` of the signal from bins `k` of the lanes.
    #[inline(always)]
    fn combine<S: Simd>(&mut self, simd: S) {
        let (lanes, roots) = (self.lanes, &self.roots);
        let bins = self.fft.bins_mut().iter().zip(&self.turns);
        for (turned, (bin, turn)) in self.turned.iter_mut().zip(bins) {
            let mut values = ZERO;
            Value::load(simd, bin).product(Value::load(simd, turn)).store(&mut values);
            across(simd, &values, &roots[..lanes], false).store(turned);
        }
    }

    /// The samples of the bins ([`Self::bins_mut`]), times `length`.
    pub(crate) fn invert(&mut self) -> &[f32] {
        let length = self.samples.len();
        for (k, [re, im]) in self.turned.iter_mut().enumerate() {
            for lane in 0..self.lanes {
                let bin = k + self.part * lane;
                let mirrored = bin > length / 2;
                let [real, imaginary] = self.bins[if mirrored { length - bin } else { bin }];
                (re[lane], im[lane]) = (real, if mirrored { -imaginary } else { imaginary });
            }
        }
        dispatch!(self.level, simd => self.separate(simd));
        let lanes = self.fft.invert();
        for (samples, values) in self.samples.chunks_exact_mut(self.lanes).zip(lanes) {
            samples.copy_from_slice(&values[..samples.len()]);
        }
        &self.samples
    }

    /// Bins `k` of the lanes from bins `k + part · lane` of the signal.
    #[inline(always)]
    fn separate<S: Simd>(&mut self, simd: S) {
        let (lanes, roots) = (self.lanes, &self.roots);
        let bins = self.fft.bins_mut().iter_mut().zip(&self.turns);
        for (turned, (bin, turn)) in self.turned.iter().zip(bins) {
            let turn = Value::load(simd, turn).conjugate();
            across(simd, turned, &roots[..lanes], true).product(turn).store(bin);
        }
    }
}

/// The transform across the lanes of `values`, or its inverse times the number of lanes.
#[inline(always)]
fn across<S: Simd>(simd: S, values: &Complex, roots: &[Complex], inverse: bool) -> Value<S> {
    let [re, im] = values;
    let mut sum = Value::zero(simd);
    for (root, (&re, &im)) in roots.iter().zip(re.iter().zip(im)) {
        let root = Value::load(simd, root);
        sum = sum.add((if inverse { root.conjugate() } else { root }).times(simd, [re, im]));
    }
    sum
}
