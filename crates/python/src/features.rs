//! librosa's features, and the preparation of samples for them.

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use sourcing_sound::{DescriptorConfig, Descriptors, MelFilterBank, MelNorm, MelScale, Pcm};
use sourcing_sound_decode::Channel;

use crate::error::Result;
use crate::run::Channels;
use crate::source::{Given, checked_rate};
use crate::work::detached;

/// `(centroid, bandwidth, roll-off, zero-crossing rate, mel power, cepstral coefficients)`; the last
/// two are `[frames][…]`.
type Described = (
    Py<PyArray1<f32>>,
    Py<PyArray1<f32>>,
    Py<PyArray1<f32>>,
    Py<PyArray1<f32>>,
    Py<PyArray2<f32>>,
    Py<PyArray2<f32>>,
);

/// Computes all descriptors of mono samples.
#[pyfunction]
#[pyo3(signature = (y, sr, n_fft, win_length, hop_length, center, n_mels, fmin, fmax, htk, slaney, n_mfcc, roll_percent, top_db))]
#[allow(clippy::too_many_arguments, reason = "they are librosa's")]
pub(crate) fn describe(
    py: Python<'_>,
    y: &Bound<'_, PyAny>,
    sr: i64,
    n_fft: usize,
    win_length: usize,
    hop_length: usize,
    center: bool,
    n_mels: usize,
    fmin: f32,
    fmax: f32,
    htk: bool,
    slaney: bool,
    n_mfcc: usize,
    roll_percent: f32,
    top_db: Option<f32>,
) -> PyResult<Described> {
    let rate = checked_rate(sr)?;
    let config = DescriptorConfig {
        n_fft,
        win_length,
        hop_length,
        center,
        n_mels,
        f_min: fmin,
        f_max: fmax,
        mel_scale: scale(htk),
        norm: norm(slaney),
        n_mfcc,
        roll_percent,
        top_db,
        ..DescriptorConfig::librosa(rate.hz())
    };
    let given = Given::new(y, Some(sr))?;
    let input = given.input()?;
    let found = detached(py, || {
        let (samples, rate) = input.whole(Channel::Mix)?;
        Ok(Descriptors::new(config)?.compute(Pcm::new(&samples, rate)?)?)
    })?;
    let row = |values: &[f32]| PyArray1::from_slice(py, values).unbind();
    let rows = |values: &[f32], width: usize| {
        PyArray1::from_slice(py, values).reshape([found.frames(), width]).map(Bound::unbind)
    };
    Ok((
        row(found.centroid()),
        row(found.bandwidth()),
        row(found.roll_off()),
        row(found.zero_crossing_rate()),
        rows(found.mel(), found.n_mels())?,
        rows(found.mfcc(), found.n_mfcc())?,
    ))
}

/// Returns the power spectrogram of mono samples, `[frames][n_fft / 2 + 1]`.
#[pyfunction]
#[pyo3(signature = (y, sr, n_fft, win_length, hop_length, center))]
pub(crate) fn power_spectrogram(
    py: Python<'_>,
    y: &Bound<'_, PyAny>,
    sr: i64,
    n_fft: usize,
    win_length: usize,
    hop_length: usize,
    center: bool,
) -> PyResult<Py<PyArray2<f32>>> {
    let rate = checked_rate(sr)?;
    let config = DescriptorConfig {
        n_fft,
        win_length,
        hop_length,
        center,
        ..DescriptorConfig::librosa(rate.hz())
    };
    let given = Given::new(y, Some(sr))?;
    let input = given.input()?;
    let power = detached(py, || {
        let (samples, rate) = input.whole(Channel::Mix)?;
        Ok(Descriptors::new(config)?.power_spectrogram(Pcm::new(&samples, rate)?)?)
    })?;
    let bins = n_fft / 2 + 1;
    let frames = power.len() / bins;
    Ok(PyArray1::from_vec(py, power).reshape([frames, bins])?.unbind())
}

/// Returns the mel filters, `[n_mels][n_fft / 2 + 1]`.
#[pyfunction]
#[pyo3(signature = (sr, n_fft, n_mels, fmin, fmax, htk, slaney))]
#[allow(clippy::too_many_arguments, reason = "they are librosa's")]
pub(crate) fn mel_filters(
    py: Python<'_>,
    sr: i64,
    n_fft: usize,
    n_mels: usize,
    fmin: f32,
    fmax: f32,
    htk: bool,
    slaney: bool,
) -> PyResult<Py<PyArray2<f32>>> {
    let rate = checked_rate(sr)?;
    let (dense, shape) = detached(py, || {
        let (band, scale, norm) = ((fmin, fmax), scale(htk), norm(slaney));
        let filters = MelFilterBank::new(rate.hz(), n_fft, n_mels, band, scale, norm)?;
        Ok((filters.to_dense(), [filters.n_mels(), filters.bins()]))
    })?;
    Ok(PyArray1::from_vec(py, dense).reshape(shape)?.unbind())
}

/// Converts power to dB.
#[pyfunction]
#[pyo3(signature = (power, amin, top_db))]
pub(crate) fn power_to_db(
    py: Python<'_>,
    power: PyReadonlyArray1<'_, f32>,
    amin: f32,
    top_db: Option<f32>,
) -> PyResult<Py<PyArray1<f32>>> {
    let values = power.as_array();
    let decibels = detached(py, || {
        let mut decibels = values.to_vec();
        sourcing_sound::power_to_db(&mut decibels, amin, top_db);
        Ok(decibels)
    })?;
    Ok(PyArray1::from_vec(py, decibels).unbind())
}

/// Converts mono samples to another rate.
#[pyfunction]
#[pyo3(signature = (y, orig_sr, target_sr))]
pub(crate) fn resample(
    py: Python<'_>,
    y: &Bound<'_, PyAny>,
    orig_sr: i64,
    target_sr: i64,
) -> PyResult<Py<PyArray1<f32>>> {
    let target = checked_rate(target_sr)?;
    let given = Given::new(y, Some(orig_sr))?;
    let input = given.input()?;
    let samples = detached(py, || {
        let (samples, rate) = input.whole(Channel::Mix)?;
        let pcm = Pcm::new(&samples, rate)?;
        Ok(sourcing_sound::resample::resample(pcm, target).into_owned())
    })?;
    Ok(PyArray1::from_vec(py, samples).unbind())
}

/// Returns the samples of a recording, mono, and its rate.
#[pyfunction]
#[pyo3(signature = (source, channel))]
pub(crate) fn load(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    channel: i64,
) -> PyResult<(Py<PyArray1<f32>>, u32)> {
    let channel = Channels::new(channel)?.one()?;
    let given = Given::new(source, None)?;
    let input = given.input()?;
    let (samples, rate) = detached(py, || -> Result<_> {
        let (samples, rate) = input.whole(channel)?;
        Ok((samples.into_owned(), rate))
    })?;
    Ok((PyArray1::from_vec(py, samples).unbind(), rate.hz()))
}

fn scale(htk: bool) -> MelScale {
    if htk { MelScale::Htk } else { MelScale::Slaney }
}

fn norm(slaney: bool) -> MelNorm {
    if slaney { MelNorm::Slaney } else { MelNorm::None }
}
