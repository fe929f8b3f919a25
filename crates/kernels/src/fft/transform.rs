//! Complex transforms of any length, of eight signals at a time.

use super::{Complex, Factor, LANES, Value, ZERO, unit};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

/// A complex transform of any length.
#[derive(Clone)]
pub(super) enum Transform {
    Radix(Radix),
    Chirp(Chirp),
}

impl Transform {
    pub(super) fn new(length: usize) -> Self {
        match Radix::new(length) {
            Some(radix) => Transform::Radix(radix),
            None => Transform::Chirp(Chirp::new(length)),
        }
    }

    /// Returns the values that the transform works on.
    pub(super) fn memory(&self) -> usize {
        match self {
            Transform::Radix(radix) => radix.length(),
            Transform::Chirp(chirp) => chirp.radix.length(),
        }
    }

    /// Transforms the first values of `data` in place.
    #[inline(always)]
    pub(super) fn run<S: Simd>(
        &self,
        simd: S,
        data: &mut Vec<Complex>,
        scratch: &mut Vec<Complex>,
    ) {
        match self {
            Transform::Radix(radix) => radix.run(simd, data, scratch),
            Transform::Chirp(chirp) => chirp.run(simd, data, scratch),
        }
    }
}

/// A complex transform of a length with no other prime factors than 2, 3, 5 and 7 (Stockham: no
/// reordering).
#[derive(Clone)]
pub(super) struct Radix {
    /// `exp(−2πi · k / length)`.
    turns: Vec<Factor>,
    /// The radix of each pass.
    passes: Vec<usize>,
}

impl Radix {
    fn new(length: usize) -> Option<Self> {
        let (mut rest, mut passes) = (length, Vec::new());
        for radix in [4, 2, 3, 5, 7] {
            while rest.is_multiple_of(radix) {
                passes.push(radix);
                rest /= radix;
            }
        }
        let turns = || (0..length).map(|k| unit(k as f64 / length as f64)).collect();
        (rest == 1).then(|| Radix { turns: turns(), passes })
    }

    fn length(&self) -> usize {
        self.turns.len()
    }

    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, data: &mut Vec<Complex>, scratch: &mut Vec<Complex>) {
        let mut stride = 1;
        for &radix in &self.passes {
            match radix {
                4 => self.pass::<S, 4>(simd, stride, data, scratch),
                2 => self.pass::<S, 2>(simd, stride, data, scratch),
                3 => self.pass::<S, 3>(simd, stride, data, scratch),
                5 => self.pass::<S, 5>(simd, stride, data, scratch),
                _ => self.pass::<S, 7>(simd, stride, data, scratch),
            }
            std::mem::swap(data, scratch);
            stride *= radix;
        }
    }

    /// Makes a pass of radix `R` over `stride` interleaved transforms.
    #[inline(always)]
    fn pass<S: Simd, const R: usize>(
        &self,
        simd: S,
        stride: usize,
        from: &[Complex],
        to: &mut [Complex],
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let part = self.length() / R;
                let roots: [Factor; R] = std::array::from_fn(|k| self.turns[k * part]);
                for first in (0..part).step_by(stride) {
                    let turns: [Factor; R] = std::array::from_fn(|k| self.turns[k * first]);
                    let from: [&[Complex]; R] =
                        std::array::from_fn(|k| &from[k * part + first..][..stride]);
                    let mut rest = &mut to[first * R..(first + stride) * R];
                    let to: [&mut [Complex]; R] = std::array::from_fn(|_| {
                        let (head, tail) = std::mem::take(&mut rest).split_at_mut(stride);
                        rest = tail;
                        head
                    });
                    for place in 0..stride {
                        let load = |k: usize| Value::load(simd, &from[k][place]);
                        let values = butterfly(simd, std::array::from_fn(load), &roots);
                        for k in 0..R {
                            let turned =
                                if k == 0 { values[0] } else { values[k].times(simd, turns[k]) };
                            turned.store(&mut to[k][place]);
                        }
                    }
                }
            },
        );
    }
}

/// Returns the transform of `R` values; `roots` are `exp(−2πi · k / R)`.
#[inline(always)]
fn butterfly<S: Simd, const R: usize>(
    simd: S,
    values: [Value<S>; R],
    roots: &[Factor; R],
) -> [Value<S>; R] {
    let mut output = values;
    if R == 2 {
        output[0] = values[0].add(values[1]);
        output[1] = values[0].sub(values[1]);
    } else if R == 4 {
        let (even, odd) = (values[0].add(values[2]), values[1].add(values[3]));
        let (even_rest, odd_rest) = (values[0].sub(values[2]), values[1].sub(values[3]).turned());
        output[0] = even.add(odd);
        output[1] = even_rest.add(odd_rest);
        output[2] = even.sub(odd);
        output[3] = even_rest.sub(odd_rest);
    } else {
        // Mirrored pairs share their cosines and, except for the sign, their sines.
        for k in 1..=R / 2 {
            let (mut even, mut odd) = (values[0], Value::zero(simd));
            for n in 1..=R / 2 {
                let [cos, sin] = roots[k * n % R];
                even = even.add(values[n].add(values[R - n]).scaled(simd, cos));
                odd = odd.sub(values[n].sub(values[R - n]).scaled(simd, sin));
            }
            output[k] = even.add(odd.turned());
            output[R - k] = even.sub(odd.turned());
        }
        for &value in &values[1..] {
            output[0] = output[0].add(value);
        }
    }
    output
}

/// A complex transform of any length as a convolution with a chirp (Bluestein).
#[derive(Clone)]
pub(super) struct Chirp {
    radix: Radix,
    /// `exp(−πi · n² / length)`.
    chirp: Vec<Factor>,
    /// The transform of the conjugate chirp, over the length of `radix`.
    filter: Vec<Factor>,
}

impl Chirp {
    fn new(length: usize) -> Self {
        let padded = (2 * length - 1).next_power_of_two();
        let turns = (0..padded).map(|k| unit(k as f64 / padded as f64)).collect();
        let twos = padded.trailing_zeros() as usize;
        let passes = [vec![4; twos / 2], vec![2; twos % 2]].concat();
        let radix = Radix { turns, passes };

        let period = 2 * length as u64;
        let turn = |n: usize| (n as u64 * n as u64 % period) as f64 / period as f64;
        let chirp: Vec<Factor> = (0..length).map(|n| unit(turn(n))).collect();
        let mut data = vec![ZERO; padded];
        for (n, &[re, im]) in chirp.iter().enumerate() {
            let conjugate = [[re / padded as f32; LANES], [-im / padded as f32; LANES]];
            data[n] = conjugate;
            data[(padded - n) % padded] = conjugate;
        }
        let mut scratch = data.clone();
        dispatch!(Level::new(), simd => radix.run(simd, &mut data, &mut scratch));
        let filter = data.iter().map(|[re, im]| [re[0], im[0]]).collect();
        Chirp { radix, chirp, filter }
    }

    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, data: &mut Vec<Complex>, scratch: &mut Vec<Complex>) {
        for (value, &factor) in data.iter_mut().zip(&self.chirp) {
            Value::load(simd, value).times(simd, factor).store(value);
        }
        data[self.chirp.len()..].fill(ZERO);
        self.radix.run(simd, data, scratch);
        for (value, &factor) in data.iter_mut().zip(&self.filter) {
            Value::load(simd, value).times(simd, factor).swapped().store(value);
        }
        self.radix.run(simd, data, scratch);
        for (value, &factor) in data.iter_mut().zip(&self.chirp) {
            Value::load(simd, value).swapped().times(simd, factor).store(value);
        }
    }
}
