//! Descriptors of a sound, a few numbers per frame: spectral centroid, bandwidth and roll-off,
//! zero-crossing rate, mel power and cepstral coefficients, equal to those of librosa 0.11.
//!
//! They use the same spectra and filters as [`crate::FrontEnd`]. There is no other feature code in
//! the project.

mod config;
mod frames;
mod shape;
mod zero_crossing;

use std::borrow::Cow;

use crate::audio::{Pcm, SampleRate};
use crate::dct::Dct;
use crate::decibel::power_to_db;
use crate::error::{ErrorKind, Result};
use crate::framing::Framing;
use crate::mel::MelFilterBank;
use crate::resample::resample;
use crate::spectrum::PowerSpectrum;

pub use config::DescriptorConfig;
pub use frames::DescriptorFrames;
use shape::Shape;
use zero_crossing::zero_crossing_rates;

/// The smallest mel power that cepstral coefficients distinguish from silence: librosa's `amin`,
/// −100 dB.
const MIN_POWER: f32 = 1e-10;

/// Scalars per frame besides mel power and cepstral coefficients.
const SCALARS: usize = 4;

/// The most values that one call returns, 4 GiB. There is a limit because a short hop multiplies a
/// recording's size.
const MAX_VALUES: usize = 1 << 30;

/// Computes descriptors of recordings.
///
/// ```
/// use sourcing_sound::{DescriptorConfig, Descriptors, Pcm, SampleRate};
/// let rate = 22_050;
/// let step = std::f64::consts::TAU * 1_000.0 / f64::from(rate);
/// let tone: Vec<f32> = (0..rate).map(|n| (step * f64::from(n)).sin() as f32).collect();
/// let mut descriptors = Descriptors::new(DescriptorConfig::librosa(rate))?;
/// let found = descriptors.compute(Pcm::new(&tone, SampleRate::new(rate)?)?)?;
/// assert_eq!(found.frames(), 1 + 22_050 / 512);
/// assert!((found.centroid()[20] - 1_000.0).abs() < 2.0);
/// assert_eq!(found.mfcc().len(), found.frames() * 20);
/// # Ok::<(), sourcing_sound::Error>(())
/// ```
#[derive(Clone)]
pub struct Descriptors {
    config: DescriptorConfig,
    rate: SampleRate,
    spectrum: PowerSpectrum,
    filters: MelFilterBank,
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

    /// The settings.
    pub fn config(&self) -> &DescriptorConfig {
        &self.config
    }

    /// The mel filters (`librosa.filters.mel`).
    pub fn filters(&self) -> &MelFilterBank {
        &self.filters
    }

    /// All descriptors of a recording, which is first resampled to the configured rate.
    ///
    /// # Errors
    /// `audio-too-short` if no sample is left at that rate or, without centring, less than one
    /// frame; `limit` if the result would have more than 2³⁰ values.
    pub fn compute(&mut self, pcm: Pcm<'_>) -> Result<DescriptorFrames> {
        let config = self.config.clone();
        let samples = self.at_rate(pcm)?;
        let frames = config.frames_of(samples.len());
        check_size(frames, SCALARS + config.n_mels + config.n_mfcc)?;

        let mut found = DescriptorFrames {
            seconds_per_frame: config.hop_length as f64 / f64::from(config.sample_rate),
            n_mels: config.n_mels,
            n_mfcc: config.n_mfcc,
            centroid: Vec::with_capacity(frames),
            bandwidth: Vec::with_capacity(frames),
            roll_off: Vec::with_capacity(frames),
            zero_crossing_rate: crossing_rates(&samples, config.framing()),
            mel: vec![0.0; frames * config.n_mels],
            mfcc: vec![0.0; frames * config.n_mfcc],
        };
        let hz_per_bin = f64::from(config.sample_rate) / config.n_fft as f64;
        let padded = with_zeros(&samples, config.framing());
        let mut magnitudes = vec![0.0; self.spectrum.bins()];
        let mut columns = found.mel.chunks_exact_mut(config.n_mels);
        self.spectrum.each(frames_in(&padded, config.framing()), |power| {
            if let Some(mel) = columns.next() {
                self.filters.apply(power, mel);
            }
            for (magnitude, &power) in magnitudes.iter_mut().zip(power) {
                *magnitude = power.sqrt();
            }
            let shape = Shape::of(&magnitudes, hz_per_bin, config.roll_percent);
            found.centroid.push(shape.centroid);
            found.bandwidth.push(shape.bandwidth);
            found.roll_off.push(shape.roll_off);
        });
        self.cepstrum(&found.mel, &mut found.mfcc);
        Ok(found)
    }

    /// The power spectrogram `|librosa.stft(y)|²` of a recording, which is first resampled to the
    /// configured rate: `[frames][n_fft / 2 + 1]`, row after row. It is separate from
    /// [`Self::compute`] because it takes several times as much memory as everything else.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn power_spectrogram(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        let framing = self.config.framing();
        let samples = self.at_rate(pcm)?;
        let bins = self.spectrum.bins();
        let frames = framing.frames_of(samples.len());
        check_size(frames, bins)?;
        let mut power = Vec::with_capacity(frames * bins);
        let padded = with_zeros(&samples, framing);
        self.spectrum.each(frames_in(&padded, framing), |row| power.extend_from_slice(row));
        Ok(power)
    }

    /// The recording at the configured rate, long enough for one frame.
    fn at_rate<'a>(&self, pcm: Pcm<'a>) -> Result<Cow<'a, [f32]>> {
        let samples = resample(pcm, self.rate);
        let needed = if self.config.center { 1 } else { self.config.n_fft };
        if samples.len() >= needed {
            return Ok(samples);
        }
        let (input, output) = (u64::from(pcm.rate().hz()), u64::from(self.rate.hz()));
        let min = (needed as u64 * input).div_ceil(output) as usize;
        Err(ErrorKind::AudioTooShort { given: pcm.samples().len(), min }.into())
    }

    /// Mel power of all frames → cepstral coefficients of all frames.
    fn cepstrum(&self, mel: &[f32], mfcc: &mut [f32]) {
        let mut decibels = mel.to_vec();
        power_to_db(&mut decibels, MIN_POWER, self.config.top_db);
        let columns = decibels.chunks_exact(self.config.n_mels);
        for (column, coefficients) in columns.zip(mfcc.chunks_exact_mut(self.config.n_mfcc)) {
            self.dct.apply(column, coefficients);
        }
    }
}

/// Refuses a result with too many values before allocating it.
fn check_size(frames: usize, values_per_frame: usize) -> Result<()> {
    let values = frames.saturating_mul(values_per_frame);
    if values <= MAX_VALUES {
        return Ok(());
    }
    let (given, max) = (values as u64, MAX_VALUES as u64);
    Err(ErrorKind::Limit { what: "the number of descriptor values", given, max }.into())
}

/// The samples, padded with zeros.
fn with_zeros(samples: &[f32], framing: Framing) -> Vec<f32> {
    let padding = vec![0.0; framing.padding()];
    [&padding, samples, &padding].concat()
}

/// The zero-crossing rates of the samples, padded with the first and the last one.
fn crossing_rates(samples: &[f32], framing: Framing) -> Vec<f32> {
    let edge = |sample: Option<&f32>| vec![sample.copied().unwrap_or(0.0); framing.padding()];
    let (before, after) = (edge(samples.first()), edge(samples.last()));
    let padded = [&before, samples, &after].concat();
    zero_crossing_rates(&padded, framing.n_fft, framing.hop_length)
}

/// The frames of padded samples, in order.
fn frames_in(padded: &[f32], framing: Framing) -> impl Iterator<Item = &[f32]> {
    padded.windows(framing.n_fft).step_by(framing.hop_length)
}
