//! The parts of a page about one experiment, or one model.

use super::html;
use super::links::Links;
use super::{pairs, tables};
use crate::experiment::record::{PredictionRow, Record, SplitRecord, rows_of};
use crate::figure::curve;
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::model::evaluation::Evaluation;
use sourcing_sound_train::publish::text::{counted, escape, thousands};

/// Returns everything about an experiment below its heading, except what only some experiments
/// have. `id` is unique on the page.
pub fn experiment(
    record: &Record,
    rows: &[PredictionRow],
    id: &str,
    audio: Option<&Links>,
) -> String {
    let scores = tables::pooled_official(record);
    format!(
        "<p>{}</p>{}{}<div class=\"columns\">{}{}</div>{}{}",
        escape(&record.title),
        tables::study_and_here(record),
        tables::facts(record),
        tables::splits("Tested folds", &record.official(), &record.summary),
        tables::classes(&scores),
        confusions(id, &scores, &rows_of(&record.official(), rows), audio),
        curves(record)
    )
}

/// Returns the confusion matrix next to the most frequent confusions.
fn confusions(id: &str, scores: &Scores, rows: &[&PredictionRow], audio: Option<&Links>) -> String {
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

/// Returns the training curves, separately for official and shuffled splits. Empty without curves.
fn curves(record: &Record) -> String {
    let panels = |title: &str, splits: &[&SplitRecord]| {
        let panels = curve::panels(splits);
        if panels.is_empty() {
            return String::new();
        }
        let panels: String =
            panels.iter().map(|panel| format!("<figure>{}</figure>", panel.inline())).collect();
        format!("<h3>{title}</h3><div class=\"columns\">{panels}</div>")
    };
    let official = panels("Training", &record.official());
    official + &panels("Training on shuffled splits", &record.shuffled_splits())
}

/// Returns everything about a model below its heading.
pub fn model(model: &Evaluation, scores: &Scores, id: &str) -> String {
    let facts = html::facts(&[
        ("parameters", thousands(model.n_parameters as u64)),
        ("trained on", counted(model.shipped.n_train, "clip")),
        ("seed, date", format!("{}, {}", model.seed, escape(&model.date))),
        ("made by", format!("<code>{}</code>", escape(&model.command))),
    ]);
    format!(
        "{facts}{}<p class=\"quiet\">A model's evaluation keeps no list of \
         clips, so none are named here.</p>",
        confusions(id, scores, &[], None)
    )
}
