//! Writes the output of an experiment: drawings as SVG files, and a page with all its figures.

use crate::experiment::record::{PredictionRow, Record};
use crate::figure::{Figure, confusion, curve, precision_recall};
use crate::report::document::document;
use crate::report::{binary, leakage, sections, tables};
use anyhow::Result;
use sourcing_sound_train::files::write_text;
use sourcing_sound_train::publish::text::{counted, escape};
use std::path::Path;

/// Writes into `folder`: `confusion.svg` of all official splits, `curve.svg` if there are training
/// curves, `pr.svg` if one label is separated from the rest, and `index.html` with all of these. If
/// `rows` is empty, the page names no clips.
///
/// Fails if a file cannot be written.
pub fn write(folder: &Path, record: &Record, rows: &[PredictionRow]) -> Result<()> {
    let official = record.official();
    let scores = tables::pooled_official(record);
    let folds: Vec<_> = official.iter().map(|split| split.name.as_str()).collect();
    let clips = counted(record.summary.n_test, "clip");
    let caption = format!("{clips}, tested on folds {}", folds.join(", "));
    let write = |name: &str, text: &str| write_text(&folder.join(name), text);
    let matrix = confusion::figure(&record.experiment, &caption, &scores);
    write("confusion.svg", &matrix.standalone())?;
    let curves = curve::panels(&official);
    if !curves.is_empty() {
        write("curve.svg", &Figure::side_by_side(&curves).standalone())?;
    }
    if let Some(figure) = precision_recall::figure(&official) {
        write("pr.svg", &figure.standalone())?;
    }
    write("index.html", &page(record, rows))
}

fn page(record: &Record, rows: &[PredictionRow]) -> String {
    let section = |heading: &str, content: Option<String>| match content {
        Some(content) => format!("<section><h2>{heading}</h2>{content}</section>"),
        None => String::new(),
    };
    let paradox = section("One label against the rest", binary::paradox(record));
    let leakage = section("What shuffling pretends", leakage::section(record));
    let name = escape(&record.experiment);
    let settings = serde_json::to_string_pretty(&record.settings).unwrap_or_default();
    let body = format!(
        "<header><h1>{name}</h1></header><main>{paradox}{leakage}<section><h2>On official \
         folds</h2>{}</section><section><h2>Settings</h2><pre>{}</pre></section></main>",
        sections::experiment(record, rows, "cell", None),
        preformatted(&settings)
    );
    document(&record.experiment, &body)
}

/// Escapes text such that it keeps its lines.
fn preformatted(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::experiment::record::Study;
    use crate::figure::canvas::tests::assert_well_formed;
    use crate::report::fixtures::{binary, leakage, ten_labels};

    fn written(record: &Record, rows: &[PredictionRow]) -> (Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), record, rows).unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        for name in names.iter().filter(|name| name.ends_with(".svg")) {
            let svg = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert_well_formed(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("var("), "{name}");
        }
        (names, std::fs::read_to_string(folder.path().join("index.html")).unwrap())
    }

    #[test]
    fn a_network_leaves_a_matrix_curves_and_a_page() {
        let (mut record, rows) = ten_labels("mfcc-cnn", 0.58, 1);
        let statement = "61.9% on all ten official folds".to_owned();
        record.study = Some(Study { accuracy: Some(0.619), statement });
        let (files, page) = written(&record, &rows);
        assert_eq!(files, ["confusion.svg", "curve.svg", "index.html"]);
        assert!(page.contains("study: 61.9% on all ten official folds; here: "));
        for part in ["Label by label", "Most confused", "Accuracy on validation clips", "epochs"] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn boosting_leaves_a_curve_of_precision() {
        let (files, page) = written(&binary("one-vs-rest-boosting"), &[]);
        assert_eq!(files, ["confusion.svg", "index.html", "pr.svg"]);
        assert!(page.contains("always no") && page.contains("Precision over recall"));
    }

    #[test]
    fn leakage_shows_both() {
        let (record, rows) = leakage();
        let page = written(&record, &rows).1;
        assert!(page.contains("points</strong>") && page.contains("Training on shuffled splits"));
    }

    #[test]
    fn hostile_names_are_escaped() {
        let (mut record, mut rows) = ten_labels("mel-cnn", 0.5, 1);
        let hostile = "</script><img src=x onerror='1'>\"";
        record.experiment = hostile.into();
        record.title = hostile.into();
        record.command = hostile.into();
        record.settings = serde_json::json!({ "name": hostile });
        record.labels[1] = hostile.into();
        for split in &mut record.splits {
            split.name = hostile.into();
            split.scores.classes[1].label = hostile.into();
        }
        for row in &mut rows {
            (row.path, row.split) = (format!("a/{hostile}"), hostile.into());
        }
        let page = written(&record, &rows).1;
        assert!(!page.contains("<img") && page.contains("&lt;img src=x"));
        assert_eq!(page.matches("</script>").count(), 1, "the page's own");
    }
}
