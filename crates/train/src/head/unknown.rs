//! Folders of sounds of none of the labels.

use crate::data::columns::{self, Source};
use crate::progress;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A table beside the audio that may say more about it.
const TABLE: &str = "metadata.csv";

#[derive(Deserialize)]
struct Row {
    filename: String,
    category: Option<String>,
    in_urbansound8k: Option<u8>,
    src_file: Option<String>,
}

/// An audio file of none of the labels.
pub struct Unlabelled {
    /// The file.
    pub source: Source,
    /// The recording that it was cut from.
    pub recording: String,
}

/// The audio files of a folder that hold none of `labels`, and how many were left out. Where a
/// `metadata.csv` is beside them, those whose `category` is one of the labels are left out, and
/// those that `in_urbansound8k` marks as recordings of that data set; its `src_file` says which
/// recording a file was cut from, else [`recording_of`] does.
///
/// # Errors
/// If the folder or its table cannot be read, or nothing is left.
pub fn sources(folder: &Path, labels: &[String]) -> Result<(Vec<Unlabelled>, usize)> {
    let found = columns::find_sources(folder)?;
    let all = found.len();
    let table = folder.join(TABLE);
    let rows = match table.is_file() {
        true => rows(&table).with_context(|| format!("{}", table.display()))?,
        false => BTreeMap::new(),
    };
    let unlabelled = |source: Source| {
        let row = rows.get(file_name(&source.path).as_str());
        let recording = row.and_then(|row| row.src_file.clone());
        let recording = recording.unwrap_or_else(|| recording_of(&source.name).to_owned());
        let known = row.is_some_and(|row| is_known(row, labels));
        (!known).then_some(Unlabelled { source, recording })
    };
    let sources: Vec<_> = found.into_iter().filter_map(unlabelled).collect();
    ensure!(
        !sources.is_empty(),
        "{}: every sound has a label that the head shall know, so none is unknown",
        folder.display()
    );
    let left_out = all - sources.len();
    if left_out > 0 {
        progress::line(&format!(
            "{}: {left_out} of {all} sounds are known and left out",
            folder.display()
        ));
    }
    Ok((sources, left_out))
}

/// The table's rows by the names of their files.
fn rows(table: &Path) -> Result<BTreeMap<String, Row>> {
    let mut rows = BTreeMap::new();
    for row in csv::Reader::from_path(table)?.deserialize() {
        let row: Row = row?;
        rows.insert(row.filename.clone(), row);
    }
    Ok(rows)
}

fn is_known(row: &Row, labels: &[String]) -> bool {
    let has_label = row.category.as_ref().is_some_and(|category| labels.contains(category));
    has_label || row.in_urbansound8k == Some(1)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The recording that a file of a folder of excerpts was cut from: its name without extension and
/// without a number at its end (`rain-0.ogg` and `rain-1.ogg` are of one recording).
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
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::fixtures::write_wav;

    #[test]
    fn known_sounds_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c", "d"] {
            write_wav(&folder.path().join(format!("audio/{name}.wav")), &[0.1; 10], 8_000);
        }
        let names = |labels: &[&str]| {
            let labels: Vec<_> = labels.iter().map(|&label| label.to_owned()).collect();
            let (sources, left_out) = sources(folder.path(), &labels).unwrap();
            let names: Vec<_> = sources.into_iter().map(|sound| sound.source.name).collect();
            (names.join(" "), left_out)
        };
        assert_eq!(names(&["rain"]).1, 0, "without a table nothing is known");
        let table = "filename,category,in_urbansound8k\na.wav,rain,0\nb.wav,dog,1\nc.wav,dog,0\n";
        std::fs::write(folder.path().join(TABLE), table).unwrap();
        assert_eq!(names(&["rain"]), ("audio/c.wav audio/d.wav".to_owned(), 2));
        std::fs::write(folder.path().join(TABLE), "filename,category\na.wav,rain\n").unwrap();
        assert_eq!(names(&["rain"]).1, 1);
        assert_eq!(names(&["wind"]).1, 0);
        let table = "filename,src_file\na.wav,7\nb.wav,7\n";
        std::fs::write(folder.path().join(TABLE), table).unwrap();
        let (sounds, _) = sources(folder.path(), &[]).unwrap();
        let recordings: Vec<_> = sounds.iter().map(|sound| sound.recording.as_str()).collect();
        assert_eq!(recordings, ["7", "7", "audio/c", "audio/d"]);
        std::fs::write(folder.path().join(TABLE), "speaker\nx\n").unwrap();
        assert!(sources(folder.path(), &[]).is_err(), "a table that names no files");
    }

    #[test]
    fn excerpts_of_one_recording_are_told_by_their_names() {
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
