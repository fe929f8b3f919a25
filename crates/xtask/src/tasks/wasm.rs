//! Builds the browser's modules: the core crate compiled for wasm32, for browsers with and without
//! relaxed SIMD, with the general engine, and for training heads; and the decoder. wasm-bindgen's
//! library writes their JavaScript and TypeScript.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::tools::cargo::{self, CORE, DECODER, WASM_TARGET};
use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

/// The cargo profile of everything that runs in the browser.
pub const PROFILE: &str = "wasm";

/// The stem of the core's files.
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

/// A module for the browser: its name, and how it is compiled.
struct Module {
    package: &'static str,
    /// The stem of its files.
    name: &'static str,
    /// Its folder below `www/package/wasm`.
    folder: &'static str,
    features: &'static [&'static str],
    /// WebAssembly features of rustc, in addition to those of `.cargo/config.toml`.
    target_features: &'static str,
    /// Its own target directory below cargo's. Cargo keeps one file for all sets of features, and
    /// would otherwise compile the crate again every time.
    target: Option<&'static str>,
}

/// The crate's own engine alone, for every browser with SIMD.
const LEAN: Module = Module {
    package: CORE,
    name: NAME,
    folder: "",
    features: &["web-classifier"],
    target_features: "",
    target: Some("wasm-lean"),
};

/// The same for browsers with relaxed SIMD, which has a fused multiply-add that makes networks
/// faster. The script of [`LEAN`] runs it.
const RELAXED: Module = Module {
    package: CORE,
    name: NAME,
    folder: "relaxed",
    features: &["web-classifier"],
    target_features: "+relaxed-simd",
    target: Some("wasm-relaxed"),
};

/// With the general engine too, for models with operators that the crate's own engine lacks.
const GENERAL: Module = Module {
    package: CORE,
    name: "sourcing_sound_general",
    folder: "",
    features: &["web-classifier", "general"],
    target_features: "",
    target: None,
};

/// Trains heads from examples.
const TEACHER: Module = Module {
    package: CORE,
    name: "sourcing_sound_teacher",
    folder: "",
    features: &["web-teacher"],
    target_features: "",
    target: Some("wasm-teacher"),
};

/// Decodes recordings that a browser cannot decode.
const DECODE: Module = Module {
    package: DECODER,
    name: "sourcing_sound_decoder",
    folder: "",
    features: &[],
    target_features: "",
    target: None,
};

/// Compiles the modules and writes them to `www/package/wasm`.
pub fn build(workspace: &Workspace, names: Names) -> Result<()> {
    cargo::prepare_wasm_target()?;
    for module in [LEAN, RELAXED, TEACHER, GENERAL, DECODE] {
        module.build(workspace, names)?;
    }
    let [script, relaxed] = [LEAN, RELAXED].map(|module| module.script(workspace));
    ensure!(
        fs::read(&script)? == fs::read(&relaxed)?,
        "{} and {} differ: a module must run by the other's script",
        script.display(),
        relaxed.display()
    );
    Ok(())
}

impl Module {
    fn build(&self, workspace: &Workspace, names: Names) -> Result<()> {
        println!(
            "building the browser's module {}",
            Path::new(self.folder).join(self.name).display()
        );
        let target = match self.target {
            Some(folder) => workspace.target().join(folder),
            None => workspace.target().to_owned(),
        };
        let mut cargo = cargo::for_wasm();
        cargo.args(["build", "--package", self.package, "--lib", "--no-default-features"]);
        cargo.arg("--features").arg(self.features.join(","));
        cargo.args(["--target", WASM_TARGET, "--profile", PROFILE]);
        if !self.target_features.is_empty() {
            let flags = format!(r#"["-C", "target-feature={}"]"#, self.target_features);
            cargo.arg("--config").arg(format!("target.{WASM_TARGET}.rustflags={flags}"));
        }
        process::run(cargo.arg("--target-dir").arg(&target))?;

        let folder = self.folder(workspace);
        Bindgen::new()
            .input_path(self.compiled(&target))
            .out_name(self.name)
            .web(true)?
            .typescript(true)
            // The caller passes its address; a second one here would make bundlers copy it twice.
            .omit_default_module_path(true)
            .remove_name_section(names == Names::Strip)
            .remove_producers_section(names == Names::Strip)
            .generate(folder)
            .context("wasm-bindgen cannot make the module's JavaScript")?;

        let module = self.folder(workspace).join(format!("{}_bg.wasm", self.name));
        println!("{}: {:.2} MB", module.display(), files::size(&module)? as f64 / 1e6);
        Ok(())
    }

    /// Returns the file that cargo compiles.
    fn compiled(&self, target: &Path) -> PathBuf {
        let stem = self.package.replace('-', "_");
        target.join(WASM_TARGET).join(PROFILE).join(stem).with_extension("wasm")
    }

    /// Returns where the npm package looks for the module.
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.www().join("package").join("wasm").join(self.folder)
    }

    fn script(&self, workspace: &Workspace) -> PathBuf {
        self.folder(workspace).join(self.name).with_extension("js")
    }
}
