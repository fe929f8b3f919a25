//! Compares the front end with librosa. `tests/golden/front_end.py` writes the goldens and
//! describes each file; `configs.json` next to it has the settings.
//!
//! The relative error of `a` to a golden `b` is |a − b| / max(|b|, floor). The floor is 60 dB below
//! the largest golden value of the same array (a millionth of a power, a thousandth of a
//! magnitude): below that, single precision has few digits left.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/front_end.rs"]
mod goldens;

use std::path::PathBuf;

use goldens::{
    Golden, TOLERANCE, columns_in_pieces, floats, golden_columns, goldens, largest_difference,
    signal,
};
use sourcing_sound::mel::MelFilterBank;
use sourcing_sound::spectrum::PowerSpectrum;
use sourcing_sound::{ErrorKind, FrameLayout, FrontEnd, FrontEndConfig, PadMode, Pcm, SampleRate};

/// Returns the signal to analyse: `signal` with pre-emphasis and padding according to the settings.
fn analysed(golden: &Golden, signal: &[f32]) -> Vec<f32> {
    let signal: Vec<f32> = match golden.pre_emphasis {
        Some(a) => signal.windows(2).map(|pair| pair[1] - a * pair[0]).collect(),
        None => signal.to_vec(),
    };
    let padding = if golden.center { golden.n_fft / 2 } else { 0 } as isize;
    let last = signal.len() as isize - 1;
    let sample = |n: isize| match golden.pad_mode() {
        PadMode::Constant if n < 0 || n > last => 0.0,
        PadMode::Reflect if n > last => signal[(2 * last - n) as usize],
        _ => signal[n.unsigned_abs()],
    };
    (-padding..=last + padding).map(sample).collect()
}

fn spectrum(golden: &Golden, signal: &[f32]) -> Vec<f32> {
    let mut transform = PowerSpectrum::with_window(
        golden.n_fft,
        golden.win_length,
        golden.power,
        FrameLayout::Librosa,
        golden.window(),
    )
    .unwrap();
    let mut spectrum = Vec::new();
    for frame in analysed(golden, signal).windows(golden.n_fft).step_by(golden.hop_length) {
        let mut bins = vec![0.0; transform.bins()];
        transform.process(frame, &mut bins).unwrap();
        spectrum.extend(bins);
    }
    spectrum
}

fn filters(golden: &Golden) -> MelFilterBank {
    MelFilterBank::with_triangles(
        golden.sample_rate,
        golden.n_fft,
        golden.n_mels,
        (golden.f_min, golden.f_max),
        golden.mel_scale(),
        golden.norm(),
        golden.triangles(),
    )
    .unwrap()
}

fn read(name: &str) -> Vec<f32> {
    let file = format!("{name}.f32");
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "golden", &file].iter().collect();
    floats(&std::fs::read(path).unwrap())
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
    for (name, golden) in goldens() {
        let what = format!("{name}.spectrum");
        assert_agrees(&what, golden.power, &spectrum(&golden, &signal()));
    }
}

#[test]
fn mel_filters_agree_with_librosa() {
    for (name, golden) in goldens() {
        assert_agrees(&format!("{name}.mel_basis"), 2.0, &filters(&golden).to_dense());
    }
}

#[test]
fn mel_energies_agree_with_librosa() {
    for (name, golden) in goldens() {
        let filters = filters(&golden);
        let mut energies = Vec::new();
        for spectrum in spectrum(&golden, &signal()).chunks(filters.bins()) {
            let mut column = vec![0.0; filters.n_mels()];
            filters.apply(spectrum, &mut column);
            energies.extend(column);
        }
        assert_agrees(&format!("{name}.mel"), golden.power, &energies);
    }
}

/// Compares the columns of the whole front end. Its values are already logarithms, so the bound is
/// absolute.
#[test]
fn columns_agree_with_librosa() {
    let signal = signal();
    for (name, golden) in goldens() {
        let mut front_end = FrontEnd::new(golden.config()).unwrap();
        let columns = front_end.columns(Pcm::new(&signal, golden.rate()).unwrap()).unwrap();
        let expected = golden_columns(&name);
        assert_eq!(columns.len(), expected.len(), "{name}");
        assert_eq!(columns.len() / golden.n_mels, golden.config().columns_of(signal.len()));
        let (worst, bound) = (largest_difference(&columns, &expected), golden.bound());
        println!("{name}.log: max difference {worst:.2e}");
        assert!(worst <= bound, "{name}: {worst} exceeds {bound}");
    }
}

/// Splitting audio differently does not change a bit, at the front end's own rate and at others.
#[test]
fn pieces_of_any_size_give_the_same_columns() {
    let signal = signal();
    for (name, golden) in goldens() {
        let config = golden.config();
        for hz in [golden.sample_rate, 44_100, 48_000] {
            let rate = SampleRate::new(hz).unwrap();
            let pcm = Pcm::new(&signal, rate).unwrap();
            let whole = FrontEnd::new(config.clone()).unwrap().columns(pcm).unwrap();
            for sizes in [&[1][..], &[128], &[6_699], &[1, 0, 255, 2, 256, 257, 513, 777]] {
                let pieces = columns_in_pieces(&config, &signal, rate, sizes);
                assert!(pieces == whole, "{name} at {hz} Hz in pieces of {sizes:?}");
            }
        }
    }
}

#[test]
fn silence_has_the_silent_value() {
    for (name, golden) in goldens() {
        let mut front_end = FrontEnd::new(golden.config()).unwrap();
        let silence = vec![0.0; 4_000];
        let columns = front_end.columns(Pcm::new(&silence, golden.rate()).unwrap()).unwrap();
        assert!(columns.iter().all(|&value| value == front_end.silent_value()), "{name}");
    }
    assert_eq!(FrontEnd::new(config_of("urban")).unwrap().silent_value(), -100.0);
}

fn config_of(name: &str) -> FrontEndConfig {
    goldens()[name].config()
}

/// 257 samples are mirrored (n_fft 512), after pre-emphasis has removed one sample.
#[test]
fn too_little_to_mirror_is_refused_with_what_is_needed() {
    let kaldi = config_of("kaldi");
    let plain = FrontEndConfig { pre_emphasis: None, ..kaldi.clone() };
    let long_hop = FrontEndConfig { hop_length: 512, ..kaldi.clone() };
    let cases = [
        (&kaldi, 32_000, 258),
        (&plain, 32_000, 257),
        (&long_hop, 32_000, 513),
        // 258 · 44,100 / 32,000 = 355.6
        (&kaldi, 44_100, 356),
        (&kaldi, 8_000, 65),
        (&kaldi, 48_000, 387),
    ];
    for (config, hz, min) in cases {
        let columns = |samples: usize| {
            let samples = vec![0.1; samples];
            let pcm = Pcm::new(&samples, SampleRate::new(hz).unwrap()).unwrap();
            FrontEnd::new(config.clone()).unwrap().columns(pcm)
        };
        for given in [1, min - 1] {
            let error = columns(given).unwrap_err();
            let expected = ErrorKind::AudioTooShort { given, min };
            assert_eq!(error.kind(), &expected, "{config:?} at {hz} Hz");
        }
        let enough = columns(min).unwrap();
        assert!(enough.len() >= config.n_mels, "{config:?} at {hz} Hz");
        assert!(enough.iter().all(|value| value.is_finite()));
    }
}

/// Even if frames do not overlap, the samples needed to mirror the end must be kept.
#[test]
fn the_end_is_mirrored_whatever_the_hop() {
    let signal = signal();
    for (hop_length, samples) in
        [(512, 6_700), (512, 512 * 3 + 1), (512, 512 * 3 + 2), (511, 6_000), (1, 300)]
    {
        let golden = Golden { hop_length, ..goldens().remove("kaldi").unwrap() };
        let signal = &signal[..samples];
        let config = golden.config();
        let columns = columns_in_pieces(&config, signal, golden.rate(), &[100]);
        assert_eq!(columns.len() / golden.n_mels, config.columns_of(samples));
        let filters = filters(&golden);
        let mut expected = vec![0.0; columns.len()];
        let spectrum = spectrum(&golden, signal);
        assert_eq!(spectrum.len() / filters.bins(), config.columns_of(samples), "{hop_length}");
        let rows = expected.chunks_mut(golden.n_mels);
        for (column, spectrum) in rows.zip(spectrum.chunks(filters.bins())) {
            filters.apply(spectrum, column);
            column.iter_mut().for_each(|value| *value = (*value + 1e-5).ln());
        }
        assert_eq!(largest_difference(&columns, &expected), 0.0, "hop_length {hop_length}");
    }
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let kaldi = || config_of("kaldi");
    let cases = [
        ("pre_emphasis", FrontEndConfig { pre_emphasis: Some(0.0), ..kaldi() }),
        ("pre_emphasis", FrontEndConfig { pre_emphasis: Some(1.0), ..kaldi() }),
        ("pre_emphasis", FrontEndConfig { pre_emphasis: Some(-0.97), ..kaldi() }),
        ("pre_emphasis", FrontEndConfig { pre_emphasis: Some(f32::NAN), ..kaldi() }),
        ("pad_mode", FrontEndConfig { center: false, ..kaldi() }),
        ("win_length", FrontEndConfig { win_length: 0, ..kaldi() }),
        ("win_length", FrontEndConfig { win_length: 513, ..kaldi() }),
    ];
    for (setting, config) in cases {
        let text = format!("{config:?}");
        let error = FrontEnd::new(config).err().unwrap();
        assert_eq!(error.code(), "config", "{text}");
        assert!(error.to_string().contains(setting), "{error}");
    }
}

/// The shortest symmetric window is just its peak.
#[test]
fn a_window_of_one_sample_changes_nothing() {
    let config = FrontEndConfig { win_length: 1, ..config_of("kaldi") };
    let columns = columns_in_pieces(&config, &signal(), SampleRate::new(32_000).unwrap(), &[999]);
    assert!(columns.iter().all(|value| value.is_finite()));
    let silent = FrontEnd::new(config).unwrap().silent_value();
    assert!(columns.iter().any(|&value| value > silent + 1.0));
}
