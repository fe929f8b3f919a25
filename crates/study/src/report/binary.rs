//! One label against the rest: shows why accuracy means little there.

use super::html::{row, scrolling, table};
use crate::experiment::record::{Binary, OperatingPoint, Record};
use crate::figure::precision_recall;
use sourcing_sound_train::publish::text::{escape, label, percent};

/// Returns the paradox as a table, the scores by fold, and the curve. `None` if the record does not
/// distinguish one label from the rest.
pub fn paradox(record: &Record) -> Option<String> {
    let official = record.official();
    let folds: Vec<_> = official
        .iter()
        .filter_map(|split| split.binary.as_ref().map(|binary| (split.tested(), binary)))
        .collect();
    let (_, first) = folds.first()?;
    let binaries: Vec<_> = folds.iter().map(|(_, binary)| *binary).collect();
    let curve = precision_recall::figure(&official).map_or(String::new(), |figure| figure.inline());
    Some(format!(
        "<p>Always answering <em>not {0}</em> is right for {1} of the clips and finds no {0} at \
         all. So accuracy says little here; precision, recall and balanced accuracy do.</p>\
         <div class=\"columns\"><div>{2}{3}</div><div>{curve}</div></div>",
        label(&first.positive),
        percent(mean(&binaries, |binary| binary.accuracy_of_never)),
        table_of_ways(&binaries),
        table_of_folds(&folds),
    ))
}

/// Lists always answering no, then the operating points, each as the mean of the folds that have
/// it.
fn table_of_ways(binaries: &[&Binary]) -> String {
    let points: Vec<_> = binaries.iter().flat_map(|binary| &binary.operating_points).collect();
    let mut names: Vec<&str> = Vec::new();
    for point in &points {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    let never = mean(binaries, |binary| binary.accuracy_of_never);
    let mut rows = row_of_way("always no", [Some(never), Some(0.5), None, Some(0.0), Some(0.0)]);
    for name in names {
        let points: Vec<_> = points.iter().copied().filter(|point| point.name == name).collect();
        let scores: [fn(&OperatingPoint) -> f64; 5] = [
            |point| point.accuracy,
            |point| point.balanced_accuracy,
            |point| point.precision,
            |point| point.recall,
            |point| point.f1,
        ];
        let means = scores.map(|score| Some(mean(&points, score)));
        rows += &row_of_way(&escape(&name_of_point(name)), means);
    }
    let over = if binaries.len() == 1 { "" } else { ", mean of the folds" };
    let columns = ["way", "accuracy", "balanced accuracy", "precision", "recall", "F1"];
    let table = table("", &format!("Ways to answer{over}"), &columns, &rows);
    scrolling("Ways to answer", &table)
}

/// Shows shares from 0 to 1 as bars; no precision if nothing is called positive.
fn row_of_way(name: &str, shares: [Option<f64>; 5]) -> String {
    let bar =
        |share: f64| format!("<td class=\"bar\" style=\"--s:{share:.3}\">{}</td>", percent(share));
    let cells: String = shares.map(|share| share.map_or("<td>–</td>".to_owned(), bar)).concat();
    format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>")
}

/// Names an operating point; a mere number gets the word `threshold` before it.
fn name_of_point(name: &str) -> String {
    if name.parse::<f64>().is_ok() { format!("threshold {name}") } else { name.to_owned() }
}

fn mean<T>(values: &[&T], value: fn(&T) -> f64) -> f64 {
    values.iter().map(|each| value(each)).sum::<f64>() / values.len().max(1) as f64
}

fn table_of_folds(folds: &[(String, &Binary)]) -> String {
    let fold = |(name, binary): &(String, &Binary)| {
        let shares = [binary.prevalence, binary.balanced_accuracy].map(percent);
        let areas = [binary.average_precision, binary.auroc].map(|area| format!("{area:.3}"));
        row(&escape(name), shares.into_iter().chain(areas))
    };
    let columns =
        ["tested", "share of positives", "balanced accuracy", "average precision", "AUROC"];
    let rows: String = folds.iter().map(fold).collect();
    scrolling("By fold", &table("", "By fold", &columns, &rows))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::report::fixtures::{binary, ten_labels};

    #[test]
    fn always_no_is_listed_with_the_operating_points() {
        let mut record = binary("one-vs-rest-boosting");
        for split in &mut record.splits {
            let binary = split.binary.as_mut().unwrap();
            binary.accuracy_of_never = if split.name == "1" { 0.96 } else { 0.92 };
        }
        let markup = paradox(&record).unwrap();
        assert!(markup.contains("is right for 94.0% of the clips"), "{markup}");
        let row = markup.split("<th scope=\"row\">always no").nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        assert!(row.contains(">94.0%<") && row.contains(">50.0%<") && row.contains("<td>–</td>"));
        let row = markup.split("<th scope=\"row\">best F1 in training").nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        assert!(row.contains(">60.0%<") && row.contains(">55.0%<"), "{row}");
        assert!(markup.contains("Precision over recall: car horn"));
    }

    #[test]
    fn thresholds_are_called_thresholds() {
        assert_eq!(name_of_point("0.5"), "threshold 0.5");
        assert_eq!(name_of_point("best F1 in training"), "best F1 in training");
    }

    #[test]
    fn ten_labels_have_no_paradox() {
        assert_eq!(paradox(&ten_labels("mel-cnn", 0.6, 1).0), None);
    }
}
