//! Failures, which become exceptions with a code.

use std::any::Any;
use std::io;
use std::path::PathBuf;

use pyo3::prelude::*;
use sourcing_sound_decode::{DecodeError, DecodeErrorKind};

/// A failure, which `sourcing_sound._errors` turns into an exception.
pub(crate) enum Failure {
    /// Something with a code.
    Coded { code: &'static str, message: String },
    /// An argument of a wrong type; its code is `config`.
    Type(String),
    /// A file that cannot be read; its code is `io`.
    Io { path: PathBuf, errno: Option<i32>, message: String },
    /// An exception of Python itself, such as KeyboardInterrupt.
    Raised(PyErr),
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn coded(code: &'static str, message: impl Into<String>) -> Self {
        Failure::Coded { code, message: message.into() }
    }

    /// Reports a setting that is out of range.
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::coded("config", message)
    }

    /// Reports a bug of this package, which must not end the user's process.
    pub(crate) fn panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no message");
        Self::coded("internal", format!("a bug of sourcing-sound, please report it: {text}"))
    }
}

impl From<sourcing_sound::Error> for Failure {
    fn from(error: sourcing_sound::Error) -> Self {
        Self::coded(error.code(), error.to_string())
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match error.kind() {
            DecodeErrorKind::Io(io) => Failure::Io {
                path: error.path().to_owned(),
                errno: errno(io),
                message: io.to_string(),
            },
            _ => Self::coded(error.code(), error.to_string()),
        }
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Failure::Raised(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        if let Failure::Raised(error) = failure {
            return error;
        }
        Python::attach(|py| exception(py, failure).unwrap_or_else(|error| error))
    }
}

/// Returns Python's number of an error. Windows' own numbers are others, and errors that the decoder
/// created itself have none; these kinds have the same number on all systems.
fn errno(error: &io::Error) -> Option<i32> {
    if let Some(number) = error.raw_os_error().filter(|_| cfg!(unix)) {
        return Some(number);
    }
    match error.kind() {
        io::ErrorKind::NotFound => Some(2),
        io::ErrorKind::PermissionDenied => Some(13),
        io::ErrorKind::IsADirectory => Some(21),
        _ => None,
    }
}

fn exception(py: Python<'_>, failure: Failure) -> PyResult<PyErr> {
    let errors = py.import("sourcing_sound._errors")?;
    let made = match failure {
        Failure::Coded { code, message } => errors.call_method1("coded", (code, message)),
        Failure::Type(message) => errors.call_method1("wrong_type", (message,)),
        Failure::Io { path, errno, message } => {
            errors.call_method1("unreadable", (path, errno, message))
        }
        Failure::Raised(error) => return Ok(error),
    };
    Ok(PyErr::from_value(made?))
}
