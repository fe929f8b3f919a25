"""What several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sounds import Samples, to_int16, write_wav
from sourcing_sound import Classifier


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    def make(samples: Samples, rate: int = 16_000, name: str = "sound.wav") -> Path:
        return write_wav(tmp_path / name, to_int16(samples), rate)

    return make


@pytest.fixture(scope="session")
def command_line() -> str:
    program = os.environ.get("SOURCING_SOUND_CLI")
    if not program:
        pytest.skip("SOURCING_SOUND_CLI does not name the program sourcing-sound")
    return program
