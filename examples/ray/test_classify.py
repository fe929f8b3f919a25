"""A local Ray cluster of two workers, one of which is killed in mid-run."""

from __future__ import annotations

import os
import signal
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
import ray
from sourcing_sound import Classifier, SourcingSoundError

import classify

RECORDINGS = 200
BROKEN = 4


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    random = np.random.default_rng(1)
    for number in range(RECORDINGS):
        samples = random.normal(0, 3_000, int(16_000 * random.uniform(0.5, 6))).astype("<i2")
        path = folder / f"{number % 7}" / f"{number:03}.wav"
        path.parent.mkdir(exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(samples.tobytes())
    for number in range(BROKEN):
        (folder / f"broken {number}.wav").write_bytes(b"not a recording")
    return folder


@pytest.fixture(scope="module")
def expected(recordings: Path) -> list[dict[str, Any]]:
    """The rows by one process."""
    classifier = Classifier()
    tables = []
    for path in classify.find(recordings):
        try:
            tables.append(pa.table(classifier.classify(path).to_arrow()))
        except SourcingSoundError as error:
            tables.append(pa.table(classifier.failed(path, error)))
    return rows(pa.concat_tables(tables))


@pytest.fixture(scope="module")
def cluster() -> Any:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def rows(table: pa.Table) -> list[dict[str, Any]]:
    return table.sort_by([("file", "ascending"), ("start_s", "ascending")]).to_pylist()


def written(output: Path) -> list[dict[str, Any]]:
    return rows(pa.concat_tables(pq.read_table(part) for part in output.glob("[!.]*.parquet")))


def test_a_killed_worker_loses_and_doubles_nothing(
    recordings: Path, expected: list[dict[str, Any]], cluster: None, tmp_path: Path
) -> None:
    output = tmp_path / "rows"
    results = classify.run(recordings, output, workers=2, per_part=4)
    parts = [next(results)]
    killed = parts[0].process
    os.kill(killed, signal.SIGKILL)
    parts += results
    assert len({part.process for part in parts} - {killed}) >= 1
    assert sum(part.recordings for part in parts) == RECORDINGS + BROKEN
    assert sum(part.failed for part in parts) == BROKEN
    assert written(output) == expected

    # A part that is missing is made again, and nothing else.
    files = sorted(output.glob("*.parquet"))
    before = {file: file.stat().st_mtime_ns for file in files[1:]}
    files[0].unlink()
    assert [part.recordings for part in classify.run(recordings, output, 2, 4)] == [4]
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert written(output) == expected
    assert list(classify.run(recordings, output, 2, 4)) == []


def test_embeddings_have_the_label_of_their_folder(
    recordings: Path, cluster: None, tmp_path: Path
) -> None:
    output = tmp_path / "rows"
    parts = list(classify.run(recordings, output, 2, 64, "embeddings"))
    assert sum(part.failed for part in parts) == BROKEN
    files = sorted(output.glob("[!.]*.parquet"))
    table = pa.concat_tables(pq.read_table(file) for file in files)
    assert table.schema.metadata[b"sourcing_sound.schema"] == b"embeddings"
    found = {row["file"]: row["label"] for row in table.select(["file", "label"]).to_pylist()}
    assert len(found) == RECORDINGS + BROKEN
    for file, label in found.items():
        folder = Path(file).parent
        assert label == (None if folder == recordings else folder.name)
    one = str(recordings / "3" / "003.wav")
    own = pa.table(Classifier().embed(one).to_arrow(label="3"))
    rows_of_one = table.filter(pa.compute.equal(table["file"], one)).sort_by("start_s")
    assert rows_of_one.to_pylist() == own.to_pylist()
