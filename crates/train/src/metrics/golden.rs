//! Compares figures of merit with scikit-learn's on the same predictions
//! (`tests/golden/scikit_learn.py`).

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::binary::{Counts, auroc, average_precision, precision_recall_curve};
use super::table::{Average, classification_report, macro_average, weighted_average};
use super::{ClassScore, Scores, scores_of_confusion};
use serde::Deserialize;
use std::path::Path;

const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Golden {
    labels: Vec<String>,
    multiclass: Vec<Multiclass>,
    binary: Vec<Binary>,
}

#[derive(Deserialize)]
struct Multiclass {
    name: String,
    truth: Vec<usize>,
    given: Vec<usize>,
    accuracy: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<usize>,
    #[serde(rename = "macro")]
    macro_average: [f64; 3],
    weighted: [f64; 3],
    confusion: Vec<Vec<usize>>,
    report: Option<String>,
}

#[derive(Deserialize)]
struct Binary {
    name: String,
    truth: Vec<bool>,
    scores: Vec<f64>,
    threshold: f64,
    accuracy: f64,
    balanced_accuracy: f64,
    precision: f64,
    recall: f64,
    f1: f64,
    average_precision: f64,
    auroc: Option<f64>,
    curve: Vec<[f64; 3]>,
}

fn golden() -> Golden {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("tests/golden/scikit_learn.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_equal(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() <= TOLERANCE, "{what}: {ours}, scikit-learn has {theirs}");
}

fn assert_average(ours: Average, [precision, recall, f1]: [f64; 3], what: &str) {
    assert_equal(ours.precision, precision, what);
    assert_equal(ours.recall, recall, what);
    assert_equal(ours.f1, f1, what);
}

#[test]
fn scores_by_label_are_those_of_scikit_learn() {
    let Golden { labels, multiclass, .. } = golden();
    assert!(multiclass.len() >= 7, "the goldens are not all there");
    for case in multiclass {
        let mut confusion = vec![vec![0; labels.len()]; labels.len()];
        for (&truth, &given) in case.truth.iter().zip(&case.given) {
            confusion[truth][given] += 1;
        }
        assert_eq!(confusion, case.confusion, "{}", case.name);
        let scores: Scores = scores_of_confusion(confusion, &labels);
        assert_equal(scores.accuracy, case.accuracy, &case.name);
        for (index, class) in scores.classes.iter().enumerate() {
            let ClassScore { label, precision, recall, f1, support } = class;
            let what = format!("{}, {label}", case.name);
            assert_equal(*precision, case.precision[index], &what);
            assert_equal(*recall, case.recall[index], &what);
            assert_equal(*f1, case.f1[index], &what);
            assert_eq!(*support, case.support[index], "{what}");
        }
        assert_average(macro_average(&scores), case.macro_average, &case.name);
        assert_average(weighted_average(&scores), case.weighted, &case.name);
        assert_equal(scores.macro_f1, case.macro_average[2], &case.name);
        if let Some(report) = &case.report {
            assert_eq!(&classification_report(&scores), report, "{}", case.name);
        }
    }
}

#[test]
fn scores_of_one_label_against_the_rest_are_those_of_scikit_learn() {
    let cases = golden().binary;
    assert!(cases.len() >= 8, "the goldens are not all there");
    for case in cases {
        let (scores, truths, what) = (&case.scores, &case.truth, &case.name);
        let counts = Counts::at(case.threshold, scores, truths);
        assert_equal(counts.accuracy(), case.accuracy, what);
        assert_equal(counts.balanced_accuracy(), case.balanced_accuracy, what);
        assert_equal(counts.precision(), case.precision, what);
        assert_equal(counts.recall(), case.recall, what);
        assert_equal(counts.f1(), case.f1, what);
        assert_equal(average_precision(scores, truths), case.average_precision, what);
        assert_equal(auroc(scores, truths), case.auroc.unwrap_or(0.5), what);
        let curve = precision_recall_curve(scores, truths);
        assert_eq!(curve.len(), case.curve.len(), "{what}");
        for (point, [recall, precision, threshold]) in curve.iter().zip(&case.curve) {
            assert_equal(point.recall, *recall, what);
            assert_equal(point.precision, *precision, what);
            assert_equal(point.threshold, *threshold, what);
        }
    }
}
