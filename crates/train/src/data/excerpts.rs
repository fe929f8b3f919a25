//! Folders of recordings cut into excerpts, optionally with a table that describes them.

use crate::data::columns::{Source, find_sources};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

/// The name of the table.
pub const TABLE: &str = "metadata.csv";
/// The table of ESC-50, which describes the excerpts if there is no other table.
const ESC50_TABLE: &str = "meta/esc50.csv";

/// A row of the table.
#[derive(Clone, Default, Deserialize)]
pub struct Row {
    /// Name of the audio file, without its folder.
    pub filename: String,
    /// The label.
    pub category: Option<String>,
    /// 1 for a recording that is also in UrbanSound8K.
    pub in_urbansound8k: Option<u8>,
    /// The recording that the file was cut from.
    pub src_file: Option<String>,
    /// The person who speaks in it.
    pub speaker: Option<String>,
}

impl Row {
    /// Returns whether its recording is also in UrbanSound8K.
    pub fn is_in_urban_sound(&self) -> bool {
        self.in_urbansound8k == Some(1)
    }
}

/// Returns the audio files of a folder, each with its row of the table (`metadata.csv`, otherwise
/// `meta/esc50.csv`), if it has one.
pub fn find(folder: &Path) -> Result<Vec<(Source, Option<Row>)>> {
    let tables = [TABLE, ESC50_TABLE].map(|name| folder.join(name));
    let table = tables.iter().find(|path| path.is_file());
    let rows: Vec<Row> = table.map_or_else(|| Ok(Vec::new()), |path| read(path))?;
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.filename.clone(), row)).collect();
    let with_row = |source: Source| {
        let name = source.path.file_name().unwrap_or_default().to_string_lossy();
        let row = rows.get(name.as_ref()).cloned();
        (source, row)
    };
    Ok(find_sources(folder)?.into_iter().map(with_row).collect())
}

/// Returns the rows of a CSV file.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let cannot_read = || format!("reading {}", path.display());
    let mut reader = csv::Reader::from_path(path).with_context(cannot_read)?;
    reader.deserialize().collect::<Result<_, _>>().with_context(cannot_read)
}

/// Returns what an excerpt has in common with others: the recording that it was cut from or the person
/// who speaks in it, as the table states; otherwise [`recording_of`] its name.
pub fn origin(source: &Source, row: Option<Row>) -> String {
    let stated = row.and_then(|row| row.src_file.or(row.speaker));
    stated.unwrap_or_else(|| recording_of(&source.name).to_owned())
}

/// Returns the recording that an excerpt was cut from: its name without extension and without a
/// number at the end (`rain-0.ogg` and `rain-1.ogg` are of one recording).
pub fn recording_of(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem.rsplit_once('-') {
        Some((recording, number)) if !recording.is_empty() && number.parse::<u32>().is_ok() => {
            recording
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::write_wav;

    #[test]
    fn the_layout_of_esc_50_names_labels_and_recordings() {
        let folder = tempfile::tempdir().unwrap();
        write_wav(&folder.path().join("audio/1-100032-A-0.wav"), &[0.1; 10], 8_000);
        std::fs::create_dir(folder.path().join("meta")).unwrap();
        let heading = "filename,fold,target,category,esc10,src_file,take";
        let table = format!("{heading}\n1-100032-A-0.wav,1,0,dog,True,100032,A\n");
        std::fs::write(folder.path().join(ESC50_TABLE), table).unwrap();
        let row = || find(folder.path()).unwrap().remove(0).1.unwrap();
        assert_eq!(row().category.as_deref(), Some("dog"));
        assert_eq!(row().src_file.as_deref(), Some("100032"));
        let table = "filename,category\n1-100032-A-0.wav,bark\n";
        std::fs::write(folder.path().join(TABLE), table).unwrap();
        assert_eq!(row().category.as_deref(), Some("bark"), "the folder's own table counts");
    }

    #[test]
    fn names_show_which_excerpts_share_a_recording() {
        for (name, recording) in [
            ("rain-0.ogg", "rain"),
            ("audio/rain-on-tent-12.ogg", "audio/rain-on-tent"),
            ("hum.wav", "hum"),
            ("-3.wav", "-3"),
            ("take-a.wav", "take-a"),
        ] {
            assert_eq!(recording_of(name), recording);
        }
    }
}
