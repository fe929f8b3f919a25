//! What an Ogg file has lost, as its pages show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::page::{
    FLAGS_AT, HEADER_BYTES, IS_CONTINUED, IS_FIRST, IS_LAST, MARK, NO_POSITION, NUMBER_AT,
    OTHER_FLAGS, SUM_AT, VERSION_AT, checksum, mark, number, page, position, serial,
};
use super::resumed::{Resumed, ResumedPages};
use super::stream::{MAX_GROWTH, Stream};

/// The most streams that are followed at a time. Files have one or two, or many in sequence.
pub(super) const MAX_STREAMS: usize = 64;

/// What an Ogg file has lost, up to where it was read.
#[derive(Clone, Default)]
pub(crate) struct Losses(Arc<Mutex<Lost>>);

#[derive(Default)]
pub(super) struct Lost {
    /// Where pages were missing before others.
    pub(super) resumed: ResumedPages,
    pub(super) streams: HashMap<u32, Stream>,
    /// Whether any of them has a stated end.
    is_stated: bool,
    /// The bytes of the longest page.
    longest: usize,
    /// Whether the last good page was the last one of its stream.
    is_over: bool,
    /// Whether it is followed by something other than a good page, or the beginning of one.
    is_damaged: bool,
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

    pub(super) fn locked(&self) -> MutexGuard<'_, Lost> {
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

/// Finds the pages in a sequence of bytes.
#[derive(Default)]
pub(super) struct Pages {
    /// Bytes from the start of a page, or of what may be one.
    pub(super) bytes: Vec<u8>,
    pub(super) losses: Losses,
}

impl Pages {
    /// Prepares for bytes from another place.
    pub(super) fn restart(&mut self) {
        self.bytes.clear();
        let mut lost = self.losses.locked();
        *lost = Lost { resumed: std::mem::take(&mut lost.resumed), ..Lost::default() };
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
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
    pub(super) fn end(&mut self) {
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
