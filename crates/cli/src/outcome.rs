//! How a command ends, and why an input failed.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sourcing_sound_decode::{DecodeError, DecodeErrorKind, MAX_CHANNELS, Warning};

use crate::printable::printable;

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

/// Arguments that clap accepts but the command refuses; the message names the option.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Returns the core's error with its code, in the form of all messages.
pub(crate) fn coded(error: sourcing_sound::Error) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}

/// Returns the message for a warning about a recording.
pub(crate) fn warning(path: &Path, warning: &Warning) -> String {
    let path = path.display().to_string();
    format!("warning: {}: {warning} [{}]", printable(&path), warning.code())
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
    /// The recording was classified, but parts of it are missing, which `--strict` does not allow.
    Incomplete { path: PathBuf, warning: Warning },
    /// A clip of the recording could not be saved.
    Clip { path: PathBuf, folder: PathBuf, error: std::io::Error },
    /// The options do not fit this input.
    Usage { path: PathBuf, message: String },
    /// No file in the folder has the extension of a known format.
    NothingIn(PathBuf),
}

impl Failure {
    /// Returns the stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Failure::Decode(error) => error.code(),
            Failure::Analyse { error, .. } => error.code(),
            Failure::Incomplete { warning, .. } => warning.code(),
            Failure::Usage { .. } => "config",
            Failure::Folder { .. } | Failure::Clip { .. } => "io",
            Failure::NothingIn(_) => "audio-empty",
        }
    }

    /// Returns the recording, or the folder.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Failure::Decode(error) => error.path(),
            Failure::Analyse { path, .. }
            | Failure::Folder { path, .. }
            | Failure::Clip { path, .. }
            | Failure::Incomplete { path, .. }
            | Failure::Usage { path, .. }
            | Failure::NothingIn(path) => path,
        }
    }

    fn remedy(&self) -> Option<Cow<'static, str>> {
        let remedy = match self {
            Failure::NothingIn(_) => {
                Some("name the files themselves if they have other extensions")
            }
            Failure::Clip { .. } => Some("check space and permissions"),
            Failure::Incomplete { .. } => {
                Some("without --strict, the available part is classified")
            }
            Failure::Decode(error) if matches!(error.kind(), DecodeErrorKind::NoIndex) => {
                let path = quoted(self.path());
                return Some(format!("untrunc ANOTHER_RECORDING {path}").into());
            }
            Failure::Decode(error) if matches!(error.kind(), DecodeErrorKind::LateIndex) => {
                Some("name the file, or: ffmpeg -i INPUT -f wav - | sourcing-sound classify -")
            }
            _ if self.has_too_many_channels() => return Some(self.first_channel().into()),
            _ if self.path().as_os_str() == "-" => return self.piped_remedy().map(Cow::Borrowed),
            _ => match self.code() {
                "io" => Some(unread_remedy(self.path())),
                "audio-unsupported" => return Some(self.other_use().into()),
                "audio-corrupt" => Some("it is damaged or incomplete; copy or export it again"),
                "audio-empty" => Some("there is no sound in it; leave it out"),
                "audio-silent" => Some("record it again, louder or closer; or leave it out"),
                "audio-rate" => return Some(self.conversion(" -ar 44100").into()),
                "audio-non-finite" => Some("its samples are not all numbers; export it again"),
                "audio-too-short" => Some("use a longer recording"),
                "limit" => Some("cut it into shorter recordings"),
                _ => None,
            },
        };
        remedy.map(Cow::Borrowed)
    }

    /// Returns the remedy for standard input, which can be neither named nor copied.
    fn piped_remedy(&self) -> Option<&'static str> {
        match self.code() {
            "audio-unsupported" => {
                Some("convert it in the pipe: ffmpeg -i INPUT -f wav - | sourcing-sound classify -")
            }
            "audio-corrupt" => Some(
                "some formats cannot be read from a pipe; name the file, or convert it in the pipe: \
                    ffmpeg -i INPUT -f wav - | sourcing-sound classify -",
            ),
            "audio-empty" => Some("the program that writes to the pipe produced no output"),
            _ => None,
        }
    }

    /// Suggests what to do with a file that is not a recording.
    fn other_use(&self) -> String {
        let path = self.path();
        match path.extension().and_then(OsStr::to_str) {
            Some("json") => format!("if it is a head, add it: --head {}", quoted(path)),
            Some("onnx") => format!("if it is a model, choose it: --model {}", quoted(path)),
            _ => self.conversion(""),
        }
    }

    fn has_too_many_channels(&self) -> bool {
        let limit = format!("at most {MAX_CHANNELS} channels");
        let Failure::Decode(error) = self else { return false };
        matches!(error.kind(), DecodeErrorKind::Unsupported { expected, .. } if *expected == limit)
    }

    /// Returns the command that makes a recording of this kind readable.
    fn conversion(&self, options: &str) -> String {
        let path = self.path();
        let (input, output) = (quoted(path), quoted(&converted(path)));
        format!("if it is a recording, convert it: ffmpeg -i {input}{options} {output}")
    }

    /// Returns the command that keeps one channel. ffmpeg's filters have the same limit.
    fn first_channel(&self) -> String {
        let path = self.path();
        if path.as_os_str() == "-" {
            return "keep one channel: sox INPUT -t wav - remix 1 | sourcing-sound classify -"
                .into();
        }
        let (input, output) = (quoted(path), quoted(&converted(path)));
        format!("keep one channel: sox {input} {output} remix 1")
    }
}

/// Returns the path of a recording that is converted to wav.
fn converted(path: &Path) -> PathBuf {
    // Some file systems treat `X.WAV` and `X.wav` as the same file.
    let is_wav = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav"));
    path.with_extension(if is_wav { "converted.wav" } else { "wav" })
}

/// Suggests what to do about a file that cannot be read.
fn unread_remedy(path: &Path) -> &'static str {
    let text = path.to_string_lossy();
    if text.contains("://") {
        "addresses are not read: download it"
    } else if text.contains(['*', '?', '[']) && !path.exists() {
        "no file matches this pattern"
    } else {
        "check that it exists and that you have permission to read it"
    }
}

/// Formats a path as one word for a shell that is not an option.
pub(crate) fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if path.starts_with('-') { format!("./{path}") } else { path.into_owned() };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if path.chars().all(is_plain) {
        return path;
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        let what = match self {
            Failure::Decode(error) => error.to_string(),
            Failure::Analyse { error, .. } => format!("{path}: {error}"),
            Failure::Incomplete { warning, .. } => format!("{path}: {warning}"),
            Failure::Usage { message, .. } => format!("{path}: {message}"),
            Failure::Clip { folder, error, .. } => {
                format!("{path}: cannot save a clip in {}: {error}", folder.display())
            }
            Failure::Folder { error, .. } => format!("{path}: cannot list the folder: {error}"),
            Failure::NothingIn(_) => {
                let extensions = sourcing_sound_decode::EXTENSIONS.join(", ");
                format!("{path}: no recording in this folder, expected {extensions}")
            }
        };
        // A name with a line break must not look like another message.
        write!(f, "{} [{}]", printable(&what), self.code())?;
        match self.remedy() {
            Some(remedy) => write!(f, "\n  {}", printable(&remedy)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;
    use std::path::Path;

    #[test]
    fn paths_are_one_word_for_a_shell() {
        for (path, word) in [
            ("a/b-1.wma", "a/b-1.wma"),
            ("-dog.wma", "./-dog.wma"),
            ("my dog.wma", "'my dog.wma'"),
            ("$(rm).wma", "'$(rm).wma'"),
            ("the dog's.wma", r"'the dog'\''s.wma'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
