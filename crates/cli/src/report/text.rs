//! Stretches of time for people.

use std::io::{self, Write};

use sourcing_sound::Labels;

use super::Report;
use super::spans::{Span, merge};
use crate::classify::Heard;

/// What is printed where the model recognises nothing.
const NOTHING: &str = "nothing I know";

/// Labels per stretch when the user does not say: of a recording that is one stretch, and of one
/// with several.
const DEFAULT_TOP: (usize, usize) = (3, 1);

/// Width of a score of 1, in characters.
const BAR_WIDTH: f32 = 20.0;

/// Per recording a line with its name and length, then a line per stretch and label.
pub(super) struct Text<W: Write> {
    output: W,
    labels: Labels,
    top: Option<usize>,
    /// Characters that the longest label takes.
    width: usize,
}

impl<W: Write> Text<W> {
    pub(super) fn new(output: W, labels: &Labels, top: Option<usize>) -> Self {
        let lengths = labels.iter().map(|label| label.chars().count());
        let width = lengths.chain([NOTHING.len()]).max().unwrap_or(0);
        Text { output, labels: labels.clone(), top, width }
    }

    /// The lines of one stretch; only the first one tells the time.
    fn write_span(&mut self, span: &Span, top: usize, duration: f64) -> io::Result<()> {
        let mut time = format!("{} – {}", clock(span.start, duration), clock(span.end, duration));
        let width = self.width;
        if span.rejected {
            writeln!(self.output, "  {time}  {NOTHING}")?;
            time = " ".repeat(time.chars().count());
        }
        // Below "nothing I know" stands what came closest, but not where one line is all.
        let labels = if span.rejected && top == 1 { 0 } else { top };
        for (index, score) in span.top(labels) {
            let label = self.labels.get(index).unwrap_or_default();
            let line = format!("  {time}  {label:width$}  {score:.2}  {}", bar(score));
            writeln!(self.output, "{}", line.trim_end())?;
            time = " ".repeat(time.chars().count());
        }
        Ok(())
    }
}

impl<W: Write> Report for Text<W> {
    fn write(&mut self, heard: &Heard) -> io::Result<()> {
        let spans = merge(&heard.predictions, heard.duration);
        let default = if spans.len() == 1 { DEFAULT_TOP.0 } else { DEFAULT_TOP.1 };
        let top = self.top.unwrap_or(default);
        writeln!(self.output, "{}  {:.1} s", heard.path.display(), heard.duration)?;
        for span in &spans {
            self.write_span(span, top, heard.duration)?;
        }
        self.output.flush()
    }
}

/// A point in time to a tenth of a second, with hours if `duration` has any: `0:02.5`, `1:00:02.5`.
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
