//! Streaming sample rate conversion by rubato's synchronous FFT resampler.
//!
//! Audio is converted in blocks of fixed size, regardless of the size of the pushes, so chunking
//! cannot change the result. The filter's delay is cut off at the start and its tail is flushed at
//! the end: sample *n* of the output is at the same time as in the input.

use crate::audio::{Pcm, SampleRate};
use crate::error::{Error, Result};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};
use std::borrow::Cow;

/// Input block, in seconds: keeps the delay below 50 ms and the filter steep enough
/// for more than 80 dB of alias rejection right from the target's Nyquist frequency.
const BLOCK_SECONDS: f64 = 0.04;

/// A whole recording at `rate`. Its samples are unchanged if it already has that rate; otherwise
/// they are converted, with the same duration (rounded to the nearest sample).
///
/// # Errors
/// `config` if the resampler refuses the pair of rates.
pub fn resample<'a>(pcm: Pcm<'a>, rate: SampleRate) -> Result<Cow<'a, [f32]>> {
    if pcm.rate() == rate {
        return Ok(Cow::Borrowed(pcm.samples()));
    }
    let mut resampler = Resampler::new(pcm.rate(), rate)?;
    let mut output = Vec::new();
    resampler.push(pcm.samples(), &mut output)?;
    resampler.finish(&mut output)?;
    Ok(Cow::Owned(output))
}

/// Converts a stream of mono samples from one rate to another.
pub struct Resampler {
    input_rate: u64,
    output_rate: u64,
    /// `None` if the rates are equal and samples pass through unchanged.
    fft: Option<Blocks>,
    samples_in: u64,
    samples_out: u64,
}

struct Blocks {
    fft: Fft<f32>,
    pending: Vec<f32>,
    block_out: Vec<f32>,
    /// Output samples of filter delay that still have to be dropped.
    skip: usize,
}

impl Resampler {
    /// A converter from `input` to `output`.
    ///
    /// # Errors
    /// `config` if the resampler refuses the pair of rates.
    pub fn new(input: SampleRate, output: SampleRate) -> Result<Self> {
        let fft = if input == output { None } else { Some(Blocks::new(input.hz(), output.hz())?) };
        Ok(Resampler {
            input_rate: u64::from(input.hz()),
            output_rate: u64::from(output.hz()),
            fft,
            samples_in: 0,
            samples_out: 0,
        })
    }

    /// Appends what can be converted so far to `output`.
    ///
    /// # Errors
    /// `inference` if the resampler fails, which does not happen with checked input.
    pub fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) -> Result<()> {
        self.samples_in += samples.len() as u64;
        let before = output.len();
        match &mut self.fft {
            None => output.extend_from_slice(samples),
            Some(blocks) => blocks.push(samples, output)?,
        }
        self.samples_out += (output.len() - before) as u64;
        Ok(())
    }

    /// Flushes the tail, so that the total output is as long as the input (rounded to the nearest
    /// sample). Do not use the converter afterwards.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(&mut self, output: &mut Vec<f32>) -> Result<()> {
        let total = (self.samples_in * self.output_rate + self.input_rate / 2) / self.input_rate;
        if let Some(blocks) = &mut self.fft {
            while self.samples_out < total {
                let before = output.len();
                blocks.flush(output)?;
                let wanted = (total - self.samples_out) as usize;
                output.truncate(before + wanted.min(output.len() - before));
                self.samples_out += (output.len() - before) as u64;
            }
        }
        Ok(())
    }
}

impl Blocks {
    fn new(input_rate: u32, output_rate: u32) -> Result<Self> {
        let block = (f64::from(input_rate) * BLOCK_SECONDS) as usize;
        let fft = Fft::<f32>::new_custom(
            input_rate as usize,
            output_rate as usize,
            block,
            1,
            1,
            rubato::WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|error| Error::config("sample rate", input_rate, error.to_string()))?;
        Ok(Blocks {
            pending: Vec::with_capacity(2 * fft.input_frames_max()),
            block_out: vec![0.0; fft.output_frames_max()],
            skip: fft.output_delay(),
            fft,
        })
    }

    fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) -> Result<()> {
        self.pending.extend_from_slice(samples);
        let block = self.fft.input_frames_next();
        let mut start = 0;
        while self.pending.len() - start >= block {
            self.convert(start, block, output)?;
            start += block;
        }
        self.pending.drain(..start);
        Ok(())
    }

    /// Converts the pending samples, followed by zeros.
    fn flush(&mut self, output: &mut Vec<f32>) -> Result<()> {
        let block = self.fft.input_frames_next();
        self.pending.resize(block, 0.0);
        self.convert(0, block, output)?;
        self.pending.clear();
        Ok(())
    }

    fn convert(&mut self, start: usize, block: usize, output: &mut Vec<f32>) -> Result<()> {
        let input = &self.pending[start..start + block];
        let input = InterleavedSlice::new(input, 1, block).map_err(Error::inference)?;
        let capacity = self.block_out.len();
        let mut out = InterleavedSlice::new_mut(&mut self.block_out, 1, capacity)
            .map_err(Error::inference)?;
        let (_, produced) =
            self.fft.process_into_buffer(&input, &mut out, None).map_err(Error::inference)?;
        let skipped = self.skip.min(produced);
        self.skip -= skipped;
        output.extend_from_slice(&self.block_out[skipped..produced]);
        Ok(())
    }
}
