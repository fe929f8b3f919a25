//! The goldens that `tests/golden/descriptors.py` writes, and the errors of the descriptors. The
//! files are compiled in, so that they can also be compared in a browser.
//!
//! Errors are relative to the golden value, or to a floor if that is larger, so that values near 0
//! do not have huge errors. The floor is 30 dB below the array's largest value, or 60 dB for
//! powers; for cepstral coefficients, which swing around 0, it is the largest one of the array.

use std::collections::BTreeMap;

use serde::Deserialize;
use sourcing_sound::{DescriptorConfig, Descriptors, MelNorm, MelScale, Pcm, SampleRate};

const CASES: &str = include_str!("../golden/descriptors.json");
const SIGNAL: &[u8] = include_bytes!("../golden/descriptors.signal.f32");

/// One case: settings and librosa's results.
#[derive(Deserialize)]
pub struct Golden {
    pub sample_rate: u32,
    pub samples: (usize, usize),
    pub n_fft: usize,
    pub win_length: usize,
    pub hop_length: usize,
    pub center: bool,
    pub n_mels: usize,
    pub f_min: f32,
    pub f_max: Option<f32>,
    pub mel_scale: String,
    pub norm: Option<String>,
    pub n_mfcc: usize,
    pub roll_percent: f32,
    pub top_db: Option<f32>,
    pub centroid: Vec<f32>,
    pub bandwidth: Vec<f32>,
    pub roll_off: Vec<f32>,
    pub zero_crossing_rate: Vec<f32>,
    pub mfcc: Vec<f32>,
}

impl Golden {
    pub fn config(&self) -> DescriptorConfig {
        DescriptorConfig {
            sample_rate: self.sample_rate,
            n_fft: self.n_fft,
            win_length: self.win_length,
            hop_length: self.hop_length,
            center: self.center,
            n_mels: self.n_mels,
            f_min: self.f_min,
            f_max: self.f_max.unwrap_or(self.sample_rate as f32 / 2.0),
            mel_scale: match self.mel_scale.as_str() {
                "slaney" => MelScale::Slaney,
                "htk" => MelScale::Htk,
                other => panic!("mel_scale {other}"),
            },
            norm: match self.norm.as_deref() {
                Some("slaney") => MelNorm::Slaney,
                None => MelNorm::None,
                Some(other) => panic!("norm {other}"),
            },
            n_mfcc: self.n_mfcc,
            roll_percent: self.roll_percent,
            top_db: self.top_db,
        }
    }

    pub fn descriptors(&self) -> Descriptors {
        Descriptors::new(self.config()).unwrap()
    }

    /// Returns the largest relative error of every descriptor.
    pub fn errors(&self) -> Vec<(&'static str, f32)> {
        let signal = signal();
        let found = self.descriptors().compute(self.pcm(&signal)).unwrap();
        assert_eq!(found.frames(), self.centroid.len());
        vec![
            ("centroid", error(found.centroid(), &self.centroid, 1e-3)),
            ("bandwidth", error(found.bandwidth(), &self.bandwidth, 1e-3)),
            ("roll-off", error(found.roll_off(), &self.roll_off, 1e-3)),
            ("zero crossings", error(found.zero_crossing_rate(), &self.zero_crossing_rate, 1e-3)),
            ("mfcc", error(found.mfcc(), &self.mfcc, 1.0)),
        ]
    }

    /// This case's part of the signal.
    pub fn pcm<'a>(&self, signal: &'a [f32]) -> Pcm<'a> {
        let (start, end) = self.samples;
        Pcm::new(&signal[start..end], SampleRate::new(self.sample_rate).unwrap()).unwrap()
    }
}

/// Returns all cases, by name.
pub fn goldens() -> BTreeMap<String, Golden> {
    serde_json::from_str(CASES).unwrap()
}

/// Returns the signal that all cases use parts of.
pub fn signal() -> Vec<f32> {
    floats(SIGNAL)
}

/// Returns the little-endian floats of a golden file.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    let (values, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty() && !values.is_empty());
    values.iter().map(|&value| f32::from_le_bytes(value)).collect()
}

/// Returns the largest |a − b| / max(|b|, `floor` · largest |b|).
pub fn error(actual: &[f32], golden: &[f32], floor: f32) -> f32 {
    assert_eq!(actual.len(), golden.len());
    let floor = floor * golden.iter().fold(0f32, |max, value| max.max(value.abs()));
    // If all goldens are 0, the values must be 0 as well.
    let floor = floor.max(f32::MIN_POSITIVE);
    let errors = actual.iter().zip(golden).map(|(a, b)| (a - b).abs() / b.abs().max(floor));
    errors.fold(0f32, |max, error| if error > max || error.is_nan() { error } else { max })
}
