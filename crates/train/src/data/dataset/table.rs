//! Tables of clips: CSV with a heading, read completely and checked row by row.

use super::audio::stem;
use super::{FindingKind, Findings, error};
use anyhow::{Result, ensure};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// The largest accepted table in bytes, about fifty times the longest published one.
const MAX_BYTES: u64 = 32 << 20;

/// The most columns of a table.
const MAX_COLUMNS: usize = 1_000;

/// The most characters of a label or of a recording's name.
const MAX_NAME: usize = 200;

/// The most characters of a cell that an error quotes.
const QUOTED: usize = 60;

/// A row of one layout's table. Equal rows of one file are duplicates.
pub trait Row: DeserializeOwned + PartialEq {
    /// Columns that it requires.
    const REQUIRED: &'static [&'static str];
    /// Columns of which at least one must exist; none by default.
    const ONE_OF: &'static [&'static str] = &[];
    /// Columns that are known but may be absent.
    const OPTIONAL: &'static [&'static str];

    /// Returns the name of the audio file, with or without an extension.
    fn file_name(&self) -> &str;

    /// Returns what is wrong with the row, apart from its file name.
    fn problem(&self) -> Option<String>;
}

/// The rows of a table, in order, each clip once.
pub struct Table<R> {
    rows: Vec<(u64, R)>,
    line_of_stem: HashMap<String, usize>,
}

impl<R: Row> Table<R> {
    /// Reads a table. Notes unknown columns and rows that repeat an earlier one.
    ///
    /// # Errors
    /// If it cannot be read, is longer than [`MAX_BYTES`], is not CSV in UTF-8, lacks a column, or
    /// has a row that is invalid or contradicts an earlier row about the same file.
    pub fn read(path: &Path, findings: &mut Findings) -> Result<Self> {
        let mut table = Self { rows: Vec::new(), line_of_stem: HashMap::new() };
        let csv_error = |error| error::at(path, error);
        let bytes = read_bytes(path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headings = reader.headers().map_err(csv_error)?.clone();
        check_columns::<R>(path, &headings, findings)?;
        for record in reader.records() {
            let record = record.map_err(csv_error)?;
            let line = line_of(&bytes, record.position());
            let row: R = record.deserialize(Some(&headings)).map_err(csv_error)?;
            table.push(path, line, row, findings)?;
        }
        Ok(table)
    }

    fn push(&mut self, path: &Path, line: u64, row: R, findings: &mut Findings) -> Result<()> {
        let name = row.file_name();
        if !is_plain(name) {
            let problem = format!("{} is not a plain file name", quoted(name));
            return Err(error::row(path, line, problem));
        }
        if let Some(problem) = row.problem() {
            return Err(error::row(path, line, problem));
        }
        let earlier = self.line_of_stem.get(stem(name)).and_then(|&index| self.rows.get(index));
        match earlier {
            Some((_, earlier)) if *earlier == row => {
                findings.note(FindingKind::DuplicateRow, name);
            }
            Some((first, _)) => {
                let problem = format!("{name} contradicts line {first}, which is about it too");
                return Err(error::row(path, line, problem));
            }
            None => {
                self.line_of_stem.insert(stem(name).to_owned(), self.rows.len());
                self.rows.push((line, row));
            }
        }
        Ok(())
    }

    /// Returns the rows.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// Returns the rows with their line numbers; 1 is the heading.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, &R)> {
        self.rows.iter().map(|(line, row)| (*line, row))
    }

    /// Returns the row about a file, whatever the extension, with its line.
    pub fn find(&self, file_name: &str) -> Option<(u64, &R)> {
        let index = self.line_of_stem.get(stem(file_name))?;
        self.rows.get(*index).map(|(line, row)| (*line, row))
    }
}

/// Returns what is wrong with a label or with the name of a recording, if anything.
pub fn name_problem(column: &str, name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some(format!("{column} is empty"));
    }
    let plain = name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    (!plain).then(|| {
        let got = quoted(name);
        format!("{column} must be at most {MAX_NAME} printable characters, got {got}")
    })
}

/// Formats a cell for an error: its first characters in quotes, control characters escaped.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Returns the headings of a table, if these can be read.
pub fn headings(path: &Path) -> Option<Vec<String>> {
    let bytes = read_bytes(path).ok()?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    Some(reader.headers().ok()?.iter().map(str::to_owned).collect())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let io_error = |error| error::at(path, error);
    let file = std::fs::File::open(path).map_err(io_error)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io_error)?;
    let problem = || format!("expected a table of at most {} MiB, got more", MAX_BYTES >> 20);
    ensure!(bytes.len() as u64 <= MAX_BYTES, error::at(path, problem()));
    Ok(bytes)
}

fn check_columns<R: Row>(
    table: &Path,
    headings: &csv::StringRecord,
    findings: &mut Findings,
) -> Result<()> {
    if headings.len() > MAX_COLUMNS {
        let problem = format!("expected at most {MAX_COLUMNS} columns, got {}", headings.len());
        return Err(error::row(table, 1, problem));
    }
    let has = |column: &&str| headings.iter().any(|heading| heading == *column);
    let absent = R::REQUIRED.iter().filter(|column| !has(column));
    let mut missing: Vec<_> = absent.map(ToString::to_string).collect();
    if !R::ONE_OF.is_empty() && !R::ONE_OF.iter().any(has) {
        missing.push(R::ONE_OF.join(" or "));
    }
    let problem = || format!("missing column {}", missing.join(", "));
    ensure!(missing.is_empty(), error::at(table, problem()));
    let known = [R::REQUIRED, R::ONE_OF, R::OPTIONAL].concat();
    for heading in headings.iter().filter(|heading| !known.contains(heading)) {
        findings.note(FindingKind::UnknownColumn, heading);
    }
    Ok(())
}

/// Returns the line on which a record begins. The reader reports where the previous record ended,
/// and empty lines may follow.
fn line_of(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = bytes.get(position.byte() as usize..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Returns whether it is a file name that cannot lead out of its folder or hide a file.
fn is_plain(name: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(safe)
}
