//! What the programs that use this library share: how they were called, on which day, what they
//! print, and how they end.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the exit code of a command; an error is printed, with its causes, and is a failure.
pub fn finish(done: Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Prints text on stdout.
pub fn print(text: &str) -> Result<()> {
    write(&mut std::io::stdout().lock(), text)
}

fn write(out: &mut impl Write, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader such as `head` has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing to stdout"),
    }
}

/// Returns what resumes an interrupted run. If repeated, `--fresh` would delete its work.
pub fn resuming_command(fresh: bool) -> &'static str {
    if fresh { "the same command without --fresh" } else { "the same command" }
}

/// Returns the command line as typed, with the plain name of `program` and quotes if needed, and
/// without these options and their values.
pub fn command_line(program: &str, without: &[&str]) -> String {
    typed(program, std::env::args_os().skip(1), without)
}

fn typed(program: &str, mut arguments: impl Iterator<Item = OsString>, without: &[&str]) -> String {
    let mut kept = vec![program.to_owned()];
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        let (option, value) = match argument.split_once('=') {
            Some((option, _)) => (option, true),
            None => (argument.as_str(), false),
        };
        if without.contains(&option) {
            if !value {
                arguments.next();
            }
            continue;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=:".contains(c);
        kept.push(match !argument.is_empty() && argument.chars().all(plain) {
            true => argument,
            false => format!("'{}'", argument.replace('\'', "'\\''")),
        });
    }
    kept.join(" ")
}

/// Returns today's date in UTC, `YYYY-MM-DD`.
pub fn today() -> String {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date_of(elapsed.as_secs() / 86_400)
}

/// Returns the Gregorian date of a day counted from 1970-01-01, by Howard Hinnant's algorithm.
fn date_of(day: u64) -> String {
    let day = day + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails to write, with this kind of error.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        assert!(write(&mut Closed(ErrorKind::BrokenPipe), "text").is_ok());
        assert!(write(&mut Closed(ErrorKind::StorageFull), "text").is_err());
        let mut out: Vec<u8> = Vec::new();
        assert!(write(&mut out, "text").is_ok());
        assert_eq!(out, b"text");
    }

    #[test]
    fn a_command_is_quoted_and_left_without_some_options() {
        let line = |arguments: &[&str]| {
            let arguments = arguments.iter().map(OsString::from);
            typed("train", arguments, &["--heads", "--original"])
        };
        assert_eq!(
            line(&["everyday", "--audio", "my 'own'"]),
            "train everyday --audio 'my '\\''own'\\'''"
        );
        assert_eq!(line(&["--heads", "a=b", "--seed", "2"]), "train --seed 2");
        assert_eq!(line(&["--heads=a=b", "--original=f", "--seed=2"]), "train --seed=2");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_text_is_part_of_a_command() {
        use std::os::unix::ffi::OsStringExt;
        let path = OsString::from_vec(b"caf\xe9".to_vec());
        assert_eq!(typed("train", [path].into_iter(), &[]), "train 'caf\u{fffd}'");
    }

    #[test]
    fn resuming_a_run_does_not_delete_it() {
        assert_eq!(resuming_command(false), "the same command");
        assert_eq!(resuming_command(true), "the same command without --fresh");
    }

    #[test]
    fn dates_are_gregorian() {
        assert_eq!(date_of(0), "1970-01-01");
        assert_eq!(date_of(11_016), "2000-02-29");
        assert_eq!(date_of(20_779), "2026-11-22");
    }
}
