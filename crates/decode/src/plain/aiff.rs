//! aiff and aifc.

use crate::error::{DecodeErrorKind, Result};
use crate::input::Input;
use crate::pcm::Sample;

use super::bytes::{big, damaged};
use super::chunks;
use super::chunks::ByteOrder;
use super::format::Format;

/// Bytes of a COMM chunk up to the end of the codec's name.
const COMM_BYTES: usize = 22;

/// The length of the samples that SoX states when it writes to a pipe; it is rounded down to whole
/// samples of all channels.
const PIPED_BYTES: u64 = 0x7f00_0000;
const ROUNDING: u64 = 512;

/// Reads up to the first sample.
pub(super) fn read(input: &mut Input) -> Result<Format> {
    input.skip(12)?;
    let mut comm = None;
    while let Some(chunk) = chunks::next(input, ByteOrder::Big)? {
        match &chunk.name {
            b"COMM" => comm = Some(chunks::body(input, chunk.length, COMM_BYTES)?),
            b"SSND" => {
                let comm = comm.ok_or_else(|| DecodeErrorKind::Unsupported {
                    expected: "aiff with its COMM chunk before the samples".to_owned(),
                    actual: "aiff with the samples first".to_owned(),
                })?;
                let format = format(&comm)?;
                // An offset may precede the samples.
                let offset = input.take::<8>()?.map_or(0, |header| big(&header[..4]));
                input.skip(offset)?;
                let data = chunk.length.saturating_sub(8 + offset);
                return Ok(Format {
                    data_bytes: Some(data).filter(|&bytes| !is_placeholder(bytes)),
                    chunks_follow: Some(ByteOrder::Big),
                    ..format
                });
            }
            _ => chunks::skip(input, chunk.length, chunk.length)?,
        }
    }
    Err(damaged("an SSND chunk", "the end of the file before its first sound"))
}

fn is_placeholder(bytes: u64) -> bool {
    (PIPED_BYTES - ROUNDING..=PIPED_BYTES).contains(&bytes)
}

fn format(comm: &[u8]) -> Result<Format> {
    let Some(fields) = comm.get(..18) else {
        let actual = format!("{} bytes", comm.len());
        return Err(damaged("a COMM chunk of at least 18 bytes", &actual));
    };
    let (channels, bits) = (big(&fields[..2]) as usize, big(&fields[6..8]) as usize);
    let rate = extended(&fields[8..18]);
    let stored = bits.div_ceil(8);
    let (sample, big_endian) = match comm.get(18..22) {
        None | Some(b"NONE" | b"twos" | b"in24" | b"in32") => (Sample::Signed(stored), true),
        Some(b"sowt") => (Sample::Signed(stored), false),
        Some(b"raw ") => (Sample::Unsigned8, true),
        Some(b"fl32" | b"FL32") => (Sample::Float(4), true),
        Some(b"fl64" | b"FL64") => (Sample::Float(8), true),
        Some(b"alaw" | b"ALAW") => (Sample::ALaw, true),
        Some(b"ulaw" | b"ULAW") => (Sample::MuLaw, true),
        Some(other) => {
            return Err(DecodeErrorKind::Unsupported {
                expected: "aifc with PCM, floating point, A-law or µ-law".to_owned(),
                actual: format!("aifc with the codec {:?}", String::from_utf8_lossy(other)),
            });
        }
    };
    if !matches!(sample, Sample::Signed(1..=4)) && matches!(sample, Sample::Signed(_)) {
        return Err(damaged("samples of 1 to 32 bits", &format!("{bits} bits")));
    }
    Format::linear(rate, channels, sample, big_endian)
}

/// Converts a whole number from the 80 bits of IEEE 754's extended precision.
fn extended(bytes: &[u8]) -> u32 {
    let (exponent, mantissa) = (big(&bytes[..2]) & 0x7fff, big(&bytes[2..]));
    let shift = 16_383 + 63 - exponent as i64;
    match shift {
        0..=63 => u32::try_from(mantissa >> shift).unwrap_or(0),
        _ => 0,
    }
}
