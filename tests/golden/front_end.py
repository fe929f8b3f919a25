"""Writes the goldens that tests/front_end.rs compares the front end with.

    pip install -r tests/golden/requirements.txt
    python tests/golden/front_end.py

librosa computes them in double precision. Every .f32 file holds little-endian 32-bit floats:

    signal.f32            the test signal, `samples` values
    NAME.spectrum.f32     |STFT|^power, [frames][n_fft / 2 + 1]
    NAME.mel_basis.f32    the mel filter bank, [n_mels][n_fft / 2 + 1]
    NAME.mel.f32          mel energies, [frames][n_mels]
    NAME.log.f32          the compressed energies, [frames][n_mels]

configs.json holds the settings of each NAME.
"""

import json

import librosa
import numpy as np

from support.files import FOLDER, write_f32
from support.noise import white_noise

# Not a multiple of any hop, so that the last frame is a partial one.
SAMPLES = 6_700

CONFIGS = {
    # The flagship's settings.
    "urban": dict(
        sample_rate=22_050, n_fft=1_024, win_length=1_024, hop_length=512, center=True, power=2.0,
        n_mels=64, f_min=30.0, f_max=11_025.0, mel_scale="slaney", norm="slaney",
        log="decibel", offset=1e-10,
    ),
    # A window shorter than the transform, the other mel formula, no scaling.
    "htk": dict(
        sample_rate=16_000, n_fft=512, win_length=400, hop_length=160, center=True, power=2.0,
        n_mels=64, f_min=125.0, f_max=7_500.0, mel_scale="htk", norm=None,
        log="decibel", offset=1e-10,
    ),
    # Magnitudes, whole frames only, natural logarithm.
    "magnitude": dict(
        sample_rate=16_000, n_fft=512, win_length=400, hop_length=160, center=False, power=1.0,
        n_mels=40, f_min=0.0, f_max=8_000.0, mel_scale="slaney", norm=None,
        log="natural", offset=1e-3,
    ),
}


def test_signal():
    """A chirp over noise of -40 dB, and one click: energy in every bin of every frame."""
    time = np.arange(SAMPLES) / SAMPLES
    # From 0.01 to 0.45 cycles per sample.
    chirp = np.sin(2 * np.pi * SAMPLES * (0.01 * time + 0.22 * time**2))
    signal = 0.5 * chirp + 0.01 * white_noise(SAMPLES)
    signal[4_321] = 0.9
    return signal.astype("<f4")


def write_config(name, config, signal):
    spectrum = np.abs(
        librosa.stft(
            signal.astype(np.float64), n_fft=config["n_fft"], win_length=config["win_length"],
            hop_length=config["hop_length"], window="hann", center=config["center"],
            pad_mode="constant",
        )
    ) ** config["power"]
    basis = librosa.filters.mel(
        sr=config["sample_rate"], n_fft=config["n_fft"], n_mels=config["n_mels"],
        fmin=config["f_min"], fmax=config["f_max"], htk=config["mel_scale"] == "htk",
        norm=config["norm"], dtype=np.float64,
    )
    mel = basis @ spectrum
    shifted = mel + config["offset"]
    log = 10.0 * np.log10(shifted) if config["log"] == "decibel" else np.log(shifted)
    write_f32(f"{name}.spectrum", spectrum.T)
    write_f32(f"{name}.mel_basis", basis)
    write_f32(f"{name}.mel", mel.T)
    write_f32(f"{name}.log", log.T)


def main():
    signal = test_signal()
    write_f32("signal", signal)
    for name, config in CONFIGS.items():
        write_config(name, config, signal)
    (FOLDER / "configs.json").write_text(json.dumps(CONFIGS, indent=2) + "\n")


if __name__ == "__main__":
    main()
