//! `cargo xtask bench training`: measures how fast the trainer trains, compared with PyTorch.
//!
//! Two programs with the same network measure, `benches/training.rs` and `benches/training.py`.
//! They take turns, so that any other load on the machine affects both equally.

use std::path::PathBuf;

use anyhow::{Error, Result};
use serde_json::{Value, json};

use crate::tools::cargo::{self, PRODUCT};
use crate::tools::files;
use crate::tools::workspace::Workspace;

use super::machine::Machine;
use super::measured::{median, number};
use super::page;
use super::program::Program;

/// The options of `cargo xtask bench training`.
#[derive(clap::Args)]
pub struct Options {
    /// How often both are measured; the medians are shown
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Training steps in each measurement
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    steps: u16,
    /// A Python that has PyTorch; if left out, one is set up with the pinned version (5 GB)
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Also write every measured value to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write the section "Training" of docs/performance.md
    #[arg(long)]
    write: bool,
}

const NOTES: &str = "\
- The network is the compact CNN of the experiments, seven convolutions with batch norm. A step is
  forward, backward and AdamW on 32 inputs of 64 bands × 86 columns of noise, on one thread.
- PyTorch uses the layout of its tensors that is the faster one on a processor, channels last.
- × ours: the median of a round's processor time per example divided by ours in the same round;
  above 1, ours is faster.
";

/// Runs `cargo xtask bench training`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut trainer = trainer(workspace)?;
    let mut pytorch = Program::python(workspace, "training", "torch", options.python.as_deref())?;
    let request = json!({ "steps": options.steps });
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        rounds.push(Round { trainer: trainer.ask(&request)?, pytorch: pytorch.ask(&request)? });
    }
    let speeds = rounds.iter().map(Round::speeds).collect::<Result<Vec<_>>>()?;
    let machine = Machine::find();
    let version = rounds.first().and_then(|round| round.pytorch["version"].as_str());
    let text = text(&speeds, version.unwrap_or("?"), options, &machine);
    println!("\n{text}");
    if let Some(file) = &options.json {
        let rounds: Vec<_> = rounds.iter().map(Round::json).collect();
        let all = json!({
            "processor": machine.processor, "cores": machine.cores, "rounds": rounds,
        });
        files::write(file, &format!("{all:#}\n"))?;
    }
    if options.write {
        let page = page::write_section(workspace, "Training", &text)?;
        println!("{} is written", page.display());
    }
    Ok(())
}

fn text(speeds: &[[f64; 2]], version: &str, options: &Options, machine: &Machine) -> String {
    let Options { rounds, steps, .. } = options;
    format!(
        "Written by `cargo xtask bench training --rounds {rounds} --steps {steps} --write`; run it to measure again. \
         {processor}, one thread each, in turns: medians of {rounds} rounds of {steps} steps. Ours is compiled with the \
         workspace's `dev` profile, `opt-level = 3`.\n\n{table}\n{NOTES}",
        processor = machine.processor,
        table = table(speeds, version),
    )
}

/// The answers of one round.
struct Round {
    trainer: Value,
    pytorch: Value,
}

impl Round {
    /// Examples per second of trainer and PyTorch.
    fn speeds(&self) -> Result<[f64; 2]> {
        let answers = [&self.trainer, &self.pytorch];
        // Other programs do not matter if both measure processor time.
        let own = answers.iter().all(|answer| answer["processor_seconds"].is_number());
        let key = if own { "processor_seconds" } else { "seconds" };
        let speed =
            |answer: &Value| Ok::<_, Error>(number(answer, "examples")? / number(answer, key)?);
        Ok([speed(&self.trainer)?, speed(&self.pytorch)?])
    }

    fn json(&self) -> Value {
        json!({ "trainer": self.trainer, "pytorch": self.pytorch })
    }
}

/// Returns a row for the trainer and one for PyTorch, from the speeds `[trainer, PyTorch]` of each
/// round.
fn table(speeds: &[[f64; 2]], version: &str) -> String {
    let of = |value: fn(&[f64; 2]) -> f64| speeds.iter().map(value).collect::<Vec<_>>();
    let row = |name: &str, values: &[f64], ratio: f64| {
        let [least, greatest] = [f64::min, f64::max]
            .map(|fold| values.iter().copied().reduce(fold).unwrap_or(f64::NAN));
        let median = median(values);
        format!("| {name} | {median:.0} | {least:.0} | {greatest:.0} | {ratio:.2} |\n")
    };
    let ratio = median(&of(|speeds| speeds[0] / speeds[1]));
    "| | examples per second and core, median | least | greatest | × ours |\n|---|--:|--:|--:|--:|\n"
        .to_owned()
        + &row("sourcing-sound-train", &of(|speeds| speeds[0]), 1.0)
        + &row(&format!("PyTorch {version}"), &of(|speeds| speeds[1]), ratio)
}

/// Starts the trainer's program, with the profile and the features of everything native.
fn trainer(workspace: &Workspace) -> Result<Program> {
    let mut cargo = cargo::command();
    cargo.current_dir(workspace.root()).args(["bench", "--profile", "dev"]);
    cargo.args(PRODUCT).args(["--bench", "training"]);
    Program::start(&mut cargo)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn round(trainer: Value, pytorch: Value) -> Round {
        Round { trainer, pytorch }
    }

    #[test]
    fn a_program_s_own_time_counts_where_both_know_it() {
        let known = json!({ "examples": 640, "seconds": 4.0, "processor_seconds": 2.0 });
        let unknown = json!({ "examples": 640, "seconds": 5.0, "processor_seconds": null });
        assert_eq!(round(known.clone(), known.clone()).speeds().unwrap(), [320.0, 320.0]);
        assert_eq!(round(known, unknown).speeds().unwrap(), [160.0, 128.0]);
        assert!(round(json!({}), json!({})).speeds().is_err());
    }

    #[test]
    fn the_ratio_is_that_of_a_round() {
        let table = table(&[[300.0, 100.0], [200.0, 200.0], [800.0, 400.0]], "2.0");
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(rows[0], "| sourcing-sound-train | 300 | 200 | 800 | 1.00 |");
        assert_eq!(rows[1], "| PyTorch 2.0 | 200 | 100 | 400 | 2.00 |");
    }
}
