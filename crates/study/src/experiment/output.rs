//! Writes the results of an experiment: `metrics.json`, `predictions.csv` and the table of
//! labels in the study's form.

use crate::experiment::predictions;
use crate::experiment::record::{
    METRICS_FILE, OperatingPoint, PREDICTIONS_FILE, PredictionRow, Record, SplitRecord, Summary,
    rows_of,
};
use crate::experiment::score;
use anyhow::Result;
use sourcing_sound_train::files::write_text;
use sourcing_sound_train::metrics;
use sourcing_sound_train::metrics::table::classification_report;
use sourcing_sound_train::publish::file::write_evaluation;
use std::fmt::Write as _;
use std::path::Path;

/// Writes the files of an experiment to its folder, each completely or not at all.
pub fn write(folder: &Path, record: &Record, rows: &[PredictionRow]) -> Result<()> {
    predictions::write(&folder.join(PREDICTIONS_FILE), record.labels.len(), rows)?;
    write_text(&folder.join("classification.txt"), &classification(record, rows))?;
    write_evaluation(&folder.join(METRICS_FILE), record)
}

/// Returns the accuracy by split and the table of labels over all tested clips, in the study's
/// form; shuffled splits, if any, separately from the official ones.
pub fn classification(record: &Record, rows: &[PredictionRow]) -> String {
    let mut text = format!("{}: {}\n", record.experiment, record.title);
    part(&mut text, record, rows, &record.official(), &record.summary);
    if let Some(shuffled) = &record.shuffled {
        text += "\nShuffled, which is no measure of anything: near-copies of the tested clips were \
                 trained on.\n";
        part(&mut text, record, rows, &record.shuffled_splits(), shuffled);
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
    splits: &[&SplitRecord],
    summary: &Summary,
) {
    text.push('\n');
    for SplitRecord { name, scores, n_test, accuracy_interval: (low, high), shuffled, .. } in splits
    {
        let what = if *shuffled { "Split" } else { "Fold" };
        let name = format!("{what} {name}:");
        let accuracy = scores.accuracy;
        let _ = writeln!(
            text,
            "{name:<10} accuracy = {accuracy:.4} (95%: {low:.4} to {high:.4}, {n_test} clips)"
        );
    }
    let _ = writeln!(text, "Average Accuracy: {:.4}", summary.accuracy);
    for split in splits {
        let Some(binary) = &split.binary else { continue };
        let _ = writeln!(
            text,
            "\n{} against the rest, {}: {:.4} for always saying no",
            binary.positive, split.name, binary.accuracy_of_never
        );
        for point in &binary.operating_points {
            let OperatingPoint { name, threshold, precision, recall, .. } = point;
            let _ = writeln!(
                text,
                "  threshold {threshold:.4} ({name}): accuracy {:.4}, balanced {:.4}, precision \
                 {precision:.4}, recall {recall:.4}",
                point.accuracy, point.balanced_accuracy,
            );
        }
    }
    let scores = metrics::scores(&score::clips(rows_of(splits, rows)), &record.labels);
    text.push('\n');
    *text += &classification_report(&scores);
}
