"""Sounds and files for the tests; all sounds are synthesised."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parents[3]

Samples = npt.NDArray[np.float32]


def siren(seconds: float = 4.0, rate: int = 16_000, middle_hz: float = 1_000) -> Samples:
    """A square wave that wails."""
    time = np.arange(int(seconds * rate)) / rate
    hz = middle_hz + 400 * np.sin(2 * np.pi * 2 * time)
    phase = np.cumsum(hz / rate) % 1
    return np.where(phase < 0.5, 0.3, -0.3).astype(np.float32)


def noise(seconds: float = 4.0, rate: int = 16_000, seed: int = 1, level: float = 0.1) -> Samples:
    """White noise."""
    random = np.random.default_rng(seed)
    return (level * random.standard_normal(int(seconds * rate))).astype(np.float32)


def to_int16(samples: Samples) -> npt.NDArray[np.int16]:
    """Samples as a file of 16 bits has them."""
    return np.clip(np.round(samples * 32_767), -32_768, 32_767).astype(np.int16)


def write_wav(path: Path, samples: npt.NDArray[np.int16], rate: int) -> Path:
    """Writes ``(samples,)`` or ``(channels, samples)``."""
    channels = 1 if samples.ndim == 1 else samples.shape[0]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples.T, "<i2").tobytes())
    return path
