//! Why a data set cannot be used, as the user reads it.

use super::Layout;
use anyhow::{Error, anyhow};
use clap::ValueEnum;
use std::fmt::Display;
use std::path::Path;

/// Something is wrong with a file or folder: it cannot be read, or a table is not CSV.
pub fn at(path: &Path, problem: impl Display) -> Error {
    anyhow!("{}: {problem}", path.display())
}

/// A row of a table makes no sense. Line 1 is the heading.
pub fn row(table: &Path, line: u64, problem: impl Display) -> Error {
    anyhow!("{}, line {line}: {problem}", table.display())
}

/// The class numbers do not name the classes.
pub fn classes(problem: impl Display) -> Error {
    anyhow!("class numbers: {problem}")
}

/// The folder has none of the known layouts.
pub fn no_layout(root: &Path) -> Error {
    let layouts = Layout::value_variants().iter();
    let needs: String =
        layouts.map(|layout| format!("\n  {}: {}", layout.name(), layout.needs())).collect();
    at(root, format!("no data set was recognised. Any of these will do:{needs}"))
}

/// The folder does not have the table of a layout.
pub fn no_table(root: &Path, layout: Layout) -> Error {
    at(root, format!("not {}, which is {}", layout.name(), layout.needs()))
}

/// The folder does not have a single clip.
pub fn empty(root: &Path, layout: Layout) -> Error {
    let (name, needs) = (layout.name(), layout.needs());
    at(root, format!("not one clip of {name} is there, which is {needs}"))
}
