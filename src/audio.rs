//! Input audio: checked once, then trusted.

use crate::error::{ErrorKind, Result};
use sourcing_sound_kernels::first_beyond;

/// A sample rate that the crate can resample from: 8,000 to 384,000 Hz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SampleRate(u32);

impl SampleRate {
    /// The lowest accepted rate in Hz: telephone speech.
    pub const MIN_HZ: u32 = 8_000;
    /// The highest accepted rate in Hz: the fastest common converters.
    pub const MAX_HZ: u32 = 384_000;

    /// Checks a rate in Hz.
    ///
    /// # Errors
    /// `audio-rate` outside [`Self::MIN_HZ`]`..=`[`Self::MAX_HZ`].
    pub fn new(hz: u32) -> Result<Self> {
        if (Self::MIN_HZ..=Self::MAX_HZ).contains(&hz) {
            Ok(SampleRate(hz))
        } else {
            Err(ErrorKind::AudioRate { given: hz, min: Self::MIN_HZ, max: Self::MAX_HZ }.into())
        }
    }

    /// Returns the rate in Hz.
    pub fn hz(self) -> u32 {
        self.0
    }
}

/// Mono samples and their rate. Samples are nominally in −1…1, finite, and there is at least one.
#[derive(Clone, Copy, Debug)]
pub struct Pcm<'a> {
    samples: &'a [f32],
    rate: SampleRate,
}

impl<'a> Pcm<'a> {
    /// Checks samples.
    ///
    /// # Errors
    /// `audio-empty` if there are no samples, `audio-non-finite` if one is NaN, infinite
    /// or beyond ±1e15.
    pub fn new(samples: &'a [f32], rate: SampleRate) -> Result<Self> {
        if samples.is_empty() {
            return Err(ErrorKind::AudioEmpty.into());
        }
        check_finite(samples)?;
        Ok(Pcm { samples, rate })
    }

    /// Returns the samples.
    pub fn samples(&self) -> &'a [f32] {
        self.samples
    }

    /// Returns the sample rate.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Returns the duration in seconds.
    pub fn duration_seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.hz())
    }
}

/// The largest accepted magnitude of a sample, well above integers stored as floating point. The
/// power of larger samples would overflow to infinity.
pub(crate) const MAX_SAMPLE: f32 = 1e15;

/// Refuses samples that are NaN, infinite or beyond ±1e15, and names the first one.
pub(crate) fn check_finite(samples: &[f32]) -> Result<()> {
    match first_beyond(samples, MAX_SAMPLE) {
        Some(index) => Err(ErrorKind::AudioNonFinite { index }.into()),
        None => Ok(()),
    }
}
