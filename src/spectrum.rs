//! Power spectra, frame by frame, as `librosa.stft` and `torch.stft` compute them.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::framing::FrameLayout;
use sourcing_sound_kernels::{LANES, Lane, Spectrum};

/// The window function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// A periodic Hann window (`scipy.signal.get_window("hann", n)`, `torch.hann_window(n)`),
    /// librosa's and torchaudio's.
    #[default]
    Hann,
    /// A symmetric Hann window (`numpy.hanning(n)`, `torch.hann_window(n, periodic=False)`),
    /// Kaldi's.
    HannSymmetric,
}

impl Window {
    /// Returns the `length` weights of the window.
    fn weights(self, length: usize) -> impl Iterator<Item = f32> {
        let period = match self {
            Window::Hann => length,
            Window::HannSymmetric => length - 1,
        };
        (0..length).map(move |n| {
            // A symmetric window of one sample is just its peak.
            let turn = if period == 0 { 0.5 } else { n as f64 / period as f64 };
            (0.5 - 0.5 * (2.0 * std::f64::consts::PI * turn).cos()) as f32
        })
    }
}

/// Computes `|STFT|^power` without allocating.
#[derive(Clone)]
pub struct PowerSpectrum {
    kernel: Spectrum,
}

impl PowerSpectrum {
    /// Plans frames of `n_fft` samples under a periodic Hann window of `win_length` samples,
    /// centred and zero-padded to `n_fft`; `power` is 1 for magnitudes, 2 for power.
    ///
    /// # Errors
    /// `config` if `win_length` is 0 or exceeds `n_fft`, or `power` is neither 1 nor 2.
    pub fn new(n_fft: usize, win_length: usize, power: f32) -> Result<Self> {
        Self::with_layout(n_fft, win_length, power, FrameLayout::Librosa)
    }

    /// Like [`Self::new`], with the window at the position given by `layout`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_layout(
        n_fft: usize,
        win_length: usize,
        power: f32,
        layout: FrameLayout,
    ) -> Result<Self> {
        Self::with_window(n_fft, win_length, power, layout, Window::Hann)
    }

    /// Like [`Self::with_layout`], with another window function.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_window(
        n_fft: usize,
        win_length: usize,
        power: f32,
        layout: FrameLayout,
        window: Window,
    ) -> Result<Self> {
        if win_length == 0 || win_length > n_fft {
            return Err(Error::config("win_length", win_length, format!("1 to {n_fft} (n_fft)")));
        }
        if power != 1.0 && power != 2.0 {
            return Err(Error::config("power", Decimal::from(power), "1 (magnitude) or 2 (power)"));
        }
        let window = padded(window, n_fft, win_length, layout);
        Ok(PowerSpectrum { kernel: Spectrum::new(window, power == 1.0) })
    }

    /// Returns the samples per frame.
    pub fn n_fft(&self) -> usize {
        self.kernel.frame_len()
    }

    /// Returns the frequency bins per frame: `n_fft / 2 + 1`.
    pub fn bins(&self) -> usize {
        self.kernel.bins()
    }

    /// Writes the spectrum of `frame` (`n_fft` samples) to `output` ([`Self::bins`] values).
    ///
    /// # Errors
    /// `inference` if a slice does not have the stated length.
    pub fn process(&mut self, frame: &[f32], output: &mut [f32]) -> Result<()> {
        if frame.len() != self.n_fft() || output.len() != self.bins() {
            return Err(Error::inference(format!(
                "a frame of {} samples and {} bins, expected {} and {}",
                frame.len(),
                output.len(),
                self.n_fft(),
                self.bins()
            )));
        }
        let spectra = self.batch(&[frame]);
        for (value, lanes) in output.iter_mut().zip(spectra) {
            *value = lanes[0];
        }
        Ok(())
    }

    /// Calls `take` with the spectrum of each frame ([`Self::bins`] values), in order.
    pub(crate) fn each<'a>(
        &mut self,
        frames: impl Iterator<Item = &'a [f32]>,
        mut take: impl FnMut(&[f32]),
    ) {
        let mut spectrum = vec![0.0; self.bins()];
        let mut frames = frames.peekable();
        while frames.peek().is_some() {
            let batch: Vec<&[f32]> = frames.by_ref().take(LANES).collect();
            let spectra = self.batch(&batch);
            for lane in 0..batch.len() {
                for (value, lanes) in spectrum.iter_mut().zip(spectra) {
                    *value = lanes[lane];
                }
                take(&spectrum);
            }
        }
    }

    /// Computes the spectra of up to eight frames of `n_fft` samples, one lane per frame in order.
    /// A frame's spectrum is the same, bit for bit, in every lane and next to any other frames.
    pub(crate) fn batch(&mut self, frames: &[&[f32]]) -> &[Lane] {
        self.kernel.batch(frames)
    }
}

/// Returns a window in the middle, or at the start, of `n_fft` zeros.
fn padded(window: Window, n_fft: usize, win_length: usize, layout: FrameLayout) -> Vec<f32> {
    let mut padded = vec![0.0; n_fft];
    let start = match layout {
        FrameLayout::Librosa => (n_fft - win_length) / 2,
        FrameLayout::TensorFlow => 0,
    };
    for (place, weight) in padded[start..].iter_mut().zip(window.weights(win_length)) {
        *place = weight;
    }
    padded
}
