//! A file whose header has been read, of whatever kind.

use crate::container::ContainerReader;
use crate::error::Result;
use crate::piece::Piece;
use crate::plain::PlainReader;

/// A file whose header has been read.
pub(crate) enum Source {
    Plain(Box<PlainReader>),
    Container(Box<ContainerReader>),
}

impl Source {
    /// Appends the next samples to `output`, channels interleaved.
    pub(crate) fn next(&mut self, output: &mut Vec<f32>) -> Result<Piece> {
        match self {
            Source::Plain(reader) => reader.next(output),
            Source::Container(reader) => reader.next(output),
        }
    }

    /// The rate in Hz and the number of channels, as of the first samples.
    pub(crate) fn spec(&self) -> (u32, usize) {
        match self {
            Source::Plain(reader) => (reader.format().sample_rate, reader.format().channels),
            Source::Container(reader) => reader.spec(),
        }
    }
}
