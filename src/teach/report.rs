//! Measures how well each taught label does on left-out recordings.

use super::example::Example;
use super::findings::{Finding, Findings, counted};
use super::fit::Lesson;
use crate::base::Base;
use std::fmt;

/// z of the 95% interval.
const Z: f64 = 1.96;

/// What training reports about the examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The labels in the order of the head's.
    pub labels: Vec<LabelReport>,
    /// What the user should know or fix, the most important first.
    pub findings: Vec<Finding>,
}

/// How well a label does on recordings that its weights were not fitted to.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// Its examples.
    pub examples: usize,
    /// The recordings that they are from; copies count once.
    pub recordings: usize,
    /// The share of its recordings that were recognised, each left out in turn. `None` with fewer
    /// than two.
    pub recall: Option<Share>,
    /// The share of recordings recognised as this label that are of this label, among the left-out
    /// ones and the recordings of other labels and of background. `None` if none was recognised,
    /// nothing else was given, or the label has a single recording.
    pub precision: Option<Share>,
    /// Recordings of other labels and of background.
    pub others: usize,
    /// The share of those that were mistaken for this label, by weights that did not push them
    /// down. `None` if nothing else was given.
    pub mistaken: Option<Share>,
    /// The score of each recording by weights from the others, sorted, 0 to 1.
    pub left_out: Vec<f32>,
    /// The score of each recording of something else, sorted, 0 to 1.
    pub other_scores: Vec<f32>,
}

/// A part of a small number of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many were counted.
    pub hits: usize,
    /// Out of how many; at least one.
    pub of: usize,
}

impl Share {
    /// Returns `hits / of`.
    pub fn ratio(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// Returns Wilson's 95% interval, as if the recordings were independent.
    pub fn interval(self) -> (f64, f64) {
        let (n, p) = (self.of as f64, self.ratio());
        let centre = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.interval();
        let percent = |share: f64| (100.0 * share).round();
        write!(
            f,
            "{} of {} ({}%, 95% interval {} to {}%)",
            self.hits,
            self.of,
            percent(self.ratio()),
            percent(low),
            percent(high)
        )
    }
}

impl Report {
    pub(super) fn new(base: Base<'_>, examples: &[Example], lessons: &[Lesson<'_>]) -> Self {
        let findings = Findings::new(base, examples).of(lessons);
        Report { labels: lessons.iter().map(LabelReport::new).collect(), findings }
    }

    /// Returns the labels, separated by commas.
    pub(super) fn labels(&self) -> String {
        let labels: Vec<&str> = self.labels.iter().map(|label| label.label.as_str()).collect();
        labels.join(", ")
    }

    /// Describes what it was trained on, for the card.
    pub(super) fn data(&self) -> String {
        let of_label = self.labels.iter().map(|label| {
            format!(
                "{}: {} from {}",
                label.label,
                counted(label.examples, "example"),
                counted(label.recordings, "recording")
            )
        });
        of_label.collect::<Vec<_>>().join("; ")
    }

    /// Describes how well it does, for the card.
    pub(super) fn accuracy(&self) -> String {
        let of_label = self.labels.iter().map(|label| match label.recall {
            Some(recall) => format!("{}: {recall} of left-out recordings recognised", label.label),
            None => format!("{}: not measured, one recording", label.label),
        });
        of_label.collect::<Vec<_>>().join("; ")
    }
}

impl LabelReport {
    fn new(lesson: &Lesson<'_>) -> Self {
        let recognised =
            |scores: &[f64]| scores.iter().filter(|&&score| score >= lesson.threshold).count();
        let (hits, wrong) = (recognised(&lesson.left_out), recognised(&lesson.others));
        let measured = !lesson.left_out.is_empty();
        let precise = measured && !lesson.others.is_empty() && hits + wrong > 0;
        LabelReport {
            label: lesson.label.to_owned(),
            examples: lesson.recordings.iter().map(|recording| recording.examples.len()).sum(),
            recordings: lesson.recordings.len(),
            recall: measured.then_some(Share { hits, of: lesson.left_out.len() }),
            precision: precise.then_some(Share { hits, of: hits + wrong }),
            others: lesson.others.len(),
            mistaken: (!lesson.others.is_empty())
                .then_some(Share { hits: wrong, of: lesson.others.len() }),
            left_out: lesson.sorted_scores(&lesson.left_out),
            other_scores: lesson.sorted_scores(&lesson.others),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in &self.labels {
            let (examples, recordings) =
                (counted(label.examples, "example"), counted(label.recordings, "recording"));
            writeln!(f, "{}: {examples} from {recordings}", label.label)?;
            match label.recall {
                Some(recall) => writeln!(f, "  recall     {recall}")?,
                None => writeln!(f, "  recall     not measured: it takes two recordings")?,
            }
            match label.precision {
                Some(precision) => {
                    let others = counted(label.others, "recording");
                    writeln!(f, "  precision  {precision}, beside {others} of something else")?;
                }
                None if label.others == 0 => {
                    writeln!(
                        f,
                        "  precision  not measured: it takes recordings of something else"
                    )?;
                }
                None if label.recall.is_none() => {
                    writeln!(f, "  precision  not measured: it takes two recordings")?;
                }
                None => writeln!(f, "  precision  not measured: nothing was recognised")?,
            }
            if let Some(Share { hits, of }) = label.mistaken {
                writeln!(f, "  mistaken   {hits} of {of} recordings of something else")?;
            }
        }
        for finding in &self.findings {
            writeln!(f, "! {}", finding.message)?;
        }
        Ok(())
    }
}
