"""A few examples of a sound → its label."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, Taught, Teacher, teach


@pytest.fixture(scope="module")
def taught() -> Taught:
    teacher = Teacher()
    for day, hz in enumerate((900, 1_100, 1_300)):
        wail = siren(3, middle_hz=hz) + noise(3, seed=day, level=0.02 * day)
        assert teacher.add("wail", wail, 16_000, recording=f"day {day}") == 1
    hum = (0.2 * np.sin(np.arange(48_000) * 0.05)).astype(np.float32)
    clicks = np.where(np.arange(48_000) % 4_000 < 20, 0.8, 0).astype(np.float32)
    for other in (noise(3), hum, clicks):
        assert teacher.add_background(other, 16_000) == 1
    return teacher.train("wails")


def test_a_taught_label_is_recognised(taught: Taught) -> None:
    classifier = Classifier(head=taught)
    assert classifier.labels[: classifier.head_labels] == ("wail",)
    best = classifier.classify(siren(3), 16_000)[0].best
    assert (best.label, best.source) == ("wail", "head")
    assert classifier.classify(noise(3, seed=99), 16_000)[0].label != "wail"


def test_the_report_says_how_well(taught: Taught) -> None:
    (label,) = taught.labels
    assert (label.label, label.examples, label.recordings, label.others) == ("wail", 3, 3, 3)
    assert label.recall is not None and (label.recall.hits, label.recall.of) == (3, 3)
    assert 0 < label.recall.low < label.recall.high == 1
    assert "wail" in taught.report
    few = teach_one().findings
    assert [finding.kind for finding in few] == ["few"] and few[0].message


def teach_one() -> Taught:
    teacher = Teacher()
    teacher.add("wail", siren(3), 16_000)
    return teacher.train("one")


def test_examples_are_kept_merged_and_removed(taught: Taught, tmp_path: Path) -> None:
    path = tmp_path / "wails.sound.json"
    taught.save(path)
    teacher = Teacher()
    assert teacher.merge(path) == 6
    assert teacher.merge(path.read_bytes()) == teacher.merge(taught) == 0
    assert teacher.train("wails").to_json() == taught.to_json()
    first = teacher.examples[0]
    assert (first.label, first.recording, first.start, first.seconds) == ("wail", "day 0", 0, 3)
    teacher.remove(0)
    assert len(teacher.examples) == 5
    for index in (5, -1):
        with pytest.raises(sourcing_sound.ConfigError):
            teacher.remove(index)


def test_a_file_is_replaced_only_by_a_complete_one(
    taught: Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wails.sound.json"
    path.write_text("former", "utf-8")
    link = tmp_path / "link.sound.json"
    link.symlink_to(path)

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(sourcing_sound.FileError) as raised:
            taught.save(path)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(path))
    assert path.read_text("utf-8") == "former"
    taught.save(link)
    assert path.read_text("utf-8") == taught.to_json() and link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [link, path]
    taught.save(os.devnull)
    assert not os.path.isfile(os.devnull)


def test_teach_takes_paths(tmp_path: Path) -> None:
    paths = [
        write_wav(tmp_path / f"{n}.wav", to_int16(siren(3) + noise(3, seed=n)), 16_000)
        for n in range(2)
    ]
    other = write_wav(tmp_path / "other.wav", to_int16(noise(3)), 16_000)
    taught = teach({"wail": paths}, background=[other])
    teacher = Teacher()
    for path in paths:
        teacher.add("wail", path)
    teacher.add_background(other)
    assert teacher.train("wail").to_json() == taught.to_json()
    with pytest.raises(sourcing_sound.WrongTypeError):
        teach({"wail": str(paths[0])})  # one path would be taken letter by letter


def test_more_than_an_hour_is_refused_before_the_rest_is_read() -> None:
    endless = np.broadcast_to(np.float32(0.1), (1 << 34,))
    with pytest.raises(sourcing_sound.ConfigError, match="28800000 samples") as raised:
        Teacher().add("hum", endless, 8_000)
    assert raised.value.code == "limit"


def test_what_cannot_be_taught(tmp_path: Path, taught: Taught) -> None:
    teacher = Teacher()
    sound = siren(3)
    refused: list[tuple[str, Any]] = [
        ("audio-silent", lambda: teacher.add("quiet", np.zeros(48_000, np.float32), 16_000)),
        ("audio-rate", lambda: teacher.add("wail", sound)),
        ("audio-non-finite", lambda: teacher.add("wail", sound * np.nan, 16_000)),
        ("config", lambda: teacher.add(" ", sound, 16_000)),
        ("config", lambda: teacher.add(3, sound, 16_000)),  # type: ignore[arg-type]
        ("config", lambda: teacher.add("wail", [0.0], 16_000)),  # type: ignore[arg-type]
        ("config", lambda: teacher.train("nothing")),
        ("head-format", lambda: teacher.merge(b"{}")),
        ("io", lambda: teacher.merge(tmp_path / "none.sound.json")),
        ("io", lambda: taught.save(tmp_path / "no folder" / "x.json")),
        ("io", lambda: taught.save(tmp_path)),
        ("io", lambda: taught.save("a\0b.json")),
        ("config", lambda: teacher.add("wail", sound, 16_000, recording=3)),  # type: ignore[arg-type]
        ("config", lambda: teacher.train(3)),  # type: ignore[arg-type]
        ("config", lambda: teach({})),
        ("config", lambda: teach([])),  # type: ignore[arg-type]
        ("config", lambda: teach({"wail": 3})),  # type: ignore[dict-item]
        # Before any recording is read.
        ("config", lambda: teach({"wail": ["none.wav"], "purr": "none.wav"})),
        ("config", lambda: teach({"wail": ["none.wav"]}, background="none.wav")),
        ("config", lambda: teach({"wail": ["none.wav"]}, background=b"none")),  # type: ignore[arg-type]
        ("config", lambda: teach({"wail": ["none.wav"]}, background=Path("none.wav"))),  # type: ignore[arg-type]
        ("config", lambda: teach({"wail": ["none.wav"]}, background=None)),  # type: ignore[arg-type]
    ]
    for code, call in refused:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            call()
        assert raised.value.code == code, raised.value
    assert teacher.examples == []
