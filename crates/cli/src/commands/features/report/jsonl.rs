//! One JSON object per frame or frequency and line.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::table::{Column, Measured, Report, Table};

/// Objects `{"file", "time" in seconds or "frequency" in Hz, …}` with a number or an array per
/// quantity.
pub(super) struct JsonLines<W: Write> {
    output: W,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn new(output: W) -> Self {
        JsonLines { output }
    }
}

impl<W: Write> Report for JsonLines<W> {
    fn write(&mut self, measured: &Measured) -> io::Result<()> {
        let file = measured.path.to_string_lossy();
        for row in 0..measured.table.rows() {
            let line = Line { file: &file, table: &measured.table, row };
            serde_json::to_writer(&mut self.output, &line)?;
            writeln!(self.output)?;
        }
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
