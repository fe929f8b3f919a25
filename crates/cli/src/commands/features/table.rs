//! The measurements of one recording, and the interface of what prints them.

use std::io;
use std::path::PathBuf;

use sourcing_sound_decode::Warning;

use super::plot::Picture;

/// Parts of a recording's output, in order.
pub(super) enum Part {
    Begin(Subject),
    Rows(Table),
    End(End),
}

/// The recording that is measured.
pub(super) struct Subject {
    pub(super) path: PathBuf,
    /// The rate in Hz at which it is measured.
    pub(super) sample_rate: u32,
}

/// Facts that are known at the end.
pub(super) struct End {
    /// The length in seconds.
    pub(super) duration: f64,
    pub(super) warnings: Vec<Warning>,
    /// The picture to draw, if any.
    pub(super) picture: Option<Picture>,
}

/// Prints recordings one after another.
pub(super) trait Report {
    /// Begins a recording; if the previous one has not ended, it could not be read to its end.
    fn begin(&mut self, subject: Subject);

    /// Takes the next rows, which continue those before.
    fn rows(&mut self, table: &Table) -> io::Result<()>;

    /// Ends the recording after `duration` seconds.
    fn end(&mut self, duration: f64) -> io::Result<()>;
}

/// Rows at equal steps along an axis.
pub(super) struct Table {
    pub(super) axis: Axis,
    /// From one row to the next, in the axis' unit.
    pub(super) step: f64,
    /// The number of the first row; row 0 is at 0.
    pub(super) first: usize,
    /// At least one; all have the same number of rows.
    pub(super) columns: Vec<Column>,
}

/// The axis of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Centres of frames, in seconds.
    Time,
    /// Bins of a spectrum, in Hz.
    Frequency,
}

/// One quantity: a number per row, or several.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// Numbers per row, for a vector.
    pub(super) width: Option<usize>,
    /// `[rows][width]`, row after row.
    pub(super) values: Vec<f32>,
}

impl Axis {
    pub(super) fn name(self) -> &'static str {
        match self {
            Axis::Time => "time",
            Axis::Frequency => "frequency",
        }
    }

    pub(super) fn unit(self) -> &'static str {
        match self {
            Axis::Time => "s",
            Axis::Frequency => "Hz",
        }
    }
}

impl Column {
    /// Returns the numbers of one row.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        let width = self.width.unwrap_or(1);
        self.values.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    /// Returns a name per number: the quantity's, with an index from 0 for a vector.
    pub(super) fn names(&self) -> Vec<String> {
        match self.width {
            None => vec![self.name.to_owned()],
            Some(width) => (0..width).map(|index| format!("{}_{index}", self.name)).collect(),
        }
    }

    fn rows(&self) -> usize {
        self.values.len() / self.width.unwrap_or(1)
    }
}

impl Table {
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::rows)
    }

    /// Returns the position of a row in the axis' unit, rounded to a millionth.
    pub(super) fn position(&self, row: usize) -> f64 {
        ((self.first + row) as f64 * self.step * 1e6).round() / 1e6
    }
}
