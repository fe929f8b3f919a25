//! Patches of an image as channels (im2col), so that a convolution with a stride, or of a single
//! channel, becomes one of 1 × 1.

use super::planes::{LANES, Lanes, Planes, groups_of};

/// Cuts patches out of an image with half of their side as padding.
#[derive(Clone, Copy, Debug)]
pub struct Unfold {
    /// Channels of the image.
    pub channels: usize,
    /// Side of a patch.
    pub kernel: usize,
    /// Distance between patches.
    pub stride: usize,
}

/// One example as plain `[channels][height + 2 · padding][width + 2 · padding]` values.
#[derive(Clone, Debug, Default)]
pub struct Padded {
    values: Vec<f32>,
    plane_len: usize,
    row_len: usize,
}

impl Unfold {
    /// Returns the channels of the patches: one per channel, row and column of a patch.
    pub fn channels_out(self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Gives `patches` the shape for patches of some images.
    pub fn reshape(self, patches: &mut Planes, n: usize, image: [usize; 2]) {
        let extents = image.map(|extent| extent.div_ceil(self.stride));
        patches.reshape(n, groups_of(self.channels_out()), extents, 0);
    }

    /// Returns zeros for an image.
    pub fn padded(self, [height, width]: [usize; 2]) -> Padded {
        let padding = 2 * (self.kernel / 2);
        let row_len = width + padding;
        let plane_len = (height + padding) * row_len;
        Padded { values: vec![0.0; self.channels * plane_len], plane_len, row_len }
    }

    /// Writes the patches of one example.
    pub fn unfold(self, image: &Padded, index: usize, target: &mut Planes) {
        let [height, width] = target.extents();
        let mut patch = vec![0.0; LANES * groups_of(self.channels_out())];
        let target = target.example_mut(index);
        for row in 0..height {
            for column in 0..width {
                let runs = self.runs([row, column], image);
                for (from, to) in runs.zip(patch.chunks_exact_mut(self.kernel)) {
                    to.copy_from_slice(&image.values[from..from + self.kernel]);
                }
                let places = target[row * width + column..].iter_mut().step_by(height * width);
                for (place, lanes) in places.zip(patch.as_chunks().0) {
                    *place = Lanes(*lanes);
                }
            }
        }
    }

    /// Adds patches to the places that [`Self::unfold`] took them from.
    pub fn fold(self, patches: &Planes, index: usize, image: &mut Padded) {
        let [height, width] = patches.extents();
        let patches = patches.example(index);
        image.values.fill(0.0);
        for row in 0..height {
            for column in 0..width {
                let places = patches[row * width + column..].iter().step_by(height * width);
                let mut values = places.flat_map(|lanes| &lanes.0);
                for from in self.runs([row, column], image) {
                    let to = image.values[from..from + self.kernel].iter_mut();
                    to.zip(&mut values).for_each(|(to, value)| *to += value);
                }
            }
        }
    }

    /// Returns where the rows of a patch begin.
    fn runs(self, place: [usize; 2], image: &Padded) -> impl Iterator<Item = usize> + use<> {
        let (plane_len, row_len) = (image.plane_len, image.row_len);
        let [row, column] = place.map(|place| place * self.stride);
        let begin = move |run| {
            let [channel, ky] = [run / self.kernel, run % self.kernel];
            channel * plane_len + (row + ky) * row_len + column
        };
        (0..self.channels * self.kernel).map(begin)
    }
}

impl Padded {
    /// Takes an example `[channels, height, width]`.
    pub fn fill(&mut self, values: &[f32], [height, width]: [usize; 2]) {
        let padding = (self.row_len - width) / 2;
        let planes = self.values.chunks_exact_mut(self.plane_len);
        for (plane, values) in planes.zip(values.chunks_exact(height * width)) {
            let rows = plane.chunks_exact_mut(self.row_len).skip(padding);
            for (row, values) in rows.zip(values.chunks_exact(width)) {
                row[padding..padding + width].copy_from_slice(values);
            }
        }
    }

    /// Takes an example of planes.
    pub fn gather(&mut self, source: &Planes, index: usize) {
        let [_, width] = source.extents();
        let padding = (self.row_len - width) / 2;
        for (channel, plane) in self.values.chunks_exact_mut(self.plane_len).enumerate() {
            let rows = plane.chunks_exact_mut(self.row_len).skip(padding);
            for (row, lanes) in rows.zip(source.rows(index, channel / LANES)) {
                let row = &mut row[padding..padding + width];
                row.iter_mut().zip(lanes).for_each(|(to, from)| *to = from.0[channel % LANES]);
            }
        }
    }

    /// Writes the example to planes.
    pub fn scatter(&self, target: &mut Planes, index: usize) {
        let [_, width] = target.extents();
        let padding = (self.row_len - width) / 2;
        for (channel, plane) in self.values.chunks_exact(self.plane_len).enumerate() {
            let rows = plane.chunks_exact(self.row_len).skip(padding);
            for (row, lanes) in rows.zip(target.rows_mut(index, channel / LANES)) {
                let row = &row[padding..padding + width];
                row.iter().zip(lanes).for_each(|(from, to)| to.0[channel % LANES] = *from);
            }
        }
    }
}
