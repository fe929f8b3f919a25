//! A file whose header has been read, of whatever kind.

use crate::READABLE;
use crate::container::ContainerReader;
use crate::error::{DecodeErrorKind, Result};
use crate::piece::Piece;
use crate::plain::PlainReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file whose header has been read.
pub(crate) enum Source {
    Plain(Box<PlainReader>),
    Container(Box<ContainerReader>),
}

impl Source {
    /// Appends the next samples to `output`, channels interleaved.
    pub(crate) fn next(&mut self, output: &mut Vec<f32>) -> Result<Piece> {
        guarded(|| match self {
            Source::Plain(reader) => reader.next(output),
            Source::Container(reader) => reader.next(output),
        })
    }

    /// The rate in Hz and the number of channels, as of the first samples.
    pub(crate) fn spec(&self) -> (u32, usize) {
        match self {
            Source::Plain(reader) => (reader.format().sample_rate, reader.format().channels),
            Source::Container(reader) => reader.spec(),
        }
    }
}

/// Files are untrusted: if a codec's decoder panics on one, the caller must not crash.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(DecodeErrorKind::Corrupt {
            expected: READABLE.to_owned(),
            actual: "damage that its decoder gives up on".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_is_an_error() {
        let result = guarded::<()>(|| panic!("as a codec might"));
        assert!(matches!(result, Err(DecodeErrorKind::Corrupt { .. })), "{result:?}");
    }
}
