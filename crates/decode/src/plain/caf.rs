//! Apple's Core Audio Format, if its samples are uncompressed; Symphonia reads the rest.

use crate::error::Result;
use crate::input::Input;
use crate::pcm::Sample;

use super::bytes::{big, damaged};
use super::format::Format;

/// Bytes before the first chunk.
const FILE_HEADER: u64 = 8;

/// Reads up to the first sample; `None`, without reading anything, for a file with a codec.
pub(super) fn read(input: &mut Input) -> Result<Option<Format>> {
    // The description is the first chunk: 12 bytes of header, then 32.
    let Ok(start) = <[u8; 52]>::try_from(input.peek(52)?) else {
        return Err(damaged("a caf header of 52 bytes", "the end of the file"));
    };
    if &start[8..12] != b"desc" {
        return Err(damaged("a description first", "another chunk"));
    }
    let desc = &start[20..52];
    let rate = f64::from_bits(big(&desc[..8]));
    let (codec, flags) = (&desc[8..12], big(&desc[12..16]));
    let (channels, bits) = (big(&desc[24..28]) as usize, big(&desc[28..32]) as usize);
    let (is_float, is_little) = (flags & 1 != 0, flags & 2 != 0);
    let sample = match (codec, is_float, bits.div_ceil(8)) {
        (b"lpcm", true, bytes @ (4 | 8)) => Sample::Float(bytes),
        (b"lpcm", false, bytes @ 1..=4) => Sample::Signed(bytes),
        (b"alaw", ..) => Sample::ALaw,
        (b"ulaw", ..) => Sample::MuLaw,
        _ => return Ok(None),
    };
    let format = Format::linear(rate.round() as u32, channels, sample, !is_little)?;
    input.skip(FILE_HEADER)?;
    while let Some(header) = input.take::<12>()? {
        // −1 means up to the end of the file.
        let length = big(&header[4..]).cast_signed();
        if &header[..4] == b"data" {
            // A count of edits comes before the samples.
            input.skip(4)?;
            let data_bytes = u64::try_from(length).ok().filter(|&l| l > 4).map(|l| l - 4);
            return Ok(Some(Format { data_bytes, ..format }));
        }
        let Ok(length) = u64::try_from(length) else { break };
        input.skip(length)?;
    }
    Err(damaged("a data chunk", "the end of the file before its first sound"))
}
