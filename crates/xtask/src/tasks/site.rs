//! The site as static files: the module, the npm package that wraps it, and the
//! pages, in that order.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::tasks::wasm::{self, Names};
use crate::tools::workspace::Workspace;
use crate::tools::{node, process};

/// Files that every built site has; no folder of sources has both.
const BUILT: [&str; 2] = ["index.html", "sw.js"];

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
            check_replaceable(folder, &workspace.www())?;
            env::current_dir()?.join(folder)
        }
        None => default_folder(workspace),
    };
    build(workspace, options.base.as_deref(), &out)?;
    println!("the site is in {}", out.display());
    Ok(())
}

/// Returns where the site goes by default; previews and tests serve it.
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

/// Refuses a folder with contents other than a built site, because they would be lost, and one that
/// contains the site's `sources`.
fn check_replaceable(folder: &Path, sources: &Path) -> Result<()> {
    let is_empty = match folder.read_dir() {
        Ok(mut files) => files.next().is_none(),
        Err(_) => !folder.exists(),
    };
    if is_empty || (is_built(folder) && !holds(folder, sources)?) {
        return Ok(());
    }
    bail!(
        "{} has other contents than a built site, and they would be removed: name another folder \
         with --out",
        folder.display()
    )
}

/// Returns whether a site was built into the folder, which is never true for an npm package.
fn is_built(folder: &Path) -> bool {
    BUILT.iter().all(|name| folder.join(name).is_file()) && !folder.join("package.json").exists()
}

/// Returns whether `inner` is the folder or is inside of it, also through links.
fn holds(folder: &Path, inner: &Path) -> Result<bool> {
    let real = |path: &Path| {
        path.canonicalize().with_context(|| format!("cannot read {}", path.display()))
    };
    Ok(real(inner)?.starts_with(real(folder)?))
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
    fn only_an_empty_folder_or_a_built_site_is_replaced() {
        let sources = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), "years of work").unwrap();
        let check = |name: &str| check_replaceable(&folder.path().join(name), sources.path());
        assert!(check("absent").is_ok());
        assert!(check("").is_ok());

        write("thesis.txt");
        let error = check("").unwrap_err().to_string();
        assert!(error.contains("--out"), "{error}");
        assert!(check("thesis.txt").is_err());

        write("index.html");
        assert!(check("").is_err());
        write("sw.js");
        assert!(check("").is_ok());
        write("package.json");
        assert!(check("").is_err());
    }

    #[test]
    fn sources_are_not_replaced() {
        let workspace = Workspace::find().unwrap();
        for folder in ["", "www", "www/src", "www/../www", "examples", "examples/file"] {
            let folder = workspace.root().join(folder);
            assert!(check_replaceable(&folder, &workspace.www()).is_err(), "{}", folder.display());
        }
        // A server's folder that contains the repository and a site that was built before.
        let server = tempfile::tempdir().unwrap();
        let sources = server.path().join("www");
        fs::create_dir(&sources).unwrap();
        for name in BUILT {
            fs::write(server.path().join(name), "").unwrap();
        }
        assert!(check_replaceable(server.path(), &sources).is_err());
    }
}
