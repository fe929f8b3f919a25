//! What commands share when they print: the formats of descriptions, JSON, and errors of the
//! output.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::outcome::UsageError;
use crate::printable::printable_lines;

/// The error if stdout accepts no more.
pub(crate) const STDOUT: &str = "cannot write to standard output; check space and permissions [io]";

/// How a model's description or the report on a head is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardFormat {
    /// For people
    Text,
    /// JSON
    Json,
}

/// Refuses a path for a drawing that may be a recording by mistake, because the drawing replaces
/// the file.
pub(crate) fn check_plot(path: Option<&Path>) -> Result<(), UsageError> {
    match path {
        Some(path)
            if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg")) =>
        {
            let message = "--plot writes an SVG: give the file a name that ends in .svg";
            Err(UsageError(message.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Prints a message of one or more lines on stderr. If stderr is closed, there is nowhere to report
/// that, and the results do not depend on it.
pub(crate) fn note(message: impl Display) {
    let _ = writeln!(io::stderr(), "{}", printable_lines(&message.to_string()));
}

/// Prints `value` as indented JSON.
pub(crate) fn write_json(mut output: impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, value)?;
    writeln!(output)
}

/// Returns the I/O error inside `error`; csv's own conversion loses its kind.
pub(crate) fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Formats text as a cell of a table. Spreadsheet programs evaluate a cell that begins like a
/// formula, so it gets an apostrophe. So does a cell in which apostrophes precede such a beginning:
/// removing the first one of `'=`, `'+` and the like restores the text of every cell.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    let begins_like_a_formula =
        text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    // Standard input is not a formula.
    if begins_like_a_formula && text != "-" { format!("'{text}").into() } else { text.into() }
}

/// Returns whether `error` comes from writing to a pipe that its reader has closed.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_that_begin_like_a_formula_are_text_that_can_be_read_back() {
        let read = |cell: &str| {
            let rest = cell.trim_start_matches('\'');
            let is_guarded =
                rest.len() < cell.len() && rest.starts_with(['=', '+', '-', '@', '\t', '\r']);
            cell[usize::from(is_guarded)..].to_owned()
        };
        for text in ["=1+1", "+49.wav", "-5", "@SUM(A1)", "\t=x", "\r", "'=x", "''-x"] {
            assert_eq!(cell(text), format!("'{text}"));
            assert_eq!(read(&cell(text)), text);
        }
        for text in ["a=b.wav", "-", "", "'tis.wav", "./=x.wav", "0.5", "Low hum, drone"] {
            assert_eq!(cell(text), text);
            assert_eq!(read(&cell(text)), text);
        }
    }
}
