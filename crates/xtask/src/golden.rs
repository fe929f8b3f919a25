//! Regenerates the reference values under `tests/golden`: what librosa, numpy,
//! scipy and scikit-learn compute by the scripts there, in a virtual environment
//! with the pinned packages; the scores by the native build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

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
    for script in scripts(&golden)? {
        println!("running {}", script.strip_prefix(workspace.root()).unwrap_or(&script).display());
        // Compiled modules would lie between the goldens.
        process::run(Command::new(&python).current_dir(workspace.root()).arg("-B").arg(&script))?;
    }
    println!("generating the reference scores");
    process::run(
        process::cargo()
            .arg("test")
            .args(PRODUCT)
            .args(["--test", "scores"])
            .env(UPDATE_VARIABLE, "1"),
    )
}

/// Every Python file of `folder` itself, by name. What scripts share is in folders below.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot_list = || format!("cannot list {}", folder.display());
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot_list)? {
        let path = entry.with_context(cannot_list)?.path();
        if path.extension().is_some_and(|extension| extension == "py") {
            scripts.push(path);
        }
    }
    ensure!(!scripts.is_empty(), "no Python file in {}", folder.display());
    scripts.sort();
    Ok(scripts)
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
