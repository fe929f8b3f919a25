//! The pixels of its input that an operator reads for one pixel of its output.

use super::value::Layout;

/// Kernel, step, spacing and padding, rows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Pixels that are read, in each direction.
    pub kernel: [usize; 2],
    /// From one output to the next.
    pub strides: [usize; 2],
    /// From one pixel that is read to the next.
    pub dilations: [usize; 2],
    /// Padding above and left.
    pub before: [usize; 2],
    /// Padding below and right.
    pub after: [usize; 2],
}

impl Window {
    /// A single pixel.
    pub const POINT: Window = Window {
        kernel: [1, 1],
        strides: [1, 1],
        dilations: [1, 1],
        before: [0, 0],
        after: [0, 0],
    };

    /// Returns where each tap reads, relative to the output's pixel, in the input's plane.
    pub(super) fn taps(&self, input: &Layout) -> Vec<usize> {
        let [rows, columns] = self.kernel;
        let origin = |axis: usize| input.border[axis] - self.before[axis];
        let row = |tap| (origin(0) + tap * self.dilations[0]) * input.row_stride();
        let column = |tap| origin(1) + tap * self.dilations[1];
        (0..rows).flat_map(|y| (0..columns).map(move |x| row(y) + column(x))).collect()
    }
}
