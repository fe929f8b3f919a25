//! One row per frame or frequency.

use std::io::{self, Write};

use crate::files;
use crate::output::{cell, csv_error};

use super::super::table::{Report, Subject, Table};

/// Columns `file`, `time` in seconds or `frequency` in Hz, then one per number: `centroid`,
/// `mfcc_0`, `mfcc_1` and so on.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    has_header: bool,
    /// The name of the recording.
    file: String,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(output: W) -> Self {
        Csv { writer: csv::Writer::from_writer(output), has_header: false, file: String::new() }
    }
}

impl<W: Write> Report for Csv<W> {
    fn begin(&mut self, subject: Subject) {
        self.file = cell(&files::text(&subject.path)).into_owned();
    }

    fn rows(&mut self, table: &Table) -> io::Result<()> {
        if !self.has_header {
            let mut header = vec!["file".to_owned(), table.axis.name().to_owned()];
            header.extend(table.columns.iter().flat_map(|column| column.names()));
            self.writer.write_record(&header).map_err(csv_error)?;
            self.has_header = true;
        }
        for row in 0..table.rows() {
            self.writer.write_field(&self.file).map_err(csv_error)?;
            self.writer.write_field(table.position(row).to_string()).map_err(csv_error)?;
            for value in table.columns.iter().flat_map(|column| column.row(row)) {
                self.writer.write_field(value.to_string()).map_err(csv_error)?;
            }
            self.writer.write_record(None::<&[u8]>).map_err(csv_error)?;
        }
        Ok(())
    }

    fn end(&mut self, _: f64) -> io::Result<()> {
        self.writer.flush()
    }
}
