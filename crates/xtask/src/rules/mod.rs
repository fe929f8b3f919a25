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
