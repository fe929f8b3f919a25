//! Converts a signal to another number of samples, block by block: a filter between two Fourier
//! transforms, with overlap-add.

use crate::fft::{Bins, SingleFft};

/// Converts a stream of samples in blocks of fixed size, regardless of the size of the pushes.
pub struct BlockConverter {
    /// Samples per block, of the input and of the output.
    block_in: usize,
    block_out: usize,
    forward: SingleFft,
    back: SingleFft,
    filter: Filter,
    pending: Vec<f32>,
    /// What the last block adds to the next one.
    overlap: Vec<f32>,
    /// Output samples of filter delay that still have to be dropped.
    skip: usize,
}

impl BlockConverter {
    /// Converts blocks of `block_in` samples to blocks of `block_out`. The filter has `block_in`
    /// `taps`, with the middle one at `block_in / 2`, divided by the factor `2 · block_in` of the
    /// transforms.
    pub fn new(block_in: usize, block_out: usize, taps: &[f32]) -> Self {
        let mut forward = SingleFft::new(2 * block_in);
        forward.run(taps);
        // Blocks of equal length have their Nyquist frequency at the same place.
        let kept = if block_in < block_out { block_in + 1 } else { block_out };
        let Bins { re, im } = forward.bins();
        let filter = Filter(Bins { re: re[..kept].to_vec(), im: im[..kept].to_vec() });
        BlockConverter {
            block_in,
            block_out,
            forward,
            back: SingleFft::new(2 * block_out),
            filter,
            pending: Vec::with_capacity(2 * block_in),
            overlap: vec![0.0; block_out],
            skip: block_out / 2,
        }
    }

    /// Appends what can be converted so far to `output`, without the filter's delay.
    pub fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) {
        self.pending.extend_from_slice(samples);
        let mut start = 0;
        while self.pending.len() - start >= self.block_in {
            self.convert(start, output);
            start += self.block_in;
        }
        self.pending.drain(..start);
    }

    /// Converts what is left, followed by zeros: at most a block.
    pub fn flush(&mut self, output: &mut Vec<f32>) {
        self.pending.resize(self.block_in, 0.0);
        self.convert(0, output);
        self.pending.clear();
    }

    #[inline(never)]
    fn convert(&mut self, start: usize, output: &mut Vec<f32>) {
        self.forward.run(&self.pending[start..start + self.block_in]);
        // Bins of the output beyond those that the filter keeps always stay 0.
        self.filter.apply(self.forward.bins(), self.back.bins_mut());
        let (block, rest) = self.back.invert().split_at(self.block_out);
        let skipped = self.skip.min(self.block_out);
        self.skip -= skipped;
        output.extend(block.iter().zip(&self.overlap).skip(skipped).map(|(a, b)| a + b));
        self.overlap.copy_from_slice(rest);
    }
}

/// The bins of the filter, up to the lower of the two Nyquist frequencies.
struct Filter(Bins);

impl Filter {
    /// Multiplies the filter's bins with as many others.
    fn apply(&self, from: &Bins, to: &mut Bins) {
        let filter = self.0.re.iter().zip(&self.0.im);
        let from = from.re.iter().zip(&from.im);
        let to = to.re.iter_mut().zip(&mut to.im);
        for (((a_re, a_im), (b_re, b_im)), (re, im)) in filter.zip(from).zip(to) {
            *re = a_re * b_re - a_im * b_im;
            *im = a_re * b_im + a_im * b_re;
        }
    }
}
