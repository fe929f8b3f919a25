//! Mel filter banks as `librosa.filters.mel` makes them, stored sparsely.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use sourcing_sound_kernels::{Lane, Triangle, energies};

/// The formula that maps Hz to mel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MelScale {
    /// Linear below 1 kHz, logarithmic above (librosa's default, `htk=False`).
    Slaney,
    /// `2595 · log10(1 + f / 700)` (`htk=True`).
    Htk,
    /// `1127 · ln(1 + f / 700)`, as in Kaldi and torchaudio's `compliance.kaldi`.
    Kaldi,
}

/// How the triangles are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MelNorm {
    /// Each triangle has unit area in Hz (librosa's default, `norm="slaney"`).
    Slaney,
    /// Each triangle peaks at 1 (`norm=None`).
    None,
}

/// The unit in which the slopes of the triangles are straight lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MelTriangles {
    /// Hz, as in librosa and torchaudio.
    #[default]
    Hertz,
    /// Mel, as in TensorFlow (`tf.signal.linear_to_mel_weight_matrix`) and Kaldi. The bin at
    /// 0 Hz has no weight.
    Mel,
}

impl MelScale {
    /// Converts Hz to mel.
    pub fn to_mel(self, hz: f64) -> f64 {
        match self {
            MelScale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
            MelScale::Kaldi => 1127.0 * (hz / 700.0).ln_1p(),
            MelScale::Slaney if hz < SLANEY_BREAK_HZ => hz / SLANEY_HZ_PER_MEL,
            MelScale::Slaney => {
                SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL
                    + (hz / SLANEY_BREAK_HZ).ln() / slaney_log_step()
            }
        }
    }

    /// Converts mel to Hz.
    pub fn to_hz(self, mel: f64) -> f64 {
        let slaney_break = SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL;
        match self {
            MelScale::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
            MelScale::Kaldi => 700.0 * (mel / 1127.0).exp_m1(),
            MelScale::Slaney if mel < slaney_break => mel * SLANEY_HZ_PER_MEL,
            MelScale::Slaney => SLANEY_BREAK_HZ * ((mel - slaney_break) * slaney_log_step()).exp(),
        }
    }
}

/// Largest accepted number of bands. It comes from model files and command lines, so it is checked
/// before allocation.
const MAX_N_MELS: usize = 1_024;

/// # Errors
/// `config` unless `n_mels` is 1 to 1,024.
pub(crate) fn check_n_mels(n_mels: usize) -> Result<()> {
    if (1..=MAX_N_MELS).contains(&n_mels) {
        return Ok(());
    }
    Err(Error::config("n_mels", n_mels, "1 to 1,024"))
}

const SLANEY_HZ_PER_MEL: f64 = 200.0 / 3.0;
const SLANEY_BREAK_HZ: f64 = 1000.0;

/// Returns the step of Slaney's scale above 1 kHz: 27 steps from 1 kHz to 6.4 kHz.
fn slaney_log_step() -> f64 {
    6.4f64.ln() / 27.0
}

/// Triangular filters over the bins of a spectrum.
#[derive(Clone, Debug)]
pub struct MelFilterBank {
    bins: usize,
    edges_hz: Vec<f64>,
    filters: Vec<Triangle>,
}

impl MelFilterBank {
    /// Creates `n_mels` filters from `f_min` to `f_max` (Hz) for spectra of `n_fft / 2 + 1` bins.
    ///
    /// # Errors
    /// `config` if `n_mels` is 0, or if the band is empty or beyond Nyquist.
    pub fn new(
        sample_rate: u32,
        n_fft: usize,
        n_mels: usize,
        (f_min, f_max): (f32, f32),
        scale: MelScale,
        norm: MelNorm,
    ) -> Result<Self> {
        let band = (f_min, f_max);
        Self::with_triangles(sample_rate, n_fft, n_mels, band, scale, norm, MelTriangles::Hertz)
    }

    /// Like [`Self::new`], with triangles that have straight slopes in the unit `triangles`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_triangles(
        sample_rate: u32,
        n_fft: usize,
        n_mels: usize,
        (f_min, f_max): (f32, f32),
        scale: MelScale,
        norm: MelNorm,
        triangles: MelTriangles,
    ) -> Result<Self> {
        let nyquist = sample_rate as f32 / 2.0;
        if n_mels == 0 {
            return Err(Error::config("n_mels", n_mels, "at least 1"));
        }
        if !(f_max > 0.0 && f_max <= nyquist) {
            let expected = format!("above 0, at most {} Hz (Nyquist)", Decimal::from(nyquist));
            return Err(Error::config("f_max", Decimal::from(f_max), expected));
        }
        if !(f_min >= 0.0 && f_min < f_max) {
            let expected = format!("0 to below {} Hz (f_max)", Decimal::from(f_max));
            return Err(Error::config("f_min", Decimal::from(f_min), expected));
        }
        let bins = n_fft / 2 + 1;
        let hz_per_bin = f64::from(sample_rate) / n_fft as f64;
        let (low, high) = (scale.to_mel(f_min.into()), scale.to_mel(f_max.into()));
        let step = (high - low) / (n_mels + 1) as f64;
        let edges_hz: Vec<f64> =
            (0..n_mels + 2).map(|i| scale.to_hz(low + step * i as f64)).collect();
        let place = |hz: f64| match triangles {
            MelTriangles::Hertz => hz,
            MelTriangles::Mel => scale.to_mel(hz),
        };
        let mut places: Vec<f64> = (0..bins).map(|bin| place(bin as f64 * hz_per_bin)).collect();
        if triangles == MelTriangles::Mel {
            places[0] = f64::NEG_INFINITY;
        }
        let filters = edges_hz
            .array_windows()
            .map(|&edges| {
                let height = match norm {
                    MelNorm::Slaney => 2.0 / (edges[2] - edges[0]),
                    MelNorm::None => 1.0,
                };
                triangle(edges.map(place), height, &places)
            })
            .collect();
        Ok(MelFilterBank { bins, edges_hz, filters })
    }

    /// Filters in the bank.
    pub fn n_mels(&self) -> usize {
        self.filters.len()
    }

    /// Returns the bins in a spectrum, the input of each filter.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Returns the corner frequencies of the triangles in Hz, equally spaced in mel, `n_mels + 2`
    /// of them: filter *i* rises from the *i*-th, peaks at the next one, and falls to 0 at the one
    /// after that.
    pub fn edges_hz(&self) -> &[f64] {
        &self.edges_hz
    }

    /// Writes the filters' outputs for up to eight spectra, one per lane, to `columns`
    /// ([`Self::n_mels`] values for each spectrum).
    pub(crate) fn energies(&self, spectra: &[Lane], columns: &mut [f32]) {
        energies(&self.filters, spectra, columns);
    }

    /// Writes the filters' outputs for one spectrum ([`Self::bins`] values) to `output`
    /// ([`Self::n_mels`] values).
    pub fn apply(&self, spectrum: &[f32], output: &mut [f32]) {
        for (value, filter) in output.iter_mut().zip(&self.filters) {
            let bins = spectrum.iter().skip(filter.first_bin);
            *value = filter.weights.iter().zip(bins).map(|(w, x)| w * x).sum();
        }
    }

    /// Returns the whole matrix, `[n_mels][bins]` row after row, as librosa does.
    pub fn to_dense(&self) -> Vec<f32> {
        let mut dense = vec![0.0; self.filters.len() * self.bins];
        for (row, filter) in dense.chunks_exact_mut(self.bins).zip(&self.filters) {
            row[filter.first_bin..filter.first_bin + filter.weights.len()]
                .copy_from_slice(&filter.weights);
        }
        dense
    }
}

/// Returns a triangle with the given height over bins at `places`, which are ascending and in the
/// unit of its corners.
fn triangle([left, centre, right]: [f64; 3], height: f64, places: &[f64]) -> Triangle {
    let weight = |&place: &f64| {
        let rising = (place - left) / (centre - left);
        let falling = (right - place) / (right - centre);
        (height * rising.min(falling).max(0.0)) as f32
    };
    let first_bin = places.iter().position(|place| weight(place) > 0.0).unwrap_or(0);
    let weights = places[first_bin..].iter().map(weight).take_while(|&w| w > 0.0).collect();
    Triangle { first_bin, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_invert() {
        for scale in [MelScale::Slaney, MelScale::Htk, MelScale::Kaldi] {
            for hz in [0.0, 30.0, 999.0, 1000.0, 4321.0, 11_025.0] {
                assert!((scale.to_hz(scale.to_mel(hz)) - hz).abs() < 1e-6, "{scale:?} {hz}");
            }
        }
        // librosa.hz_to_mel(4000) and (4000, htk=True)
        assert!((MelScale::Slaney.to_mel(4000.0) - 35.163_760_23).abs() < 1e-6);
        assert!((MelScale::Htk.to_mel(4000.0) - 2_146.064_527).abs() < 1e-5);
        // torchaudio.compliance.kaldi.mel_scale_scalar(4000)
        assert!((MelScale::Kaldi.to_mel(4000.0) - 2_146.075_609).abs() < 1e-5);
    }
}
