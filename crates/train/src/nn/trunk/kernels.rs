//! Convolution kernels in the order of multiplication.

use super::planes::{LANES, Lanes, groups_of};

/// The weights at one tap between the sixteen channels of an input group, one by one, and those of
/// an output group, side by side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tap(pub [Lanes; LANES]);

/// `[groups_out][groups_in][kernel][kernel]` taps.
#[derive(Clone, Debug, Default)]
pub struct Kernels {
    channels: [usize; 2],
    kernel: usize,
    taps: Vec<Tap>,
}

impl Kernels {
    /// Creates kernels of zeros for `[out, in]` channels.
    pub fn new(channels: [usize; 2], kernel: usize) -> Self {
        let area = kernel * kernel;
        let len = groups_of(channels[0]) * groups_of(channels[1]) * area;
        Self { channels, kernel, taps: vec![Tap::default(); len] }
    }

    /// Returns the side of the kernel.
    pub fn size(&self) -> usize {
        self.kernel
    }

    /// Returns the groups of output channels.
    pub fn groups_out(&self) -> usize {
        groups_of(self.channels[0])
    }

    /// Returns the taps of a group of output channels.
    pub fn of(&self, group: usize) -> &[Tap] {
        let len = self.taps.len() / self.groups_out();
        &self.taps[group * len..(group + 1) * len]
    }

    /// Returns the same, for writing.
    pub fn of_mut(&mut self, group: usize) -> &mut [Tap] {
        let len = self.taps.len() / self.groups_out();
        &mut self.taps[group * len..(group + 1) * len]
    }

    /// Sets all to zero.
    pub fn clear(&mut self) {
        self.taps.fill(Tap::default());
    }

    /// Takes weights `[out, in, kernel, kernel]`.
    pub fn pack(&mut self, weights: &[f32]) {
        self.fill(weights, self.channels[1], |place| place);
    }

    /// Takes the same weights, of kernels with `[in, out]` channels, for the backward pass from the
    /// gradients of a convolution's output to those of its input: transposed and reversed.
    pub fn pack_transposed(&mut self, weights: &[f32]) {
        let last = self.kernel * self.kernel - 1;
        self.fill(weights, self.channels[0], |[output, input, tap]| [input, output, last - tap]);
    }

    /// Puts the weight of an output, an input and a tap at the position that `place` returns.
    fn fill(&mut self, weights: &[f32], inputs: usize, place: impl Fn([usize; 3]) -> [usize; 3]) {
        for (index, row) in weights.chunks_exact(self.kernel * self.kernel).enumerate() {
            for (tap, weight) in row.iter().enumerate() {
                let [output, input, tap] = place([index / inputs, index % inputs, tap]);
                *self.at(output, input, tap) = *weight;
            }
        }
    }

    /// Returns weights `[out, in, kernel, kernel]`.
    pub fn unpack(&mut self) -> Vec<f32> {
        let [channels_out, channels_in] = self.channels;
        let area = self.kernel * self.kernel;
        let mut weights = Vec::with_capacity(channels_out * channels_in * area);
        for output in 0..channels_out {
            for input in 0..channels_in {
                weights.extend((0..area).map(|tap| *self.at(output, input, tap)));
            }
        }
        weights
    }

    fn at(&mut self, output: usize, input: usize, tap: usize) -> &mut f32 {
        let group = (output / LANES) * groups_of(self.channels[1]) + input / LANES;
        let tap = &mut self.taps[group * self.kernel * self.kernel + tap];
        &mut tap.0[input % LANES].0[output % LANES]
    }
}
