//! One row per frame or frequency.

use std::io::{self, Write};

use crate::output::{cell, csv_error};

use super::super::table::{Measured, Report};

/// Columns `file`, `time` in seconds or `frequency` in Hz, then one per number: `centroid`,
/// `mfcc_0`, `mfcc_1` and so on.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    has_header: bool,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(output: W) -> Self {
        Csv { writer: csv::Writer::from_writer(output), has_header: false }
    }
}

impl<W: Write> Report for Csv<W> {
    fn write(&mut self, measured: &Measured) -> io::Result<()> {
        let table = &measured.table;
        if !self.has_header {
            let mut header = vec!["file".to_owned(), table.axis.name().to_owned()];
            header.extend(table.columns.iter().flat_map(|column| column.names()));
            self.writer.write_record(&header).map_err(csv_error)?;
            self.has_header = true;
        }
        let file = measured.path.to_string_lossy();
        for row in 0..table.rows() {
            self.writer.write_field(cell(&file).as_bytes()).map_err(csv_error)?;
            self.writer.write_field(table.position(row).to_string()).map_err(csv_error)?;
            for value in table.columns.iter().flat_map(|column| column.row(row)) {
                self.writer.write_field(value.to_string()).map_err(csv_error)?;
            }
            self.writer.write_record(None::<&[u8]>).map_err(csv_error)?;
        }
        self.writer.flush()
    }
}
