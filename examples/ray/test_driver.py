"""The program as a user runs it, killed and run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import archive
from archive import BROKEN, INCOMPLETE, RECORDINGS, parts, written

PROGRAM = Path(__file__).with_name("classify.py")
# A separate cluster, with two workers on any machine.
ENVIRONMENT = {**os.environ, "RAY_ADDRESS": "local", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-B", str(PROGRAM), *map(str, arguments)]


def run(*arguments: object) -> list[str]:
    """The lines that it prints."""
    done = subprocess.run(command(*arguments), env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_killed_run_is_resumed_with_parts_of_another_size(
    at_home: Path, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    output = tmp_path / "rows"
    with open(tmp_path / "log", "w") as log:
        first = command("recordings", output, "--recordings-per-part", 1)
        driver = subprocess.Popen(first, env=ENVIRONMENT, stdout=log, stderr=log)
        archive.wait_for(lambda: parts(output), lambda: driver.poll() is None)
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    done = len(parts(output))
    assert 0 < done < RECORDINGS
    lines = run("recordings", output, "--recordings-per-part", 7)
    found, before, left = lines[0].split(", ")
    assert found == f"{RECORDINGS} recordings" and int(before.split()[0]) >= done
    assert int(left.split()[0]) + int(before.split()[0]) == RECORDINGS
    assert lines[-1].startswith(f"{left.split()[0]} of {left.split()[0]}: ")
    assert written(output) == expected
    lines = run("recordings", output)
    assert lines == [f"{RECORDINGS} recordings, {RECORDINGS} done before, nothing left to do"]


def test_progress_and_options(at_home: Path, tmp_path: Path) -> None:
    lines = run("recordings", tmp_path / "rows", "--model", "urban-tiny", "--recordings-per-part", 50)
    total = f"{RECORDINGS} of {RECORDINGS}: {BROKEN} failed, {INCOMPLETE} incomplete"
    assert lines[-1] == total
    lines = run("recordings", tmp_path / "rows", "--model", "urban-tiny", "--retry-failed")
    assert lines[0] == f"{RECORDINGS} recordings, {RECORDINGS} done before, {BROKEN} left"
    assert lines[-1] == f"{BROKEN} of {BROKEN}: {BROKEN} failed, 0 incomplete"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["no folder", "rows"], "no folder/ is not a folder"),
        (["recordings", "rows", "--workers", "0"], "1 or more"),
        (["recordings", "rows", "--model", "rural"], "rural"),
        (["nosuch://bucket", "rows"], "nosuch"),
    ],
)
def test_errors_are_one_line(
    at_home: Path, tmp_path: Path, arguments: list[str], error: str
) -> None:
    words = [str(tmp_path / "rows") if word == "rows" else word for word in arguments]
    done = subprocess.run(command(*words), env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 2 and error in done.stderr.splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr
