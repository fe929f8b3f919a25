//! What can go wrong with a recording, with stable codes.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use symphonia::core::errors::Error;

use crate::READABLE;

/// Why a recording could not be decoded. The message names the file, what was expected and what was
/// found.
#[derive(Debug)]
pub struct DecodeError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    kind: DecodeErrorKind,
}

/// The result of decoding, before the file's name is added to errors.
pub(crate) type Result<T> = std::result::Result<T, DecodeErrorKind>;

/// The kinds of [`DecodeError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The file could not be opened or read.
    Io(io::Error),
    /// The format, codec or a feature of the stream is not supported.
    Unsupported {
        /// What is supported.
        expected: String,
        /// What the file contains.
        actual: String,
    },
    /// The file is damaged or cut off.
    Corrupt {
        /// What the file should contain.
        expected: String,
        /// What it contains.
        actual: String,
    },
    /// An mp4 without an index, because its recorder was stopped before writing it. Without an
    /// index, the sound cannot be found.
    NoIndex,
    /// An mp4 from a pipe that does not begin with its index.
    LateIndex,
    /// The file has no samples.
    Empty,
    /// The recording is longer than the limit.
    Limit {
        /// The most samples per channel.
        max_samples: u64,
        /// Samples per channel, as claimed by the file or found in it.
        samples: u64,
    },
}

impl From<io::Error> for DecodeErrorKind {
    fn from(error: io::Error) -> Self {
        DecodeErrorKind::Io(error)
    }
}

impl DecodeError {
    pub(crate) fn new(path: &Path, kind: DecodeErrorKind) -> Self {
        let path = path.to_owned();
        DecodeError(Box::new(Inner { path, kind }))
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.0.kind
    }

    /// Returns the stable code: `io`, `audio-unsupported`, `audio-corrupt`, `audio-empty` or
    /// `limit`.
    pub fn code(&self) -> &'static str {
        match self.kind() {
            DecodeErrorKind::Io(_) => "io",
            DecodeErrorKind::Unsupported { .. } | DecodeErrorKind::LateIndex => "audio-unsupported",
            DecodeErrorKind::Corrupt { .. } | DecodeErrorKind::NoIndex => "audio-corrupt",
            DecodeErrorKind::Empty => "audio-empty",
            DecodeErrorKind::Limit { .. } => "limit",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path().display(), self.kind())
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeErrorKind::Io(error) => write!(f, "cannot read the file: {error}"),
            DecodeErrorKind::Unsupported { expected, actual } => {
                write!(f, "unsupported audio: expected {expected}, found {actual}")
            }
            DecodeErrorKind::Corrupt { expected, actual } => {
                write!(f, "corrupt audio: expected {expected}, found {actual}")
            }
            DecodeErrorKind::NoIndex => write!(
                f,
                "corrupt audio: expected an mp4 with its index (moov), found none: the recorder was \
                 stopped before it wrote it. The program untrunc makes one from this file and another \
                 recording of the same recorder"
            ),
            DecodeErrorKind::LateIndex => write!(
                f,
                "unsupported audio: expected the index (moov) at the start of an mp4 from a pipe, \
                 found sound; ffmpeg -i INPUT -c copy -movflags +faststart OUTPUT.m4a puts it there"
            ),
            DecodeErrorKind::Empty => {
                write!(f, "empty audio: expected at least one sample, found none")
            }
            DecodeErrorKind::Limit { max_samples, samples } => write!(
                f,
                "recording too long: expected at most {max_samples} samples per channel, found {samples}"
            ),
        }
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            DecodeErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Symphonia's messages for PCM in mov with more than two channels, and for signed 8-bit samples,
/// which other programs read.
const MP4_PCM: [&str; 3] = [
    "isomp4: invalid number of channels",
    "isomp4: invalid pcm sample size",
    "isomp4: invalid pcm bytes per sample",
];

/// Converts an error of the container to an error about the file.
pub(crate) fn container_error(error: Error) -> DecodeErrorKind {
    let corrupt =
        |actual: String| DecodeErrorKind::Corrupt { expected: READABLE.to_owned(), actual };
    match error {
        Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            corrupt("the end of the file before its first sound".to_owned())
        }
        Error::IoError(error) => DecodeErrorKind::Io(error),
        // A known container without a required part, such as an m4a that was cut off before its
        // index.
        Error::Unsupported(what) if what.contains("missing") => corrupt(format!("damage ({what})")),
        Error::Unsupported(what) => DecodeErrorKind::Unsupported {
            expected: READABLE.to_owned(),
            // The last format that was tried is not necessarily the one that the user has.
            actual: match what.starts_with("core (probe)") || what.starts_with("id3v2") {
                true => "something else".to_owned(),
                false => format!("a variant of these that is not read ({what})"),
            },
        },
        Error::DecodeError(what) if MP4_PCM.contains(&what) => DecodeErrorKind::Unsupported {
            expected: READABLE.to_owned(),
            actual: format!("a kind of PCM in mov that is not read ({what})"),
        },
        Error::DecodeError(what) | Error::LimitError(what) => corrupt(format!("damage ({what})")),
        other => corrupt(other.to_string()),
    }
}
