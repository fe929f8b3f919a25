//! Sony Wave64: chunks with names of 16 bytes and lengths of eight, which include their header.

use crate::error::Result;
use crate::input::Input;

use super::bytes::{damaged, little};
use super::format::Format;
use super::wave;

/// The name of the whole file.
pub(super) const RIFF: [u8; 16] = *b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";

/// The part of the other names after the first four letters.
const REST: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// Bytes of a chunk's header.
const HEADER: u64 = 24;

/// No file is as long as this, so that the length of its samples is a placeholder.
const MAX_BYTES: u64 = 1 << 62;

/// Reads up to the first sample.
pub(super) fn read(input: &mut Input) -> Result<Format> {
    // The name and length of the file, then the name `wave`.
    input.skip(HEADER + 16)?;
    let mut fmt = None;
    while let Some(header) = input.take::<24>()? {
        let (name, length) = header.split_at(16);
        let body = little(length).saturating_sub(HEADER);
        match (&name[..4], name[4..] == REST) {
            (b"fmt ", true) => {
                let bytes = body.min(wave::MAX_FMT_BYTES as u64) as usize;
                fmt = Some(input.take_up_to(bytes)?.to_vec());
                input.skip(body.next_multiple_of(8) - bytes as u64)?;
            }
            (b"data", true) => {
                let fmt = fmt.ok_or_else(|| damaged("a fmt chunk before the samples", "none"))?;
                // Without a length, the samples reach to the end of the file. To a pipe, ffmpeg
                // writes the largest number.
                let data_bytes = (1..MAX_BYTES).contains(&body).then_some(body);
                return Ok(Format { data_bytes, ..wave::format(&fmt)? });
            }
            _ => input.skip(body.checked_next_multiple_of(8).unwrap_or(body))?,
        }
    }
    Err(damaged("a data chunk", "the end of the file before its first sound"))
}
