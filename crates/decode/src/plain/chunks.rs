//! Chunks of RIFF and aiff: four letters, a length in four bytes, a body, and a byte of padding if
//! the length is odd.

use std::io;

use crate::input::Input;

use super::bytes::{big, little};

/// Chunks that programs are known to write; they distinguish a chunk from samples where either may
/// follow.
const KNOWN: &[&[u8; 4]] = &[
    b"fmt ", b"data", b"fact", b"LIST", b"bext", b"iXML", b"ds64", b"JUNK", b"junk", b"PAD ",
    b"FLLR", b"cue ", b"smpl", b"inst", b"axml", b"chna", b"id3 ", b"ID3 ", b"_PMX", b"PEAK",
    b"LGWV", b"COMM", b"SSND", b"MARK", b"COMT", b"NAME", b"AUTH", b"ANNO", b"(c) ", b"CHAN",
    b"guan", b"wamd", b"minf", b"elm1", b"umid", b"DISP", b"acid", b"strc", b"regn", b"afsp",
];

/// The order of a length's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// A chunk's header.
pub(super) struct Chunk {
    pub(super) name: [u8; 4],
    pub(super) length: u64,
}

/// Reads the next chunk's header; `None` at the end of the file.
pub(super) fn next(input: &mut Input, order: ByteOrder) -> io::Result<Option<Chunk>> {
    let header = input.take::<8>()?;
    Ok(header.map(|header| {
        let [a, b, c, d, length @ ..] = header;
        let length = number(&length, order);
        Chunk { name: [a, b, c, d], length }
    }))
}

/// Skips the rest of a chunk, `left` bytes, and its padding, which some programs omit.
pub(super) fn skip(input: &mut Input, left: u64, length: u64) -> io::Result<()> {
    input.skip(left)?;
    if !length.is_multiple_of(2) && !is_known(input.peek(4)?) {
        input.skip(1)?;
    }
    Ok(())
}

/// Reads the body of a chunk, at most `most` bytes of it, and skips the rest.
pub(super) fn body(input: &mut Input, length: u64, most: usize) -> io::Result<Vec<u8>> {
    let wanted = length.min(most as u64);
    let body = input.take_up_to(wanted as usize)?.to_vec();
    skip(input, length - wanted, length)?;
    Ok(body)
}

/// Returns whether a chunk seems to begin `offset` bytes from here, rather than samples: a known
/// name, or one of letters with a length that fits into the rest of the file.
pub(super) fn begins(input: &mut Input, offset: usize, order: ByteOrder) -> io::Result<bool> {
    let remaining = input.remaining();
    let bytes = input.peek(offset + 9)?.get(offset..).unwrap_or_default();
    let is_chunk = |bytes: &[u8]| {
        let Some((name, length)) = bytes.get(..8).map(|header| header.split_at(4)) else {
            return false;
        };
        let length = number(length, order);
        let fits = remaining.map_or(length < 1 << 24, |left| length <= left);
        is_known(name) || fits && name.iter().all(|byte| (0x20..0x7f).contains(byte))
    };
    // With or without the padding of an odd length.
    Ok(bytes.len() < 8 || is_chunk(bytes) || bytes[0] == 0 && is_chunk(&bytes[1..]))
}

fn number(bytes: &[u8], order: ByteOrder) -> u64 {
    match order {
        ByteOrder::Little => little(bytes),
        ByteOrder::Big => big(bytes),
    }
}

fn is_known(name: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.as_slice() == name)
}
