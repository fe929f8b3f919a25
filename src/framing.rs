//! How a recording is cut into frames.

use crate::error::{Error, Result};

/// Bounds of `n_fft`: sizes come from model files and command lines, so they are checked before
/// allocation.
const N_FFT: std::ops::RangeInclusive<usize> = 16..=65_536;

/// Where the window is in a frame, and how the end of a recording is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameLayout {
    /// As `librosa.stft`: the window is centred in `n_fft` samples, and incomplete frames are
    /// dropped.
    #[default]
    Librosa,
    /// As `tf.signal.stft(frame_length=win_length, fft_length=n_fft, pad_end=True)`: the window
    /// covers the first `win_length` samples of a frame; a frame starts every hop up to the last
    /// sample, and the last ones are padded with zeros.
    TensorFlow,
}

/// How a recording is padded on either side if frames are centred, in NumPy's terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PadMode {
    /// Zeros (`pad_mode="constant"`, librosa's default).
    #[default]
    Constant,
    /// The recording mirrored at its first and its last sample, which are not repeated
    /// (`pad_mode="reflect"`, torchaudio's default).
    Reflect,
}

/// Frames of `n_fft` samples every `hop_length` samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// Samples per frame.
    pub(crate) n_fft: usize,
    /// Samples from one frame to the next.
    pub(crate) hop_length: usize,
    /// Whether frame *t* is centred on sample *t* · `hop_length` of the recording, which is then
    /// padded by `n_fft / 2` samples on either side.
    pub(crate) center: bool,
    /// How it is padded.
    pub(crate) pad_mode: PadMode,
    pub(crate) layout: FrameLayout,
}

impl Framing {
    /// # Errors
    /// `config` unless `n_fft` is even and 16 to 65,536, and `hop_length` 1 to `n_fft`, or if
    /// centring contradicts the rest.
    pub(crate) fn validate(self) -> Result<()> {
        if !N_FFT.contains(&self.n_fft) || !self.n_fft.is_multiple_of(2) {
            return Err(Error::config("n_fft", self.n_fft, "an even number, 16 to 65,536"));
        }
        if self.hop_length == 0 || self.hop_length > self.n_fft {
            let expected = format!("1 to {} (n_fft)", self.n_fft);
            return Err(Error::config("hop_length", self.hop_length, expected));
        }
        if self.center && self.layout == FrameLayout::TensorFlow {
            return Err(Error::config("center", true, "false with TensorFlow's frames"));
        }
        if !self.center && self.pad_mode != PadMode::Constant {
            return Err(Error::config("pad_mode", "reflect", "constant where center is false"));
        }
        Ok(())
    }

    /// Returns the number of frames in a recording of `samples` samples.
    pub(crate) fn frames_of(self, samples: usize) -> usize {
        match self.layout {
            FrameLayout::TensorFlow => samples.div_ceil(self.hop_length),
            FrameLayout::Librosa if self.center => 1 + samples / self.hop_length,
            FrameLayout::Librosa => {
                (samples + self.hop_length).saturating_sub(self.n_fft) / self.hop_length
            }
        }
    }

    /// Returns the fewest samples that a recording must have.
    pub(crate) fn min_samples(self) -> usize {
        let whole = self.layout == FrameLayout::Librosa && !self.center;
        if whole { self.n_fft } else { self.hop_length.max(self.mirrored()) }
    }

    /// Returns how many samples at either end of a recording the padding mirrors.
    pub(crate) fn mirrored(self) -> usize {
        match self.pad_mode {
            PadMode::Constant => 0,
            PadMode::Reflect => self.padding() + 1,
        }
    }

    /// Inserts the padding before the first samples of a recording. Returns `false` and does
    /// nothing while there are too few samples to mirror.
    pub(crate) fn open(self, samples: &mut Vec<f32>) -> bool {
        if samples.len() < self.mirrored() {
            return false;
        }
        let before: Vec<f32> = match self.pad_mode {
            PadMode::Constant => vec![0.0; self.padding()],
            PadMode::Reflect => samples[1..self.mirrored()].iter().rev().copied().collect(),
        };
        samples.splice(..0, before);
        true
    }

    /// Appends the padding after the last samples of a recording, of which there are at least
    /// [`Self::mirrored`]; the next frame starts at the `next`-th of them.
    pub(crate) fn close(self, samples: &mut Vec<f32>, next: usize) {
        match self.pad_mode {
            PadMode::Constant => {
                let closing = self.closing(samples.len() - next);
                samples.resize(samples.len() + closing, 0.0);
            }
            PadMode::Reflect => {
                let last = samples.len() - 1;
                let mirrored = last - self.padding()..last;
                samples.extend_from_within(mirrored);
                samples[last + 1..].reverse();
            }
        }
    }

    /// Returns how many zeros follow a recording if `left` samples, counted from the start of its
    /// next frame, are not yet in all their frames.
    fn closing(self, left: usize) -> usize {
        match self.layout {
            FrameLayout::Librosa => self.padding(),
            FrameLayout::TensorFlow => {
                let frames = left.div_ceil(self.hop_length);
                let end = frames.saturating_sub(1) * self.hop_length + self.n_fft;
                if frames == 0 { 0 } else { end - left }
            }
        }
    }

    /// Returns the samples of padding on either side.
    pub(crate) fn padding(self) -> usize {
        if self.center { self.n_fft / 2 } else { 0 }
    }
}
