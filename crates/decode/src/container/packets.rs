//! The packets of the track that is read, with those that Symphonia does not return.

use std::io::ErrorKind;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::{ContainerReader, NextPacket};
use crate::flac;
use crate::track::Decoded;

impl ContainerReader {
    /// Returns the next packet; `None` at the end.
    pub(super) fn packet(&mut self) -> NextPacket {
        loop {
            let next = self.ahead.pop_front();
            match next.unwrap_or_else(|| self.format.next_packet()) {
                Ok(Some(packet)) if packet.track_id != self.track.track_id => {}
                Ok(Some(packet)) => {
                    self.watch_pages(&packet);
                    return Ok(Some(packet));
                }
                Ok(None) => return Ok(self.last_block()),
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Ok(self.last_block());
                }
                other => return other,
            }
        }
    }

    /// Finds out whether pages of an Ogg file are missing before a packet. The samples in its page
    /// are known once all packets of the page are there.
    fn watch_pages(&mut self, packet: &Packet) {
        let Some(losses) = self.losses.as_ref().filter(|_| self.ahead.is_empty()) else { return };
        let time = std::mem::replace(&mut self.has_begun, true).then(|| packet.pts.get());
        let Some(page) = losses.resumed(packet.track_id, time, &packet.data) else { return };
        let mut frames = packet.block_dur();
        let mut end = packet.pts.saturating_add(frames);
        for _ in 1..page.packets {
            let next = self.format.next_packet();
            let of_page = match &next {
                Ok(Some(next)) if next.pts == end => Some(next.block_dur()),
                _ => None,
            };
            self.ahead.push_back(next);
            let Some(duration) = of_page else { break };
            frames = frames.saturating_add(duration);
            end = end.saturating_add(duration);
        }
        // The first packet of Vorbis has no samples; they are missing as well.
        let silent = if page.is_first() { packet.trim_start.get() } else { 0 };
        self.lost_pages = Some(page.lost(frames.get().saturating_sub(silent)));
    }

    /// Returns the last block of a FLAC file if something follows it.
    fn last_block(&mut self) -> Option<Packet> {
        let rest = self.blocks.take()?.rest();
        let info = self.stated()?.codec_params.as_ref()?.audio()?.extra_data.as_deref()?;
        let length = u64::from(u16::from_be_bytes(*info.first_chunk()?));
        flac::blocks(&rest, length).find_map(|block| {
            let start = Timestamp::try_from(block.start).ok()?;
            let duration = Duration::from(block.frames);
            let packet = Packet::new(self.track.track_id, start, duration, block.bytes);
            // What only looks like a block is too short or damaged.
            let decoded = self.track.decode(&packet, &mut Vec::new());
            matches!(decoded, Ok(Decoded::Samples { .. })).then_some(packet)
        })
    }
}
