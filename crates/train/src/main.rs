//! Trains, evaluates and exports sourcing-sound's models.

mod arrays;
mod assemble;
mod augment;
mod card;
mod checkpoint;
mod config;
mod dataset;
#[cfg(test)]
mod end_to_end;
mod evaluate;
mod evaluation;
#[allow(dead_code)] // the interfaces come first
mod experiment;
mod export;
mod features;
mod fit;
#[cfg(test)]
mod fixtures;
mod gradient;
mod infer;
mod logistic;
mod material;
mod metrics;
mod model;
mod net;
mod network;
mod onnx;
mod optimise;
mod other;
mod progress;
mod provenance;
mod random;
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
    }
}
