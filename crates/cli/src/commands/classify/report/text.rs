//! Prints stretches of time for people.

use std::io::{self, Write};

use sourcing_sound::{Category, Labels, Prediction};

use super::entry::{Lanes, Report, Subject};
use super::spans::{Span, Stretches};
use crate::printable::printable;

/// Printed for a rejected stretch of time.
const NOTHING: &str = "nothing I know";

/// Labels per stretch if the user gives no number: for a recording of one stretch, and of several.
const DEFAULT_TOP: (usize, usize) = (3, 1);

/// The usual width of the labels' column, in characters. It is wider only if a longer label is
/// printed, so that one long label among hundreds does not push all scores to the right.
const LABEL_WIDTH: usize = 20;

/// Width of the bar of a score of 1, in characters.
const BAR_WIDTH: f32 = 20.0;

/// Writes a line with each recording's name and length, or the part that is classified, then a line
/// per stretch and label, preceded by the label's group if the model has groups.
pub(super) struct Text<W: Write> {
    output: W,
    top: Option<usize>,
    /// Least width of the labels' column, in characters.
    label_width: usize,
    lanes: Lanes<(Subject, Stretches)>,
}

impl<W: Write> Text<W> {
    pub(super) fn new(output: W, labels: &Labels, top: Option<usize>) -> Self {
        let longest = labels.iter().map(width).max().unwrap_or(0);
        Text { output, top, label_width: longest.min(LABEL_WIDTH), lanes: Lanes::default() }
    }
}

impl<W: Write> Report for Text<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.lanes.begin(subject.lane, (subject.clone(), Stretches::default()));
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        if let Some((_, stretches)) = self.lanes.get(lane) {
            predictions.into_iter().for_each(|prediction| stretches.push(prediction));
        }
        Ok(())
    }

    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()> {
        let Some((subject, stretches)) = self.lanes.end(lane) else { return Ok(()) };
        let spans = stretches.merge(subject.start, duration);
        let default = if spans.len() == 1 { DEFAULT_TOP.0 } else { DEFAULT_TOP.1 };
        let top = self.top.unwrap_or(default);
        let rows = spans.iter().flat_map(|span| rows(span, top, duration));
        let rows: Vec<Row> = rows.collect();
        let longest = |of: fn(&Row) -> &str| rows.iter().map(|row| width(of(row))).max();
        let times = longest(|row| &row.time).unwrap_or(0);
        let groups = longest(|row| &row.group).unwrap_or(0);
        let labels = longest(|row| &row.label).unwrap_or(0).max(self.label_width);
        let channel = subject.channel.map_or_else(String::new, |n| format!("  channel {n}"));
        let start = match subject.is_part {
            true => format!("{:.1} – ", subject.start),
            false => String::new(),
        };
        writeln!(self.output, "{}{channel}  {start}{duration:.1} s", printable(&subject.name()))?;
        for Row { time, group, label, score } in &rows {
            let gap = if groups > 0 { "  " } else { "" };
            let score =
                score.map_or_else(String::new, |score| format!("{score:.2}  {}", bar(score)));
            let line = format!("  {time:times$}  {group:groups$}{gap}{label:labels$}  {score}");
            writeln!(self.output, "{}", line.trim_end())?;
        }
        self.output.flush()
    }
}

/// A line for a stretch of time.
struct Row {
    /// Empty except on the first line of a stretch.
    time: String,
    /// Empty for a model without groups, and if the line above has the same group.
    group: String,
    label: String,
    /// `None` for [`NOTHING`].
    score: Option<f32>,
}

/// Returns the lines of one stretch.
fn rows(span: &Span, top: usize, duration: f64) -> Vec<Row> {
    let mut rows = Vec::new();
    let rejected = span.prediction.rejected();
    if rejected {
        rows.push(Row {
            time: String::new(),
            group: String::new(),
            label: NOTHING.into(),
            score: None,
        });
    }
    // The best labels follow, unless only one line is requested.
    let labels = if rejected && top == 1 { 0 } else { top };
    let mut above = None;
    for Category { label, score, group, .. } in span.prediction.top(labels) {
        let shown = group.as_deref().filter(|_| group != above).unwrap_or_default();
        rows.push(Row {
            time: String::new(),
            group: printable(shown).into_owned(),
            label: printable(&label).into_owned(),
            score: Some(score),
        });
        above = group;
    }
    if let Some(first) = rows.first_mut() {
        first.time = format!("{} – {}", clock(span.start, duration), clock(span.end, duration));
    }
    rows
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Formats a time to a tenth of a second, with hours if `duration` has any: `0:02.5`, `1:00:02.5`.
fn clock(seconds: f64, duration: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    let (minutes, tenths) = (tenths / 600, tenths % 600);
    let rest = format!("{:02}.{}", tenths / 10, tenths % 10);
    if duration < 3_600.0 {
        format!("{minutes}:{rest}")
    } else {
        format!("{}:{:02}:{rest}", minutes / 60, minutes % 60)
    }
}

fn bar(score: f32) -> String {
    "█".repeat((score.clamp(0.0, 1.0) * BAR_WIDTH).round() as usize)
}

#[cfg(test)]
mod tests {
    use super::{bar, clock};

    #[test]
    fn times_carry_over() {
        assert_eq!(clock(0.0, 4.0), "0:00.0");
        assert_eq!(clock(59.96, 100.0), "1:00.0");
        assert_eq!(clock(754.25, 3_599.0), "12:34.3");
        assert_eq!(clock(3_661.5, 4_000.0), "1:01:01.5");
    }

    #[test]
    fn bars_stay_within_their_width() {
        assert_eq!(bar(0.0), "");
        assert_eq!(bar(0.5).chars().count(), 10);
        assert_eq!(bar(1.5).chars().count(), 20);
    }
}
