//! Reads UrbanSound8K's official layout, which other sets may use too.
//!
//! `audio/foldN/<stem>.<any supported extension>` next to `metadata/UrbanSound8K.csv`. Labels come
//! in the order of `classID`, folds are official, the recording is the `fsID`.

use super::audio::{AudioFolder, stem};
use super::table::{self, Table};
use super::{Dataset, Findings, Layout, Presence, Slice, error};
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The longest slice in seconds. Longer entries are rounding errors of the table.
const MAX_SECONDS: f64 = 4.0;

const TABLE: &str = "metadata/UrbanSound8K.csv";

#[derive(Deserialize, PartialEq)]
struct Row {
    slice_file_name: String,
    #[serde(rename = "fsID")]
    recording: String,
    start: f64,
    end: f64,
    fold: u32,
    #[serde(rename = "classID")]
    class_id: usize,
    class: String,
}

impl table::Row for Row {
    const REQUIRED: &'static [&'static str] =
        &["slice_file_name", "fsID", "start", "end", "fold", "classID", "class"];
    const OPTIONAL: &'static [&'static str] = &["salience"];

    fn file_name(&self) -> &str {
        &self.slice_file_name
    }

    fn problem(&self) -> Option<String> {
        if self.fold == 0 {
            return Some("folds count from 1, got 0".to_owned());
        }
        let seconds = self.end - self.start;
        if !(seconds > 0.0 && seconds.is_finite()) {
            return Some(format!("it ends at {} s and starts at {} s", self.end, self.start));
        }
        table::name_problem("class", &self.class)
            .or_else(|| table::name_problem("fsID", &self.recording))
    }
}

impl Row {
    fn slice(&self, path: PathBuf, official: bool) -> Slice {
        let (stem, recording) = (stem(&self.slice_file_name).to_owned(), self.recording.clone());
        let seconds = Some((self.end - self.start).min(MAX_SECONDS));
        let whole = Slice::new(path, stem, recording, self.fold, self.class_id);
        Slice { seconds, official, ..whole }
    }
}

/// Returns whether the folder has the table.
pub fn fits(root: &Path) -> bool {
    root.join(TABLE).is_file()
}

/// Reads the set.
pub fn read(root: &Path) -> Result<Dataset> {
    let mut dataset = Dataset::empty(Layout::UrbanSound8k);
    ensure!(fits(root), error::no_table(root, dataset.layout));
    let table = Table::<Row>::read(&root.join(TABLE), &mut dataset.findings)?;
    dataset.labels = labels_of(&table)?;
    for (fold, slice) in slices_of(root, &table, true, &mut dataset.findings)? {
        dataset.add(fold, slice);
    }
    Ok(dataset)
}

/// Adds slices that are only trained on.
pub fn add_extra(dataset: &mut Dataset, root: &Path) -> Result<Presence> {
    let path = root.join("metadata.csv");
    let mut findings = Findings::default();
    let table = Table::<Row>::read(&path, &mut findings)?;
    let known: BTreeSet<_> = dataset.slices.iter().map(|slice| slice.stem.as_str()).collect();
    for (line, row) in table.numbered() {
        let problem = if dataset.labels.get(row.class_id) != Some(&row.class) {
            format!("class {} is not named {:?} in the official table", row.class_id, row.class)
        } else if known.contains(stem(&row.slice_file_name)) {
            format!("{} is an official slice", row.slice_file_name)
        } else {
            continue;
        };
        return Err(error::row(&path, line, problem));
    }
    let mut presence = Presence::default();
    for (_, slice) in slices_of(root, &table, false, &mut findings)? {
        presence.add(slice.is_some());
        dataset.slices.extend(slice);
    }
    dataset.training_only.rows += presence.rows;
    dataset.training_only.present += presence.present;
    for (kind, names) in findings.iter() {
        names.iter().for_each(|name| dataset.findings.note(kind, name));
    }
    Ok(presence)
}

/// Returns class names in the order of their numbers, which must be 0, 1, 2, … without gaps.
fn labels_of(table: &Table<Row>) -> Result<Vec<String>> {
    let mut by_id = BTreeMap::<usize, &str>::new();
    for row in table.rows() {
        let name = by_id.entry(row.class_id).or_insert(&row.class);
        if *name != row.class {
            return Err(error::classes(format!(
                "{} is both {name} and {}",
                row.class_id, row.class
            )));
        }
    }
    let distinct: BTreeSet<_> = by_id.values().collect();
    ensure!(distinct.len() == by_id.len(), error::classes("one name has two numbers"));
    if let Some((index, (id, _))) = by_id.iter().enumerate().find(|(index, (id, _))| index != *id) {
        return Err(error::classes(format!("{index} is missing, the next is {id}")));
    }
    Ok(by_id.into_values().map(str::to_owned).collect())
}

/// Returns the fold of every row, and its slice if the file is in that fold's folder.
fn slices_of(
    root: &Path,
    table: &Table<Row>,
    official: bool,
    findings: &mut Findings,
) -> Result<Vec<(u32, Option<Slice>)>> {
    let mut folders = BTreeMap::new();
    for fold in table.rows().map(|row| row.fold).collect::<BTreeSet<_>>() {
        let folder = AudioFolder::list(root, &format!("audio/fold{fold}"), findings)?;
        folders.insert(fold, folder);
    }
    let mut slices = Vec::new();
    for row in table.rows() {
        let folder = folders.get_mut(&row.fold);
        let path = folder.and_then(|folder| folder.take(&row.slice_file_name, findings));
        slices.push((row.fold, path.map(|path| row.slice(path, official))));
    }
    folders.into_values().for_each(|folder| folder.finish(findings));
    Ok(slices)
}
