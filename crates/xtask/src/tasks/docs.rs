//! The API reference: rustdoc for the crate, TypeDoc for the npm package.

use std::path::Path;

use anyhow::Result;

use crate::tasks::npm;
use crate::tools::workspace::Workspace;
use crate::tools::{cargo, node, process};

/// Runs `cargo xtask docs`.
pub fn run(workspace: &Workspace) -> Result<()> {
    process::run(&mut cargo::rustdoc())?;
    let tarball = npm::pack(workspace)?;
    let apps = npm::apps(workspace, &tarball)?;
    let pages = workspace.target().join("doc");
    typedoc(&apps, &pages.join("npm"))?;
    println!("the crate:   {}", pages.join("sourcing_sound").join("index.html").display());
    println!("the package: {}", pages.join("npm").join("index.html").display());
    Ok(())
}

/// Writes the reference of the package that is installed in `apps`.
fn typedoc(apps: &Path, out: &Path) -> Result<()> {
    let mut npm = node::npm();
    npm.current_dir(apps).args(["exec", "--no", "--", "typedoc", "--options"]);
    process::run(npm.arg(Path::new("types").join("typedoc.json")).arg("--out").arg(out))
}
