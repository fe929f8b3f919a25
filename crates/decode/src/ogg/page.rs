//! The fields of a page.

use std::io;

use crate::input::Input;

pub(super) const MARK: &[u8] = b"OggS";

/// Positions of a page's fields, and the bytes before its table of segments.
pub(super) const VERSION_AT: usize = 4;
pub(super) const FLAGS_AT: usize = 5;
pub(super) const POSITION_AT: usize = 6;
pub(super) const SERIAL_AT: usize = 14;
pub(super) const NUMBER_AT: usize = 18;
pub(super) const SUM_AT: usize = 22;
pub(super) const SEGMENTS_AT: usize = 26;
pub(super) const HEADER_BYTES: usize = 27;

/// The flags of a page that begins within a packet, of the first and of the last page of a stream;
/// and those other than the last one.
pub(super) const IS_CONTINUED: u8 = 1;
pub(super) const IS_FIRST: u8 = 2;
pub(super) const IS_LAST: u8 = 4;
pub(super) const OTHER_FLAGS: u8 = 3;

/// The position of a page in which no packet ends.
pub(super) const NO_POSITION: u64 = u64::MAX;

/// Returns whether the file begins with a page.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn is_ogg(input: &mut Input) -> io::Result<bool> {
    Ok(input.peek(MARK.len())? == MARK)
}

/// Returns where the next mark of a page is.
pub(super) fn mark(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARK.len()).position(|window| window == MARK)
}

/// Returns the page at the start of `bytes`, once it is complete.
pub(super) fn page(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..length_from(bytes))
}

/// Returns the length of the page at the start of `bytes`, or of its header with the table of
/// segments if they have less than that.
pub(super) fn length_from(bytes: &[u8]) -> usize {
    let header = HEADER_BYTES + usize::from(bytes[SEGMENTS_AT]);
    let table = bytes.get(HEADER_BYTES..header).unwrap_or_default();
    header + table.iter().map(|&length| usize::from(length)).sum::<usize>()
}

pub(super) fn number(page: &[u8], at: usize) -> u32 {
    let bytes = [0, 1, 2, 3].map(|n| page[at + n]);
    u32::from_le_bytes(bytes)
}

pub(super) fn serial(page: &[u8]) -> u32 {
    number(page, SERIAL_AT)
}

pub(super) fn position(page: &[u8]) -> u64 {
    u64::from(number(page, POSITION_AT)) | u64::from(number(page, POSITION_AT + 4)) << 32
}

/// Returns the checksum of a page, in which the checksum itself counts as 0.
pub(super) fn checksum(page: &[u8]) -> u32 {
    let mut sum = 0u32;
    for (at, &byte) in page.iter().enumerate() {
        let byte = if (SUM_AT..SEGMENTS_AT).contains(&at) { 0 } else { byte };
        sum = sum << 8 ^ SUMS[usize::from((sum >> 24) as u8 ^ byte)];
    }
    sum
}

/// The checksums of single bytes, by the polynomial 0x04c11db7.
const SUMS: [u32; 256] = {
    let mut sums = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 << 31 != 0 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 };
            bit += 1;
        }
        sums[byte] = sum;
        byte += 1;
    }
    sums
};
