//! Sections that the cards of models and of heads have in common.

use crate::figure::text;
use crate::material::DataSummary;
use crate::metrics::Scores;
use std::fmt::Write;

/// Precision, recall and F1 of every label, a column per group of left-out folds.
pub fn classes(labels: &[String], stages: &[(&str, &Scores)]) -> String {
    let mut text =
        "## Label by label\n\nPrecision / recall / F1 (number of clips).\n\n| |".to_owned();
    for (test_folds, _) in stages {
        let _ = write!(text, " left-out {test_folds} |");
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(stages.len()));
    for (index, label) in labels.iter().enumerate() {
        let _ = write!(text, "| {label} |");
        for class in stages.iter().filter_map(|(_, scores)| scores.classes.get(index)) {
            let (p, r, f1) = (class.precision, class.recall, class.f1);
            match class.support {
                0 => text.push_str(" no clips |"),
                n => {
                    let _ = write!(text, " {p:.2} / {r:.2} / {f1:.2} ({n}) |");
                }
            }
        }
        text.push('\n');
    }
    text
}

/// The start of a row of the table of left-out folds: folds, clips, recordings, accuracy, its
/// 95% interval, macro-F1.
pub fn left_out_row(
    test_folds: &str,
    (clips, recordings): (usize, usize),
    scores: &Scores,
    (low, high): (f64, f64),
) -> String {
    format!(
        "| {test_folds} | {} | {} | {} | ±{:.1} ({}–{}) | {:.3} |",
        thousands(clips),
        thousands(recordings),
        text::percent(scores.accuracy),
        50.0 * (high - low),
        text::percent(low),
        text::percent(high),
        scores.macro_f1,
    )
}

/// What data were there. `name` says what they are.
pub fn data(data: &DataSummary, name: &str) -> String {
    let mut text = format!(
        "## Training data\n\n{name}. {} of its {} clips were present:\n\n| fold | present | of |\n\
         |---|---|---|\n",
        thousands(data.total.present),
        thousands(data.total.rows)
    );
    for (fold, presence) in &data.folds {
        let _ = writeln!(text, "| {fold} | {} | {} |", presence.present, presence.rows);
    }
    if data.extra.present > 0 {
        let _ = writeln!(
            text,
            "\nBesides them {} further 4 s slices of the same labelled occurrences, which only \
             train and stay with their fold.",
            data.extra.present
        );
    }
    text
}

/// The section on limits, begun with those that the data set: folds that were not whole, labels
/// that were not tested.
pub fn limits_of_data(data: &DataSummary, stages: &[(&str, &Scores)]) -> String {
    let mut text = "## Limits\n\n".to_owned();
    let partial: Vec<_> = data
        .folds
        .iter()
        .filter(|(_, presence)| presence.present < presence.rows)
        .map(|(fold, presence)| match presence.present {
            0 => format!("{fold} (missing)"),
            _ => fold.to_string(),
        })
        .collect();
    if !partial.is_empty() {
        let _ = writeln!(
            text,
            "- Not all of the data set was there. Incomplete folds: {}. What is present of them \
             is not a random sample (short recordings mostly), so figures on them cannot be \
             compared with published ones; whole folds can.",
            partial.join(", ")
        );
    }
    for (test_folds, scores) in stages {
        text.push_str(&absent_classes(test_folds, scores));
    }
    text
}

fn absent_classes(test_folds: &str, scores: &Scores) -> String {
    let absent: Vec<_> = scores
        .classes
        .iter()
        .filter(|class| class.support == 0)
        .map(|class| class.label.as_str())
        .collect();
    if absent.is_empty() {
        return String::new();
    }
    format!("- Folds {test_folds} hold no {}.\n", absent.join(" and no "))
}

/// The terms of the weights.
pub fn licence(notes: &str) -> String {
    format!("## Licence\n\n{notes}\n")
}

/// How to make it again.
pub fn reproduction(command: &str, seed: u64, config_hash: &str, date: &str) -> String {
    format!(
        "## Made by\n\n```\n{command}\n```\n\nSeed {seed}, configuration {config_hash}, {date}.\n"
    )
}

/// A number with commas between thousands.
pub fn thousands(number: usize) -> String {
    text::thousands(number as u64)
}
