//! Trains, evaluates and exports sourcing-sound's models.

mod arrays;
mod assemble;
mod augment;
mod card;
mod checkpoint;
mod config;
mod data;
mod dataset;
#[cfg(test)]
mod end_to_end;
mod evaluate;
mod evaluation;
mod everyday;
mod experiment;
mod export;
mod features;
mod figure;
mod fit;
#[cfg(test)]
mod fixtures;
mod gradient;
mod head;
mod infer;
mod interrupt;
mod lbfgs;
mod logistic;
mod material;
mod metrics;
mod model;
mod net;
mod network;
mod onnx;
mod optimise;
mod other;
mod page;
mod progress;
mod provenance;
mod random;
mod report;
mod stage;

use anyhow::Result;
use clap::{Parser, Subcommand};
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
    /// Repeats an experiment of the study by official folds and writes its figures.
    Experiment(experiment::command::Arguments),
    /// Trains the model of everyday sounds from a published checkpoint.
    Everyday(everyday::Arguments),
    /// Teaches a model other labels: fits a head on its embedding, evaluates and exports it.
    Head(head::Arguments),
    /// Shows what a data folder holds: labels, lengths, folds, and what was passed over.
    Data(data::Arguments),
    /// Writes a page that compares all experiments and models.
    Report(report::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Model(arguments) => model::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Experiment(arguments) => experiment::command::run(&arguments),
        Command::Everyday(arguments) => everyday::run(&arguments),
        Command::Head(arguments) => head::run(&arguments),
        Command::Data(arguments) => data::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
    }
}
