"""What users pass as sound, checked before the compiled part gets it."""

from __future__ import annotations

import datetime
import errno
import operator
import os
from typing import Any, Optional, Protocol, Union

import numpy as np
import numpy.typing as npt

from . import _native
from ._errors import coded, unreadable, wrong_type

EXTENSIONS: tuple[str, ...] = tuple(_native.EXTENSIONS)
"""The extensions of the names of recordings, in lower case, without the dot and sorted: the files that
the command line takes from a folder."""


class SupportsArray(Protocol):
    """Anything that numpy makes an array of without a copy, such as a CPU tensor of PyTorch."""

    def __array__(self) -> npt.NDArray[Any]: ...


Audio = Union[str, "os.PathLike[str]", bytes, npt.NDArray[Any], SupportsArray]
"""A path, the bytes of a recording's file, or an array of samples: ``(samples,)`` or ``(channels,
samples)``."""

Channel = Union[int, str]
"""``"mix"``, ``"left"``, ``"right"``, or the number of a channel, counted from 1."""

_MOST = "1.8e308"

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

_NAMED = {"each": -1, "mix": 0, "left": 1, "right": 2}


def source(audio: object) -> Union[str, bytes, npt.NDArray[Any]]:
    """What the compiled part takes: a path, bytes, or an array that it can read."""
    if isinstance(audio, os.PathLike):
        try:
            audio = os.fsdecode(audio)
        except Exception as error:
            raise wrong_type(f"the path cannot be read: {error}") from error
    if isinstance(audio, str):
        try:
            os.fsencode(audio)
        except UnicodeEncodeError as error:
            # A surrogate that encodes no byte cannot be in a file name on this system.
            raise unreadable(repr(audio), errno.ENOENT, str(error)) from error
        return audio
    if isinstance(audio, (bytearray, memoryview)):
        try:
            audio = bytes(audio)
        except ValueError as error:
            raise wrong_type(f"the bytes cannot be read: {error}") from error
    if isinstance(audio, bytes):
        return audio
    return array(audio)


def array(samples: object, channels: Optional[int] = None) -> npt.NDArray[Any]:
    """Samples as an array whose memory can be read in place. With as many channels as expected, there
    may be fewer samples than channels, as in the last piece of a stream."""
    if isinstance(samples, np.ma.MaskedArray):
        raise wrong_type("a masked array has samples that are not there: fill them first")
    if not isinstance(samples, np.ndarray):
        if not hasattr(samples, "__array__"):
            kind = type(samples).__name__
            raise wrong_type(f"expected a path, bytes or a numpy array, not {kind}")
        try:
            samples = np.asarray(samples)
        except MemoryError:
            raise
        except Exception as error:
            raise wrong_type(f"the array cannot be read: {error}") from error
    if samples.ndim == 2 and samples.shape[0] == 0:
        raise coded("audio-empty", f"the samples have the shape {samples.shape}: no channel")
    if samples.ndim == 2 and channels != samples.shape[0] > samples.shape[1] > 0:
        raise coded(
            "audio-channels",
            f"the samples have the shape {samples.shape}, expected (channels, samples): if there "
            f"are {samples.shape[1]} channels, pass the transposed array (.T)",
        )
    # A field of a record can lie anywhere; the compiled part counts in whole samples, and refuses
    # those without a size, such as empty texts.
    size = samples.itemsize
    if not samples.flags.aligned or (size > 0 and any(step % size for step in samples.strides)):
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
    except Exception:
        kind = type(sample_rate).__name__
        raise wrong_type(f"sample_rate is a {kind}, expected a number of Hz") from None
    # Rates that the compiled part cannot take are all refused as this one.
    return max(-1, min(number, 1 << 40))


def channel(given: Channel) -> int:
    """A channel as the compiled part counts: 0 for the mix, −1 for each."""
    if isinstance(given, str):
        if given in _NAMED:
            return _NAMED[given]
    elif not isinstance(given, bool):
        try:
            number = operator.index(given)
        except Exception:
            number = 0
        if number >= 1:
            return min(number, 1 << 40)
    raise coded(
        "config",
        f'channel is {shown(given)}, expected "mix", "left", "right" or a number from 1 (or, for '
        'classify, "each")',
    )


def seconds(name: str, given: object) -> float:
    """A time from 0 on, in seconds."""
    value = number(name, given)
    if not 0 <= value < float("inf"):
        raise coded("config", f"{name} is {given} s, expected 0 or more")
    return value


def number(name: str, given: object) -> float:
    """A number that is not a text."""
    if isinstance(given, (str, bytes)):
        raise wrong_type(f"{name} is {given!r}, expected a number")
    try:
        return float(given)  # type: ignore[arg-type]
    except OverflowError:
        raise coded("config", f"{name} is above {_MOST}, the largest floating-point number") from None
    except Exception:
        raise wrong_type(f"{name} is a {type(given).__name__}, expected a number") from None


def optional(name: str, given: object) -> Optional[float]:
    """A number, or None."""
    return None if given is None else number(name, given)


def whole(name: str, given: object, least: int = 1, most: int = 1 << 31) -> int:
    """A whole number within limits."""
    try:
        value = operator.index(given)  # type: ignore[arg-type]
    except Exception:
        kind = type(given).__name__
        raise wrong_type(f"{name} is a {kind}, expected a whole number") from None
    if not least <= value <= most:
        raise coded("config", f"{name} is {shown(value)}, expected {least} to {most}")
    return value



def shown(given: object) -> str:
    """A value in an error's text."""
    try:
        return repr(given)
    except Exception:
        # Python refuses to print an int of thousands of digits.
        return f"a {type(given).__name__} that cannot be shown"


def text(name: str, given: object) -> str:
    """A text as UTF-8. In a path that is not UTF-8, a byte that is not becomes %FF and a % becomes %25,
    as on the command line, so that two paths never become the same."""
    if not isinstance(given, str):
        raise wrong_type(f"{name} is a {type(given).__name__}, expected a str")
    try:
        raw = given.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise coded("config", f"{name} has no UTF-8 form: {error}") from error
    try:
        return raw.decode()
    except UnicodeDecodeError:
        escaped = raw.replace(b"%", b"%25").decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in escaped)


def microseconds(name: str, given: object) -> Optional[int]:
    """A time of day as microseconds since the start of 1970 in UTC, or None."""
    if given is None:
        return None
    if not isinstance(given, datetime.datetime):
        raise wrong_type(f"{name} is a {type(given).__name__}, expected a datetime")
    if given.utcoffset() is None:
        raise coded("config", f"{name} is {given}, which has no time zone: add tzinfo")
    return (given - _EPOCH) // datetime.timedelta(microseconds=1)
