//! One JSON object per frame or frequency and line.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::files;

use super::super::table::{Column, Report, Subject, Table};

/// Objects `{"file", "time" in seconds or "frequency" in Hz, …}` with a number or an array per
/// quantity.
pub(super) struct JsonLines<W: Write> {
    output: W,
    /// The name of the recording.
    file: String,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn new(output: W) -> Self {
        JsonLines { output, file: String::new() }
    }
}

impl<W: Write> Report for JsonLines<W> {
    fn begin(&mut self, subject: Subject) {
        self.file = files::text(&subject.path).into_owned();
    }

    fn rows(&mut self, table: &Table) -> io::Result<()> {
        for row in 0..table.rows() {
            serde_json::to_writer(&mut self.output, &Line { file: &self.file, table, row })?;
            writeln!(self.output)?;
        }
        Ok(())
    }

    fn end(&mut self, _: f64) -> io::Result<()> {
        self.output.flush()
    }
}

/// One row of a table.
struct Line<'a> {
    file: &'a str,
    table: &'a Table,
    row: usize,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", self.file)?;
        map.serialize_entry(self.table.axis.name(), &self.table.position(self.row))?;
        for column in &self.table.columns {
            map.serialize_entry(column.name, &Cell { column, row: self.row })?;
        }
        map.end()
    }
}

/// A number, or an array of them.
struct Cell<'a> {
    column: &'a Column,
    row: usize,
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.column.row(self.row), self.column.width) {
            ([value], None) => value.serialize(serializer),
            (values, _) => values.serialize(serializer),
        }
    }
}
