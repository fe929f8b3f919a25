//! Why a data set cannot be used.

use super::Layout;
use clap::ValueEnum;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why a data set cannot be used.
#[derive(Debug)]
pub enum DatasetError {
    /// A file or folder cannot be read.
    Io(PathBuf, std::io::Error),
    /// The folder has none of the known layouts.
    NoLayout(PathBuf),
    /// A layout's table is not there.
    NoTable {
        /// The data folder.
        root: PathBuf,
        /// The layout asked for.
        layout: Layout,
    },
    /// The table is longer than any table of clips.
    TooLong {
        /// The table.
        table: PathBuf,
        /// The most bytes that are read.
        max_bytes: u64,
    },
    /// The table is not CSV, or a value has the wrong type.
    Csv(PathBuf, csv::Error),
    /// The table lacks columns.
    Columns {
        /// The table.
        table: PathBuf,
        /// Names of the columns that are missing.
        missing: Vec<String>,
    },
    /// A row makes no sense.
    Row {
        /// The table.
        table: PathBuf,
        /// Its line, 1 being the heading.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The class numbers do not name the classes.
    Classes(String),
    /// Not a single clip is there.
    Empty {
        /// The data folder.
        root: PathBuf,
        /// Its layout.
        layout: Layout,
    },
}

impl DatasetError {
    /// A row that makes no sense.
    pub(super) fn row(table: &Path, line: u64, problem: String) -> Self {
        Self::Row { table: table.to_path_buf(), line, problem }
    }
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NoLayout(root) => {
                write!(f, "{}: no data set was recognised. Any of these will do:", root.display())?;
                for layout in Layout::value_variants() {
                    write!(f, "\n  {}: {}", layout.name(), layout.needs())?;
                }
                Ok(())
            }
            Self::NoTable { root, layout } => {
                write!(f, "{}: not {}, which is {}", root.display(), layout.name(), layout.needs())
            }
            Self::TooLong { table, max_bytes } => {
                let mib = max_bytes >> 20;
                write!(f, "{}: expected a table of at most {mib} MiB, got more", table.display())
            }
            Self::Csv(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Columns { table, missing } => {
                write!(f, "{}: missing column {}", table.display(), missing.join(", "))
            }
            Self::Row { table, line, problem } => {
                write!(f, "{}, line {line}: {problem}", table.display())
            }
            Self::Classes(problem) => write!(f, "class numbers: {problem}"),
            Self::Empty { root, layout } => {
                let (name, needs) = (layout.name(), layout.needs());
                write!(f, "{}: not one clip of {name} is there, which is {needs}", root.display())
            }
        }
    }
}

/// Its text tells the cause, so there is no further source to print.
impl std::error::Error for DatasetError {}
