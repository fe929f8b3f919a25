"""Folders, buckets and what they already contain, with workers in this process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs
from sourcing_sound import EXTENSIONS, Classifier

import archive
import classify
from archive import errors, parts, written
from classify import Part, Place, Plan, Unusable, Worker


class Given(NamedTuple):
    """The arguments of `classify.job`."""

    recordings: str
    output: str
    rows: str = "segments"
    strict: bool = False
    model: Optional[str] = None
    head: Optional[str] = None


def work(
    given: Given,
    per_part: int = 2,
    retry_failed: bool = False,
    worker: type[Worker] = Worker,
    system: Optional[fs.FileSystem] = None,
) -> tuple[Plan, list[Part]]:
    """The same as `run`, without Ray."""
    recordings, output = Place(given.recordings, system), Place(given.output, system)
    job = classify.job(*given)._replace(recordings=recordings, output=output)
    output.system.create_dir(output.path, recursive=True)
    one = worker(job, output.claim())
    plan = classify.plan(job, per_part, retry_failed)
    rows = [one({key: [value] for key, value in part.items()}) for part in plan.parts]
    keys = ("recordings", "failed", "incomplete", "process")
    return plan, [Part(*(row[key][0] for key in keys)) for row in rows]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Three good recordings, a broken one, and one that lacks a part."""
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        archive.noise(tmp_path / "in" / f"{number}.wav", 2.5, number)
    (tmp_path / "in" / "broken.wav").write_bytes(b"not a recording")
    cut = tmp_path / "in" / "3.wav"
    cut.write_bytes(cut.read_bytes()[:-16_000])
    return Given("in", "rows")


def test_the_same_recordings_as_by_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    names = [f"sound.{extension}" for extension in EXTENSIONS]
    names += ["LOUD.WAV", "a b.Wav", "é.wav", "50%.wav", "a#b?.wav", "wav", "a.txt", "a.wav.part"]
    names += ["deep/er/a.wav", ".hidden.wav", ".folder/a.wav", "deep/.folder/a.wav", "folder.wav/a.txt"]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"not a recording")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.wav")).write_bytes(b"not a recording")
    os.mkfifo(folder / "pipe.wav")
    (folder / "link.wav").symlink_to(folder / "LOUD.WAV")
    (folder / "broken link.wav").symlink_to("none.wav")
    (folder / "linked").symlink_to(folder / "deep")
    (folder / "linked.wav").symlink_to(folder / "deep")
    words = [archive.command_line(), "classify", "in", "--format", "parquet", "--output", "a.parquet"]
    assert subprocess.run(words, capture_output=True).returncode == 1
    by_command_line = pq.read_table("a.parquet")["file"].to_pylist()
    place = Place("in")
    found = [place.name(recording) for recording in place.recordings()]
    assert sorted(found) == sorted(by_command_line)
    assert len(found) == len(EXTENSIONS) + 9 and "in/%FF.wav" in found
    lost = [name for name in map(place.audio, place.recordings()) if not os.path.isfile(name)]
    assert [os.path.basename(name) for name in lost] == ["broken link.wav"]


def in_memory(folder: Path) -> fs.FileSystem:
    """pyarrow's file system for tests, with a copy of a folder."""
    system = fs._MockFileSystem()
    system.create_dir(folder.name)
    for path in folder.iterdir():
        with system.open_output_stream(f"{folder.name}/{path.name}") as file:
            file.write(path.read_bytes())
    return system


@pytest.mark.parametrize("kind", ["in memory", "below a folder"])
def test_other_file_systems_give_the_same_rows(given: Given, tmp_path: Path, kind: str) -> None:
    plan, done = work(given)
    (tmp_path / "in" / ".hidden.wav").write_bytes(b"not a recording")
    if kind == "in memory":
        system = in_memory(tmp_path / "in")
    else:
        system = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    bucket = Given("mock:///in", "mock:///out")
    in_bucket, also_done = work(bucket, system=system)
    assert (plan.found, plan.left) == (in_bucket.found, in_bucket.left) == (5, 5)
    assert done == also_done
    output = Place(bucket.output, system)
    names = [info.base_name for info in system.get_file_info(fs.FileSelector("out"))]
    assert sorted(names) == sorted([".run", *output.parts()])
    found = pa.concat_tables(output.read(part) for part in output.parts())
    own = written(tmp_path / "rows")
    assert archive.in_order(found) == [{**row, "file": f"mock:///{row['file']}"} for row in own]
    assert work(bucket, system=system)[0].left == 0


def test_names_of_uris_have_neither_keys_nor_options() -> None:
    place = Place("mock://key:secret@bucket/a%20b/?scheme=http")
    assert place.name("c%20d/1.wav") == "mock://bucket/a%20b/c%20d/1.wav"


def test_a_part_is_whole_or_absent(given: Given, tmp_path: Path) -> None:
    class Full(Exception):
        pass

    class Output:
        """A disk that is full."""

        def __init__(self, system: fs.FileSystem) -> None:
            self.system = system

        def __getattr__(self, name: str) -> Any:
            return getattr(self.system, name)

        def move(self, source: str, target: str) -> None:
            assert os.path.getsize(source) == 4
            raise Full

    output = Place(str(tmp_path / "rows"))
    os.mkdir(output.path)
    output.system = Output(output.system)
    with pytest.raises(Full):
        output.write("a.parquet", b"PAR1")
    assert list((tmp_path / "rows").iterdir()) == []


def test_incomplete_recordings_are_counted_and_fail_if_they_must_not_be(given: Given) -> None:
    _, done = work(given, per_part=10)
    assert [(part.recordings, part.failed, part.incomplete) for part in done] == [(5, 1, 1)]
    for rows in ("segments", "embeddings"):
        strict = given._replace(output=f"strict {rows}", rows=rows, strict=True)
        _, done = work(strict, per_part=10)
        assert [(part.recordings, part.failed, part.incomplete) for part in done] == [(5, 2, 0)]
        codes = errors(written(Path(strict.output)))
        assert sorted(codes) == ["audio-cut-off", "audio-unsupported"]


def test_failed_recordings_are_tried_again(given: Given, tmp_path: Path) -> None:
    work(given)
    before = written(tmp_path / "rows")
    assert work(given)[0].left == 0
    plan, done = work(given, retry_failed=True)
    assert (plan.done, plan.left) == (5, 1) and [part.failed for part in done] == [1]
    assert written(tmp_path / "rows") == before
    # Once it is repaired, its rows replace the failed one.
    archive.noise(tmp_path / "in" / "broken.wav", 2.5, 9)
    names = parts(tmp_path / "rows")
    plan, done = work(given, retry_failed=True)
    assert [(part.recordings, part.failed) for part in done] == [(1, 0)]
    assert parts(tmp_path / "rows") == names
    mended = written(tmp_path / "rows")
    assert mended == archive.by_one_process("in") and errors(mended) == []
    assert work(given, retry_failed=True)[0].left == 0


def test_a_bug_is_a_row(given: Given, tmp_path: Path) -> None:
    class Buggy(Worker):
        def table(self, recording: str, name: str) -> tuple[pa.Table, bool]:
            if recording == "1.wav":
                raise ZeroDivisionError("a bug")
            return super().table(recording, name)

    work(given, worker=Buggy)
    rows = written(tmp_path / "rows")
    failed = {row["file"]: row["error"] for row in rows if row["error"]}
    assert failed == {"in/1.wav": "internal", "in/broken.wav": "audio-unsupported"}


def other_version(table: pa.Table) -> pa.Table:
    metadata = {**table.schema.metadata, b"sourcing_sound.schema_version": b"0"}
    return table.replace_schema_metadata(metadata)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda given, part: given._replace(rows="embeddings"), "sourcing_sound.schema segments"),
        (lambda given, part: given._replace(model="urban-tiny"), "another OUTPUT"),
        (lambda given, part: given._replace(head="urban"), "another OUTPUT"),
        (lambda given, part: pq.write_table(other_version(pq.read_table(part)), part), "schema_version 0"),
        (lambda given, part: part.with_name("b.parquet").write_bytes(part.read_bytes()), "in two parts"),
        (lambda given, part: part.write_bytes(part.read_bytes()[:-9]), "not a part of results"),
        (lambda given, part: given._replace(recordings="./in"), "give INPUT as in the run"),
        (lambda given, part: given._replace(recordings="no folder"), "is not a folder"),
    ],
)
def test_results_of_another_kind_are_refused(
    given: Given, tmp_path: Path, change: Callable[[Given, Path], Any], error: str
) -> None:
    work(given)
    (part, *_) = parts(tmp_path / "rows")
    changed = change(given, part)
    before = {path: path.read_bytes() for path in parts(tmp_path / "rows")}
    with pytest.raises(Unusable, match=error):
        work(changed if isinstance(changed, Given) else given)
    assert {path: path.read_bytes() for path in parts(tmp_path / "rows")} == before


def test_a_folder_without_recordings_is_refused(given: Given, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unusable, match="no recording in empty/, expected aac"):
        work(given._replace(recordings="empty"))


def test_a_worker_of_an_earlier_run_writes_nothing(given: Given, tmp_path: Path) -> None:
    job = classify.job(*given)
    os.mkdir(job.output.path)
    earlier = Worker(job, job.output.claim())
    job.output.claim()
    part = classify.plan(job, 10, False).parts[0]
    with pytest.raises(Unusable, match="a later run"):
        earlier({key: [value] for key, value in part.items()})
    assert parts(tmp_path / "rows") == []


def test_models_and_heads(given: Given, tmp_path: Path) -> None:
    work(given._replace(model="urban-tiny"))
    rows = [row for row in written(tmp_path / "rows") if row["file"] == "in/0.wav"]
    own = pa.table(Classifier("urban-tiny").classify("in/0.wav").to_arrow()).to_pylist()
    assert rows == own
