//! Watches the pages of an Ogg file as they are read: whether any are missing, in the middle or at
//! the end. Times in Ogg are only as good as what its encoder wrote at the ends of pages; the
//! numbers of pages show what is actually lost.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

use crate::input::Input;

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

/// The longest page: a header, a table and 255 segments.
const MAX_PAGE_BYTES: u64 = 27 + 255 + 255 * 255;

/// The flag of the last page of a stream, and the other flags.
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
    /// How often pages were missing before others.
    gaps: u64,
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
    /// Returns how often pages were missing so far.
    pub(crate) fn count(&self) -> u64 {
        self.locked().gaps
    }

    /// Returns the damaged end of a stream, if it has one; known at the end of the file. A file
    /// that just ends early is not damaged.
    pub(crate) fn damaged_end(&self, serial: u32) -> Option<DamagedEnd> {
        let lost = self.locked();
        let is_damaged = lost.is_damaged && !lost.is_over;
        let stream = lost.streams.get(&serial);
        let missing =
            stream.and_then(|stream| Some(stream.stated?.saturating_sub(stream.position)));
        is_damaged.then_some(DamagedEnd { missing })
    }

    fn locked(&self) -> MutexGuard<'_, Lost> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lost {
    fn good(&mut self, page: &[u8]) {
        let number = number(page, NUMBER_AT);
        let is_known = self.streams.contains_key(&serial(page));
        if !is_known && self.streams.len() >= MAX_STREAMS {
            self.streams.clear();
        }
        let stream = self.streams.entry(serial(page)).or_default();
        if is_known && number > stream.number.saturating_add(1) {
            self.gaps += 1;
        }
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

/// A file that is read from start to end, while its pages are watched.
pub(crate) struct Watched {
    input: Input,
    pages: Pages,
}

impl Watched {
    /// Returns the input, and where its losses are counted.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(mut input: Input) -> io::Result<(Box<dyn MediaSource>, Losses)> {
        if !has_page_at_end(&mut input)? {
            // Symphonia refuses a file in which it finds no end, but does not search for one in a
            // pipe.
            input.read_through();
        }
        let pages = Pages::default();
        let losses = pages.losses.clone();
        Ok((Box::new(Watched { input, pages }), losses))
    }
}

impl Read for Watched {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(output)?;
        self.pages.push(&output[..count]);
        if count == 0 && !output.is_empty() {
            self.pages.end();
        }
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

/// Returns whether a file has a good page among its last bytes; true for a pipe. Does not move the
/// input.
fn has_page_at_end(input: &mut Input) -> io::Result<bool> {
    let Some(left) = input.remaining().filter(|_| input.is_seekable()) else { return Ok(true) };
    let start = input.position();
    input.move_to(start + left.saturating_sub(MAX_PAGE_BYTES))?;
    let mut pages = Pages::default();
    pages.push(input.take_up_to(MAX_PAGE_BYTES as usize)?);
    pages.end();
    input.move_to(start)?;
    Ok(!pages.losses.locked().streams.is_empty())
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
        *lost = Lost { gaps: lost.gaps, ..Lost::default() };
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
    let segments = usize::from(bytes[SEGMENTS_AT]);
    let table = bytes.get(HEADER_BYTES..HEADER_BYTES + segments)?;
    let body: usize = table.iter().map(|&length| usize::from(length)).sum();
    bytes.get(..HEADER_BYTES + segments + body)
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
