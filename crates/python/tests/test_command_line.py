"""The package returns what the command line prints, bit for bit."""

from __future__ import annotations

import csv
import io
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds import ROOT, noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, ModelError, Predictions


def run(program: str, *arguments: object) -> str:
    words = [program, "classify", *map(str, arguments)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def lines(program: str, *arguments: object) -> list[dict[str, Any]]:
    """The segments, with the scores of all labels."""
    printed = run(program, *arguments, "--format", "jsonl", "--top", 1_000)
    return [json.loads(line) for line in printed.splitlines()]


def assert_same(predictions: Predictions, rows: list[dict[str, Any]]) -> None:
    assert len(predictions) == len(rows) > 0
    for prediction, row in zip(predictions, rows):
        assert set(row["scores"]) == set(prediction.labels)
        # It prints enough digits to distinguish a float32 from all others.
        printed = np.array([row["scores"][label] for label in prediction.labels], np.float32)
        assert printed.tobytes() == prediction.scores.tobytes()
        assert (row["label"], row["rejected"]) == (prediction.label, prediction.rejected)
        assert np.float32(row["score"]) == np.float32(prediction.score)
        assert row["source"] == prediction.best.source
        assert [round(prediction.start, 3), round(prediction.end, 3)] == [row["start"], row["end"]]
        assert row.get("channel") == prediction.channel
        groups = [(group["name"], np.float32(group["score"])) for group in row.get("groups", [])]
        assert groups == [(group.name, np.float32(group.score)) for group in prediction.groups()]


@pytest.fixture
def recordings(tmp_path: Path) -> list[Path]:
    """Mono and stereo, at several rates, of 16 bits and floating point."""
    sound = np.concatenate([siren(3, 44_100), noise(4, 44_100), siren(1.3, 44_100)])
    mono = write_wav(tmp_path / "mono.wav", to_int16(sound), 44_100)
    inverted = np.stack([sound, -0.9 * sound]).astype(np.float32)
    stereo = write_wav(tmp_path / "stereo.wav", to_int16(inverted), 48_000)
    low = write_wav(tmp_path / "low.wav", to_int16(noise(2.7, 8_000)), 8_000)
    samples = noise(3.3, 22_050, seed=5)
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + samples.nbytes, b"WAVE", b"fmt ", 16, 3, 1,
                       22_050, 88_200, 4, 32)
    floating = tmp_path / "floating.wav"
    floating.write_bytes(head + struct.pack("<4sI", b"data", samples.nbytes) + samples.tobytes())
    return [mono, stereo, low, floating]


@pytest.mark.parametrize("threads", [1, 2])
def test_files_have_the_same_scores(
    command_line: str, classifier: Classifier, recordings: list[Path], threads: int
) -> None:
    for path in recordings:
        assert_same(classifier.classify(path, threads=threads), lines(command_line, path))


@pytest.mark.parametrize(
    ("options", "classifier_options"),
    [
        (["--model", "urban"], {"model": "urban"}),
        (["--model", "urban"], {"head": "urban"}),
        (["--model", "urban", "--head-only"], {"model": "urban", "head_only": True}),
        (["--model", "urban-tiny"], {"model": "urban-tiny"}),
    ],
)
def test_models_and_heads_have_the_same_scores(
    command_line: str,
    recordings: list[Path],
    options: list[str],
    classifier_options: dict[str, Any],
) -> None:
    with Classifier(**classifier_options) as classifier:
        rows = lines(command_line, recordings[0], *options)
        assert_same(classifier.classify(recordings[0]), rows)


@pytest.mark.parametrize(
    ("options", "classify_options"),
    [
        (["--channel", "left"], {"channel": "left"}),
        (["--channel", "2"], {"channel": 2}),
        (["--channel", "each"], {"channel": "each"}),
        (["--hop", "1.7"], {"hop_seconds": 1.7}),
        (["--start", "2.5", "--end", "6.1"], {"start": 2.5, "end": 6.1}),
        (["--start", "1:00", "--end", "1:03"], {"start": 60, "end": 63}),
    ],
)
def test_options_have_the_same_results(
    command_line: str,
    classifier: Classifier,
    tmp_path: Path,
    options: list[str],
    classify_options: dict[str, Any],
) -> None:
    stereo = np.stack([siren(64, 16_000), noise(64, 16_000)])
    path = write_wav(tmp_path / "stereo.wav", to_int16(stereo), 16_000)
    rows = lines(command_line, path, *options)
    assert_same(classifier.classify(path, **classify_options), rows)
    # An array of the same samples has the same results as the file.
    found = classifier.classify(to_int16(stereo), 16_000, **classify_options)
    assert_same(found, rows)


def test_events_are_the_same(
    command_line: str, classifier: Classifier, tmp_path: Path
) -> None:
    quiet = np.zeros(5 * 16_000, np.float32)
    sound = np.concatenate([quiet, siren(6), quiet, siren(4), quiet])
    path = write_wav(tmp_path / "sirens.wav", to_int16(sound), 16_000)
    rows = list(csv.DictReader(io.StringIO(run(command_line, path, "--format", "events"))))
    events = classifier.events(path)
    assert len(events) == len(rows) > 1
    for event, row in zip(events, rows):
        assert event.offset is not None
        times = [str(round(event.onset, 3)), str(round(event.offset, 3))]
        assert [float(time) for time in times] == [float(row["onset"]), float(row["offset"])]
        assert (event.label, np.float32(event.score)) == (row["label"], np.float32(row["score"]))


def test_a_taught_head_is_the_same_file(
    command_line: str, classifier: Classifier, tmp_path: Path
) -> None:
    from sourcing_sound import teach

    folder = tmp_path / "sounds"
    folder.mkdir()
    paths = [
        write_wav(folder / f"{n}.wav", to_int16(siren(3) + noise(3, seed=n, level=0.01)), 16_000)
        for n in range(3)
    ]
    output = tmp_path / "wail.sound.json"
    words = [command_line, "teach", "--label", "wail", *map(str, paths), "-o", str(output)]
    subprocess.run(words, check=True, capture_output=True)
    taught = teach({"wail": paths}, name="wail")
    assert taught.to_json() == output.read_text(encoding="utf-8")
    rows = lines(command_line, paths[0], "--head", output)
    assert_same(Classifier(head=taught).classify(paths[0]), rows)
    assert_same(Classifier(head=output).classify(paths[0]), rows)


def test_operators_outside_the_own_engine(command_line: str, tmp_path: Path) -> None:
    """The tests' command line has the general engine, and a wheel only if it is built with it."""
    plain = (ROOT / "models" / "urban-v1" / "model.onnx").read_bytes()
    model = tmp_path / "tanh.onnx"
    # The type of a node, a text of four bytes.
    model.write_bytes(plain.replace(b"\x22\x04Relu", b"\x22\x04Tanh"))
    path = write_wav(tmp_path / "siren.wav", to_int16(siren(5)), 16_000)
    rows = lines(command_line, path, "--model", model)
    try:
        classifier = Classifier(model)
    except ModelError as error:
        assert error.code == "model-operators" and "Tanh" in str(error)
    else:
        assert classifier.engine == "general"
        assert_same(classifier.classify(path), rows)
