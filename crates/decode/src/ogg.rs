//! The pages of an Ogg file as they are read: whether any are missing. Times in Ogg are only as good as
//! what its encoder wrote at the ends of pages; the numbers of pages show what is really lost.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::io::MediaSource;

use crate::input::Input;

const MARK: &[u8] = b"OggS";

/// Where a page has its fields, and the bytes before its table of segments.
const SERIAL_AT: usize = 14;
const NUMBER_AT: usize = 18;
const SUM_AT: usize = 22;
const SEGMENTS_AT: usize = 26;
const HEADER_BYTES: usize = 27;

/// How often pages were missing so far.
#[derive(Clone, Default)]
pub(crate) struct Losses(Arc<AtomicU64>);

impl Losses {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file that is read through, with a look at its pages.
pub(crate) struct Watched {
    input: Input,
    pages: Pages,
}

impl Watched {
    /// The input, and where its losses are counted. `None` for what is no Ogg file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(mut input: Input) -> io::Result<(Box<dyn MediaSource>, Option<Losses>)> {
        if input.peek(MARK.len())? != MARK {
            return Ok((Box::new(input), None));
        }
        let pages = Pages::default();
        let losses = pages.losses.clone();
        Ok((Box::new(Watched { input, pages }), Some(losses)))
    }
}

impl Read for Watched {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(output)?;
        self.pages.push(&output[..count]);
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.pages.restart();
        self.input.seek(to)
    }
}

impl MediaSource for Watched {
    fn is_seekable(&self) -> bool {
        self.input.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.input.byte_len()
    }
}

/// Finds the pages in a sequence of bytes. Damaged ones count as none.
#[derive(Default)]
struct Pages {
    /// From the start of a page, or of what may be one.
    bytes: Vec<u8>,
    /// The number of the last page of each stream.
    last: HashMap<[u8; 4], u32>,
    losses: Losses,
}

impl Pages {
    /// The next bytes are from another place.
    fn restart(&mut self) {
        self.bytes.clear();
        self.last.clear();
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(rest) = self.bytes.get(start..).filter(|rest| rest.len() >= HEADER_BYTES) {
            if !rest.starts_with(MARK) {
                // The rest may begin with part of a mark.
                let found = rest.windows(MARK.len()).position(|window| window == MARK);
                start += found.unwrap_or(rest.len() - MARK.len() + 1);
                continue;
            }
            let Some(page) = page(rest) else { break };
            if checksum(page) != number(page, SUM_AT) {
                start += MARK.len();
                continue;
            }
            start += page.len();
            let serial = [0, 1, 2, 3].map(|n| page[SERIAL_AT + n]);
            let number = number(page, NUMBER_AT);
            let last = self.last.insert(serial, number);
            if last.is_some_and(|last| number > last.saturating_add(1)) {
                self.losses.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.bytes.drain(..start);
    }
}

/// The page at the start of `bytes`, once it is whole.
fn page(bytes: &[u8]) -> Option<&[u8]> {
    let segments = usize::from(bytes[SEGMENTS_AT]);
    let table = bytes.get(HEADER_BYTES..HEADER_BYTES + segments)?;
    let body: usize = table.iter().map(|&length| usize::from(length)).sum();
    bytes.get(..HEADER_BYTES + segments + body)
}

fn number(page: &[u8], at: usize) -> u32 {
    let bytes = [0, 1, 2, 3].map(|n| page[at + n]);
    u32::from_le_bytes(bytes)
}

/// The checksum of a page, for which that of the page itself counts as 0.
fn checksum(page: &[u8]) -> u32 {
    let mut sum = 0u32;
    for (at, &byte) in page.iter().enumerate() {
        let byte = if (SUM_AT..SEGMENTS_AT).contains(&at) { 0 } else { byte };
        sum = sum << 8 ^ SUMS[usize::from((sum >> 24) as u8 ^ byte)];
    }
    sum
}

/// The sums of single bytes, by the polynomial 0x04c11db7.
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

#[cfg(test)]
mod tests {
    use super::{HEADER_BYTES, Pages, SUM_AT, checksum};

    fn page(serial: u8, number: u32, body: &[u8]) -> Vec<u8> {
        let mut page = b"OggS\0\0\0\0\0\0\0\0\0\0".to_vec();
        page.extend([serial, 0, 0, 0]);
        page.extend(number.to_le_bytes());
        page.extend([0, 0, 0, 0, 1, body.len() as u8]);
        page.extend(body);
        let sum = checksum(&page);
        page[SUM_AT..SUM_AT + 4].copy_from_slice(&sum.to_le_bytes());
        page
    }

    /// The losses of a file, which do not depend on the pieces in which it is read.
    fn losses(file: &[Vec<u8>]) -> u64 {
        let file = file.concat();
        let found = [1, 7, 1_000].map(|size| {
            let mut pages = Pages::default();
            file.chunks(size).for_each(|piece| pages.push(piece));
            assert!(pages.bytes.len() < 2 * HEADER_BYTES, "{}", pages.bytes.len());
            pages.losses.count()
        });
        assert_eq!(found, [found[0]; 3]);
        found[0]
    }

    #[test]
    fn missing_and_damaged_pages_are_losses_and_nothing_else_is() {
        let body = b"OggS is no page";
        let row: Vec<Vec<u8>> = (0..6).map(|number| page(1, number, body)).collect();
        assert_eq!(losses(&row), 0);
        let missing = [&row[..2], &row[4..]].concat();
        assert_eq!(losses(&missing), 1);
        let mut damaged = row.clone();
        damaged[2][HEADER_BYTES + 5] ^= 1;
        assert_eq!(losses(&damaged), 1);
        damaged[3][0] = b'o';
        assert_eq!(losses(&damaged), 1);
        damaged[5].pop();
        damaged.push(page(1, 6, body));
        assert_eq!(losses(&damaged), 2);
        // Bytes between pages, two streams in one file, and one after the other.
        let others = [row.clone(), vec![b"between".to_vec()]].concat();
        assert_eq!(losses(&[others.clone(), row.clone()].concat()), 0);
        let two: Vec<Vec<u8>> =
            (0..6).flat_map(|number| [page(1, number, body), page(2, number, b"")]).collect();
        assert_eq!(losses(&two), 0);
    }

    #[test]
    fn another_place_in_a_file_is_no_loss() {
        let mut pages = Pages::default();
        pages.push(&page(1, 0, b"a"));
        pages.restart();
        pages.push(&page(1, 9, b"b")[10..]);
        pages.push(&page(1, 10, b"c"));
        pages.restart();
        pages.push(&page(1, 1, b"d"));
        assert_eq!(pages.losses.count(), 0);
        pages.push(&page(1, 3, b"e"));
        assert_eq!(pages.losses.count(), 1);
    }
}
