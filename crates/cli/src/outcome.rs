//! How a command ends, and why an input failed.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use sourcing_sound_decode::{DecodeError, Warning};

/// The outcome of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was done.
    Complete,
    /// Some inputs failed and were named on stderr; the rest was done.
    Partial,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Complete => ExitCode::SUCCESS,
            Outcome::Partial => ExitCode::FAILURE,
        }
    }
}

/// Arguments that clap accepts and the command refuses; the message names the option.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

/// The core's error with its code, in the form that all messages have.
pub(crate) fn coded(error: sourcing_sound::Error) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}

/// An input that failed. Its text names the input, the reason with its code, and a remedy if
/// there is one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The recording could not be read.
    Decode(DecodeError),
    /// The recording was read, but cannot be classified, measured or learned from.
    Analyse { path: PathBuf, error: sourcing_sound::Error },
    /// A folder could not be listed.
    Folder { path: PathBuf, error: std::io::Error },
    /// The recording was classified as far as it goes, and `--strict` does not allow that.
    Incomplete { path: PathBuf, warning: Warning },
    /// The options do not fit this input.
    Usage { path: PathBuf, message: &'static str },
    /// No file in the folder has the extension of a known format.
    NothingIn(PathBuf),
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Failure::Decode(error) => error.code(),
            Failure::Analyse { error, .. } => error.code(),
            Failure::Incomplete { warning, .. } => warning.code(),
            Failure::Usage { .. } => "config",
            Failure::Folder { .. } => "io",
            Failure::NothingIn(_) => "audio-empty",
        }
    }

    fn remedy(&self) -> Option<&'static str> {
        match self {
            Failure::NothingIn(_) => {
                Some("name the files themselves if they have other extensions")
            }
            _ => match self.code() {
                "io" => Some("check that it exists and that you may read it"),
                "audio-unsupported" => {
                    Some("convert it first, for example: ffmpeg -i INPUT out.wav")
                }
                "audio-corrupt" => Some("it is damaged or incomplete; copy or export it again"),
                "audio-empty" => Some("there is no sound in it; leave it out"),
                "audio-silent" => Some("record it again, louder or closer; or leave it out"),
                "audio-rate" => {
                    Some("resample it first, for example: ffmpeg -i INPUT -ar 44100 out.wav")
                }
                "audio-non-finite" => Some("its samples are not all numbers; export it again"),
                "audio-too-short" => Some("use a longer recording"),
                "limit" => Some("cut it into shorter recordings"),
                _ => None,
            },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Decode(error) => write!(f, "{error}")?,
            Failure::Analyse { path, error } => write!(f, "{}: {error}", path.display())?,
            Failure::Incomplete { path, warning } => write!(f, "{}: {warning}", path.display())?,
            Failure::Usage { path, message } => write!(f, "{}: {message}", path.display())?,
            Failure::Folder { path, error } => {
                write!(f, "{}: cannot list the folder: {error}", path.display())?;
            }
            Failure::NothingIn(path) => {
                let extensions = sourcing_sound_decode::EXTENSIONS.join(", ");
                write!(
                    f,
                    "{}: no recording in this folder, expected {extensions}",
                    path.display()
                )?;
            }
        }
        write!(f, " [{}]", self.code())?;
        match self.remedy() {
            Some(remedy) => write!(f, "\n  {remedy}"),
            None => Ok(()),
        }
    }
}
