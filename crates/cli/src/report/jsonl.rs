//! One JSON object per segment and line.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use sourcing_sound::Category;

use super::{Report, best, milliseconds};
use crate::classify::Heard;

/// Objects `{"file","start","end","label","score","rejected","scores"}`.
pub(super) struct JsonLines<W: Write> {
    output: W,
    top: Option<usize>,
}

impl<W: Write> JsonLines<W> {
    /// All scores in the model's order, or the best `top`, best first.
    pub(super) fn new(output: W, top: Option<usize>) -> Self {
        JsonLines { output, top }
    }
}

impl<W: Write> Report for JsonLines<W> {
    fn write(&mut self, heard: &Heard) -> io::Result<()> {
        let file = heard.path.to_string_lossy();
        for prediction in &heard.predictions {
            let best = best(prediction);
            let mut scores = prediction.top(self.top.unwrap_or(usize::MAX));
            if self.top.is_none() {
                scores.sort_by_key(|category| category.index);
            }
            let line = Line {
                file: &file,
                start: milliseconds(prediction.start()),
                end: milliseconds(prediction.end()),
                label: &best.label,
                score: best.score,
                rejected: prediction.rejected(),
                scores: Scores(&scores),
            };
            serde_json::to_writer(&mut self.output, &line)?;
            writeln!(self.output)?;
        }
        self.output.flush()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    start: f64,
    end: f64,
    label: &'a str,
    score: f32,
    rejected: bool,
    scores: Scores<'a>,
}

/// Categories as an object that keeps their order.
struct Scores<'a>(&'a [Category]);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|category| (&category.label, category.score)))
    }
}
