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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use std::path::Path;

    #[test]
    fn published_commands_can_be_typed() {
        let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/study");
        let files = std::fs::read_dir(results).unwrap().map(|file| file.unwrap().path());
        let records: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        assert!(records.len() >= 9, "{records:?}");
        for path in records {
            let text = std::fs::read_to_string(&path).unwrap();
            let record: serde_json::Value = serde_json::from_str(&text).unwrap();
            let command = record["command"].as_str().unwrap();
            assert!(command.starts_with("sourcing-sound-study "), "{command}");
            let parsed = Arguments::try_parse_from(command.split(' '));
            assert!(parsed.is_ok(), "{command}: {:?}", parsed.err());
        }
    }
}
