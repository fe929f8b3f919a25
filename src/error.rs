//! The crate's one error type: an opaque [`Error`] with a matchable [`ErrorKind`] and a stable
//! code, the same as in JavaScript.

use crate::decimal::Decimal;
use std::fmt;

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error. Its message states what was given and what was expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    kind: Box<ErrorKind>,
}

/// What went wrong. New kinds may be added; match with a wildcard arm.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A sample rate that cannot be resampled, in Hz.
    AudioRate {
        /// The refused rate.
        given: u32,
        /// The lowest accepted rate.
        min: u32,
        /// The highest accepted rate.
        max: u32,
    },
    /// A sample that is NaN, infinite or beyond ±1e15.
    AudioNonFinite {
        /// Index of the first such sample.
        index: usize,
    },
    /// Interleaved audio of a length that is not a multiple of its channels, or audio without
    /// channels.
    AudioChannels {
        /// Samples given, over all channels.
        samples: usize,
        /// Channels given.
        channels: usize,
    },
    /// No samples at all.
    AudioEmpty,
    /// A recording without any sound, where sound is needed.
    AudioSilent {
        /// No window of it is louder than this, in dBFS.
        threshold_dbfs: f32,
    },
    /// Too few samples to compute one feature column.
    AudioTooShort {
        /// Samples given.
        given: usize,
        /// Samples needed at the same rate.
        min: usize,
    },
    /// A setting outside of its range.
    Config {
        /// The setting's name.
        field: &'static str,
        /// The refused value.
        given: String,
        /// What is accepted.
        expected: String,
    },
    /// Bytes that are not an ONNX model, or a model with operators that no engine can run.
    ModelFormat {
        /// The message of the parser or the optimiser.
        reason: String,
    },
    /// A model that this build does not run, though others may: see the feature `general`.
    ModelOperators {
        /// What it lacks.
        reason: String,
    },
    /// A required key that is missing in the model's `metadata_props`.
    MetadataMissing {
        /// The missing key.
        key: String,
    },
    /// A metadata value that cannot be read or is out of range.
    MetadataInvalid {
        /// The key.
        key: String,
        /// Its value in the file.
        given: String,
        /// What is accepted.
        expected: String,
    },
    /// A version of the metadata format that this crate does not read.
    MetadataVersion {
        /// The version in the file.
        given: String,
        /// The version that this crate reads.
        supported: u32,
    },
    /// The shape of the network does not match its metadata.
    ModelMismatch {
        /// What was compared.
        what: &'static str,
        /// What the metadata states.
        expected: String,
        /// What the network has.
        actual: String,
    },
    /// Bytes that are not a head, or a head with inconsistent parts.
    HeadFormat {
        /// What is wrong with it.
        reason: String,
    },
    /// A head that was made for another model.
    HeadMismatch {
        /// The head's name.
        head: String,
        /// Name and hash of the model that it was made for.
        expected: String,
        /// Name and hash of the model that was given.
        actual: String,
    },
    /// A size above the limit, refused before memory is allocated.
    Limit {
        /// What is too large.
        what: &'static str,
        /// Its size.
        given: u64,
        /// The largest accepted size.
        max: u64,
    },
    /// The network failed while running, or returned numbers that are not finite.
    Inference {
        /// The engine's message.
        reason: String,
    },
}

/// Every code that [`Error::code`] can return, in a fixed order.
pub const ERROR_CODES: &[&str] = &[
    "audio-rate",
    "audio-non-finite",
    "audio-channels",
    "audio-empty",
    "audio-silent",
    "audio-too-short",
    "config",
    "model-format",
    "model-operators",
    "metadata-missing",
    "metadata-invalid",
    "metadata-version",
    "model-mismatch",
    "head-format",
    "head-mismatch",
    "limit",
    "inference",
];

impl Error {
    /// Returns what went wrong, for matching.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns a stable kebab-case code, the same in Rust and in JavaScript; one of
    /// [`ERROR_CODES`].
    pub fn code(&self) -> &'static str {
        match *self.kind {
            ErrorKind::AudioRate { .. } => "audio-rate",
            ErrorKind::AudioNonFinite { .. } => "audio-non-finite",
            ErrorKind::AudioChannels { .. } => "audio-channels",
            ErrorKind::AudioEmpty => "audio-empty",
            ErrorKind::AudioSilent { .. } => "audio-silent",
            ErrorKind::AudioTooShort { .. } => "audio-too-short",
            ErrorKind::Config { .. } => "config",
            ErrorKind::ModelFormat { .. } => "model-format",
            ErrorKind::ModelOperators { .. } => "model-operators",
            ErrorKind::MetadataMissing { .. } => "metadata-missing",
            ErrorKind::MetadataInvalid { .. } => "metadata-invalid",
            ErrorKind::MetadataVersion { .. } => "metadata-version",
            ErrorKind::ModelMismatch { .. } => "model-mismatch",
            ErrorKind::HeadFormat { .. } => "head-format",
            ErrorKind::HeadMismatch { .. } => "head-mismatch",
            ErrorKind::Limit { .. } => "limit",
            ErrorKind::Inference { .. } => "inference",
        }
    }

    pub(crate) fn config(
        field: &'static str,
        given: impl fmt::Display,
        expected: impl Into<String>,
    ) -> Self {
        ErrorKind::Config { field, given: given.to_string(), expected: expected.into() }.into()
    }

    pub(crate) fn model_format(reason: impl fmt::Display) -> Self {
        ErrorKind::ModelFormat { reason: reason.to_string() }.into()
    }

    pub(crate) fn inference(reason: impl fmt::Display) -> Self {
        ErrorKind::Inference { reason: reason.to_string() }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error { kind: Box::new(kind) }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            ErrorKind::AudioRate { given, min, max } => {
                write!(f, "sample rate is {given} Hz, expected {min} to {max} Hz")
            }
            ErrorKind::AudioNonFinite { index } => {
                write!(f, "sample {index} is NaN, infinite or beyond ±1e15, expected about −1 to 1")
            }
            ErrorKind::AudioChannels { samples, channels } => {
                write!(f, "{samples} interleaved samples do not divide into {channels} channels")
            }
            ErrorKind::AudioEmpty => write!(f, "the audio is empty, expected at least one sample"),
            ErrorKind::AudioSilent { threshold_dbfs } => {
                let threshold_dbfs = Decimal::from(*threshold_dbfs);
                write!(f, "the audio is silent: nothing in it is louder than {threshold_dbfs} dBFS")
            }
            ErrorKind::AudioTooShort { given, min } => write!(
                f,
                "the audio has {given} samples, expected at least {min} to compute features from"
            ),
            ErrorKind::Config { field, given, expected } => {
                write!(f, "{field} is {given}, expected {expected}")
            }
            ErrorKind::ModelFormat { reason } => write!(f, "not a usable ONNX model: {reason}"),
            ErrorKind::ModelOperators { reason } => {
                write!(f, "this engine does not run the model: it lacks {reason}")
            }
            ErrorKind::MetadataMissing { key } => write!(
                f,
                "the model's metadata_props lack the key {key:?}; a model must describe itself"
            ),
            ErrorKind::MetadataInvalid { key, given, expected } => {
                write!(f, "the model's metadata key {key:?} is {given:?}, expected {expected}")
            }
            ErrorKind::MetadataVersion { given, supported } => {
                write!(f, "the model's metadata format is version {given:?}, expected {supported}")
            }
            ErrorKind::ModelMismatch { what, expected, actual } => {
                write!(f, "the network's {what} is {actual}, its metadata says {expected}")
            }
            ErrorKind::HeadFormat { reason } => write!(f, "not a usable head: {reason}"),
            ErrorKind::HeadMismatch { head, expected, actual } => {
                write!(f, "the head {head:?} was made for {expected}, not for {actual}")
            }
            ErrorKind::Limit { what, given, max } => {
                write!(f, "{what} is {given}, the limit is {max}")
            }
            ErrorKind::Inference { reason } => write!(f, "inference failed: {reason}"),
        }
    }
}
