//! The `data` command: shows what a data folder contains, before anything is trained on it.

use crate::data::columns::{self, Source};
use crate::data::dataset::{Dataset, Description, FindingKind, Layout, Slice};
use crate::data::parallel;
use crate::program;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `data`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The data folder.
    #[arg(long)]
    pub data: PathBuf,
    /// The layout of the folder [default: detected].
    #[arg(long, value_enum)]
    pub layout: Option<Layout>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command; exit code 1 if audio files could not be decoded.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let description = describe(arguments)?;
    let text = if arguments.json {
        serde_json::to_string_pretty(&description)? + "\n"
    } else {
        description.to_string()
    };
    program::print(&text)?;
    let unreadable = description.findings.count(FindingKind::Unreadable);
    Ok(if unreadable > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Opens the data set and decodes every clip to learn its length.
fn describe(arguments: &Arguments) -> Result<Description> {
    let mut dataset = Dataset::open_as(&arguments.data, arguments.layout)?;
    let length = |(): &mut (), slice: &Slice| {
        columns::decode(&Source::from(slice)).map(|clip| clip.duration_seconds())
    };
    let mut seconds = Vec::with_capacity(dataset.slices.len());
    for length in parallel::map("measuring clips", &dataset.slices, || (), length) {
        if let Err(error) = &length {
            dataset.findings.note(FindingKind::Unreadable, error.to_string());
        }
        seconds.push(length.ok());
    }
    Ok(Description::of(&dataset, &seconds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::write_wav;
    use std::path::Path;

    fn describe(data: &Path) -> Description {
        super::describe(&Arguments { data: data.to_path_buf(), layout: None, json: false }).unwrap()
    }

    fn write_seconds(path: &Path, seconds: f32) {
        write_wav(path, &vec![0.1; (seconds * 8_000.0) as usize], 8_000);
    }

    #[test]
    fn lengths_are_those_of_the_audio_and_damage_is_named() {
        let root = tempfile::tempdir().unwrap();
        for (name, seconds) in [("a__1", 0.3), ("a__2", 0.5), ("b", 30.0), ("c", 1.2)] {
            write_seconds(&root.path().join(format!("purr/{name}.wav")), seconds);
        }
        write_seconds(&root.path().join("bus/x.wav"), 2.0);
        std::fs::write(root.path().join("bus/y.ogg"), "not audio").unwrap();
        let description = describe(root.path());
        let [bus, purr] = description.labels.as_slice() else { panic!("{description}") };
        assert_eq!((bus.label.as_str(), bus.clips, bus.recordings), ("bus", 2, 2));
        assert_eq!((purr.label.as_str(), purr.clips, purr.recordings), ("purr", 4, 3));
        let lengths = purr.seconds.unwrap();
        let expected = [0.3, 0.85, 8.0, 30.0];
        let actual = [lengths.min, lengths.median, lengths.mean, lengths.max];
        assert!(expected.iter().zip(actual).all(|(e, a)| (e - a).abs() < 1e-3), "{actual:?}");
        assert_eq!(bus.seconds.unwrap().max, 2.0, "lengths are of what can be read");
        assert_eq!(description.findings.count(FindingKind::Unreadable), 1);
        let text = description.to_string();
        assert!(text.contains("6 of 6 clips are here, from 5 recordings"), "{text}");
        assert!(text.contains("unreadable audio: 1 (") && text.contains("y.ogg"), "{text}");
        assert!(text.contains("0.30     0.85    8.00   30.00"), "{text}");
    }

    #[test]
    fn json_holds_the_same() {
        let root = tempfile::tempdir().unwrap();
        crate::fixtures::write_dataset(root.path(), 2, 1);
        std::fs::remove_file(root.path().join("audio/fold2/20000-0-0-0.wav")).unwrap();
        let json = serde_json::to_value(describe(root.path())).unwrap();
        assert_eq!(json["layout"], "UrbanSound8K");
        assert_eq!(json["groups"], serde_json::json!(["1", "2"]));
        assert_eq!(json["folds"]["2"], serde_json::json!({ "present": 5, "rows": 6 }));
        assert_eq!(json["labels"][1]["label"], "high");
        assert_eq!(json["labels"][1]["recordings"], 2);
        let median = json["labels"][1]["seconds"]["median"].as_f64().unwrap();
        assert!((median - 0.6).abs() < 1e-3, "{median}");
        let missing = serde_json::json!(["audio/fold2/20000-0-0-0.wav"]);
        assert_eq!(json["findings"], serde_json::json!({ "missing file": missing }));
    }
}
