//! Regenerates the reference values under `tests/golden`: the spectra by the
//! pinned librosa of a virtual environment of their own, the scores by the
//! native build.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::prerequisites;
use crate::process;
use crate::steps::PRODUCT;
use crate::workspace::Workspace;

/// Makes `tests/scores.rs` write its reference instead of comparing with it.
const UPDATE_VARIABLE: &str = "SOURCING_SOUND_UPDATE_GOLDEN";

/// Runs `cargo xtask golden`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let golden = workspace.root().join("tests").join("golden");
    let python = environment(workspace)?;
    println!("generating the reference values of librosa");
    process::run(
        Command::new(python).current_dir(workspace.root()).arg(golden.join("generate.py")),
    )?;
    println!("generating the reference scores");
    process::run(
        process::cargo()
            .arg("test")
            .args(PRODUCT)
            .args(["--test", "scores"])
            .env(UPDATE_VARIABLE, "1"),
    )
}

/// The Python of a virtual environment with the pinned packages, made anew when
/// their list has changed.
fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let wanted = workspace.root().join("tests/golden/requirements.txt");
    let list = fs::read(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    let folder = workspace.scratch()?.join("golden-venv");
    let installed = folder.join("installed-requirements.txt");
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join("python").with_extension(std::env::consts::EXE_EXTENSION);
    if fs::read(&installed).is_ok_and(|stamp| stamp == list) {
        return Ok(python);
    }
    println!("installing the packages of {}", wanted.display());
    let make = prerequisites::python()?;
    process::run(Command::new(make).args(["-m", "venv", "--clear"]).arg(&folder))?;
    process::run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"])
            .arg(&wanted),
    )?;
    fs::write(&installed, list).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}
