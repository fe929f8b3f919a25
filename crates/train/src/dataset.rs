//! Reads a data set in UrbanSound8K's official layout.
//!
//! `audio/foldN/<stem>.<any supported extension>` beside `metadata/UrbanSound8K.csv`. Labels
//! come from the table (in the order of `classID`), never from code. A row whose file is not
//! there is counted, not an error: many people hold a part of the set.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The longest slice there is, in seconds. Longer entries are rounding of the table.
const MAX_SECONDS: f64 = 4.0;

/// Why a data set cannot be used.
#[derive(Debug)]
pub enum DatasetError {
    /// A file cannot be read.
    Io(PathBuf, std::io::Error),
    /// The table is not CSV.
    Csv(PathBuf, csv::Error),
    /// The table lacks columns.
    Columns {
        /// The table.
        table: PathBuf,
        /// Names of the columns that are missing.
        missing: Vec<String>,
    },
    /// A row makes no sense.
    Row {
        /// The table.
        table: PathBuf,
        /// Its line, 1 being the heading.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The class numbers are not 0, 1, 2, … without gaps.
    Classes(String),
    /// Nothing to train on.
    Empty(PathBuf),
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Csv(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Columns { table, missing } => {
                write!(f, "{}: missing column {}", table.display(), missing.join(", "))
            }
            Self::Row { table, line, problem } => {
                write!(f, "{}, line {line}: {problem}", table.display())
            }
            Self::Classes(problem) => write!(f, "class numbers: {problem}"),
            Self::Empty(path) => write!(
                f,
                "{}: none of the table's rows has its audio file under audio/fold1, audio/fold2, …",
                path.display()
            ),
        }
    }
}

impl std::error::Error for DatasetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Csv(_, error) => Some(error),
            _ => None,
        }
    }
}

/// One slice whose audio file is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// Audio file.
    pub path: PathBuf,
    /// File name without extension; unique.
    pub stem: String,
    /// The recording it was cut from. Slices of one recording are near-copies.
    pub recording: String,
    /// Fold, from 1.
    pub fold: u32,
    /// Index of its label.
    pub label: usize,
    /// Length in seconds by the table, at most 4.
    pub seconds: f64,
    /// False for additional slices, which only train.
    pub official: bool,
}

/// Rows of a fold in the table, and how many of them have a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Rows with a file.
    pub present: usize,
    /// All rows.
    pub rows: usize,
}

/// A data set, as far as it is there.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Labels by index.
    pub labels: Vec<String>,
    /// Official slices in the order of the table, then additional ones.
    pub slices: Vec<Slice>,
    /// Presence of the official rows by fold.
    pub presence: BTreeMap<u32, Presence>,
}

#[derive(Deserialize)]
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

const COLUMNS: [&str; 7] = ["slice_file_name", "fsID", "start", "end", "fold", "classID", "class"];

impl Dataset {
    /// Reads the official set at `root`.
    pub fn read(root: &Path) -> Result<Self, DatasetError> {
        let table = root.join("metadata").join("UrbanSound8K.csv");
        let rows = read_rows(&table)?;
        let labels = labels_of(&rows)?;
        let files = find_audio(root, &rows)?;
        let mut presence = BTreeMap::<u32, Presence>::new();
        for row in &rows {
            let fold = presence.entry(row.fold).or_default();
            fold.rows += 1;
            fold.present += usize::from(files.contains_key(&(row.fold, stem(row))));
        }
        let slices = slices_of(&rows, &files, true);
        if slices.is_empty() {
            return Err(DatasetError::Empty(root.to_path_buf()));
        }
        Ok(Self { labels, slices, presence })
    }

    /// Adds slices that only train, from a folder with `metadata.csv` (the same columns but
    /// salience) and `audio/foldN/`. Returns how many of its rows are there.
    pub fn add_extra(&mut self, root: &Path) -> Result<Presence, DatasetError> {
        let table = root.join("metadata.csv");
        let rows = read_rows(&table)?;
        let known: BTreeSet<_> = self.slices.iter().map(|slice| slice.stem.clone()).collect();
        for (index, row) in rows.iter().enumerate() {
            let problem = if self.labels.get(row.class_id) != Some(&row.class) {
                format!("class {} is not named {:?} in the official table", row.class_id, row.class)
            } else if known.contains(&stem(row)) {
                format!("{} is an official slice", row.slice_file_name)
            } else {
                continue;
            };
            return Err(DatasetError::Row { table, line: index as u64 + 2, problem });
        }
        let files = find_audio(root, &rows)?;
        let slices = slices_of(&rows, &files, false);
        let presence = Presence { present: slices.len(), rows: rows.len() };
        self.slices.extend(slices);
        Ok(presence)
    }

    /// Presence of all folds together.
    pub fn total(&self) -> Presence {
        let folds = self.presence.values();
        folds.fold(Presence::default(), |sum, fold| Presence {
            present: sum.present + fold.present,
            rows: sum.rows + fold.rows,
        })
    }
}

fn stem(row: &Row) -> String {
    let name = row.slice_file_name.as_str();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

fn read_rows(table: &Path) -> Result<Vec<Row>, DatasetError> {
    let csv_error = |error| DatasetError::Csv(table.to_path_buf(), error);
    let file =
        std::fs::File::open(table).map_err(|error| DatasetError::Io(table.to_path_buf(), error))?;
    let mut reader = csv::Reader::from_reader(std::io::BufReader::new(file));
    let headers = reader.headers().map_err(csv_error)?;
    let absent = |column: &&str| !headers.iter().any(|header| header == *column);
    let missing: Vec<_> = COLUMNS.iter().copied().filter(absent).map(str::to_owned).collect();
    if !missing.is_empty() {
        return Err(DatasetError::Columns { table: table.to_path_buf(), missing });
    }
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        let row = row.map_err(csv_error)?;
        if let Some(problem) = problem_of(&row, &mut seen) {
            let (table, line) = (table.to_path_buf(), index as u64 + 2);
            return Err(DatasetError::Row { table, line, problem });
        }
        rows.push(row);
    }
    Ok(rows)
}

fn problem_of(row: &Row, seen: &mut BTreeSet<String>) -> Option<String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if row.slice_file_name.starts_with('.') || !row.slice_file_name.chars().all(safe) {
        return Some(format!("{:?} is not a plain file name", row.slice_file_name));
    }
    if !seen.insert(stem(row)) {
        return Some(format!("{} occurs twice", row.slice_file_name));
    }
    if row.fold == 0 {
        return Some("folds count from 1, got 0".to_owned());
    }
    let seconds = row.end - row.start;
    if !(seconds > 0.0 && seconds.is_finite()) {
        return Some(format!("it ends at {} s and starts at {} s", row.end, row.start));
    }
    if row.class.is_empty() || row.recording.is_empty() {
        return Some("class or fsID is empty".to_owned());
    }
    None
}

fn labels_of(rows: &[Row]) -> Result<Vec<String>, DatasetError> {
    let mut by_id = BTreeMap::<usize, &str>::new();
    for row in rows {
        let name = by_id.entry(row.class_id).or_insert(&row.class);
        if *name != row.class {
            let problem = format!("{} is both {name} and {}", row.class_id, row.class);
            return Err(DatasetError::Classes(problem));
        }
    }
    let distinct: BTreeSet<_> = by_id.values().collect();
    if distinct.len() != by_id.len() {
        return Err(DatasetError::Classes("one name has two numbers".to_owned()));
    }
    if let Some((index, (id, _))) = by_id.iter().enumerate().find(|(index, (id, _))| index != *id) {
        return Err(DatasetError::Classes(format!("{index} is missing, the next is {id}")));
    }
    Ok(by_id.into_values().map(str::to_owned).collect())
}

type Files = HashMap<(u32, String), PathBuf>;

/// Audio files by fold and stem, whatever their extension. Of two files with one stem the
/// one whose name sorts first is taken.
fn find_audio(root: &Path, rows: &[Row]) -> Result<Files, DatasetError> {
    let mut files = Files::new();
    for fold in rows.iter().map(|row| row.fold).collect::<BTreeSet<_>>() {
        let folder = root.join("audio").join(format!("fold{fold}"));
        if !folder.is_dir() {
            continue;
        }
        let io_error = |error| DatasetError::Io(folder.clone(), error);
        let entries = std::fs::read_dir(&folder).map_err(io_error)?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(io_error)?;
        paths.sort();
        for path in paths.into_iter().filter(|path| is_audio(path)) {
            if let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) {
                files.entry((fold, stem.to_owned())).or_insert(path);
            }
        }
    }
    Ok(files)
}

/// Whether the extension is one that can be decoded.
pub fn is_audio(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        sourcing_sound_decode::EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
    })
}

fn slices_of(rows: &[Row], files: &Files, official: bool) -> Vec<Slice> {
    let slice = |row: &Row| {
        let stem = stem(row);
        Some(Slice {
            path: files.get(&(row.fold, stem.clone()))?.clone(),
            stem,
            recording: row.recording.clone(),
            fold: row.fold,
            label: row.class_id,
            seconds: (row.end - row.start).min(MAX_SECONDS),
            official,
        })
    };
    rows.iter().filter_map(slice).collect()
}

#[cfg(test)]
mod tests;
