//! The front end against librosa. `tests/golden/front_end.py` writes the goldens and says what is
//! in each file; `configs.json` beside it holds the settings of each.
//!
//! The relative error of `a` to a golden `b` is |a − b| / max(|b|, floor). The floor is 60 dB below
//! the largest golden value of the same array (a millionth of a power, a thousandth of a
//! magnitude): further down, single precision has few digits left.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use sourcing_sound::mel::MelFilterBank;
use sourcing_sound::spectrum::PowerSpectrum;
use sourcing_sound::{
    FrameLayout, FrontEnd, FrontEndConfig, LogScale, MelNorm, MelScale, MelTriangles, Pcm,
    SampleRate,
};

const TOLERANCE: f32 = 1e-3;

/// One entry of configs.json.
#[derive(Deserialize)]
struct Golden {
    sample_rate: u32,
    n_fft: usize,
    win_length: usize,
    hop_length: usize,
    center: bool,
    power: f32,
    n_mels: usize,
    f_min: f32,
    f_max: f32,
    mel_scale: String,
    norm: Option<String>,
    log: String,
    offset: f32,
}

impl Golden {
    fn mel_scale(&self) -> MelScale {
        match self.mel_scale.as_str() {
            "slaney" => MelScale::Slaney,
            "htk" => MelScale::Htk,
            other => panic!("mel_scale {other}"),
        }
    }

    fn norm(&self) -> MelNorm {
        match self.norm.as_deref() {
            Some("slaney") => MelNorm::Slaney,
            None => MelNorm::None,
            Some(other) => panic!("norm {other}"),
        }
    }

    fn config(&self) -> FrontEndConfig {
        let offset = self.offset;
        FrontEndConfig {
            sample_rate: self.sample_rate,
            n_fft: self.n_fft,
            win_length: self.win_length,
            hop_length: self.hop_length,
            center: self.center,
            framing: FrameLayout::Librosa,
            power: self.power,
            n_mels: self.n_mels,
            f_min: self.f_min,
            f_max: self.f_max,
            mel_scale: self.mel_scale(),
            norm: self.norm(),
            triangles: MelTriangles::Hertz,
            log: match self.log.as_str() {
                "decibel" => LogScale::Decibel { offset },
                "natural" => LogScale::Natural { offset },
                other => panic!("log {other}"),
            },
        }
    }

    /// The frames of `signal`, zero-padded as the settings say.
    fn frames(&self, signal: &[f32]) -> Vec<Vec<f32>> {
        let padding = vec![0.0; if self.center { self.n_fft / 2 } else { 0 }];
        let padded = [&padding, signal, &padding].concat();
        padded.windows(self.n_fft).step_by(self.hop_length).map(<[f32]>::to_vec).collect()
    }

    fn spectrum(&self, signal: &[f32]) -> Vec<f32> {
        let mut transform = PowerSpectrum::new(self.n_fft, self.win_length, self.power).unwrap();
        let mut spectrum = Vec::new();
        for frame in self.frames(signal) {
            let mut bins = vec![0.0; transform.bins()];
            transform.process(&frame, &mut bins).unwrap();
            spectrum.extend(bins);
        }
        spectrum
    }

    fn filters(&self) -> MelFilterBank {
        let band = (self.f_min, self.f_max);
        let (scale, norm) = (self.mel_scale(), self.norm());
        MelFilterBank::new(self.sample_rate, self.n_fft, self.n_mels, band, scale, norm).unwrap()
    }
}

fn golden_path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden", name].iter().collect()
}

fn read(name: &str) -> Vec<f32> {
    let bytes = std::fs::read(golden_path(&format!("{name}.f32"))).unwrap();
    let (values, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty() && !values.is_empty(), "{name}");
    values.iter().map(|&value| f32::from_le_bytes(value)).collect()
}

/// Runs `check` on every golden and its name.
fn for_each_golden(check: impl Fn(&str, &Golden)) {
    let json = std::fs::read_to_string(golden_path("configs.json")).unwrap();
    let goldens: BTreeMap<String, Golden> = serde_json::from_str(&json).unwrap();
    assert_eq!(goldens.keys().collect::<Vec<_>>(), ["htk", "magnitude", "urban"]);
    goldens.iter().for_each(|(name, golden)| check(name, golden));
}

/// Compares values that are proportional to |spectrum|^`power` with their goldens.
fn assert_agrees(what: &str, power: f32, actual: &[f32]) {
    let golden = &read(what);
    assert_eq!(actual.len(), golden.len(), "{what}");
    let floor = 1e-3f32.powf(power) * golden.iter().fold(0f32, |max, value| max.max(value.abs()));
    let error = |(a, b): (&f32, &f32)| (a - b).abs() / b.abs().max(floor);
    let worst = actual.iter().zip(golden).map(error).fold(0f32, f32::max);
    println!("{what}: max relative error {worst:.2e}");
    assert!(worst <= TOLERANCE, "{what}: max relative error {worst:.2e}");
}

#[test]
fn spectra_agree_with_librosa() {
    let signal = read("signal");
    for_each_golden(|name, golden| {
        let what = format!("{name}.spectrum");
        assert_agrees(&what, golden.power, &golden.spectrum(&signal));
    });
}

#[test]
fn mel_filters_agree_with_librosa() {
    for_each_golden(|name, golden| {
        let what = format!("{name}.mel_basis");
        assert_agrees(&what, 2.0, &golden.filters().to_dense());
    });
}

#[test]
fn mel_energies_agree_with_librosa() {
    let signal = read("signal");
    for_each_golden(|name, golden| {
        let filters = golden.filters();
        let mut energies = Vec::new();
        for spectrum in golden.spectrum(&signal).chunks(filters.bins()) {
            let mut column = vec![0.0; filters.n_mels()];
            filters.apply(spectrum, &mut column);
            energies.extend(column);
        }
        let what = format!("{name}.mel");
        assert_agrees(&what, golden.power, &energies);
    });
}

/// The whole front end. Its values are logarithms already, so the bound is absolute: what a
/// relative error of the energy of [`TOLERANCE`] makes of them.
#[test]
fn columns_agree_with_librosa() {
    let signal = read("signal");
    for_each_golden(|name, golden| {
        let mut front_end = FrontEnd::new(golden.config()).unwrap();
        let rate = SampleRate::new(golden.sample_rate).unwrap();
        let columns = front_end.columns(Pcm::new(&signal, rate).unwrap()).unwrap();
        let expected = read(&format!("{name}.log"));
        assert_eq!(columns.len(), expected.len(), "{name}");
        assert_eq!(columns.len() / golden.n_mels, golden.config().columns_of(signal.len()));
        let bound = match golden.log.as_str() {
            "decibel" => 10.0 * (1.0 + TOLERANCE).log10(),
            _ => (1.0 + TOLERANCE).ln(),
        };
        let difference = |(a, b): (&f32, &f32)| (a - b).abs();
        let worst = columns.iter().zip(&expected).map(difference).fold(0f32, f32::max);
        println!("{name}.log: max difference {worst:.2e}");
        assert!(worst <= bound, "{name}: {worst} exceeds {bound}");
    });
}

#[test]
fn silence_has_the_silent_value() {
    for_each_golden(|name, golden| {
        let mut front_end = FrontEnd::new(golden.config()).unwrap();
        let silence = vec![0.0; 4_000];
        let rate = SampleRate::new(golden.sample_rate).unwrap();
        let columns = front_end.columns(Pcm::new(&silence, rate).unwrap()).unwrap();
        assert!(columns.iter().all(|&value| value == front_end.silent_value()), "{name}");
    });
    assert_eq!(FrontEnd::new(urban_config()).unwrap().silent_value(), -100.0);
}

fn urban_config() -> FrontEndConfig {
    let json = std::fs::read_to_string(golden_path("configs.json")).unwrap();
    let goldens: BTreeMap<String, Golden> = serde_json::from_str(&json).unwrap();
    goldens["urban"].config()
}
