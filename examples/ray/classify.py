"""Classifies a folder of recordings on a Ray cluster, into Parquet files.

    python classify.py RECORDINGS OUTPUT [--workers N] [--recordings-per-part N] [--embeddings]

Each worker has a classifier of its own, and writes the rows of some recordings as one part of OUTPUT,
as a whole or not at all. So a worker that is killed loses and doubles nothing: Ray starts it again
with the same recordings. A run that was stopped goes on where it was: recordings that are in a part
are left out. A recording that cannot be classified is a row with the code of its error.

With --embeddings, the rows are what the network makes of each window of a recording, for training a
head (`sourcing-sound-train head --embeddings OUTPUT`). The label of a recording is the name of the
folder that it lies in; one that lies in RECORDINGS itself has none of the labels.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from sourcing_sound import Classifier, SourcingSoundError, Table

ENDINGS = {".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav"}


class Part(NamedTuple):
    """A part that was written."""

    recordings: int
    failed: int
    process: int
    """The worker's process on its machine."""


class Worker:
    """Classifies the recordings of one part after another."""

    def __init__(self, recordings: str, output: str, rows: str) -> None:
        self.recordings = Path(recordings)
        self.output = Path(output)
        self.rows = rows
        self.classifier = Classifier()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """One part: a batch has one row, the paths of its recordings."""
        paths = [str(path) for path in batch["paths"][0]]
        tables, failed = [], 0
        for path in paths:
            try:
                table = self.table(path)
            except SourcingSoundError as error:
                table = self.classifier.failed(path, error, rows=self.rows)
                failed += 1
            tables.append(pa.table(table))
        write_part(self.output / part_name(paths), pa.concat_tables(tables))
        return {"recordings": [len(paths)], "failed": [failed], "process": [os.getpid()]}

    def table(self, path: str) -> Table:
        """The rows of a recording."""
        if self.rows == "segments":
            return self.classifier.classify(path).to_arrow()
        folder = Path(path).parent
        label = None if folder == self.recordings else folder.name
        return self.classifier.embed(path).to_arrow(label=label)


def part_name(paths: list[str]) -> str:
    """The same recordings have the same part, no matter which worker writes it."""
    return hashlib.sha256("\0".join(paths).encode()).hexdigest()[:16] + ".parquet"


def write_part(path: Path, table: pa.Table) -> None:
    """Only the last step gives the file its name, so that every part is complete."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        pq.write_table(table, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def find(recordings: Path) -> list[str]:
    """The recordings in a folder, at any depth, sorted."""
    return sorted(str(path) for path in recordings.rglob("*") if path.suffix.lower() in ENDINGS)


def done(output: Path) -> set[str]:
    """The recordings that are in a part."""
    parts = sorted(output.glob("[!.]*.parquet"))
    return {file for part in parts for file in pq.read_table(part, columns=["file"])["file"].to_pylist()}


def run(
    recordings: Path, output: Path, workers: int, per_part: int, rows: str = "segments"
) -> Iterator[Part]:
    """Classifies what no part has; gives each part as it is finished."""
    output.mkdir(parents=True, exist_ok=True)
    for unfinished in output.glob(".*.parquet.*"):
        unfinished.unlink()
    known = done(output)
    left = [path for path in find(recordings) if path not in known]
    parts = [{"paths": left[first : first + per_part]} for first in range(0, len(left), per_part)]
    if not parts:
        return
    data = ray.data.from_items(parts, override_num_blocks=len(parts))
    finished = data.map_batches(
        Worker,
        fn_constructor_args=(str(recordings), str(output), rows),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
    )
    for row in finished.iter_rows():
        yield Part(row["recordings"], row["failed"], row["process"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("recordings", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recordings-per-part", type=int, default=64)
    parser.add_argument("--embeddings", action="store_true", help="write them instead of segments")
    options = parser.parse_args()
    total = failed = 0
    for part in run(
        options.recordings.resolve(),
        options.output.resolve(),
        options.workers,
        options.recordings_per_part,
        "embeddings" if options.embeddings else "segments",
    ):
        total, failed = total + part.recordings, failed + part.failed
        print(f"{total} recordings, {failed} of them failed", flush=True)


if __name__ == "__main__":
    main()
