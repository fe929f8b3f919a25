//! How well each taught label does on recordings that were left out, and what is wrong with the
//! examples, in words.

use super::example::Example;
use super::fit::Lesson;
use super::recordings::{Recording, cosine, mean};
use crate::model::Model;
use crate::order;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Recordings of a label below which its figures mean little.
const FEW_RECORDINGS: usize = 3;
/// A left-out recording with a lower score is unlike the others. Over ESC-10, a tenth of the labels
/// have one at ten recordings.
const UNLIKE_SCORE: f64 = 0.3;
/// If the left-out recordings have a lower score on average, the label is weak.
const WEAK_SCORE: f64 = 0.65;
/// Two labels whose means have a higher cosine may be the same sound. Over ESC-10, two halves of a
/// class have .75 or more in nineteen of twenty cases, different classes at most .46 in 99 of 100.
const ALIKE_COSINE: f64 = 0.65;
/// If more of a recording was left out as quiet, as a part of the length of its examples, the report
/// states how much.
const MUCH_QUIET: f64 = 0.5;
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

/// How well a label does on recordings that its weights were not fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// Its examples.
    pub examples: usize,
    /// The recordings that they are from; copies count once.
    pub recordings: usize,
    /// Of its recordings, each left out in turn, those that were recognised. `None` with fewer than
    /// two.
    pub recall: Option<Share>,
    /// Of the recordings recognised as this label, those that are: the left-out ones, and the
    /// recordings of other labels and of background. `None` if none was recognised, or nothing else
    /// was given.
    pub precision: Option<Share>,
    /// Recordings of other labels and of background.
    pub others: usize,
    /// Of those, the ones that were mistaken for this label; each by weights that it was not pushed
    /// down in. `None` if nothing else was given.
    pub mistaken: Option<Share>,
    /// Score of each recording by the others, sorted, 0 to 1.
    pub left_out: Vec<f32>,
    /// Score of each recording of something else, sorted, 0 to 1.
    pub other_scores: Vec<f32>,
}

/// A part of a small number of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many are counted.
    pub hits: usize,
    /// Of how many; at least one.
    pub of: usize,
}

/// What the user should know about the examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The label that it is about.
    pub label: String,
    /// The recordings that it is about, if it is not about all of the label's.
    pub recordings: Vec<String>,
    /// What to do, in one or two sentences.
    pub message: String,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FindingKind {
    /// The same audio is given as the label and as another one, or as something else.
    Contradictory,
    /// Two labels sound the same.
    Alike,
    /// Too few recordings to judge the label.
    Few,
    /// The label's left-out recordings have low scores.
    Weak,
    /// A recording is unlike the others of its label.
    Unlike,
    /// Recordings that are copies of each other count as one.
    Copies,
    /// Recordings that sound the same, and may be copies, are counted each.
    Similar,
    /// A recording is overdriven.
    Clipped,
    /// Much of a recording was left out because it is quiet.
    Quiet,
    /// The label has the name of one of the model's, to which it adds.
    Adds,
}

impl FindingKind {
    /// Its name in files and in JavaScript, such as `few`.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::Contradictory => "contradictory",
            FindingKind::Alike => "alike",
            FindingKind::Few => "few",
            FindingKind::Weak => "weak",
            FindingKind::Unlike => "unlike",
            FindingKind::Copies => "copies",
            FindingKind::Similar => "similar",
            FindingKind::Clipped => "clipped",
            FindingKind::Quiet => "quiet",
            FindingKind::Adds => "adds",
        }
    }
}

impl Share {
    /// `hits / of`.
    pub fn ratio(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// Wilson's 95% interval, as if the recordings were independent.
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
    pub(super) fn new(model: &Model, examples: &[Example], lessons: &[Lesson]) -> Self {
        let disputed = disputed(examples);
        let of_lesson = |lesson| findings(model, examples, &disputed, lesson);
        let mut findings: Vec<Finding> = lessons.iter().flat_map(of_lesson).collect();
        findings.extend(alike(lessons));
        let by_kind = order::rising(findings.iter().map(|finding| finding.kind as u64));
        let findings = by_kind.into_iter().map(|index| findings[index].clone()).collect();
        Report { labels: lessons.iter().map(LabelReport::new).collect(), findings }
    }

    /// The labels, separated by commas.
    pub(super) fn labels(&self) -> String {
        let labels: Vec<&str> = self.labels.iter().map(|label| label.label.as_str()).collect();
        labels.join(", ")
    }

    /// What it was trained on, for the card.
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

    /// How well it does, for the card.
    pub(super) fn accuracy(&self) -> String {
        let of_label = self.labels.iter().map(|label| match label.recall {
            Some(recall) => format!("{}: {recall} of left-out recordings recognised", label.label),
            None => format!("{}: not measured, one recording", label.label),
        });
        of_label.collect::<Vec<_>>().join("; ")
    }
}

impl LabelReport {
    fn new(lesson: &Lesson) -> Self {
        let recognised =
            |scores: &[f64]| scores.iter().filter(|&&score| score >= lesson.threshold).count();
        let (hits, wrong) = (recognised(&lesson.left_out), recognised(&lesson.others));
        let measured = !lesson.left_out.is_empty();
        let precise = measured && !lesson.others.is_empty() && hits + wrong > 0;
        LabelReport {
            label: lesson.label.clone(),
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

/// Hashes of audio that is given under several labels, or as a label and as something else.
fn disputed(examples: &[Example]) -> HashSet<&str> {
    let mut labels = HashMap::new();
    let mut disputed = HashSet::new();
    for Example { sha256, label, .. } in examples {
        if *labels.entry(sha256.as_str()).or_insert(label) != label {
            disputed.insert(sha256.as_str());
        }
    }
    disputed
}

fn findings(
    model: &Model,
    examples: &[Example],
    disputed: &HashSet<&str>,
    lesson: &Lesson,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |kind, recordings: Vec<String>, message: String| {
        findings.push(Finding { kind, label: lesson.label.clone(), recordings, message });
    };
    let label = &lesson.label;
    let is_disputed = |&index: &usize| disputed.contains(examples[index].sha256.as_str());
    let both = lesson.recordings.iter().filter(|one| one.examples.iter().any(is_disputed));
    let both: Vec<String> = both.map(|one| one.names[0].clone()).collect();
    if !both.is_empty() {
        let message = format!(
            "{} is given as {label} and as something that it is not: remove it from one of them.",
            listed(&both)
        );
        add(FindingKind::Contradictory, both, message);
    }
    let count = lesson.recordings.len();
    if count < FEW_RECORDINGS {
        let message = format!(
            "{label} has {}: how well it does cannot be said. Add {} more, made at other times or \
             places.",
            counted(count, "recording"),
            FEW_RECORDINGS - count
        );
        add(FindingKind::Few, Vec::new(), message);
    }
    let mean_score = lesson.left_out.iter().sum::<f64>() / lesson.left_out.len().max(1) as f64;
    if count >= FEW_RECORDINGS && mean_score < WEAK_SCORE {
        let message = format!("{label} is hard to recognise: add more recordings of it.");
        add(FindingKind::Weak, Vec::new(), message);
    }
    for (recording, &score) in lesson.recordings.iter().zip(&lesson.left_out) {
        if count >= FEW_RECORDINGS && score < UNLIKE_SCORE {
            let message =
                format!("{} is unlike the other recordings of {label}.", listed(&recording.names));
            add(FindingKind::Unlike, recording.names.clone(), message);
        }
    }
    for Recording { names, .. } in lesson.recordings.iter().filter(|one| one.names.len() > 1) {
        let message = format!("{} are copies: they count as one recording.", listed(names));
        add(FindingKind::Copies, names.clone(), message);
    }
    let similar = lesson.recordings.iter().filter(|one| one.similar);
    let similar: Vec<String> = similar.map(|one| one.names[0].clone()).collect();
    if !similar.is_empty() {
        let message = format!(
            "{} sound the same: if they are copies, remove all but one, as {label} seems better \
             recognised than it is.",
            listed(&similar)
        );
        add(FindingKind::Similar, similar, message);
    }
    for Recording { names, examples: own, .. } in &lesson.recordings {
        if own.iter().any(|&index| examples[index].clipped) {
            let message = format!(
                "{} was recorded too loud, so that the sound is distorted. Lower the level.",
                listed(names)
            );
            add(FindingKind::Clipped, names.clone(), message);
        }
        let sum = |seconds: fn(&Example) -> f64| -> f64 {
            own.iter().map(|&index| seconds(&examples[index])).sum()
        };
        let quiet = sum(|example| example.quiet);
        if quiet > MUCH_QUIET * sum(|example| example.seconds) {
            let message = format!(
                "{}: {quiet:.0} s were left out, which are much quieter than the rest.",
                listed(names)
            );
            add(FindingKind::Quiet, names.clone(), message);
        }
    }
    if model.metadata().labels.position(label).is_some() {
        let message = format!("{label} is known already: the examples are added to it.");
        add(FindingKind::Adds, Vec::new(), message);
    }
    findings
}

/// Pairs of labels that sound the same.
fn alike(lessons: &[Lesson]) -> Vec<Finding> {
    let means: Vec<Vec<f32>> = lessons
        .iter()
        .map(|lesson| mean(lesson.recordings.iter().map(|recording| recording.vector.as_slice())))
        .collect();
    let mut findings = Vec::new();
    for (index, lesson) in lessons.iter().enumerate() {
        for (other, vector) in lessons[..index].iter().zip(&means) {
            if cosine(vector, &means[index]) < ALIKE_COSINE {
                continue;
            }
            let message = format!(
                "{} and {} sound much the same: one may be taken for the other. Give them one \
                 label, or examples that differ more.",
                other.label, lesson.label
            );
            let kind = FindingKind::Alike;
            findings.push(Finding {
                kind,
                label: lesson.label.clone(),
                recordings: Vec::new(),
                message,
            });
        }
    }
    findings
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, or `a, b and 3 others`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {}", counted(rest.len(), "other")),
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
