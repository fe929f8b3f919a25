//! Writes what an experiment leaves behind: `metrics.json`, `predictions.csv` and the table of
//! labels in the study's form.

use crate::experiment::judge;
use crate::experiment::predictions;
use crate::experiment::record::{
    METRICS_FILE, PREDICTIONS_FILE, PredictionRow, Record, SplitRecord, Summary,
};
use anyhow::Result;
use sourcing_sound_train::files::write_atomically;
use sourcing_sound_train::metrics;
use sourcing_sound_train::metrics::table::classification_report;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Name of the file that holds what [`classification`] returns.
pub const CLASSIFICATION_FILE: &str = "classification.txt";

/// Writes the files of an experiment to its folder, each whole or not at all.
pub fn write(folder: &Path, record: &Record, rows: &[PredictionRow]) -> Result<()> {
    let mut json = serde_json::to_vec_pretty(record)?;
    json.push(b'\n');
    predictions::write(&folder.join(PREDICTIONS_FILE), record.labels.len(), rows)?;
    let text = classification(record, rows);
    write_atomically(&folder.join(CLASSIFICATION_FILE), |out| out.write_all(text.as_bytes()))?;
    write_atomically(&folder.join(METRICS_FILE), |out| out.write_all(&json))
}

/// Accuracy by split and the table of labels over all tested clips, in the study's form; the
/// shuffled splits, where there are any, apart from the official ones.
pub fn classification(record: &Record, rows: &[PredictionRow]) -> String {
    let mut text = format!("{}: {}\n", record.experiment, record.title);
    part(&mut text, record, rows, false, &record.summary);
    if let Some(shuffled) = &record.shuffled {
        text += "\nShuffled, which is no measure of anything: near-copies of the tested clips were \
                 trained on.\n";
        part(&mut text, record, rows, true, shuffled);
    }
    if let Some(study) = &record.study {
        let _ = writeln!(text, "\nstudy: {}", study.statement);
    }
    text
}

fn part(
    text: &mut String,
    record: &Record,
    rows: &[PredictionRow],
    shuffled: bool,
    summary: &Summary,
) {
    let splits: Vec<_> = record.splits.iter().filter(|split| split.shuffled == shuffled).collect();
    text.push('\n');
    for SplitRecord { name, scores, n_test, accuracy_interval: (low, high), .. } in &splits {
        let what = if shuffled { "Split" } else { "Fold" };
        let name = format!("{what} {name}:");
        let accuracy = scores.accuracy;
        let _ = writeln!(
            text,
            "{name:<10} accuracy = {accuracy:.4} (95%: {low:.4} to {high:.4}, {n_test} clips)"
        );
    }
    let _ = writeln!(text, "Average Accuracy: {:.4}", summary.accuracy);
    for split in &splits {
        if let Some(binary) = &split.binary {
            let _ = writeln!(
                text,
                "\n{} against the rest, {}: {:.4} for always saying no",
                binary.positive, split.name, binary.accuracy_of_never
            );
            for point in &binary.operating_points {
                let _ = writeln!(
                    text,
                    "  threshold {:.4} ({}): accuracy {:.4}, balanced {:.4}, precision {:.4}, \
                     recall {:.4}",
                    point.threshold,
                    point.name,
                    point.accuracy,
                    point.balanced_accuracy,
                    point.precision,
                    point.recall
                );
            }
        }
    }
    let names: Vec<_> = splits.iter().map(|split| split.name.as_str()).collect();
    let of_part: Vec<_> =
        rows.iter().filter(|row| names.contains(&row.split.as_str())).cloned().collect();
    let scores = metrics::scores(&judge::judged(&of_part), &record.labels);
    text.push('\n');
    *text += &classification_report(&scores);
}
