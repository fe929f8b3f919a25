//! The descriptors of a recording, or of a part of it.

/// Descriptors, frame by frame. Every slice has [`Self::frames`] values or rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescriptorFrames {
    pub(super) seconds_per_frame: f64,
    pub(super) n_mels: usize,
    pub(super) n_mfcc: usize,
    pub(super) centroid: Vec<f32>,
    pub(super) bandwidth: Vec<f32>,
    pub(super) roll_off: Vec<f32>,
    pub(super) zero_crossing_rate: Vec<f32>,
    pub(super) mel: Vec<f32>,
    pub(super) mfcc: Vec<f32>,
    /// `[frames][bins]`, or empty.
    pub(super) power: Vec<f32>,
}

impl DescriptorFrames {
    /// Removes all frames, so that the next ones of a stream can be appended.
    pub fn clear(&mut self) {
        let DescriptorFrames { centroid, bandwidth, roll_off, zero_crossing_rate, .. } = self;
        for values in [centroid, bandwidth, roll_off, zero_crossing_rate] {
            values.clear();
        }
        for rows in [&mut self.mel, &mut self.mfcc, &mut self.power] {
            rows.clear();
        }
    }

    /// Returns the number of frames; at least 1 for a whole recording.
    pub fn frames(&self) -> usize {
        self.centroid.len()
    }

    /// Returns the seconds from one frame to the next.
    pub fn seconds_per_frame(&self) -> f64 {
        self.seconds_per_frame
    }

    /// Returns the mel bands per frame.
    pub fn n_mels(&self) -> usize {
        self.n_mels
    }

    /// Returns the cepstral coefficients per frame.
    pub fn n_mfcc(&self) -> usize {
        self.n_mfcc
    }

    /// Returns the spectral centroid in Hz (`librosa.feature.spectral_centroid`); 0 in silence.
    pub fn centroid(&self) -> &[f32] {
        &self.centroid
    }

    /// Returns the spectral bandwidth in Hz: the standard deviation around the centroid
    /// (`librosa.feature.spectral_bandwidth`); 0 in silence.
    pub fn bandwidth(&self) -> &[f32] {
        &self.bandwidth
    }

    /// Returns the spectral roll-off in Hz (`librosa.feature.spectral_rolloff`); 0 in silence.
    pub fn roll_off(&self) -> &[f32] {
        &self.roll_off
    }

    /// Returns the changes of sign per sample, 0 to 1 (`librosa.feature.zero_crossing_rate` with
    /// `frame_length=n_fft`).
    pub fn zero_crossing_rate(&self) -> &[f32] {
        &self.zero_crossing_rate
    }

    /// Returns the mel power, `[frames][n_mels]` row after row (`librosa.feature.melspectrogram`).
    pub fn mel(&self) -> &[f32] {
        &self.mel
    }

    /// Returns the greatest mel power of any band; 0 without frames.
    pub fn greatest_mel(&self) -> f32 {
        self.mel.iter().copied().fold(0.0, f32::max)
    }

    /// Returns the cepstral coefficients, `[frames][n_mfcc]` row after row
    /// (`librosa.feature.mfcc`); empty for the frames of a stream until
    /// [`super::Descriptors::cepstrum`].
    pub fn mfcc(&self) -> &[f32] {
        &self.mfcc
    }

    /// Returns the power spectrogram `|librosa.stft(y)|²`, `[frames][n_fft / 2 + 1]` row after row,
    /// if the stream returns it ([`super::DescriptorStream::with_power`]); otherwise empty.
    pub fn power(&self) -> &[f32] {
        &self.power
    }
}
