//! Checks the core crate and its kernels as they are published: cargo packs them without a warning,
//! they have exactly the expected files, and these compile without a warning.
//!
//! `cargo package` would compile them alone, with other features of the dependencies, and so
//! compile the inference engine again. Instead, the packed files replace the repository's in a
//! check for which everything else is already compiled. `cargo publish` makes the long check before
//! it uploads.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::cargo::{self, CORE, KERNELS, PRODUCT};
use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

/// Makes xtask replace rustc; its value is the folder of the unpacked packages.
const PACKED: &str = "SOURCING_SOUND_PACKED";

/// A crate that is published.
struct Published {
    name: &'static str,
    /// Its folder in the repository.
    folder: &'static str,
    /// The largest package, in bytes.
    max_bytes: u64,
    /// The files of the package that are not Rust.
    files: &'static [&'static str],
    /// Folders of which every Rust file is packed.
    sources: &'static [&'static str],
}

const PUBLISHED: [Published; 2] = [
    Published {
        name: KERNELS,
        folder: "crates/kernels",
        max_bytes: 100_000,
        files: &["README.md", "LICENSE-MIT", "LICENSE-APACHE"],
        sources: &["src"],
    },
    Published {
        name: CORE,
        folder: "",
        max_bytes: 2_500_000,
        files: &[
            "README.md",
            "CHANGELOG.md",
            "LICENSE-MIT",
            "LICENSE-APACHE",
            "models/everyday/model.onnx",
            "models/everyday/CARD.md",
            "models/everyday/background.json",
            "models/everyday/urban.head.json",
            "models/everyday/urban.CARD.md",
            "models/urban-v1/model.onnx",
            "models/urban-v1/CARD.md",
        ],
        sources: &["src", "examples/rust"],
    },
];

/// The files that cargo adds.
const ADDED: [&str; 4] = ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];

/// Packs the crates and checks the packages.
pub fn check(workspace: &Workspace) -> Result<()> {
    pack()?;
    let folder = workspace.scratch()?.join("package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for published in &PUBLISHED {
        published.check(workspace, &folder)?;
    }
    compile(&folder)
}

impl Published {
    /// Unpacks the package into `folder` and compares its files with the repository's.
    fn check(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let name = format!("{}-{}", self.name, workspace.version());
        let archive = workspace.target().join("package").join(format!("{name}.crate"));
        let (bytes, max) = (files::size(&archive)?, self.max_bytes);
        if bytes > max {
            bail!("{} has {bytes} bytes, expected at most {max}", archive.display());
        }
        unpack(&archive, folder)?;
        let expected = self.expected(&workspace.root().join(self.folder))?;
        let packed = packed_files(&folder.join(name))?;
        check_files(&packed, &expected).with_context(|| format!("the package {}", self.name))?;
        println!("{}: {:.2} MB", archive.display(), bytes as f64 / 1e6);
        Ok(())
    }

    fn expected(&self, root: &Path) -> Result<BTreeSet<String>> {
        let mut expected = BTreeSet::new();
        for folder in self.sources {
            walk(root, &root.join(folder), &mut expected)?;
        }
        expected.retain(|file| file.ends_with(".rs"));
        expected.extend(self.files.iter().map(|&file| file.to_owned()));
        Ok(expected)
    }
}

/// Packs the working tree, committed or not: both crates together, because one needs the other,
/// which no registry has yet.
fn pack() -> Result<()> {
    let mut cargo = cargo::command();
    cargo.args(["package", "--no-verify", "--allow-dirty"]);
    for published in &PUBLISHED {
        cargo.args(["--package", published.name]);
    }
    cargo.env("CARGO_TERM_COLOR", "never");
    let line = process::line(&cargo);
    let output = cargo.output().with_context(|| format!("cannot start `{line}`"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.lines().any(|line| line.starts_with("warning")) {
        bail!("`{line}` failed or printed a warning:\n{}", said.trim());
    }
    Ok(())
}

/// Unpacks with the current time, so that cargo regards every file as changed.
fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut tar = Command::new("tar");
    process::run(tar.arg("-xzmf").arg(archive).arg("-C").arg(folder))
}

/// Returns the packed files by their paths in the package, with `/`.
fn packed_files(packed: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    walk(packed, packed, &mut found)?;
    found.retain(|file| !ADDED.contains(&file.as_str()));
    Ok(found)
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    let context = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, found)?;
        } else {
            let parts = path.strip_prefix(root)?.iter().map(|part| part.to_string_lossy());
            found.insert(parts.collect::<Vec<_>>().join("/"));
        }
    }
    Ok(())
}

fn check_files(packed: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<()> {
    let difference = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        a.difference(b).cloned().collect::<Vec<_>>().join(", ")
    };
    let (missing, over) = (difference(expected, packed), difference(packed, expected));
    if !missing.is_empty() || !over.is_empty() {
        bail!(
            "the package lacks [{missing}] and should not have [{over}]; see `include` in Cargo.toml"
        );
    }
    Ok(())
}

/// Checks the libraries and their examples as they are packed, and the libraries without their
/// features.
fn compile(packed: &Path) -> Result<()> {
    for targets in [&["--lib", "--examples"], &["--lib", "--no-default-features"]] {
        let mut cargo = cargo::command();
        cargo.args(["check", "--quiet"]).args(PRODUCT).args(targets);
        // Cargo separates what a wrapper has compiled from everything else.
        cargo.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?).env(PACKED, packed);
        process::run(&mut cargo)?;
    }
    Ok(())
}

/// Returns rustc with the arguments of xtask, on the packed files of the published crates, if cargo
/// runs xtask in its place.
pub fn rustc_in_place() -> Option<Command> {
    let packed = PathBuf::from(env::var_os(PACKED)?);
    let mut arguments = env::args_os().skip(1);
    let mut rustc = Command::new(arguments.next()?);
    let name = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let Some(published) = PUBLISHED.iter().find(|published| published.name == name) else {
        rustc.args(arguments);
        return Some(rustc);
    };
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let packed = packed.join(format!("{name}-{version}"));
    rustc.args(arguments.map(|given| in_package(given, published.folder, &packed)));
    rustc.arg("--deny=warnings");
    Some(rustc)
}

/// Returns the packed file for a source file of the repository's `folder`; any other argument
/// unchanged.
fn in_package(argument: OsString, folder: &str, packed: &Path) -> OsString {
    let path = Path::new(&argument);
    let is_source = path.is_relative() && path.extension().is_some_and(|ending| ending == "rs");
    match path.strip_prefix(folder) {
        Ok(path) if is_source => packed.join(path).into(),
        _ => argument,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn set(files: &[&str]) -> BTreeSet<String> {
        files.iter().map(|&file| file.to_owned()).collect()
    }

    #[test]
    fn missing_and_unexpected_files_are_named() {
        let expected = set(&["README.md", "src/lib.rs"]);
        check_files(&expected, &expected).unwrap();
        let packed = set(&["README.md", "www/README.md"]);
        let error = check_files(&packed, &expected).unwrap_err().to_string();
        assert!(error.contains("lacks [src/lib.rs]"), "{error}");
        assert!(error.contains("not have [www/README.md]"), "{error}");
    }

    #[test]
    fn only_source_files_are_taken_from_the_package() {
        let packed = Path::new("packed");
        for other in ["--crate-name", "sourcing_sound", "--edition=2024", "-C", "/deps/x.rs"] {
            assert_eq!(in_package(other.into(), "", packed), other);
        }
        for (source, folder) in
            [("src/lib.rs", ""), ("crates/kernels/src/lib.rs", "crates/kernels")]
        {
            let source = in_package(source.into(), folder, packed);
            assert_eq!(Path::new(&source), packed.join("src/lib.rs"));
        }
    }
}
