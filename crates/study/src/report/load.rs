//! Reads the results of experiments and models. A broken file is reported and left out; the rest is
//! still worth a report.

use crate::experiment::few_shot::{self, result::FewShot};
use crate::experiment::predictions;
use crate::experiment::record::{self, METRICS_FILE, PREDICTIONS_FILE, PredictionRow, Record};
use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::model::evaluation::{self, Evaluation};
use std::path::{Path, PathBuf};

/// Name of the file of a model that the report reads.
const EVALUATION_FILE: &str = "evaluation.json";

/// An experiment's folder.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Name of the folder.
    pub folder: String,
    /// Its measurements.
    pub record: Record,
    /// Its tested clips; empty if `predictions.csv` is missing or broken.
    pub rows: Vec<PredictionRow>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// By name of the folder.
    pub experiments: Vec<Experiment>,
    /// Labels taught from a few examples.
    pub few_shot: Option<FewShot>,
    /// By name of the folder.
    pub models: Vec<Evaluation>,
    /// Files that exist but cannot be used, each with the reason.
    pub problems: Vec<String>,
    /// Results that are missing but would be useful.
    pub notes: Vec<String>,
}

impl Inputs {
    /// Returns what was read from a file, or notes the problem.
    fn usable<T>(&mut self, path: &Path, read: Result<T>) -> Option<T> {
        let problem = |error| self.problems.push(format!("{}: {error:#}", path.display()));
        read.map_err(problem).ok()
    }
}

/// Reads every experiment under `report` and every model under `models`. A folder that does not
/// exist counts as empty.
pub fn load(report: &Path, models: &Path) -> Inputs {
    let mut inputs = Inputs::default();
    for folder in folders(report, &mut inputs.problems) {
        load_experiment(&folder, &mut inputs);
    }
    let path = report.join(few_shot::NAME).join(few_shot::FILE);
    if path.is_file() {
        let few_shot = read::<FewShot>(&path, few_shot::result::SCHEMA_VERSION);
        inputs.few_shot = inputs.usable(&path, few_shot);
    }
    for folder in folders(models, &mut inputs.problems) {
        let path = folder.join(EVALUATION_FILE);
        if !path.is_file() || is_of_a_teacher(&path) {
            continue;
        }
        let model = read::<Evaluation>(&path, evaluation::SCHEMA_VERSION).and_then(checked_model);
        let model = inputs.usable(&path, model);
        inputs.models.extend(model);
    }
    inputs
}

/// Returns whether an evaluation measures agreement with a teacher, like that of `everyday`, which
/// shares no axis with accuracies.
fn is_of_a_teacher(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    value.get("checkpoint_sha256").is_some()
}

fn load_experiment(folder: &Path, inputs: &mut Inputs) {
    let (metrics, rows) = (folder.join(METRICS_FILE), folder.join(PREDICTIONS_FILE));
    if !metrics.is_file() {
        if rows.is_file() {
            let note = format!("{} is missing: the experiment is unfinished", metrics.display());
            inputs.notes.push(note);
        }
        return;
    }
    let record = read::<Record>(&metrics, record::SCHEMA_VERSION).and_then(checked);
    let Some(mut record) = inputs.usable(&metrics, record) else { return };
    record.command = as_typed_here(record.command);
    let predictions = match rows.is_file() {
        true => predictions::read(&rows, record.labels.len()),
        false => {
            inputs.notes.push(format!(
                "{} is missing, so the clips behind the confusions are not named. Make it: {}",
                rows.display(),
                record.command
            ));
            Ok(Vec::new())
        }
    };
    let rows = predictions.unwrap_or_else(|error| {
        inputs.problems.push(format!("{error:#}"));
        Vec::new()
    });
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    inputs.experiments.push(Experiment { folder: name, record, rows });
}

/// Returns the command under the name of this program; records of earlier versions name the
/// trainer.
fn as_typed_here(command: String) -> String {
    match command.strip_prefix("sourcing-sound-train experiment ") {
        Some(rest) => format!("{} experiment {rest}", env!("CARGO_PKG_NAME")),
        None => command,
    }
}

/// Returns the folders in a folder, by name.
fn folders(root: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    if !root.exists() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(root)
        .inspect_err(|error| problems.push(format!("{}: {error}", root.display())));
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn read<T: DeserializeOwned>(path: &Path, version: u32) -> Result<T> {
    let text = std::fs::read_to_string(path)?;
    let value: Value = serde_json::from_str(&text).context("not JSON")?;
    let found = value.get("schema_version").and_then(Value::as_u64);
    let found = found.context("has no schema_version")?;
    ensure!(
        found == u64::from(version),
        "has schema_version {found}, and this program reads {version}: run the command that made \
         it again"
    );
    Ok(serde_json::from_value(value)?)
}

/// Refuses a record that contradicts itself, so that drawing it needs no further checks.
fn checked(record: Record) -> Result<Record> {
    ensure!(record.labels.len() >= 2, "{} labels", record.labels.len());
    ensure!(record.splits.iter().any(|split| !split.shuffled), "no official split was tested");
    for split in &record.splits {
        let check = check_scores(&split.scores, record.labels.len());
        check.with_context(|| format!("split {}", split.name))?;
    }
    let summaries = std::iter::once(&record.summary).chain(&record.shuffled);
    for accuracy in summaries.map(|summary| summary.accuracy) {
        ensure!((0.0..=1.0).contains(&accuracy), "an accuracy of {accuracy}");
    }
    Ok(record)
}

fn checked_model(model: Evaluation) -> Result<Evaluation> {
    ensure!(!model.stages.is_empty(), "no left-out folds: nothing was evaluated");
    for stage in &model.stages {
        let check = check_scores(&stage.scores, model.labels.len());
        check.with_context(|| format!("folds {}", stage.test_folds))?;
    }
    Ok(model)
}

fn check_scores(scores: &Scores, n_labels: usize) -> Result<()> {
    let Scores { accuracy, macro_f1, classes, confusion } = scores;
    for (name, value) in [("accuracy", accuracy), ("macro-F1", macro_f1)] {
        ensure!((0.0..=1.0).contains(value), "{name} is {value}");
    }
    let is_square =
        confusion.len() == n_labels && confusion.iter().all(|row| row.len() == n_labels);
    ensure!(is_square, "the confusion matrix does not have {n_labels} rows and columns");
    ensure!(classes.len() == n_labels, "{} classes for {n_labels} labels", classes.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::report::fixtures::{ten_labels, write};
    use serde_json::json;

    /// Returns the problems and notes after a change to the metrics of a good experiment.
    fn after(change: impl Fn(&mut Value)) -> Inputs {
        let root = tempfile::tempdir().unwrap();
        let (record, rows) = ten_labels("mel-cnn", 0.6, 1);
        write(root.path(), &record, &rows);
        let path = root.path().join("mel-cnn").join(METRICS_FILE);
        let mut value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(&path, value.to_string()).unwrap();
        load(root.path(), &root.path().join("nothing"))
    }

    #[test]
    fn what_was_written_is_read() {
        let inputs = after(|_| ());
        assert!(inputs.problems.is_empty() && inputs.notes.is_empty(), "{inputs:?}");
        let [experiment] = &inputs.experiments[..] else { panic!("one experiment") };
        assert_eq!((experiment.folder.as_str(), experiment.rows.len()), ("mel-cnn", 3_103));
    }

    #[test]
    fn a_command_is_this_programs() {
        let inputs = after(|value| {
            value["command"] = json!("sourcing-sound-train experiment mel-cnn --data x");
        });
        let command = &inputs.experiments[0].record.command;
        assert_eq!(command, "sourcing-sound-study experiment mel-cnn --data x");
    }

    #[test]
    fn the_models_that_ship_are_read_without_a_complaint() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let inputs = load(&models.join("none"), &models);
        assert!(inputs.problems.is_empty(), "{:?}", inputs.problems);
        assert_eq!(inputs.models.len(), 1, "urban-v1");
    }

    #[test]
    fn contradictions_are_named_and_left_out() {
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 7] = [
            ("schema_version 9", |value| value["schema_version"] = json!(9)),
            ("has no schema_version", |value| *value = json!({})),
            ("missing field", |value| drop(value.as_object_mut().unwrap().remove("seed"))),
            ("10 rows and columns", |value| value["splits"][0]["confusion"] = json!([[1]])),
            ("accuracy is 7", |value| value["splits"][1]["accuracy"] = json!(7.0)),
            ("no official split", |value| value["splits"] = json!([])),
            ("1 labels", |value| value["labels"] = json!(["a"])),
        ];
        for (reason, change) in cases {
            let inputs = after(change);
            assert!(inputs.experiments.is_empty(), "{reason}");
            let [problem] = &inputs.problems[..] else { panic!("{reason}: {inputs:?}") };
            assert!(problem.contains(reason) && problem.contains("metrics.json"), "{problem}");
        }
    }

    #[test]
    fn predictions_may_be_missing_or_broken() {
        let root = tempfile::tempdir().unwrap();
        let (record, rows) = ten_labels("mel-cnn", 0.6, 1);
        write(root.path(), &record, &rows);
        let path = root.path().join("mel-cnn").join(PREDICTIONS_FILE);
        std::fs::write(&path, "split\n").unwrap();
        let inputs = load(root.path(), root.path());
        assert!(inputs.problems[0].contains("predictions.csv"), "{:?}", inputs.problems);
        assert_eq!(inputs.experiments.len(), 1, "the record is still good");
        std::fs::remove_file(&path).unwrap();
        let inputs = load(root.path(), root.path());
        assert!(inputs.problems.is_empty());
        assert!(inputs.notes[0].contains(&record.command), "{:?}", inputs.notes);
    }

    #[test]
    fn an_unfinished_experiment_is_noted() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("rnn")).unwrap();
        std::fs::write(root.path().join("rnn").join(PREDICTIONS_FILE), "").unwrap();
        let inputs = load(root.path(), root.path());
        assert!(inputs.notes[0].contains("unfinished") && inputs.problems.is_empty());
    }
}
