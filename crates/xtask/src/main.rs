//! Builds, serves and tests sourcing-sound. Run it as `cargo xtask <command>`.
//!
//! Every command installs what is missing (the wasm target, npm's packages, a browser where it
//! may), or stops and names the command that installs it. Crates and npm's packages have the
//! versions of the lock files.

#[cfg(test)]
mod rules;
mod tasks;
mod tools;

use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

use crate::tasks::{
    api, bench, docs, fuzz, golden, npm, package, runner, sbom, serve, site, test, wasm, wheel,
};
use crate::tools::process;
use crate::tools::workspace::Workspace;

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
    /// Build only the browser's modules, into www/package/wasm
    Wasm(wasm::Options),
    /// Pack the npm package as it is published, into target/npm
    Npm,
    /// Build the Python wheel as it is published, into target/python, and test it
    Python(wheel::Options),
    /// Write the bills of materials of the command line, the npm package and the wheel, as
    /// CycloneDX, into target/sbom
    Sbom,
    /// Write the API reference of the crate and the package, into target/doc
    Docs,
    /// Run every check and test, or those named by --only
    Test(test::Options),
    /// Measure what each model costs, natively and in a browser; writes docs/cost.md
    Bench(bench::Options),
    /// Fuzz all code that reads untrusted files, continuing from the last run
    Fuzz(fuzz::Options),
    /// Write docs/public-api.txt, which the step `api` compares with the crate's public API
    Api,
    /// Regenerate the reference values under tests/golden
    Golden,
    /// Run a wasm test binary in a headless browser (cargo's runner for wasm32)
    #[command(hide = true)]
    TestRunner(runner::Options),
}

fn main() -> ExitCode {
    if let Some(mut compiler) = compiler_in_place() {
        return process::run(&mut compiler).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
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

/// Returns the compiler to run, if a task made cargo run xtask in its place.
fn compiler_in_place() -> Option<Command> {
    api::rustdoc_in_place().or_else(package::rustc_in_place).or_else(fuzz::rustc_in_place)
}

/// Runs the task; returns false for a failure that has already been reported.
fn run(task: Task) -> anyhow::Result<bool> {
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(options) => serve::run(&workspace, &options)?,
        Task::Site(options) => site::run(&workspace, &options)?,
        Task::Wasm(options) => wasm::run(&workspace, &options)?,
        Task::Npm => npm::run(&workspace)?,
        Task::Python(options) => wheel::run(&workspace, &options)?,
        Task::Sbom => sbom::run(&workspace)?,
        Task::Docs => docs::run(&workspace)?,
        Task::Test(options) => return test::run(&workspace, &options),
        Task::Bench(options) => bench::run(&workspace, &options)?,
        Task::Fuzz(options) => return fuzz::run(&workspace, &options),
        Task::Api => api::run(&workspace)?,
        Task::Golden => golden::run(&workspace)?,
        Task::TestRunner(options) => return runner::run(&workspace, &options),
    }
    Ok(true)
}
