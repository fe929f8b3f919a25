//! One row per event, from where a sound begins to where it ends.

use std::io::{self, Write};

use sourcing_sound::{Events, Prediction, SoundEvent};

use crate::output::{cell, csv_error};

use super::super::filter::Filter;
use super::entry::{Extra, Lanes, Report, Subject};

/// Columns `file,onset,offset,label,score` in the order in which events end; the score is the highest
/// of the event's segments. `channel` follows `file` if channels are reported one by one,
/// and `onset_time,offset_time` follow `offset` for times of day.
pub(super) struct EventRows<W: Write> {
    writer: csv::Writer<W>,
    /// A template for recordings that have not begun.
    events: Events,
    filter: Filter,
    extra: Extra,
    lanes: Lanes<(Subject, Events)>,
}

impl<W: Write> EventRows<W> {
    /// Writes the header.
    pub(super) fn new(output: W, events: Events, filter: Filter, extra: Extra) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        let mut header = extra.header("onset", "offset");
        header.extend(["label", "score"].map(String::from));
        writer.write_record(header).map_err(csv_error)?;
        writer.flush()?;
        Ok(EventRows { writer, events, filter, extra, lanes: Lanes::default() })
    }

    fn rows(&mut self, subject: &Subject, events: Vec<SoundEvent>) -> io::Result<()> {
        for event in events {
            if !self.filter.passes(&event.label, event.score) {
                continue;
            }
            let offset = event.offset.unwrap_or(event.onset);
            let mut row = self.extra.row(subject, event.onset, offset);
            row.extend([cell(&event.label).into_owned(), event.score.to_string()]);
            self.writer.write_record(&row).map_err(csv_error)?;
        }
        self.writer.flush()
    }
}

impl<W: Write> Report for EventRows<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        let mut events = self.events.clone();
        events.restart(subject.start);
        self.lanes.begin(subject.lane, (subject.clone(), events));
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        let Some((subject, events)) = self.lanes.get(lane) else { return Ok(()) };
        let ended = predictions.iter().flat_map(|prediction| events.push(prediction)).collect();
        let subject = subject.clone();
        self.rows(&subject, ended)
    }

    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()> {
        let Some((subject, mut events)) = self.lanes.end(lane) else { return Ok(()) };
        self.rows(&subject, events.finish(duration))
    }
}
