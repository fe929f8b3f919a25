//! Files of uncompressed or ADPCM audio: wav, RF64, BW64, W64, aiff, au, caf and raw samples.
//!
//! In: a header that states how blocks of samples are stored, and where. Out: samples. Their number
//! follows from the bytes, because recorders that lose power or write to a pipe leave wrong
//! lengths: those in the header are only compared with the bytes.

mod aiff;
mod au;
mod bytes;
mod caf;
mod chunks;
mod format;
mod reader;
mod riff;
mod w64;
mod wave;

use crate::error::Result;
use crate::input::Input;

pub(crate) use format::Format;
pub use format::{RawFormat, RawSamples};
pub(crate) use reader::PlainReader;

/// Reads the header if the first bytes are those of one of these formats.
pub(crate) fn open(input: &mut Input) -> Result<Option<Format>> {
    let start: [u8; 16] = {
        let bytes = input.peek(16)?;
        let mut start = [0; 16];
        start[..bytes.len()].copy_from_slice(bytes);
        start
    };
    match (&start[..4], &start[8..12]) {
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => riff::read(input).map(Some),
        (b"FORM", b"AIFF" | b"AIFC") => aiff::read(input).map(Some),
        (b"riff", _) if start == w64::RIFF => w64::read(input).map(Some),
        (b".snd", _) => au::read(input).map(Some),
        (b"caff", _) => caf::read(input),
        _ => Ok(None),
    }
}
