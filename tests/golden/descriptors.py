"""Writes the goldens that tests/descriptors.rs compares the descriptors with.

    pip install -r tests/golden/requirements.txt
    python tests/golden/descriptors.py

librosa and numpy compute them in double precision from the samples of descriptors.signal.f32:

    descriptors.json              what follows for every case: which samples, at which rate, with
                                  which settings; then per frame centroid, bandwidth, roll_off
                                  (Hz), zero_crossing_rate and mfcc ([frames][n_mfcc])
    descriptors.NAME.power.f32    |STFT|^2, [frames][n_fft / 2 + 1], of some cases
    descriptors.NAME.mel.f32      mel power, [frames][n_mels], of the same ones
    spectra.json                  whole-clip spectra: the samples, their rate, Hz and dB per bin
    dct.json                      a vector and its orthonormal DCT-II
"""

import json
import re

import librosa
import numpy as np
import scipy.fft

from support.files import FOLDER, write_f32
from support.noise import white_noise

# librosa 0.11's own settings.
DEFAULTS = dict(
    n_fft=2_048, win_length=2_048, hop_length=512, center=True, n_mels=128, f_min=0.0, f_max=None,
    mel_scale="slaney", norm="slaney", n_mfcc=20, roll_percent=0.85, top_db=80.0,
)

# Nothing at librosa's defaults: a short window, whole frames only, the other mel formula.
UNUSUAL = dict(
    n_fft=512, win_length=400, hop_length=160, center=False, n_mels=40, f_min=125.0,
    f_max=7_500.0, mel_scale="htk", norm=None, n_mfcc=13, roll_percent=0.5, top_db=None,
)

SILENCE = (2_600, 3_400)

# `samples` are those of the signal from..to.
CASES = {
    "defaults": dict(sample_rate=22_050, samples=(0, 8_000), **DEFAULTS),
    "unusual": dict(sample_rate=16_000, samples=(0, 8_000), **UNUSUAL),
    "fast": dict(sample_rate=44_100, samples=(3_000, 8_000), **{**DEFAULTS, "n_fft": 1_024,
                 "win_length": 1_024, "hop_length": 256, "n_mels": 64, "top_db": 30.0}),
    "shorter than a frame": dict(sample_rate=22_050, samples=(0, 300), **DEFAULTS),
    "one sample": dict(sample_rate=22_050, samples=(100, 101), **DEFAULTS),
    "one whole frame": dict(sample_rate=16_000, samples=(0, 512), **UNUSUAL),
    "silence": dict(sample_rate=22_050, samples=(SILENCE[0] + 200, SILENCE[1]), **DEFAULTS),
    "below all thresholds": dict(sample_rate=22_050, samples=SILENCE, **DEFAULTS),
}

# Cases whose large arrays are written too.
IN_FULL = ["defaults"]

# An even and an odd number of samples, a prime one, a single one.
SPECTRA = [(22_050, (0, 300)), (16_000, (0, 301)), (44_100, (500, 1_009)), (8_000, (7, 8))]


def test_signal():
    """Tones with a constant, an attack of noise that dies away, exact silence, a glide, and faint
    noise at the end: every descriptor moves over most of its range."""
    n = np.arange(8_000)
    noise = white_noise(8_000)
    tones = sum(a * np.sin(2 * np.pi * f * n) for a, f in [(0.4, 0.01), (0.2, 0.043), (0.1, 0.21)])
    signal = np.where(n < 1_200, tones + 0.05, 0.0)
    attack = (n >= 1_200) & (n < SILENCE[0])
    signal = np.where(attack, 0.8 * noise * np.exp(-(n - 1_200.0) / 300.0), signal)
    glide = (n >= SILENCE[1]) & (n < 6_500)
    position = np.clip(n - SILENCE[1], 0, None)
    signal = np.where(glide, 0.5 * np.sin(2 * np.pi * (0.45 * position - 7e-5 * position**2)), signal)
    signal = np.where(n >= SILENCE[1], signal + 1e-3 * noise, signal)
    # Below the zero-crossing rate's threshold, and a negative zero: no change of sign.
    signal[SILENCE[0] + 100 : SILENCE[0] + 104] = [-1e-11, 1e-11, -0.0, -1e-12]
    return signal.astype("<f4")


def compute(y, case):
    """The descriptors of samples, computed with librosa, frames first."""
    sr, n_fft, hop = case["sample_rate"], case["n_fft"], case["hop_length"]
    stft = librosa.stft(
        y, n_fft=n_fft, hop_length=hop, win_length=case["win_length"], center=case["center"]
    )
    magnitude = np.abs(stft)
    mel = librosa.feature.melspectrogram(
        S=magnitude**2, sr=sr, n_fft=n_fft, n_mels=case["n_mels"], fmin=case["f_min"],
        fmax=case["f_max"], htk=case["mel_scale"] == "htk", norm=case["norm"],
    )
    shape = dict(S=magnitude, sr=sr, n_fft=n_fft)
    decibels = librosa.power_to_db(mel, top_db=case["top_db"])
    scalars = dict(
        centroid=librosa.feature.spectral_centroid(**shape),
        bandwidth=librosa.feature.spectral_bandwidth(**shape),
        roll_off=librosa.feature.spectral_rolloff(**shape, roll_percent=case["roll_percent"]),
        zero_crossing_rate=librosa.feature.zero_crossing_rate(
            y, frame_length=n_fft, hop_length=hop, center=case["center"]
        ),
    )
    mfcc = librosa.feature.mfcc(S=decibels, n_mfcc=case["n_mfcc"])
    return {**{name: values[0] for name, values in scalars.items()}, "mfcc": mfcc.T}, stft, mel.T


def digits(values):
    """Numbers with as many digits as a 32-bit float needs."""
    return [float(f"{value:.9g}") for value in np.ravel(values)]


def write_json(name, value):
    """Writes JSON with every list of numbers on one line."""
    text = json.dumps(value, indent=1)
    text = re.sub(r"\[[^][{}]*\]", lambda numbers: " ".join(numbers[0].split()), text)
    (FOLDER / name).write_text(text + "\n")


def write_cases(signal):
    goldens = {}
    for name, case in CASES.items():
        start, end = case["samples"]
        found, stft, mel = compute(signal[start:end], case)
        goldens[name] = {**case, **{key: digits(values) for key, values in found.items()}}
        if name in IN_FULL:
            write_f32(f"descriptors.{name}.power", np.abs(stft.T) ** 2)
            write_f32(f"descriptors.{name}.mel", mel)
    write_json("descriptors.json", goldens)


def write_spectra(signal):
    goldens = []
    for rate, (start, end) in SPECTRA:
        y = signal[start:end]
        n = len(y)
        sides = np.where(np.arange(n // 2 + 1) * 2 % n == 0, 1, 2)
        amplitude = np.abs(np.fft.rfft(y)) * sides / n
        goldens.append(dict(
            sample_rate=rate, samples=(start, end),
            frequency=digits(np.fft.rfftfreq(n, 1 / rate)),
            magnitude_db=digits(20 * np.log10(np.maximum(amplitude, 1e-10))),
        ))
    write_json("spectra.json", goldens)


def write_dct():
    vector = 40 * white_noise(60, seed=3) - 30
    transformed = scipy.fft.dct(vector.astype(np.float32).astype(float), type=2, norm="ortho")
    write_json("dct.json", dict(input=digits(vector.astype(np.float32)), output=digits(transformed)))


def main():
    signal = test_signal()
    write_f32("descriptors.signal", signal)
    # What is compared is what the file holds.
    signal = signal.astype(np.float64)
    write_cases(signal)
    write_spectra(signal)
    write_dct()


if __name__ == "__main__":
    main()
