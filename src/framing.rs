//! How a recording is cut into frames, and within which bounds.

use crate::error::{Error, Result};

/// Bounds of `n_fft`: sizes come from model files and command lines and are checked before memory
/// is taken.
const N_FFT: std::ops::RangeInclusive<usize> = 16..=65_536;

/// Frames of `n_fft` samples every `hop_length` samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// Samples per frame.
    pub(crate) n_fft: usize,
    /// Samples from one frame to the next.
    pub(crate) hop_length: usize,
    /// Whether frame *t* is centred on sample *t* · `hop_length` of the recording, which is then
    /// continued by `n_fft / 2` samples on either side.
    pub(crate) center: bool,
}

impl Framing {
    /// # Errors
    /// `config` unless `n_fft` is even and 16 to 65,536, and `hop_length` 1 to `n_fft`.
    pub(crate) fn validate(self) -> Result<()> {
        if !N_FFT.contains(&self.n_fft) || !self.n_fft.is_multiple_of(2) {
            return Err(Error::config("n_fft", self.n_fft, "an even number, 16 to 65,536"));
        }
        if self.hop_length == 0 || self.hop_length > self.n_fft {
            let expected = format!("1 to {} (n_fft)", self.n_fft);
            return Err(Error::config("hop_length", self.hop_length, expected));
        }
        Ok(())
    }

    /// Whole frames in `samples` samples.
    pub(crate) fn frames_of(self, samples: usize) -> usize {
        if self.center {
            1 + samples / self.hop_length
        } else {
            (samples + self.hop_length).saturating_sub(self.n_fft) / self.hop_length
        }
    }

    /// Samples that the recording is continued by on either side.
    pub(crate) fn padding(self) -> usize {
        if self.center { self.n_fft / 2 } else { 0 }
    }
}
