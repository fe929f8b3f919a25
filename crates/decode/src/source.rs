//! A file of any kind after its header.

use crate::READABLE;
use crate::container::ContainerReader;
use crate::error::{DecodeErrorKind, Result};
use crate::piece::Piece;
use crate::plain::PlainReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file of any kind after its header.
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

    /// Returns the rate in Hz and the number of channels of the first samples.
    pub(crate) fn spec(&self) -> (u32, usize) {
        match self {
            Source::Plain(reader) => (reader.format().sample_rate, reader.format().channels),
            Source::Container(reader) => reader.spec(),
        }
    }
}

/// Runs `work`; if a codec's decoder panics on an untrusted file, the caller must not crash.
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
