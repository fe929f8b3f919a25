//! Small experiments from audio files to their folders, by the function that the command calls.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::arguments::Arguments;
use super::command::{Outcome, execute};
use super::predictions;
use super::record::{METRICS_FILE, PREDICTIONS_FILE, PredictionRow, Record};
use super::score;
use clap::Parser;
use sourcing_sound_train::fixtures::write_dataset;
use sourcing_sound_train::metrics;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// A data set of three labels that are easy to distinguish, and folders to work in.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(folds: u32, recordings: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_dataset(&folder.path().join("data"), folds, recordings);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Parses arguments as typed, with this place's folders.
    fn arguments(&self, line: &str) -> Arguments {
        let mut words: Vec<String> =
            ["experiment"].into_iter().chain(line.split(' ')).map(str::to_owned).collect();
        for folder in ["data", "work", "out"] {
            words.extend([format!("--{folder}"), self.path(folder).display().to_string()]);
        }
        Line::try_parse_from(words).unwrap().arguments
    }

    fn run(&self, line: &str) -> anyhow::Result<Outcome> {
        execute(&self.arguments(line), &AtomicBool::new(false))
    }

    fn record(&self, name: &str) -> Record {
        let text = std::fs::read_to_string(self.path("out").join(name).join(METRICS_FILE));
        serde_json::from_str(&text.unwrap()).unwrap()
    }
}

/// Checks that the files exist, and that the figures follow from the predictions.
fn assert_consistent(folder: &Path) -> (Record, Vec<PredictionRow>) {
    let text = std::fs::read_to_string(folder.join(METRICS_FILE)).unwrap();
    let record: Record = serde_json::from_str(&text).unwrap();
    let rows = predictions::read(&folder.join(PREDICTIONS_FILE), record.labels.len()).unwrap();
    for split in &record.splits {
        let own: Vec<_> = rows.iter().filter(|row| row.split == split.name).cloned().collect();
        let scores = metrics::scores(&score::clips(&own), &record.labels);
        assert_eq!(scores.confusion, split.scores.confusion);
        assert!((scores.accuracy - split.scores.accuracy).abs() < 1e-12);
        assert_eq!(own.len(), split.n_test);
        assert!(split.accuracy_interval.0 <= scores.accuracy);
        assert!(split.accuracy_interval.1 >= scores.accuracy);
    }
    for name in ["classification.txt", "confusion.svg", "index.html"] {
        assert!(std::fs::metadata(folder.join(name)).unwrap().len() > 100, "{name}");
    }
    (record, rows)
}

/// Checks that every clip of the set is tested once, by a model that was trained without its
/// recording.
fn assert_learned(place: &Place, name: &str, chance: f64) -> Record {
    let (record, rows) = assert_consistent(&place.path("out").join(name));
    let paths: BTreeSet<_> = rows.iter().map(|row| &row.path).collect();
    assert_eq!((paths.len(), rows.len()), (record.data.clips, record.data.clips));
    assert_eq!(record.summary.n_test, rows.len());
    let accuracy = record.summary.accuracy;
    assert!(accuracy > chance, "{name}: {accuracy}, where chance is {chance}");
    for split in &record.splits {
        assert!(!split.shuffled);
        assert_eq!(split.n_train + split.n_validation + split.n_test, record.data.clips);
    }
    record
}

#[test]
fn logistic_regression_learns_and_its_results_are_reused() {
    let place = Place::new(2, 5);
    std::fs::write(place.path("data/audio/fold1/10000-0-0-1.wav"), b"not audio").unwrap();
    assert_eq!(place.run("logistic --jobs 2").unwrap(), Outcome::Finished);
    let first = assert_learned(&place, "logistic", 0.8);
    assert_eq!((first.data.clips, first.data.rows, first.data.recordings), (59, 60, 30));
    assert_eq!(first.data.left_out.values().sum::<usize>(), 1, "damage is counted");
    assert_eq!(first.splits.len(), 2);
    let widths = (first.parameters.unwrap() - 3) / 3;
    assert_eq!(first.multiply_adds, Some(3 * widths));
    assert!(first.cost.features_ms.unwrap() > 0.0 && first.cost.model_ms.unwrap() > 0.0);

    // The second run reads features and results: the seconds are those of the first.
    place.run("logistic").unwrap();
    let second = place.record("logistic");
    let seconds = |record: &Record| record.splits.iter().map(|s| s.seconds).sum::<f64>();
    assert!((seconds(&second) - seconds(&first)).abs() < 1e-9);
    assert_eq!(second.summary, first.summary);
    place.run("logistic --fresh").unwrap();
    assert_ne!(seconds(&place.record("logistic")), seconds(&first), "nothing was trained again");
    assert_eq!(place.record("logistic").summary, first.summary, "the seed decides the result");
}

#[test]
fn boosting_shows_the_accuracy_paradox() {
    let place = Place::new(2, 6);
    for name in ["one-vs-rest-boosting", "windowed-boosting"] {
        place.run(&format!("{name} --positive high")).unwrap();
        let record = assert_learned(&place, name, 2.0 / 3.0);
        assert_eq!(record.labels, ["not high", "high"]);
        for split in &record.splits {
            let binary = split.binary.as_ref().unwrap();
            assert!((binary.accuracy_of_never - 2.0 / 3.0).abs() < 1e-12);
            assert!(binary.average_precision > 0.6, "{name}: {}", binary.average_precision);
            assert!(binary.balanced_accuracy > 0.7, "{name}: {}", binary.balanced_accuracy);
            let names: Vec<_> =
                binary.operating_points.iter().map(|point| point.name.as_str()).collect();
            assert_eq!(names, ["0.5", "best F1 in training"]);
            let half = &binary.operating_points[0];
            assert!((half.accuracy - split.scores.accuracy).abs() < 1e-12);
            assert!(split.details["candidates"].as_array().unwrap().len() >= 12);
            assert_eq!(split.details["windows"].is_object(), name == "windowed-boosting");
        }
        assert!(place.path("out").join(name).join("pr.svg").is_file());
    }
}

#[test]
fn networks_learn() {
    let place = Place::new(2, 5);
    for (name, epochs) in [("mel-cnn", 6), ("mfcc-cnn", 8), ("slices-cnn", 6), ("rnn", 10)] {
        place.run(&format!("{name} --folds 2 --batch 4 --epochs {epochs}")).unwrap();
        let (record, rows) = assert_consistent(&place.path("out").join(name));
        assert_eq!((record.splits.len(), rows.len()), (1, 30));
        let split = &record.splits[0];
        assert_eq!(split.curve.len(), epochs);
        assert!(split.n_validation > 0 && split.n_train + split.n_validation == 30);
        let accuracy = record.summary.accuracy;
        assert!(accuracy > 0.6, "{name}: {accuracy}, where chance is 0.33");
        assert!(record.parameters.is_some() && record.multiply_adds.is_some());
        assert!(place.path("out").join(name).join("curve.svg").is_file());
    }
}

#[test]
fn leakage_shares_the_official_results_and_shuffles_beside_them() {
    let place = Place::new(2, 5);
    place.run("logistic").unwrap();
    place.run("leakage --method logistic").unwrap();
    let (record, _) = assert_consistent(&place.path("out/leakage"));
    let plain = place.record("logistic");
    assert_eq!(record.summary, plain.summary);
    let seconds = |record: &Record| record.splits[0].seconds;
    assert!((seconds(&record) - seconds(&plain)).abs() < 1e-9, "the split was trained again");
    let shuffled = record.shuffled.unwrap();
    assert_eq!((shuffled.splits, shuffled.n_test), (2, 60));
    let names: Vec<_> = record.splits.iter().map(|split| split.name.as_str()).collect();
    assert_eq!(names, ["1", "2", "shuffled 1", "shuffled 2"]);
    assert!(record.study.unwrap().statement.contains("93.6%"));
}

#[test]
fn a_stop_leaves_no_record_and_the_next_call_resumes() {
    let place = Place::new(2, 3);
    let stopped = execute(&place.arguments("logistic"), &AtomicBool::new(true)).unwrap();
    assert_eq!(stopped, Outcome::Interrupted);
    assert!(!place.path("out/logistic").exists());
    assert_eq!(place.run("logistic").unwrap(), Outcome::Finished);
    assert!(place.path("out/logistic").join(METRICS_FILE).is_file());
}

#[test]
fn a_stopped_fresh_run_of_all_leaves_no_older_results() {
    let place = Place::new(2, 3);
    place.run("logistic").unwrap();
    let kept = || std::fs::read_dir(place.path("work/logistic")).unwrap().count();
    assert_eq!(kept(), 2, "a folder per split");
    let stopped = execute(&place.arguments("all --fresh"), &AtomicBool::new(true)).unwrap();
    assert_eq!((stopped, kept()), (Outcome::Interrupted, 0));
}

#[test]
fn senseless_arguments_are_refused_with_the_reason() {
    let place = Place::new(1, 2);
    let refusal = |line: &str| format!("{:#}", place.run(line).unwrap_err());
    for name in ["logistic", "mel-cnn", "all", "one-vs-rest-boosting"] {
        let text = refusal(&format!("{name} --split shuffled"));
        for part in ["near-copies", "93.6%", "61.9%", "experiment leakage"] {
            assert!(text.contains(part), "{text}");
        }
    }
    assert!(refusal("logistic --positive high").contains("one-vs-rest-boosting"));
    assert!(refusal("one-vs-rest-boosting --positive cow").contains("low, high, noise"));
    assert!(refusal("logistic --epochs 3").contains("networks"));
    assert!(refusal("leakage --method logistic --epochs 3").contains("networks"));
    assert!(refusal("logistic --method logistic").contains("leakage"));
    assert!(refusal("few-shot --clips 3").contains("--clips has no effect"));
    assert!(refusal("few-shot --split shuffled").contains("--split has no effect"));
    assert!(refusal("logistic --clips 0").contains("at least 1"));
    assert!(refusal("logistic --folds 7").contains("fold 7"));
    assert!(refusal("logistic --folds 1 --folds 1").contains("twice"));
    assert!(refusal("logistic").contains("no clips are left to train on"));
}

/// On real clips, if they are available.
#[test]
fn logistic_regression_learns_from_real_clips() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/UrbanSound8K");
    if !data.is_dir() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no real clips in {}, so logistic regression was not tried on them",
            data.display()
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let data = data.display().to_string();
    let (work, out) = (path("work"), path("out"));
    let words = ["experiment", "logistic", "--data", &data, "--work", &work, "--out", &out];
    let limits = ["--folds", "1", "--folds", "2", "--clips", "4"];
    let line = Line::try_parse_from(words.into_iter().chain(limits)).unwrap();
    execute(&line.arguments, &AtomicBool::new(false)).unwrap();
    let (record, rows) = assert_consistent(&folder.path().join("out/logistic"));
    assert_eq!((record.splits.len(), record.data.clips_limit), (2, Some(4)));
    assert!(rows.iter().all(|row| row.path.starts_with("audio/fold")));
    let accuracy = record.summary.pooled_accuracy;
    assert!(accuracy > 0.25, "{accuracy}, where chance is 0.1");
}
