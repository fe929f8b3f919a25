"""Results as Arrow tables: the same rows as in the Parquet files of the command line."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, Predictions, Table

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
    # A table can be taken as often as one likes.
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
    copy = pickle.loads(pickle.dumps(predictions))
    with pytest.raises(sourcing_sound.ConfigError):
        copy.to_arrow()
    assert pa.table(copy.to_arrow(classifier=Classifier("urban"))).equals(expected)
    with pytest.raises(sourcing_sound.ConfigError):
        copy.to_arrow(classifier=Classifier("urban-tiny"))


def test_refused(classifier: Classifier) -> None:
    predictions = classifier.classify(siren(), 16_000)
    assert pa.table(predictions.to_arrow())["file"].to_pylist()[0] == ""
    wrong: list[dict[str, Any]] = [{"rows": "rows"}, {"top": 0}, {"top": 1.5}]
    for options in wrong:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            predictions.to_arrow(**options)
        assert raised.value.code == "config"
    with pytest.raises(sourcing_sound.ConfigError):
        Predictions().to_arrow()
