//! Interprets `--output`: one file, or a folder of results.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::outcome::UsageError;

/// The last extensions of all results.
const EXTENSIONS: [&str; 4] = ["csv", "jsonl", "parquet", "txt"];

/// As many links as operating systems follow.
const MAX_LINKS: usize = 40;

/// Where results go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Stdout,
    /// One file for all recordings.
    File(PathBuf),
    /// One result per recording.
    Folder(PathBuf),
}

impl Output {
    /// Reads a path: with the extension of the format it is a file; any other path, an existing
    /// folder, and a path ending with a separator are folders. `extension` is that of the format's
    /// results, such as `events.csv`.
    ///
    /// # Errors
    /// If the extension is that of another format, or the path is neither a file nor a folder.
    pub(super) fn parse(given: Option<PathBuf>, extension: &str) -> Result<Output, UsageError> {
        let Some(path) = given else { return Ok(Output::Stdout) };
        let last = extension.rsplit('.').next().unwrap_or(extension);
        let own = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        match own.filter(|own| EXTENSIONS.contains(&own.as_str())) {
            Some(_) if path.is_dir() || ends_with_separator(&path) => Ok(Output::Folder(path)),
            Some(own) if own == last => file(path),
            Some(own) => Err(UsageError(format!(
                "--output is {}, but the results of this --format are .{last}, not .{own}; put a / \
                 after the name of a folder",
                path.display()
            ))),
            None if path.exists() && !path.is_dir() => Err(UsageError(format!(
                "--output is {}, which is not a folder; a file for all results has the extension \
                 .{last}",
                path.display()
            ))),
            None => Ok(Output::Folder(path)),
        }
    }

    /// # Errors
    /// If binary results would go to a terminal.
    pub(super) fn check_binary(&self) -> Result<(), UsageError> {
        if *self == Output::Stdout && io::stdout().is_terminal() {
            let message = "parquet is not for terminals: give --output FILE.parquet, or redirect \
                stdout to a file";
            return Err(UsageError(message.to_owned()));
        }
        Ok(())
    }
}

/// Returns an output file; a link stays, and its target is written.
fn file(path: PathBuf) -> Result<Output, UsageError> {
    let mut target = path.clone();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.with_file_name("").join(next);
    }
    match fs::symlink_metadata(&target) {
        Ok(found) if !found.is_file() => Err(UsageError(format!(
            "--output is {}, which is not a regular file; leave out --output, and redirect standard \
             output",
            path.display()
        ))),
        _ => Ok(Output::File(target)),
    }
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&b| std::path::is_separator(b.into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::Output;
    use std::path::PathBuf;

    #[test]
    fn the_extension_decides_between_file_and_folder() {
        let parse = |path: &str, extension| Output::parse(Some(PathBuf::from(path)), extension);
        let file = |path: &str| Output::File(path.into());
        let folder = |path: &str| Output::Folder(path.into());
        assert_eq!(parse("a.csv", "csv").unwrap(), file("a.csv"));
        assert_eq!(parse("b/a.CSV", "events.csv").unwrap(), file("b/a.CSV"));
        assert_eq!(parse("a.parquet", "events.parquet").unwrap(), file("a.parquet"));
        for path in ["results", "a.csv/", "2026.11.29", "a.wav"] {
            assert_eq!(parse(path, "csv").unwrap(), folder(path));
        }
        let refused = parse("a.parquet", "csv").unwrap_err();
        assert!(refused.to_string().contains(".csv, not .parquet"), "{refused}");
        assert_eq!(Output::parse(None, "txt").unwrap(), Output::Stdout);
    }
}
