//! Rules for the whole repository, as tests.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod cycles;
mod wheel;

use std::collections::BTreeSet;
use std::fs;

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

#[test]
fn no_crate_may_contain_unsafe_code() {
    let root = Workspace::find().unwrap().root().to_owned();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[workspace.lints.rust]\n"), "the workspace has no lints");
    // `forbid`, unlike `deny`, cannot be lifted in a file: there is no exception.
    assert!(manifest.lines().any(|line| line == "unsafe_code = \"forbid\""));
    let mut members = vec![root.clone(), root.join("tests")];
    members.extend(fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path()));
    for member in members {
        let manifest = fs::read_to_string(member.join("Cargo.toml")).unwrap();
        // The Python package is a separate workspace; a test next to its task reads its files.
        if !manifest.contains("\n[workspace]\n") || member == root {
            assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{}", member.display());
        }
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
