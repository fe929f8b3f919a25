//! Reads the FSDKaggle sets of Freesound clips, as Kaggle and Zenodo distribute them.
//!
//! A table `fname,labels` (several labels separated by commas within the cell) or `fname,label`
//! next to a folder of clips. Clips of a noisy table, and rows of FSDKaggle2018 with
//! `manually_verified` 0, are only trained on. Labels are those of the verified clips, sorted by
//! name.
//!
//! The sets have no folds and no recordings: each file is its own recording, and a hash of its name
//! puts it into one of five folds, the same ones on every machine.

use super::audio::{AudioFolder, stem};
use super::folds::hash_fold;
use super::table::{self, Table};
use super::{Dataset, FindingKind, Findings, Layout, NO_FOLD, Slice, error};
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A table, the folder of its clips, and whether its labels were verified.
struct Part {
    table: &'static str,
    folder: &'static str,
    verified: bool,
}

impl Part {
    const fn new(table: &'static str, folder: &'static str, verified: bool) -> Self {
        Self { table, folder, verified }
    }
}

/// Verified parts first: their labels are the set's.
const PARTS: [Part; 6] = [
    Part::new("train_curated.csv", "train_curated", true),
    Part::new(
        "FSDKaggle2019.meta/train_curated_post_competition.csv",
        "FSDKaggle2019.audio_train_curated",
        true,
    ),
    Part::new("train.csv", "audio_train", true),
    Part::new("FSDKaggle2018.meta/train_post_competition.csv", "FSDKaggle2018.audio_train", true),
    Part::new("train_noisy.csv", "train_noisy", false),
    Part::new(
        "FSDKaggle2019.meta/train_noisy_post_competition.csv",
        "FSDKaggle2019.audio_train_noisy",
        false,
    ),
];

#[derive(Deserialize, PartialEq)]
struct Row {
    fname: String,
    #[serde(alias = "label")]
    labels: String,
    #[serde(default)]
    manually_verified: Option<u8>,
}

impl table::Row for Row {
    const REQUIRED: &'static [&'static str] = &["fname"];
    const ONE_OF: &'static [&'static str] = &["labels", "label"];
    const OPTIONAL: &'static [&'static str] = &["manually_verified", "freesound_id", "license"];

    fn file_name(&self) -> &str {
        &self.fname
    }

    fn problem(&self) -> Option<String> {
        let verified = self.manually_verified.unwrap_or(1);
        if verified > 1 {
            return Some(format!("manually_verified is 0 or 1, got {verified}"));
        }
        self.labels().find_map(|label| table::name_problem("a label", label))
    }
}

impl Row {
    /// Returns its labels without empty ones.
    fn labels(&self) -> impl Iterator<Item = &str> {
        self.cells().filter(|label| !label.is_empty())
    }

    fn cells(&self) -> impl Iterator<Item = &str> {
        self.labels.split(',').map(str::trim)
    }
}

/// Returns whether the folder has one of the tables.
pub fn fits(root: &Path) -> bool {
    PARTS.iter().any(|part| root.join(part.table).is_file())
}

/// Reads the set.
pub fn read(root: &Path) -> Result<Dataset> {
    let mut dataset = Dataset::empty(Layout::Freesound);
    let mut parts = Vec::new();
    for part in PARTS.iter().filter(|part| root.join(part.table).is_file()) {
        let table = Table::<Row>::read(&root.join(part.table), &mut dataset.findings)?;
        parts.push((part, table));
    }
    ensure!(!parts.is_empty(), error::no_table(root, dataset.layout));
    refuse_common_files(root, &parts)?;
    dataset.labels = labels_of(&parts).into_iter().map(str::to_owned).collect();
    for (part, table) in &parts {
        add_part(&mut dataset, root, part, table)?;
    }
    dataset.slices.sort_by_key(|slice| !slice.official);
    Ok(dataset)
}

/// Refuses files of a verified part that a noisy one also names: they would be both trained on and
/// tested.
fn refuse_common_files(root: &Path, parts: &[(&Part, Table<Row>)]) -> Result<()> {
    for (index, (part, table)) in parts.iter().enumerate() {
        for (line, row) in table.numbered() {
            let common = parts
                .iter()
                .take(index)
                .find_map(|(other, earlier)| Some((other.table, earlier.find(&row.fname)?.0)));
            if let Some((other, first)) = common {
                let problem = format!("{} is in {other}, line {first}, too", row.fname);
                return Err(error::row(&root.join(part.table), line, problem));
            }
        }
    }
    Ok(())
}

/// Returns whether a row is tested, or only trained on.
fn is_official(part: &Part, row: &Row) -> bool {
    part.verified && row.manually_verified != Some(0)
}

/// Returns the labels of the verified clips by name; of all clips if none are verified.
fn labels_of<'a>(parts: &'a [(&Part, Table<Row>)]) -> BTreeSet<&'a str> {
    let all = || parts.iter().flat_map(|(part, table)| table.rows().map(move |row| (*part, row)));
    let verified = all().filter(|(part, row)| is_official(part, row));
    let labels: BTreeSet<_> = verified.flat_map(|(_, row)| row.labels()).collect();
    if labels.is_empty() { all().flat_map(|(_, row)| row.labels()).collect() } else { labels }
}

fn add_part(dataset: &mut Dataset, root: &Path, part: &Part, table: &Table<Row>) -> Result<()> {
    let Dataset { labels, slices, presence, training_only, findings, .. } = dataset;
    let mut folder = AudioFolder::list(root, part.folder, findings)?;
    for row in table.rows() {
        let official = is_official(part, row);
        let stem = stem(&row.fname).to_owned();
        let fold = if official { hash_fold(&stem) } else { NO_FOLD };
        let path = folder.take(&row.fname, findings);
        let labels = known_labels(row, labels, findings);
        let counted =
            if official { presence.entry(fold).or_default() } else { &mut *training_only };
        counted.add(path.is_some() && !labels.is_empty());
        if let (Some(path), Some(&label)) = (path, labels.first()) {
            let recording = stem.clone();
            let seconds = None;
            slices.push(Slice { path, stem, recording, fold, label, labels, seconds, official });
        }
    }
    folder.finish(findings);
    Ok(())
}

/// Returns the indices of a row's labels, each once. Notes empty and unknown labels.
fn known_labels(row: &Row, names: &[String], findings: &mut Findings) -> Vec<usize> {
    let (mut labels, mut seen) = (Vec::new(), BTreeSet::new());
    if row.cells().any(str::is_empty) {
        findings.note(FindingKind::EmptyLabel, &row.fname);
    }
    for label in row.labels() {
        match names.binary_search_by(|name| name.as_str().cmp(label)) {
            Ok(index) if seen.insert(index) => labels.push(index),
            Ok(_) => {}
            Err(_) => {
                findings.note(FindingKind::UnknownLabel, format!("{label} ({})", row.fname));
            }
        }
    }
    labels
}
