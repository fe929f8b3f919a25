"""Results as Arrow tables: the same rows as in the Parquet files of the command line."""

from __future__ import annotations

import copy
import datetime
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, Predictions, Table, Taught, Teacher

pa = pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stereo = np.stack([siren(6), np.concatenate([np.zeros(48_000), noise(3)])]).astype(np.float32)
    return write_wav(tmp_path_factory.mktemp("tables") / "street.wav", to_int16(stereo), 16_000)


def parquet(program: str, path: Path, *options: object) -> Any:
    from pyarrow import parquet as files

    output = path.with_suffix(".parquet")
    words = [program, "classify", str(path), "--output", str(output), *map(str, options)]
    subprocess.run(words, check=True, capture_output=True)
    table = files.read_table(output)
    output.unlink()
    return table


@pytest.mark.parametrize("rows", ["segments", "events"])
@pytest.mark.parametrize(
    ("model", "options", "arguments"),
    [
        ("everyday", [], {}),
        ("everyday", ["--top", 3], {"top": 3}),
        ("urban", [], {}),
        ("everyday", ["--channel", "each"], {}),
    ],
)
def test_rows_are_those_of_the_command_line(
    command_line: str,
    path: Path,
    rows: str,
    model: str,
    options: list[object],
    arguments: dict[str, Any],
) -> None:
    channel = "each" if "each" in options else "mix"
    if rows == "events" and "--top" in options:
        # The command line refuses it, since a row of these has one label.
        options = []
    predictions = Classifier(model).classify(path, channel=channel)
    found = pa.table(predictions.to_arrow(rows=rows, **arguments))
    kind = "parquet" if rows == "segments" else "parquet-events"
    expected = parquet(command_line, path, "--model", model, "--format", kind, *options)
    assert found.num_rows == expected.num_rows > 0
    assert found.schema.equals(expected.schema, check_metadata=False)
    assert found.to_pylist() == expected.to_pylist()
    for key, value in found.schema.metadata.items():
        assert expected.schema.metadata[key] == value


def test_other_programs_take_tables(classifier: Classifier, path: Path) -> None:
    import duckdb
    import pandas
    import polars

    predictions = classifier.classify(path)
    table = predictions.to_arrow()
    assert isinstance(table, Table) and len(table) == len(predictions)
    assert table.column_names[:3] == ["file", "channel", "start_s"]
    labels = [prediction.label for prediction in predictions]
    assert predictions.to_pandas()["label"].tolist() == labels
    assert list(table.to_pandas().columns) == table.column_names
    assert polars.DataFrame(table)["label"].to_list() == labels
    if hasattr(pandas.DataFrame, "from_arrow"):
        assert pandas.DataFrame.from_arrow(table)["label"].tolist() == labels
    rows = pa.table(table)
    found = duckdb.sql("SELECT label FROM rows")
    assert found is not None and found.fetchall() == [(label,) for label in labels]
    # A table can be exported any number of times.
    assert pa.table(table).equals(rows) and pa.schema(table) == rows.schema


def test_many_recordings_and_broken_ones_are_one_table(classifier: Classifier, path: Path) -> None:
    tables = [pa.table(classifier.classify(path).to_arrow(file="a.wav"))]
    try:
        classifier.classify("none.wav")
    except sourcing_sound.FileError as error:
        tables.append(pa.table(classifier.failed("none.wav", error)))
        events = pa.table(classifier.failed("none.wav", error, rows="events"))
    all_rows = pa.concat_tables(tables)
    assert all_rows["file"].to_pylist() == (all_rows.num_rows - 1) * ["a.wav"] + ["none.wav"]
    assert all_rows["error"].to_pylist()[-2:] == [None, "io"]
    own = pa.table(classifier.classify(path).to_arrow(rows="events"))
    assert pa.concat_tables([own, events]).num_rows == own.num_rows + 1


def test_after_pickling_and_closing(path: Path) -> None:
    with Classifier("urban") as classifier:
        predictions = classifier.classify(path)
    expected = pa.table(predictions.to_arrow())
    pickled = pickle.loads(pickle.dumps(predictions))
    with pytest.raises(sourcing_sound.ConfigError):
        pickled.to_arrow()
    assert pa.table(pickled.to_arrow(classifier=Classifier("urban"))).equals(expected)


def taught(label: str) -> Taught:
    teacher = Teacher()
    teacher.add(label, siren(3), 16_000)
    return teacher.train(label)


@pytest.mark.parametrize("rows", ["segments", "events"])
def test_a_classifier_with_other_labels_is_refused(classifier: Classifier, rows: str) -> None:
    kettle, gate = (Classifier(head=taught(label)) for label in ("our kettle", "our gate"))
    assert len(kettle.labels) == len(gate.labels)
    pickled = pickle.loads(pickle.dumps(kettle.classify(siren(), 16_000)))
    assert pa.table(pickled.to_arrow(rows=rows, classifier=kettle)).num_rows > 0
    for other in (gate, classifier):
        with pytest.raises(sourcing_sound.ConfigError):
            pickled.to_arrow(rows=rows, classifier=other)


def test_copies_keep_the_model(classifier: Classifier, path: Path) -> None:
    predictions = classifier.classify(path)
    expected = pa.table(predictions.to_arrow())
    for copied in (copy.copy(predictions), copy.deepcopy(predictions)):
        assert isinstance(copied, Predictions) and copied is not predictions
        assert pa.table(copied.to_arrow()).equals(expected)
        assert copied.events == predictions.events and copied.source == str(path)
    assert copied.events is not predictions.events and copied[0] is not predictions[0]


def test_pandas_takes_a_classifier(path: Path) -> None:
    pytest.importorskip("pandas")
    classifier = Classifier("urban-tiny")
    predictions = classifier.classify(path)
    copy = pickle.loads(pickle.dumps(predictions))
    assert copy.to_pandas(classifier=classifier).equals(predictions.to_pandas())


@pytest.mark.parametrize("rows", ["segments", "events"])
def test_times_of_day_are_those_of_the_command_line(
    command_line: str, classifier: Classifier, path: Path, rows: str
) -> None:
    named = path.with_name("20230214_063000.wav")
    named.write_bytes(path.read_bytes())
    kind = "parquet" if rows == "segments" else "parquet-events"
    expected = parquet(command_line, named, "--format", kind, "--utc-offset", "+01:00")
    zone = datetime.timezone(datetime.timedelta(hours=1))
    start = datetime.datetime(2023, 2, 14, 6, 30, tzinfo=zone)
    predictions = classifier.classify(named)
    found = pa.table(predictions.to_arrow(rows=rows, start_time=start))
    assert found.to_pylist() == expected.to_pylist()
    column = "start_time" if rows == "segments" else "onset_time"
    assert found[column].null_count == 0 < found.num_rows
    if rows == "segments":
        assert found[column][0].as_py() == start
    frame = predictions.to_pandas(rows=rows, start_time=start)
    assert frame[column].tolist() == found[column].to_pandas().tolist()


def test_a_slice_keeps_what_is_known_of_the_recording(classifier: Classifier) -> None:
    quiet = np.zeros(5 * 16_000, np.float32)
    sound = np.concatenate([siren(6), quiet, noise(6)])
    predictions = classifier.classify(sound, 16_000)
    whole = pa.table(predictions.to_arrow(file="a"))
    part = predictions[2:7]
    assert isinstance(part, Predictions) and len(part) == 5
    assert pa.table(part.to_arrow(file="a")).equals(whole.slice(2, 5))
    assert part.scores.tobytes() == predictions.scores[2:7].tobytes()
    assert (part.duration, part.sample_rate) == (predictions.duration, predictions.sample_rate)
    assert predictions[:].events == predictions.events
    first, last = predictions[:4], predictions[-4:]
    assert first.events != last.events and 0 < len(first.events) < len(predictions.events)
    assert all(event.onset < first[-1].end for event in first.events)
    assert predictions[0:0].events == []
    assert predictions[-1] is list(predictions)[-1]


def test_pandas_that_is_missing_is_named(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictions = classifier.classify(siren(), 16_000)
    for name in ("pyarrow", "pandas"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, name, None)
            with pytest.raises(ImportError, match="pip install pandas pyarrow") as raised:
                predictions.to_pandas()
        assert isinstance(raised.value, sourcing_sound.UnsupportedError)
        assert raised.value.code == "unsupported"


def test_any_exception_is_a_row(classifier: Classifier) -> None:
    errors = [
        (OSError("the disk is gone"), "io"),
        (ZeroDivisionError("a bug"), "internal"),
    ]
    for error, code in errors:
        table = pa.table(classifier.failed("a\udcff.wav", error))
        assert table["error"].to_pylist() == [code]
        assert table["file"].to_pylist() == ["a%FF.wav"]
    wrong: list[tuple[Any, Any]] = [("a", "io"), (3, errors[0][0])]
    for file, error in wrong:
        with pytest.raises(sourcing_sound.WrongTypeError):
            classifier.failed(file, error)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"a%.wav", "a%.wav"),
        ("é".encode(), "é"),
        (b"\xe9\xff.wav", "%E9%FF.wav"),
        (b"%E9\xff.wav", "%25E9%FF.wav"),
        (b"\xc3.wav", "%C3.wav"),
    ],
)
def test_names_that_are_not_utf_8_stay_apart_as_on_the_command_line(
    classifier: Classifier, name: bytes, expected: str
) -> None:
    path = name.decode("utf-8", "surrogateescape")
    table = pa.table(classifier.failed(path, OSError("the disk is gone")))
    assert table["file"].to_pylist() == [expected]


def test_refused(classifier: Classifier) -> None:
    predictions = classifier.classify(siren(), 16_000)
    assert pa.table(predictions.to_arrow())["file"].to_pylist()[0] == ""
    wrong: list[dict[str, Any]] = [
        {"rows": "rows"},
        {"top": 0},
        {"top": 1.5},
        {"file": 3},
        {"file": "\ud800"},
        {"classifier": "everyday"},
        {"start_time": "2023-02-14"},
        {"start_time": datetime.datetime(2023, 2, 14)},
    ]
    for options in wrong:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            predictions.to_arrow(**options)
        assert raised.value.code == "config"
    with pytest.raises(sourcing_sound.ConfigError):
        Predictions().to_arrow()
