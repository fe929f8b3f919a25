//! Reads a folder per label with audio files of any supported extension: `<label>/<file>`.
//!
//! Labels are the names of the folders, sorted. To mark files that were cut from one recording,
//! start their names with the recording's name, followed by `__` or `#`: `street12__3.wav` and
//! `street12#4.wav` are two slices of `street12`, wherever they are. Without such a mark, the whole
//! name without extension is the recording.
//!
//! A hash of the recording's name puts it into one of five folds, the same ones on every machine.

use super::audio::{entries, is_audio, name_of, stem};
use super::folds::hash_fold;
use super::table::name_problem;
use super::{Dataset, FindingKind, Findings, Layout, Slice};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Returns whether it is a tree of label folders: at least two folders contain audio, and none has
/// a name that published sets use for folders of clips.
pub fn fits(root: &Path) -> Result<bool> {
    let mut with_audio = 0;
    for folder in entries(root)?.iter().filter(|path| path.is_dir()) {
        if is_part_of_a_set(&name_of(folder)) {
            return Ok(false);
        }
        with_audio += usize::from(entries(folder)?.iter().any(|path| is_clip(path)));
    }
    Ok(with_audio >= 2)
}

fn is_part_of_a_set(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_fold = name.strip_prefix("fold").is_some_and(|rest| rest.parse::<u32>().is_ok());
    let known = ["audio", "audio_train", "train_curated", "train_noisy", "metadata", "meta"];
    is_fold || known.contains(&name.as_str()) || name.starts_with("fsdkaggle")
}

fn is_label_folder(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    path.is_dir() && name.is_some_and(|name| name_problem("label", name).is_none())
}

fn is_clip(path: &Path) -> bool {
    path.is_file() && is_audio(path) && path.file_name().is_some_and(|name| name.to_str().is_some())
}

/// Reads the tree.
pub fn read(root: &Path) -> Result<Dataset> {
    let mut dataset = Dataset::empty(Layout::Folders);
    for folder in entries(root)? {
        let name = name_of(&folder);
        if !is_label_folder(&folder) {
            dataset.findings.note(FindingKind::Misplaced, name);
            continue;
        }
        let clips = clips_of(&folder, &name, &mut dataset.findings)?;
        if clips.is_empty() {
            dataset.findings.note(FindingKind::EmptyFolder, name);
            continue;
        }
        for path in clips {
            let slice = slice(path, &name, dataset.labels.len());
            dataset.add(slice.fold, Some(slice));
        }
        dataset.labels.push(name);
    }
    Ok(dataset)
}

fn clips_of(folder: &Path, label: &str, findings: &mut Findings) -> Result<Vec<PathBuf>> {
    let (clips, others): (Vec<_>, Vec<_>) =
        entries(folder)?.into_iter().partition(|path| is_clip(path));
    for path in others {
        findings.note(FindingKind::Misplaced, format!("{label}/{}", name_of(&path)));
    }
    Ok(clips)
}

fn slice(path: PathBuf, label_name: &str, label: usize) -> Slice {
    let file_name = name_of(&path);
    let recording = recording_of(stem(&file_name)).to_owned();
    let fold = hash_fold(&recording);
    Slice::new(path, format!("{label_name}/{file_name}"), recording, fold, label)
}

/// Returns the recording that the path of a clip names.
pub fn recording_of_file(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    recording_of(stem(name))
}

/// Returns the recording that a file name without extension names.
fn recording_of(stem: &str) -> &str {
    let mark = [stem.find("__"), stem.find('#')].into_iter().flatten().min();
    match mark {
        Some(end) if end > 0 => &stem[..end],
        _ => stem,
    }
}
