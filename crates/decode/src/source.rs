//! What every kind of file gives: samples, gaps, and an end.

use crate::container::ContainerReader;
use crate::error::Result;
use crate::plain::PlainReader;
use crate::warning::Warning;

/// What comes next in a recording.
pub(crate) enum Piece {
    /// Samples were appended to the output.
    Sound,
    /// Something is missing, this many samples per channel; sound follows.
    Gap(u64),
    /// There is nothing more.
    End(End),
}

/// How a recording ended: what was missing.
pub(crate) struct End(pub(crate) Vec<Warning>);

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
