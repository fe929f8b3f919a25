//! Compares the descriptors with librosa and numpy. `tests/golden/descriptors.py` writes the
//! goldens and describes each file; `tests/common/descriptors.rs` defines how errors are measured.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/descriptors.rs"]
mod common;

use common::{error, floats, goldens, signal};
use serde::Deserialize;
use sourcing_sound::{
    Dct, DescriptorConfig, DescriptorStream, Descriptors, Pcm, SampleRate, magnitude_db,
    power_to_db,
};

/// Largest accepted error of arrays. Measured errors are up to 4e-5 for power and 1.3e-4 for
/// cepstral coefficients without `top_db`: bands 100 dB below a tone contain rounding errors of a
/// 32-bit transform.
const TOLERANCE: f32 = 1e-3;

/// Largest accepted error of descriptors with one value per frame. Measured errors are up to 4e-7.
const TIGHT_TOLERANCE: f32 = 1e-5;

#[test]
fn descriptors_agree_with_librosa() {
    let goldens = goldens();
    assert_eq!(goldens.len(), 8);
    for (name, golden) in goldens {
        for (what, error) in golden.errors() {
            println!("{name}, {what}: max relative error {error:.2e}");
            let bound = if what == "mfcc" { TOLERANCE } else { TIGHT_TOLERANCE };
            assert!(error <= bound, "{name}, {what}: max relative error {error:.2e}");
        }
    }
}

#[test]
fn power_and_mel_spectrograms_agree_with_librosa() {
    let golden = &goldens()["defaults"];
    let power = floats(include_bytes!("golden/descriptors.defaults.power.f32"));
    let mel = floats(include_bytes!("golden/descriptors.defaults.mel.f32"));
    let signal = signal();
    let descriptors = golden.descriptors();
    let found = descriptors.compute(golden.pcm(&signal)).unwrap();
    let error_of_mel = error(found.mel(), &mel, 1e-6);
    let error_of_power =
        error(&descriptors.power_spectrogram(golden.pcm(&signal)).unwrap(), &power, 1e-6);
    println!("mel {error_of_mel:.2e}, power {error_of_power:.2e}");
    assert!(error_of_mel <= TOLERANCE, "{error_of_mel}");
    assert!(error_of_power <= TOLERANCE, "{error_of_power}");
    assert_eq!(power.len(), found.frames() * descriptors.filters().bins());
}

#[derive(Deserialize)]
struct WholeGolden {
    sample_rate: u32,
    samples: (usize, usize),
    frequency: Vec<f32>,
    magnitude_db: Vec<f32>,
}

/// The values are already logarithms, so the bound is absolute: a thousandth of a decibel.
#[test]
fn spectra_of_whole_clips_agree_with_numpy() {
    let goldens: Vec<WholeGolden> =
        serde_json::from_str(include_str!("golden/spectra.json")).unwrap();
    assert_eq!(goldens.len(), 4);
    let signal = signal();
    for golden in goldens {
        let (start, end) = golden.samples;
        let rate = SampleRate::new(golden.sample_rate).unwrap();
        let found = magnitude_db(Pcm::new(&signal[start..end], rate).unwrap()).unwrap();
        assert_eq!(found.magnitude_db.len(), golden.magnitude_db.len());
        let pairs = found.magnitude_db.iter().zip(&golden.magnitude_db);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
        println!("{} samples: max difference {worst:.1e} dB", end - start);
        assert!(worst <= 1e-3, "{worst} dB");
        for (bin, hz) in golden.frequency.iter().enumerate() {
            assert!((found.frequency(bin) as f32 - hz).abs() <= 1e-6 * hz, "{bin}");
        }
    }
}

#[test]
fn a_sine_of_full_scale_reads_zero_decibels() {
    let rate = SampleRate::new(8_000).unwrap();
    let sine: Vec<f32> = (0..8_000)
        .map(|n| (std::f64::consts::TAU * 440.0 * f64::from(n) / 8_000.0).sin() as f32)
        .collect();
    let spectrum = magnitude_db(Pcm::new(&sine, rate).unwrap()).unwrap();
    assert_eq!(spectrum.frequency(440), 440.0);
    assert!(spectrum.magnitude_db[440].abs() < 1e-3);
    let silence = magnitude_db(Pcm::new(&[0.0; 100], rate).unwrap()).unwrap();
    assert!(silence.magnitude_db.iter().all(|&level| level == -200.0));
}

#[derive(Deserialize)]
struct DctGolden {
    input: Vec<f32>,
    output: Vec<f32>,
}

#[test]
fn the_cosine_transform_agrees_with_scipy() {
    let golden: DctGolden = serde_json::from_str(include_str!("golden/dct.json")).unwrap();
    for n_out in [golden.input.len(), 13, 1] {
        let mut output = vec![0.0; n_out];
        Dct::new(golden.input.len(), n_out).unwrap().apply(&golden.input, &mut output);
        let error = error(&output, &golden.output[..n_out], 1e-3);
        assert!(error <= TOLERANCE, "{n_out}: {error}");
    }
}

#[test]
fn decibels_stop_at_the_floor_and_at_the_range() {
    let mut power = [100.0, 1e-3, 1e-12, 0.0];
    power_to_db(&mut power, 1e-10, None);
    assert_eq!(power, [20.0, -30.0, -100.0, -100.0]);
    let mut power = [100.0, 1e-3, 1e-12];
    power_to_db(&mut power, 1e-10, Some(40.0));
    assert_eq!(power, [20.0, -20.0, -20.0]);
    power_to_db(&mut [], 1e-10, Some(40.0));
}

/// A resampled tone keeps its frequency, and frames keep their time.
#[test]
fn audio_at_another_rate_is_resampled() {
    let tone = |rate: u32| -> Vec<f32> {
        let step = std::f64::consts::TAU * 1_000.0 / f64::from(rate);
        (0..rate).map(|n| (step * f64::from(n)).sin() as f32).collect()
    };
    let descriptors = Descriptors::new(DescriptorConfig::librosa(22_050)).unwrap();
    let centroid_of = |rate: u32| {
        let found =
            descriptors.compute(Pcm::new(&tone(rate), SampleRate::new(rate).unwrap()).unwrap());
        let found = found.unwrap();
        assert_eq!(found.frames(), 1 + 22_050 / 512);
        assert!((found.seconds_per_frame() - 512.0 / 22_050.0).abs() < 1e-12);
        found.centroid()[20]
    };
    let direct = centroid_of(22_050);
    for rate in [16_000, 44_100, 48_000] {
        assert!((centroid_of(rate) - direct).abs() < 1.0, "{rate}");
    }
}

#[test]
fn filters_have_their_corners_at_equal_steps_of_mel() {
    let config = DescriptorConfig::librosa(22_050);
    let descriptors = Descriptors::new(config.clone()).unwrap();
    let edges = descriptors.filters().edges_hz();
    assert_eq!(edges.len(), config.n_mels + 2);
    // librosa.mel_frequencies(130, fmax=11025)
    for (index, hz) in [(0, 0.0), (60, 1_758.995_508), (129, 11_025.0)] {
        assert!((edges[index] - hz).abs() < 1e-5, "{index}: {}", edges[index]);
    }
}

/// A change that makes one setting invalid.
type Change = fn(&mut DescriptorConfig);

#[test]
fn settings_out_of_range_are_named() {
    let good = DescriptorConfig::librosa(16_000);
    let changed = |change: Change| {
        let mut config = good.clone();
        change(&mut config);
        Descriptors::new(config).err().map(|error| (error.code(), error.to_string()))
    };
    let cases: [(&str, Change); 16] = [
        ("n_fft", |c| c.n_fft = 0),
        ("n_fft", |c| c.n_fft = 1_001),
        ("n_fft", |c| c.n_fft = 1 << 20),
        ("win_length", |c| c.win_length = 4_096),
        ("hop_length", |c| c.hop_length = 0),
        ("hop_length", |c| c.hop_length = 2_049),
        ("n_mels", |c| c.n_mels = 0),
        ("n_mels", |c| c.n_mels = usize::MAX),
        ("f_max", |c| c.f_max = 8_001.0),
        ("f_min", |c| c.f_min = -1.0),
        ("n_mfcc", |c| c.n_mfcc = 0),
        ("n_mfcc", |c| c.n_mfcc = 129),
        ("roll_percent", |c| c.roll_percent = 1.0),
        ("roll_percent", |c| c.roll_percent = f32::NAN),
        ("top_db", |c| c.top_db = Some(-1.0)),
        ("top_db", |c| c.top_db = Some(f32::INFINITY)),
    ];
    for (field, change) in cases {
        let (code, message) = changed(change).unwrap();
        assert_eq!(code, "config", "{field}");
        assert!(message.starts_with(&format!("{field} is ")), "{message}");
    }
    assert_eq!(changed(|c| c.sample_rate = 100).unwrap().0, "audio-rate");
    assert_eq!(changed(|c| c.top_db = Some(0.0)), None);
}

/// Every number, no matter how the audio is split: even if frames are not centred or not longer
/// than the hop, or if the recording begins below zero.
#[test]
fn a_stream_in_pieces_equals_the_whole() {
    let own_rate = SampleRate::new(48_000).unwrap();
    let wave = |n: usize| (n as f32 * 0.05).sin() * (n as f32 * 3e-4).cos() - 0.2;
    let samples: Vec<f32> = (0..30_011).map(wave).collect();
    let usual = DescriptorConfig { n_mels: 40, ..DescriptorConfig::librosa(22_050) };
    let configs = [
        usual.clone(),
        DescriptorConfig { center: false, hop_length: 2_048, ..usual.clone() },
        DescriptorConfig { n_fft: 512, win_length: 400, hop_length: 160, top_db: None, ..usual },
    ];
    for config in configs {
        let descriptors = Descriptors::new(config).unwrap();
        let pcm = Pcm::new(&samples, own_rate).unwrap();
        let whole = descriptors.compute(pcm).unwrap();
        let power = descriptors.power_spectrogram(pcm).unwrap();
        for size in [1, 7, 480, 4_801, samples.len()] {
            let mut stream = DescriptorStream::new(&descriptors, own_rate).with_power();
            let mut frames = descriptors.no_frames();
            for piece in samples.chunks(size) {
                stream.push(piece, &mut frames);
            }
            stream.finish(&mut frames).unwrap();
            let greatest_mel = frames.greatest_mel();
            descriptors.cepstrum(&mut frames, greatest_mel);
            assert_eq!(frames.power(), power, "pieces of {size}");
            assert_eq!(frames.mfcc(), whole.mfcc(), "pieces of {size}");
            assert_eq!(frames.mel(), whole.mel(), "pieces of {size}");
            assert_eq!(frames.centroid(), whole.centroid(), "pieces of {size}");
            assert_eq!(frames.bandwidth(), whole.bandwidth(), "pieces of {size}");
            assert_eq!(frames.roll_off(), whole.roll_off(), "pieces of {size}");
            assert_eq!(frames.zero_crossing_rate(), whole.zero_crossing_rate());
        }
    }
}

#[test]
fn audio_too_short_or_too_long_is_refused() {
    let rate = SampleRate::new(48_000).unwrap();
    let mut config = DescriptorConfig::librosa(8_000);
    let centred = Descriptors::new(config.clone()).unwrap();
    // Two samples at 48 kHz are less than half of one at 8 kHz.
    let error = centred.compute(Pcm::new(&[0.1; 2], rate).unwrap()).unwrap_err();
    assert_eq!(error.code(), "audio-too-short");
    assert_eq!(centred.compute(Pcm::new(&[0.1; 6], rate).unwrap()).unwrap().frames(), 1);

    config.center = false;
    let whole = Descriptors::new(config.clone()).unwrap();
    let slow = SampleRate::new(8_000).unwrap();
    let error = whole.compute(Pcm::new(&[0.1; 2_047], slow).unwrap()).unwrap_err();
    assert!(error.to_string().contains("at least 2048"), "{error}");
    assert_eq!(whole.compute(Pcm::new(&[0.1; 2_048], slow).unwrap()).unwrap().frames(), 1);

    config.hop_length = 1;
    let crowded = Descriptors::new(config).unwrap();
    let long = vec![0.0; 1 << 21];
    let error = crowded.power_spectrogram(Pcm::new(&long, slow).unwrap()).unwrap_err();
    assert_eq!(error.code(), "limit");
    let error = magnitude_db(Pcm::new(&vec![0.0; (1 << 25) + 1], slow).unwrap()).unwrap_err();
    assert_eq!(error.code(), "limit");
}
