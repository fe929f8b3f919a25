//! Statistics for people.

use std::io::{self, Write};

use super::super::table::{Axis, Column, Measured, Report, Table};

/// For each recording a line with its name, length and rate, then a line of statistics per number:
/// the mean over all rows, the standard deviation (of the rows themselves, not estimated for a
/// population), the least and the greatest value, and where along the axis the greatest is.
pub(super) struct Text<W: Write> {
    output: W,
}

impl<W: Write> Text<W> {
    pub(super) fn new(output: W) -> Self {
        Text { output }
    }
}

impl<W: Write> Report for Text<W> {
    fn write(&mut self, measured: &Measured) -> io::Result<()> {
        let table = &measured.table;
        writeln!(
            self.output,
            "{}  {:.2} s, {} Hz, {}",
            measured.path.display(),
            measured.duration,
            measured.sample_rate,
            rows_of(table),
        )?;
        let mut lines = vec![heading(table)];
        lines.extend(table.columns.iter().flat_map(|column| describe(column, table)));
        write_aligned(&mut self.output, &lines)?;
        self.output.flush()
    }
}

fn rows_of(table: &Table) -> String {
    match (table.axis, table.rows()) {
        (Axis::Time, 1) => "1 frame".to_owned(),
        (Axis::Time, rows) => format!("{rows} frames"),
        (Axis::Frequency, 1) => "1 frequency".to_owned(),
        (Axis::Frequency, rows) => format!("{rows} frequencies"),
    }
}

/// Cells of one line, the name first.
type Cells = [String; 6];

fn heading(table: &Table) -> Cells {
    let place = format!("max at {}", table.axis.unit());
    ["", "mean", "sd", "min", "max", &place].map(str::to_owned)
}

/// The lines of one quantity.
fn describe(column: &Column, table: &Table) -> Vec<Cells> {
    let with_unit = |name: String| match column.unit {
        "" => name,
        unit => format!("{name}, {unit}"),
    };
    let line = |(index, name)| {
        let found = Statistics::of((0..table.rows()).filter_map(|row| column.row(row).get(index)));
        [
            with_unit(name),
            number(found.mean),
            number(found.standard_deviation),
            number(found.min),
            number(found.max),
            number(table.position(found.place_of_max)),
        ]
    };
    column.names().into_iter().enumerate().map(line).collect()
}

struct Statistics {
    mean: f64,
    standard_deviation: f64,
    min: f64,
    max: f64,
    /// The first row with the greatest value.
    place_of_max: usize,
}

impl Statistics {
    fn of<'a>(values: impl Iterator<Item = &'a f32> + Clone) -> Self {
        let values = values.map(|&value| f64::from(value));
        let count = values.clone().count().max(1) as f64;
        let mean = values.clone().sum::<f64>() / count;
        let variance = values.clone().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let (mut min, mut max, mut place_of_max) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        for (row, value) in values.enumerate() {
            min = min.min(value);
            if value > max {
                (max, place_of_max) = (value, row);
            }
        }
        Statistics { mean, standard_deviation: variance.sqrt(), min, max, place_of_max }
    }
}

/// Four significant digits, or all of the integer part.
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
        let found = Statistics::of([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].iter());
        assert_eq!((found.mean, found.standard_deviation), (5.0, 2.0));
        assert_eq!((found.min, found.max, found.place_of_max), (2.0, 9.0, 7));
    }
}
