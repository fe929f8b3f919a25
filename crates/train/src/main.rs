//! Trains, evaluates and exports sourcing-sound's models.

use anyhow::Result;
use clap::{Parser, Subcommand};
use sourcing_sound_train::data::command as data;
use sourcing_sound_train::model::{command as model, evaluate};
use sourcing_sound_train::{background, everyday, head, program};
use std::process::ExitCode;

/// Trains, evaluates and exports sourcing-sound's models.
#[derive(Parser)]
#[command(name = "sourcing-sound-train", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains a model, evaluates it on left-out folds, and exports it.
    Model(model::Arguments),
    /// Scores a model file on the clips of some folds, from audio file to prediction.
    Evaluate(evaluate::Arguments),
    /// Trains the model of everyday sounds from a published checkpoint.
    Everyday(everyday::Arguments),
    /// Teaches a model other labels: fits a head on its embedding, evaluates and exports it.
    Head(head::Arguments),
    /// Measures a model's statistics of everyday sounds, for heads taught by examples.
    Background(background::Arguments),
    /// Shows the contents of a data folder: labels, lengths, folds, and what was skipped.
    Data(data::Arguments),
}

fn main() -> ExitCode {
    program::finish(run(Arguments::parse().command))
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Model(arguments) => model::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Everyday(arguments) => everyday::run(&arguments),
        Command::Head(arguments) => head::run(&arguments),
        Command::Background(arguments) => background::run(&arguments),
        Command::Data(arguments) => data::run(&arguments),
    }
}
