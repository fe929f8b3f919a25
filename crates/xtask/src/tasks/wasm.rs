//! The browser's modules: the core crate compiled for wasm32 without and with the general engine,
//! with their JavaScript and TypeScript made by wasm-bindgen's library.

use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::tools::cargo::{self, CORE, WASM_TARGET};
use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

/// The cargo profile of everything that runs in the browser.
pub const PROFILE: &str = "wasm";

/// The stem of the file that cargo compiles.
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

/// Whether the modules keep their functions' names, about a third of their size.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// For development: stack traces can be read.
    Keep,
    /// For everything else.
    Strip,
}

/// A module for the browser: what it is called, and what it is compiled with.
struct Module {
    /// The stem of its files in the package.
    name: &'static str,
    features: &'static [&'static str],
    /// Its own target directory below cargo's. Cargo keeps one file for all sets of features, and
    /// would compile the crate again at every turn.
    target: Option<&'static str>,
}

/// The engine of the crate alone; every visitor loads it.
const LEAN: Module = Module { name: NAME, features: &[], target: Some("wasm-lean") };

/// With the general engine too, for models with operators that the crate's own lacks.
const GENERAL: Module =
    Module { name: "sourcing_sound_general", features: &["general"], target: None };

/// Compiles the modules and writes them to `www/package/wasm`.
pub fn build(workspace: &Workspace, names: Names) -> Result<()> {
    cargo::prepare_wasm_target()?;
    for module in [LEAN, GENERAL] {
        module.build(workspace, names)?;
    }
    Ok(())
}

impl Module {
    fn build(&self, workspace: &Workspace, names: Names) -> Result<()> {
        println!("building the browser's module {}", self.name);
        let target = match self.target {
            Some(folder) => workspace.target().join(folder),
            None => workspace.target().to_owned(),
        };
        let mut cargo = cargo::for_wasm();
        cargo.args(["build", "--package", CORE, "--lib", "--no-default-features"]);
        cargo.arg("--features").arg(self.features.join(","));
        cargo.args(["--target", WASM_TARGET, "--profile", PROFILE]);
        process::run(cargo.arg("--target-dir").arg(&target))?;

        let folder = folder(workspace);
        Bindgen::new()
            .input_path(target.join(WASM_TARGET).join(PROFILE).join(NAME).with_extension("wasm"))
            .out_name(self.name)
            .web(true)?
            .typescript(true)
            // The caller passes its address; a second one here would make bundlers copy it twice.
            .omit_default_module_path(true)
            .remove_name_section(names == Names::Strip)
            .remove_producers_section(names == Names::Strip)
            .generate(&folder)
            .context("wasm-bindgen cannot make the module's JavaScript")?;

        let module = folder.join(format!("{}_bg.wasm", self.name));
        println!("{}: {:.2} MB", module.display(), files::size(&module)? as f64 / 1e6);
        Ok(())
    }
}

/// Where the npm package looks for the modules.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.www().join("package").join("wasm")
}
