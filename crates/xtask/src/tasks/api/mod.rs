//! Compares the crate's public API with `docs/public-api.txt`, which states its version in the
//! first line. The step `api` of the tests fails if crate and file differ. `cargo xtask api` writes
//! the file, but removes items only if the version allows it.

mod change;
mod surface;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::tools::files;
use crate::tools::workspace::Workspace;

use change::Change;
use surface::Surface;
pub use surface::rustdoc_in_place;

/// Runs `cargo xtask api`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let api = Surface::of_crate(workspace)?;
    api.check_names()?;
    let path = file(workspace);
    if path.exists() {
        let change = Change::between(&Surface::of_file(&path)?, &api);
        print!("{}", change.text());
        change.check_version()?;
    }
    files::write(&path, &api.text())?;
    println!("{}: {} items, version {}", path.display(), api.items.len(), api.version);
    Ok(())
}

/// Fails if the crate's API differs from the file, or contains a type of a dependency.
pub fn check(workspace: &Workspace) -> Result<()> {
    let api = Surface::of_crate(workspace)?;
    api.check_names()?;
    let change = Change::between(&Surface::of_file(&file(workspace))?, &api);
    if change.is_none() {
        return Ok(());
    }
    print!("{}", change.text());
    change.check_version()?;
    bail!(
        "{} is out of date; if the change is intended, run `cargo xtask api`",
        file(workspace).display()
    )
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.root().join("docs").join("public-api.txt")
}
