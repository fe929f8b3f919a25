"""A local Ray cluster of two workers: what it writes, and what is left when a worker is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
import ray
from sourcing_sound import Classifier

import archive
import classify
from archive import BROKEN, INCOMPLETE, RECORDINGS, errors, parts, written
from classify import Unusable, job, run


class Held(classify.Worker):
    """After two parts each, workers announce themselves and wait for a file before they continue."""

    def __init__(self, job: classify.Job, claimed: str) -> None:
        super().__init__(job, claimed)
        self.gate = Path(self.output.path + " gate")
        self.parts = 0

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        if self.parts == 2:
            (self.gate / str(os.getpid())).touch()
            while not (self.gate / "open").exists():
                time.sleep(0.01)
        self.parts += 1
        return super().__call__(batch)


def test_a_killed_worker_neither_loses_nor_duplicates_rows(
    at_home: Path, expected: list[dict[str, Any]], cluster: None, tmp_path: Path
) -> None:
    output, gate = tmp_path / "rows", tmp_path / "rows gate"
    gate.mkdir()
    results = run(job("recordings", str(output)), workers=2, per_part=4, worker=Held)
    done = [next(results)]
    archive.wait_for(lambda: len(list(gate.iterdir())) == 2)
    originals = {int(path.name) for path in gate.iterdir()}
    count = -(-RECORDINGS // 4)
    assert len(parts(output)) == 4 < count
    os.kill(min(originals), signal.SIGKILL)
    (gate / "open").touch()
    done += results
    assert len(done) == len(parts(output)) == count
    # A new process made the part that was lost: Ray retries it on the same machine.
    assert {part.process for part in done} - originals
    assert sum(part.recordings for part in done) == RECORDINGS
    assert sum(part.failed for part in done) == BROKEN
    assert sum(part.incomplete for part in done) == INCOMPLETE
    assert written(output) == expected

    # A part that is missing is made again, and nothing else.
    files = parts(output)
    before = {file: file.stat().st_mtime_ns for file in files[1:]}
    files[0].unlink()
    assert [part.recordings for part in run(job("recordings", str(output)), 2, 4)] == [4]
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert written(output) == expected
    plans: list[classify.Plan] = []
    assert list(run(job("recordings", str(output)), begin=plans.append)) == []
    assert [(plan.found, plan.done, plan.left) for plan in plans] == [(RECORDINGS, RECORDINGS, 0)]


class Poisoned(classify.Worker):
    """A recording kills the worker, like one that is too large for the memory."""

    def table(self, recording: str, name: str) -> tuple[pa.Table, bool]:
        if recording == "poison.wav":
            with open(self.output.path + " attempts", "a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return super().table(recording, name)


def test_a_recording_that_kills_every_worker_is_not_tried_forever(
    cluster: None, tmp_path: Path
) -> None:
    for name in ("a", "b", "poison"):
        archive.noise(tmp_path / "in" / f"{name}.wav", 1, 1)
    three = job(str(tmp_path / "in"), str(tmp_path / "rows"))
    with pytest.raises(ray.exceptions.RayError):
        list(run(three, 1, 1, worker=Poisoned))
    attempts = (tmp_path / "rows attempts").read_text()
    assert len(attempts) == 1 + classify.PART_RETRIES
    # Without it, the run continues.
    (tmp_path / "in" / "poison.wav").unlink()
    list(run(three, 1, 1))
    names = {row["file"] for row in written(tmp_path / "rows")}
    assert names == {str(tmp_path / "in" / f"{name}.wav") for name in ("a", "b")}


@pytest.mark.parametrize("given", ["recordings", "./recordings/"])
def test_rows_are_those_of_the_command_line(
    at_home: Path, cluster: None, tmp_path: Path, given: str
) -> None:
    whole = tmp_path / "whole.parquet"
    words = [archive.command_line(), "classify", given, "--format", "parquet"]
    done = subprocess.run([*words, "--output", str(whole)], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("[audio-unsupported]") == BROKEN, done.stderr
    list(run(job(given, str(tmp_path / "rows"))))
    found = written(tmp_path / "rows")
    assert found == archive.in_order(pq.read_table(whole))
    assert errors(found) == BROKEN * ["audio-unsupported"]


def test_uris_are_read_and_written(
    home: Path, expected: list[dict[str, Any]], cluster: None, tmp_path: Path
) -> None:
    uri, output = (home / "recordings").as_uri(), (tmp_path / "the rows").as_uri()
    assert "%20" in output
    assert sum(part.recordings for part in run(job(uri, output))) == RECORDINGS
    names = {row["file"] for row in expected}
    as_uris = {name: (home / name).as_uri() for name in names}
    found = written(tmp_path / "the rows")
    assert found == sorted(
        ({**row, "file": as_uris[row["file"]]} for row in expected),
        key=lambda row: (row["file"], row["start_s"] or 0),
    )
    assert list(run(job(uri, output))) == []


def test_a_second_run_in_the_meantime_is_refused(
    at_home: Path, expected: list[dict[str, Any]], cluster: None, tmp_path: Path
) -> None:
    given = job("recordings", str(tmp_path / "rows"))
    first = run(given, per_part=16)
    done = [next(first)]
    unfinished = tmp_path / "rows" / ".0123.parquet.0123"
    unfinished.touch()
    with pytest.raises(Unusable, match="another run is writing"):
        next(run(given, per_part=5))
    assert unfinished.exists()
    done += first
    assert sum(part.recordings for part in done) == RECORDINGS
    assert written(tmp_path / "rows") == expected
    # Once the first is done, the next removes what a killed run has left.
    assert list(run(given)) == [] and not unfinished.exists()


def test_embeddings_have_the_label_of_their_folder(
    at_home: Path, cluster: None, tmp_path: Path
) -> None:
    output = tmp_path / "rows"
    done = list(run(job("recordings", str(output), "embeddings")))
    assert sum(part.failed for part in done) == BROKEN
    assert sum(part.incomplete for part in done) == INCOMPLETE
    table = pa.concat_tables(pq.read_table(file) for file in parts(output))
    assert table.schema.metadata[b"sourcing_sound.schema"] == b"embeddings"
    found = {row["file"]: row["label"] for row in table.select(["file", "label"]).to_pylist()}
    assert len(found) == RECORDINGS
    for file, label in found.items():
        folder = Path(file).parent.name
        assert label == (None if folder == "recordings" else folder)
    one = "recordings/3/003.wav"
    own = pa.table(Classifier().embed(one).to_arrow(label="3"))
    rows_of_one = table.filter(pa.compute.equal(table["file"], one)).sort_by("start_s")
    assert rows_of_one.to_pylist() == own.to_pylist()
