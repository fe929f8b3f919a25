//! Made-up results of a whole study, for tests of drawings and pages.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use crate::experiment::predictions;
use crate::experiment::record::*;
use crate::experiment::score;
use rand::RngExt;
use serde_json::json;
use sourcing_sound_train::metrics;
use sourcing_sound_train::random::generator;
use std::path::Path;

/// Returns the ten labels of UrbanSound8K.
pub fn labels() -> Vec<String> {
    let labels = [
        "air_conditioner",
        "car_horn",
        "children_playing",
        "dog_bark",
        "drilling",
        "engine_idling",
        "gun_shot",
        "jackhammer",
        "siren",
        "street_music",
    ];
    labels.map(str::to_owned).to_vec()
}

/// Returns rows of a split: a share of `hit` is right, the rest goes to neighbouring labels.
pub fn rows(split: &str, n_labels: usize, n: usize, hit: f64, seed: u64) -> Vec<PredictionRow> {
    let mut rng = generator(seed, "rows", &[]);
    let row = |index: usize| {
        let label = index % n_labels;
        let hit = (hit + 0.05 * (label % 5) as f64 - 0.1).clamp(0.05, 0.98);
        let step = if rng.random_range(0.0..1.0) < 0.6 { 1 } else { rng.random_range(1..n_labels) };
        let predicted =
            if rng.random_range(0.0..1.0) < hit { label } else { (label + step) % n_labels };
        let best = rng.random_range(0.55..0.99f32);
        let rest = (1.0 - best) / (n_labels - 1) as f32;
        let scores = (0..n_labels).map(|i| if i == predicted { best } else { rest }).collect();
        let fold = split.chars().find_map(|c| c.to_digit(10)).unwrap_or(1);
        let recording = format!("{}", 10_000 + index / 4);
        PredictionRow {
            split: split.to_owned(),
            path: format!("audio/fold{fold}/{recording}-{label}-0-{}.wav", index % 4),
            recording,
            fold,
            label,
            predicted,
            scores,
        }
    };
    (0..n).map(row).collect()
}

fn split_of(name: &str, labels: &[String], rows: &[PredictionRow], seed: u64) -> SplitRecord {
    let clips = score::clips(rows);
    let epoch = |epoch: usize| Epoch {
        epoch,
        loss: 2.3 * (-0.05 * epoch as f64).exp() + 0.1,
        validation_loss: Some(1.2 + 0.8 * (-0.1 * epoch as f64).exp() + 0.002 * epoch as f64),
        validation_accuracy: Some(0.65 - 0.5 * (-0.08 * epoch as f64).exp() + 0.01 * seed as f64),
    };
    SplitRecord {
        name: name.to_owned(),
        shuffled: name.starts_with("shuffled"),
        n_train: 2_455,
        n_validation: 250,
        n_test: rows.len(),
        n_test_recordings: metrics::count_recordings(&clips),
        n_dropped: 12,
        accuracy_interval: metrics::accuracy_interval(&clips, 1),
        scores: metrics::scores(&clips, labels),
        binary: None,
        curve: (1..=60).map(epoch).collect(),
        details: json!({ "best_epoch": 48 }),
        seconds: 512.0,
    }
}

/// Returns a separate split.
pub fn split(name: &str, labels: &[String], seed: u64) -> SplitRecord {
    split_of(name, labels, &rows(name, labels.len(), 300, 0.62, seed), seed)
}

/// Returns a split that distinguishes `car_horn` from the rest.
pub fn binary_split(name: &str, seed: u64) -> SplitRecord {
    let labels = ["not car_horn".to_owned(), "car_horn".to_owned()];
    let rows: Vec<_> = rows(name, 2, 400, 0.9, seed)
        .into_iter()
        .enumerate()
        .filter(|(index, row)| row.label == 0 || index % 20 == 1)
        .map(|(_, row)| row)
        .collect();
    let mut split = split_of(name, &labels, &rows, seed);
    split.curve.clear();
    let positive = rows.iter().filter(|row| row.label == 1).count() as f64 / rows.len() as f64;
    let point = |step: usize| {
        let recall = step as f64 / 100.0;
        (recall, (1.0 - 0.8 * recall * recall).max(positive), 1.0 - recall)
    };
    let operating = |name: &str, recall: f64, precision: f64| OperatingPoint {
        name: name.to_owned(),
        threshold: 0.5,
        accuracy: 0.95,
        balanced_accuracy: 0.5 + recall / 2.0,
        precision,
        recall,
        f1: 2.0 * precision * recall / (precision + recall).max(1e-9),
    };
    split.binary = Some(Binary {
        positive: "car_horn".into(),
        prevalence: positive,
        accuracy_of_never: 1.0 - positive,
        balanced_accuracy: 0.56,
        average_precision: 0.61 + 0.02 * seed as f64,
        auroc: 0.9,
        curve: (1..=100).map(point).collect(),
        operating_points: vec![
            operating("threshold 0.5", 0.12, 0.9),
            operating("best F1 in training", 0.55, 0.6),
        ],
    });
    split
}

fn summary(splits: &[&SplitRecord]) -> Summary {
    let (mean, accuracy_sd) = mean_and_sd(splits.iter().map(|split| split.scores.accuracy));
    let n_test = splits.iter().map(|split| split.n_test).sum();
    Summary {
        splits: splits.len(),
        n_test,
        accuracy: mean,
        accuracy_sd,
        pooled_accuracy: mean,
        pooled_interval: (mean - 0.06, mean + 0.06),
        macro_f1: mean_and_sd(splits.iter().map(|split| split.scores.macro_f1)).0,
    }
}

/// Returns a record over splits.
pub fn record(name: &str, labels: Vec<String>, splits: Vec<SplitRecord>) -> Record {
    let official: Vec<_> = splits.iter().filter(|split| !split.shuffled).collect();
    let shuffled: Vec<_> = splits.iter().filter(|split| split.shuffled).collect();
    Record {
        schema_version: SCHEMA_VERSION,
        experiment: name.to_owned(),
        title: format!("What {name} does"),
        date: "2026-11-23".into(),
        command: format!("sourcing-sound-study experiment {name} --data UrbanSound8K"),
        seed: 1,
        data: DataFacts {
            layout: "UrbanSound8K".into(),
            clips: 3_103,
            rows: 8_732,
            recordings: 664,
            left_out: [("missing file".to_owned(), 5_629)].into(),
            clips_limit: None,
        },
        summary: summary(&official),
        shuffled: (!shuffled.is_empty()).then(|| summary(&shuffled)),
        labels,
        settings: json!({ "epochs": 60, "batch": 256 }),
        parameters: Some(2_204_538),
        multiply_adds: Some(47_000_000),
        cost: Cost { features_ms: Some(3.1), model_ms: Some(12.5) },
        splits,
        study: None,
    }
}

/// Returns a record of ten labels over folds 1, 2 and 3-9, with its predictions.
pub fn ten_labels(name: &str, hit: f64, seed: u64) -> (Record, Vec<PredictionRow>) {
    let labels = labels();
    let names = [("1", 873), ("2", 888), ("3-9", 1_342)];
    let (mut splits, mut all) = (Vec::new(), Vec::new());
    for (index, (split, n)) in names.into_iter().enumerate() {
        let seed = seed * 10 + index as u64;
        let rows = rows(split, labels.len(), n, hit + 0.02 * index as f64, seed);
        splits.push(split_of(split, &labels, &rows, index as u64));
        all.extend(rows);
    }
    (record(name, labels, splits), all)
}

/// Returns a record of distinguishing car horns from the rest.
pub fn binary(name: &str) -> Record {
    let labels = vec!["not car_horn".to_owned(), "car_horn".to_owned()];
    record(name, labels, vec![binary_split("1", 1), binary_split("2", 2)])
}

/// Returns a record of the same network on official folds and shuffled parts, with its predictions.
pub fn leakage() -> (Record, Vec<PredictionRow>) {
    let (official, mut all) = ten_labels("leakage", 0.6, 4);
    let mut splits = official.splits;
    for index in 1..=3 {
        let name = format!("shuffled {index}");
        let rows = rows(&name, 10, 800, 0.93, 70 + index);
        splits.push(split_of(&name, &labels(), &rows, index));
        all.extend(rows);
    }
    (record("leakage", labels(), splits), all)
}

/// Writes an experiment's folder under `report`.
pub fn write(report: &Path, record: &Record, rows: &[PredictionRow]) {
    let folder = report.join(&record.experiment);
    std::fs::create_dir_all(&folder).unwrap();
    let json = serde_json::to_string_pretty(record).unwrap();
    std::fs::write(folder.join(METRICS_FILE), json).unwrap();
    predictions::write(&folder.join(PREDICTIONS_FILE), record.labels.len(), rows).unwrap();
}

/// Writes all eight experiments of the study under `report`.
pub fn write_study(report: &Path) {
    let networks = [("slices-cnn", 0.55), ("mfcc-cnn", 0.58), ("mel-cnn", 0.63), ("rnn", 0.5)];
    for (seed, (name, hit)) in networks.into_iter().enumerate() {
        let (mut record, rows) = ten_labels(name, hit, seed as u64 + 1);
        if name == "mfcc-cnn" {
            record.study = Some(Study {
                accuracy: Some(0.61864656),
                statement: "61.9% on all ten official folds".into(),
            });
        }
        write(report, &record, &rows);
    }
    let (mut record, rows) = ten_labels("logistic", 0.65, 9);
    (record.parameters, record.multiply_adds) = (None, None);
    record.splits.iter_mut().for_each(|split| split.curve.clear());
    write(report, &record, &rows);
    let (record, rows) = leakage();
    write(report, &record, &rows);
    for name in ["one-vs-rest-boosting", "windowed-boosting"] {
        write(report, &binary(name), &[]);
    }
}
