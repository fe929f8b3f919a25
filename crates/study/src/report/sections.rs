//! The parts of a page about one experiment, or one model.

use super::entry::{official, shuffled};
use super::links::Links;
use super::{pairs, tables};
use crate::experiment::record::{PredictionRow, Record, SplitRecord};
use crate::figure::curve;
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::model::evaluation::Evaluation;
use sourcing_sound_train::publish::text::{counted, escape, thousands};
use std::collections::BTreeSet;

/// Everything about an experiment below its heading, except what only some experiments have.
/// `id` is unique on the page.
pub fn experiment(
    record: &Record,
    rows: &[PredictionRow],
    id: &str,
    audio: Option<&Links>,
) -> String {
    let scores = tables::pooled_official(record);
    let study =
        tables::study_and_here(record).map_or(String::new(), |study| format!("<p>{study}</p>"));
    let summary = &record.summary;
    let sd = (summary.splits > 1).then_some(summary.accuracy_sd);
    let by_fold = tables::splits("Tested folds", &official(record), summary.accuracy, sd);
    format!(
        "<p>{}</p>{study}{}<div class=\"columns\">{by_fold}{}</div>{}{}",
        escape(&record.title),
        tables::facts(record),
        tables::classes(&scores),
        confusions(id, &scores, &rows_of_official(record, rows), audio),
        curves(record)
    )
}

/// The tested clips of the official splits.
pub fn rows_of_official<'a>(record: &Record, rows: &'a [PredictionRow]) -> Vec<&'a PredictionRow> {
    let names: BTreeSet<_> = official(record).iter().map(|split| split.name.as_str()).collect();
    rows.iter().filter(|row| names.contains(row.split.as_str())).collect()
}

/// The confusion matrix beside the most frequent confusions.
pub fn confusions(
    id: &str,
    scores: &Scores,
    rows: &[&PredictionRow],
    audio: Option<&Links>,
) -> String {
    let total: usize = scores.confusion.iter().flatten().sum();
    let caption = format!("{}, official folds together.", counted(total, "tested clip"));
    let worst = match rows.is_empty() {
        true => "",
        false => {
            "<p class=\"quiet\">With the clips that got the wrong label with the highest score, \
                  one of each recording.</p>"
        }
    };
    format!(
        "<div class=\"columns\"><div class=\"card\">{}</div><div class=\"grow\"><h3>Most \
         confused</h3>{worst}{}</div></div>",
        tables::matrix(id, &caption, scores),
        pairs::list(scores, rows, audio)
    )
}

/// The training curves, of official and of shuffled splits apart. Empty without curves.
pub fn curves(record: &Record) -> String {
    let panels = |title: &str, splits: &[&SplitRecord]| {
        let panels = curve::panels(splits);
        if panels.is_empty() {
            return String::new();
        }
        let panels: String =
            panels.iter().map(|panel| format!("<figure>{}</figure>", panel.inline())).collect();
        format!("<h3>{title}</h3><div class=\"columns\">{panels}</div>")
    };
    let official = panels("Training", &official(record));
    official + &panels("Training on shuffled splits", &shuffled(record))
}

/// Everything about a model below its heading.
pub fn model(model: &Evaluation, scores: &Scores, id: &str) -> String {
    let facts = [
        ("parameters", thousands(model.n_parameters as u64)),
        ("trained on", counted(model.shipped.n_train, "clip")),
        ("seed, date", format!("{}, {}", model.seed, escape(&model.date))),
        ("made by", format!("<code>{}</code>", escape(&model.command))),
    ];
    let facts: String =
        facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>")).collect();
    format!(
        "<dl class=\"facts\">{facts}</dl>{}<p class=\"quiet\">A model's evaluation keeps no list of \
         clips, so none are named here.</p>",
        confusions(id, scores, &[], None)
    )
}
