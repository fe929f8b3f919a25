#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

mod detection;
mod esc;
mod findings;
mod folders;
mod folds;
mod freesound;
mod hostile;
mod real;
mod urban_sound;

use super::{Dataset, FindingKind, format_folds};
use std::path::Path;

/// Writes a file under `root`, with the folders it needs.
fn put(root: &Path, name: &str, contents: impl AsRef<[u8]>) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, contents).unwrap();
}

/// Returns the names of the findings of one kind.
fn names(dataset: &Dataset, kind: FindingKind) -> Vec<&str> {
    let of_kind = dataset.findings.iter().filter(|(other, _)| *other == kind);
    of_kind.flat_map(|(_, names)| names).map(String::as_str).collect()
}

/// Returns the groups of folds to test.
fn folds_of(dataset: &Dataset) -> Vec<String> {
    dataset.folds().groups().iter().map(format_folds).collect()
}
