//! Rules for the crate of the Python wheel, which is a separate workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::tools::workspace::Workspace;

fn text(path: &str) -> String {
    fs::read_to_string(Workspace::find().unwrap().root().join(path)).unwrap()
}

/// Returns the versions of each package in a lock file.
fn locked(path: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in text(path).split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_matches(['"', ' ', '=']).to_owned()
        };
        packages.entry(value("name")).or_default().insert(value("version"));
    }
    packages
}

#[test]
fn the_wheel_has_the_versions_of_all_others() {
    let (all, wheel) = (locked("Cargo.lock"), locked("crates/python/Cargo.lock"));
    assert!(wheel.contains_key("pyo3") && wheel.contains_key("symphonia"));
    for (name, versions) in wheel {
        let Some(others) = all.get(&name) else { continue };
        assert!(
            versions.is_subset(others),
            "{name} is {versions:?} in crates/python/Cargo.lock, and {others:?} in Cargo.lock: run \
             `cargo update --package {name} --precise VERSION` in crates/python"
        );
    }
}

#[test]
fn the_wheel_has_the_version_and_the_licences_of_the_crate() {
    let version = format!("version = {:?}", Workspace::find().unwrap().version());
    for manifest in ["Cargo.toml", "crates/python/Cargo.toml"] {
        assert!(text(manifest).lines().any(|line| line == version), "{manifest}");
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert_eq!(text(&format!("crates/python/{licence}")), text(licence), "{licence}");
    }
}

#[test]
fn the_wheel_has_no_unsafe_code_of_its_own() {
    let folder = Workspace::find().unwrap().root().join("crates/python/src");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        let is_unsafe =
            source.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "unsafe");
        assert!(!is_unsafe, "{}", path.display());
        files += 1;
    }
    assert!(files > 5);
}
