//! One label against the rest: why accuracy says little there.

use super::entry::{official, tested};
use super::tables::scrolling;
use crate::experiment::record::{Binary, Record};
use crate::figure::precision_recall;
use sourcing_sound_train::publish::text::{escape, label, percent};
use std::fmt::Write as _;

/// A line of the table of ways to say yes or no. Shares from 0 to 1; no precision where nothing
/// is called positive.
#[derive(Clone, Debug, PartialEq)]
struct Way {
    name: String,
    accuracy: f64,
    balanced_accuracy: f64,
    precision: Option<f64>,
    recall: f64,
    f1: f64,
}

/// The paradox as a table, the scores by fold, and the curve. `None` where the record does not
/// tell one label from the rest.
pub fn paradox(record: &Record) -> Option<String> {
    let official = official(record);
    let folds: Vec<_> = official
        .iter()
        .filter_map(|split| split.binary.as_ref().map(|binary| (tested(split), binary)))
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
        table_of_ways(&ways(&binaries), folds.len()),
        table_of_folds(&folds),
    ))
}

/// Always no, then the operating points, each as the mean of the folds that have it.
fn ways(binaries: &[&Binary]) -> Vec<Way> {
    let mut ways = vec![Way {
        name: "always no".to_owned(),
        accuracy: mean(binaries, |binary| binary.accuracy_of_never),
        balanced_accuracy: 0.5,
        precision: None,
        recall: 0.0,
        f1: 0.0,
    }];
    let mut names: Vec<&str> = Vec::new();
    for point in binaries.iter().flat_map(|binary| &binary.operating_points) {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    for name in names {
        let points = binaries.iter().flat_map(|binary| &binary.operating_points);
        let points: Vec<_> = points.filter(|point| point.name == name).collect();
        ways.push(Way {
            name: name_of_point(name),
            accuracy: mean(&points, |point| point.accuracy),
            balanced_accuracy: mean(&points, |point| point.balanced_accuracy),
            precision: Some(mean(&points, |point| point.precision)),
            recall: mean(&points, |point| point.recall),
            f1: mean(&points, |point| point.f1),
        });
    }
    ways
}

/// A threshold that goes by its number is called one.
fn name_of_point(name: &str) -> String {
    if name.parse::<f64>().is_ok() { format!("threshold {name}") } else { name.to_owned() }
}

fn mean<T>(values: &[&T], value: fn(&T) -> f64) -> f64 {
    values.iter().map(|each| value(each)).sum::<f64>() / values.len().max(1) as f64
}

fn table_of_ways(ways: &[Way], n_folds: usize) -> String {
    let over = if n_folds == 1 { "" } else { ", mean of the folds" };
    let mut table = format!(
        "<table><caption>Ways to answer{over}</caption><thead><tr><th scope=\"col\">way</th>\
         <th scope=\"col\">accuracy</th><th scope=\"col\">balanced accuracy</th><th \
         scope=\"col\">precision</th><th scope=\"col\">recall</th><th scope=\"col\">F1</th></tr>\
         </thead><tbody>"
    );
    let bar =
        |share: f64| format!("<td class=\"bar\" style=\"--s:{share:.3}\">{}</td>", percent(share));
    for way in ways {
        let precision = way.precision.map_or("<td>–</td>".to_owned(), bar);
        let _ = write!(
            table,
            "<tr><th scope=\"row\">{}</th>{}{}{precision}{}{}</tr>",
            escape(&way.name),
            bar(way.accuracy),
            bar(way.balanced_accuracy),
            bar(way.recall),
            bar(way.f1),
        );
    }
    table.push_str("</tbody></table>");
    scrolling("Ways to answer", &table)
}

fn table_of_folds(folds: &[(String, &Binary)]) -> String {
    let mut table = "<table><caption>By fold</caption><thead><tr><th scope=\"col\">tested</th>\
         <th scope=\"col\">share of positives</th><th scope=\"col\">balanced accuracy</th>\
         <th scope=\"col\">average precision</th><th scope=\"col\">AUROC</th></tr></thead><tbody>"
        .to_owned();
    for (name, binary) in folds {
        let _ = write!(
            table,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{:.3}</td><td>{:.3}</td></tr>",
            escape(name),
            percent(binary.prevalence),
            percent(binary.balanced_accuracy),
            binary.average_precision,
            binary.auroc
        );
    }
    table.push_str("</tbody></table>");
    scrolling("By fold", &table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::report::fixtures::{binary, ten_labels};

    #[test]
    fn always_no_stands_beside_the_operating_points() {
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
    fn thresholds_are_called_so() {
        assert_eq!(name_of_point("0.5"), "threshold 0.5");
        assert_eq!(name_of_point("best F1 in training"), "best F1 in training");
    }

    #[test]
    fn ten_labels_have_no_paradox() {
        assert_eq!(paradox(&ten_labels("mel-cnn", 0.6, 1).0), None);
    }
}
