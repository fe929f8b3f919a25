"""What the tests share: synthesised recordings, and rows in one order."""

from __future__ import annotations

import os
import time
import wave
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sourcing_sound import EXTENSIONS, Classifier, SourcingSoundError

GOOD = 200
BROKEN = 4
INCOMPLETE = 2
RECORDINGS = GOOD + BROKEN + INCOMPLETE


def noise(path: Path, seconds: float, seed: int) -> None:
    """Writes a recording."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, 3_000, int(16_000 * seconds)).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())


def make(folder: Path) -> None:
    """Recordings in seven folders; some are broken, and some lack a part."""
    lengths = np.random.default_rng(1).uniform(0.5, 6, GOOD)
    for number, seconds in enumerate(lengths):
        noise(folder / f"{number % 7}" / f"{number:03}.wav", seconds, number)
    for number in range(BROKEN):
        (folder / f"broken {number}.wav").write_bytes(b"not a recording")
    for number in range(INCOMPLETE):
        path = folder / f"incomplete {number}.wav"
        noise(path, 3, 1_000 + number)
        path.write_bytes(path.read_bytes()[:-32_000])


def by_one_process(folder: str) -> list[dict[str, Any]]:
    """The rows of a folder, made with the package alone."""
    classifier = Classifier()
    tables = []
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix[1:] in EXTENSIONS:
            try:
                tables.append(pa.table(classifier.classify(path).to_arrow()))
            except SourcingSoundError as error:
                tables.append(pa.table(classifier.failed(str(path), error)))
    return in_order(pa.concat_tables(tables))


def in_order(table: pa.Table) -> list[dict[str, Any]]:
    """Rows by recording and time."""
    return table.sort_by([("file", "ascending"), ("start_s", "ascending")]).to_pylist()


def parts(output: Path) -> list[Path]:
    """The files of results."""
    return sorted(path for path in output.glob("*.parquet") if not path.name.startswith("."))


def written(output: Path) -> list[dict[str, Any]]:
    """The rows of all parts."""
    return in_order(pa.concat_tables(pq.read_table(part) for part in parts(output)))


def wait_for(condition: Callable[[], object], is_alive: Callable[[], object] = lambda: True) -> None:
    """Waits for a state; fails if it can no longer occur, and after a while instead of hanging."""
    began = time.monotonic()
    while not condition():
        assert is_alive(), "it ended before"
        assert time.monotonic() - began < 300, "it never came"
        time.sleep(0.01)


def errors(rows: Iterable[dict[str, Any]]) -> list[str]:
    """The codes of failed recordings."""
    return [row["error"] for row in rows if row["error"] is not None]


def command_line() -> str:
    """The program sourcing-sound, which `cargo xtask` names."""
    import pytest

    program = os.environ.get("SOURCING_SOUND_CLI")
    if not program:
        pytest.skip("SOURCING_SOUND_CLI does not name the program sourcing-sound")
    return program
