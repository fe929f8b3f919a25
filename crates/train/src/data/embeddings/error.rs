//! Errors that explain to the user why embeddings cannot be used.

use sourcing_sound_results::{EMBEDDINGS, ROWS_KEY, SCHEMA_VERSION, VERSION_KEY};
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// Embeddings that cannot be used.
#[derive(Debug)]
pub struct EmbeddingsError {
    /// The file, or the folder without any.
    pub path: PathBuf,
    /// The row of the file, from 0; `None` if the problem concerns all of it.
    pub row: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with embeddings.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// The file or folder cannot be read; states the reason.
    Unreadable(String),
    /// The file is not Parquet, or is damaged; states the reason.
    Damaged(String),
    /// The file is compressed in a way that this program does not read.
    Compression(String),
    /// The folder has no Parquet file, or the files have no labelled row.
    Empty,
    /// The metadata do not state what the rows are, or state something else.
    Rows {
        /// The value of the key.
        found: Option<String>,
    },
    /// The rows are of a version of the schema that this program does not read.
    Version {
        /// The value of the key.
        found: Option<String>,
    },
    /// The embeddings are those of another model than the base.
    OtherBase {
        /// Name and SHA-256 of the model that made them, if the metadata state them.
        found: String,
        /// Those of the base.
        expected: String,
    },
    /// A column is missing.
    NoColumn(&'static str),
    /// A column has another type.
    Type {
        /// The column.
        column: &'static str,
        /// Its type.
        found: String,
        /// The expected type.
        expected: &'static str,
    },
    /// A value is missing that every row without an error must have.
    Null(&'static str),
    /// A vector has another length than the base's.
    Length {
        /// Its column.
        column: &'static str,
        /// Its length.
        found: usize,
        /// The base's.
        expected: usize,
    },
    /// A number is NaN or infinite.
    NonFinite(&'static str),
    /// A label or the name of a recording is empty, too long, or has control characters.
    Name(String),
    /// A fold is not 1 or more.
    Fold(i64),
    /// Two rows of a clip contradict each other.
    Contradiction {
        /// The clip.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A window of a clip is missing between two others, or occurs twice.
    Windows {
        /// The clip.
        file: String,
        /// Where one of the two neighbours starts, in seconds.
        from: f64,
        /// Where the next one starts.
        to: f64,
        /// The expected distance, in seconds.
        hop: f64,
    },
}

impl EmbeddingsError {
    /// Reports a problem with a whole file or folder.
    pub(super) fn at(path: &Path, problem: Problem) -> Self {
        Self { path: path.to_owned(), row: None, problem }
    }
}

impl fmt::Display for EmbeddingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |found: &Option<String>| match found {
            Some(found) => format!("{found:?}"),
            None => "nothing".to_owned(),
        };
        match self {
            Self::Unreadable(reason) => write!(f, "{reason}"),
            Self::Damaged(reason) => {
                write!(f, "no Parquet file, or a damaged one; write it again ({reason})")
            }
            Self::Compression(found) => write!(
                f,
                "the file is compressed with {found}; write it with Snappy, or without compression"
            ),
            Self::Empty => write!(f, "no row of a labelled clip is here; two labels are needed"),
            Self::Rows { found } => write!(
                f,
                "the metadata say {} for {ROWS_KEY}, expected {EMBEDDINGS:?}: keep the metadata of \
                 the table when you write it",
                said(found)
            ),
            Self::Version { found } => write!(
                f,
                "the metadata say {} for {VERSION_KEY}, expected {SCHEMA_VERSION:?}; write the file \
                 again with a package of this version",
                said(found)
            ),
            Self::OtherBase { found, expected } => write!(
                f,
                "the embeddings were made by {found}, and --base is {expected}: a head needs those \
                 of its own base"
            ),
            Self::NoColumn(column) => write!(f, "there is no column {column:?}"),
            Self::Type { column, found, expected } => {
                write!(f, "the column {column:?} is {found}, expected {expected}")
            }
            Self::Null(column) => {
                write!(f, "{column:?} is null, which only rows with an error may have")
            }
            Self::Length { column, found, expected } => {
                write!(f, "{column:?} has {found} numbers, and the base gives {expected}")
            }
            Self::NonFinite(column) => write!(f, "{column:?} has a NaN or an infinite number"),
            Self::Name(problem) => write!(f, "{problem}"),
            Self::Fold(found) => write!(f, "the fold is {found}, expected 1 or more"),
            Self::Contradiction { file, column } => write!(
                f,
                "the rows of {file:?} differ in {column:?}; clips of one recording need names of \
                 their own, such as {:?} and {:?}",
                format!("{file}#1"),
                format!("{file}#2")
            ),
            Self::Windows { file, from, to, hop } => {
                let what = if to - from < 0.5 * hop { "there twice" } else { "missing" };
                write!(
                    f,
                    "a window of {file:?} is {what}: one starts at {from} s and the next at {to} s, \
                     with {hop} s between windows"
                )
            }
        }
    }
}

impl Error for EmbeddingsError {}
