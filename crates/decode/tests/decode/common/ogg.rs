//! The smallest writers of Ogg: Opus in mono at 48 kHz, with a page per packet of 20 ms, and FLAC.

use rusty_opus::{Application, OpusEncoder};

use super::flac::{BLOCK, flac, frame};

/// Samples of a packet, and of what the encoder adds before the first one.
const PACKET: usize = 960;
const PRE_SKIP: usize = 312;

/// Returns an Ogg file of `samples`.
pub fn opus(samples: &[f32]) -> Vec<u8> {
    opus_pages(samples, |_, position| position).concat()
}

/// Returns the pages of an Ogg file of `samples`, two of headers and one per packet. `position`
/// returns the position at the end of a packet, given its number and the right position.
pub fn opus_pages(samples: &[f32], position: impl Fn(usize, u64) -> u64) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(48_000, 1, Application::Audio).unwrap();
    encoder.bitrate_bps = 64_000;
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend((PRE_SKIP as u16).to_le_bytes());
    head.extend(48_000u32.to_le_bytes());
    head.extend([0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend([0; 8]);
    let mut file = vec![page(2, 0, 0, &head), page(0, 0, 1, &tags)];
    let mut padded = samples.to_vec();
    padded.resize((samples.len() + PRE_SKIP).next_multiple_of(PACKET), 0.0);
    let count = padded.len() / PACKET;
    for (number, block) in padded.chunks_exact(PACKET).enumerate() {
        let mut packet = vec![0; 1_275];
        let length = encoder.encode(block, PACKET, &mut packet).unwrap();
        let is_last = number + 1 == count;
        let end = if is_last { samples.len() + PRE_SKIP } else { (number + 1) * PACKET };
        let flags = if is_last { 4 } else { 0 };
        let end = position(number, end as u64);
        file.push(page(flags, end, number as u32 + 2, &packet[..length]));
    }
    file
}

/// Returns an Ogg file of `samples` with this gain, in 256ths of a decibel.
pub fn opus_with_gain(samples: &[f32], gain: i16) -> Vec<u8> {
    let mut pages = opus_pages(samples, |_, position| position);
    // After 28 bytes of the page, and 16 of the packet.
    pages[0][44..46].copy_from_slice(&gain.to_le_bytes());
    pages[0][22..26].fill(0);
    let sum = checksum(&pages[0]);
    pages[0][22..26].copy_from_slice(&sum.to_le_bytes());
    pages.concat()
}

/// Returns the pages of FLAC in Ogg, two of headers and then pages of this many segments, so that
/// packets begin and end anywhere in them.
pub fn flac_pages(rate: u32, samples: &[i16], segments: usize) -> Vec<Vec<u8>> {
    let file = flac(rate, samples);
    let mut head = b"\x7fFLAC\x01\0\0\x01".to_vec();
    head.extend(&file[..42]);
    head[13] &= 0x7f;
    let comment = b"\x84\0\0\x08\0\0\0\0\0\0\0\0";
    let mut pages = vec![page(2, 0, 0, &head), page(0, 0, 1, comment)];
    // Every segment with the position after the packet that it ends.
    let mut parts = Vec::new();
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        let packet = frame(number as u8, block);
        parts.extend(packet.chunks_exact(255).map(|part| (part.to_vec(), None)));
        let end = (number * BLOCK + block.len()) as u64;
        parts.push((packet.chunks_exact(255).remainder().to_vec(), Some(end)));
    }
    let count = parts.len().div_ceil(segments);
    let mut is_continued = false;
    for (number, parts) in parts.chunks(segments).enumerate() {
        let last = if number + 1 == count { 4 } else { 0 };
        let position = parts.iter().rev().find_map(|(_, end)| *end).unwrap_or(u64::MAX);
        let bodies: Vec<&[u8]> = parts.iter().map(|(part, _)| &part[..]).collect();
        let flags = last | u8::from(is_continued);
        pages.push(page_of(flags, position, number as u32 + 2, &bodies));
        is_continued = parts.last().is_some_and(|(_, end)| end.is_none());
    }
    pages
}

/// Returns a page with one packet.
pub fn page(flags: u8, position: u64, number: u32, packet: &[u8]) -> Vec<u8> {
    let mut segments: Vec<&[u8]> = packet.chunks_exact(255).collect();
    // A packet ends with the first segment of less than 255 bytes.
    segments.push(packet.chunks_exact(255).remainder());
    page_of(flags, position, number, &segments)
}

fn page_of(flags: u8, position: u64, number: u32, segments: &[&[u8]]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(position.to_le_bytes());
    page.extend(1u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(segments.len() as u8);
    page.extend(segments.iter().map(|segment| segment.len() as u8));
    page.extend(segments.concat());
    let sum = checksum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum: u32, _| {
            if sum & 1 << 31 != 0 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 }
        })
    })
}
