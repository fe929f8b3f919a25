//! Tables and sentences that the report and an experiment's own page share.

use super::entry::pooled;
use super::html::{self, heading, or_dash, row, scrolling, table, total};
use crate::experiment::record::{Record, SplitRecord, Summary};
use sourcing_sound_train::metrics::{ClassScore, Scores};
use sourcing_sound_train::publish::text::{
    counted, escape, label, milliseconds, percent, round_percent, thousands,
};
use std::fmt::Write as _;

/// From this many labels on, the cells of a matrix are too small for figures.
const CROWDED: usize = 24;

/// Returns a confusion matrix; rows are true labels. `id` must be unique on the page, `caption` is
/// markup.
pub fn matrix(id: &str, caption: &str, scores: &Scores) -> String {
    let names: Vec<_> = scores.classes.iter().map(|class| label(&class.label)).collect();
    let crowded = if names.len() < CROWDED { "" } else { " crowded" };
    let mut table = format!(
        "<table class=\"matrix{crowded}\" data-readout=\"{id}\"><caption>{caption}</caption><thead><tr><td></td>"
    );
    for name in &names {
        table += &heading(&format!("<span>{name}</span>"));
    }
    table.push_str("</tr></thead><tbody>");
    for (row, counts) in scores.confusion.iter().enumerate() {
        let support: usize = counts.iter().sum();
        let _ =
            write!(table, "<tr data-support=\"{support}\"><th scope=\"row\">{}</th>", names[row]);
        for (column, &count) in counts.iter().enumerate() {
            let right = if row == column { " right" } else { "" };
            if count == 0 {
                let _ = write!(table, "<td class=\"{}\"></td>", right.trim());
                continue;
            }
            let share = count as f64 / support as f64;
            let _ = write!(
                table,
                "<td class=\"heat{right}\" style=\"--s:{share:.3}\" title=\"{} → {}: {count} of {support} \
                 ({})\">{count}</td>",
                names[row],
                names[column],
                percent(share)
            );
        }
        table.push_str("</tr>");
    }
    table.push_str("</tbody></table>");
    format!(
        "<div>{}<p class=\"quiet small\">Rows: true label; columns: given label; colour: share of \
         the row.</p><p class=\"readout\" id=\"{id}\" aria-live=\"polite\" hidden>Point at a cell, \
         touch it, or use the arrow keys.</p></div>",
        scrolling("Confusion matrix", &table)
    )
}

/// Tabulates precision, recall, F1 and support by label, in the study's form.
pub fn classes(scores: &Scores) -> String {
    let class = |class: &ClassScore| {
        let clips = thousands(class.support as u64);
        let [precision, recall, f1] =
            [class.precision, class.recall, class.f1].map(|score| format!("{score:.2}"));
        let cells = match class.support {
            0 => [precision, "–".to_owned(), "–".to_owned(), clips],
            _ => [precision, recall, f1, clips],
        };
        row(&label(&class.label), cells)
    };
    let clips: usize = scores.classes.iter().map(|class| class.support).sum();
    let overall = |name: &str, score: f64| {
        total(name, ["", "", &format!("{score:.2}"), &thousands(clips as u64)])
    };
    let rows = scores.classes.iter().map(class).collect::<String>()
        + &overall("accuracy", scores.accuracy)
        + &overall("macro average", scores.macro_f1);
    let columns = ["label", "precision", "recall", "F1", "clips"];
    let table = table("", "Label by label, all tested clips together", &columns, &rows);
    scrolling("Label by label", &table)
}

/// Lists the accuracy of every given split with its interval, and their mean.
pub fn splits(caption: &str, splits: &[&SplitRecord], summary: &Summary) -> String {
    let split = |split: &&SplitRecord| {
        let [clips, recordings, trained] =
            [split.n_test, split.n_test_recordings, split.n_train].map(|n| thousands(n as u64));
        let cells = [
            format!("{clips} ({recordings})"),
            trained,
            percent(split.scores.accuracy),
            interval(split.accuracy_interval),
            format!("{:.3}", split.scores.macro_f1),
        ];
        row(&escape(&split.tested()), cells)
    };
    let mean = summary.mean_and_sd();
    let rows =
        splits.iter().map(split).collect::<String>() + &total("mean", ["", "", &mean, "", ""]);
    let columns =
        ["tested", "clips (recordings)", "trained on", "accuracy", "95% interval", "macro-F1"];
    scrolling("Accuracy by fold", &table("", &escape(caption), &columns, &rows))
}

/// Formats as `±9.3 (51.4–70.0%)`: half of the width, then the interval.
pub fn interval((low, high): (f64, f64)) -> String {
    format!("±{:.1} ({:.1}–{})", 50.0 * (high - low), 100.0 * low, percent(high))
}

/// Returns a paragraph with the study's figure next to ours. Empty if the study has none.
pub fn study_and_here(record: &Record) -> String {
    let Some(study) = &record.study else { return String::new() };
    let folds: Vec<_> = record.official().iter().map(|split| split.name.as_str()).collect();
    let noun = if folds.len() == 1 && !folds[0].contains(['-', ',']) { "fold" } else { "folds" };
    let shuffled = record.shuffled.as_ref().map_or(String::new(), |shuffled| {
        let clips = counted(shuffled.n_test, "clip");
        format!("{} on {clips} of shuffled splits, ", percent(shuffled.accuracy))
    });
    let sentence = format!(
        "study: {}; here: {shuffled}{} on {} ({noun} {})",
        study.statement,
        percent(record.summary.accuracy),
        counted(record.summary.n_test, "clip"),
        folds.join(", ")
    );
    format!("<p>{}</p>", escape(&sentence))
}

/// Lists the data and the settings of the experiment.
pub fn facts(record: &Record) -> String {
    let data = &record.data;
    let left_out: Vec<_> = data
        .left_out
        .iter()
        .map(|(reason, n)| format!("{reason}: {}", thousands(*n as u64)))
        .collect();
    let left_out = match left_out.is_empty() {
        true => String::new(),
        false => format!("; left out: {}", left_out.join(", ")),
    };
    let limit = data.clips_limit.map_or(String::new(), |limit| {
        format!("; cut down to at most {limit} clips of each fold and label")
    });
    let recordings = counted(data.recordings, "recording");
    let data = format!(
        "{}: {} of {} clips, {recordings}{left_out}{limit}",
        data.layout,
        thousands(data.clips as u64),
        thousands(data.rows as u64),
    );
    let per_clip =
        |value: Option<f64>| or_dash(value, |ms| escape(&format!("{} ms", milliseconds(ms))));
    let cost = format!(
        "features {}, model {} (median, one thread)",
        per_clip(record.cost.features_ms),
        per_clip(record.cost.model_ms)
    );
    html::facts(&[
        ("data", escape(&data)),
        ("parameters", or_dash(record.parameters, thousands)),
        ("multiply-adds per clip", or_dash(record.multiply_adds, thousands)),
        ("time per clip", cost),
        ("seed, date", format!("{}, {}", record.seed, escape(&record.date))),
        ("made by", format!("<code>{}</code>", escape(&record.command))),
    ])
}

/// Returns the scores of all tested clips of the official splits.
pub fn pooled_official(record: &Record) -> Scores {
    pooled(record.official().iter().map(|split| &split.scores), &record.labels)
}

/// Tabulates the recall of every label by every entry: `entries` are names with the scores of each.
pub fn recalls(caption: &str, entries: &[(String, &Scores)]) -> String {
    let cell = |class: &ClassScore| match class.support {
        0 => "<td>–</td>".to_owned(),
        _ => format!(
            "<td class=\"heat\" style=\"--s:{:.3}\">{}</td>",
            class.recall,
            round_percent(class.recall)
        ),
    };
    let mut rows = String::new();
    let labels = entries.first().map(|(_, scores)| scores.classes.as_slice()).unwrap_or_default();
    for (index, class) in labels.iter().enumerate() {
        let classes = entries.iter().filter_map(|(_, scores)| scores.classes.get(index));
        let cells: String = classes.map(cell).collect();
        let _ = write!(rows, "<tr><th scope=\"row\">{}</th>{cells}</tr>", label(&class.label));
    }
    let names = entries.iter().map(|(name, _)| name.as_str());
    let columns: Vec<_> = std::iter::once("label").chain(names).collect();
    let table = table(" class=\"recall\"", &escape(caption), &columns, &rows);
    scrolling("Recall by label", &table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::experiment::record::Study;
    use crate::figure::canvas::tests::assert_well_formed;
    use crate::report::fixtures::ten_labels;
    use sourcing_sound_train::metrics::scores_of_confusion;

    fn hostile() -> Scores {
        let labels = ["</script><b>".to_owned(), "\"quoted\"".to_owned()];
        scores_of_confusion(vec![vec![30, 10], vec![0, 0]], &labels)
    }

    #[test]
    fn tables_hold_the_figures_and_nothing_escapes() {
        let scores = hostile();
        for table in [
            matrix("m", "all", &scores),
            classes(&scores),
            recalls("recall", &[("a".into(), &scores)]),
        ] {
            assert_well_formed(&table.replace("tabindex=\"0\"", "").replace(" hidden>", ">"));
            assert!(!table.contains("<b>") && table.contains("&lt;/script&gt;"), "{table}");
            assert!(!table.contains("NaN"));
        }
        let matrix = matrix("m", "all", &scores);
        assert!(matrix.contains("style=\"--s:0.250\"") && matrix.contains("10 of 40 (25.0%)"));
        assert!(classes(&scores).contains("<td>1.00</td><td>0.75</td><td>0.86</td><td>40</td>"));
    }

    #[test]
    fn the_study_is_named_beside_ours() {
        let (mut record, _) = ten_labels("mfcc-cnn", 0.58, 1);
        assert_eq!(study_and_here(&record), "");
        let statement = "61.9% on all ten official folds".to_owned();
        record.study = Some(Study { accuracy: Some(0.619), statement });
        record.summary.accuracy = 0.5811;
        assert_eq!(
            study_and_here(&record),
            "<p>study: 61.9% on all ten official folds; here: 58.1% on 3,103 clips (folds 1, 2, \
             3-9)</p>"
        );
        record.splits.truncate(1);
        assert!(study_and_here(&record).ends_with("(fold 1)</p>"));
    }

    #[test]
    fn intervals_read_well() {
        assert_eq!(interval((0.514, 0.7)), "±9.3 (51.4–70.0%)");
        let summary =
            |splits| Summary { splits, accuracy: 0.695, accuracy_sd: 0.012, ..Summary::default() };
        assert_eq!(summary(2).mean_and_sd(), "69.5% ± 1.2");
        assert_eq!(summary(1).mean_and_sd(), "69.5%");
    }

    #[test]
    fn splits_and_facts_name_their_numbers() {
        let (record, _) = ten_labels("mel-cnn", 0.6, 1);
        let summary = Summary { accuracy: 0.61, accuracy_sd: 0.02, ..record.summary };
        let table = splits("by fold", &record.official(), &summary);
        assert!(table.contains("<th scope=\"row\">folds 3-9</th><td>1,342 ("), "{table}");
        assert!(table.contains("61.0% ± 2.0"));
        let facts = facts(&record);
        assert!(facts.contains("3,103 of 8,732 clips") && facts.contains("2,204,538"));
        assert!(facts.contains("missing file: 5,629"));
    }
}
