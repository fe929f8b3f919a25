//! The spectrum of a whole recording: a single Fourier transform.

use crate::audio::Pcm;
use crate::error::{Error, ErrorKind, Result};
use realfft::RealFftPlanner;

/// The longest recording that can be transformed in one piece, in samples: 12.7 minutes at 44,100
/// Hz. The transform takes up to about 64 bytes per sample.
const MAX_SAMPLES: usize = 1 << 25;

/// Amplitudes below this count as silence: −200 dB.
const MIN_AMPLITUDE: f64 = 1e-10;

/// The magnitude of a recording at *n* / 2 + 1 frequencies, for *n* samples.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeSpectrum {
    /// Hz from one bin to the next: the sample rate over the number of samples.
    pub hz_per_bin: f64,
    /// Amplitude per bin in dB, from 0 Hz on; 0 dB is a sine of full scale (±1).
    pub magnitude_db: Vec<f32>,
}

impl WholeSpectrum {
    /// Returns the frequency of a bin in Hz.
    pub fn frequency(&self, bin: usize) -> f64 {
        bin as f64 * self.hz_per_bin
    }
}

/// Computes the Fourier transform of a whole recording at its own rate, without a window; in numpy,
///
/// `20 * log10(maximum(abs(rfft(y)) * k / n, 1e-10))`
///
/// where `k` is 2, or 1 for the bins that have no mirror image: 0 Hz and, with an even number of
/// samples, the last. A sine of amplitude 1 with a whole number of periods therefore reads 0 dB, so
/// does a constant of 1, and digital silence reads −200 dB. Computed in double precision.
///
/// # Errors
/// `limit` beyond 33,554,432 samples.
pub fn magnitude_db(pcm: Pcm<'_>) -> Result<WholeSpectrum> {
    let n = pcm.samples().len();
    if n > MAX_SAMPLES {
        let (given, max) = (n as u64, MAX_SAMPLES as u64);
        let what = "the number of samples in one Fourier transform";
        return Err(ErrorKind::Limit { what, given, max }.into());
    }
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n);
    let mut samples: Vec<f64> = pcm.samples().iter().map(|&sample| f64::from(sample)).collect();
    let mut bins = fft.make_output_vec();
    fft.process(&mut samples, &mut bins).map_err(Error::inference)?;

    let decibels = |(bin, value): (usize, &realfft::num_complex::Complex<f64>)| {
        let mirrored = bin > 0 && 2 * bin < n;
        let amplitude = value.norm() * if mirrored { 2.0 } else { 1.0 } / n as f64;
        (20.0 * amplitude.max(MIN_AMPLITUDE).log10()) as f32
    };
    Ok(WholeSpectrum {
        hz_per_bin: f64::from(pcm.rate().hz()) / n as f64,
        magnitude_db: bins.iter().enumerate().map(decibels).collect(),
    })
}
