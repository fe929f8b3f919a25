//! What must be on the machine: found, installed where that is harmless, or
//! named with the line that installs it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// The target that the browser's module is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that rustc can compile for the browser.
pub fn wasm_target() -> Result<()> {
    if has_wasm_library()? {
        return Ok(());
    }
    if process::find_in_path("rustup").is_none() {
        bail!(
            "this Rust has no standard library for {WASM_TARGET}; with rustup \
             (https://rustup.rs) it is `rustup target add {WASM_TARGET}`, with Debian's Rust \
             `apt-get install -y libstd-rust-dev-wasm32`"
        );
    }
    process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}

/// Looks for the library itself: rustc names its folder whether it is there or
/// not.
fn has_wasm_library() -> Result<bool> {
    let folder = process::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM_TARGET,
    ]))?;
    let Ok(files) = Path::new(&folder).read_dir() else {
        return Ok(false);
    };
    Ok(files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd")))
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
pub fn lint_tools() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::output(process::cargo().args([subcommand, "--version"])).is_ok() {
            continue;
        }
        if process::find_in_path("rustup").is_none() {
            bail!(
                "`cargo {subcommand}` is missing; with rustup it is `rustup component add {component}`"
            );
        }
        process::run(Command::new("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

/// Makes sure that a Node which the site's tools accept is there, and npm.
pub fn node() -> Result<()> {
    const INSTALL: &str = "install Node 22 or later from https://nodejs.org, or on Debian run \
        `apt-get update && apt-get install -y npm && npm install --global n && n lts`";
    let printed = process::output(Command::new("node").arg("--version"))
        .with_context(|| format!("Node is missing: {INSTALL}"))?;
    let version = Version::parse(&printed)
        .with_context(|| format!("`node --version` printed {printed:?}"))?;
    if !is_node_new_enough(version) {
        bail!("Node {version} is too old, the site needs 20.19 or 22.12 and later: {INSTALL}");
    }
    process::output(npm().arg("--version"))
        .with_context(|| format!("npm is missing: {INSTALL}"))?;
    Ok(())
}

/// Vite's demand: `^20.19.0 || >=22.12.0`.
fn is_node_new_enough(version: Version) -> bool {
    match version.major {
        20 => version.minor >= 19,
        22 => version.minor >= 12,
        major => major > 22,
    }
}

/// npm's program.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Python 3, whose `venv` module the reference values need.
pub fn python() -> Result<PathBuf> {
    const INSTALL: &str = "on Debian it is `apt-get install -y python3 python3-venv`, elsewhere see https://python.org";
    let python = ["python3", "python"].into_iter().find_map(process::find_in_path);
    let python = python.with_context(|| format!("Python 3 is missing: {INSTALL}"))?;
    process::output(Command::new(&python).args(["-c", "import ensurepip, venv"]))
        .with_context(|| format!("Python's venv module is missing: {INSTALL}"))?;
    Ok(python)
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
