//! Sections that the cards of models and heads share.

use crate::data::summary::DataSummary;
use crate::metrics::left_out::LeftOut;
use crate::publish::text;
use std::fmt::Write;

/// Tabulates precision, recall and F1 of every label, a column per group of left-out folds.
pub fn classes<T>(labels: &[String], stages: &[LeftOut<T>]) -> String {
    let mut text =
        "## Label by label\n\nPrecision / recall / F1 (number of clips).\n\n| |".to_owned();
    for stage in stages {
        let _ = write!(text, " left-out {} |", stage.test_folds);
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(stages.len()));
    for (index, label) in labels.iter().enumerate() {
        let _ = write!(text, "| {} |", text::cell(label));
        for class in stages.iter().filter_map(|stage| stage.scores.classes.get(index)) {
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

/// Returns the start of a row of the table of left-out folds: folds, clips, recordings, accuracy,
/// its 95% interval, macro-F1.
pub fn left_out_row<T>(stage: &LeftOut<T>) -> String {
    let (low, high) = stage.accuracy_interval;
    let interval = match stage.accuracy_bound {
        Some(bound) => self::bound(bound),
        // All recordings have the same share of right clips, so resampling shows nothing.
        None if low == high => "not known".to_owned(),
        None => {
            let half = 50.0 * (high - low);
            format!("±{half:.1} ({}–{})", text::percent(low), text::percent(high))
        }
    };
    format!(
        "| {} | {} | {} | {} | {interval} | {:.3} |",
        stage.test_folds,
        thousands(stage.n_test),
        thousands(stage.n_test_recordings),
        text::percent(stage.scores.accuracy),
        stage.scores.macro_f1,
    )
}

/// Formats a one-sided bound, such as `at least 74.1%`.
pub fn bound((low, high): (f64, f64)) -> String {
    if high >= 1.0 {
        format!("at least {}", text::percent(low))
    } else {
        format!("at most {}", text::percent(high))
    }
}

/// Formats it as an optional cell of a table.
pub fn bound_cell(bound: Option<(f64, f64)>) -> String {
    bound.map_or_else(String::new, |bound| format!(" {}", self::bound(bound)))
}

/// Explains the bounds in the table of left-out folds; empty if there are none.
pub fn bounds_note<T>(stages: &[LeftOut<T>]) -> &'static str {
    if stages.iter().all(|stage| stage.accuracy_bound.is_none()) {
        return "";
    }
    "\nWhere every left-out clip was right, or every one wrong, resampling shows no variation. \
     There the exact one-sided 95% bound (Clopper–Pearson) over recordings is given: of n \
     recordings all right, at least 0.05^(1/n), which is about 1 − 3/n.\n"
}

/// Describes how often it is wrong, for a sentence: by the mean accuracy, or by its bound.
pub fn wrongness(accuracy: f64, bound: Option<(f64, f64)>) -> String {
    match bound {
        None => format!("it is wrong about {} of the time", text::percent(1.0 - accuracy)),
        Some((low, high)) if high >= 1.0 => format!(
            "every left-out clip was right, which still allows it to be wrong up to {} of the time",
            text::percent(1.0 - low)
        ),
        Some(_) => "every left-out clip was wrong".to_owned(),
    }
}

/// Describes which left-out clips pass the threshold, as the end of a sentence. Without wrong clips
/// there is no share of them.
pub fn passing(passing_correct: f64, rejected_wrong: f64, accuracy: f64) -> String {
    let passing = text::percent(passing_correct);
    let rejected = text::percent(rejected_wrong);
    if accuracy >= 1.0 {
        return format!(
            "{passing} of the left-out clips pass, all of which are rightly classified"
        );
    }
    format!(
        "{passing} of the rightly classified left-out clips pass, {rejected} of the wrongly \
         classified ones are rejected"
    )
}

/// Describes the data that were present. `name` is their name.
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

/// Starts the section on limits: incomplete folds, labels that were not tested.
pub fn limits_of_data<T>(data: &DataSummary, stages: &[LeftOut<T>]) -> String {
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
    for stage in stages {
        let absent = stage.scores.classes.iter().filter(|class| class.support == 0);
        let absent: Vec<_> = absent.map(|class| class.label.as_str()).collect();
        if !absent.is_empty() {
            let _ =
                writeln!(text, "- Folds {} hold no {}.", stage.test_folds, absent.join(" and no "));
        }
    }
    text
}

/// Returns the section on the terms of the weights.
pub fn licence(notes: &str) -> String {
    format!("## Licence\n\n{notes}\n")
}

/// Describes how to reproduce it.
pub fn reproduction(command: &str, seed: u64, config_hash: &str, date: &str) -> String {
    format!(
        "## Made by\n\n```\n{command}\n```\n\nSeed {seed}, configuration {config_hash}, {date}.\n"
    )
}

/// Formats a number with commas between thousands.
pub fn thousands(number: usize) -> String {
    text::thousands(number as u64)
}
