//! The report as one JSON object.

use std::path::Path;

use serde::Serialize;
use sourcing_sound::{Finding, LabelReport, Share, Taught};

use super::super::curve::{accuracy, average_precision, curve};
use super::usage::usage;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    /// The file that was written.
    file: String,
    name: &'a str,
    /// The model that the head is for.
    base: &'a str,
    /// All examples, including those of something else.
    examples: usize,
    labels: Vec<Label<'a>>,
    findings: Vec<Found<'a>>,
    usage: String,
}

#[derive(Serialize)]
struct Label<'a> {
    label: &'a str,
    examples: usize,
    recordings: usize,
    others: usize,
    recall: Option<Measured>,
    precision: Option<Measured>,
    mistaken: Option<Measured>,
    average_precision: Option<f64>,
    accuracy: Option<f64>,
    always_no_accuracy: Option<f64>,
    left_out_scores: &'a [f32],
    other_scores: &'a [f32],
}

#[derive(Serialize)]
struct Measured {
    hits: usize,
    of: usize,
    ratio: f64,
    /// The ends of the 95% interval.
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct Found<'a> {
    kind: &'static str,
    label: &'a str,
    recordings: &'a [String],
    message: &'a str,
}

impl<'a> Document<'a> {
    pub(super) fn new(taught: &'a Taught, path: &Path, model: Option<&Path>) -> Self {
        let head = taught.head.metadata();
        Document {
            file: path.to_string_lossy().into_owned(),
            name: &head.name,
            base: &head.base_name,
            examples: taught.examples().len(),
            labels: taught.report.labels.iter().map(Label::new).collect(),
            findings: taught.report.findings.iter().map(Found::new).collect(),
            usage: usage(path, model),
        }
    }
}

impl<'a> Label<'a> {
    fn new(label: &'a LabelReport) -> Self {
        let points = curve(&label.left_out, &label.other_scores);
        let accuracy = accuracy(label);
        Label {
            label: &label.label,
            examples: label.examples,
            recordings: label.recordings,
            others: label.others,
            recall: label.recall.map(Measured::new),
            precision: label.precision.map(Measured::new),
            mistaken: label.mistaken.map(Measured::new),
            average_precision: points.as_deref().map(average_precision),
            accuracy: accuracy.map(|accuracy| accuracy.own),
            always_no_accuracy: accuracy.map(|accuracy| accuracy.always_no),
            left_out_scores: &label.left_out,
            other_scores: &label.other_scores,
        }
    }
}

impl Measured {
    fn new(share: Share) -> Self {
        let (low, high) = share.interval();
        Measured { hits: share.hits, of: share.of, ratio: share.ratio(), low, high }
    }
}

impl<'a> Found<'a> {
    fn new(finding: &'a Finding) -> Self {
        Found {
            kind: finding.kind.name(),
            label: &finding.label,
            recordings: &finding.recordings,
            message: &finding.message,
        }
    }
}
