"""Embeddings as tables, and heads that are trained from them."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import ROOT, noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, Embeddings

pa = pytest.importorskip("pyarrow")


@pytest.fixture(scope="session")
def trainer() -> str:
    program = os.environ.get("SOURCING_SOUND_TRAIN")
    if not program:
        pytest.skip("SOURCING_SOUND_TRAIN does not name the program sourcing-sound-train")
    return program


def test_a_row_per_window(classifier: Classifier, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "wail.wav", to_int16(siren(3)), 16_000)
    embeddings = classifier.embed(path)
    assert isinstance(embeddings, Embeddings) and isinstance(embeddings, tuple)
    assert embeddings.source == str(path)
    windows = len(embeddings.vectors)
    assert embeddings.scores.shape == (windows, len(classifier.labels))
    table = pa.table(embeddings.to_arrow(label="wail", recording="monday", fold=3))
    names = ["file", "start_s", "label", "recording", "fold", "embedding", "scores", "error"]
    assert table.column_names == names
    assert table["file"].to_pylist() == windows * [str(path)]
    assert table["start_s"].to_pylist() == [0.5 * index for index in range(windows)]
    assert table["start_s"].to_pylist() == embeddings.starts.tolist()
    # The last window of a recording that does not fit the grid ends with it.
    moved = classifier.embed(siren(2.8), 16_000)
    assert moved.starts.tolist() == pytest.approx([0, 0.5, 0.8])
    assert pa.table(moved.to_arrow(file="short"))["start_s"].to_pylist() == moved.starts.tolist()
    assert table["fold"].to_pylist() == windows * [3]
    for column, expected in (("embedding", embeddings.vectors), ("scores", embeddings.scores)):
        assert np.array_equal(np.array(table[column].to_pylist(), np.float32), expected)
    metadata = table.schema.metadata
    assert metadata[b"sourcing_sound.schema"] == b"embeddings"
    assert metadata[b"sourcing_sound.model_sha256"] == classifier.model_sha256.encode()
    # A clip that failed is a row of the same table.
    with pytest.raises(sourcing_sound.FileError) as raised:
        classifier.embed("none.wav")
    failed = pa.table(classifier.failed("none.wav", raised.value, rows="embeddings"))
    together = pa.concat_tables([table, failed])
    assert together["error"].to_pylist() == windows * [None] + ["io"]
    assert together.schema.metadata == metadata


def test_a_recording_that_breaks_off(classifier: Classifier, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "wail.wav", to_int16(siren(4)), 16_000)
    assert classifier.embed(path, strict=True).warnings == []
    path.write_bytes(path.read_bytes()[:-64_000])
    assert [one.code for one in classifier.embed(path).warnings] == ["audio-cut-off"]
    with pytest.raises(sourcing_sound.AudioError) as raised:
        classifier.embed(path, strict=True)
    assert raised.value.code == "audio-cut-off"


def test_a_head_does_not_change_the_embeddings_of_its_base(classifier: Classifier) -> None:
    plain, with_head = (
        pa.table(each.embed(siren(), 16_000).to_arrow(file="a"))
        for each in (classifier, Classifier(head="urban"))
    )
    assert plain.equals(with_head)


def test_after_pickling(classifier: Classifier) -> None:
    embeddings = classifier.embed(siren(), 16_000)
    expected = pa.table(embeddings.to_arrow(file="a", label="wail"))
    pickled = pickle.loads(pickle.dumps(embeddings))
    vectors, hop, _ = pickled
    assert (vectors.tobytes(), hop) == (embeddings.vectors.tobytes(), 0.5)
    with pytest.raises(sourcing_sound.ConfigError):
        pickled.to_arrow(file="a")
    assert pa.table(pickled.to_arrow(file="a", label="wail", classifier=classifier)).equals(expected)
    for copied in (copy.copy(embeddings), copy.deepcopy(embeddings)):
        assert pa.table(copied.to_arrow(file="a", label="wail")).equals(expected)
        assert copied.source == embeddings.source and copied.scores.shape == embeddings.scores.shape


def test_another_model_is_refused(classifier: Classifier) -> None:
    model = (ROOT / "models" / "everyday" / "model.onnx").read_bytes()
    # The same model with another file: a byte of its description is another one.
    renamed = model.replace(b"everyday", b"Everyday", 1)
    same_sizes = Classifier(renamed)
    assert same_sizes.model_sha256 != classifier.model_sha256
    pickled = pickle.loads(pickle.dumps(classifier.embed(siren(), 16_000)))
    for other in (same_sizes, Classifier("urban-tiny")):
        with pytest.raises(sourcing_sound.ConfigError):
            pickled.to_arrow(file="a", classifier=other)


def test_names_that_are_not_utf_8(classifier: Classifier) -> None:
    names: dict[str, Any] = {"file": "a\udcff", "label": "b\udcff", "recording": "c%\udcff"}
    table = pa.table(classifier.embed(siren(), 16_000).to_arrow(**names))
    for column, expected in (("file", "a%FF"), ("label", "b%FF"), ("recording", "c%25%FF")):
        assert set(table[column].to_pylist()) == {expected}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"file": "a", "fold": 0},
        {"file": "a", "fold": 1.5},
        {"file": 3},
        {"file": "\ud800"},
        {"file": "a", "label": 3},
        {"file": "a", "label": "\ud800"},
        {"file": "a", "recording": 3},
        {"file": "a", "recording": "\ud800"},
    ],
)
def test_refused(classifier: Classifier, options: dict[str, Any]) -> None:
    with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
        classifier.embed(siren(), 16_000).to_arrow(**options)
    assert raised.value.code == "config"


def test_the_example_of_the_guide(
    trainer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "guide" / "training.md").read_text("utf-8")
    section = text.split("### Embeddings", 1)[1].split("\n## ", 1)[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (command,) = re.findall(r"```sh\ncargo run .* -- (.*)\n```", section)
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("cat1", "cat2", "door1", "door2", "room")):
        sound = siren(1.5, middle_hz=900 + 60 * number) if "cat" in name else noise(1.5, seed=number)
        write_wav(tmp_path / f"{name}.wav", to_int16(sound), 16_000)
    exec(compile(example, "training.md", "exec"), {})
    words = command.replace("models/", f"{ROOT.as_posix()}/models/").split()
    done = subprocess.run([trainer, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "4 labelled clips and 1 clip of none of the labels" in done.stderr
    assert Classifier(head="my.head.json").head_labels == 2
    # The trainer names what it does not read.
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(parquet.read_table("clips.parquet"), "clips.parquet", compression="zstd")
    refused = subprocess.run([trainer, *words], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "clips.parquet: the file is compressed with ZSTD" in refused.stderr


def test_the_trainer_makes_the_same_head_of_embeddings_as_of_audio(
    classifier: Classifier, trainer: str, tmp_path: Path
) -> None:
    from pyarrow import parquet

    recordings = tmp_path / "recordings"
    tables = []
    for label in ("hiss", "wail"):
        (recordings / label).mkdir(parents=True)
        for number in range(6):
            high = siren(1.5, middle_hz=900 + 60 * number)
            samples = noise(1.5, seed=number) if label == "hiss" else high
            path = write_wav(recordings / label / f"{label}{number}.wav", to_int16(samples), 16_000)
            tables.append(pa.table(classifier.embed(path).to_arrow(label=label)))
    # As a cluster writes parts, in no order.
    (tmp_path / "parts").mkdir()
    for part in range(3):
        rows = pa.concat_tables(tables[part::3][::-1])
        parquet.write_table(rows, tmp_path / "parts" / f"{part}.parquet")

    def head(name: str, *options: object) -> dict[str, Any]:
        output = tmp_path / f"{name}.head.json"
        words = [trainer, "head", "--base", ROOT / "models" / "everyday" / "model.onnx"]
        words += ["--out", output, "--work", tmp_path / "work", *options]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(output.read_text("utf-8"))
        return found

    of_audio = head("audio", "--data", recordings, "--copies", 0)
    of_embeddings = head("embeddings", "--embeddings", tmp_path / "parts")
    for described in ("name", "training_data", "config_hash"):
        assert of_audio.pop(described) != of_embeddings.pop(described)
    assert of_embeddings == of_audio
    named = Classifier(head=tmp_path / "embeddings.head.json").classify(siren(3), 16_000)
    assert named[0].label == "wail"
