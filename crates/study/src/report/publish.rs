//! Writes the small results for a repository: each experiment's figures, one drawing, one page of
//! Markdown. Single clips are left out; they are in `predictions.csv` of the run.

use super::comparison::{self, Group};
use super::entry::{self, Entry};
use super::few_shot;
use super::html::or_dash;
use super::load::{Experiment, Inputs};
use crate::experiment::few_shot::result::FewShot;
use crate::experiment::name::Name;
use crate::experiment::record::{Record, SplitRecord, Summary, folds};
use anyhow::{Context, Result, ensure};
use sourcing_sound_train::files::write_text;
use sourcing_sound_train::publish::file::write_evaluation;
use sourcing_sound_train::publish::text::{cell, counted, milliseconds, percent, thousands};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

/// Name of the drawing.
const DRAWING: &str = "overview.svg";
/// Name of the file of the experiment few-shot.
const FEW_SHOT: &str = "few-shot.json";
/// Name of the page.
const PAGE: &str = "results.md";

/// Writes `<experiment>.json` for every experiment, the drawing and the page into the folder
/// `results`, and removes files of an earlier report that this one does not have.
pub fn publish(results: &Path, inputs: &Inputs) -> Result<()> {
    ensure!(!inputs.experiments.is_empty(), "there are no experiments to publish");
    let write = |name: &str, text: &str| write_text(&results.join(name), text);
    for name in own_files() {
        remove(&results.join(name))?;
    }
    for Experiment { folder, record, .. } in &inputs.experiments {
        write_evaluation(&results.join(format!("{folder}.json")), record)?;
    }
    if let Some(few_shot) = &inputs.few_shot {
        let json = serde_json::to_string(few_shot).context("writing a record")?;
        write(FEW_SHOT, &(json + "\n"))?;
    }
    let entries = entry::entries(inputs);
    let groups = comparison::groups(&entries);
    if let Some(figure) = groups.first().and_then(comparison::figure) {
        write(DRAWING, &figure.standalone())?;
    }
    write(PAGE, &page(inputs, &groups))
}

/// Returns the files that a report may have written, except the page, which every report writes.
fn own_files() -> impl Iterator<Item = String> {
    let experiments = Name::ALL.into_iter().map(|name| format!("{name}.json"));
    experiments.chain([FEW_SHOT, DRAWING].map(str::to_owned))
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("removing {}", path.display())),
    }
}

fn page(inputs: &Inputs, groups: &[Group<'_>]) -> String {
    let mut page = String::from(
        "# Results of the study's experiments\n\nWritten by `sourcing-sound-study report --publish`; \
         the figures come from the JSON files beside this page. Every model is tested on folds \
         whose recordings took no part in training, except where it says shuffled. ± is the \
         standard deviation over the tested folds; the interval (95%) resamples recordings. The study's \
         figures are of other clips than ours and are never mixed with them.\n",
    );
    for (index, group) in groups.iter().enumerate() {
        let _ = write!(page, "\n## {}\n\n", comparison::title(group));
        if index == 0 {
            let _ = write!(page, "![Accuracy of every experiment and model]({DRAWING})\n\n");
        }
        page.push_str(&accuracies(group));
    }
    let records = || inputs.experiments.iter().map(|experiment| &experiment.record);
    page.push_str(&one_against_the_rest(records()));
    if let Some(few_shot) = &inputs.few_shot {
        page.push_str(&few_shot::markdown(few_shot));
    }
    page.push_str(&shuffled(records()));
    page.push_str("\n## Commands\n\n| experiment | date | seed | command |\n|---|---|---|---|\n");
    for Record { experiment, date, seed, command, .. } in records() {
        let _ = writeln!(page, "| {experiment} | {date} | {seed} | `{}` |", cell(command));
    }
    if let Some(few_shot) = &inputs.few_shot {
        let FewShot { date, seed, command, .. } = few_shot;
        let _ = writeln!(page, "| few-shot | {date} | {seed} | `{}` |", cell(command));
    }
    page
}

fn accuracies(group: &Group<'_>) -> String {
    let mut table = String::from(
        "| | study | here | interval | macro-F1 | clips | parameters | ms per clip |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for entry in group.entries.iter().filter(|entry| !entry.is_leakage) {
        let study = entry.study.as_ref().map_or("–", |study| study.statement.as_str());
        let _ = writeln!(
            table,
            "| {} | {} | {} | {:.1}–{} | {} | {} | {} | {} |",
            cell(&entry.name),
            cell(study),
            here(entry),
            100.0 * entry.summary.pooled_interval.0,
            percent(entry.summary.pooled_interval.1),
            percent(entry.summary.macro_f1),
            tested(entry),
            or_dash(entry.parameters, thousands),
            or_dash(entry.cost.model_ms, milliseconds),
        );
    }
    table += "\nMilliseconds are the model's alone, the median of one thread. `--epochs` in a command \
              below limited the training.";
    if group.entries.iter().any(|entry| entry.is_model) {
        table += " A model's card states which other data it was trained on, and what was settled \
                  when results on the left-out folds were known; the experiments have neither.";
    }
    table + "\n"
}

/// Formats as `69.2% ± 2.1 (fold 1: 68.0%, …)`.
fn here(entry: &Entry) -> String {
    let fold = |fold: &entry::Fold| format!("{}: {}", folds(&fold.name), percent(fold.accuracy));
    let folds: Vec<_> = entry.folds.iter().map(fold).collect();
    format!("{} ({})", entry.summary.mean_and_sd(), folds.join(", "))
}

fn tested(entry: &Entry) -> String {
    let limit = entry.clips_limit.map_or("", |_| ", cut down");
    format!("{}{limit}", thousands(entry.summary.n_test as u64))
}

fn one_against_the_rest<'a>(records: impl Iterator<Item = &'a Record>) -> String {
    let tables: String = records.filter_map(ways).collect();
    match tables.is_empty() {
        true => tables,
        false => format!("\n## One label against the rest\n{tables}"),
    }
}

/// Returns the table of one experiment: a line per tested folds and threshold.
fn ways(record: &Record) -> Option<String> {
    let mut rows = String::new();
    for split in record.official() {
        let Some(binary) = &split.binary else { continue };
        for point in &binary.operating_points {
            let shares = [
                binary.accuracy_of_never,
                point.accuracy,
                point.balanced_accuracy,
                point.precision,
                point.recall,
                binary.average_precision,
            ];
            let _ = writeln!(
                rows,
                "| {}, {} | {} | {} |",
                split.tested(),
                counted(split.n_test, "clip"),
                cell(&point.name),
                shares.map(percent).join(" | "),
            );
        }
    }
    let positive = &record.official().iter().find_map(|split| split.binary.as_ref())?.positive;
    let study = record.study.as_ref().map_or(String::new(), |study| {
        format!("Study: {}. Here: `{positive}` against the rest.\n\n", study.statement)
    });
    Some(format!(
        "\n### {}\n\n{study}| tested | threshold | always no | accuracy | balanced accuracy | \
         precision | recall | average precision |\n|---|---|---|---|---|---|---|---|\n{rows}",
        record.experiment
    ))
}

fn shuffled<'a>(records: impl Iterator<Item = &'a Record>) -> String {
    let mut text = String::new();
    for record in records {
        let Some(summary) = &record.shuffled else { continue };
        let study = record.study.as_ref().map_or("–", |study| study.statement.as_str());
        let of = |summary: &Summary| {
            let (low, high) = summary.pooled_interval;
            format!(
                "{} on {} (interval {:.1}–{})",
                summary.mean_and_sd(),
                counted(summary.n_test, "clip"),
                100.0 * low,
                percent(high)
            )
        };
        let official: Vec<_> = record.official().into_iter().map(SplitRecord::tested).collect();
        let _ = writeln!(
            text,
            "\n## What shuffling pretends\n\n| | |\n|---|---|\n| study | {} |\n| here, shuffled clip \
             by clip | {} |\n| here, official ({}) | {} |",
            cell(study),
            of(summary),
            official.join(", "),
            of(&record.summary),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::figure::canvas::tests::assert_well_formed;
    use crate::report::fixtures::write_study;
    use crate::report::load::load;

    #[test]
    fn small_results_are_written_and_can_be_read_again() {
        let root = tempfile::tempdir().unwrap();
        let (report, out) = (root.path().join("report"), root.path().join("docs"));
        write_study(&report);
        let inputs = load(&report, &root.path().join("none"));
        publish(&out, &inputs).unwrap();
        for Experiment { folder, record, .. } in &inputs.experiments {
            let text = std::fs::read_to_string(out.join(format!("{folder}.json"))).unwrap();
            assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), record);
        }
        assert_well_formed(&std::fs::read_to_string(out.join(DRAWING)).unwrap());
        let page = std::fs::read_to_string(out.join(PAGE)).unwrap();
        let mel = inputs.experiments.iter().find(|each| each.folder == "mel-cnn").unwrap();
        let line = page.lines().find(|line| line.starts_with("| mel-cnn |")).unwrap();
        assert!(!page.contains("A model's card states"), "there is no model");
        assert!(line.contains("2,204,538") && line.contains(&percent(mel.record.summary.accuracy)));
        assert!(page.contains("## One label against the rest\n\n### one-vs-rest-boosting"));
        assert!(
            page.contains("## What shuffling pretends") && page.contains("shuffled clip by clip")
        );
        for row in page.lines().filter(|line| line.starts_with("| ")) {
            assert!(row.ends_with(" |"), "{row}");
        }
    }

    #[test]
    fn leakage_alone_has_no_drawing_and_replaces_what_was_published() {
        let root = tempfile::tempdir().unwrap();
        let (report, out) = (root.path().join("report"), root.path().join("out"));
        write_study(&report);
        publish(&out, &load(&report, &root.path().join("models"))).unwrap();
        assert!(out.join(DRAWING).is_file() && out.join("mel-cnn.json").is_file());
        let mut inputs = load(&report, &root.path().join("models"));
        inputs.experiments.retain(|each| each.folder == "leakage");
        publish(&out, &inputs).unwrap();
        assert!(!out.join(DRAWING).exists() && !out.join("mel-cnn.json").exists());
        assert!(out.join("leakage.json").is_file());
        let page = std::fs::read_to_string(out.join(PAGE)).unwrap();
        assert!(!page.contains(DRAWING) && !page.contains("macro-F1"), "{page}");
        assert!(page.contains("shuffled clip by clip"));
    }

    #[test]
    fn nothing_is_published_from_nothing() {
        let root = tempfile::tempdir().unwrap();
        assert!(publish(root.path(), &Inputs::default()).is_err());
    }
}
