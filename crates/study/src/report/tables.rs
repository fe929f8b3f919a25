//! Tables and sentences that the report and an experiment's own page share.

use super::entry::{official, pooled, tested};
use crate::experiment::record::{Record, SplitRecord};
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::publish::text::{
    counted, escape, label, milliseconds, percent, round_percent, thousands,
};
use std::fmt::Write as _;

/// From this many labels on, the cells of a matrix are too small for figures.
const CROWDED: usize = 24;

/// A box that scrolls sideways where its content is wider than the page. `name` is escaped.
pub fn scrolling(name: &str, content: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\">{content}</div>"
    )
}

/// A confusion matrix; rows are true labels. `id` must be unique on the page, `caption` is
/// markup.
pub fn matrix(id: &str, caption: &str, scores: &Scores) -> String {
    let names: Vec<_> = scores.classes.iter().map(|class| label(&class.label)).collect();
    let crowded = if names.len() < CROWDED { "" } else { " crowded" };
    let mut table = format!(
        "<table class=\"matrix{crowded}\" data-readout=\"{id}\"><caption>{caption}</caption><thead><tr><td></td>"
    );
    for name in &names {
        let _ = write!(table, "<th scope=\"col\"><span>{name}</span></th>");
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

/// Precision, recall, F1 and support by label, in the study's form.
pub fn classes(scores: &Scores) -> String {
    let mut table = "<table><caption>Label by label, all tested clips together</caption><thead>\
         <tr><th scope=\"col\">label</th><th scope=\"col\">precision</th><th scope=\"col\">recall\
         </th><th scope=\"col\">F1</th><th scope=\"col\">clips</th></tr></thead><tbody>"
        .to_owned();
    for class in &scores.classes {
        let name = label(&class.label);
        let clips = thousands(class.support as u64);
        if class.support == 0 {
            let precision = class.precision;
            let _ = write!(
                table,
                "<tr><th scope=\"row\">{name}</th><td>{precision:.2}</td><td>–</td><td>–</td><td>0</td></tr>"
            );
            continue;
        }
        let _ = write!(
            table,
            "<tr><th scope=\"row\">{name}</th><td>{:.2}</td><td>{:.2}</td><td>{:.2}</td><td>{clips}</td></tr>",
            class.precision, class.recall, class.f1
        );
    }
    let total: usize = scores.classes.iter().map(|class| class.support).sum();
    let total = thousands(total as u64);
    let _ = write!(
        table,
        "<tr class=\"total\"><th scope=\"row\">accuracy</th><td></td><td></td><td>{:.2}</td>\
         <td>{total}</td></tr><tr class=\"total\"><th scope=\"row\">macro average</th><td></td>\
         <td></td><td>{:.2}</td><td>{total}</td></tr></tbody></table>",
        scores.accuracy, scores.macro_f1
    );
    scrolling("Label by label", &table)
}

/// Accuracy of every given split with its interval, and their mean.
pub fn splits(caption: &str, splits: &[&SplitRecord], mean: f64, sd: Option<f64>) -> String {
    let mut table = format!(
        "<table><caption>{}</caption><thead><tr><th scope=\"col\">tested</th><th scope=\"col\">\
         clips (recordings)</th><th scope=\"col\">trained on</th><th scope=\"col\">accuracy</th>\
         <th scope=\"col\">95% interval</th><th scope=\"col\">macro-F1</th></tr></thead><tbody>",
        escape(caption)
    );
    for split in splits {
        let _ = write!(
            table,
            "<tr><th scope=\"row\">{}</th><td>{} ({})</td><td>{}</td><td>{}</td><td>{}</td><td>{:.3}</td></tr>",
            escape(&tested(split)),
            thousands(split.n_test as u64),
            thousands(split.n_test_recordings as u64),
            thousands(split.n_train as u64),
            percent(split.scores.accuracy),
            interval(split.accuracy_interval),
            split.scores.macro_f1,
        );
    }
    let _ = write!(
        table,
        "<tr class=\"total\"><th scope=\"row\">mean</th><td></td><td></td><td>{}</td><td></td><td></td>\
         </tr></tbody></table>",
        mean_and_sd(mean, sd)
    );
    scrolling("Accuracy by fold", &table)
}

/// `69.5% ± 1.2`, the deviation in points.
pub fn mean_and_sd(mean: f64, sd: Option<f64>) -> String {
    let sd = sd.map_or(String::new(), |sd| format!(" ± {:.1}", 100.0 * sd));
    format!("{}{sd}", percent(mean))
}

/// `±9.3 (51.4–70.0%)`: half of the width, then the interval.
pub fn interval((low, high): (f64, f64)) -> String {
    format!("±{:.1} ({:.1}–{})", 50.0 * (high - low), 100.0 * low, percent(high))
}

/// The study's figure beside ours, never mixed with it. Escaped.
pub fn study_and_here(record: &Record) -> Option<String> {
    let study = record.study.as_ref()?;
    let folds: Vec<_> = official(record).iter().map(|split| split.name.as_str()).collect();
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
    Some(escape(&sentence))
}

/// What the experiment ran on and with.
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
    let per_clip = |value: Option<f64>| {
        value.map_or("–".to_owned(), |ms| escape(&format!("{} ms", milliseconds(ms))))
    };
    let number = |value: Option<u64>| value.map_or("–".to_owned(), thousands);
    let cost = format!(
        "features {}, model {} (median, one thread)",
        per_clip(record.cost.features_ms),
        per_clip(record.cost.model_ms)
    );
    let list = [
        ("data", escape(&data)),
        ("parameters", number(record.parameters)),
        ("multiply-adds per clip", number(record.multiply_adds)),
        ("time per clip", cost),
        ("seed, date", format!("{}, {}", record.seed, escape(&record.date))),
        ("made by", format!("<code>{}</code>", escape(&record.command))),
    ];
    let entry = |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{value}</dd>");
    format!("<dl class=\"facts\">{}</dl>", list.iter().map(entry).collect::<String>())
}

/// Scores of all tested clips of the official splits together.
pub fn pooled_official(record: &Record) -> Scores {
    pooled(official(record).iter().map(|split| &split.scores), &record.labels)
}

/// Recall of every label by every entry: `columns` are names with the scores of each.
pub fn recalls(caption: &str, columns: &[(String, &Scores)]) -> String {
    let mut table = format!(
        "<table class=\"recall\"><caption>{}</caption><thead><tr><th scope=\"col\">label</th>",
        escape(caption)
    );
    for (name, _) in columns {
        let _ = write!(table, "<th scope=\"col\">{name}</th>");
    }
    table.push_str("</tr></thead><tbody>");
    let labels = columns.first().map(|(_, scores)| scores.classes.as_slice()).unwrap_or_default();
    for (index, class) in labels.iter().enumerate() {
        let _ = write!(table, "<tr><th scope=\"row\">{}</th>", label(&class.label));
        for class in columns.iter().filter_map(|(_, scores)| scores.classes.get(index)) {
            let _ = match class.support {
                0 => write!(table, "<td>–</td>"),
                _ => write!(
                    table,
                    "<td class=\"heat\" style=\"--s:{:.3}\">{}</td>",
                    class.recall,
                    round_percent(class.recall)
                ),
            };
        }
        table.push_str("</tr>");
    }
    table.push_str("</tbody></table>");
    scrolling("Recall by label", &table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

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
    fn the_study_stands_beside_ours() {
        let (mut record, _) = ten_labels("mfcc-cnn", 0.58, 1);
        assert_eq!(study_and_here(&record), None);
        let statement = "61.9% on all ten official folds".to_owned();
        record.study = Some(Study { accuracy: Some(0.619), statement });
        record.summary.accuracy = 0.5811;
        assert_eq!(
            study_and_here(&record).unwrap(),
            "study: 61.9% on all ten official folds; here: 58.1% on 3,103 clips (folds 1, 2, 3-9)"
        );
        record.splits.truncate(1);
        assert!(study_and_here(&record).unwrap().ends_with("(fold 1)"));
    }

    #[test]
    fn intervals_read_well() {
        assert_eq!(interval((0.514, 0.7)), "±9.3 (51.4–70.0%)");
        assert_eq!(mean_and_sd(0.695, Some(0.012)), "69.5% ± 1.2");
        assert_eq!(mean_and_sd(0.695, None), "69.5%");
    }

    #[test]
    fn splits_and_facts_name_their_numbers() {
        let (record, _) = ten_labels("mel-cnn", 0.6, 1);
        let table = splits("by fold", &official(&record), 0.61, Some(0.02));
        assert!(table.contains("<th scope=\"row\">folds 3-9</th><td>1,342 ("), "{table}");
        assert!(table.contains("61.0% ± 2.0"));
        let facts = facts(&record);
        assert!(facts.contains("3,103 of 8,732 clips") && facts.contains("2,204,538"));
        assert!(facts.contains("missing file: 5,629"));
    }
}
