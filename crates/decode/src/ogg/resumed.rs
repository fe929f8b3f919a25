//! The first pages after missing ones. Symphonia takes the end of the last page before them for
//! their start, so that what is missing would seem to be missing after them.

use std::collections::BTreeMap;

use super::page::{
    FLAGS_AT, HEADER_BYTES, IS_CONTINUED, NO_POSITION, NUMBER_AT, SEGMENTS_AT, number, position,
    serial,
};
use super::stream::{MAX_GROWTH, Stream};

/// The most of these pages that are kept, and how many bytes of a packet identify it.
const MAX_PAGES: usize = 4_096;
const KEPT_BYTES: usize = 64;

/// The first page after missing ones in which a packet ends.
#[derive(Clone)]
pub(crate) struct Resumed {
    /// Samples up to the end of the last page before the missing ones; 0 if that was a header.
    before: u64,
    /// Samples up to its own end.
    position: u64,
    /// How many packets end in it, without one whose start is missing.
    pub(crate) packets: usize,
    /// The last bytes of the first one.
    bytes: Vec<u8>,
    /// How many pages are missing, and the samples of most pages so far.
    missing: u64,
    usual: u64,
}

impl Resumed {
    /// Returns whether the stream has no sound before the missing pages.
    pub(crate) fn is_first(&self) -> bool {
        self.before == 0
    }

    /// Returns how many samples are missing before this page, which has `frames` itself; 0 if its
    /// position cannot be right.
    pub(crate) fn lost(&self, frames: u64) -> u64 {
        let lost = self.position.saturating_sub(self.before).saturating_sub(frames);
        let most = self.missing.saturating_mul(self.usual.max(frames)).saturating_mul(MAX_GROWTH);
        if lost > most { 0 } else { lost }
    }

    /// Returns whether this is the packet that ends first in the page, with the time that Symphonia
    /// gives it; `None` for the first packet of a stream, which has its own time.
    fn begins_with(&self, time: Option<i64>, packet: &[u8]) -> bool {
        let is_here = match time {
            Some(time) => !self.is_first() && u64::try_from(time) == Ok(self.before),
            None => self.is_first(),
        };
        is_here && packet.ends_with(&self.bytes)
    }
}

/// Such pages of all streams, by serial and number. A page that is read twice is in it once.
#[derive(Default)]
pub(super) struct ResumedPages(BTreeMap<(u32, u32), Resumed>);

impl ResumedPages {
    /// Takes a good page. `stream` is the state before it.
    pub(super) fn take(&mut self, page: &[u8], stream: &mut Stream) {
        let (packets, has_part) = packets(page, stream.has_part);
        stream.has_part = has_part;
        let (Some(first), position) = (packets.first(), position(page)) else { return };
        if position == NO_POSITION {
            return;
        }
        let before = std::mem::replace(&mut stream.end, position);
        let missing = std::mem::take(&mut stream.missing);
        if missing == 0 {
            return;
        }
        let kept = first.len().saturating_sub(KEPT_BYTES);
        let resumed = Resumed {
            before,
            position,
            packets: packets.len(),
            bytes: first[kept..].to_vec(),
            missing,
            usual: before / u64::from(stream.number.max(1)),
        };
        // After a seek, less is known of what comes before.
        let known = self.0.entry((serial(page), number(page, NUMBER_AT)));
        let known = known.or_insert_with(|| resumed.clone());
        if known.before < resumed.before {
            *known = resumed;
        }
        if self.0.len() > MAX_PAGES {
            self.0.pop_first();
        }
    }

    /// Returns the page that begins with this packet, and forgets it and those before it.
    pub(super) fn find(
        &mut self,
        serial: u32,
        time: Option<i64>,
        packet: &[u8],
    ) -> Option<Resumed> {
        let of_stream = self.0.range((serial, 0)..=(serial, u32::MAX));
        let is_it = |(_, page): &(_, &Resumed)| page.begins_with(time, packet);
        let (&key, page) = { of_stream }.find(is_it)?;
        let page = page.clone();
        self.0.retain(|&other, _| other.0 != serial || other > key);
        Some(page)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Returns the parts of packets that end in a page, without one whose start is missing, and whether
/// another one goes on in the next page.
fn packets(page: &[u8], has_part: bool) -> (Vec<&[u8]>, bool) {
    let (table, mut body) = page[HEADER_BYTES..]
        .split_at(usize::from(page[SEGMENTS_AT]).min(page.len() - HEADER_BYTES));
    let (mut packets, mut length) = (Vec::new(), 0);
    for &segment in table {
        length += usize::from(segment);
        if segment < 255 {
            let (packet, rest) = body.split_at(length.min(body.len()));
            packets.push(packet);
            (body, length) = (rest, 0);
        }
    }
    let is_continued = page[FLAGS_AT] & IS_CONTINUED != 0;
    if is_continued && !has_part {
        if packets.is_empty() {
            return (packets, false);
        }
        packets.remove(0);
    }
    (packets, length > 0)
}
