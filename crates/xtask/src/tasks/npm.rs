//! The npm package as it is published, and a folder of programs that use it and nothing else from
//! the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tasks::wasm::{self, Names};
use crate::tools::workspace::Workspace;
use crate::tools::{files, node, process};

/// Keys of `package.json` that only the build needs; they are not published.
const UNPUBLISHED: [&str; 2] = ["scripts", "devDependencies"];

/// Prefixes of links of its README in the repository, and in the package.
const IN_PACKAGE: [(&str, &str); 4] = [
    ("../../docs/guide/", "docs/"),
    ("../../models/everyday/urban.CARD.md", "dist/models/urban.md"),
    ("../../models/everyday/CARD.md", "dist/models/everyday.md"),
    ("../../models/urban-v1/CARD.md", "dist/models/urban-tiny.md"),
];

/// Runs `cargo xtask npm`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let tarball = pack(workspace)?;
    println!("{}: {:.2} MB", tarball.display(), files::size(&tarball)? as f64 / 1e6);
    Ok(())
}

/// Builds the package in place, in `www/package/dist`.
pub fn build(workspace: &Workspace, names: Names) -> Result<()> {
    wasm::build(workspace, names)?;
    node::install_site_packages(workspace)?;
    process::run(&mut node::site_script(workspace, "build:package"))
}

/// Builds the package and writes it to `target/npm`, under the crate's version.
pub fn pack(workspace: &Workspace) -> Result<PathBuf> {
    build(workspace, Names::Strip)?;
    let source = workspace.www().join("package");
    let stage = folder(workspace).join("package");
    files::replace(&source.join("dist"), &stage.join("dist"))?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy(&workspace.root().join(name), &stage.join(name))?;
    }
    let readme = files::read(&source.join("README.md"))?;
    files::write(&stage.join("README.md"), &relocated(&readme, &IN_PACKAGE))?;
    copy_guides(&workspace.root().join("docs").join("guide"), &stage.join("docs"))?;
    let version = workspace.version();
    check_version(&files::read(&source.join("package.json"))?, version)?;
    check_examples(&workspace.root().join("examples"), version)?;
    files::copy(&source.join("package.json"), &stage.join("package.json"))?;
    // npm keeps the order of the other keys: the order of the conditions in `exports` matters.
    let mut npm = node::npm();
    process::output(npm.current_dir(&stage).args(["pkg", "delete"]).args(UNPUBLISHED))?;

    let mut npm = node::npm();
    npm.current_dir(&stage).args(["pack", "--loglevel", "error", "--pack-destination"]);
    process::output(npm.arg(folder(workspace)))?;
    Ok(folder(workspace).join(format!("sourcing-sound-{version}.tgz")))
}

/// Creates a folder with the examples, the tools of `tests/package` and the packed package: what a
/// user of the package has.
pub fn apps(workspace: &Workspace, tarball: &Path) -> Result<PathBuf> {
    let apps = folder(workspace).join("apps");
    let tests = workspace.root().join("tests").join("package");
    for name in ["package.json", "package-lock.json"] {
        files::copy(&tests.join(name), &apps.join(name))?;
    }
    for (from, name) in
        [(workspace.root(), "examples"), (tests.as_path(), "pages"), (tests.as_path(), "types")]
    {
        files::replace(&from.join(name), &apps.join(name))?;
    }
    node::install_locked(&apps, "the tools that test the package", &["--loglevel", "error"])?;
    // A tarball of the same version must not count as already installed.
    let installed = apps.join("node_modules").join("sourcing-sound");
    if installed.exists() {
        fs::remove_dir_all(&installed)?;
    }
    // As a user would, but without saving it: the lock file has no tarball.
    let mut npm = node::npm();
    npm.current_dir(&apps).args(["install", "--no-save", "--no-audit", "--no-fund"]);
    process::run(npm.args(["--loglevel", "error"]).arg(tarball))?;
    Ok(apps)
}

/// Copies the guides. They link to each other; any other link becomes plain words.
fn copy_guides(from: &Path, to: &Path) -> Result<()> {
    files::replace(from, to)?;
    for entry in fs::read_dir(to)? {
        let guide = entry?.path();
        if guide.extension().is_some_and(|extension| extension == "md") {
            files::write(&guide, &relocated(&files::read(&guide)?, &[]))?;
        }
    }
    Ok(())
}

/// Adapts a text of the repository to another place: links that begin with one of `moves` are
/// moved, and any other link out of the text's folder becomes plain words.
fn relocated(text: &str, moves: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in moves {
        text = text.replace(&format!("]({from}"), &format!("]({to}"));
    }
    while let Some(end) = text.find("](../") {
        let Some(close) = text[end..].find(')') else { break };
        let Some(start) = text[..end].rfind('[') else { break };
        text.replace_range(end..=end + close, "");
        text.remove(start);
    }
    text
}

/// Returns the folder for all of this.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("npm")
}

/// Refuses a manifest with another version than the crate's.
fn check_version(manifest: &str, version: &str) -> Result<()> {
    let manifest: Value = serde_json::from_str(manifest).context("package.json")?;
    if manifest["version"] != version {
        bail!(
            "www/package/package.json has version {}, the crate has {version}: make them equal, \
             also in www/package.json, and run `npm install` in www",
            manifest["version"]
        );
    }
    Ok(())
}

/// Refuses an example that depends on another version than the crate's: it would get a package that
/// it was not tested with.
fn check_examples(examples: &Path, version: &str) -> Result<()> {
    let expected = format!("^{version}");
    for entry in fs::read_dir(examples).with_context(|| examples.display().to_string())? {
        let path = entry?.path().join("package.json");
        if !path.is_file() {
            continue;
        }
        let manifest: Value = serde_json::from_str(&files::read(&path)?)
            .with_context(|| path.display().to_string())?;
        let range = &manifest["dependencies"]["sourcing-sound"];
        if range.as_str() != Some(expected.as_str()) {
            bail!("{} asks for sourcing-sound {range}, expected {expected:?}", path.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn links_are_moved_or_become_words() {
        let text = "[a](../../docs/guide/a.md#x), [b](../b.md) and [c](c.md), [`d`](../../d).";
        let moved = relocated(text, &[("../../docs/guide/", "docs/")]);
        assert_eq!(moved, "[a](docs/a.md#x), b and [c](c.md), `d`.");
    }

    #[test]
    fn a_version_that_differs_from_the_crates_is_refused() {
        assert!(check_version(r#"{"version":"1.2.3"}"#, "1.2.3").is_ok());
        let error = check_version(r#"{"version":"1.2.3"}"#, "1.3.0").unwrap_err().to_string();
        assert!(error.contains("1.2.3") && error.contains("1.3.0"), "{error}");
    }

    #[test]
    fn an_example_of_another_version_is_refused() {
        let examples = tempfile::tempdir().unwrap();
        for folder in ["file", "rust"] {
            fs::create_dir(examples.path().join(folder)).unwrap();
        }
        let manifest = examples.path().join("file").join("package.json");
        files::write(&manifest, r#"{"dependencies":{"sourcing-sound":"^1.2.3"}}"#).unwrap();
        assert!(check_examples(examples.path(), "1.2.3").is_ok());
        let error = check_examples(examples.path(), "1.3.0").unwrap_err().to_string();
        assert!(error.contains("^1.2.3") && error.contains("^1.3.0"), "{error}");
    }

    #[test]
    fn the_examples_are_of_the_crates_version() {
        let workspace = Workspace::find().unwrap();
        check_examples(&workspace.root().join("examples"), workspace.version()).unwrap();
    }
}
