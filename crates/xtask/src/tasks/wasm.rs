//! The browser's module: the core crate compiled for wasm32, with its JavaScript
//! and TypeScript made by wasm-bindgen's library.

use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::tools::cargo::{self, CORE, WASM_TARGET};
use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

/// The cargo profile of everything that runs in the browser.
pub const PROFILE: &str = "wasm";

/// The stem of every file of the module.
const NAME: &str = "sourcing_sound";

/// The options of `cargo xtask wasm`.
#[derive(clap::Args)]
pub struct Options {
    /// Keep function names, so that stack traces can be read
    #[arg(long)]
    dev: bool,
}

/// Runs `cargo xtask wasm`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let names = if options.dev { Names::Keep } else { Names::Strip };
    build(workspace, names)
}

/// Whether the module keeps its functions' names, about a third of its size.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// For development: stack traces can be read.
    Keep,
    /// For everything else.
    Strip,
}

/// Compiles the module and writes it to `www/package/wasm`.
pub fn build(workspace: &Workspace, names: Names) -> Result<()> {
    cargo::prepare_wasm_target()?;
    println!("building the browser's module");
    process::run(cargo::for_wasm().args([
        "build",
        "--package",
        CORE,
        "--lib",
        "--target",
        WASM_TARGET,
        "--profile",
        PROFILE,
    ]))?;

    let folder = folder(workspace);
    Bindgen::new()
        .input_path(compiled(workspace))
        .out_name(NAME)
        .web(true)?
        .typescript(true)
        // The caller passes its address; a second one here would make bundlers copy it twice.
        .omit_default_module_path(true)
        .remove_name_section(names == Names::Strip)
        .remove_producers_section(names == Names::Strip)
        .generate(&folder)
        .context("wasm-bindgen cannot make the module's JavaScript")?;

    let module = folder.join(format!("{NAME}_bg.wasm"));
    println!("{}: {:.2} MB", module.display(), files::size(&module)? as f64 / 1e6);
    Ok(())
}

/// Where the npm package looks for the module.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.www().join("package").join("wasm")
}

/// The module as cargo compiled it, for wasm-bindgen.
fn compiled(workspace: &Workspace) -> PathBuf {
    workspace.target().join(WASM_TARGET).join(PROFILE).join(NAME).with_extension("wasm")
}
