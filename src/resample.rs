//! Streaming sample rate conversion: a windowed sinc, applied between two Fourier transforms, as
//! rubato's `Fft` does. With its transforms, that crate would be 40% of the browser's module; a
//! test compares our samples with its.
//!
//! Audio is converted in blocks of fixed size, regardless of the size of the pushes, so chunking
//! cannot change the result. The filter's delay is cut off at the start and its tail is flushed at
//! the end: the output starts at the same time as the input.

use crate::audio::{Pcm, SampleRate};
use sourcing_sound_kernels::BlockConverter;
use std::borrow::Cow;
use std::f64::consts::PI;

/// Input block, in seconds: keeps the delay below 50 ms and makes the filter steep enough for more
/// than 80 dB of alias rejection right from the target's Nyquist frequency.
const BLOCK_SECONDS: f64 = 0.04;

/// Converts a whole recording to `rate`. Its samples are unchanged if it already has that rate;
/// otherwise the result has the same duration (rounded to the nearest sample).
pub fn resample<'a>(pcm: Pcm<'a>, rate: SampleRate) -> Cow<'a, [f32]> {
    if pcm.rate() == rate {
        return Cow::Borrowed(pcm.samples());
    }
    let mut resampler = Resampler::new(pcm.rate(), rate);
    let mut output = Vec::new();
    resampler.push(pcm.samples(), &mut output);
    resampler.finish(&mut output);
    Cow::Owned(output)
}

/// Converts a stream of mono samples from one rate to another.
pub struct Resampler {
    input_rate: u64,
    output_rate: u64,
    /// `None` if the rates are equal and samples pass through unchanged.
    blocks: Option<BlockConverter>,
    samples_in: u64,
    samples_out: u64,
}

impl Resampler {
    /// Creates a converter from `input` to `output`. Between the usual rates, which have a large
    /// common divisor, it works on blocks of about 40 ms, otherwise on blocks of up to a second.
    pub fn new(input: SampleRate, output: SampleRate) -> Self {
        Resampler {
            input_rate: u64::from(input.hz()),
            output_rate: u64::from(output.hz()),
            blocks: (input != output).then(|| blocks(input.hz(), output.hz())),
            samples_in: 0,
            samples_out: 0,
        }
    }

    /// Appends what can be converted so far to `output`.
    pub fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) {
        self.samples_in += samples.len() as u64;
        let before = output.len();
        match &mut self.blocks {
            None => output.extend_from_slice(samples),
            Some(blocks) => blocks.push(samples, output),
        }
        self.samples_out += (output.len() - before) as u64;
    }

    /// Flushes the tail, so that the total output is as long as the input (rounded to the nearest
    /// sample). The converter must not be used afterwards.
    pub fn finish(&mut self, output: &mut Vec<f32>) {
        let total = (self.samples_in * self.output_rate + self.input_rate / 2) / self.input_rate;
        if let Some(blocks) = &mut self.blocks {
            while self.samples_out < total {
                let before = output.len();
                blocks.flush(output);
                let wanted = (total - self.samples_out) as usize;
                output.truncate(before + wanted.min(output.len() - before));
                self.samples_out += (output.len() - before) as u64;
            }
        }
    }
}

fn blocks(input_rate: u32, output_rate: u32) -> BlockConverter {
    let common = gcd(input_rate, output_rate);
    let (step_in, step_out) = ((input_rate / common) as usize, (output_rate / common) as usize);
    let steps = ((f64::from(input_rate) * BLOCK_SECONDS) as usize).div_ceil(step_in).max(1);
    let (block_in, block_out) = (steps * step_in, steps * step_out);
    BlockConverter::new(block_in, block_out, &low_pass(block_in, block_out))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Computes a sinc under a squared 4-term Blackman-Harris window, as long as an input block, with
/// the gain that compensates both transforms. It passes what lies below the lower of the two
/// Nyquist frequencies less the width of its slope; that width in terms of the length is rubato's
/// fit.
fn low_pass(block_in: usize, block_out: usize) -> Vec<f32> {
    let shorter = block_in.min(block_out) as f64;
    let slope = 13.745_202_940_783_823 / shorter
        + 121.735_325_863_749_34 / shorter.powi(2)
        + 5_964.163_279_612_051 / shorter.powi(3);
    let cutoff = shorter / block_in as f64 / (1.0 + slope);
    let tap = |n: usize| {
        let cosine = |times: f64| (2.0 * PI * times * n as f64 / block_in as f64).cos();
        let window =
            0.358_75 - 0.488_29 * cosine(1.0) + 0.141_28 * cosine(2.0) - 0.011_68 * cosine(3.0);
        let x = PI * cutoff * (n as f64 - (block_in / 2) as f64);
        window * window * if x == 0.0 { 1.0 } else { x.sin() / x }
    };
    let taps: Vec<f64> = (0..block_in).map(tap).collect();
    let gain = 1.0 / (taps.iter().sum::<f64>() * (2 * block_in) as f64);
    taps.iter().map(|tap| (tap * gain) as f32).collect()
}
