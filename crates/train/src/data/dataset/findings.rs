//! Collects what was skipped or corrected while a data set was read.

use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The most names of one kind that are printed.
const NAMES_PRINTED: usize = 5;

/// The most characters of a name that are printed.
const CHARACTERS_PRINTED: usize = 500;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A row without its audio file. The clip is left out.
    MissingFile,
    /// Audio that cannot be decoded. The clip is left out.
    Unreadable,
    /// A row that repeats another one. The clip is used once.
    DuplicateRow,
    /// A row without a label, or with an empty one among others. A row without any label is left
    /// out.
    EmptyLabel,
    /// A label that the official table does not have. It is ignored; a clip without any other label
    /// is left out.
    UnknownLabel,
    /// A column that is not read.
    UnknownColumn,
    /// An audio file that no row names. It is left out.
    FileWithoutRow,
    /// A second audio file that a row could mean. The first one by name is used.
    SecondFile,
    /// A label's folder without audio. The label does not exist.
    EmptyFolder,
    /// A file or folder that is not part of the layout. It is ignored.
    Misplaced,
}

impl FindingKind {
    /// Its name in lists and files, such as `missing file`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingFile => "missing file",
            Self::Unreadable => "unreadable audio",
            Self::DuplicateRow => "duplicate row",
            Self::EmptyLabel => "empty label",
            Self::UnknownLabel => "unknown label",
            Self::UnknownColumn => "unknown column",
            Self::FileWithoutRow => "audio file without a row",
            Self::SecondFile => "second file of one name",
            Self::EmptyFolder => "label folder without audio",
            Self::Misplaced => "not part of the layout",
        }
    }
}

/// Findings by kind, each with the names of the files or rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings(BTreeMap<FindingKind, Vec<String>>);

impl Findings {
    /// Adds a finding.
    pub fn note(&mut self, kind: FindingKind, name: impl Into<String>) {
        self.0.entry(kind).or_default().push(name.into());
    }

    /// Returns how many findings of a kind there are.
    pub fn count(&self, kind: FindingKind) -> usize {
        self.0.get(&kind).map_or(0, Vec::len)
    }

    /// Returns the kinds that were found, with the names in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (FindingKind, &[String])> {
        self.0.iter().map(|(kind, names)| (*kind, names.as_slice()))
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One line per kind, such as `missing file: 7 (a.wav, b.wav, c.wav, d.wav, e.wav … and 2 more)`.
/// Control characters in names are escaped.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, names)) in self.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            let shown: Vec<_> = names.iter().take(NAMES_PRINTED).map(|name| shown(name)).collect();
            write!(f, "{line_break}{}: {} ({}", kind.name(), names.len(), shown.join(", "))?;
            match names.len() - shown.len() {
                0 => write!(f, ")")?,
                more => write!(f, " … and {more} more)")?,
            }
        }
        Ok(())
    }
}

fn shown(name: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    name.chars().take(CHARACTERS_PRINTED).map(escaped).collect()
}

/// Serialises as an object: arrays of names, keyed by the kind's name.
impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(kind, names)| (kind.name(), names)))
    }
}
