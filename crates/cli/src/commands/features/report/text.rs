//! Prints statistics for people.

use std::io::{self, Write};

use crate::files;
use crate::printable::printable;

use super::super::table::{Axis, Column, Report, Subject, Table};

/// Prints a line with each recording's name, length and rate, then a line of statistics per number:
/// the mean over all rows, the standard deviation (of the rows, not estimated for a population),
/// the least and the greatest value, and the position of the greatest along the axis.
pub(super) struct Text<W: Write> {
    output: W,
    recording: Option<Recording>,
}

impl<W: Write> Text<W> {
    pub(super) fn new(output: W) -> Self {
        Text { output, recording: None }
    }
}

impl<W: Write> Report for Text<W> {
    fn begin(&mut self, subject: Subject) {
        self.recording = Some(Recording { subject, rows: 0, found: None });
    }

    fn rows(&mut self, table: &Table) -> io::Result<()> {
        if let Some(recording) = &mut self.recording {
            recording.add(table);
        }
        Ok(())
    }

    fn end(&mut self, duration: f64) -> io::Result<()> {
        let Some(Recording { subject, rows, found: Some(found) }) = self.recording.take() else {
            return Ok(());
        };
        let (path, rate) = (files::text(&subject.path), subject.sample_rate);
        let path = printable(&path);
        let rows = rows_of(found.axis, rows);
        writeln!(self.output, "{path}  {duration:.2} s, {rate} Hz, {rows}")?;
        let mut lines = vec![heading(found.axis)];
        lines.extend(found.names.iter().zip(&found.statistics).map(|(name, one)| {
            let numbers = [one.mean, one.standard_deviation(), one.min, one.max, one.place_of_max];
            let [mean, sd, min, max, place] = numbers.map(number);
            [name.clone(), mean, sd, min, max, place]
        }));
        write_aligned(&mut self.output, &lines)?;
        self.output.flush()
    }
}

/// The recording that is being measured.
struct Recording {
    subject: Subject,
    rows: usize,
    /// Statistics of its rows; `None` before the first.
    found: Option<Found>,
}

struct Found {
    axis: Axis,
    /// The name of each number in a row.
    names: Vec<String>,
    statistics: Vec<Statistics>,
}

impl Recording {
    fn add(&mut self, table: &Table) {
        self.rows += table.rows();
        let found = self.found.get_or_insert_with(|| {
            let names: Vec<String> = table.columns.iter().flat_map(names_with_units).collect();
            let statistics = vec![Statistics::default(); names.len()];
            Found { axis: table.axis, names, statistics }
        });
        for row in 0..table.rows() {
            let place = table.position(row);
            let values = table.columns.iter().flat_map(|column| column.row(row));
            for (statistics, &value) in found.statistics.iter_mut().zip(values) {
                statistics.add(value.into(), place);
            }
        }
    }
}

fn rows_of(axis: Axis, rows: usize) -> String {
    match (axis, rows) {
        (Axis::Time, 1) => "1 frame".to_owned(),
        (Axis::Time, rows) => format!("{rows} frames"),
        (Axis::Frequency, 1) => "1 frequency".to_owned(),
        (Axis::Frequency, rows) => format!("{rows} frequencies"),
    }
}

/// Cells of one line, the name first.
type Cells = [String; 6];

fn heading(axis: Axis) -> Cells {
    let place = format!("max at {}", axis.unit());
    ["", "mean", "sd", "min", "max", &place].map(str::to_owned)
}

fn names_with_units(column: &Column) -> Vec<String> {
    let with_unit = |name: String| match column.unit {
        "" => name,
        unit => format!("{name}, {unit}"),
    };
    column.names().into_iter().map(with_unit).collect()
}

/// Statistics of numbers that come one after another (Welford's algorithm).
#[derive(Clone)]
struct Statistics {
    count: u64,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
    min: f64,
    max: f64,
    /// The position of the first greatest value.
    place_of_max: f64,
}

impl Default for Statistics {
    fn default() -> Self {
        Statistics {
            count: 0,
            mean: 0.0,
            squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            place_of_max: 0.0,
        }
    }
}

impl Statistics {
    fn add(&mut self, value: f64, place: f64) {
        self.count += 1;
        let distance = value - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (value - self.mean);
        self.min = self.min.min(value);
        if value > self.max {
            (self.max, self.place_of_max) = (value, place);
        }
    }

    fn standard_deviation(&self) -> f64 {
        (self.squares / self.count.max(1) as f64).sqrt()
    }
}

/// Formats with four significant digits, or all digits of the integer part.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if magnitude < 1e-3 {
        return format!("{value:.2e}");
    }
    let decimals = (3.0 - magnitude.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// Aligns names to the left and numbers to the right, in columns as wide as needed.
fn write_aligned(output: &mut impl Write, lines: &[Cells]) -> io::Result<()> {
    let width = |index: usize| lines.iter().map(|line| line[index].len()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for line in lines {
        write!(output, "  {:<1$}", line[0], widths[0])?;
        for (cell, width) in line.iter().zip(widths).skip(1) {
            write!(output, "  {cell:>width$}")?;
        }
        writeln!(output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Statistics, number};

    #[test]
    fn numbers_have_four_digits() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.043_216), "0.04322");
        assert_eq!(number(-12.345_6), "-12.35");
        assert_eq!(number(22_050.4), "22050");
        assert_eq!(number(1.234e-7), "1.23e-7");
    }

    #[test]
    fn statistics_are_those_of_the_rows() {
        let mut found = Statistics::default();
        for (place, value) in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0, 9.0, 1.0].iter().enumerate()
        {
            found.add(*value, place as f64);
        }
        assert!((found.mean - 5.0).abs() < 1e-12, "{}", found.mean);
        assert!((found.standard_deviation() - 6.4_f64.sqrt()).abs() < 1e-12);
        assert_eq!((found.min, found.max, found.place_of_max), (1.0, 9.0, 7.0));
    }
}
