//! Finds the recordings in files and folders.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sourcing_sound_decode::{Decoder, EXTENSIONS, Recording};

use crate::outcome::Failure;
use crate::output::note;

/// A recording, and the path after which its result is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// The path below the given folder; the file's name if the file itself was given.
    pub(crate) relative: PathBuf,
}

impl Found {
    /// Returns whether it is `-`.
    pub(crate) fn is_standard_input(&self) -> bool {
        is_standard_input(&self.path)
    }

    /// Returns whether it can be read only once: standard input, a named pipe or a device.
    pub(crate) fn is_read_once(&self) -> bool {
        self.is_standard_input() || fs::metadata(&self.path).is_ok_and(|file| !file.is_file())
    }
}

/// Returns whether an input is `-`, even if there is a file of that name, which would be `./-`.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The recordings among the inputs.
#[derive(Default)]
pub(crate) struct Inputs {
    pub(crate) found: Vec<Result<Found, Failure>>,
    /// How many files in folders were skipped, by extension in lower case.
    pub(crate) passed_over: BTreeMap<String, u64>,
    /// Folders below the inputs that this program writes to, which were left out.
    own: Vec<(PathBuf, &'static str)>,
}

/// A folder that this program writes to, as given, and the option that names it.
pub(crate) type OwnFolder<'a> = (&'a Path, &'static str);

impl Inputs {
    /// Says on stderr what was skipped: a line for files, and one for each folder.
    pub(crate) fn note_passed_over(&self) {
        for (path, option) in &self.own {
            note(format_args!("left out the folder of {option}: {}", path.display()));
        }
        note_passed_over(&self.passed_over);
    }

    pub(crate) fn into_paths(self) -> impl Iterator<Item = Result<PathBuf, Failure>> {
        self.found.into_iter().map(|found| found.map(|found| found.path))
    }
}

/// Says on stderr in one line how many files of each kind were skipped; nothing if none were.
pub(crate) fn note_passed_over(passed_over: &BTreeMap<String, u64>) {
    let kinds = passed_over.iter().map(|(kind, count)| format!("{count} {kind}"));
    let kinds: Vec<String> = kinds.collect();
    if !kinds.is_empty() {
        note(format_args!("skipped, not recordings: {}", kinds.join(", ")));
    }
}

/// Returns the recordings of all `inputs`, in their order. A folder is replaced by its recordings
/// at any depth, in natural order (`clip2` before `clip10`); links to folders are not followed, and
/// hidden entries are left out.
pub(crate) fn find(inputs: &[PathBuf]) -> Inputs {
    find_outside(inputs, &[])
}

/// Returns the recordings of all `inputs` as [`find`] does, without those in folders of this program
/// below an input: what it wrote in one run is no input of the next.
pub(crate) fn find_outside(inputs: &[PathBuf], own: &[OwnFolder<'_>]) -> Inputs {
    // A folder that does not exist has no recordings.
    let own = own.iter().filter_map(|&(path, option)| Some((fs::canonicalize(path).ok()?, option)));
    let own: Vec<(PathBuf, &'static str)> = own.collect();
    let mut all = Inputs::default();
    for input in inputs {
        if is_standard_input(input) || !input.is_dir() {
            // Decoding shows whether it exists and can be read.
            let relative = input.file_name().map_or_else(|| input.clone(), PathBuf::from);
            all.found.push(Ok(Found { path: input.clone(), relative }));
            continue;
        }
        let before = all.found.len();
        walk((input, &own), input, &mut all);
        if all.found.len() == before {
            all.found.push(Err(Failure::NothingIn(input.clone())));
        }
    }
    all
}

/// Returns the paths that [`find`] finds, and says on stderr what was skipped.
pub(crate) fn expand(inputs: &[PathBuf]) -> Vec<Result<PathBuf, Failure>> {
    let inputs = find(inputs);
    inputs.note_passed_over();
    inputs.into_paths().collect()
}

/// Opens a recording, or standard input.
///
/// # Errors
/// If it cannot be read, or is not a recording.
pub(crate) fn open(path: &Path) -> Result<Decoder, Failure> {
    let opened = match is_standard_input(path) {
        true => Decoder::from_reader("-", io::stdin()),
        false => Decoder::open(path),
    };
    opened.map_err(Failure::Decode)
}

/// Decodes a recording, or standard input.
///
/// # Errors
/// If it cannot be read, or is not a recording.
pub(crate) fn decode(path: &Path) -> Result<Recording, Failure> {
    let decoded = match is_standard_input(path) {
        true => sourcing_sound_decode::decode_reader("-", io::stdin()),
        false => sourcing_sound_decode::decode(path),
    };
    decoded.map_err(Failure::Decode)
}

/// Converts a path to text for rows. If it is not UTF-8, `%FF` is an invalid byte, and `%25` a `%`,
/// so that two such paths never give the same text. A path that is UTF-8 stays as it is, so that a
/// program can open it by its text; names such as `Bj%C3%B6rk.wav` are common.
pub(crate) fn text(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str() {
        return text.into();
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += &chunk.valid().replace('%', "%25");
        chunk.invalid().iter().for_each(|byte| text += &format!("%{byte:02X}"));
    }
    text.into()
}

fn walk((root, own): (&Path, &[(PathBuf, &'static str)]), folder: &Path, all: &mut Inputs) {
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            all.found.push(Err(Failure::Folder { path: folder.to_owned(), error }));
            return;
        }
    };
    entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    entries.sort_by(|a, b| {
        let (a, b) = (a.file_name(), b.file_name());
        natural_order(&a.to_string_lossy(), &b.to_string_lossy()).then_with(|| a.cmp(&b))
    });
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            match own_folder(own, &path) {
                Some(option) => all.own.push((path, option)),
                None => walk((root, own), &path, all),
            }
        } else if is_recording(&path) {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
            all.found.push(Ok(Found { path, relative }));
        } else if path.is_file() {
            let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
            let kind = extension.map_or_else(|| "without extension".into(), |e| format!(".{e}"));
            *all.passed_over.entry(kind).or_default() += 1;
        }
    }
}

/// Returns the option that names this folder.
fn own_folder(own: &[(PathBuf, &'static str)], folder: &Path) -> Option<&'static str> {
    if own.is_empty() {
        return None;
    }
    let folder = fs::canonicalize(folder).ok()?;
    own.iter().find(|(path, _)| *path == folder).map(|&(_, option)| option)
}

fn is_recording(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let known = extension.is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()));
    // A file without metadata is an input: reading it gives the error.
    known && fs::metadata(path).map_or(true, |found| found.is_file())
}

/// Compares names, and numbers in them by value.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    while let (Some(x), Some(y)) = (a_rest.chars().next(), b_rest.chars().next()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number_a, after_a) = split_number(a_rest);
            let (number_b, after_b) = split_number(b_rest);
            (a_rest, b_rest) = (after_a, after_b);
            number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b))
        } else {
            (a_rest, b_rest) = (&a_rest[x.len_utf8()..], &b_rest[y.len_utf8()..]);
            x.cmp(&y)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    // Equal so far: the shorter name first, then the one with fewer leading zeros.
    a_rest.len().cmp(&b_rest.len()).then_with(|| a.cmp(b))
}

/// Splits off the digits at the start of `text`, without leading zeros.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::natural_order;

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_stay_distinct() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        use std::path::Path;
        for (name, expected) in [
            (&b"a%.wav"[..], "a%.wav"),
            ("é".as_bytes(), "é"),
            (b"\xe9\xff.wav", "%E9%FF.wav"),
            (b"%E9\xff.wav", "%25E9%FF.wav"),
            (b"\xc3.wav", "%C3.wav"),
        ] {
            assert_eq!(super::text(Path::new(OsStr::from_bytes(name))), expected);
        }
    }

    #[test]
    fn numbers_in_names_are_compared_by_value() {
        let sorted = [
            "",
            "1",
            "2-b",
            "10-a",
            "clip",
            "clip01.wav",
            "clip2.wav",
            "clip2.wav.wav",
            "clip10.wav",
            "clipa",
            "é9",
            "é10",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, sorted);
    }
}
