//! What commands share when they print: the formats of descriptions, JSON, and errors of the
//! output.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

/// How a model's description or the report on a head is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardFormat {
    /// For people
    Text,
    /// JSON
    Json,
}

/// Prints `value` as indented JSON.
pub(crate) fn write_json(mut output: impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, value)?;
    writeln!(output)
}

/// The I/O error inside `error`; csv's own conversion loses its kind.
pub(crate) fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Whether `error` comes from writing to a pipe that its reader has closed.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
