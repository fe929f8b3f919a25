//! The memory layout of a value between two operators: blocks of eight channels, each a plane of
//! pixels, each pixel eight numbers side by side. A border of zeros around each plane lets
//! operators read beyond its edges.

use super::lane::{LANES, Lane};

/// Channels × rows × columns; a vector has one row and one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows of each channel.
    pub rows: usize,
    /// Columns of each row.
    pub columns: usize,
}

impl Shape {
    /// Returns the shape of one number per channel.
    pub fn vector(channels: usize) -> Self {
        Shape { channels, rows: 1, columns: 1 }
    }

    /// Returns the numbers per channel.
    pub fn pixels(self) -> usize {
        self.rows * self.columns
    }

    /// Returns all numbers.
    pub fn size(self) -> usize {
        self.channels * self.pixels()
    }
}

/// A shape with the border that the value's readers need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The shape without the border.
    pub shape: Shape,
    /// Rows above and below, columns left and right.
    pub border: [usize; 2],
}

impl Layout {
    pub(super) fn blocks(&self) -> usize {
        self.shape.channels.div_ceil(LANES)
    }

    /// Returns the distance from one row to the next, in pixels.
    pub(super) fn row_stride(&self) -> usize {
        self.shape.columns + 2 * self.border[1]
    }

    /// Returns the pixels of one block, with the border.
    pub(super) fn plane(&self) -> usize {
        (self.shape.rows + 2 * self.border[0]) * self.row_stride()
    }

    /// Returns the pixels of all blocks, each of which takes a [`Lane`].
    pub fn lanes(&self) -> usize {
        self.blocks() * self.plane()
    }

    /// Returns the position in a plane of a row's first pixel.
    pub(super) fn row(&self, row: usize) -> usize {
        (row + self.border[0]) * self.row_stride() + self.border[1]
    }

    /// Returns the same memory as one long row, if nothing lies between the rows.
    pub(super) fn flattened(&self) -> Option<Layout> {
        let Shape { channels, .. } = self.shape;
        let shape = Shape { channels, rows: 1, columns: self.shape.pixels() };
        (self.border == [0, 0]).then_some(Layout { shape, border: [0, 0] })
    }

    /// Writes zeros around every plane.
    pub(super) fn clear_border(&self, value: &mut [Lane]) {
        let [above, beside] = self.border;
        if self.border == [0, 0] {
            return;
        }
        let stride = self.row_stride();
        let zero = [0.0; LANES];
        for plane in value.chunks_exact_mut(self.plane()) {
            let (first, rows) = plane.split_at_mut(above * stride + beside);
            first.fill(zero);
            // The right border of a row and the left one of the next are side by side.
            for (index, row) in rows.chunks_mut(stride).enumerate() {
                let border = if index < self.shape.rows { self.shape.columns } else { 0 };
                row[border..].fill(zero);
            }
        }
    }
}
