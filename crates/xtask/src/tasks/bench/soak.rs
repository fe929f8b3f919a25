//! `cargo xtask bench soak`: runs hours or days of live sound through one stream, natively or in a
//! browser, as fast as possible.
//!
//! `benches/soak.rs` and `benches/web/soak.mjs` run it. This module checks the results: memory does
//! not grow, times fit the samples, and results do not depend on how long the stream has run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tools::browser::{Browser, CHROMIUM_VARIABLE};
use crate::tools::cargo::{self, PRODUCT};
use crate::tools::workspace::Workspace;
use crate::tools::{files, node};

use super::machine::Machine;
use super::program::Program;

/// By how many bytes memory may grow after the run has warmed up.
const MOST_GROWTH: f64 = 2.0 * 1024.0 * 1024.0;
/// The most memory that the browser's module may take for one stream of a model of this project, in
/// bytes.
const MOST_WASM: f64 = 24e6;
/// A hop is rounded to whole columns.
const ROUNDED: f64 = 1.05;
/// The length of the run of `--check` in hours: enough for three excerpts.
const CHECK_HOURS: f64 = 0.25;

/// The options of `cargo xtask bench soak`.
#[derive(clap::Args)]
pub struct Options {
    /// Hours of sound; a week if left out, and with --web a day
    #[arg(long, value_name = "N")]
    hours: Option<f64>,
    /// Sample rate of the sound in Hz, a multiple of 25
    #[arg(long, value_name = "HZ", default_value_t = 48_000)]
    rate: u32,
    /// The model's file; a small one if left out
    #[arg(long, value_name = "FILE.onnx")]
    model: Option<PathBuf>,
    /// In Chromium, through the built package in www/package/dist
    #[arg(long)]
    web: bool,
    /// Also write every measured value to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs `cargo xtask bench soak`. Fails if something grows, drifts or differs.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let hours = options.hours.unwrap_or(if options.web { 24.0 } else { 168.0 });
    ensure!(hours > 0.0, "--hours {hours}: expected a positive number");
    let small = || workspace.root().join("models/urban-v1/model.onnx");
    let model = options.model.as_ref().map_or_else(|| Ok(small()), std::path::absolute)?;
    ensure!(
        model.is_file(),
        "{} is missing; --model takes the path of an ONNX file",
        model.display()
    );
    let ours = model.starts_with(workspace.root().join("models"));
    let mut program = if options.web { in_browser(workspace)? } else { native(workspace)? };
    let measured = program.ask(&json!({ "model": model, "hours": hours, "rate": options.rate }))?;
    let machine = Machine::find();
    println!("{}\n{} cores of {}", table(&measured)?, machine.cores, machine.processor);
    if let Some(file) = &options.json {
        files::write(file, &format!("{measured:#}\n"))?;
    }
    judge(&measured)?;
    match measured["wasm_bytes"].as_f64() {
        Some(bytes) if ours => {
            ensure!(bytes <= MOST_WASM, "wasm_bytes: {bytes}; at most {MOST_WASM} are allowed");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Runs the shortest native run that compares something.
pub fn check(workspace: &Workspace) -> Result<()> {
    let model = workspace.root().join("models/urban-v1/model.onnx");
    let request = json!({ "model": model, "hours": CHECK_HOURS, "rate": 48_000 });
    judge(&native(workspace)?.ask(&request)?)
}

/// Fails if memory has grown, times have drifted or results differ.
fn judge(measured: &Value) -> Result<()> {
    let value = |key| number(measured, key);
    let (excerpts, different) = (value("excerpts")?, value("different")?);
    ensure!(excerpts > 0.0, "the run was too short to compare anything; give more --hours");
    ensure!(different == 0.0, "{different} results differ from those of the same sound at once");
    let hop = value("hop_seconds")?;
    let drift = value("lag_greatest")? - value("lag_least")?;
    ensure!(drift <= hop * ROUNDED, "times drift by {drift} s against the samples");
    if let Some(drift) = measured["delay_drift"].as_f64() {
        ensure!(drift <= hop, "events come {drift} s earlier or later at the end than at first");
    }
    for key in ["memory_growth_bytes", "wasm_growth_bytes", "heap_growth_bytes"] {
        // Not measured, or not on this system.
        let Some(growth) = measured[key].as_f64() else { continue };
        ensure!(growth <= MOST_GROWTH, "{key}: {growth}; at most {MOST_GROWTH} are allowed");
    }
    Ok(())
}

/// Returns a number of an answer, which may be 0.
fn number(measured: &Value, key: &str) -> Result<f64> {
    let given = &measured[key];
    given.as_f64().with_context(|| format!("{key} is {given}, expected a number"))
}

/// Returns the measured values, one per line.
fn table(measured: &Value) -> Result<String> {
    let value = |key| number(measured, key);
    let hours = value("seconds")? / 3_600.0;
    let speed = value("seconds")? / value("wall_seconds")?;
    let mut lines = vec![
        format!("{hours:.2} hours of sound, {speed:.0} times as fast as it is"),
        format!("{:.0} updates", value("updates")?),
        format!(
            "behind the samples: {:.4} to {:.4} s",
            value("lag_least")?,
            value("lag_greatest")?
        ),
        format!(
            "{:.0} excerpts at once: {:.0} scores and {:.0} events compared, {:.0} differ",
            value("excerpts")?,
            value("compared_scores")?,
            value("compared_events")?,
            value("different")?
        ),
    ];
    let bytes = [
        ("resident memory", "memory_bytes", "memory_growth_bytes"),
        ("wasm memory", "wasm_bytes", "wasm_growth_bytes"),
        ("page and worker after garbage collection", "heap_bytes", "heap_growth_bytes"),
    ];
    for (name, first, growth) in bytes {
        if let (Some(first), Some(growth)) = (measured[first].as_f64(), measured[growth].as_f64()) {
            lines.push(format!("{name}: {:.1} MB, grown by {:.3} MB", first / 1e6, growth / 1e6));
        }
    }
    Ok(lines.join("\n"))
}

/// Starts the native program, with the profile and the features of everything native.
fn native(workspace: &Workspace) -> Result<Program> {
    let mut cargo = cargo::command();
    cargo.current_dir(workspace.root()).args(["bench", "--profile", "dev"]);
    cargo.args(PRODUCT).args(["--bench", "soak"]);
    // Without a fixed threshold, glibc may or may not keep the memory of a whole excerpt for later.
    // With one, it returns it, and resident memory is what is in use.
    cargo.env("MALLOC_MMAP_THRESHOLD_", "131072");
    Program::start(&mut cargo)
}

/// Starts the browser's program, with the package as it was last built.
fn in_browser(workspace: &Workspace) -> Result<Program> {
    let package = workspace.www().join("package/dist/index.js");
    ensure!(package.is_file(), "{} is missing; `cargo xtask site` builds it", package.display());
    node::install_site_packages(workspace)?;
    let mut node = Command::new("node");
    node.current_dir(workspace.root()).arg("benches/web/soak.mjs");
    node.env(CHROMIUM_VARIABLE, Browser::find()?.chromium);
    Program::start(&mut node)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn good() -> Value {
        json!({
            "seconds": 3_600.0, "wall_seconds": 9.0, "hop_seconds": 0.5, "updates": 7_200,
            "lag_least": 0.02, "lag_greatest": 0.1, "delay_drift": 0.1, "excerpts": 3,
            "compared_scores": 100, "compared_events": 10, "different": 0,
            "memory_bytes": 27e6, "memory_growth_bytes": 4_096,
        })
    }

    #[test]
    fn a_run_without_growth_drift_or_difference_passes() {
        judge(&good()).unwrap();
        let table = table(&good()).unwrap();
        for part in ["1.00 hours", "400 times", "0.0200 to 0.1000 s", "100 scores", "27.0 MB"] {
            assert!(table.contains(part), "{part} is not in {table}");
        }
    }

    #[test]
    fn growth_drift_and_differences_fail() {
        for (key, value) in [
            ("memory_growth_bytes", json!(3_000_000)),
            ("wasm_growth_bytes", json!(3_000_000)),
            ("lag_greatest", json!(0.7)),
            ("delay_drift", json!(0.6)),
            ("different", json!(1)),
            ("excerpts", json!(0)),
        ] {
            let mut measured = good();
            measured[key] = value;
            assert!(judge(&measured).is_err(), "{key}");
        }
    }
}
