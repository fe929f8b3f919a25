//! The compiler's coverage instrumentation, for the crates that read what is fuzzed.
//!
//! Cargo's flags are for all crates or none; instrumenting the general engine too would double the
//! build time. So cargo runs xtask instead of the compiler.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

/// Set if cargo is to run xtask instead of the compiler.
const VARIABLE: &str = "SOURCING_SOUND_INSTRUMENT";

/// Prefixes of the names of the instrumented packages.
const PACKAGES: [&str; 10] = [
    "sourcing-sound",
    "symphonia",
    "rusty-opus",
    "csv",
    "parquet",
    "prost",
    "pytorch-reader",
    "serde_json",
    "zip",
    "base64",
];

/// The flags that cargo-fuzz sets for its coverage, without a sanitizer.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "--cfg",
    "fuzzing",
];

/// Makes cargo run xtask instead of the compiler.
pub fn set(cargo: &mut Command) -> Result<()> {
    cargo.env("RUSTC_WRAPPER", own_program()?).env(VARIABLE, "1").env_remove("RUSTFLAGS");
    Ok(())
}

/// The program itself, or the one that has taken its place since it was started: for a program
/// whose file is gone, Linux reports something that is not a path.
fn own_program() -> Result<PathBuf> {
    let program = env::current_exe().context("cannot find xtask itself")?;
    let replaced = program.to_str().and_then(|path| path.strip_suffix(" (deleted)"));
    Ok(replaced.map(PathBuf::from).unwrap_or(program))
}

/// Returns rustc with the arguments of xtask and the flags for the package, if cargo runs xtask in
/// its place.
pub fn rustc_in_place() -> Option<Command> {
    env::var_os(VARIABLE)?;
    let mut arguments = env::args_os().skip(1);
    let mut rustc = Command::new(arguments.next()?);
    let arguments: Vec<_> = arguments.collect();
    // Programs that run during compilation are built for no target.
    let is_for_target = arguments.iter().any(|argument| argument == "--target");
    let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
    rustc.args(arguments);
    if is_for_target && is_instrumented(&package) {
        rustc.args(FLAGS);
    }
    Some(rustc)
}

fn is_instrumented(package: &str) -> bool {
    PACKAGES.iter().any(|start| package.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_instrumented_and_the_general_engine_is_not() {
        for package in ["sourcing-sound", "sourcing-sound-decode", "symphonia-core", "csv-core"] {
            assert!(is_instrumented(package), "{package}");
        }
        for package in ["tract-core", "ndarray", "", "clap"] {
            assert!(!is_instrumented(package), "{package}");
        }
    }
}
