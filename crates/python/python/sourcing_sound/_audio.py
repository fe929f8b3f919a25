"""What users pass as sound, checked before the compiled part gets it."""

from __future__ import annotations

import operator
import os
from typing import Any, Optional, Protocol, Union

import numpy as np
import numpy.typing as npt

from ._errors import coded, wrong_type


class SupportsArray(Protocol):
    """Anything that numpy makes an array of without a copy, such as a CPU tensor of PyTorch."""

    def __array__(self) -> npt.NDArray[Any]: ...


Audio = Union[str, "os.PathLike[str]", bytes, npt.NDArray[Any], SupportsArray]
"""A path, the bytes of a recording's file, or an array of samples: ``(samples,)`` or ``(channels,
samples)``."""

Channel = Union[int, str]
"""``"mix"``, ``"left"``, ``"right"``, or the number of a channel, counted from 1."""

_NAMED = {"each": -1, "mix": 0, "left": 1, "right": 2}


def source(audio: object) -> Union[str, bytes, npt.NDArray[Any]]:
    """What the compiled part takes: a path, bytes, or an array that it can read."""
    if isinstance(audio, os.PathLike):
        audio = os.fspath(audio)
        if isinstance(audio, bytes):
            audio = os.fsdecode(audio)
    if isinstance(audio, str):
        return audio
    if isinstance(audio, (bytearray, memoryview)):
        audio = bytes(audio)
    if isinstance(audio, bytes):
        return audio
    return array(audio)


def array(samples: object) -> npt.NDArray[Any]:
    """Samples as an array whose memory can be read in place."""
    if isinstance(samples, np.ma.MaskedArray):
        raise wrong_type("a masked array has samples that are not there: fill them first")
    if not isinstance(samples, np.ndarray):
        if not hasattr(samples, "__array__"):
            kind = type(samples).__name__
            raise wrong_type(f"expected a path, bytes or a numpy array, not {kind}")
        samples = np.asarray(samples)
    if samples.ndim == 2 and samples.shape[0] > samples.shape[1] > 0:
        raise coded(
            "audio-channels",
            f"the samples have the shape {samples.shape}, expected (channels, samples): if there "
            f"are {samples.shape[1]} channels, pass the transposed array (.T)",
        )
    # A field of a record can lie anywhere; the compiled part counts in whole samples.
    if not samples.flags.aligned or any(step % samples.itemsize for step in samples.strides):
        samples = samples.copy()
    return samples


def rate(sample_rate: object) -> Optional[int]:
    """A sample rate as a whole number of Hz; its range is checked later."""
    if sample_rate is None:
        return None
    if isinstance(sample_rate, (float, np.floating)):
        if not float(sample_rate).is_integer():
            raise coded("audio-rate", f"sample rate is {sample_rate} Hz, expected a whole number")
        sample_rate = int(sample_rate)
    try:
        number = operator.index(sample_rate)  # type: ignore[arg-type]
    except TypeError:
        kind = type(sample_rate).__name__
        raise wrong_type(f"sample_rate is a {kind}, expected a number of Hz") from None
    # Beyond what the compiled part takes, every rate is refused alike.
    return max(-1, min(number, 1 << 40))


def channel(given: Channel) -> int:
    """A channel as the compiled part counts: 0 for the mix, −1 for each."""
    if isinstance(given, str):
        if given in _NAMED:
            return _NAMED[given]
    elif not isinstance(given, bool):
        try:
            number = operator.index(given)
        except TypeError:
            number = 0
        if number >= 1:
            return min(number, 1 << 40)
    raise coded(
        "config",
        f'channel is {given!r}, expected "mix", "left", "right" or a number from 1 (or, for '
        'classify, "each")',
    )


def seconds(name: str, given: object) -> float:
    """A time from 0 on, in seconds."""
    value = number(name, given)
    if not 0 <= value < float("inf"):
        raise coded("config", f"{name} is {given} s, expected 0 or more")
    return value


def number(name: str, given: object) -> float:
    """A number that is no text."""
    if isinstance(given, (str, bytes)):
        raise wrong_type(f"{name} is {given!r}, expected a number")
    try:
        return float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise wrong_type(f"{name} is a {type(given).__name__}, expected a number") from None


def optional(name: str, given: object) -> Optional[float]:
    """A number, or None."""
    return None if given is None else number(name, given)


def whole(name: str, given: object, least: int = 1, most: int = 1 << 31) -> int:
    """A whole number within limits."""
    try:
        value = operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        kind = type(given).__name__
        raise wrong_type(f"{name} is a {kind}, expected a whole number") from None
    if not least <= value <= most:
        raise coded("config", f"{name} is {value}, expected {least} to {most}")
    return value

