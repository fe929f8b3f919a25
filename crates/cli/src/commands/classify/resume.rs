//! Reads a file of rows from an earlier run: which recordings it contains, and where to continue.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde::Deserialize;

use crate::output::csv_error;

use super::format::Format;

/// What an earlier run has finished.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Finished {
    /// The recordings with complete rows, as the rows name them.
    pub(super) recordings: HashSet<String>,
    /// Where the next row goes, in bytes; 0 if not even the header is complete.
    pub(super) end: u64,
}

/// Why an earlier file cannot be continued.
#[derive(Debug)]
pub(super) enum Refused {
    Io(io::Error),
    /// It is not in this format, or was made with other options. Contains what was expected.
    Other(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Refused::Io(error)
    }
}

/// Reads a file that begins with `header` if it was made with the same options. Rows are in the
/// order of the recordings, so only those of the last one may be incomplete: they do not count
/// unless the file is known to be `complete` up to their end, in bytes. An unterminated line does
/// not count either.
///
/// # Errors
/// If it cannot be read or continued.
pub(super) fn finished(
    format: Format,
    header: &[u8],
    mut file: impl Read + Seek,
    complete: Option<u64>,
) -> Result<Finished, Refused> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = [0];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut end)?;
    }
    file.seek(SeekFrom::Start(0))?;
    let mut file = BufReader::new(file);
    let mut start = Vec::new();
    file.by_ref().take(header.len() as u64).read_to_end(&mut start)?;
    if !header.starts_with(&start) {
        let header = String::from_utf8_lossy(header);
        return Err(Refused::Other(format!("expected it to begin with {:?}", header.trim_end())));
    }
    if start.len() < header.len() {
        return Ok(Finished::default());
    }
    let first = header.len() as u64;
    let rows = match format {
        Format::Jsonl => of_lines(file, first)?,
        _ => {
            let columns = header.iter().filter(|&&byte| byte == b',').count() + 1;
            // The last line of a truncated file is unterminated.
            let whole = if end == *b"\n" { length + 1 } else { length };
            of_records(file, first, columns, whole)?
        }
    };
    Ok(rows.finished(complete))
}

/// The rows so far; those of one recording are neighbours.
struct Rows {
    finished: Finished,
    /// The last recording in the rows, and where its rows end so far.
    last: Option<String>,
    end: u64,
}

impl Rows {
    fn new(first: u64) -> Rows {
        let finished = Finished { recordings: HashSet::new(), end: first };
        Rows { finished, last: None, end: first }
    }

    /// Takes a complete row of a recording from `start` to `end`.
    fn row(&mut self, recording: &str, start: u64, end: u64) {
        self.end = end;
        if self.last.as_deref() == Some(recording) {
            return;
        }
        self.finished.end = start;
        self.finished.recordings.extend(self.last.replace(recording.to_owned()));
    }

    fn finished(mut self, complete: Option<u64>) -> Finished {
        if complete == Some(self.end) {
            self.finished.end = self.end;
            self.finished.recordings.extend(self.last);
        }
        self.finished
    }
}

#[derive(Deserialize)]
struct Line {
    file: String,
}

fn of_lines(mut file: impl BufRead, first: u64) -> Result<Rows, Refused> {
    let (mut rows, mut line, mut start) = (Rows::new(first), Vec::new(), first);
    loop {
        line.clear();
        let end = start + file.read_until(b'\n', &mut line)? as u64;
        if line.last() != Some(&b'\n') {
            return Ok(rows);
        }
        let row: Line = serde_json::from_slice(&line).map_err(|error| {
            Refused::Other(format!("expected an object with \"file\": {error}"))
        })?;
        rows.row(&row.file, start, end);
        start = end;
    }
}

/// Reads rows; a row counts if it has all columns and ends before byte `whole`.
fn of_records(file: impl Read, first: u64, columns: usize, whole: u64) -> Result<Rows, Refused> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let (mut rows, mut record) = (Rows::new(first), csv::ByteRecord::new());
    loop {
        let start = first + reader.position().byte();
        let is_row = reader.read_byte_record(&mut record).map_err(csv_error)?;
        let end = first + reader.position().byte();
        if !is_row || end >= whole {
            return Ok(rows);
        }
        // The row may be the rest of a name with a line break.
        if record.len() != columns {
            let is_end = !reader.read_byte_record(&mut record).map_err(csv_error)?;
            return if is_end {
                Ok(rows)
            } else {
                Err(Refused::Other(format!("expected {columns} columns in each row")))
            };
        }
        rows.row(&String::from_utf8_lossy(record.get(0).unwrap_or_default()), start, end);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::{Finished, Refused, finished};
    use crate::commands::classify::format::Format;
    use std::io::Cursor;

    fn of(format: Format, header: &str, file: &str) -> Result<Finished, Refused> {
        finished(format, header.as_bytes(), Cursor::new(file.as_bytes()), None)
    }

    fn expected(recordings: &[&str], end: usize) -> Finished {
        let recordings = recordings.iter().map(|&name| name.to_owned()).collect();
        Finished { recordings, end: end as u64 }
    }

    const HEADER: &str = "file,start,label\n";

    /// Wherever a file is cut, only rows of recordings that are whole count.
    #[test]
    fn a_truncated_table_continues_after_its_last_complete_recording() {
        let blocks = [
            "a.wav,0,low\na.wav,1,low\n",
            "\"b, \"\"new\"\".wav\",0,low\n",
            "\"line\nbreak.wav\",0,low\n\"line\nbreak.wav\",1,high\n",
            "é.wav,0,low\n",
        ];
        let names = ["a.wav", "b, \"new\".wav", "line\nbreak.wav", "é.wav"];
        let whole = format!("{HEADER}{}", blocks.concat());
        for cut in 0..=whole.len() {
            let bytes = &whole.as_bytes()[..cut];
            let found = finished(Format::Csv, HEADER.as_bytes(), Cursor::new(bytes), None).unwrap();
            // A block counts once the next one has a complete line.
            let (mut end, mut done) = (HEADER.len(), 0);
            for (n, block) in blocks.iter().enumerate() {
                let next = blocks.get(n + 1).map(|next| next.find("low\n").unwrap() + 4);
                let Some(next) = next.filter(|next| end + block.len() + next <= cut) else { break };
                assert!(next > 0);
                end += block.len();
                done = n + 1;
            }
            let end = if cut < HEADER.len() { 0 } else { end };
            assert_eq!(found, expected(&names[..done], end), "{cut} bytes");
        }
    }

    #[test]
    fn truncated_lines_continue_after_the_last_complete_recording() {
        let line = |name: &str, start: u32| format!("{{\"file\":{name:?},\"start\":{start}}}\n");
        let blocks = [line("a", 0) + &line("a", 1), line("b", 0), line("c", 0) + &line("c", 1)];
        let whole = blocks.concat();
        let (first, second) = (blocks[0].len(), blocks[0].len() + blocks[1].len());
        for cut in 0..=whole.len() {
            let found = of(Format::Jsonl, "", &whole[..cut]).unwrap();
            let expected = match cut {
                _ if cut >= second + line("c", 0).len() => expected(&["a", "b"], second),
                _ if cut >= second => expected(&["a"], first),
                _ => expected(&[], 0),
            };
            assert_eq!(found, expected, "{cut} bytes");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for (format, header, file) in [
            (Format::Csv, HEADER, "file,start,end\na.wav,0,1\n"),
            (Format::Csv, HEADER, "file,start,label\na.wav,0\nb.wav,0,low\n"),
            (Format::Jsonl, "", "a.wav,0\n"),
            (Format::Jsonl, "", "{\"name\":1}\n"),
        ] {
            let refused = of(format, header, file);
            assert!(matches!(refused, Err(Refused::Other(_))), "{file}: {refused:?}");
        }
    }
}
