//! `sourcing-sound`: classifies the sounds in recordings, on the command line.
//!
//! Each command is a folder of [`commands`]. The other modules are shared by the commands and
//! import none of them.
//!
//! | module | what it does |
//! |---|---|
//! | [`clock`] | names and headers → when a recording was made |
//! | [`commands`] | arguments → what a command prints |
//! | [`files`] | files and folders → recordings |
//! | [`interrupt`] | Ctrl-C between two writes |
//! | [`model`] | a name or a file → a model, with or without a head |
//! | [`parallel`] | processes several recordings at a time, with results in the order of the inputs |
//! | [`progress`] | progress bars |
//! | [`outcome`] | how a command ends, and why an input failed |
//! | [`output`] | what commands share when they print |
//! | [`printable`] | text that is safe to print on a terminal |
//!
//! Exit codes: 0 if everything was done, 1 if something could not be read (the rest was done),
//! 2 for wrong usage, 130 after Ctrl-C.

mod clock;
mod commands;
mod files;
mod interrupt;
mod model;
mod outcome;
mod output;
mod parallel;
mod printable;
mod progress;

use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::classify::{self, ClassifyOptions, RawClassify};
use crate::commands::features::{self, FeatureOptions, RawFeatures};
use crate::commands::inspect::{self, RawInspect};
use crate::commands::models::{self, RawModels};
use crate::commands::teach::{self, RawTeach, TeachOptions};
use crate::outcome::{UsageError, quoted};
use crate::output::{is_closed_pipe, note};
use crate::printable::printable_lines;

/// Names the sounds in recordings.
#[derive(Parser)]
#[command(name = "sourcing-sound", version, arg_required_else_help = true)]
struct RawArgs {
    #[command(subcommand)]
    command: RawCommand,
}

#[derive(Subcommand)]
enum RawCommand {
    /// Label the sounds in each recording
    Classify(Box<RawClassify>),
    /// Measure recordings: spectral descriptors, MFCC, mel and power spectrograms; draw them
    Features(RawFeatures),
    /// Make a head that adds your own sounds, from a few recordings of each
    Teach(RawTeach),
    /// List the built-in models
    Models(RawModels),
    /// Show a model's description
    Inspect(RawInspect),
}

fn main() -> ExitCode {
    let matches = RawArgs::command().try_get_matches().unwrap_or_else(|e| advised(e).exit());
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    let raw = RawArgs::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let ran = match raw.command {
        RawCommand::Classify(raw) => ClassifyOptions::try_from(*raw).map(classify::run),
        RawCommand::Features(raw) => FeatureOptions::try_from(raw).map(features::run),
        RawCommand::Teach(raw) => TeachOptions::try_from(raw).map(teach::run),
        RawCommand::Models(raw) => Ok(models::run(raw)),
        RawCommand::Inspect(raw) => Ok(inspect::run(raw.into())),
    };
    let result = ran.unwrap_or_else(|error| Err(error.into()));
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) if error.is::<UsageError>() => {
            let mut program = RawArgs::command();
            // Sets the program's name in the usages of its commands.
            program.build();
            let message = printable_lines(&error.to_string());
            match program.find_subcommand_mut(&name) {
                Some(command) => command.error(ErrorKind::ValueValidation, message),
                None => program.error(ErrorKind::ValueValidation, message),
            }
            .exit()
        }
        // The reader of the output closed the pipe.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            note(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Reports wrong usage; if the command is missing before a recording, suggests the likely one.
fn advised(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let path = Path::new(given);
    if path.exists() {
        let tip = format!("to label its sounds: sourcing-sound classify {}", quoted(path));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}
