//! Errors that explain to the user why a data set cannot be used.

use super::Layout;
use anyhow::{Error, anyhow};
use clap::ValueEnum;
use std::fmt::Display;
use std::path::Path;

/// Reports a problem with a file or folder: it cannot be read, or a table is not CSV.
pub fn at(path: &Path, problem: impl Display) -> Error {
    anyhow!("{}: {problem}", path.display())
}

/// Reports an invalid row of a table. Line 1 is the heading.
pub fn row(table: &Path, line: u64, problem: impl Display) -> Error {
    anyhow!("{}, line {line}: {problem}", table.display())
}

/// Reports class numbers that do not identify the classes.
pub fn classes(problem: impl Display) -> Error {
    anyhow!("class numbers: {problem}")
}

/// Reports a folder with none of the known layouts.
pub fn no_layout(root: &Path) -> Error {
    let layouts = Layout::value_variants().iter();
    let needs: String =
        layouts.map(|layout| format!("\n  {}: {}", layout.name(), layout.needs())).collect();
    at(root, format!("no data set was recognised. Any of these will do:{needs}"))
}

/// Reports a folder without the table of its layout.
pub fn no_table(root: &Path, layout: Layout) -> Error {
    at(root, format!("not {}, which is {}", layout.name(), layout.needs()))
}

/// Reports a folder without a single clip.
pub fn empty(root: &Path, layout: Layout) -> Error {
    let (name, needs) = (layout.name(), layout.needs());
    at(root, format!("not one clip of {name} is there, which is {needs}"))
}
