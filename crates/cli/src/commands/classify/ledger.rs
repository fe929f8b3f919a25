//! The hidden file beside a result that states its settings and how much of it is complete, for
//! `--resume`: `.all.csv.settings` of `all.csv`, and `.csv.settings` in a folder of results. It has
//! one JSON object per line; later objects add to the first, so that a killed run leaves at most
//! one incomplete line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::interrupt::Temporary;

use super::origin::Origin;
use super::settings::Settings;

/// A larger file is not a ledger; a line per recording has about 200 bytes.
const MAX_BYTES: u64 = 1 << 30;

/// What is known about a result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Known {
    /// `None` if an older version of this program made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<Settings>,
    /// Recordings up to this byte are complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) complete: Option<u64>,
    /// The hash of a file, in hexadecimal digits, because another file may have taken its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    /// For a folder: results that are older than this file were made with other settings.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) replaces_older: bool,
    /// The recordings that have results, by name. Older versions of this program wrote none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) origins: BTreeMap<String, Origin>,
}

impl Known {
    pub(super) fn new(settings: &Settings) -> Known {
        Known { settings: Some(settings.clone()), ..Known::default() }
    }

    /// Reads what is known about the result at `path`; nothing if there is no ledger.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(super) fn about(path: &Path) -> io::Result<Known> {
        let file = match fs::File::open(ledger_path(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::default()),
            Err(error) => return Err(error),
        };
        let mut known = Known::default();
        for line in BufReader::new(file.take(MAX_BYTES)).split(b'\n') {
            // The last line of a killed run may be incomplete.
            let Ok(line) = serde_json::from_slice::<Known>(&line?) else { continue };
            known.settings = line.settings.or(known.settings);
            known.complete = line.complete.or(known.complete);
            known.sha256 = line.sha256.or(known.sha256);
            known.replaces_older |= line.replaces_older;
            known.origins.extend(line.origins);
        }
        Ok(known)
    }

    /// Reads what is known about a file under its final name; nothing if the file has changed
    /// since.
    ///
    /// # Errors
    /// If it or its ledger cannot be read.
    pub(super) fn about_finished(path: &Path) -> io::Result<Known> {
        let known = Known::about(path)?;
        let Some(expected) = &known.sha256 else { return Ok(Known::default()) };
        let is_same = *expected == hash(fs::File::open(path)?)?;
        Ok(if is_same { known } else { Known::default() })
    }

    /// Writes the ledger of the result at `path`, completely or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let ledger = ledger_path(path);
        let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = Temporary::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut output = BufWriter::new(file.handle()?);
        let settings = Known { origins: BTreeMap::new(), ..self.clone() };
        output.write_all(settings.line()?.as_bytes())?;
        write_origins(&mut output, &self.origins)?;
        output.flush()?;
        file.persist(&ledger)
    }

    fn line(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// Writes a line for each recording.
fn write_origins(mut output: impl Write, origins: &BTreeMap<String, Origin>) -> io::Result<()> {
    for (name, origin) in origins {
        let origins = BTreeMap::from([(name.clone(), origin.clone())]);
        let known = Known { origins, ..Known::default() };
        output.write_all(known.line()?.as_bytes())?;
    }
    Ok(())
}

/// The ledger of a folder that states which recording each result belongs to. It is not that of
/// the settings, because several processes may add to it at the same time.
#[derive(Default)]
pub(super) struct Origins {
    path: PathBuf,
    known: BTreeMap<String, Origin>,
    output: Option<fs::File>,
}

impl Origins {
    /// Reads the ledger at `path`, which is named after the results.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read(path: &Path) -> io::Result<Origins> {
        let known = Known::about(path)?.origins;
        Ok(Origins { path: ledger_path(path), known, output: None })
    }

    pub(super) fn of(&self, name: &str) -> Option<&Origin> {
        self.known.get(name)
    }

    /// Adds the recording that the result called `name` belongs to.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn add(&mut self, name: String, origin: Origin) -> io::Result<()> {
        if self.known.get(&name) == Some(&origin) {
            return Ok(());
        }
        let mut output = match self.output.take() {
            Some(output) => output,
            None => opened_at_a_line(&self.path)?,
        };
        let known = Known { origins: BTreeMap::from([(name, origin)]), ..Known::default() };
        // At once, so that lines of several processes are not mixed.
        output.write_all(known.line()?.as_bytes())?;
        self.output = Some(output);
        self.known.extend(known.origins);
        Ok(())
    }
}

/// Opens a file to append to. Lines follow the rest of one that a killed run may have left.
fn opened_at_a_line(path: &Path) -> io::Result<fs::File> {
    let mut file = fs::File::options().read(true).append(true).create(true).open(path)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Returns when the ledger of the result at `path` was written.
///
/// # Errors
/// If there is no ledger.
pub(super) fn time(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(ledger_path(path))?.modified()
}

/// The ledger of a file that is being written.
pub(super) struct Ledger {
    settings: Settings,
    file: Temporary,
    output: fs::File,
}

impl Ledger {
    /// Begins the ledger of the file at `part`, with the recordings `origins`, which are complete up
    /// to byte `complete`; `None` if they have not been copied yet. If the program ends early, the
    /// ledger stays if the file does.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn begin(
        part: &Temporary,
        settings: &Settings,
        complete: Option<u64>,
        origins: &BTreeMap<String, Origin>,
    ) -> io::Result<Ledger> {
        let file = Temporary::at(&ledger_path(part.path()), part.stays())?;
        let mut output = file.handle()?;
        output.set_len(0)?;
        let known = Known { complete, ..Known::new(settings) };
        output.write_all(known.line()?.as_bytes())?;
        let mut lines = BufWriter::new(&output);
        write_origins(&mut lines, origins)?;
        lines.flush()?;
        drop(lines);
        Ok(Ledger { settings: settings.clone(), file, output })
    }

    /// Records that recordings up to byte `end` are complete, the last of them perhaps with its name
    /// and origin.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn complete(&mut self, end: u64, last: Option<(String, Origin)>) -> io::Result<()> {
        let origins = last.into_iter().collect();
        let line = Known { complete: Some(end), origins, ..Known::default() }.line()?;
        self.output.write_all(line.as_bytes())
    }

    /// Removes the ledger once the file has its name.
    pub(super) fn discard(self) {
        self.file.discard();
    }

    /// Returns what another thread needs to give the file at `part` its name. The file's recordings
    /// are complete up to byte `complete`.
    pub(super) fn naming(&self, name: &Path, part: &Path, complete: u64) -> Naming {
        Naming {
            known: Known { complete: Some(complete), ..Known::new(&self.settings) },
            name: name.to_owned(),
            part: part.to_owned(),
            ledger: self.file.path().to_owned(),
        }
    }
}

/// A file that will get its name.
pub(super) struct Naming {
    known: Known,
    name: PathBuf,
    part: PathBuf,
    ledger: PathBuf,
}

impl Naming {
    /// Writes the ledger for the final name. It comes first: until the file has its name, this
    /// ledger fits no file, and the previous one still exists. If it cannot be written, for example
    /// because the disk is full, the rows must not be lost.
    pub(super) fn prepare(&mut self) {
        let hash = fs::File::open(&self.part).and_then(hash);
        self.known.sha256 = hash.ok();
        // Read back, so that no copy of them is made after each recording.
        self.known.origins =
            Known::about(&self.part).map(|known| known.origins).unwrap_or_default();
        let _ = self.known.write(&self.name);
    }

    /// Prepares and renames.
    ///
    /// # Errors
    /// If the system refuses.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.prepare();
        fs::rename(&self.part, &self.name)?;
        // A leftover ledger belongs to no file.
        let _ = fs::remove_file(&self.ledger);
        Ok(())
    }
}

fn ledger_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    if !name.as_encoded_bytes().starts_with(b".") {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        name = hidden;
    }
    name.push(".settings");
    path.with_file_name(name)
}

fn hash(mut file: fs::File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        hash.update(&block[..count]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
