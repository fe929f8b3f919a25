"""librosa's features, with its names, parameters and shapes, but without librosa.

Values equal those of librosa 0.11 with the same settings up to rounding. Each function takes ``y``,
``(samples,)``, and returns ``(…, frames)``; for ``(channels, samples)``, the results are stacked,
``(channels, …, frames)``. Frames are centred and padded with zeros, unless ``center=False``; the
window is periodic Hann. Samples have the types of ``Classifier.classify``; results are float32. A
parameter that is not here is not supported, and Python refuses it.

All raise ``ConfigError`` (``config``) for settings that are out of range or contradict each other,
``AudioError`` (``audio-rate``, ``audio-empty``, ``audio-non-finite``, ``audio-too-short``) for the
samples, and ``ConfigError`` (``limit``) above 2³⁰ values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._errors import coded

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

_Samples = Union[npt.NDArray[Any], _audio.SupportsArray]


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
    y: _Samples,
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
    """
    rate = _rate(sr)
    length = _audio.whole("n_fft", n_fft)
    settings = (
        rate,
        length,
        length if win_length is None else _audio.whole("win_length", win_length),
        _audio.whole("hop_length", hop_length),
        bool(center),
        _audio.whole("n_mels", n_mels),
        _audio.number("fmin", fmin),
        _fmax(fmax, rate),
        bool(htk),
        _slaney(norm),
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
    y: _Samples,
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
    """Mel power, ``(n_mels, frames)``; ``librosa.feature.melspectrogram`` with ``power=2``."""
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
    y: _Samples,
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
    """Cepstral coefficients, ``(n_mfcc, frames)``; ``librosa.feature.mfcc``.

    ``norm`` is that of the mel filters, and ``top_db`` that of ``librosa.power_to_db``, which
    librosa leaves at 80 dB.
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
    y: _Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """In Hz, ``(1, frames)``; ``librosa.feature.spectral_centroid``."""
    return _shape(y, sr, n_fft, hop_length, win_length, center).spectral_centroid


def spectral_bandwidth(
    *,
    y: _Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """In Hz, ``(1, frames)``; ``librosa.feature.spectral_bandwidth`` with ``p=2``."""
    return _shape(y, sr, n_fft, hop_length, win_length, center).spectral_bandwidth


def spectral_rolloff(
    *,
    y: _Samples,
    sr: float = 22_050,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
    roll_percent: float = 0.85,
) -> npt.NDArray[np.float32]:
    """In Hz, ``(1, frames)``; ``librosa.feature.spectral_rolloff``."""
    return _shape(y, sr, n_fft, hop_length, win_length, center, roll_percent).spectral_rolloff


def zero_crossing_rate(
    y: _Samples, *, frame_length: int = 2_048, hop_length: int = 512, center: bool = True
) -> npt.NDArray[np.float32]:
    """0 to 1, ``(1, frames)``; ``librosa.feature.zero_crossing_rate``."""
    return _shape(y, 22_050, frame_length, hop_length, None, center).zero_crossing_rate


def _shape(
    y: _Samples,
    sr: float,
    n_fft: int,
    hop_length: int,
    win_length: Optional[int],
    center: bool,
    roll_percent: float = 0.85,
) -> Descriptors:
    # As few mel bands as there can be: they are not wanted.
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


def power_spectrogram(
    *,
    y: _Samples,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """Power, ``(1 + n_fft / 2, frames)``; ``np.abs(librosa.stft(y)) ** 2``."""
    length = _audio.whole("n_fft", n_fft)
    hop = _audio.whole("hop_length", hop_length)
    window = length if win_length is None else _audio.whole("win_length", win_length)

    def one(channel: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        return _native.power_spectrogram(channel, 22_050, length, window, hop, bool(center)).T

    return _each(y, one)


def mel(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: Optional[float] = None,
    htk: bool = False,
    norm: Optional[str] = "slaney",
) -> npt.NDArray[np.float32]:
    """The mel filters, ``(n_mels, 1 + n_fft / 2)``; ``librosa.filters.mel``.

    Parameters
    ----------
    sr, n_fft
        Rate in Hz, and samples per Fourier transform.
    n_mels
        Bands, 1 to 1,024.
    fmin, fmax
        Edges in Hz; ``fmax`` is at most, and by default, half of ``sr``.
    htk
        HTK's formula instead of Slaney's.
    norm
        ``"slaney"`` (each band by its width) or None.
    """
    rate = _rate(sr)
    return _native.mel_filters(
        rate,
        _audio.whole("n_fft", n_fft),
        _audio.whole("n_mels", n_mels),
        _audio.number("fmin", fmin),
        _fmax(fmax, rate),
        bool(htk),
        _slaney(norm),
    )


def power_to_db(
    S: npt.ArrayLike, *, amin: float = 1e-10, top_db: Optional[float] = 80.0
) -> npt.NDArray[np.float32]:
    """Power in dB, of the same shape; ``librosa.power_to_db`` with ``ref=1``."""
    power = np.asarray(S, np.float32)
    flat = np.ascontiguousarray(power).reshape(-1)
    decibels = _native.power_to_db(
        flat, _audio.number("amin", amin), _audio.optional("top_db", top_db)
    )
    return decibels.reshape(power.shape)


def resample(y: _Samples, *, orig_sr: float, target_sr: float) -> npt.NDArray[np.float32]:
    """Samples at another rate, by the resampler of the classifier (which is not librosa's):
    ``(samples,)`` or ``(channels, samples)``; rates are 8,000 to 384,000 Hz."""
    before, after = _rate(orig_sr), _rate(target_sr)
    return _each(y, lambda channel: _native.resample(channel, before, after))


def _each(y: _Samples, function: Callable[[npt.NDArray[Any]], npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    samples = _audio.array(y)
    if samples.ndim == 2:
        return np.stack([function(channel) for channel in samples])
    return function(samples)


def _rate(sr: float) -> int:
    rate = _audio.rate(sr)
    if rate is None:
        raise coded("audio-rate", "sr is None, expected a rate in Hz")
    return rate


def _fmax(fmax: Optional[float], rate: int) -> float:
    return rate / 2 if fmax is None else _audio.number("fmax", fmax)


def _slaney(norm: Optional[str]) -> bool:
    if norm not in ("slaney", None):
        raise coded("config", f'norm is {norm!r}, expected "slaney" or None')
    return norm is not None
