//! Descriptors of a whole recording.

use super::frames::DescriptorFrames;
use super::plan::Descriptors;
use super::stream::DescriptorStream;
use crate::audio::Pcm;
use crate::error::{ErrorKind, Result};

/// Values per frame other than mel power and cepstral coefficients.
const SCALARS: usize = 4;

/// The most values that one call returns, 4 GiB: with a short hop, the result is many times larger
/// than the recording.
const MAX_VALUES: usize = 1 << 30;

/// Samples that are described at a time, so that only the result grows with the recording.
const PIECE: usize = 1 << 16;

impl Descriptors {
    /// Computes all descriptors of a recording, which is first resampled to the configured rate.
    ///
    /// # Errors
    /// `audio-too-short` if no sample is left at that rate or, without centring, less than one
    /// frame; `limit` if the result would have more than 2³⁰ values.
    pub fn compute(&self, pcm: Pcm<'_>) -> Result<DescriptorFrames> {
        let values = SCALARS + self.config.n_mels + self.config.n_mfcc;
        let mut found = self.describe(pcm, values, DescriptorStream::new(self, pcm.rate()))?;
        let greatest_mel = found.greatest_mel();
        self.cepstrum(&mut found, greatest_mel);
        Ok(found)
    }

    /// Computes the power spectrogram `|librosa.stft(y)|²` of a recording, which is first resampled
    /// to the configured rate: `[frames][n_fft / 2 + 1]`, row after row. It is separate from
    /// [`Self::compute`] because it takes several times as much memory as everything else.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn power_spectrogram(&self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        let stream = DescriptorStream::new(self, pcm.rate()).with_power();
        Ok(self.describe(pcm, self.spectrum.bins(), stream)?.power)
    }

    /// Computes all frames of a recording, piece by piece.
    fn describe(
        &self,
        pcm: Pcm<'_>,
        values_per_frame: usize,
        mut stream: DescriptorStream,
    ) -> Result<DescriptorFrames> {
        let seconds = pcm.duration_seconds();
        let samples = (seconds * f64::from(self.config.sample_rate)).round() as usize;
        check_size(self.config.frames_of(samples), values_per_frame)?;
        let mut found = self.no_frames();
        for piece in pcm.samples().chunks(PIECE) {
            stream.push(piece, &mut found);
        }
        stream.finish(&mut found)?;
        Ok(found)
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
