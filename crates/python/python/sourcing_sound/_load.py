"""Recordings → samples."""

from __future__ import annotations

import os
from typing import Union

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._audio import Channel
from ._errors import wrong_type


def load(
    audio: Union[str, os.PathLike[str], bytes], *, channel: Channel = "mix"
) -> tuple[npt.NDArray[np.float32], int]:
    """Decodes a whole recording, as ``librosa.load(path, sr=None)`` does.

    Parameters
    ----------
    audio
        The path of a recording, or the bytes of one.
    channel
        As for ``Classifier.classify``, without ``"each"``.

    Returns
    -------
    tuple
        The samples, ``(samples,)``, float32, full scale ±1, and their rate in Hz.

    Raises
    ------
    AudioError
        ``audio-unsupported``, ``audio-corrupt``, ``audio-empty``, ``audio-channels``.
    FileError
        ``io``.
    ConfigError
        ``limit`` above 2³⁰ samples.
    """
    source = _audio.source(audio)
    if not isinstance(source, (str, bytes)):
        raise wrong_type("load takes a path or bytes")
    return _native.load(source, _audio.channel(channel))
