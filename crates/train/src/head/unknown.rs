//! Folders of sounds of none of the labels.

use crate::data::columns::Source;
use crate::data::excerpts::{self, Row, recording_of};
use crate::progress;
use anyhow::{Result, ensure};
use std::path::Path;

/// An audio file of none of the labels.
pub struct Unlabelled {
    /// The file.
    pub source: Source,
    /// The recording that it was cut from.
    pub recording: String,
}

/// Returns the audio files of a folder with none of `labels`, and how many were left out. If a
/// table describes them ([`excerpts::find`]), those whose `category` is one of the labels are left
/// out, and so are those that `in_urbansound8k` marks. Its `src_file` states which recording a file
/// was cut from; otherwise [`recording_of`] derives it.
pub fn sources(folder: &Path, labels: &[String]) -> Result<(Vec<Unlabelled>, usize)> {
    let found = excerpts::find(folder)?;
    let all = found.len();
    let unlabelled = |(source, row): (Source, Option<Row>)| {
        let row = row.unwrap_or_default();
        if is_known(&row, labels) {
            return None;
        }
        let recording = row.src_file.unwrap_or_else(|| recording_of(&source.name).to_owned());
        Some(Unlabelled { source, recording })
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

fn is_known(row: &Row, labels: &[String]) -> bool {
    let has_label = row.category.as_ref().is_some_and(|category| labels.contains(category));
    has_label || row.is_in_urban_sound()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::data::excerpts::TABLE;
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
}
