//! Finds problems with the examples and describes them.

use super::example::Example;
use super::fit::Lesson;
use super::recordings::{Recording, cosine, mean};
use crate::base::Base;
use crate::order;
use std::collections::HashMap;

/// With fewer recordings, a label's figures mean little.
const FEW_RECORDINGS: usize = 3;
/// A left-out recording with a lower score is unlike the others. Over ESC-10, a tenth of the labels
/// with ten recordings have one.
const UNLIKE_SCORE: f64 = 0.3;
/// A label is weak if the left-out recordings have a lower score on average.
const WEAK_SCORE: f64 = 0.65;
/// Two labels may be the same sound if the cosine of their means is higher. Over ESC-10, two halves
/// of a class have .75 or more in nineteen of twenty cases, different classes at most .46 in 99 of
/// 100.
const ALIKE_COSINE: f64 = 0.65;
/// If a larger share of a recording was left out as quiet, relative to the length of its examples,
/// the report states the share.
const MUCH_QUIET: f64 = 0.5;

/// What the user should know about the examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The label that it is about.
    pub label: String,
    /// The recordings that it is about; empty if it is about all of the label's.
    pub recordings: Vec<String>,
    /// What to do, in one or two sentences.
    pub message: String,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FindingKind {
    /// The same audio was given for two labels, or for a label and for something else.
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
    /// Recordings that sound the same, and may be copies, count separately.
    Similar,
    /// A recording is overdriven.
    Clipped,
    /// Much of a recording was left out because it is quiet.
    Quiet,
    /// A label has the name of one of the model's labels, and adds to it.
    Adds,
}

impl FindingKind {
    /// Returns its name in files and in JavaScript, such as `few`.
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

/// Collects what is wrong.
pub(super) struct Findings<'a> {
    base: Base<'a>,
    examples: &'a [Example],
    /// For each example, whether its audio was also given for another label or for something else.
    disputed: Vec<bool>,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(base: Base<'a>, examples: &'a [Example]) -> Self {
        let mut disputed = vec![false; examples.len()];
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (index, example) in examples.iter().enumerate() {
            match first.get(example.sha256.as_str()) {
                Some(&other) if examples[other].label != example.label => {
                    (disputed[other], disputed[index]) = (true, true);
                }
                Some(_) => {}
                None => {
                    first.insert(&example.sha256, index);
                }
            }
        }
        Findings { base, examples, disputed, found: Vec::new() }
    }

    /// Returns all findings, the most important first.
    pub(super) fn of(mut self, lessons: &[Lesson<'_>]) -> Vec<Finding> {
        for lesson in lessons {
            self.of_label(lesson);
            for (index, recording) in lesson.recordings.iter().enumerate() {
                self.of_recording(lesson, recording, index);
            }
        }
        self.alike(lessons);
        let by_kind = order::rising(self.found.iter().map(|finding| finding.kind as u64));
        by_kind.into_iter().map(|index| self.found[index].clone()).collect()
    }

    // Compiled only once in the module for browsers, where size counts.
    #[inline(never)]
    fn add(&mut self, kind: FindingKind, label: &str, recordings: &[String], message: String) {
        let (label, recordings) = (label.to_owned(), recordings.to_vec());
        self.found.push(Finding { kind, label, recordings, message });
    }

    fn of_label(&mut self, lesson: &Lesson<'_>) {
        let label = lesson.label;
        let both = names(lesson, &|one| one.examples.iter().any(|&index| self.disputed[index]));
        if !both.is_empty() {
            let message = format!(
                "{}: given as {label} and as something that it is not. Remove it from one of them.",
                listed(&both)
            );
            self.add(FindingKind::Contradictory, label, &both, message);
        }
        let count = lesson.recordings.len();
        let mean_score = lesson.left_out.iter().sum::<f64>() / lesson.left_out.len().max(1) as f64;
        if count < FEW_RECORDINGS {
            let message = format!(
                "{label} has {}: too few to measure how well it does. Add {} more, made at other \
                 times or places.",
                counted(count, "recording"),
                FEW_RECORDINGS - count
            );
            self.add(FindingKind::Few, label, &[], message);
        } else if mean_score < WEAK_SCORE {
            let message = format!("{label} is hard to recognise: add more recordings of it.");
            self.add(FindingKind::Weak, label, &[], message);
        }
        let similar = names(lesson, &|one| one.similar);
        if !similar.is_empty() {
            let message = format!(
                "{} sound the same: if they are copies, remove all but one, as {label} seems \
                 better recognised than it is.",
                listed(&similar)
            );
            self.add(FindingKind::Similar, label, &similar, message);
        }
        if self.base.labels.position(label).is_some() {
            let message = format!("{label} is known already: the examples are added to it.");
            self.add(FindingKind::Adds, label, &[], message);
        }
    }

    fn of_recording(&mut self, lesson: &Lesson<'_>, recording: &Recording, index: usize) {
        let (label, names) = (lesson.label, &recording.names);
        let list = listed(names);
        let score = lesson.left_out.get(index).copied().unwrap_or(1.0);
        if lesson.recordings.len() >= FEW_RECORDINGS && score < UNLIKE_SCORE {
            let message = format!("{list}: unlike the other recordings of {label}.");
            self.add(FindingKind::Unlike, label, names, message);
        }
        if names.len() > 1 {
            let message = format!("{list} are copies: they count as one recording.");
            self.add(FindingKind::Copies, label, names, message);
        }
        let (mut clipped, mut quiet, mut seconds) = (false, 0.0, 0.0);
        for example in recording.examples.iter().map(|&index| &self.examples[index]) {
            clipped |= example.clipped;
            quiet += example.quiet;
            seconds += example.seconds;
        }
        if clipped {
            let message = format!(
                "{list}: recorded too loud, so that the sound is distorted. Lower the level."
            );
            self.add(FindingKind::Clipped, label, names, message);
        }
        if quiet > MUCH_QUIET * seconds {
            let message = format!(
                "{list}: {quiet:.0} s were left out, which are much quieter than the rest."
            );
            self.add(FindingKind::Quiet, label, names, message);
        }
    }

    /// Finds pairs of labels that sound the same.
    fn alike(&mut self, lessons: &[Lesson<'_>]) {
        let means: Vec<Vec<f32>> = lessons
            .iter()
            .map(|lesson| mean(lesson.recordings.iter().map(|one| one.vector.as_slice())))
            .collect();
        for (index, lesson) in lessons.iter().enumerate() {
            for (other, vector) in lessons[..index].iter().zip(&means) {
                if cosine(vector, &means[index]) < ALIKE_COSINE {
                    continue;
                }
                let message = format!(
                    "{} and {} sound very similar: one may be mistaken for the other. Give them \
                     one label, or examples that differ more.",
                    other.label, lesson.label
                );
                self.add(FindingKind::Alike, lesson.label, &[], message);
            }
        }
    }
}

/// Returns the first names of the recordings for which `is_in` is true.
#[inline(never)]
fn names(lesson: &Lesson<'_>, is_in: &dyn Fn(&Recording) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for recording in lesson.recordings.iter().filter(|one| is_in(one)) {
        names.push(recording.names[0].clone());
    }
    names
}

/// Returns `a`, `a and b`, or `a, b and 3 others`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {}", counted(rest.len(), "other")),
    }
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
