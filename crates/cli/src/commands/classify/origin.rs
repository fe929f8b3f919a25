//! Which recording a result belongs to, however its path was typed.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{self, Found};

/// The part of a recording that is hashed: more than the header, so that recorders with the same
/// schedule, whose files have the same names, sizes and times, differ.
const START_BYTES: u64 = 1 << 16;
/// Bytes of the hash that are kept.
const HASH_BYTES: usize = 8;

/// The recording that a result was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    /// Its absolute path; `-` for standard input.
    path: String,
    /// What its contents are, to recognise it in another place; `None` for a pipe.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    contents: Option<Contents>,
}

/// Enough of a file to tell it from others of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    bytes: u64,
    /// The hash of its start, in hexadecimal digits.
    start: String,
}

impl Origin {
    pub(super) fn of(input: &Found) -> Origin {
        let contents = if input.is_read_once() { None } else { Contents::of(&input.path) };
        Origin { path: place(input), contents }
    }

    /// Returns the absolute path, as [`place`] does.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns whether it is this recording: the same path, even if the file has grown since, or
    /// the same file elsewhere, because its folder was moved or is mounted under another name.
    pub(super) fn is(&self, input: &Found) -> bool {
        self.path == place(input)
            || (self.contents.is_some() && self.contents == Origin::of(input).contents)
    }
}

impl Contents {
    /// Returns `None` if the file cannot be read.
    fn of(path: &Path) -> Option<Contents> {
        let file = File::open(path).ok()?;
        let bytes = file.metadata().ok()?.len();
        let mut start = Vec::new();
        file.take(START_BYTES).read_to_end(&mut start).ok()?;
        let hash = Sha256::digest(start);
        let start = hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Some(Contents { bytes, start })
    }
}

/// Returns the absolute path of an input, the same for every spelling of its folder; `-` for
/// standard input.
pub(super) fn place(input: &Found) -> String {
    if input.is_standard_input() {
        return "-".to_owned();
    }
    files::text(&absolute(&input.path)).into_owned()
}

/// A link to a recording has its own rows, so only the folder is resolved.
fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match (fs::canonicalize(folder.unwrap_or(Path::new("."))), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
