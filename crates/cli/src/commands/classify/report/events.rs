//! One row per event: from where a sound begins to where it ends.

use std::io::{self, Write};

use sourcing_sound::{Events, Prediction, SoundEvent};

use crate::output::csv_error;

use super::super::filter::Filter;
use super::entry::{Extra, Report, Subject};

/// Columns `file,onset,offset,label,score` in the order in which events end; the score is the highest
/// of the event's segments. `channel` follows `file` if channels are reported one by one,
/// and `onset_time,offset_time` follow `offset` for times of day.
pub(super) struct EventRows<W: Write> {
    writer: csv::Writer<W>,
    events: Events,
    filter: Filter,
    extra: Extra,
    subject: Option<Subject>,
}

impl<W: Write> EventRows<W> {
    /// Writes the header.
    pub(super) fn new(output: W, events: Events, filter: Filter, extra: Extra) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        let mut header = extra.header("onset", "offset");
        header.extend(["label", "score"].map(String::from));
        writer.write_record(header).map_err(csv_error)?;
        writer.flush()?;
        Ok(EventRows { writer, events, filter, extra, subject: None })
    }

    fn rows(&mut self, events: Vec<SoundEvent>) -> io::Result<()> {
        let Some(subject) = &self.subject else { return Ok(()) };
        for event in events {
            if !self.filter.passes(&event.label, event.score) {
                continue;
            }
            let offset = event.offset.unwrap_or(event.onset);
            let mut row = self.extra.row(subject, event.onset, offset);
            row.extend([event.label, event.score.to_string()]);
            self.writer.write_record(&row).map_err(csv_error)?;
        }
        self.writer.flush()
    }
}

impl<W: Write> Report for EventRows<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.subject = Some(subject.clone());
        self.events.restart(subject.start);
        Ok(())
    }

    fn segments(&mut self, predictions: Vec<Prediction>) -> io::Result<()> {
        let ended = predictions.iter().flat_map(|prediction| self.events.push(prediction));
        let ended = ended.collect();
        self.rows(ended)
    }

    fn end(&mut self, duration: f64) -> io::Result<()> {
        let ended = self.events.finish(duration);
        self.rows(ended)
    }
}
