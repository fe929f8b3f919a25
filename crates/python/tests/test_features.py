"""librosa's values, from the golden files, which a pinned librosa wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sourcing_sound
from sounds import ROOT, noise
from sourcing_sound import features

GOLDEN = ROOT / "tests" / "golden"
CASES: dict[str, dict[str, Any]] = json.loads((GOLDEN / "descriptors.json").read_text("utf-8"))
SIGNAL = np.fromfile(GOLDEN / "descriptors.signal.f32", "<f4")


def assert_close(actual: npt.NDArray[np.float32], golden: Any, floor: float = 1e-3) -> None:
    """Relative to the golden value, or to a share of the largest one."""
    golden = np.asarray(golden, np.float32)
    assert actual.shape == golden.shape
    least = max(floor * np.abs(golden).max(), np.finfo(np.float32).tiny)
    assert np.max(np.abs(actual - golden) / np.maximum(np.abs(golden), least)) < 1e-3


def samples(case: dict[str, Any]) -> npt.NDArray[np.float32]:
    start, end = case["samples"]
    return SIGNAL[start:end]


@pytest.mark.parametrize("name", CASES)
def test_descriptors_equal_librosas(name: str) -> None:
    case = CASES[name]
    y, sr = samples(case), case["sample_rate"]
    frames = {key: case[key] for key in ("n_fft", "win_length", "hop_length", "center")}
    bands = {
        "n_mels": case["n_mels"],
        "fmin": case["f_min"],
        "fmax": case["f_max"],
        "htk": case["mel_scale"] == "htk",
        "norm": case["norm"],
    }
    assert_close(features.spectral_centroid(y=y, sr=sr, **frames)[0], case["centroid"])
    assert_close(features.spectral_bandwidth(y=y, sr=sr, **frames)[0], case["bandwidth"])
    rolloff = features.spectral_rolloff(y=y, sr=sr, roll_percent=case["roll_percent"], **frames)
    assert_close(rolloff[0], case["roll_off"])
    crossings = features.zero_crossing_rate(
        y, frame_length=case["n_fft"], hop_length=case["hop_length"], center=case["center"]
    )
    assert_close(crossings[0], case["zero_crossing_rate"])
    cepstrum = features.mfcc(
        y=y, sr=sr, n_mfcc=case["n_mfcc"], top_db=case["top_db"], **frames, **bands
    )
    assert_close(cepstrum.T.reshape(-1), case["mfcc"], 1.0)
    power = features.melspectrogram(y=y, sr=sr, **frames, **bands)
    assert power.shape == (case["n_mels"], cepstrum.shape[1])


def test_spectrograms_equal_librosas() -> None:
    y = samples(CASES["defaults"])
    mel = np.fromfile(GOLDEN / "descriptors.defaults.mel.f32", "<f4").reshape(-1, 128)
    assert_close(features.melspectrogram(y=y).T, mel, 1e-6)
    power = np.fromfile(GOLDEN / "descriptors.defaults.power.f32", "<f4").reshape(-1, 1_025)
    assert_close(features.power_spectrogram(y=y).T, power, 1e-6)
    # The mel spectrogram is the filters on the power.
    filters = features.mel(sr=22_050, n_fft=2_048)
    assert filters.shape == (128, 1_025)
    assert_close(filters @ features.power_spectrogram(y=y), features.melspectrogram(y=y), 1e-6)


def test_one_pass_gives_the_same() -> None:
    y = noise()
    found = features.describe(y=y, sr=16_000)
    assert np.array_equal(found.mfcc, features.mfcc(y=y, sr=16_000))
    assert np.array_equal(found.melspectrogram, features.melspectrogram(y=y, sr=16_000))
    assert np.array_equal(found.spectral_centroid, features.spectral_centroid(y=y, sr=16_000))


def test_channels_are_stacked_and_types_converted() -> None:
    stereo = np.stack([noise(1, seed=1), noise(1, seed=2)])
    functions: list[Callable[[Any], npt.NDArray[np.float32]]] = [
        lambda y: features.mfcc(y=y, sr=16_000),
        lambda y: features.power_spectrogram(y=y),
        lambda y: features.resample(y, orig_sr=16_000, target_sr=22_050),
        lambda y: features.zero_crossing_rate(y),
    ]
    for function in functions:
        both = function(stereo)
        assert np.array_equal(both, np.stack([function(stereo[0]), function(stereo[1])]))
        assert np.array_equal(both, function(stereo.astype(np.float64)))
    assert features.resample(stereo[0], orig_sr=16_000, target_sr=8_000).shape == (8_000,)


def test_decibels() -> None:
    found = features.power_to_db(np.array([[1.0, 0.01], [0.0, 1e-4]]))
    assert np.array_equal(found, np.array([[0, -20], [-80, -40]], np.float32))
    assert features.power_to_db(np.zeros(1), top_db=None)[0] == -100


@pytest.mark.parametrize(
    ("power", "options"),
    [
        (["a"], {}),
        ([[1.0], [1.0, 2.0]], {}),
        ([10**400], {}),
        ([1j], {}),
        (None, {}),
        ([1.0], {"amin": 0}),
        ([1.0], {"amin": float("nan")}),
        ([1.0], {"amin": 10**400}),
        ([1.0], {"top_db": -1}),
        ([1.0], {"top_db": "80"}),
    ],
)
def test_power_that_has_no_decibels(power: Any, options: dict[str, Any]) -> None:
    with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
        features.power_to_db(power, **options)
    assert raised.value.code == "config"


def test_settings_out_of_range() -> None:
    y = noise(1)
    refused: list[tuple[str, dict[str, Any]]] = [
        ("config", {"n_fft": 2_047}),
        ("config", {"n_fft": 0}),
        ("config", {"n_fft": 2.5}),
        ("config", {"hop_length": 4_096}),
        ("config", {"win_length": 4_096}),
        ("config", {"n_mels": 5_000}),
        ("config", {"fmax": 20_000.0}),
        ("config", {"norm": "area"}),
        ("config", {"norm": y}),
        ("config", {"fmin": 10**400}),
        ("config", {"n_fft": 10**5_000}),
        ("audio-empty", {"y": np.zeros((0, 5), np.float32)}),
        ("audio-rate", {"sr": 0}),
        ("audio-empty", {"y": y[:0]}),
        ("audio-too-short", {"y": y[:100], "center": False}),
        ("audio-non-finite", {"y": np.full(9_000, np.inf, np.float32)}),
        ("config", {"y": [0.0, 1.0]}),
        ("config", {"y": "sound.wav"}),
    ]
    for code, options in refused:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            features.melspectrogram(**{"y": y, "sr": 16_000, **options})
        assert raised.value.code == code, (options, raised.value)
    with pytest.raises(TypeError):
        features.melspectrogram(y=y, window="hamming")  # type: ignore[call-arg]
