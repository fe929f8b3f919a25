//! Which pixels of its input an operator reads for one of its output.

use super::value::Layout;

/// Kernel, step, spacing and padding, rows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) kernel: [usize; 2],
    pub(super) strides: [usize; 2],
    pub(super) dilations: [usize; 2],
    /// Above and left.
    pub(super) before: [usize; 2],
    /// Below and right.
    pub(super) after: [usize; 2],
}

impl Window {
    pub(super) const POINT: Window = Window {
        kernel: [1, 1],
        strides: [1, 1],
        dilations: [1, 1],
        before: [0, 0],
        after: [0, 0],
    };

    /// Where each tap reads, relative to the output's pixel, in the input's plane.
    pub(super) fn taps(&self, input: &Layout) -> Vec<usize> {
        let [rows, columns] = self.kernel;
        let origin = |axis: usize| input.border[axis] - self.before[axis];
        let row = |tap| (origin(0) + tap * self.dilations[0]) * input.row_stride();
        let column = |tap| origin(1) + tap * self.dilations[1];
        (0..rows).flat_map(|y| (0..columns).map(move |x| row(y) + column(x))).collect()
    }
}
