//! Settings of the descriptors.

use crate::audio::SampleRate;
use crate::error::{Error, Result};
use crate::framing::{FrameLayout, Framing, PadMode};
use crate::mel::{MelNorm, MelScale, check_n_mels};

/// Settings of the descriptors, in librosa's terms. Start from [`Self::librosa`].
#[derive(Clone, Debug, PartialEq)]
pub struct DescriptorConfig {
    /// Rate in Hz that audio is resampled to before analysis.
    pub sample_rate: u32,
    /// Samples per frame and Fourier transform; even, 16 to 65,536.
    pub n_fft: usize,
    /// Samples under the periodic Hann window, at most `n_fft`.
    pub win_length: usize,
    /// Samples from one frame to the next, at most `n_fft`.
    pub hop_length: usize,
    /// Whether frame *t* is centred on sample *t* · `hop_length`. The recording is then padded by
    /// `n_fft / 2` samples on either side: with zeros for everything computed from spectra
    /// (`center=True, pad_mode="constant"`), with its first and last sample for the zero-crossing
    /// rate. If false, only whole frames count.
    pub center: bool,
    /// Mel bands, 1 to 1,024.
    pub n_mels: usize,
    /// Lower edge of the first band in Hz.
    pub f_min: f32,
    /// Upper edge of the last band in Hz, at most half of `sample_rate`.
    pub f_max: f32,
    /// Mel formula.
    pub mel_scale: MelScale,
    /// Scaling of the bands.
    pub norm: MelNorm,
    /// Cepstral coefficients per frame, 1 to `n_mels`.
    pub n_mfcc: usize,
    /// Share of a frame's summed magnitude that lies at or below the roll-off; between 0 and 1.
    pub roll_percent: f32,
    /// Range in dB below the loudest band of the recording; lower mel energies are raised to its
    /// lower end for the cepstral coefficients. 0 or more, `None` for no limit.
    pub top_db: Option<f32>,
}

impl DescriptorConfig {
    /// Returns the defaults of librosa 0.11 for audio at `sample_rate` Hz: centred frames of 2,048
    /// samples every 512, 128 mel bands (Slaney's formula and scaling) from 0 Hz to half the rate,
    /// 20 cepstral coefficients, roll-off at 85%, `top_db` 80.
    pub fn librosa(sample_rate: u32) -> Self {
        DescriptorConfig {
            sample_rate,
            n_fft: 2_048,
            win_length: 2_048,
            hop_length: 512,
            center: true,
            n_mels: 128,
            f_min: 0.0,
            f_max: sample_rate as f32 / 2.0,
            mel_scale: MelScale::Slaney,
            norm: MelNorm::Slaney,
            n_mfcc: 20,
            roll_percent: 0.85,
            top_db: Some(80.0),
        }
    }

    /// Returns the number of frames in `samples` samples at [`Self::sample_rate`].
    pub fn frames_of(&self, samples: usize) -> usize {
        self.framing().frames_of(samples)
    }

    /// Returns the fewest samples at [`Self::sample_rate`] that a recording must have.
    pub(super) fn min_samples(&self) -> usize {
        if self.center { 1 } else { self.n_fft }
    }

    pub(super) fn framing(&self) -> Framing {
        Framing {
            n_fft: self.n_fft,
            hop_length: self.hop_length,
            center: self.center,
            pad_mode: PadMode::Constant,
            layout: FrameLayout::Librosa,
        }
    }

    /// Checks what the transforms and filters do not check themselves.
    pub(super) fn validate(&self) -> Result<()> {
        SampleRate::new(self.sample_rate)?;
        self.framing().validate()?;
        check_n_mels(self.n_mels)?;
        if !(1..=self.n_mels).contains(&self.n_mfcc) {
            let expected = format!("1 to {} (n_mels)", self.n_mels);
            return Err(Error::config("n_mfcc", self.n_mfcc, expected));
        }
        if !(self.roll_percent > 0.0 && self.roll_percent < 1.0) {
            return Err(Error::config("roll_percent", self.roll_percent, "between 0 and 1"));
        }
        match self.top_db {
            Some(top_db) if !(top_db >= 0.0 && top_db.is_finite()) => {
                Err(Error::config("top_db", top_db, "0 dB or more"))
            }
            _ => Ok(()),
        }
    }
}
