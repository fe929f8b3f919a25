//! Descriptors of audio that arrives piece by piece.

use super::frames::DescriptorFrames;
use super::plan::Descriptors;
use super::shape::Shape;
use super::zero_crossing::zero_crossing_rates;
use crate::audio::SampleRate;
use crate::error::{ErrorKind, Result};
use crate::resample::Resampler;

/// Descriptors of audio that arrives piece by piece at any rate, in constant memory. They equal
/// those of [`Descriptors::compute`], no matter how the audio is split, except for the cepstral
/// coefficients: see [`Descriptors::cepstrum`].
///
/// ```
/// use sourcing_sound::{DescriptorConfig, DescriptorStream, Descriptors, SampleRate};
/// let descriptors = Descriptors::new(DescriptorConfig::librosa(22_050))?;
/// let mut stream = DescriptorStream::new(&descriptors, SampleRate::new(48_000)?);
/// let mut frames = descriptors.no_frames();
/// for _ in 0..10 {
///     stream.push(&[0.0; 4_800], &mut frames);
/// }
/// stream.finish(&mut frames)?;
/// assert_eq!(frames.frames(), 1 + 22_050 / 512);
/// # Ok::<(), sourcing_sound::Error>(())
/// ```
pub struct DescriptorStream {
    descriptors: Descriptors,
    resampler: Resampler,
    input_rate: SampleRate,
    with_power: bool,
    /// Samples taken, at the input rate.
    samples_in: u64,
    samples_at_rate: u64,
    /// Samples at the configured rate that have not been moved to the buffers below.
    fresh: Vec<f32>,
    /// The signal from the start of the next frame, zero-padded at both ends of the recording.
    padded: Vec<f32>,
    /// The same, padded with the first and the last sample instead.
    extended: Vec<f32>,
    /// The last sample so far; `None` before the first.
    last: Option<f32>,
}

impl DescriptorStream {
    /// Creates a stream of audio at `rate`.
    pub fn new(descriptors: &Descriptors, rate: SampleRate) -> Self {
        DescriptorStream {
            descriptors: descriptors.clone(),
            resampler: Resampler::new(rate, descriptors.rate),
            input_rate: rate,
            with_power: false,
            samples_in: 0,
            samples_at_rate: 0,
            fresh: Vec::new(),
            padded: Vec::new(),
            extended: Vec::new(),
            last: None,
        }
    }

    /// Makes the stream also return the power spectrogram ([`DescriptorFrames::power`]).
    #[must_use]
    pub fn with_power(mut self) -> Self {
        self.with_power = true;
        self
    }

    /// Takes finite samples and appends every complete frame to `frames`.
    pub fn push(&mut self, samples: &[f32], frames: &mut DescriptorFrames) {
        self.samples_in += samples.len() as u64;
        self.resampler.push(samples, &mut self.fresh);
        self.take_fresh();
        self.drain(frames);
    }

    /// Appends the last frames. The stream must not be used afterwards.
    ///
    /// # Errors
    /// `audio-too-short` as [`Descriptors::compute`].
    pub fn finish(&mut self, frames: &mut DescriptorFrames) -> Result<()> {
        self.resampler.finish(&mut self.fresh);
        self.take_fresh();
        let needed = self.descriptors.config.min_samples() as u64;
        if self.samples_at_rate < needed {
            let (input, output) = (self.input_rate.hz(), self.descriptors.rate.hz());
            let min = (needed * u64::from(input)).div_ceil(u64::from(output)) as usize;
            return Err(ErrorKind::AudioTooShort { given: self.samples_in as usize, min }.into());
        }
        self.pad(self.last.unwrap_or_default());
        self.drain(frames);
        Ok(())
    }

    /// Moves resampled samples to the buffers from which frames are cut.
    fn take_fresh(&mut self) {
        let (Some(&first), Some(&last)) = (self.fresh.first(), self.fresh.last()) else { return };
        if self.last.is_none() {
            self.pad(first);
        }
        self.last = Some(last);
        self.samples_at_rate += self.fresh.len() as u64;
        self.padded.extend_from_slice(&self.fresh);
        self.extended.append(&mut self.fresh);
    }

    /// Appends the padding of one end of the recording.
    fn pad(&mut self, edge: f32) {
        let padding = self.descriptors.config.framing().padding();
        self.padded.resize(self.padded.len() + padding, 0.0);
        self.extended.resize(self.extended.len() + padding, edge);
    }

    /// Cuts off every complete frame and describes it.
    fn drain(&mut self, found: &mut DescriptorFrames) {
        let DescriptorStream { descriptors, padded, extended, with_power, .. } = self;
        let Descriptors { config, spectrum, filters, .. } = descriptors;
        let (n_fft, hop_length) = (config.n_fft, config.hop_length);
        let Some(rest) = padded.len().checked_sub(n_fft) else { return };
        let hz_per_bin = f64::from(config.sample_rate) / n_fft as f64;
        let mut magnitudes = vec![0.0; spectrum.bins()];
        found.zero_crossing_rate.extend(zero_crossing_rates(extended, n_fft, hop_length));
        spectrum.each(padded.windows(n_fft).step_by(hop_length), |power| {
            let start = found.mel.len();
            found.mel.resize(start + config.n_mels, 0.0);
            filters.apply(power, &mut found.mel[start..]);
            for (magnitude, &power) in magnitudes.iter_mut().zip(power) {
                *magnitude = power.sqrt();
            }
            let shape = Shape::of(&magnitudes, hz_per_bin, config.roll_percent);
            found.centroid.push(shape.centroid);
            found.bandwidth.push(shape.bandwidth);
            found.roll_off.push(shape.roll_off);
            if *with_power {
                found.power.extend_from_slice(power);
            }
        });
        let used = (rest / hop_length + 1) * hop_length;
        padded.drain(..used);
        extended.drain(..used);
    }
}
