//! `sourcing-sound`: says on the command line what the sounds in recordings are.
//!
//! | module | what it does |
//! |---|---|
//! | [`args`] | what was typed |
//! | [`options`] | what it means, checked |
//! | [`files`] | the recordings that the arguments name |
//! | [`model`] | a built-in model or one from a file, perhaps with a head |
//! | [`classify`] | recordings → predictions |
//! | [`outcome`] | how a command went |
//! | [`parallel`] | recordings worked on several at a time, answers in order |
//! | [`report`] | predictions → text, csv or JSON lines |
//! | [`features`] | recordings → descriptors and spectrograms, printed and drawn |
//! | [`models`] | the built-in models, listed |
//! | [`inspect`] | what a model says about itself |
//!
//! Exit codes: 0 if everything was done, 1 if something could not be read (the rest was done),
//! 2 if the arguments make no sense.

mod args;
mod classify;
mod failure;
mod features;
mod files;
mod inspect;
mod model;
mod models;
mod options;
mod outcome;
mod parallel;
mod report;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::args::RawArgs;
use crate::options::Command;

fn main() -> ExitCode {
    let command = match Command::try_from(RawArgs::parse()) {
        Ok(command) => command,
        Err(usage) => usage.exit(),
    };
    let done = match &command {
        Command::Classify(options) => classify::run(options),
        Command::Features(options) => features::run(options),
        Command::Models(format) => models::run(*format),
        Command::Inspect(options) => inspect::run(options),
    };
    match done {
        Ok(outcome) => outcome.into(),
        // Whoever read the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done when even the error stream is closed.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
