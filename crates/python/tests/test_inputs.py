"""What is read, converted, and refused with which exception."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import Samples, noise, siren, to_int16, write_wav
from sourcing_sound import Classifier, Predictions, SourcingSoundError

Wav = Callable[..., Path]


def bits(predictions: Predictions) -> bytes:
    return predictions.scores.tobytes()


def test_a_siren_is_one(classifier: Classifier) -> None:
    predictions = classifier.classify(siren(), 16_000)
    assert "siren" in predictions[0].label.lower()
    assert predictions[0].top(1)[0] == predictions[0].best
    assert predictions.scores.shape == (len(predictions), len(classifier.labels)) == (5, 527)
    assert predictions.labels == classifier.labels
    assert (predictions.duration, predictions.sample_rate, predictions.source) == (4.0, 16_000, None)
    assert not predictions[0].scores.flags.writeable


def test_files_bytes_and_arrays_agree(classifier: Classifier, wav: Wav) -> None:
    samples = noise()
    path = wav(samples)
    expected = classifier.classify(path)
    assert expected.source == str(path)
    integers = to_int16(samples)
    same: list[Any] = [
        (str(path), None),
        (path.read_bytes(), None),
        (bytearray(path.read_bytes()), None),
        (integers, 16_000),
        (integers.astype(np.int32) << 16, 16_000.0),
        (integers / np.float64(32_768), np.int64(16_000)),
        ((integers / np.float32(32_768)).astype(np.float32), np.float32(16_000)),
    ]
    for audio, rate in same:
        assert bits(classifier.classify(audio, rate)) == bits(expected)
    loaded, rate = sourcing_sound.load(path)
    assert (loaded.dtype.name, rate) == ("float32", 16_000)
    assert np.array_equal(loaded * 32_768, integers)


def test_memory_layout_does_not_matter(classifier: Classifier) -> None:
    samples = siren() + noise()
    expected = bits(classifier.classify(samples, 16_000))
    spaced = np.zeros(2 * samples.size, np.float32)
    spaced[::2] = samples
    records = np.zeros(samples.size, np.dtype([("a", "u1"), ("x", "<f4")]))
    records["x"] = samples
    read_only = samples.copy()
    read_only.flags.writeable = False

    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Samples:
            return samples

    layouts: list[Any] = [
        spaced[::2], samples[::-1].copy()[::-1], records["x"], read_only, samples[np.newaxis], Tensor()
    ]
    for layout in layouts:
        assert bits(classifier.classify(layout, 16_000)) == expected


def test_channels_first_and_any_order_in_memory(classifier: Classifier) -> None:
    stereo = np.stack([siren(), noise()])
    mixed = bits(classifier.classify(stereo, 16_000))
    assert bits(classifier.classify(np.asfortranarray(stereo), 16_000)) == mixed
    assert bits(classifier.classify(stereo.astype(np.float64), 16_000)) == mixed
    each = classifier.classify(stereo, 16_000, channel="each")
    assert [prediction.channel for prediction in each] == 5 * [1] + 5 * [2]
    assert bits(each)[: len(bits(each)) // 2] == bits(classifier.classify(stereo[0], 16_000))
    channels: list[tuple[Any, int]] = [("left", 0), (1, 0), ("right", 1), (np.int8(2), 1)]
    for channel, row in channels:
        found = classifier.classify(stereo, 16_000, channel=channel)
        assert bits(found) == bits(classifier.classify(stereo[row], 16_000))


def test_a_channel_that_is_taken_is_a_warning(classifier: Classifier) -> None:
    sound = siren()
    predictions = classifier.classify(np.stack([sound, -sound]), 16_000)
    assert [warning.code for warning in predictions.warnings] == ["channel-taken"]
    assert not predictions.warnings[0].is_loss
    assert bits(predictions) == bits(classifier.classify(sound, 16_000))


def test_a_recording_that_breaks_off(classifier: Classifier, wav: Wav) -> None:
    path = wav(siren())
    path.write_bytes(path.read_bytes()[:-64_000])
    predictions = classifier.classify(path)
    assert [(one.code, one.is_loss) for one in predictions.warnings] == [("audio-cut-off", True)]
    assert predictions.duration == 2.0
    with pytest.raises(sourcing_sound.AudioError) as raised:
        classifier.classify(path, strict=True)
    assert raised.value.code == "audio-cut-off"


class Raises:
    """An array whose memory cannot be accessed."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Samples:
        raise RuntimeError("the device is gone")


class NoPath:
    def __fspath__(self) -> str:
        raise RuntimeError("no path")


HUGE = 10**5_000
"""So many digits that Python refuses to print it."""

S = np.zeros(16_000, np.float32)
NAN = np.where(np.arange(16_000) == 9_000, np.nan, 0).astype(np.float32)

REFUSED: list[tuple[str, type[Exception], tuple[Any, ...], dict[str, Any]]] = [
    ("audio-rate", ValueError, (S,), {}),
    ("audio-rate", ValueError, (S, 0), {}),
    ("audio-rate", ValueError, (S, -16_000), {}),
    ("audio-rate", ValueError, (S, 7_999), {}),
    ("audio-rate", ValueError, (S, 1 << 70), {}),
    ("audio-rate", ValueError, (S, 16_000.5), {}),
    ("audio-rate", ValueError, (S, float("nan")), {}),
    ("config", TypeError, (S, "16000"), {}),
    ("config", TypeError, (S.astype(bool), 16_000), {}),
    ("config", TypeError, (S.astype(np.float16), 16_000), {}),
    ("config", TypeError, (S.astype(np.complex64), 16_000), {}),
    ("config", TypeError, (S.astype(np.uint8), 16_000), {}),
    ("config", TypeError, (S.astype(np.int64), 16_000), {}),
    ("config", TypeError, (S.astype(object), 16_000), {}),
    ("config", TypeError, (np.array(["a"]), 16_000), {}),
    ("config", TypeError, (np.zeros(16_000, np.dtype([])), 16_000), {}),
    ("config", TypeError, (np.zeros(16_000, "V0"), 16_000), {}),
    ("config", TypeError, (np.zeros((2, 16_000), "U0"), 16_000), {}),
    ("config", TypeError, (Raises(), 16_000), {}),
    ("config", TypeError, (NoPath(),), {}),
    ("config", TypeError, (S, [16_000]), {}),
    ("audio-rate", ValueError, (S, HUGE), {}),
    ("config", ValueError, (S, 16_000), {"hop_seconds": HUGE}),
    ("config", ValueError, (S, 16_000), {"start": HUGE}),
    ("config", ValueError, (S, 16_000), {"end": HUGE}),
    ("config", ValueError, (S, 16_000), {"threads": HUGE}),
    ("config", ValueError, (S, 16_000), {"channel": -HUGE}),
    ("audio-channels", ValueError, (S, 16_000), {"channel": HUGE}),
    ("config", TypeError, (S.astype(S.dtype.newbyteorder()), 16_000), {}),
    ("config", TypeError, (np.ma.masked_array(S, S > 0), 16_000), {}),
    ("config", TypeError, ([0.0, 0.5], 16_000), {}),
    ("config", TypeError, (None, 16_000), {}),
    ("audio-channels", ValueError, (np.float32(1) * np.zeros(()), 16_000), {}),
    ("audio-channels", ValueError, (S.reshape(2, 2, -1), 16_000), {}),
    ("audio-channels", ValueError, (S.reshape(-1, 2), 16_000), {}),
    ("audio-channels", ValueError, (S.reshape(80, -1), 16_000), {}),
    ("audio-channels", ValueError, (S, 16_000), {"channel": 2}),
    ("audio-channels", ValueError, (S, 16_000), {"channel": 1 << 80}),
    ("audio-empty", ValueError, (S[:0], 16_000), {}),
    ("audio-empty", ValueError, (np.zeros((2, 0), np.float32), 16_000), {}),
    ("audio-empty", ValueError, (np.zeros((0, 2), np.float32), 16_000), {}),
    ("audio-empty", ValueError, (b"",), {}),
    ("audio-too-short", ValueError, (S[:9], 16_000), {}),
    ("audio-too-short", ValueError, (S, 16_000), {"start": 5}),
    ("audio-non-finite", ValueError, (NAN, 16_000), {}),
    ("audio-non-finite", ValueError, (np.stack([S, NAN]), 16_000), {}),
    ("audio-non-finite", ValueError, (S + np.float64(1e300), 16_000), {}),
    ("audio-unsupported", ValueError, (b"not a recording",), {}),
    ("config", ValueError, (b"", 16_000), {}),
    ("config", ValueError, (S, 16_000), {"channel": "middle"}),
    ("config", ValueError, (S, 16_000), {"channel": 0}),
    ("config", ValueError, (S, 16_000), {"channel": True}),
    ("config", ValueError, (S, 16_000), {"channel": 1.5}),
    ("config", ValueError, (S, 16_000), {"hop_seconds": 0}),
    ("config", ValueError, (S, 16_000), {"hop_seconds": float("nan")}),
    ("config", TypeError, (S, 16_000), {"hop_seconds": "1"}),
    ("config", ValueError, (S, 16_000), {"start": -1}),
    ("config", ValueError, (S, 16_000), {"start": float("inf")}),
    ("config", ValueError, (S, 16_000), {"start": 2, "end": 1}),
    ("config", TypeError, (S, 16_000), {"end": []}),
    ("config", ValueError, (S, 16_000), {"threads": 0}),
    ("config", ValueError, (S, 16_000), {"threads": 1 << 70}),
    ("config", TypeError, (S, 16_000), {"threads": 1.5}),
    ("io", FileNotFoundError, ("no such file.wav",), {}),
    ("io", FileNotFoundError, (Path("no such file.wav"),), {}),
    ("io", OSError, ("a\0b.wav",), {}),
    ("io", FileNotFoundError, ("\ud800.wav",), {}),
    ("io", IsADirectoryError, (Path(__file__).parent,), {}),
]


@pytest.mark.parametrize(("code", "kind", "arguments", "options"), REFUSED)
def test_bad_input_raises_an_exception_with_its_code(
    classifier: Classifier,
    code: str,
    kind: type[Exception],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
) -> None:
    with pytest.raises(SourcingSoundError) as raised:
        classifier.classify(*arguments, **options)
    assert raised.value.code == code
    assert isinstance(raised.value, kind)
    assert str(raised.value)
    # The classifier still works.
    assert len(classifier.classify(S, 16_000)) == 1


def test_each_channel_is_for_classify(classifier: Classifier) -> None:
    calls: list[Callable[[], object]] = [
        lambda: classifier.embed(S, 16_000, channel="each"),
        lambda: classifier.log_mel(S, 16_000, channel="each"),
        lambda: classifier.stream(16_000, channel="each"),
        lambda: sourcing_sound.load(b"", channel="each"),
    ]
    for call in calls:
        with pytest.raises(sourcing_sound.ConfigError):
            call()


def test_bad_models_and_heads(tmp_path: Path) -> None:
    text = tmp_path / "urban"
    text.write_text("not a model")
    refused: list[tuple[str, type[Exception], tuple[Any, ...], dict[str, Any]]] = [
        ("io", FileNotFoundError, ("rural",), {}),
        ("io", FileNotFoundError, (), {"head": tmp_path / "none.json"}),
        ("model-format", ValueError, (text,), {}),
        ("model-format", ValueError, (b"not a model",), {}),
        ("head-format", ValueError, (), {"head": b"{}"}),
        ("head-mismatch", ValueError, ("urban-tiny",), {"head": "urban"}),
        ("config", ValueError, ("urban",), {"head": "urban"}),
        ("config", ValueError, (), {"head_only": True}),
        ("config", TypeError, (3,), {}),
        ("io", IsADirectoryError, (tmp_path,), {}),
    ]
    for code, kind, arguments, options in refused:
        with pytest.raises(SourcingSoundError) as raised:
            Classifier(*arguments, **options)
        assert (raised.value.code, isinstance(raised.value, kind)) == (code, True), raised.value


def test_embeddings_and_feature_columns(classifier: Classifier, wav: Wav) -> None:
    samples = siren()
    vectors, hop, window = classifier.embed(samples, 16_000)
    assert vectors.shape == (5, classifier.embedding_size)
    assert (hop, window) == (0.5, 2.0)
    columns = classifier.log_mel(samples, 16_000)
    assert columns.shape[0] == 128 and columns.dtype == np.float32
    path = wav(samples)
    from_file = classifier.embed(path)
    loaded, rate = sourcing_sound.load(path)
    assert from_file.vectors.tobytes() == classifier.embed(loaded, rate).vectors.tobytes()
    with Classifier("urban-tiny") as tiny:
        assert tiny.embedding_size is None
        with pytest.raises(sourcing_sound.ConfigError):
            tiny.embed(samples, 16_000)


def test_a_long_strided_array_is_not_copied(classifier: Classifier) -> None:
    # 64 GB if it were, and the part that is wanted is a second.
    endless = np.broadcast_to(np.float32(0.1), (1 << 34,))
    assert len(classifier.classify(endless, 8_000, end=1)) == 1


# Copies of all of it are refused, as on a machine with little memory; a file that is mapped does not
# count. It is sparse, and takes no space.
SPARSE = """
import resource
import sys
import numpy as np
from sourcing_sound import Classifier

path, kind, channels = sys.argv[1], sys.argv[2], int(sys.argv[3])
gigabytes = 1 << 30
with open(path, "wb") as file:
    file.truncate(16 * gigabytes)
samples = np.memmap(path, kind, "r").reshape(channels, -1)
classifier = Classifier()
resource.setrlimit(resource.RLIMIT_DATA, (gigabytes, gigabytes))
try:
    np.array(samples)
except MemoryError:
    print("no copy")
print(len(classifier.classify(samples, 8_000, end=1)))
print(len(classifier.classify(samples, 8_000, end=1, channel=1)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts no mapped files as data")
@pytest.mark.parametrize(("kind", "channels"), [("f4", 1), ("f4", 2), ("i2", 1), ("f8", 2)])
def test_a_mapped_file_larger_than_memory_is_not_copied(
    tmp_path: Path, kind: str, channels: int
) -> None:
    path = tmp_path / "samples"
    words = [sys.executable, "-c", SPARSE, str(path), kind, str(channels)]
    done = subprocess.run(words, capture_output=True, text=True)
    path.unlink()
    assert (done.returncode, done.stdout) == (0, "no copy\n1\n1\n"), done.stderr


def test_a_file_wins_over_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "urban-tiny").mkdir()
    assert Classifier("urban-tiny").name == "urban-v1"
    (tmp_path / "urban-tiny").rmdir()
    (tmp_path / "urban-tiny").write_bytes(b"a file")
    with pytest.raises(sourcing_sound.ModelError):
        Classifier("urban-tiny")


def test_names_of_the_decoders_formats_are_exported() -> None:
    known = sourcing_sound.EXTENSIONS
    assert isinstance(known, tuple) and list(known) == sorted(set(known))
    assert {"wav", "flac", "mp3", "webm"} <= set(known)
    assert all(one == one.lower() and "." not in one for one in known)


def test_writes_wav_as_the_wave_module_reads_it(tmp_path: Path) -> None:
    stereo = to_int16(np.stack([siren(1), noise(1)]))
    path = write_wav(tmp_path / "stereo.wav", stereo, 16_000)
    right, _ = sourcing_sound.load(path, channel="right")
    assert np.array_equal(right * 32_768, stereo[1])
