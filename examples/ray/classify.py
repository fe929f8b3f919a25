"""Classifies a folder or bucket of recordings on a Ray cluster, into Parquet files.

    python classify.py INPUT OUTPUT [--workers N] [--recordings-per-part N] [--model M] [--head H]
                       [--embeddings] [--strict] [--retry-failed]

INPUT and OUTPUT are folders that all machines see under the same path, or URIs of pyarrow's file
systems, such as s3://bucket/prefix. Each worker has its own classifier, and writes the rows of
some recordings as one part of OUTPUT, completely or not at all. So killing a worker neither loses nor
duplicates rows: Ray starts it again with the same recordings. A stopped run resumes where it stopped:
recordings that are in a part are left out. A recording that cannot be classified is a row with the
code of its error.

With --embeddings, the rows are the network's outputs for each window of a recording, for training a
head (`sourcing-sound-train head --embeddings OUTPUT`). The label of a recording is the name of the
folder that it is in; one that is in INPUT itself has none of the labels.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import quote, unquote_to_bytes, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import ray
from pyarrow import fs
from sourcing_sound import EXTENSIONS, Classifier, SourcingSoundError

PART_RETRIES = 3
"""How often a part is tried again after its worker died: a recording that kills every worker, such as
one that is too large for the memory, must not be tried forever."""


class Unusable(Exception):
    """INPUT or OUTPUT cannot be used as they are."""


class Place:
    """A folder, or the URI of one. Recordings in it are named by their path below it, in which all
    bytes that a URI cannot contain are escaped."""

    def __init__(self, given: str, system: Optional[fs.FileSystem] = None) -> None:
        if "://" in given:
            self.system, path = fs.FileSystem.from_uri(given)
            uri = urlsplit(given)
            # Neither a key nor an option of the file system belongs in the rows.
            host = uri.netloc.rpartition("@")[2]
            self.prefix = f"{uri.scheme}://{host}{uri.path.rstrip('/')}/"
            self.is_uri = True
        else:
            self.system, path = fs.LocalFileSystem(), os.path.abspath(given)
            self.prefix = printable(os.path.join(given, ""))
            self.is_uri = False
        self.system = system or self.system
        self.path = path.rstrip("/")
        self.is_local = isinstance(self.system, fs.LocalFileSystem)

    def name(self, recording: str) -> str:
        """What the rows call a recording: the path as the command line shows it, or its URI."""
        return self.prefix + (recording if self.is_uri else printable(original(recording)))

    def audio(self, recording: str) -> Union[str, bytes]:
        """The input for a classifier: a path, or the bytes of an object in a bucket."""
        path = f"{self.path}/{original(recording)}"
        if self.is_local:
            return path
        with self.system.open_input_file(path) as file:
            return file.read()

    def recordings(self) -> list[str]:
        """Those that the command line takes, at any depth: files with the extensions of recordings,
        neither hidden nor in a hidden folder; links to folders are not followed."""
        if self.system.get_file_info(self.path or "/").type != fs.FileType.Directory:
            raise Unusable(f"{self.prefix} is not a folder")
        if self.is_local:
            found = self._walk()
        else:
            listed = self.system.get_file_info(fs.FileSelector(self.path, recursive=True))
            files = (info.path for info in listed if info.type == fs.FileType.File)
            found = (path[len(self.path) :].lstrip("/") for path in files)
        return sorted(quote(os.fsencode(path)) for path in found if is_recording(path))

    def _walk(self) -> Iterator[str]:
        def unlisted(error: OSError) -> None:
            print(f"skipped, because it cannot be listed: {error}", file=sys.stderr)

        for folder, folders, names in os.walk(self.path or "/", onerror=unlisted):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = os.path.join(folder, name)
                # A dangling link counts as a recording that cannot be read.
                if is_recording(name) and (os.path.isfile(path) or not os.path.exists(path)):
                    yield os.path.relpath(path, self.path or "/").replace(os.sep, "/")

    def parts(self) -> list[str]:
        """The names of the parts."""
        listed = self.system.get_file_info(fs.FileSelector(self.path))
        names = (info.base_name for info in listed if info.type == fs.FileType.File)
        return sorted(n for n in names if n.endswith(".parquet") and not n.startswith("."))

    def read(self, name: str, columns: Optional[list[str]] = None) -> pa.Table:
        """A part."""
        try:
            with self.system.open_input_file(f"{self.path}/{name}") as file:
                return pq.read_table(file, columns=columns)
        except (pa.ArrowInvalid, KeyError) as error:
            raise Unusable(f"{self.prefix}{name} is not a part of results: {error}") from error

    def write(self, name: str, content: Any) -> None:
        """Only the last step gives the file its name, so that it is whole or absent. In a bucket,
        which cannot rename, that step is a copy by the store, which is atomic as well."""
        unfinished = f"{self.path}/.{name}.{uuid.uuid4().hex}"
        try:
            with self.system.open_output_stream(unfinished) as file:
                file.write(content)
            self.system.move(unfinished, f"{self.path}/{name}")
        except BaseException:
            with contextlib.suppress(OSError):
                self.system.delete_file(unfinished)
            raise

    def claim(self) -> str:
        """Makes this run the one that may write here, and returns its name."""
        run = uuid.uuid4().hex
        self.write(".run", run.encode())
        listed = self.system.get_file_info(fs.FileSelector(self.path))
        for info in listed:
            if info.base_name.startswith(".") and ".parquet." in info.base_name:
                # Left by a stopped run, whose workers may not write from here on.
                self.system.delete_file(info.path)
        return run

    def is_claimed_by(self, run: str) -> bool:
        """Whether no later run has claimed this place."""
        with self.system.open_input_file(f"{self.path}/.run") as file:
            return bool(file.read() == run.encode())


def printable(path: str) -> str:
    """A path as the command line shows it; in one that is not UTF-8, %FF is such a byte and %25 is a %."""
    raw = os.fsencode(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        escaped = raw.replace(b"%", b"%25").decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in escaped)


def original(recording: str) -> str:
    """The path without the escapes."""
    return os.fsdecode(unquote_to_bytes(recording))


def is_recording(path: str) -> bool:
    """Whether its extension is that of a recording, and no part of the path is hidden."""
    is_hidden = any(name.startswith(".") for name in path.split("/"))
    return not is_hidden and os.path.splitext(path)[1][1:].lower() in EXTENSIONS


class Job(NamedTuple):
    """What is classified and how; the same for all workers, whatever their current folder is."""

    recordings: Place
    output: Place
    classifier: Classifier
    """Each worker gets its own, with the same model and head."""
    rows: str
    """``segments`` or ``embeddings``."""
    strict: bool
    """Whether a recording that lacks a part fails."""


def job(
    recordings: str,
    output: str,
    rows: str = "segments",
    strict: bool = False,
    model: Optional[str] = None,
    head: Optional[str] = None,
) -> Job:
    """A job from the user's arguments."""
    return Job(Place(recordings), Place(output), Classifier(model, head=head), rows, strict)


class Part(NamedTuple):
    """A part that was written."""

    recordings: int
    failed: int
    incomplete: int
    """Recordings that lack a part, among those that did not fail."""
    process: int
    """The worker's process on its machine."""


class Plan(NamedTuple):
    """The work that is left."""

    found: int
    """The recordings of INPUT."""
    done: int
    """Those of them that are in a part already."""
    parts: list[dict[str, Any]]
    """For each part its name, its recordings, and whether these are in it as failed."""

    @property
    def left(self) -> int:
        return sum(len(part["recordings"]) for part in self.parts)


class Worker:
    """Classifies the recordings of one part after another."""

    def __init__(self, job: Job, run: str) -> None:
        self.job, self.run = job, run
        self.recordings, self.output, self.classifier = job[:3]

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """One part: a batch has one row."""
        recordings = [str(recording) for recording in batch["recordings"][0]]
        tables, failed, incomplete = [], 0, 0
        for recording in recordings:
            name = self.recordings.name(recording)
            try:
                table, is_incomplete = self.table(recording, name)
                incomplete += is_incomplete
            except Exception as error:
                if not isinstance(error, (SourcingSoundError, OSError)):
                    traceback.print_exc()
                table = pa.table(self.classifier.failed(name, error, rows=self.job.rows))
                failed += 1
            tables.append(table)
        part = str(batch["part"][0])
        if batch["is_retry"][0]:
            tables.insert(0, self.without(part, recordings).cast(tables[0].schema))
        sink = pa.BufferOutputStream()
        pq.write_table(pa.concat_tables(tables), sink)
        if not self.output.is_claimed_by(self.run):
            raise Unusable(f"a later run has begun to write to {self.output.prefix}")
        self.output.write(part, sink.getvalue())
        return {
            "recordings": [len(recordings)],
            "failed": [failed],
            "incomplete": [incomplete],
            "process": [os.getpid()],
        }

    def table(self, recording: str, name: str) -> tuple[pa.Table, bool]:
        """The rows of a recording, and whether it lacks a part."""
        audio, strict = self.recordings.audio(recording), self.job.strict
        if self.job.rows == "segments":
            predictions = self.classifier.classify(audio, strict=strict)
            rows, warnings = predictions.to_arrow(file=name), predictions.warnings
        else:
            label = os.path.basename(os.path.dirname(original(recording))) or None
            embeddings = self.classifier.embed(audio, strict=strict)
            rows, warnings = embeddings.to_arrow(file=name, label=label), embeddings.warnings
        return pa.table(rows), any(warning.is_loss for warning in warnings)

    def without(self, part: str, recordings: list[str]) -> pa.Table:
        """The rows of a part that belong to other recordings."""
        table = self.output.read(part)
        names = pa.array([self.recordings.name(recording) for recording in recordings])
        return table.filter(pc.invert(pc.is_in(table["file"], value_set=names)))


def part_name(recordings: list[str]) -> str:
    """The same recordings have the same part, no matter which worker writes it."""
    return hashlib.sha256("\0".join(recordings).encode()).hexdigest()[:16] + ".parquet"


def plan(job: Job, per_part: int, retry_failed: bool) -> Plan:
    """The recordings that are in no part and, with ``retry_failed``, those that failed.

    Raises ``Unusable`` if the results in OUTPUT are of another job.
    """
    recordings, output, classifier = job[:3]
    found: dict[str, list[str]] = {}
    for recording in recordings.recordings():
        found.setdefault(recordings.name(recording), []).append(recording)
    if not found:
        raise Unusable(f"no recording in {recordings.prefix}, expected {', '.join(EXTENSIONS)}")
    expected = metadata(pa.table(classifier.failed("", ValueError(), rows=job.rows)))
    parts: list[dict[str, Any]] = []
    done: dict[str, str] = {}
    for part in output.parts():
        table = output.read(part, ["file", "error"])
        for key, value in expected.items():
            if (own := metadata(table).get(key)) != value:
                raise Unusable(
                    f"{output.prefix}{part} has {key} {own}, and this run has {value}: choose "
                    "another OUTPUT, or the options of the run that made it"
                )
        for file in table["file"].unique().to_pylist():
            if file in done:
                raise Unusable(
                    f"{file} is in two parts, {done[file]} and {part} in {output.prefix}: delete one "
                    "of them, and run again"
                )
            if not file.startswith(recordings.prefix):
                raise Unusable(
                    f"{output.prefix}{part} has {file}, which is not in {recordings.prefix}: give "
                    "INPUT as in the run that made it, or choose another OUTPUT"
                )
            done[file] = part
        if retry_failed:
            failed = table.filter(pc.is_valid(table["error"]))["file"].unique().to_pylist()
            again = [recording for file in failed for recording in found.get(file, [])]
            if again:
                parts.append({"part": part, "recordings": again, "is_retry": True})
    new = [recording for name, same in found.items() if name not in done for recording in same]
    for first in range(0, len(new), per_part):
        some = new[first : first + per_part]
        parts.append({"part": part_name(some), "recordings": some, "is_retry": False})
    count = sum(map(len, found.values()))
    return Plan(count, count - len(new), parts)


def metadata(table: pa.Table) -> dict[str, str]:
    """What the rows are, and which model made them."""
    pairs = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    return {key: value for key, value in pairs.items() if key.startswith("sourcing_sound.")}


@contextlib.contextmanager
def alone(output: Place) -> Iterator[None]:
    """Refuses a second run that writes to the same folder. In a bucket, the later one takes over."""
    if not output.is_local:
        yield
        return
    # The system releases the lock when the process ends, however it ends.
    with open(f"{output.path}/.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unusable(f"another run is writing to {output.prefix}") from error
        except OSError:
            pass  # a file system without locks: as in a bucket
        yield


def run(
    job: Job,
    workers: int = 2,
    per_part: int = 64,
    retry_failed: bool = False,
    begin: Callable[[Plan], None] = lambda plan: None,
    worker: type[Worker] = Worker,
) -> Iterator[Part]:
    """Classifies what is left, after passing it to ``begin``; yields each part when it is finished."""
    job.output.system.create_dir(job.output.path, recursive=True)
    with alone(job.output):
        if not job.output.is_local:
            plan(job, per_part, retry_failed)  # before an earlier run is stopped for one that is refused
        claimed = job.output.claim()
        planned = plan(job, per_part, retry_failed)
        begin(planned)
        if not planned.parts:
            return
        data = ray.data.from_items(planned.parts, override_num_blocks=len(planned.parts))
        finished = data.map_batches(
            worker,
            fn_constructor_args=(job, claimed),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            # Any number of workers may die, but not any number of times over the same part.
            max_restarts=-1,
            max_task_retries=PART_RETRIES,
        )
        for row in finished.iter_rows():
            yield Part(row["recordings"], row["failed"], row["incomplete"], row["process"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("input", help="a folder of recordings, or its URI")
    parser.add_argument("output", help="a folder for the parts, or its URI")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recordings-per-part", type=int, default=64)
    parser.add_argument("--model", help="a name or a file, as for Classifier")
    parser.add_argument("--head", help="a name or a file, as for Classifier")
    parser.add_argument("--embeddings", action="store_true", help="write them instead of segments")
    parser.add_argument("--strict", action="store_true", help="incomplete recordings fail")
    parser.add_argument("--retry-failed", action="store_true", help="try failed recordings again")
    options = parser.parse_args()
    if min(options.workers, options.recordings_per_part) < 1:
        parser.error("--workers and --recordings-per-part are 1 or more")
    rows = "embeddings" if options.embeddings else "segments"
    given = options.input, options.output, rows, options.strict, options.model, options.head
    left = total = failed = incomplete = 0

    def begin(planned: Plan) -> None:
        nonlocal left
        left = planned.left
        to_do = f"{left} left" if left else "nothing left to do"
        print(f"{planned.found} recordings, {planned.done} done before, {to_do}", flush=True)

    try:
        size, again = options.recordings_per_part, options.retry_failed
        parts = run(job(*given), options.workers, size, again, begin)
        for part in parts:
            total, failed = total + part.recordings, failed + part.failed
            incomplete += part.incomplete
            print(f"{total} of {left}: {failed} failed, {incomplete} incomplete", flush=True)
    except (Unusable, SourcingSoundError, OSError, pa.ArrowException) as error:
        parser.error(str(error))
    except ray.exceptions.RayError as error:
        sys.exit(
            f"{error}\nThe run has stopped, and the same command resumes it. If it stops again, "
            "--recordings-per-part 1 shows which recording is the last before it does."
        )


if __name__ == "__main__":
    main()
