//! Regenerates the reference values under `tests/golden`: what librosa, numpy,
//! scipy and scikit-learn compute by the scripts there, in a virtual environment
//! with the pinned packages; the scores by the native build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::cargo::{self, PRODUCT};
use crate::tools::workspace::Workspace;
use crate::tools::{process, python};

/// Makes `tests/scores.rs` write its reference instead of comparing with it.
const UPDATE_VARIABLE: &str = "SOURCING_SOUND_UPDATE_GOLDEN";

/// Runs `cargo xtask golden`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let golden = workspace.root().join("tests").join("golden");
    let requirements = golden.join("requirements.txt");
    let python = python::environment(workspace, "golden-venv", &requirements)?;
    for script in scripts(&golden)? {
        println!("running {}", script.strip_prefix(workspace.root()).unwrap_or(&script).display());
        // Compiled modules would lie between the goldens.
        process::run(Command::new(&python).current_dir(workspace.root()).arg("-B").arg(&script))?;
    }
    println!("generating the reference scores");
    process::run(
        cargo::command()
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
