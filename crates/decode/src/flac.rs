//! Finds the last block of a FLAC file. Symphonia takes everything up to the next block, or up to the
//! end of the file, for part of a block, and drops it if a tag of another format follows.

/// How many places that look like the start of a block are tried, so that the work is limited.
const MAX_STARTS: usize = 16;

/// Bytes of a checksum after a block.
const SUM_BYTES: usize = 2;

/// A block.
pub(crate) struct Block<'a> {
    pub(crate) bytes: &'a [u8],
    /// The samples per channel before it, and in it.
    pub(crate) start: u64,
    pub(crate) frames: u64,
}

/// Returns what may be blocks: they have a header, and the right checksum. `length` is the length of
/// blocks in a file in which all but the last have the same.
pub(crate) fn blocks(bytes: &[u8], length: u64) -> impl Iterator<Item = Block<'_>> {
    let starts = (0..bytes.len()).filter_map(move |at| Some((at, header(&bytes[at..])?)));
    starts.take(MAX_STARTS).flat_map(move |(at, header)| {
        let start = header.number.saturating_mul(if header.is_fixed { length } else { 1 });
        let ends = ends(&bytes[at..]).filter(move |&end| end >= header.bytes + SUM_BYTES);
        let frames = header.frames;
        ends.map(move |end| Block { bytes: &bytes[at..at + end], start, frames })
    })
}

/// The header of a block.
struct Header {
    bytes: usize,
    /// The number of the block, or of its first sample.
    number: u64,
    is_fixed: bool,
    frames: u64,
}

/// Reads a header, if there is one with the right checksum.
fn header(bytes: &[u8]) -> Option<Header> {
    let [0xff, kind @ (0xf8 | 0xf9), sizes, _, first, ..] = *bytes else { return None };
    // The ones at the start state how many bytes the number has.
    let ones = first.leading_ones() as usize;
    let mut at = 4 + ones.max(1);
    let low = first & 0x7f_u8.checked_shr(ones as u32).unwrap_or(0);
    let rest = bytes.get(5..at)?;
    let number =
        rest.iter().fold(u64::from(low), |number, byte| number << 6 | u64::from(byte & 0x3f));
    let mut field = |width: usize| {
        let field = bytes.get(at..at + width)?;
        at += width;
        Some(field.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    };
    let frames = match sizes >> 4 {
        0 => return None,
        1 => 192,
        code @ 2..=5 => 576 << (code - 2),
        6 => field(1)? + 1,
        7 => field(2)? + 1,
        code => 256 << (code - 8),
    };
    match sizes & 15 {
        12 => field(1)?,
        13 | 14 => field(2)?,
        _ => 0,
    };
    let is_right = ones != 1 && bytes.get(at) == Some(&crc8(&bytes[..at]));
    is_right.then_some(Header { bytes: at + 1, number, is_fixed: kind & 1 == 0, frames })
}

/// Returns the lengths at which the bytes so far end with their own checksum.
fn ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let sums = bytes.iter().scan(0u16, |sum, &byte| {
        *sum = (0..8).fold(*sum ^ u16::from(byte) << 8, |sum: u16, _| {
            sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { 0x8005 }
        });
        Some(*sum)
    });
    sums.enumerate().filter(|&(_, sum)| sum == 0).map(|(at, _)| at + 1)
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| sum << 1 ^ if sum & 0x80 == 0 { 0 } else { 7 })
    })
}
