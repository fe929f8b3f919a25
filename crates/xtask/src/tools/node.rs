//! Finds Node and npm, or names the command that installs them; installs npm's packages in the
//! versions of a lock file.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

/// Makes sure that npm is installed, and a Node that the site's tools accept.
pub fn prepare() -> Result<()> {
    const INSTALL: &str = "install Node 22 or later from https://nodejs.org, or on Debian run \
        `apt-get update && apt-get install -y npm && npm install --global n && n lts`";
    let printed = process::output(Command::new("node").arg("--version"))
        .with_context(|| format!("Node is missing: {INSTALL}"))?;
    let version = Version::parse(&printed)
        .with_context(|| format!("`node --version` printed {printed:?}"))?;
    if !is_node_new_enough(version) {
        bail!("Node {version} is too old, the site needs 20.19, or 22.12 or later: {INSTALL}");
    }
    process::output(npm().arg("--version"))
        .with_context(|| format!("npm is missing: {INSTALL}"))?;
    Ok(())
}

/// Checks Vite's requirement, `^20.19.0 || >=22.12.0`.
fn is_node_new_enough(version: Version) -> bool {
    match version.major {
        20 => version.minor >= 19,
        22 => version.minor >= 12,
        major => major > 22,
    }
}

/// Returns npm's program.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Returns a script of the site's `package.json`.
pub fn site_script(workspace: &Workspace, script: &str) -> Command {
    let mut npm = npm();
    npm.current_dir(workspace.www()).args(["run", script]);
    npm
}

/// Installs the packages of the site.
pub fn install_site_packages(workspace: &Workspace) -> Result<()> {
    prepare()?;
    install_locked(&workspace.www(), "the site's packages", &[])
}

/// Installs exactly the packages of the folder's lock file, unless they are already installed.
pub fn install_locked(folder: &Path, packages: &str, options: &[&str]) -> Result<()> {
    let stamp = folder.join("node_modules").join(".installed-package-lock.json");
    let lock = files::read(&folder.join("package-lock.json"))?;
    if files::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing {packages}");
    let mut npm = npm();
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund"]);
    process::run(npm.args(options))?;
    files::write(&stamp, &lock)
}

/// The first two numbers of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads `v20.19.2`, `20.19.2` and `20.19`.
    fn parse(printed: &str) -> Option<Self> {
        let printed = printed.trim();
        let mut numbers = printed.strip_prefix('v').unwrap_or(printed).split('.');
        Some(Self { major: numbers.next()?.parse().ok()?, minor: numbers.next()?.parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(printed: &str) -> Option<bool> {
        Version::parse(printed).map(is_node_new_enough)
    }

    #[test]
    fn knows_which_node_the_site_needs() {
        for new_enough in ["v20.19.0", "20.20.2\n", "v22.12.0", "v23.0.0", "v26.1.0"] {
            assert_eq!(accepts(new_enough), Some(true), "{new_enough}");
        }
        for too_old in ["v18.20.4", "v20.18.9", "v21.7.3", "v22.11.0"] {
            assert_eq!(accepts(too_old), Some(false), "{too_old}");
        }
        for no_version in ["", "v", "v22", "node 22.1", "vv22.12"] {
            assert_eq!(accepts(no_version), None, "{no_version}");
        }
    }
}
