//! ESC-50 and its excerpt ESC-10.
//!
//! Reads `meta/esc50.csv`, in which the rows with `esc10` True are ESC-10, or the `metadata.csv` of
//! ESC-10 alone; the clips are under `audio/`. Folds are official, the recording is `src_file`.
//! Labels are in the order of `target` if the table has it, otherwise by name.

use super::audio::{AudioFolder, stem};
use super::table::{self, Table};
use super::{Dataset, Findings, Layout, Slice, error};
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ESC50_TABLE: &str = "meta/esc50.csv";
const EXTRACT_TABLE: &str = "metadata.csv";

#[derive(Deserialize, PartialEq)]
struct Row {
    filename: String,
    fold: u32,
    #[serde(default)]
    target: Option<usize>,
    category: String,
    #[serde(default)]
    esc10: Option<String>,
    src_file: String,
}

impl table::Row for Row {
    const REQUIRED: &'static [&'static str] = &["filename", "fold", "category", "src_file"];
    const OPTIONAL: &'static [&'static str] = &["target", "esc10", "take", "in_urbansound8k"];

    fn file_name(&self) -> &str {
        &self.filename
    }

    fn problem(&self) -> Option<String> {
        if self.fold == 0 {
            return Some("folds count from 1, got 0".to_owned());
        }
        let flag = self.esc10.as_deref().unwrap_or("True");
        if !flag.eq_ignore_ascii_case("true") && !flag.eq_ignore_ascii_case("false") {
            return Some(format!("esc10 is True or False, got {}", table::quoted(flag)));
        }
        table::name_problem("category", &self.category)
            .or_else(|| table::name_problem("src_file", &self.src_file))
    }
}

impl Row {
    /// Returns whether it belongs to ESC-10. A table without the column contains nothing else.
    fn in_esc10(&self) -> bool {
        self.esc10.as_deref().is_none_or(|flag| flag.eq_ignore_ascii_case("true"))
    }
}

/// Returns whether the folder has ESC-50's table.
pub fn fits_esc50(root: &Path) -> bool {
    root.join(ESC50_TABLE).is_file()
}

/// Returns whether the folder has the table of an excerpt.
pub fn fits_extract(root: &Path) -> bool {
    let headings = table::headings(&root.join(EXTRACT_TABLE)).unwrap_or_default();
    let has = |column: &&str| headings.iter().any(|heading| heading == column);
    <Row as table::Row>::REQUIRED.iter().all(has)
}

/// Reads the set: all of the table, or its rows that belong to ESC-10 for [`Layout::Esc10`].
pub fn read(root: &Path, layout: Layout) -> Result<Dataset> {
    let path = if fits_esc50(root) { ESC50_TABLE } else { EXTRACT_TABLE };
    ensure!(root.join(path).is_file(), error::no_table(root, layout));
    let mut dataset = Dataset::empty(layout);
    let table = Table::<Row>::read(&root.join(path), &mut dataset.findings)?;
    let wanted = |row: &&Row| layout != Layout::Esc10 || row.in_esc10();
    dataset.labels = labels_of(table.rows().filter(wanted))?;
    let index: BTreeMap<_, _> = dataset.labels.iter().cloned().zip(0..).collect();
    // Files of other rows are known too; they are just not needed.
    let mut folder = AudioFolder::list(root, "audio", &mut dataset.findings)?;
    let mut passed_over = Findings::default();
    for row in table.rows() {
        let Some(&label) = index.get(&row.category).filter(|_| wanted(&row)) else {
            folder.take(&row.filename, &mut passed_over);
            continue;
        };
        let file = folder.take(&row.filename, &mut dataset.findings);
        dataset.add(row.fold, file.map(|path| slice(row, path, label)));
    }
    folder.finish(&mut dataset.findings);
    Ok(dataset)
}

fn slice(row: &Row, path: PathBuf, label: usize) -> Slice {
    let (stem, recording) = (stem(&row.filename).to_owned(), row.src_file.clone());
    Slice::new(path, stem, recording, row.fold, label)
}

/// Returns the categories in the order of their `target`; those without one by name. Numbers may
/// have gaps: ESC-10 keeps those of ESC-50.
fn labels_of<'a>(rows: impl Iterator<Item = &'a Row>) -> Result<Vec<String>> {
    let mut target_of = BTreeMap::<&str, Option<usize>>::new();
    for row in rows {
        let target = target_of.entry(&row.category).or_insert(row.target);
        if *target != row.target {
            return Err(error::classes(format!("{} has two numbers", row.category)));
        }
    }
    let numbers: BTreeSet<_> = target_of.values().flatten().collect();
    if numbers.len() != target_of.values().flatten().count() {
        return Err(error::classes("two categories have one number"));
    }
    let mut labels: Vec<_> = target_of.into_iter().map(|(name, target)| (target, name)).collect();
    labels.sort_unstable();
    Ok(labels.into_iter().map(|(_, name)| name.to_owned()).collect())
}
