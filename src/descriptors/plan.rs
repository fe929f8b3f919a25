//! Descriptor settings, with the transforms and filters planned from them.

use super::config::DescriptorConfig;
use super::frames::DescriptorFrames;
use crate::audio::SampleRate;
use crate::dct::Dct;
use crate::decibel::power_to_db;
use crate::error::Result;
use crate::mel::MelFilterBank;
use crate::spectrum::PowerSpectrum;

/// The lowest mel power that the cepstral coefficients distinguish from silence: librosa's `amin`,
/// −100 dB.
const MIN_POWER: f32 = 1e-10;

/// Computes descriptors of recordings.
///
/// ```
/// use sourcing_sound::{DescriptorConfig, Descriptors, Pcm, SampleRate};
/// let rate = 22_050;
/// let step = std::f64::consts::TAU * 1_000.0 / f64::from(rate);
/// let tone: Vec<f32> = (0..rate).map(|n| (step * f64::from(n)).sin() as f32).collect();
/// let descriptors = Descriptors::new(DescriptorConfig::librosa(rate))?;
/// let found = descriptors.compute(Pcm::new(&tone, SampleRate::new(rate)?)?)?;
/// assert_eq!(found.frames(), 1 + 22_050 / 512);
/// assert!((found.centroid()[20] - 1_000.0).abs() < 2.0);
/// assert_eq!(found.mfcc().len(), found.frames() * 20);
/// # Ok::<(), sourcing_sound::Error>(())
/// ```
#[derive(Clone)]
pub struct Descriptors {
    pub(super) config: DescriptorConfig,
    pub(super) rate: SampleRate,
    pub(super) spectrum: PowerSpectrum,
    pub(super) filters: MelFilterBank,
    dct: Dct,
}

impl Descriptors {
    /// Validates the settings and plans the transforms.
    ///
    /// # Errors
    /// `config` or `audio-rate`, naming the setting, what was given and what is accepted.
    pub fn new(config: DescriptorConfig) -> Result<Self> {
        config.validate()?;
        Ok(Descriptors {
            rate: SampleRate::new(config.sample_rate)?,
            spectrum: PowerSpectrum::new(config.n_fft, config.win_length, 2.0)?,
            filters: MelFilterBank::new(
                config.sample_rate,
                config.n_fft,
                config.n_mels,
                (config.f_min, config.f_max),
                config.mel_scale,
                config.norm,
            )?,
            dct: Dct::new(config.n_mels, config.n_mfcc)?,
            config,
        })
    }

    /// Returns the settings.
    pub fn config(&self) -> &DescriptorConfig {
        &self.config
    }

    /// Returns the mel filters (`librosa.filters.mel`).
    pub fn filters(&self) -> &MelFilterBank {
        &self.filters
    }

    /// Returns an empty result for a [`DescriptorStream`](super::DescriptorStream) to append to.
    pub fn no_frames(&self) -> DescriptorFrames {
        let DescriptorConfig { sample_rate, hop_length, n_mels, n_mfcc, .. } = self.config;
        DescriptorFrames {
            seconds_per_frame: hop_length as f64 / f64::from(sample_rate),
            n_mels,
            n_mfcc,
            ..DescriptorFrames::default()
        }
    }

    /// Computes the cepstral coefficients of `frames` from their mel power.
    /// [`DescriptorConfig::top_db`] counts from the loudest band of the whole recording, which a
    /// stream cannot know: `greatest_mel` is that band's power, the maximum of
    /// [`DescriptorFrames::greatest_mel`] over all parts. It has no effect without `top_db`.
    pub fn cepstrum(&self, frames: &mut DescriptorFrames, greatest_mel: f32) {
        let mut greatest = [greatest_mel];
        power_to_db(&mut greatest, MIN_POWER, None);
        let floor = self.config.top_db.map_or(f32::NEG_INFINITY, |top_db| greatest[0] - top_db);
        let mut column = vec![0.0; self.config.n_mels];
        frames.mfcc.resize(frames.frames() * self.config.n_mfcc, 0.0);
        let mel = frames.mel.chunks_exact(self.config.n_mels);
        for (mel, mfcc) in mel.zip(frames.mfcc.chunks_exact_mut(self.config.n_mfcc)) {
            column.copy_from_slice(mel);
            power_to_db(&mut column, MIN_POWER, None);
            column.iter_mut().for_each(|level| *level = level.max(floor));
            self.dct.apply(&column, mfcc);
        }
    }
}
