//! How the programs that are built on this library end.

use anyhow::Result;
use std::process::ExitCode;

/// The exit code of a command; an error is printed, with its causes, and is a failure.
pub fn finish(done: Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
