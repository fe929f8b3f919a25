//! The site as static files: the module, the npm package that wraps it, and the
//! pages, in that order.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::tasks::wasm::{self, Names};
use crate::tools::workspace::Workspace;
use crate::tools::{node, process};

/// The options of `cargo xtask site`.
#[derive(clap::Args)]
pub struct Options {
    /// The path under which a server offers the site, such as /repo/; if left out,
    /// the site works under any path
    #[arg(long, value_name = "PATH", value_parser = parse_base)]
    base: Option<String>,
    /// The folder to write, www/dist if left out; its old contents are removed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs `cargo xtask site`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let out = match &options.out {
        Some(folder) => {
            check_replaceable(folder)?;
            env::current_dir()?.join(folder)
        }
        None => default_folder(workspace),
    };
    build(workspace, options.base.as_deref(), &out)?;
    println!("the site is in {}", out.display());
    Ok(())
}

/// Where the site goes by default; previews and tests serve it.
pub fn default_folder(workspace: &Workspace) -> PathBuf {
    workspace.www().join("dist")
}

/// Builds everything into `out`, an absolute path. Without `base`, the site
/// works under any path.
pub fn build(workspace: &Workspace, base: Option<&str>, out: &Path) -> Result<()> {
    wasm::build(workspace, Names::Strip)?;
    node::install_site_packages(workspace)?;
    println!("building the site");
    let mut npm = node::site_script(workspace, "build");
    npm.arg("--").arg("--outDir").arg(out).arg("--emptyOutDir");
    if let Some(base) = base {
        npm.args(["--base", base]);
    }
    process::run(&mut npm)
}

/// Refuses a folder whose contents are not a site, because they would be lost.
fn check_replaceable(folder: &Path) -> Result<()> {
    let is_empty = match folder.read_dir() {
        Ok(mut files) => files.next().is_none(),
        Err(_) => !folder.exists(),
    };
    if is_empty || folder.join("index.html").is_file() {
        return Ok(());
    }
    bail!(
        "{} is neither empty nor a site; its contents would be removed: name another folder \
         with --out",
        folder.display()
    )
}

/// Reads the option `--base`: an absolute path. A slash is added if it does not end with one.
pub fn parse_base(given: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if !given.starts_with('/') || given.contains("//") || !given.chars().all(is_plain) {
        return Err("expected an absolute path such as /repo/".to_owned());
    }
    let end = if given.ends_with('/') { "" } else { "/" };
    Ok(format!("{given}{end}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use std::fs;

    #[test]
    fn a_base_is_an_absolute_path_with_a_closing_slash() {
        assert_eq!(parse_base("/").unwrap(), "/");
        assert_eq!(parse_base("/repo").unwrap(), "/repo/");
        assert_eq!(parse_base("/a/b-c.d/").unwrap(), "/a/b-c.d/");
        for refused in ["", "repo", "./", "//host/", "/a//b", "/a b/", "/a?b", "https://x.y/"] {
            assert!(parse_base(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn only_an_empty_folder_or_a_site_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        assert!(check_replaceable(&absent).is_ok());
        assert!(check_replaceable(folder.path()).is_ok());

        fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        let error = check_replaceable(folder.path()).unwrap_err().to_string();
        assert!(error.contains("--out"), "{error}");
        assert!(check_replaceable(&folder.path().join("thesis.txt")).is_err());

        fs::write(folder.path().join("index.html"), "").unwrap();
        assert!(check_replaceable(folder.path()).is_ok());
    }
}
