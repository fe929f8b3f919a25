//! Virtual environments with pinned packages, for the tasks that run Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::process;
use crate::tools::workspace::Workspace;

/// The Python of the virtual environment `name`, which has the packages listed in
/// the file `requirements` and is made anew when the list changes.
pub fn environment(workspace: &Workspace, name: &str, requirements: &Path) -> Result<PathBuf> {
    let list = fs::read(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let folder = workspace.scratch()?.join(name);
    let installed = folder.join("installed-requirements.txt");
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join("python").with_extension(std::env::consts::EXE_EXTENSION);
    if fs::read(&installed).is_ok_and(|stamp| stamp == list) {
        return Ok(python);
    }
    println!("installing the packages of {}", requirements.display());
    let make = find()?;
    process::run(Command::new(make).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
    process::run(pip.arg("--requirement").arg(requirements))?;
    fs::write(&installed, list).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}

/// Python 3 with its `venv` module.
fn find() -> Result<PathBuf> {
    const INSTALL: &str =
        "on Debian run `apt-get install -y python3 python3-venv`, elsewhere see https://python.org";
    let python = ["python3", "python"].into_iter().find_map(process::find_in_path);
    let python = python.with_context(|| format!("Python 3 is missing: {INSTALL}"))?;
    process::output(Command::new(&python).args(["-c", "import ensurepip, venv"]))
        .with_context(|| format!("Python's venv module is missing: {INSTALL}"))?;
    Ok(python)
}
