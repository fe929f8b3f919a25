//! The packets of the track that is read, with those that Symphonia does not return.

use std::io::ErrorKind;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::ContainerReader;
use crate::flac;
use crate::track::Decoded;

impl ContainerReader {
    /// Returns the next packet; `None` at the end.
    pub(super) fn packet(&mut self) -> Result<Option<Packet>, Error> {
        loop {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id != self.track.track_id => {}
                Ok(None) => return Ok(self.last_block()),
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Ok(self.last_block());
                }
                other => return other,
            }
        }
    }

    /// Returns the last block of a FLAC file if something follows it.
    fn last_block(&mut self) -> Option<Packet> {
        let rest = self.blocks.take()?.rest();
        let track = self.format.tracks().iter().find(|track| track.id == self.track.track_id)?;
        let info = track.codec_params.as_ref()?.audio()?.extra_data.as_deref()?;
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
