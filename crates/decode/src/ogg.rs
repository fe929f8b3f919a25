//! Watches the pages of an Ogg file as they are read: whether any are missing, in the middle or at
//! the end. Times in Ogg are only as good as what its encoder wrote at the ends of pages; the
//! numbers of pages show what is actually lost.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::input::Input;

pub(crate) use resumed::Resumed;
use resumed::ResumedPages;
pub(crate) use watched::Watched;

mod resumed;
mod watched;

const MARK: &[u8] = b"OggS";

/// Positions of a page's fields, and the bytes before its table of segments.
const VERSION_AT: usize = 4;
const FLAGS_AT: usize = 5;
const POSITION_AT: usize = 6;
const SERIAL_AT: usize = 14;
const NUMBER_AT: usize = 18;
const SUM_AT: usize = 22;
const SEGMENTS_AT: usize = 26;
const HEADER_BYTES: usize = 27;

/// The flags of a page that begins within a packet, of the first and of the last page of a stream;
/// and those other than the last one.
const IS_CONTINUED: u8 = 1;
const IS_FIRST: u8 = 2;
const IS_LAST: u8 = 4;
const OTHER_FLAGS: u8 = 3;

/// The most streams that are followed at a time. Files have one or two, or many in sequence.
const MAX_STREAMS: usize = 64;

/// The position of a page in which no packet ends.
const NO_POSITION: u64 = u64::MAX;

/// A damaged page may claim to have at most this many times as much sound as the pages before it; a
/// larger claim is part of the damage.
const MAX_GROWTH: u64 = 8;

/// What an Ogg file has lost, up to where it was read.
#[derive(Clone, Default)]
pub(crate) struct Losses(Arc<Mutex<Lost>>);

#[derive(Default)]
struct Lost {
    /// Where pages were missing before others.
    resumed: ResumedPages,
    streams: HashMap<u32, Stream>,
    /// Whether any of them has a stated end.
    is_stated: bool,
    /// The bytes of the longest page.
    longest: usize,
    /// Whether the last good page was the last one of its stream.
    is_over: bool,
    /// Whether it is followed by something other than a good page, or the beginning of one.
    is_damaged: bool,
}

/// The pages of a stream so far.
#[derive(Default)]
struct Stream {
    /// The number of the last good page.
    number: u32,
    /// Samples up to its end.
    position: u64,
    /// Samples up to the end of the last page in which a packet ends that is not lost.
    end: u64,
    /// How many pages are missing after the last one in which a packet ends.
    missing: u64,
    /// Whether a packet goes on in the next page.
    has_part: bool,
    /// Samples up to the end of the stream, if the page there is damaged but its header is
    /// reliable.
    stated: Option<u64>,
}

/// Damage from some point up to the end of a file.
pub(crate) struct DamagedEnd {
    /// The missing samples per channel, if a damaged page states them.
    pub(crate) missing: Option<u64>,
}

impl Losses {
    /// Returns the page after missing ones that begins with this packet. The first packet of a stream
    /// has no `time`.
    pub(crate) fn resumed(&self, serial: u32, time: Option<i64>, packet: &[u8]) -> Option<Resumed> {
        self.locked().resumed.find(serial, time, packet)
    }

    /// Returns the damaged end of a stream, if it has one; known at the end of the file. A file
    /// that just ends early is not damaged.
    pub(crate) fn damaged_end(&self, serial: u32) -> Option<DamagedEnd> {
        let lost = self.locked();
        let stream = lost.streams.get(&serial);
        if lost.is_damaged && !lost.is_over {
            let missing = stream.and_then(|stream| Some((stream.stated?, stream.position)));
            let missing = missing.map(|(stated, position)| stated.saturating_sub(position));
            return Some(DamagedEnd { missing });
        }
        // No packet ends after the missing pages, but the last page has its position.
        let stream = stream.filter(|stream| stream.missing > 0)?;
        Some(DamagedEnd { missing: Some(stream.position.saturating_sub(stream.end)) })
    }

    fn locked(&self) -> MutexGuard<'_, Lost> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lost {
    fn good(&mut self, page: &[u8]) {
        let number = number(page, NUMBER_AT);
        let is_known = self.streams.contains_key(&serial(page)) && page[FLAGS_AT] & IS_FIRST == 0;
        if !is_known && self.streams.len() >= MAX_STREAMS {
            self.streams.clear();
        }
        let stream = self.streams.entry(serial(page)).or_default();
        if !is_known {
            // After a seek, only Symphonia has the first part of a packet.
            let has_part = page[FLAGS_AT] & IS_CONTINUED != 0;
            *stream = Stream { has_part, ..Stream::default() };
        } else if number != stream.number.wrapping_add(1) {
            stream.has_part = false;
            stream.missing += u64::from(number.saturating_sub(stream.number).saturating_sub(1));
        }
        self.resumed.take(page, stream);
        stream.number = number;
        if position(page) != NO_POSITION {
            stream.position = position(page);
        }
        if std::mem::take(&mut self.is_stated) {
            self.streams.values_mut().for_each(|stream| stream.stated = None);
        }
        self.longest = self.longest.max(page.len());
        self.is_over = page[FLAGS_AT] & IS_LAST != 0;
        self.is_damaged = false;
    }

    /// Handles a damaged page that claims to contain all others up to the end, so that nothing
    /// after it is read. `readable` are the positions before it.
    fn swallowed(&mut self, readable: &HashMap<u32, u64>) {
        for (serial, stream) in &mut self.streams {
            let end = std::mem::replace(&mut stream.position, *readable.get(serial).unwrap_or(&0));
            if self.is_over {
                stream.stated = Some(end);
                self.is_stated = true;
            }
        }
        (self.is_damaged, self.is_over) = (true, false);
    }

    /// Handles a page with a wrong checksum but possibly a right header. Only the last page shows
    /// how much follows.
    fn damaged(&mut self, header: &[u8]) {
        self.is_damaged = true;
        let is_last = header[VERSION_AT] == 0 && header[FLAGS_AT] & !OTHER_FLAGS == IS_LAST;
        let stream = self.streams.get_mut(&serial(header));
        let Some(stream) = stream.filter(|_| is_last) else { return };
        let pages = u64::from(number(header, NUMBER_AT).saturating_sub(stream.number));
        let usual = stream.position / u64::from(stream.number.max(1));
        let most = pages.saturating_mul(usual).saturating_mul(MAX_GROWTH);
        let position = position(header);
        if position > stream.position && position - stream.position <= most {
            stream.stated = Some(position);
            self.is_stated = true;
        }
    }
}

/// Returns whether the file begins with a page.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn is_ogg(input: &mut Input) -> io::Result<bool> {
    Ok(input.peek(MARK.len())? == MARK)
}

/// Finds the pages in a sequence of bytes.
#[derive(Default)]
struct Pages {
    /// Bytes from the start of a page, or of what may be one.
    bytes: Vec<u8>,
    losses: Losses,
}

impl Pages {
    /// Prepares for bytes from another place.
    fn restart(&mut self) {
        self.bytes.clear();
        let mut lost = self.losses.locked();
        *lost = Lost { resumed: std::mem::take(&mut lost.resumed), ..Lost::default() };
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let mut lost = self.losses.locked();
        let mut start = 0;
        while let Some(rest) = self.bytes.get(start..).filter(|rest| rest.len() >= HEADER_BYTES) {
            if !rest.starts_with(MARK) {
                // The rest may begin with part of a mark.
                start += mark(rest).unwrap_or(rest.len() - MARK.len() + 1);
                lost.is_damaged = true;
                continue;
            }
            let Some(page) = page(rest) else { break };
            if checksum(page) != number(page, SUM_AT) {
                lost.damaged(page);
                start += MARK.len();
                continue;
            }
            start += page.len();
            lost.good(page);
        }
        drop(lost);
        self.bytes.drain(..start);
    }

    /// Handles the end of the bytes. What is left is the beginning of a page, unless another one
    /// begins within it or it would be far longer than all others.
    fn end(&mut self) {
        let mut readable = HashMap::new();
        while mark(self.bytes.get(1..).unwrap_or_default()).is_some() {
            let mut lost = self.losses.locked();
            for (&serial, stream) in &lost.streams {
                readable.entry(serial).or_insert(stream.position);
            }
            if self.bytes.len() >= HEADER_BYTES {
                lost.damaged(&self.bytes);
            }
            drop(lost);
            self.bytes.drain(..MARK.len());
            self.push(&[]);
        }
        let length = self.bytes.len().min(MARK.len());
        let mut lost = self.losses.locked();
        if !readable.is_empty() {
            lost.swallowed(&readable);
        } else if self.bytes[..length] != MARK[..length] || self.bytes.len() > 2 * lost.longest {
            lost.is_damaged = true;
        }
    }
}

/// Returns where the next mark of a page is.
fn mark(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARK.len()).position(|window| window == MARK)
}

/// Returns the page at the start of `bytes`, once it is complete.
fn page(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..length_from(bytes))
}

/// Returns the length of the page at the start of `bytes`, or of its header with the table of
/// segments if they have less than that.
fn length_from(bytes: &[u8]) -> usize {
    let header = HEADER_BYTES + usize::from(bytes[SEGMENTS_AT]);
    let table = bytes.get(HEADER_BYTES..header).unwrap_or_default();
    header + table.iter().map(|&length| usize::from(length)).sum::<usize>()
}

fn number(page: &[u8], at: usize) -> u32 {
    let bytes = [0, 1, 2, 3].map(|n| page[at + n]);
    u32::from_le_bytes(bytes)
}

fn serial(page: &[u8]) -> u32 {
    number(page, SERIAL_AT)
}

fn position(page: &[u8]) -> u64 {
    u64::from(number(page, POSITION_AT)) | u64::from(number(page, POSITION_AT + 4)) << 32
}

/// Returns the checksum of a page, in which the checksum itself counts as 0.
fn checksum(page: &[u8]) -> u32 {
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

#[cfg(test)]
mod tests;
