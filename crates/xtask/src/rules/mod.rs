//! Rules for the whole repository, as tests.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod cycles;
mod wheel;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::tools::workspace::Workspace;

#[test]
fn every_test_file_is_in_the_manifest() {
    let folder = Workspace::find().unwrap().root().join("tests");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut sources = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            sources.insert(format!("path = {:?}", path.file_name().unwrap()));
        }
    }
    assert!(!sources.is_empty());
    for source in sources {
        assert!(manifest.lines().any(|line| line == source), "the manifest lacks {source}");
    }
}

/// Returns the manifests of the workspace, with their folders.
fn manifests() -> Vec<(PathBuf, String)> {
    let root = Workspace::find().unwrap().root().to_owned();
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let read = |folder: PathBuf| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        // The Python package is a separate workspace; separate tests read its files.
        let is_other = folder != root && manifest.contains("\n[workspace]\n");
        (!is_other).then_some((folder, manifest))
    };
    crates.chain([root.clone(), root.join("tests")]).filter_map(read).collect()
}

#[test]
fn every_crate_has_the_version_of_the_workspace() {
    for (folder, manifest) in manifests() {
        assert!(manifest.contains("\nversion.workspace = true\n"), "{}", folder.display());
    }
}

#[test]
fn no_crate_may_contain_unsafe_code() {
    let root = Workspace::find().unwrap().root().to_owned();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[workspace.lints.rust]\n"), "the workspace has no lints");
    // `forbid`, unlike `deny`, cannot be lifted in a file: there is no exception.
    assert!(manifest.lines().any(|line| line == "unsafe_code = \"forbid\""));
    for (folder, manifest) in manifests() {
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{}", folder.display());
    }
}

#[test]
fn the_minimum_rust_version_is_the_tested_one() {
    let workspace = Workspace::find().unwrap();
    let read = |file: &str| fs::read_to_string(workspace.root().join(file)).unwrap();
    let value = |file: &str, key: &str| -> String {
        let text = read(file);
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.unwrap().trim_matches('"').to_owned()
    };
    let minimum = value("Cargo.toml", "rust-version");
    assert_eq!(value("rust-toolchain.toml", "channel"), format!("{minimum}.0"));
    for (file, words) in [
        ("README.md", ""),
        ("src/lib.rs", "minimum supported Rust version is "),
        ("docs/guide/rust.md", "It needs Rust "),
    ] {
        assert!(read(file).contains(&format!("{words}{minimum}")), "{file}");
    }
}
