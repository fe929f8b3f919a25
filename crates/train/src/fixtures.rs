//! Small synthetic data for tests.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use crate::data::columns::Columns;
use crate::data::dataset::{Dataset, Findings, Layout, Presence, Slice};
use crate::model::config::{AugmentConfig, Plan, TrainConfig};
use crate::model::network::NetConfig;
use crate::nn::layers::Block;
use crate::random::generator;
use rand::RngExt;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Returns a network of some hundred parameters.
pub fn tiny_net(n_mels: usize, n_labels: usize) -> NetConfig {
    let blocks = vec![
        Block { channels: 4, kernel: 5, stride: 2, pool: true },
        Block { channels: 6, kernel: 3, stride: 1, pool: false },
    ];
    NetConfig { n_mels, n_labels, blocks, dropout: 0.0 }
}

/// Returns the columns of random values between -80 and 0 dB.
pub fn random_columns(n_mels: usize, frames: usize, seed: u64) -> Columns {
    let mut rng = generator(seed, "columns", &[]);
    let values = (0..n_mels * frames).map(|_| rng.random_range(-80.0..0.0)).collect();
    Columns { n_mels, values }
}

/// Returns a clip without audio that is its own recording.
pub fn slice(stem: &str, fold: u32, label: usize) -> Slice {
    Slice {
        path: format!("{stem}.wav").into(),
        stem: stem.to_owned(),
        recording: stem.to_owned(),
        fold,
        label,
        labels: vec![label],
        seconds: None,
        official: true,
    }
}

/// Returns a data set of such clips.
pub fn dataset(labels: &[&str], slices: Vec<Slice>) -> Dataset {
    Dataset {
        layout: Layout::UrbanSound8k,
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        slices,
        presence: BTreeMap::new(),
        training_only: Presence::default(),
        findings: Findings::default(),
    }
}

/// Returns a plan for a short training of `net`.
pub fn plan(net: NetConfig) -> Plan {
    let augment = AugmentConfig { crop_frames: 16, ..AugmentConfig::default() };
    let train =
        TrainConfig { epochs: 3, batch: 4, warmup_epochs: 1, augment, ..TrainConfig::default() };
    Plan {
        stage: "test".into(),
        train,
        net,
        front_end: "test".into(),
        training_clips: "test".into(),
        left_out_clips: String::new(),
        background: String::new(),
    }
}

/// Writes a mono 16-bit wav file.
pub fn write_wav(path: &Path, samples: &[f32], rate: u32) {
    let data: Vec<u8> =
        samples.iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(rate.to_le_bytes());
    bytes.extend((2 * rate).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The heading of the official table.
pub const HEADING: &str = "slice_file_name,fsID,start,end,salience,fold,classID,class\n";

/// Writes `metadata/UrbanSound8K.csv` under `root`.
pub fn write_table(root: &Path, table: &str) {
    std::fs::create_dir_all(root.join("metadata")).unwrap();
    std::fs::write(root.join("metadata/UrbanSound8K.csv"), table).unwrap();
}

/// Writes a data set of three labels that are easy to distinguish (a low tone, a high tone, noise):
/// in each of `folds` folds, `recordings` recordings per label with two slices each.
pub fn write_dataset(root: &Path, folds: u32, recordings: u32) {
    let mut table = HEADING.to_owned();
    for fold in 1..=folds {
        for (label, name) in ["low", "high", "noise"].into_iter().enumerate() {
            for recording in 0..recordings {
                let fs_id = 10_000 * fold + 100 * label as u32 + recording;
                for slice in 0..2 {
                    let stem = format!("{fs_id}-{label}-0-{slice}");
                    let seconds = if slice == 0 { 0.8 } else { 0.4 };
                    let _ =
                        writeln!(table, "{stem}.wav,{fs_id},0,{seconds},1,{fold},{label},{name}");
                    let path = root.join(format!("audio/fold{fold}/{stem}.wav"));
                    write_wav(&path, &sound(label, seconds, u64::from(fs_id) + slice), 22_050);
                }
            }
        }
    }
    write_table(root, &table);
}

/// Returns a low tone, a high tone or noise, different for each seed.
pub fn sound(label: usize, seconds: f32, seed: u64) -> Vec<f32> {
    let mut rng = generator(seed, "sound", &[]);
    let hz = match label {
        0 => rng.random_range(200.0..400.0),
        _ => rng.random_range(3_000.0..5_000.0),
    };
    let sample = |n: usize| {
        let noise = rng.random_range(-1.0..1.0);
        let tone = (std::f32::consts::TAU * hz * n as f32 / 22_050.0).sin();
        if label == 2 { 0.3 * noise } else { 0.3 * tone + 0.01 * noise }
    };
    (0..(seconds * 22_050.0) as usize).map(sample).collect()
}
