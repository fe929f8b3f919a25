"""An archive by command line, wheel and Ray, for `cargo xtask bench archives`. Linux only.

Answers every line of JSON with a line of JSON:

- `{"make": folder, "recordings": N, "seconds": S}` synthesises the recordings: `full` has all, `small`
  the first of them, one for each of the two workers; the answer is `{"bytes"}`, the size of `full`;
- `{"start": true}` starts a Ray cluster on this machine; the answer is `{"processor_seconds",
  "seconds"}`;
- `{"run": how, "recordings": folder, "output": folder, "program": path}` classifies a folder with two
  workers; how is `command line` (two threads of one process), `wheel` (two processes) or `Ray` (two
  workers). The answer is `{"processor_seconds", "seconds", "rows", "bytes"}`: the time of all processes
  that took part, and the rows and bytes of Parquet that were written.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLE = Path(__file__).parents[1] / "examples" / "ray"
sys.path.insert(0, str(EXAMPLE))

RATE = 48_000
WORKERS = 2
PER_PART = 8
TICKS = os.sysconf("SC_CLK_TCK")


def make(folder, recordings, seconds):
    """Noise whose level goes up and down, 48 kHz, 16 bits, mono."""
    random = np.random.default_rng(1)
    for number in range(recordings):
        time_axis = np.arange(RATE * seconds) / RATE
        swell = 1 + np.sin(2 * np.pi * random.uniform(0.1, 1) * time_axis)
        samples = (random.normal(0, 1_500, time_axis.size) * swell).astype("<i2")
        path = folder / "full" / f"{number:04}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())
        if number < WORKERS:
            (folder / "small").mkdir(exist_ok=True)
            shutil.copy(path, folder / "small")
    return {"bytes": sum(path.stat().st_size for path in (folder / "full").iterdir())}


def of_children():
    """Processor seconds of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Processes:
    """Processor seconds of this process and all below it. Those that ended count with the time that
    they had used when they were last seen: Ray's workers end with their job, and Linux does not add
    the times of processes that nobody waits for to any other."""

    def __init__(self):
        self.used = {}
        self.watching = 0.0
        self.lock = threading.Lock()

    def seconds(self):
        with self.lock:
            self.look()
            return sum(self.used.values()) / TICKS - self.watching

    def watch(self):
        """Looks ten times a second, so that little is missed before an end. The time for that is
        subtracted."""
        while True:
            self.seconds()
            self.watching = time.thread_time()
            time.sleep(0.1)

    def look(self):
        parents, own = {}, {}
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                text = Path(entry.path, "stat").read_text()
            except OSError:
                continue  # it has just ended
            fields = text.rsplit(")", 1)[1].split()
            process = int(entry.name)
            parents[process] = int(fields[1])
            # With its start, because process ids are reused.
            own[process, fields[19]] = int(fields[11]) + int(fields[12])

        def is_ours(process):
            while process and process != os.getpid():
                process = parents.get(process)
            return process is not None and process == os.getpid()

        self.used.update((key, ticks) for key, ticks in own.items() if is_ours(key[0]))


PROCESSES = Processes()


def command_line(program, recordings, output):
    words = [program, "classify", recordings, "--jobs", WORKERS, "--format", "parquet"]
    words += ["--output", output / "all.parquet"]
    subprocess.run([str(word) for word in words], check=True, stderr=subprocess.DEVNULL)


def wheel(recordings, output):
    script = [sys.executable, __file__]
    shards = [
        subprocess.Popen([*script, "--shard", str(shard), str(recordings), str(output)])
        for shard in range(WORKERS)
    ]
    if any([shard.wait() for shard in shards]):
        sys.exit("a process of the wheel failed")


def shard_of_wheel(shard, recordings, output):
    """The work of each of the wheel's processes."""
    from sourcing_sound import Classifier

    classifier = Classifier()
    paths = sorted(Path(recordings).iterdir())[shard::WORKERS]
    for part in range(0, len(paths), PER_PART):
        tables = [classifier.classify(path).to_arrow() for path in paths[part : part + PER_PART]]
        rows = pa.concat_tables(pa.table(table) for table in tables)
        pq.write_table(rows, Path(output) / f"{shard}-{part}.parquet")


def on_ray(recordings, output):
    import classify

    job = classify.job(str(recordings), str(output))
    total = sum(part.recordings for part in classify.run(job, WORKERS, PER_PART))
    if total != len(list(recordings.iterdir())):
        sys.exit(f"Ray classified {total} recordings")


def run(request):
    recordings, output = Path(request["recordings"]), Path(request["output"])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    if request["run"] == "command line":
        command_line(request["program"], recordings, output)
    elif request["run"] == "wheel":
        wheel(recordings, output)
    else:
        on_ray(recordings, output)
    return {}


def written(output):
    files = list(output.glob("*.parquet"))
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    return {"rows": rows, "bytes": sum(file.stat().st_size for file in files)}


def start_ray():
    import ray

    # For the workers, which import the example too.
    os.environ["PYTHONPATH"] = str(EXAMPLE)
    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    # The first job also starts what later ones reuse.
    ray.data.range(WORKERS).map_batches(lambda rows: rows).materialize()
    return {}


def timed(work, processor_seconds):
    began, before = time.perf_counter(), processor_seconds()
    answer = work()
    answer["processor_seconds"] = processor_seconds() - before
    answer["seconds"] = time.perf_counter() - began
    return answer


def answer(request):
    if "make" in request:
        return make(Path(request["make"]), request["recordings"], request["seconds"])
    if "start" in request:
        threading.Thread(target=PROCESSES.watch, daemon=True).start()
        return timed(start_ray, PROCESSES.seconds)
    processor_seconds = PROCESSES.seconds if request["run"] == "Ray" else of_children
    took = timed(lambda: run(request), processor_seconds)
    return {**took, **written(Path(request["output"]))}


def main():
    if sys.argv[1:2] == ["--shard"]:
        return shard_of_wheel(int(sys.argv[2]), *sys.argv[3:5])
    # Ray writes to stdout too.
    answers, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
