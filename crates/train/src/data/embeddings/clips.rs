//! Collects the rows of several files into clips; a clip's rows may be in any order and in any
//! file.

use super::error::{EmbeddingsError, Problem};
use super::file::{self, Content, Row};
use crate::data::dataset::{Dataset, Layout, Slice, hash_fold, recording_of_file};
use sourcing_sound::{Model, Patch};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The extension of the files that are searched for in folders.
const EXTENSION: &str = "parquet";
/// How far a window may be from its expected place, as a fraction of a hop: times may be rounded.
const TOLERANCE: f64 = 0.25;

/// Clips that need no audio, because their embeddings exist.
#[derive(Debug)]
pub struct Embeddings {
    /// The labelled clips, by label and name.
    pub dataset: Dataset,
    /// The windows of each clip.
    pub windows: Vec<Vec<Patch>>,
    /// Clips of none of the labels, by name.
    pub unlabelled: Vec<Unlabelled>,
    /// Clips that could not be embedded, with the code of the error.
    pub failures: Vec<String>,
}

/// A clip with none of the labels.
#[derive(Debug)]
pub struct Unlabelled {
    /// The recording that it was cut from.
    pub recording: String,
    /// Its windows.
    pub windows: Vec<Patch>,
}

/// Facts that all rows of a clip share.
#[derive(PartialEq)]
struct Facts {
    label: Option<String>,
    recording: Option<String>,
    fold: Option<u32>,
}

/// A clip while its rows are read.
struct Clip {
    facts: Facts,
    /// Windows with their starts in seconds.
    windows: Vec<(f64, Patch)>,
    /// The codes of errors.
    failures: BTreeSet<String>,
    /// The file of its last row, for errors.
    path: PathBuf,
}

/// Reads Parquet files, and those in folders at any depth, with windows of `base` that are
/// `hop_seconds` apart.
///
/// # Errors
/// The first problem with a file or a row; otherwise the first problem with a clip.
pub fn read(
    paths: &[PathBuf],
    base: &Model,
    hop_seconds: f64,
) -> Result<Embeddings, EmbeddingsError> {
    let mut clips = BTreeMap::new();
    for given in paths {
        for path in files(given)? {
            file::read(&path, base, |_, row| add(&mut clips, row, &path))?;
        }
    }
    let mut labelled = Vec::new();
    let (mut unlabelled, mut failures) = (Vec::new(), Vec::new());
    for (file, clip) in clips {
        failures.extend(clip.failures.iter().map(|code| format!("{file}: {code}")));
        let Facts { label, recording, fold } = clip.facts;
        let recording = recording.unwrap_or_else(|| recording_of_file(&file).to_owned());
        let windows = in_order(&file, clip.windows, hop_seconds)
            .map_err(|problem| EmbeddingsError::at(&clip.path, problem))?;
        match label {
            _ if windows.is_empty() => {}
            Some(label) => labelled.push(Labelled { label, file, recording, fold, windows }),
            None => unlabelled.push(Unlabelled { recording, windows }),
        }
    }
    if labelled.is_empty() {
        let path = paths.first().map_or(Path::new(""), PathBuf::as_path);
        return Err(EmbeddingsError::at(path, Problem::Empty));
    }
    let (dataset, windows) = dataset(labelled);
    Ok(Embeddings { dataset, windows, unlabelled, failures })
}

/// Returns the file itself, or the Parquet files in a folder at any depth, sorted, without hidden
/// ones, which are unfinished.
fn files(given: &Path) -> Result<Vec<PathBuf>, EmbeddingsError> {
    if !given.is_dir() {
        return Ok(vec![given.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![given.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = |error: std::io::Error| {
            EmbeddingsError::at(&folder, Problem::Unreadable(error.to_string()))
        };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            if name.starts_with(b".") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == EXTENSION) {
                found.push(path);
            }
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(EmbeddingsError::at(given, Problem::Empty)),
        false => Ok(found),
    }
}

fn add(clips: &mut BTreeMap<String, Clip>, row: Row, path: &Path) -> Result<(), Problem> {
    let Row { file, label, recording, fold, content } = row;
    let facts = Facts { label, recording, fold };
    let clip = match clips.get_mut(&file) {
        Some(clip) => clip,
        None => clips.entry(file.clone()).or_insert(Clip {
            facts: Facts {
                label: facts.label.clone(),
                recording: facts.recording.clone(),
                fold: facts.fold,
            },
            windows: Vec::new(),
            failures: BTreeSet::new(),
            path: path.to_owned(),
        }),
    };
    if clip.facts != facts {
        let column = match (clip.facts.label == facts.label, clip.facts.fold == facts.fold) {
            (false, _) => "label",
            (_, false) => "fold",
            _ => "recording",
        };
        return Err(Problem::Contradiction { file, column });
    }
    path.clone_into(&mut clip.path);
    match content {
        Content::Window(start, patch) => clip.windows.push((start, patch)),
        Content::Failed(code) => drop(clip.failures.insert(code)),
    }
    Ok(())
}

/// Returns the windows in order. The last one may have been moved to end with the recording.
fn in_order(file: &str, mut windows: Vec<(f64, Patch)>, hop: f64) -> Result<Vec<Patch>, Problem> {
    windows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let pairs = windows.iter().zip(windows.iter().skip(1));
    let last = windows.len().saturating_sub(2);
    for (index, ((from, _), (to, _))) in pairs.enumerate() {
        let (step, tolerance) = (to - from, TOLERANCE * hop);
        let is_moved = index == last && step > 0.0 && step < hop;
        if (step - hop).abs() > tolerance && !is_moved {
            return Err(Problem::Windows { file: file.to_owned(), from: *from, to: *to, hop });
        }
    }
    Ok(windows.into_iter().map(|(_, patch)| patch).collect())
}

struct Labelled {
    label: String,
    file: String,
    recording: String,
    fold: Option<u32>,
    windows: Vec<Patch>,
}

/// Sorts clips as a folder per label would, so that the same clips give the same head.
fn dataset(mut clips: Vec<Labelled>) -> (Dataset, Vec<Vec<Patch>>) {
    clips.sort_by(|a, b| (&a.label, &a.file).cmp(&(&b.label, &b.file)));
    let mut labels: Vec<String> = clips.iter().map(|clip| clip.label.clone()).collect();
    labels.dedup();
    let mut dataset = Dataset { labels, ..Dataset::empty(Layout::Embeddings) };
    let mut windows = Vec::new();
    for clip in clips {
        let label = dataset.labels.partition_point(|label| *label < clip.label);
        let fold = clip.fold.unwrap_or_else(|| hash_fold(&clip.recording));
        let path = PathBuf::from(&clip.file);
        dataset.add(fold, Some(Slice::new(path, clip.file, clip.recording, fold, label)));
        windows.push(clip.windows);
    }
    (dataset, windows)
}
