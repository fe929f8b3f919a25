//! One row per segment.

use std::io::{self, Write};

use sourcing_sound::{Category, Prediction};

use crate::output::{cell, csv_error};

use super::entry::{Extra, Lanes, Report, Subject, best};

/// Columns `file,start,end,label,score,rejected,source`, with `channel` after `file` if channels are
/// reported one by one, and `start_time,end_time` after `end` for times of day; then `label_2,score_2,source_2` and so on
/// up to `top`. For a model with groups, `group` follows `source` and `group_2` follows `source_2`.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    top: usize,
    has_groups: bool,
    extra: Extra,
    subjects: Lanes<Subject>,
}

impl<W: Write> Csv<W> {
    /// Writes the header. `top` is at least 1 and at most the number of labels.
    pub(super) fn new(output: W, top: usize, has_groups: bool, extra: Extra) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        let mut header = extra.header("start", "end");
        header.extend(["label", "score", "rejected", "source"].map(String::from));
        header.extend(has_groups.then(|| "group".to_owned()));
        for n in 2..=top {
            header.extend([format!("label_{n}"), format!("score_{n}"), format!("source_{n}")]);
            header.extend(has_groups.then(|| format!("group_{n}")));
        }
        writer.write_record(&header).map_err(csv_error)?;
        writer.flush()?;
        Ok(Csv { writer, top, has_groups, extra, subjects: Lanes::default() })
    }

    fn group(&self, category: Category) -> Option<String> {
        self.has_groups.then(|| cell(&category.group.unwrap_or_default()).into_owned())
    }
}

impl<W: Write> Report for Csv<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.subjects.begin(subject.lane, subject.clone());
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        let Some(subject) = self.subjects.get(lane).cloned() else { return Ok(()) };
        for prediction in &predictions {
            let best = best(prediction);
            let mut row = self.extra.row(&subject, prediction.start(), prediction.end());
            row.extend([
                cell(&best.label).into_owned(),
                best.score.to_string(),
                prediction.rejected().to_string(),
                best.source.name().to_owned(),
            ]);
            row.extend(self.group(best));
            for other in prediction.top(self.top).into_iter().skip(1) {
                let source = other.source.name().to_owned();
                let label = cell(&other.label).into_owned();
                row.extend([label, other.score.to_string(), source]);
                row.extend(self.group(other));
            }
            self.writer.write_record(&row).map_err(csv_error)?;
        }
        self.writer.flush()
    }

    fn end(&mut self, lane: usize, _duration: f64) -> io::Result<()> {
        self.subjects.end(lane);
        self.writer.flush()
    }
}
