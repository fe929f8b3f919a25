//! Compares experiments and models with the same labels.

use super::document::anchor;
use super::entry::Entry;
use super::html::{heading, or_dash, scrolling};
use super::tables;
use crate::experiment::record::{Summary, folds};
use crate::figure::Figure;
use crate::figure::overview::{self, Row};
use sourcing_sound_train::publish::text::{counted, escape, milliseconds, percent, thousands};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Entries with the same labels: only their accuracies share an axis.
pub struct Group<'a> {
    /// The labels.
    pub labels: &'a [String],
    /// The entries, best mean accuracy first.
    pub entries: Vec<&'a Entry>,
}

/// Groups the entries that distinguish more than two labels, the largest group first, without
/// groups in which there is nothing to show.
pub fn groups(entries: &[Entry]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_binary) {
        match groups.iter_mut().find(|group| group.labels == entry.labels) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { labels: &entry.labels, entries: vec![entry] }),
        }
    }
    groups.retain(|group| !shown(group).is_empty());
    for group in &mut groups {
        group.entries.sort_by(|a, b| b.summary.accuracy.total_cmp(&a.summary.accuracy));
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.entries.len()));
    groups
}

/// Returns the drawing, the notes on what may be compared, the table, and recall by label.
pub fn section(group: &Group<'_>) -> String {
    let shown = shown(group);
    let mut markup = String::new();
    if let Some(figure) = figure(group) {
        let _ = write!(markup, "<figure class=\"card\">{}</figure>", figure.inline());
    }
    for caveat in caveats(group) {
        let _ = write!(markup, "<p class=\"quiet\">{caveat}</p>");
    }
    markup.push_str(&table(group));
    if !shown.is_empty() {
        let columns: Vec<_> =
            shown.iter().map(|entry| (escape(&entry.name), &entry.pooled)).collect();
        let _ = write!(
            markup,
            "<h3>Recall by label</h3><div class=\"card fit\">{}<p class=\"quiet \
             small\">Of the clips with a label, the share that is given it; all tested clips \
             together.</p></div>",
            tables::recalls("Recall", &columns)
        );
    }
    markup
}

/// Returns the entries to draw. The experiment on leakage repeats another one on official folds,
/// which is drawn once.
fn shown<'a>(group: &Group<'a>) -> Vec<&'a Entry> {
    group.entries.iter().copied().filter(|entry| !entry.is_leakage).collect()
}

/// Draws a group; `None` if there is nothing to draw.
pub fn figure(group: &Group<'_>) -> Option<Figure> {
    let rows: Vec<_> = shown(group).into_iter().map(row).collect();
    (!rows.is_empty()).then(|| overview::figure(&rows, 1.0 / group.labels.len() as f64))
}

fn row(entry: &Entry) -> Row {
    let limit = entry.clips_limit.map_or("", |_| ", on cut-down data");
    let model = if entry.is_model { " (model)" } else { "" };
    Row {
        name: format!("{}{model}{limit}", entry.name),
        folds: entry.folds.iter().map(|fold| (folds(&fold.name), fold.accuracy)).collect(),
        summary: entry.summary,
        study: accuracy_of_study(entry),
    }
}

fn accuracy_of_study(entry: &Entry) -> Option<f64> {
    entry.study.as_ref().and_then(|study| study.accuracy)
}

/// Lists what a reader must know before comparing. Escaped.
fn caveats(group: &Group<'_>) -> Vec<String> {
    let has = |test: fn(&Entry) -> bool| group.entries.iter().any(|entry| test(entry));
    let tested: BTreeSet<Vec<_>> = group
        .entries
        .iter()
        .map(|entry| entry.folds.iter().map(|fold| (fold.name.as_str(), fold.n_test)).collect())
        .collect();
    let limited = group.entries.iter().filter(|entry| entry.clips_limit.is_some());
    let limited: Vec<_> = limited.map(|entry| escape(&entry.name)).collect();
    let on_limited = format!("On cut-down data, so only to try things: {}.", limited.join(", "));
    let caveats = [
        (
            has(|entry| !entry.is_leakage && accuracy_of_study(entry).is_some()),
            "A ring is the study's figure, measured on more or other clips than the rest of its row: \
             the sections below say on which. It enters no mean.",
        ),
        (
            tested.len() > 1,
            "Not all of these were tested on the same clips; compare those with the same folds and \
             number of clips.",
        ),
        (!limited.is_empty(), on_limited.as_str()),
        (
            has(|entry| entry.is_model),
            "A model's interval is put together from those of its folds; its figures are of networks \
             whose training had nothing of the tested fold.",
        ),
    ];
    let applying = caveats.into_iter().filter(|(applies, _)| *applies);
    applying.map(|(_, caveat)| caveat.to_owned()).collect()
}

/// The columns after those of the folds.
const COLUMNS: [&str; 9] = [
    "95% interval",
    "macro-F1",
    "clips",
    "parameters",
    "multiply-adds",
    "features ms",
    "model ms",
    "seed",
    "date",
];

fn table(group: &Group<'_>) -> String {
    let mut tested: Vec<&str> = Vec::new();
    for fold in group.entries.iter().flat_map(|entry| &entry.folds) {
        if !tested.contains(&fold.name.as_str()) {
            tested.push(&fold.name);
        }
    }
    let name = format!("Accuracy over {} labels", group.labels.len());
    let mut table = format!(
        "<table class=\"sortable\"><caption>{name} on left-out folds</caption><thead><tr><th \
         scope=\"col\" data-sort=\"text\">name</th>"
    );
    table += &heading("mean");
    table.extend(tested.iter().map(|name| heading(&escape(&folds(name)))));
    table.extend(COLUMNS.map(heading));
    table.push_str("</tr></thead><tbody>");
    table.extend(group.entries.iter().map(|entry| table_row(entry, &tested)));
    table.push_str("</tbody></table>");
    format!(
        "<div class=\"card fit\">{}<p class=\"quiet small\">± after a mean: standard deviation of the \
         folds. Interval: 95% over all clips, resampling recordings. Multiply-adds: of the \
         network, per clip. ms: median per clip on one thread, from decoded audio to features and \
         from features to scores.</p></div>",
        scrolling(&name, &table)
    )
}

fn table_row(entry: &Entry, tested: &[&str]) -> String {
    let kind = match (entry.is_model, entry.is_leakage) {
        (true, _) => "<span class=\"small\">model</span>",
        (_, true) => "<span class=\"small\">on its official folds</span>",
        _ => "",
    };
    let mut row = format!(
        "<tr><th scope=\"row\"><a href=\"#{}\">{}</a>{kind}</th>",
        anchor(&entry.name),
        escape(&entry.name)
    );
    let mut cell = |value: Option<f64>, shown: &str| {
        let value = value.map_or(String::new(), |value| value.to_string());
        let _ = write!(row, "<td data-value=\"{value}\">{shown}</td>");
    };
    let Summary { accuracy, pooled_interval: (low, high), macro_f1, n_test, .. } = entry.summary;
    cell(Some(accuracy), &entry.summary.mean_and_sd());
    for name in tested {
        let accuracy = entry.folds.iter().find(|fold| fold.name == *name).map(|fold| fold.accuracy);
        cell(accuracy, &or_dash(accuracy, percent));
    }
    cell(Some(low), &format!("{:.1}–{}", 100.0 * low, percent(high)));
    cell(Some(macro_f1), &format!("{macro_f1:.3}"));
    cell(Some(n_test as f64), &thousands(n_test as u64));
    for (number, show) in
        [(entry.parameters, thousands as fn(u64) -> String), (entry.multiply_adds, millions)]
    {
        cell(number.map(|number| number as f64), &or_dash(number, show));
    }
    for ms in [entry.cost.features_ms, entry.cost.model_ms] {
        cell(ms, &or_dash(ms, |ms| escape(&milliseconds(ms))));
    }
    cell(Some(entry.seed as f64), &entry.seed.to_string());
    let _ = write!(row, "<td>{}</td></tr>", escape(&entry.date));
    row
}

/// Formats as `28.5 M`; below a million with all digits.
fn millions(number: u64) -> String {
    match number {
        ..1_000_000 => thousands(number),
        _ => format!("{:.1} M", number as f64 / 1e6),
    }
}

/// Returns the heading of a group.
pub fn title(group: &Group<'_>) -> String {
    format!("{} told apart", counted(group.labels.len(), "label"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::report::entry::entries;
    use crate::report::fixtures::{record, split, write_study};
    use crate::report::load::load;

    fn study() -> Vec<Entry> {
        let root = tempfile::tempdir().unwrap();
        write_study(root.path());
        let other = ["a", "b", "c"].map(str::to_owned).to_vec();
        let esc = record("esc", other.clone(), vec![split("1", &other, 5)]);
        crate::report::fixtures::write(root.path(), &esc, &[]);
        entries(&load(root.path(), &root.path().join("none")))
    }

    #[test]
    fn only_the_same_labels_share_an_axis() {
        let entries = study();
        let groups = groups(&entries);
        let sizes: Vec<_> = groups.iter().map(|g| (g.labels.len(), g.entries.len())).collect();
        assert_eq!(sizes, [(10, 6), (3, 1)], "the two boostings are in no group");
        let means: Vec<_> = groups[0].entries.iter().map(|entry| entry.summary.accuracy).collect();
        assert!(means.is_sorted_by(|a, b| a >= b), "{means:?}");
    }

    #[test]
    fn the_table_holds_every_figure() {
        let entries = study();
        let groups = groups(&entries);
        let markup = section(&groups[0]);
        let entry = entries.iter().find(|entry| entry.name == "mel-cnn").unwrap();
        let row = markup.split("href=\"#x-mel-cnn\"").nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        let interval = entry.summary.pooled_interval;
        let expected = [
            entry.summary.mean_and_sd(),
            percent(entry.folds[2].accuracy),
            format!("{:.1}–{}", 100.0 * interval.0, percent(interval.1)),
            "2,204,538".into(),
            "47.0 M".into(),
            ">3.1<".into(),
            ">12.5<".into(),
            ">3,103<".into(),
            "2026-11-23".into(),
        ];
        for figure in expected {
            assert!(row.contains(&figure), "{figure} in {row}");
        }
        // In the drawing: five rows, because leakage repeats another experiment.
        assert_eq!(markup.matches("class=\"f-name\"").count(), 5);
        assert!(markup.contains("on its official folds"));
        assert!(markup.contains("A ring is the study"));
    }

    #[test]
    fn different_clips_are_pointed_out() {
        let mut entries = study();
        entries.retain(|entry| entry.labels.len() == 10);
        assert!(!section(&groups(&entries)[0]).contains("Not all of these"));
        entries[0].folds.pop();
        entries[1].clips_limit = Some(5);
        let markup = section(&groups(&entries)[0]);
        assert!(markup.contains("Not all of these") && markup.contains("On cut-down data"));
    }
}
