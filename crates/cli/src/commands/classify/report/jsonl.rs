//! One JSON object per segment and line.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use sourcing_sound::{Category, Prediction};
use sourcing_sound_results::Shown;

use super::entry::{Lanes, Report, Subject, best, milliseconds};

/// Objects `{"file","start","end","label","source","score","rejected","scores"}`; for a model with
/// groups, `"group"` and `"groups"` follow. `"channel"` follows `"file"` if channels are reported
/// one by one, and `"start_time"` and `"end_time"` follow `"end"` if times of day are requested and
/// known.
pub(super) struct JsonLines<W: Write> {
    output: W,
    shown: Shown,
    subjects: Lanes<Subject>,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn new(output: W, shown: Shown) -> Self {
        JsonLines { output, shown, subjects: Lanes::default() }
    }
}

impl<W: Write> Report for JsonLines<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.subjects.begin(subject.lane, subject.clone());
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        let Some(subject) = self.subjects.get(lane) else { return Ok(()) };
        let file = subject.name();
        for prediction in &predictions {
            let best = best(prediction);
            let mut scores = self.shown.choose(prediction);
            let groups = groups(prediction, &scores);
            self.shown.arrange(&mut scores);
            let line = Line {
                file: &file,
                channel: subject.channel,
                start: milliseconds(prediction.start()),
                end: milliseconds(prediction.end()),
                start_time: subject.time(prediction.start()),
                end_time: subject.time(prediction.end()),
                label: &best.label,
                source: best.source.name(),
                score: best.score,
                rejected: prediction.rejected(),
                scores: Scores(&scores),
                group: best.group.as_deref(),
                groups,
            };
            serde_json::to_writer(&mut self.output, &line)?;
            writeln!(self.output)?;
        }
        self.output.flush()
    }

    fn end(&mut self, lane: usize, _duration: f64) -> io::Result<()> {
        self.subjects.end(lane);
        self.output.flush()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    /// Counted from 1, if channels are reported one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<usize>,
    start: f64,
    end: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    label: &'a str,
    source: &'static str,
    score: f32,
    rejected: bool,
    scores: Scores<'a>,
    /// The group of the best label.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    /// The groups of the labels in "scores", best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: String,
    score: f32,
    /// Its labels among those in "scores", best first.
    labels: Vec<String>,
}

/// Returns the groups of `scores` (best first), each with its own score and its labels among them.
fn groups(prediction: &Prediction, scores: &[Category]) -> Vec<Group> {
    let groups = prediction.groups().into_iter().map(|group| {
        let labels = scores.iter().filter(|label| label.group.as_ref() == Some(&group.name));
        Group {
            labels: labels.map(|label| label.label.clone()).collect(),
            name: group.name,
            score: group.score,
        }
    });
    groups.filter(|group| !group.labels.is_empty()).collect()
}

/// Categories as an object that keeps their order. A score is a number for every model, so a
/// program for one model's lines can read those of any other.
struct Scores<'a>(&'a [Category]);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|category| (&category.label, category.score)))
    }
}
