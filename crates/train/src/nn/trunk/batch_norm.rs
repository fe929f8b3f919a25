//! Batch norm, ReLU and max-pool, forward and backward, in as few passes over memory as possible.

use super::planes::{LANES, Lanes, Planes};
use fearless_simd::{Level, Select, Simd, SimdBase, SimdFloat, dispatch, f32x16};

/// Sums over all examples, in groups of sixteen channels.
pub type Sums = Vec<[f64; LANES]>;

/// Number of partial sums, so that additions need not wait for each other.
const PARTS: usize = 4;

/// Returns the means and biased variances of every channel.
pub fn moments(level: Level, planes: &Planes) -> [Sums; 2] {
    let [height, width] = planes.extents();
    let (n, area) = (planes.n() as f64, (height * width) as f64);
    let mut means = vec![[0.0; LANES]; planes.groups()];
    let mut variances = means.clone();
    let mut own = Vec::with_capacity(planes.n());
    for index in 0..planes.n() {
        for (group, sums) in means.iter_mut().enumerate() {
            // The plane is still in the cache when it is read for the second time.
            let plane = dispatch!(level, simd => plane_moments(simd, planes, [index, group]));
            add(sums, &plane[0], 1.0 / n);
            own.push((group, plane));
        }
    }
    // The total variance is the mean of the variances plus the variance of the means.
    for (group, [mean, squares]) in own {
        add(&mut variances[group], &squares, 1.0 / (n * area));
        let means = means[group].iter().zip(mean.0);
        for (variance, (all, own)) in variances[group].iter_mut().zip(means) {
            *variance += (f64::from(own) - all).powi(2) / n;
        }
    }
    [means, variances]
}

fn add(sums: &mut [f64; LANES], values: &Lanes, factor: f64) {
    sums.iter_mut().zip(values.0).for_each(|(sum, value)| *sum += f64::from(value) * factor);
}

/// Returns the mean of a plane and the sum of the squared distances from it.
#[inline(always)]
fn plane_moments<S: Simd>(simd: S, planes: &Planes, at: [usize; 2]) -> [Lanes; 2] {
    let [height, width] = planes.extents();
    let one = f32x16::splat(simd, 1.0);
    let sum = total(
        simd,
        planes,
        at,
        #[inline(always)]
        |value, sum| one.mul_add(value, sum),
    );
    let mean = sum * f32x16::splat(simd, ((height * width) as f32).recip());
    let squares = total(
        simd,
        planes,
        at,
        #[inline(always)]
        |value, sum| {
            let off = value - mean;
            off.mul_add(off, sum)
        },
    );
    [Lanes(mean.into()), Lanes(squares.into())]
}

/// Folds a plane's values with `add`, starting from zero.
#[inline(always)]
fn total<S: Simd>(
    simd: S,
    planes: &Planes,
    [index, group]: [usize; 2],
    add: impl Fn(f32x16<S>, f32x16<S>) -> f32x16<S>,
) -> f32x16<S> {
    let mut sums = [f32x16::splat(simd, 0.0); PARTS];
    for row in planes.rows(index, group) {
        let (parts, rest) = row.as_chunks::<PARTS>();
        for part in parts {
            for (sum, value) in sums.iter_mut().zip(part) {
                *sum = add(load(simd, value), *sum);
            }
        }
        for (sum, value) in sums.iter_mut().zip(rest) {
            *sum = add(load(simd, value), *sum);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

#[inline(always)]
fn load<S: Simd>(simd: S, lanes: &Lanes) -> f32x16<S> {
    f32x16::load_array_ref(simd, &lanes.0)
}

/// `factor · x + offset` for the channels of a group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Affine {
    pub factor: Lanes,
    pub offset: Lanes,
}

/// The batch norm of a group, with the last batch's statistics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Norm {
    /// Its effect on a value.
    pub affine: Affine,
    /// The batch's means.
    pub mean: Lanes,
    /// One over the batch's standard deviations.
    pub precision: Lanes,
}

/// Sets `target` to the norm of `source`, followed by a ReLU and, if `pool`, a 2 × 2 max-pool.
pub fn forward(level: Level, source: &Planes, norms: &[Norm], pool: bool, target: &mut Planes) {
    for index in 0..source.n() {
        for (group, norm) in norms.iter().enumerate() {
            let at = [index, group];
            dispatch!(level, simd => match pool {
                true => pool_plane(simd, source, &norm.affine, at, target),
                false => rectify_plane(simd, source, &norm.affine, at, target),
            });
        }
    }
}

#[inline(always)]
fn rectify_plane<S: Simd>(
    simd: S,
    source: &Planes,
    affine: &Affine,
    [index, group]: [usize; 2],
    target: &mut Planes,
) {
    let zero = f32x16::splat(simd, 0.0);
    let (factor, offset) = (load(simd, &affine.factor), load(simd, &affine.offset));
    for (row, target) in source.rows(index, group).zip(target.rows_mut(index, group)) {
        for (value, target) in row.iter().zip(target) {
            target.0 = load(simd, value).mul_add(factor, offset).max(zero).into();
        }
    }
}

#[inline(always)]
fn pool_plane<S: Simd>(
    simd: S,
    source: &Planes,
    affine: &Affine,
    [index, group]: [usize; 2],
    target: &mut Planes,
) {
    let zero = f32x16::splat(simd, 0.0);
    let (factor, offset) = (load(simd, &affine.factor), load(simd, &affine.offset));
    let mut rows = source.rows(index, group);
    for target in target.rows_mut(index, group) {
        let (Some(top), Some(bottom)) = (rows.next(), rows.next()) else { return };
        let squares = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
        for ((top, bottom), target) in squares.zip(target) {
            let mut greatest = zero;
            for value in [&top[0], &top[1], &bottom[0], &bottom[1]] {
                greatest = load(simd, value).mul_add(factor, offset).max(greatest);
            }
            target.0 = greatest.into();
        }
    }
}

/// Sets `target` to the gradients of `source`, given those of the result of [`forward()`]. Returns
/// the gradients of the norms' shifts and scales.
pub fn backward(
    level: Level,
    source: &Planes,
    norms: &[Norm],
    (gradients, pool): (&Planes, bool),
    target: &mut Planes,
) -> [Sums; 2] {
    let mut shifts = vec![[0.0; LANES]; source.groups()];
    let mut scales = shifts.clone();
    for index in 0..source.n() {
        for (group, norm) in norms.iter().enumerate() {
            let at = [index, group];
            let [shift, scale] = dispatch!(level, simd => match pool {
                true => pool_plane_backward(simd, source, norm, gradients, at, target),
                false => rectify_plane_backward(simd, source, norm, gradients, at, target),
            });
            add(&mut shifts[group], &shift, 1.0);
            add(&mut scales[group], &scale, 1.0);
        }
    }
    let [height, width] = source.extents();
    let count = (source.n() * height * width) as f64;
    for (group, norm) in norms.iter().enumerate() {
        let sums = scales[group].iter_mut().zip(norm.precision.0);
        sums.for_each(|(sum, precision)| *sum *= f64::from(precision));
        let through = Through::new(norm, &shifts[group], &scales[group], count);
        for index in 0..source.n() {
            dispatch!(level, simd => norm_backward(simd, source, &through, [index, group], target));
        }
    }
    [shifts, scales]
}

/// Stops the gradients where the ReLU did. Returns the sums of the gradients, and of their products
/// with the values minus their mean.
#[inline(always)]
fn rectify_plane_backward<S: Simd>(
    simd: S,
    source: &Planes,
    norm: &Norm,
    gradients: &Planes,
    [index, group]: [usize; 2],
    target: &mut Planes,
) -> [Lanes; 2] {
    let zero = f32x16::splat(simd, 0.0);
    let (factor, offset) = (load(simd, &norm.affine.factor), load(simd, &norm.affine.offset));
    let mean = load(simd, &norm.mean);
    let (mut shift, mut scale) = (zero, zero);
    let rows = source.rows(index, group).zip(gradients.rows(index, group));
    for ((row, gradients), target) in rows.zip(target.rows_mut(index, group)) {
        for ((value, gradient), target) in row.iter().zip(gradients).zip(target) {
            let value = load(simd, value);
            let passes = value.mul_add(factor, offset).simd_gt(zero);
            let gradient = passes.select(load(simd, gradient), zero);
            shift += gradient;
            scale = gradient.mul_add(value - mean, scale);
            target.0 = gradient.into();
        }
    }
    [Lanes(shift.into()), Lanes(scale.into())]
}

/// Does the same after a pool: a gradient goes to the greatest of four values, the first of equal
/// ones; a row or column that the pool dropped has none.
#[inline(always)]
fn pool_plane_backward<S: Simd>(
    simd: S,
    source: &Planes,
    norm: &Norm,
    gradients: &Planes,
    [index, group]: [usize; 2],
    target: &mut Planes,
) -> [Lanes; 2] {
    let zero = f32x16::splat(simd, 0.0);
    let (factor, offset) = (load(simd, &norm.affine.factor), load(simd, &norm.affine.offset));
    let mean = load(simd, &norm.mean);
    let (mut shift, mut scale) = (zero, zero);
    let mut rows = source.rows(index, group);
    let mut targets = target.rows_mut(index, group);
    for gradients in gradients.rows(index, group) {
        let (Some(top), Some(bottom)) = (rows.next(), rows.next()) else { break };
        let (Some(to_top), Some(to_bottom)) = (targets.next(), targets.next()) else { break };
        let (to_top, left_out) = to_top.as_chunks_mut::<2>();
        left_out.fill(Lanes::default());
        let (to_bottom, left_out) = to_bottom.as_chunks_mut::<2>();
        left_out.fill(Lanes::default());
        let squares = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
        let targets = to_top.iter_mut().zip(to_bottom);
        for (((top, bottom), (to_top, to_bottom)), gradient) in squares.zip(targets).zip(gradients)
        {
            let values = [&top[0], &top[1], &bottom[0], &bottom[1]];
            let mut normed = [zero; 4];
            let mut greatest = zero;
            for (value, normed) in values.iter().zip(&mut normed) {
                *normed = load(simd, value).mul_add(factor, offset);
                greatest = normed.max(greatest);
            }
            let mut left = greatest.simd_gt(zero).select(load(simd, gradient), zero);
            shift += left;
            let targets = to_top.iter_mut().chain(to_bottom);
            for ((value, normed), target) in values.iter().zip(normed).zip(targets) {
                let is_greatest = normed.simd_eq(greatest);
                let own = is_greatest.select(left, zero);
                left = is_greatest.select(zero, left);
                scale = own.mul_add(load(simd, value) - mean, scale);
                target.0 = own.into();
            }
        }
    }
    targets.for_each(|left_out| left_out.fill(Lanes::default()));
    [Lanes(shift.into()), Lanes(scale.into())]
}

/// How gradients pass through a batch norm: `factor · gradient + offset + slant · (x − mean)`.
#[derive(Clone, Copy, Debug, Default)]
struct Through {
    factor: Lanes,
    offset: Lanes,
    slant: Lanes,
    mean: Lanes,
}

impl Through {
    /// Creates it for a batch norm over `count` values, with the gradients of its shifts and
    /// scales.
    fn new(norm: &Norm, shifts: &[f64; LANES], scales: &[f64; LANES], count: f64) -> Self {
        let Norm { affine, mean, precision } = *norm;
        let mut through = Self { factor: affine.factor, mean, ..Self::default() };
        for lane in 0..LANES {
            let share = -f64::from(affine.factor.0[lane]) / count;
            through.offset.0[lane] = (share * shifts[lane]) as f32;
            through.slant.0[lane] = (share * scales[lane] * f64::from(precision.0[lane])) as f32;
        }
        through
    }
}

#[inline(always)]
fn norm_backward<S: Simd>(
    simd: S,
    source: &Planes,
    through: &Through,
    [index, group]: [usize; 2],
    target: &mut Planes,
) {
    let (factor, offset) = (load(simd, &through.factor), load(simd, &through.offset));
    let (slant, mean) = (load(simd, &through.slant), load(simd, &through.mean));
    for (row, target) in source.rows(index, group).zip(target.rows_mut(index, group)) {
        for (value, target) in row.iter().zip(target) {
            let gradient = load(simd, target).mul_add(factor, offset);
            target.0 = (load(simd, value) - mean).mul_add(slant, gradient).into();
        }
    }
}
