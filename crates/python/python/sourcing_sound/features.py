"""librosa's features, with its names, parameters and shapes, but without librosa.

Values equal those of librosa 0.11 with the same settings up to rounding. Each function takes ``y``,
``(samples,)``, and returns ``(…, frames)``; for ``(channels, samples)``, the results are stacked,
``(channels, …, frames)``. Frames are centred and padded with zeros, unless ``center=False``; the
window is periodic Hann. Samples have the types of ``Classifier.classify``; results are float32. A
parameter that is not here is not supported, and Python refuses it.

Rates and frequencies are in Hz, and lengths of frames in samples.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._spectra import (
    Samples,
    fmax_of,
    is_slaney,
    mel,
    power_spectrogram,
    power_to_db,
    rate_of,
    resample,
)

__all__ = [
    "Descriptors",
    "describe",
    "mel",
    "melspectrogram",
    "mfcc",
    "power_spectrogram",
    "power_to_db",
    "resample",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_rolloff",
    "zero_crossing_rate",
]


class Descriptors(NamedTuple):
    """Everything that ``describe`` computes."""

    spectral_centroid: npt.NDArray[np.float32]
    """In Hz, ``(1, frames)``."""
    spectral_bandwidth: npt.NDArray[np.float32]
    """In Hz, ``(1, frames)``."""
    spectral_rolloff: npt.NDArray[np.float32]
    """In Hz, ``(1, frames)``."""
    zero_crossing_rate: npt.NDArray[np.float32]
    """0 to 1, ``(1, frames)``."""
    melspectrogram: npt.NDArray[np.float32]
    """Power, ``(n_mels, frames)``."""
    mfcc: npt.NDArray[np.float32]
    """``(n_mfcc, frames)``."""


def describe(
    *,
    y: Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    win_length: Optional[int] = None,
    hop_length: int = 512,
    center: bool = True,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: Optional[float] = None,
    htk: bool = False,
    norm: Optional[str] = "slaney",
    n_mfcc: int = 20,
    roll_percent: float = 0.85,
    top_db: Optional[float] = 80.0,
) -> Descriptors:
    """All descriptors in one pass, which costs little more than one of them.

    Parameters
    ----------
    y, sr
        Samples, and their rate in Hz (8,000 to 384,000).
    n_fft, win_length, hop_length
        Samples per Fourier transform (even, 16 to 65,536), under the window (default: ``n_fft``),
        and from frame to frame (at most ``n_fft``).
    center
        Whether frame ``t`` is centred on sample ``t * hop_length``.
    n_mels, fmin, fmax, htk, norm
        The mel filters, see ``mel``.
    n_mfcc
        Cepstral coefficients, 1 to ``n_mels``.
    roll_percent
        Share of the magnitude at or below the roll-off, between 0 and 1.
    top_db
        Range in dB below the loudest band for the cepstral coefficients; None for no limit.

    Raises
    ------
    AudioError
        ``audio-rate``, ``audio-empty``, ``audio-non-finite`` (NaN or infinity), ``audio-too-short``
        (no whole frame without ``center``), ``audio-channels``.
    ConfigError, WrongTypeError
        ``config``: a setting out of range or of a wrong type, settings that contradict each other, or
        samples of another type; ``limit`` above 2³⁰ values.
    """
    rate = rate_of(sr)
    length = _audio.whole("n_fft", n_fft)
    settings = (
        rate,
        length,
        length if win_length is None else _audio.whole("win_length", win_length),
        _audio.whole("hop_length", hop_length),
        bool(center),
        _audio.whole("n_mels", n_mels),
        _audio.number("fmin", fmin),
        fmax_of(fmax, rate),
        bool(htk),
        is_slaney(norm),
        _audio.whole("n_mfcc", n_mfcc),
        _audio.number("roll_percent", roll_percent),
        _audio.optional("top_db", top_db),
    )
    samples = _audio.array(y)
    if samples.ndim == 2:
        each = [_described(channel, settings) for channel in samples]
        return Descriptors(*(np.stack(values) for values in zip(*each)))
    return _described(samples, settings)


def _described(y: npt.NDArray[Any], settings: Any) -> Descriptors:
    centroid, bandwidth, rolloff, crossings, power, cepstrum = _native.describe(y, *settings)
    return Descriptors(
        centroid[np.newaxis],
        bandwidth[np.newaxis],
        rolloff[np.newaxis],
        crossings[np.newaxis],
        power.T,
        cepstrum.T,
    )


def melspectrogram(
    *,
    y: Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: Optional[float] = None,
    htk: bool = False,
    norm: Optional[str] = "slaney",
) -> npt.NDArray[np.float32]:
    """Power in mel bands, the square of the samples' unit, ``(n_mels, frames)``;
    ``librosa.feature.melspectrogram`` with ``power=2``. The parameters are those of ``describe``.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return describe(
        y=y,
        sr=sr,
        n_fft=n_fft,
        win_length=win_length,
        hop_length=hop_length,
        center=center,
        n_mels=n_mels,
        fmin=fmin,
        fmax=fmax,
        htk=htk,
        norm=norm,
        n_mfcc=1,
    ).melspectrogram


def mfcc(
    *,
    y: Samples,
    sr: float = 22_050,
    n_mfcc: int = 20,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: Optional[float] = None,
    htk: bool = False,
    norm: Optional[str] = "slaney",
    top_db: Optional[float] = 80.0,
) -> npt.NDArray[np.float32]:
    """Cepstral coefficients of the mel power in dB, ``(n_mfcc, frames)``; ``librosa.feature.mfcc``.

    The parameters are those of ``describe``: ``norm`` is that of the mel filters, and ``top_db``
    that of ``librosa.power_to_db``, which librosa leaves at 80 dB.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return describe(
        y=y,
        sr=sr,
        n_fft=n_fft,
        win_length=win_length,
        hop_length=hop_length,
        center=center,
        n_mels=n_mels,
        fmin=fmin,
        fmax=fmax,
        htk=htk,
        norm=norm,
        n_mfcc=n_mfcc,
        top_db=top_db,
    ).mfcc


def spectral_centroid(
    *,
    y: Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """The mean frequency in Hz, weighted by magnitude, ``(1, frames)``;
    ``librosa.feature.spectral_centroid``. The parameters are those of ``describe``.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return _shape(y, sr, n_fft, hop_length, win_length, center).spectral_centroid


def spectral_bandwidth(
    *,
    y: Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """The standard deviation around the centroid in Hz, ``(1, frames)``;
    ``librosa.feature.spectral_bandwidth`` with ``p=2``. The parameters are those of ``describe``.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return _shape(y, sr, n_fft, hop_length, win_length, center).spectral_bandwidth


def spectral_rolloff(
    *,
    y: Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
    roll_percent: float = 0.85,
) -> npt.NDArray[np.float32]:
    """The frequency in Hz below which a share ``roll_percent`` of the magnitude lies, ``(1, frames)``;
    ``librosa.feature.spectral_rolloff``. The parameters are those of ``describe``.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return _shape(y, sr, n_fft, hop_length, win_length, center, roll_percent).spectral_rolloff


def zero_crossing_rate(
    y: Samples, *, frame_length: int = 2_048, hop_length: int = 512, center: bool = True
) -> npt.NDArray[np.float32]:
    """The share of samples at which the sign changes, 0 to 1, ``(1, frames)``;
    ``librosa.feature.zero_crossing_rate``. ``frame_length`` and ``hop_length`` are in samples.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    return _shape(y, 22_050, frame_length, hop_length, None, center).zero_crossing_rate


def _shape(
    y: Samples,
    sr: float,
    n_fft: int,
    hop_length: int,
    win_length: Optional[int],
    center: bool,
    roll_percent: float = 0.85,
) -> Descriptors:
    # As few mel bands as possible, because they are not used.
    return describe(
        y=y,
        sr=sr,
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        center=center,
        n_mels=1,
        n_mfcc=1,
        roll_percent=roll_percent,
    )
