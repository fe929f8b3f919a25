//! The goldens that `tests/golden/front_end.py` writes: settings, and the columns that the front
//! end must give for one test signal. The columns are compiled in, so that they can also be
//! compared in a browser.

use std::collections::BTreeMap;

use serde::Deserialize;
use sourcing_sound::{
    ColumnStream, FrameLayout, FrontEnd, FrontEndConfig, LogScale, MelNorm, MelScale, MelTriangles,
    PadMode, SampleRate, Window,
};

/// Largest accepted relative error of an energy.
pub const TOLERANCE: f32 = 1e-3;

const CONFIGS: &str = include_str!("../golden/configs.json");
const SIGNAL: &[u8] = include_bytes!("../golden/signal.f32");
const COLUMNS: [(&str, &[u8]); 4] = [
    ("htk", include_bytes!("../golden/htk.log.f32")),
    ("kaldi", include_bytes!("../golden/kaldi.log.f32")),
    ("magnitude", include_bytes!("../golden/magnitude.log.f32")),
    ("urban", include_bytes!("../golden/urban.log.f32")),
];

/// One entry of configs.json.
#[derive(Deserialize)]
pub struct Golden {
    pub sample_rate: u32,
    pub pre_emphasis: Option<f32>,
    pub n_fft: usize,
    pub win_length: usize,
    pub window: Option<String>,
    pub hop_length: usize,
    pub center: bool,
    pub pad_mode: Option<String>,
    pub power: f32,
    pub n_mels: usize,
    pub f_min: f32,
    pub f_max: f32,
    pub mel_scale: String,
    pub norm: Option<String>,
    pub triangles: Option<String>,
    pub log: String,
    pub offset: f32,
}

impl Golden {
    pub fn window(&self) -> Window {
        match self.window.as_deref() {
            None => Window::Hann,
            Some("hann_symmetric") => Window::HannSymmetric,
            Some(other) => panic!("window {other}"),
        }
    }

    pub fn pad_mode(&self) -> PadMode {
        match self.pad_mode.as_deref() {
            None => PadMode::Constant,
            Some("reflect") => PadMode::Reflect,
            Some(other) => panic!("pad_mode {other}"),
        }
    }

    pub fn mel_scale(&self) -> MelScale {
        match self.mel_scale.as_str() {
            "slaney" => MelScale::Slaney,
            "htk" => MelScale::Htk,
            "kaldi" => MelScale::Kaldi,
            other => panic!("mel_scale {other}"),
        }
    }

    pub fn norm(&self) -> MelNorm {
        match self.norm.as_deref() {
            Some("slaney") => MelNorm::Slaney,
            None => MelNorm::None,
            Some(other) => panic!("norm {other}"),
        }
    }

    pub fn triangles(&self) -> MelTriangles {
        match self.triangles.as_deref() {
            None => MelTriangles::Hertz,
            Some("mel") => MelTriangles::Mel,
            Some(other) => panic!("triangles {other}"),
        }
    }

    fn log(&self) -> LogScale {
        let offset = self.offset;
        match self.log.as_str() {
            "decibel" => LogScale::Decibel { offset },
            "natural" => LogScale::Natural { offset },
            other => panic!("log {other}"),
        }
    }

    pub fn config(&self) -> FrontEndConfig {
        FrontEndConfig {
            sample_rate: self.sample_rate,
            pre_emphasis: self.pre_emphasis,
            n_fft: self.n_fft,
            win_length: self.win_length,
            window: self.window(),
            hop_length: self.hop_length,
            center: self.center,
            pad_mode: self.pad_mode(),
            framing: FrameLayout::Librosa,
            power: self.power,
            n_mels: self.n_mels,
            f_min: self.f_min,
            f_max: self.f_max,
            mel_scale: self.mel_scale(),
            norm: self.norm(),
            triangles: self.triangles(),
            log: self.log(),
        }
    }

    /// Returns the effect of an error of [`TOLERANCE`] on a column's values, which are logarithms.
    pub fn bound(&self) -> f32 {
        match self.log() {
            LogScale::Decibel { .. } => 10.0 * (1.0 + TOLERANCE).log10(),
            LogScale::Natural { .. } => (1.0 + TOLERANCE).ln(),
        }
    }

    pub fn rate(&self) -> SampleRate {
        SampleRate::new(self.sample_rate).unwrap()
    }
}

/// Returns all settings by name.
pub fn goldens() -> BTreeMap<String, Golden> {
    let goldens: BTreeMap<String, Golden> = serde_json::from_str(CONFIGS).unwrap();
    assert!(goldens.keys().eq(COLUMNS.map(|(name, _)| name).iter()));
    goldens
}

/// Returns the signal for all columns.
pub fn signal() -> Vec<f32> {
    floats(SIGNAL)
}

/// Returns the columns of the signal with the settings of that name.
pub fn golden_columns(name: &str) -> Vec<f32> {
    floats(COLUMNS.iter().find(|(other, _)| *other == name).unwrap().1)
}

/// Returns the little-endian floats of a golden file.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    let (values, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty() && !values.is_empty());
    values.iter().map(|&value| f32::from_le_bytes(value)).collect()
}

/// Returns the largest |a − b| of two arrays of the same length; infinite if there is a NaN.
pub fn largest_difference(actual: &[f32], golden: &[f32]) -> f32 {
    assert_eq!(actual.len(), golden.len());
    let differences = actual.iter().zip(golden).map(|(a, b)| (a - b).abs());
    differences.map(|d| if d.is_nan() { f32::INFINITY } else { d }).fold(0.0, f32::max)
}

/// Returns the columns of samples at `rate`, pushed in pieces of `sizes` in turn.
pub fn columns_in_pieces(
    config: &FrontEndConfig,
    samples: &[f32],
    rate: SampleRate,
    sizes: &[usize],
) -> Vec<f32> {
    let mut stream = ColumnStream::new(FrontEnd::new(config.clone()).unwrap(), rate).unwrap();
    let mut columns = Vec::new();
    let (mut rest, mut sizes) = (samples, sizes.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        stream.push(piece, &mut columns).unwrap();
        rest = after;
    }
    stream.finish(&mut columns).unwrap();
    columns
}
