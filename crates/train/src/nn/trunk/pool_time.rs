//! The mean over the height, then mean plus maximum over the width.

use super::planes::{LANES, Lanes, Planes};

/// Returns features `[n, channels]` of images.
pub fn forward(planes: &Planes, channels: usize) -> Vec<f32> {
    let mut features = Vec::with_capacity(planes.n() * channels);
    for index in 0..planes.n() {
        for group in 0..planes.groups() {
            let columns = columns(planes, index, group);
            let feature = |lane: usize| {
                let sum: f32 = columns.iter().map(|column| column.0[lane]).sum();
                sum / columns.len() as f32 + columns[first_greatest(&columns, lane)].0[lane]
            };
            let lanes = LANES.min(channels - group * LANES);
            features.extend((0..lanes).map(feature));
        }
    }
    features
}

/// Computes the gradients of the images from those of the features, `[n, channels]`.
pub fn backward(planes: &Planes, gradients: &[f32], channels: usize, target: &mut Planes) {
    let [height, width] = planes.extents();
    for (index, gradients) in gradients.chunks_exact(channels).enumerate() {
        for (group, gradients) in gradients.chunks(LANES).enumerate() {
            let columns = columns(planes, index, group);
            let mut greatest = vec![Lanes::default(); width];
            let mut mean = Lanes::default();
            for (lane, gradient) in gradients.iter().enumerate() {
                mean.0[lane] = gradient / (height * width) as f32;
                greatest[first_greatest(&columns, lane)].0[lane] = gradient / height as f32;
            }
            for row in target.rows_mut(index, group) {
                for (to, greatest) in row.iter_mut().zip(&greatest) {
                    for (lane, to) in to.0.iter_mut().enumerate() {
                        *to = mean.0[lane] + greatest.0[lane];
                    }
                }
            }
        }
    }
}

/// Returns the mean of every column of a plane.
fn columns(planes: &Planes, index: usize, group: usize) -> Vec<Lanes> {
    let [height, width] = planes.extents();
    let mut columns = vec![Lanes::default(); width];
    for row in planes.rows(index, group) {
        for (column, value) in columns.iter_mut().zip(row) {
            column.0.iter_mut().zip(value.0).for_each(|(sum, value)| *sum += value);
        }
    }
    let share = (height as f32).recip();
    columns.iter_mut().flat_map(|column| &mut column.0).for_each(|sum| *sum *= share);
    columns
}

/// Returns the first column with the greatest value.
fn first_greatest(columns: &[Lanes], lane: usize) -> usize {
    let better = |best: usize, place: usize| {
        if columns[place].0[lane] > columns[best].0[lane] { place } else { best }
    };
    (0..columns.len()).fold(0, better)
}
