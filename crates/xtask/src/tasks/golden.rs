//! Regenerates the reference values under `tests/golden`: the scripts there compute
//! them with pinned versions of librosa, numpy, scipy and scikit-learn, in a virtual
//! environment; the native build computes the scores.

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
        // With -B, Python writes no compiled modules among the reference values.
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

/// Returns every Python file directly in `folder`, sorted by name. Shared code is in subfolders.
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
