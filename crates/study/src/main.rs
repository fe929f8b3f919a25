//! Repeats the study that sourcing-sound grew out of, and reports on it.
//!
//! | module | what it does |
//! |---|---|
//! | [`experiment`] | the study's methods, by official folds |
//! | [`figure`] | measured results → drawings |
//! | [`page`] | one experiment → its files |
//! | [`report`] | all experiments and models → one page |

mod experiment;
mod figure;
mod page;
mod report;

use anyhow::Result;
use clap::{Parser, Subcommand};
use sourcing_sound_train::program;
use std::process::ExitCode;

/// Repeats the study that sourcing-sound grew out of, and reports on it.
#[derive(Parser)]
#[command(name = "sourcing-sound-study", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Repeats an experiment of the study by official folds and writes its figures.
    Experiment(experiment::arguments::Arguments),
    /// Writes a page that compares all experiments and models.
    Report(report::Arguments),
}

fn main() -> ExitCode {
    program::finish(run(Arguments::parse().command))
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Experiment(arguments) => experiment::command::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
    }
}
