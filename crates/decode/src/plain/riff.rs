//! wav, and its forms for more than 4 GiB: RF64 and BW64.

use crate::error::Result;
use crate::input::Input;

use super::bytes::{damaged, little};
use super::chunks::ByteOrder;
use super::format::Format;
use super::{chunks, wave};

/// Bytes of a bext chunk up to the end of its date and time.
const BEXT_BYTES: usize = 338;

/// Reads up to the first sample. The length of the whole file is ignored.
pub(super) fn read(input: &mut Input) -> Result<Format> {
    input.skip(12)?;
    let (mut fmt, mut long, mut frames, mut start_time) = (None, None, None, None);
    while let Some(chunk) = chunks::next(input, ByteOrder::Little)? {
        match &chunk.name {
            b"ds64" => {
                let body = chunks::body(input, chunk.length, 28)?;
                long = body.get(8..16).map(little);
            }
            b"fmt " => fmt = Some(chunks::body(input, chunk.length, wave::MAX_FMT_BYTES)?),
            b"fact" => frames = chunks::body(input, chunk.length, 4)?.get(..4).map(little),
            b"bext" => start_time = time_of(&chunks::body(input, chunk.length, BEXT_BYTES)?),
            b"data" => {
                let fmt = fmt.ok_or_else(|| damaged("a fmt chunk before the samples", "none"))?;
                let format = wave::format(&fmt)?;
                let stated = if chunk.length == 0xffff_ffff { long } else { None };
                return Ok(Format {
                    data_bytes: stated.or(Some(chunk.length)),
                    chunks_follow: Some(ByteOrder::Little),
                    // In plain PCM, it is at best equal to the length of the data.
                    stated_frames: frames.filter(|_| format.coding.block_frames() > 1),
                    start_time,
                    ..format
                });
            }
            _ => chunks::skip(input, chunk.length, chunk.length)?,
        }
    }
    Err(damaged("a data chunk", "the end of the file before its first sound"))
}

/// Returns the date (`2023-02-14`) and time (`06:30:00`) of a bext chunk (EBU Tech 3285). Programs
/// differ in what they put between the numbers.
fn time_of(bext: &[u8]) -> Option<String> {
    let text = bext.get(320..338)?;
    let digits = |range: std::ops::Range<usize>| {
        let digits = &text[range];
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().map(|&byte| char::from(byte)).collect::<String>())
    };
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(10..12)?, digits(13..15)?, digits(16..18)?);
    (year != "0000").then(|| format!("{year}-{month}-{day}T{hour}:{minute}:{second}"))
}
