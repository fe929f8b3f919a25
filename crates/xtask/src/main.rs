//! Builds, serves and tests sourcing-sound. Run it as `cargo xtask <command>`.
//!
//! Every command sets up what it misses (the wasm target, npm's packages, a
//! browser where it may install one) or stops with the line that does. The
//! versions of everything it uses are those of `Cargo.lock` and
//! `package-lock.json`; nothing is installed globally.

mod api;
mod bench;
mod browser;
mod cargo;
mod counts;
#[cfg(test)]
mod cycles;
mod docs;
mod golden;
mod npm;
mod package;
mod prerequisites;
mod process;
mod python;
mod runner;
mod serve;
mod site;
mod steps;
mod test;
mod wasm;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Builds, serves and tests sourcing-sound")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the site and serve it on this machine; prints the address
    Serve(serve::Options),
    /// Build the site into a folder that any static web server can serve
    Site(site::Options),
    /// Build only the browser's module, into www/package/wasm
    Wasm(wasm::Options),
    /// Pack the npm package as it is published, into target/npm
    Npm,
    /// Write the API reference of crate and package, into target/doc
    Docs,
    /// Run every check and test, or those named by --only
    Test(test::Options),
    /// Measure what each model costs, natively and in a browser; writes docs/cost.md
    Bench(bench::Options),
    /// Write docs/public-api.txt, to which the step `api` holds the crate's public API
    Api,
    /// Regenerate the reference values under tests/golden
    Golden,
    /// Run a wasm test binary in a headless browser (cargo's runner for wasm32)
    #[command(hide = true)]
    TestRunner {
        /// The wasm file, followed by the arguments of the test harness
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    // Two of the steps tell cargo to run xtask in a compiler's place.
    if let Some(done) = api::stand_in().or_else(package::stand_in) {
        return done;
    }
    match run(Cli::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the task; `false` is a failure that has been reported already.
fn run(task: Task) -> anyhow::Result<bool> {
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(options) => serve::run(&workspace, &options)?,
        Task::Site(options) => site::run(&workspace, &options)?,
        Task::Wasm(options) => wasm::run(&workspace, &options)?,
        Task::Npm => npm::run(&workspace)?,
        Task::Docs => docs::run(&workspace)?,
        Task::Test(options) => return test::run(&workspace, &options),
        Task::Bench(options) => bench::run(&workspace, &options)?,
        Task::Api => api::run(&workspace)?,
        Task::Golden => golden::run(&workspace)?,
        Task::TestRunner { arguments } => return runner::run(&workspace, arguments),
    }
    Ok(true)
}
