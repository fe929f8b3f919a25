//! Prints the report for people: a row per label, then advice.

use std::io::{self, Write};
use std::path::Path;

use sourcing_sound::{LabelReport, Share, Taught};

use super::super::curve::{accuracy, average_precision, curve};
use super::usage::usage;
use crate::printable::printable;

const COLUMNS: usize = 9;

/// Printed for a figure that was not measured.
const NONE: &str = "–";

const HEADINGS: [&str; COLUMNS] = [
    "label",
    "examples",
    "recordings",
    "recall",
    "precision",
    "mistaken",
    "average precision",
    "accuracy",
    "always no",
];

/// What the figures mean.
const MEANING: &str = "\
recall     of the label's recordings, each left out in turn, those that were recognised
precision  of the recordings recognised, those that are of the label
mistaken   of the recordings of something else, those that were recognised as the label
always no  the accuracy of never giving the label
In brackets: 95% intervals.";

/// Why figures may be missing.
const NOT_MEASURED: &str = "\
–: not measured. Recall takes two recordings of the label, mistaken takes recordings of something
   else, the others take both, and precision takes one that was recognised.";

pub(super) fn write(
    mut output: impl Write,
    taught: &Taught,
    path: &Path,
    model: Option<&Path>,
) -> io::Result<()> {
    let report = &taught.report;
    let rows: Vec<[String; COLUMNS]> = report.labels.iter().map(row).collect();
    write_table(&mut output, &rows)?;
    writeln!(output, "\n{MEANING}")?;
    if rows.iter().flatten().any(|cell| cell == NONE) {
        writeln!(output, "{NOT_MEASURED}")?;
    }
    if !report.findings.is_empty() {
        writeln!(output)?;
    }
    for finding in &report.findings {
        writeln!(output, "! {}", printable(&finding.message))?;
    }
    let (name, usage) = (path.display().to_string(), usage(path, model));
    writeln!(output, "\n{} is written. To use it:\n  {}", printable(&name), printable(&usage))
}

fn row(label: &LabelReport) -> [String; COLUMNS] {
    let points = curve(&label.left_out, &label.other_scores);
    let average = points.map(|points| format!("{:.2}", average_precision(&points)));
    let accuracy = accuracy(label);
    let or_none = |cell: Option<String>| cell.unwrap_or_else(|| NONE.to_owned());
    [
        printable(&label.label).into_owned(),
        label.examples.to_string(),
        label.recordings.to_string(),
        or_none(label.recall.map(share)),
        or_none(label.precision.map(share)),
        or_none(label.mistaken.map(|share| format!("{} of {}", share.hits, share.of))),
        or_none(average),
        or_none(accuracy.map(|accuracy| percent(accuracy.own))),
        or_none(accuracy.map(|accuracy| percent(accuracy.always_no))),
    ]
}

/// Formats a share as `83% (44–97)`.
fn share(share: Share) -> String {
    let (low, high) = share.interval();
    let round = |ratio: f64| (100.0 * ratio).round();
    format!("{} ({}–{})", percent(share.ratio()), round(low), round(high))
}

fn percent(ratio: f64) -> String {
    format!("{}%", (100.0 * ratio).round())
}

/// The first column is aligned to the left, numbers to the right.
fn write_table(mut output: impl Write, rows: &[[String; COLUMNS]]) -> io::Result<()> {
    let headings = HEADINGS.map(str::to_owned);
    let lines = || std::iter::once(&headings).chain(rows);
    let width = |column: usize| lines().map(|cells| cells[column].chars().count()).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for cells in lines() {
        write!(output, "{:width$}", cells[0], width = widths[0])?;
        for (cell, width) in cells.iter().zip(widths).skip(1) {
            write!(output, "  {cell:>width$}")?;
        }
        writeln!(output)?;
    }
    Ok(())
}
