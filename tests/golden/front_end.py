"""Writes the goldens that tests/front_end.rs and tests/wasm.rs compare the front end with.

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
    # Kaldi's features as networks trained with torchaudio compute them: emphasised, centred by
    # reflection, a symmetric window, triangles straight in mel.
    "kaldi": dict(
        sample_rate=32_000, pre_emphasis=0.97, n_fft=512, win_length=400, window="hann_symmetric",
        hop_length=160, center=True, pad_mode="reflect", power=2.0, n_mels=64, f_min=0.0,
        f_max=15_000.0, mel_scale="kaldi", norm=None, triangles="mel", log="natural", offset=1e-5,
    ),
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


def emphasise(signal, config):
    if "pre_emphasis" not in config:
        return signal
    return signal[1:] - config["pre_emphasis"] * signal[:-1]


def window_of(config):
    if config.get("window") == "hann_symmetric":
        return np.hanning(config["win_length"])
    return "hann"


def kaldi_basis(config):
    """Kaldi's filters, which librosa does not have: `MelBanks` in its feat/mel-computations.cc."""
    def to_mel(hz):
        return 1_127.0 * np.log(1.0 + hz / 700.0)

    edges = np.linspace(to_mel(config["f_min"]), to_mel(config["f_max"]), config["n_mels"] + 2)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    mel = to_mel(librosa.fft_frequencies(sr=config["sample_rate"], n_fft=config["n_fft"]))
    rising, falling = (mel - left) / (centre - left), (right - mel) / (right - centre)
    return np.maximum(0.0, np.minimum(rising, falling))


def mel_basis(config):
    if config["mel_scale"] == "kaldi":
        return kaldi_basis(config)
    return librosa.filters.mel(
        sr=config["sample_rate"], n_fft=config["n_fft"], n_mels=config["n_mels"],
        fmin=config["f_min"], fmax=config["f_max"], htk=config["mel_scale"] == "htk",
        norm=config["norm"], dtype=np.float64,
    )


def write_config(name, config, signal):
    spectrum = np.abs(
        librosa.stft(
            emphasise(signal.astype(np.float64), config), n_fft=config["n_fft"],
            win_length=config["win_length"], hop_length=config["hop_length"],
            window=window_of(config), center=config["center"],
            pad_mode=config.get("pad_mode", "constant"),
        )
    ) ** config["power"]
    basis = mel_basis(config)
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
