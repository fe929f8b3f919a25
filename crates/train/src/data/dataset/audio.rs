//! Finds the audio files that a table names, whatever their extension.

use super::{FindingKind, Findings, error};
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Returns whether a file with this extension can be decoded.
pub fn is_audio(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        sourcing_sound_decode::EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
    })
}

/// Returns a file name without its extension.
pub fn stem(file_name: &str) -> &str {
    file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem)
}

/// Returns the entries of a folder by name, except hidden ones (`.…`); none if it does not exist.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let io_error = |error| error::at(folder, error);
    let listing = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(io_error)?,
    };
    let mut paths = Vec::new();
    for entry in listing {
        let entry = entry.map_err(io_error)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Returns the name of a file or folder. Bytes that are not UTF-8 are replaced.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The audio files of one folder.
pub struct AudioFolder {
    /// Name in findings, such as `audio/fold1`.
    name: String,
    /// Files that no row has named so far, by stem.
    files: BTreeMap<String, PathBuf>,
}

impl AudioFolder {
    /// Lists the folder `name` of the data folder `root`. If it does not exist, it is empty. Notes
    /// files that are not audio, and further files with the same stem.
    pub fn list(root: &Path, name: &str, findings: &mut Findings) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in entries(&root.join(name))? {
            let shown = format!("{name}/{}", name_of(&path));
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            match stem.filter(|_| path.is_file() && is_audio(&path)) {
                None => findings.note(FindingKind::Misplaced, shown),
                Some(stem) if files.contains_key(stem) => {
                    findings.note(FindingKind::SecondFile, shown);
                }
                Some(stem) => {
                    files.insert(stem.to_owned(), path);
                }
            }
        }
        Ok(Self { name: name.to_owned(), files })
    }

    /// Returns the file that a row names, or notes that it is missing.
    pub fn take(&mut self, file_name: &str, findings: &mut Findings) -> Option<PathBuf> {
        let path = self.files.remove(stem(file_name));
        if path.is_none() {
            findings.note(FindingKind::MissingFile, format!("{}/{file_name}", self.name));
        }
        path
    }

    /// Notes the files that no row has taken.
    pub fn finish(self, findings: &mut Findings) {
        for path in self.files.values() {
            let name = format!("{}/{}", self.name, name_of(path));
            findings.note(FindingKind::FileWithoutRow, name);
        }
    }
}
