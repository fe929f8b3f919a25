"""Spectra, mel filters, decibels and rates: what ``features`` has in addition to the descriptors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._errors import coded, wrong_type

Samples = Union[npt.NDArray[Any], _audio.SupportsArray]
"""``(samples,)`` or ``(channels, samples)``."""


def power_spectrogram(
    *,
    y: Samples,
    n_fft: int = 2_048,
    hop_length: int = 512,
    win_length: Optional[int] = None,
    center: bool = True,
) -> npt.NDArray[np.float32]:
    """Power, the square of the samples' unit, ``(1 + n_fft / 2, frames)``;
    ``np.abs(librosa.stft(y)) ** 2``. The parameters are those of ``describe``; row ``i`` is at
    ``i * sr / n_fft`` Hz.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
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

    Raises
    ------
    AudioError
        ``audio-rate``.
    ConfigError, WrongTypeError
        ``config``: a setting out of range or of a wrong type; ``limit`` above 2³⁰ values.
    """
    rate = rate_of(sr)
    return _native.mel_filters(
        rate,
        _audio.whole("n_fft", n_fft),
        _audio.whole("n_mels", n_mels),
        _audio.number("fmin", fmin),
        fmax_of(fmax, rate),
        bool(htk),
        is_slaney(norm),
    )


def power_to_db(
    S: npt.ArrayLike, *, amin: float = 1e-10, top_db: Optional[float] = 80.0
) -> npt.NDArray[np.float32]:
    """Power in dB, of the same shape; ``librosa.power_to_db`` with ``ref=1``.

    Parameters
    ----------
    S
        Power, real numbers in any shape.
    amin
        The least power, above 0; less counts as this much.
    top_db
        Range in dB below the largest value, 0 or more; None for no limit.

    Raises
    ------
    ConfigError, WrongTypeError
        ``config``: a setting out of range, or something that is not an array of real numbers.
    """
    least, span = _audio.number("amin", amin), _audio.optional("top_db", top_db)
    if not 0 < least < float("inf"):
        raise coded("config", f"amin is {amin}, expected more than 0")
    if span is not None and not 0 <= span < float("inf"):
        raise coded("config", f"top_db is {top_db} dB, expected 0 or more, or None")
    try:
        power = np.asarray(S)
    except Exception as error:
        raise wrong_type(f"S cannot be read as an array: {error}") from error
    if power.dtype.kind not in "iuf":
        raise wrong_type(f"S is an array of {power.dtype}, expected real numbers")
    power = power.astype(np.float32, copy=False)
    decibels = _native.power_to_db(np.ascontiguousarray(power).reshape(-1), least, span)
    return decibels.reshape(power.shape)


def resample(y: Samples, *, orig_sr: float, target_sr: float) -> npt.NDArray[np.float32]:
    """Samples at another rate, by the resampler of the classifier (which is not librosa's):
    ``(samples,)`` or ``(channels, samples)``; rates are 8,000 to 384,000 Hz.

    Raises
    ------
    SourcingSoundError
        Those of ``describe``.
    """
    before, after = rate_of(orig_sr), rate_of(target_sr)
    return _each(y, lambda channel: _native.resample(channel, before, after))


def _each(
    y: Samples, function: Callable[[npt.NDArray[Any]], npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    samples = _audio.array(y)
    if samples.ndim == 2:
        return np.stack([function(channel) for channel in samples])
    return function(samples)


def rate_of(sr: float) -> int:
    """A rate that must be given."""
    rate = _audio.rate(sr)
    if rate is None:
        raise coded("audio-rate", "sr is None, expected a rate in Hz")
    return rate


def fmax_of(fmax: Optional[float], rate: int) -> float:
    """The upper edge of the mel filters, in Hz."""
    return rate / 2 if fmax is None else _audio.number("fmax", fmax)


def is_slaney(norm: Optional[str]) -> bool:
    """Whether the mel filters are divided by their width."""
    if norm is None:
        return False
    if not isinstance(norm, str) or norm != "slaney":
        raise coded("config", f'norm is {_audio.shown(norm)}, expected "slaney" or None')
    return True
