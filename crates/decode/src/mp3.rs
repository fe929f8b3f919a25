//! Recognises tags: those between frames, and those that state the length of an mp3.

use std::io;

use crate::input::Input;

/// Bytes of an ID3v2 tag before its body, and of the copy of its header that may follow it.
const ID3_HEADER_BYTES: usize = 10;

/// Bytes of an ID3v1 tag, and of the header of an APE tag.
const ID3V1_BYTES: u64 = 128;
const APE_HEADER_BYTES: u64 = 32;

/// How many bytes after such tags are examined.
const START_BYTES: usize = 4_096;

/// Bytes of a frame's header.
const HEADER_BYTES: usize = 4;

/// Where a VBRI tag begins, in bytes from the start of its frame.
const VBRI_AT: usize = 36;

/// Returns whether the first frame has a Xing, Info or VBRI tag, from which Symphonia takes the
/// length. Without one, it estimates the length of a file and knows none of a pipe; returns true
/// for a pipe. Does not move the input.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn states_length(input: &mut Input) -> io::Result<bool> {
    if !input.is_seekable() {
        return Ok(true);
    }
    let start = input.position();
    let mut tag = id3_bytes(input.peek(ID3_HEADER_BYTES)?);
    while let Some(bytes) = tag {
        input.skip(bytes)?;
        tag = id3_bytes(input.peek(ID3_HEADER_BYTES)?);
    }
    let is_stated = has_tag(input.peek(START_BYTES)?);
    if input.position() != start {
        input.move_to(start)?;
    }
    Ok(is_stated)
}

/// Returns the bytes of the tag that begins like this: ID3v1, ID3v2 or APE.
pub(crate) fn tag_bytes(start: &[u8]) -> Option<u64> {
    if start.starts_with(b"TAG") {
        return Some(ID3V1_BYTES);
    }
    let Some(ape) = start.strip_prefix(b"APETAGEX") else { return id3_bytes(start) };
    // After the version: what follows the header.
    let size = ape.get(4..8)?.try_into().ok()?;
    Some(APE_HEADER_BYTES + u64::from(u32::from_le_bytes(size)))
}

/// Returns the bytes of the ID3v2 tag that begins like this, with both copies of its header.
fn id3_bytes(start: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, flags, rest @ ..] = start else { return None };
    let size = rest.first_chunk::<4>()?;
    let body = size.iter().fold(0u64, |number, &byte| number << 7 | u64::from(byte & 0x7f));
    let headers = if *flags & 0x10 == 0 { 1 } else { 2 };
    Some(body + headers * ID3_HEADER_BYTES as u64)
}

/// Returns whether the first frame in `bytes` contains a tag instead of sound.
pub(crate) fn has_tag(bytes: &[u8]) -> bool {
    let Some(at) = bytes.windows(HEADER_BYTES).position(is_header) else { return false };
    let frame = &bytes[at..];
    let (is_mpeg_1, is_mono) = (frame[1] >> 3 & 3 == 3, frame[3] >> 6 == 3);
    let side_bytes = match (is_mpeg_1, is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    // After an optional checksum, all bytes are 0 up to the tag.
    let first = if frame[1] & 1 == 0 { HEADER_BYTES + 2 } else { HEADER_BYTES };
    let is_free =
        |at: usize| frame.get(first..at).is_some_and(|before| before.iter().all(|&byte| byte == 0));
    let named = |at: usize| frame.get(at..at + 4).filter(|_| is_free(at));
    let is_layer_3 = frame[1] >> 1 & 3 == 1;
    let is_xing = matches!(named(HEADER_BYTES + side_bytes), Some(b"Xing" | b"Info"));
    is_layer_3 && (is_xing || matches!(named(VBRI_AT), Some(b"VBRI")))
}

/// Returns whether four bytes can be the header of a frame: a mark, and values that exist.
fn is_header(word: &[u8]) -> bool {
    let &[0xff, kind, rates, _] = word else { return false };
    let (version, layer) = (kind >> 3 & 3, kind >> 1 & 3);
    let (bit_rate, sample_rate) = (rates >> 4, rates >> 2 & 3);
    let is_known = version != 1 && layer != 0 && sample_rate != 3 && (1..15).contains(&bit_rate);
    kind >> 5 == 7 && is_known
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::states_length;
    use crate::input::Input;

    /// Returns a frame with this header and these bytes at this place.
    fn frame(header: [u8; 4], at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut frame = header.to_vec();
        frame.resize(417, 0);
        frame[at..at + bytes.len()].copy_from_slice(bytes);
        frame
    }

    #[test]
    fn a_tag_is_found_at_its_place_in_the_frame() {
        let mono = [0xff, 0xfb, 0x90, 0xc4];
        let stereo = [0xff, 0xfb, 0x90, 0x44];
        let (slow, slow_mono) = ([0xff, 0xf3, 0x80, 0x44], [0xff, 0xf3, 0x80, 0xc4]);
        let mut sum = frame([0xff, 0xfa, 0x90, 0x44], 36, b"Xing");
        sum[4..6].copy_from_slice(&[1, 2]);
        let mut sound = frame(mono, 21, b"Info");
        sound[10] = 1;
        for (number, (file, expected)) in [
            (frame(mono, 21, b"Info"), true),
            (frame(stereo, 36, b"Xing"), true),
            (frame(stereo, 36, b"VBRI"), true),
            (frame(slow, 21, b"Xing"), true),
            (frame(slow_mono, 13, b"Info"), true),
            (sum, true),
            (sound, false),
            (frame(mono, 36, b"Info"), false),
            (frame(mono, 21, b"LAME"), false),
            // Layer II.
            (frame([0xff, 0xfd, 0x90, 0x44], 36, b"Xing"), false),
            ([frame(mono, 4, b""), frame(mono, 21, b"Info")].concat(), false),
            (frame(mono, 4, b"")[..20].to_vec(), false),
            (b"\xff\xfb\x90\xc4".to_vec(), false),
            (Vec::new(), false),
        ]
        .into_iter()
        .enumerate()
        {
            // Two ID3v2 tags of 256 bytes, the second one with a copy of its header.
            let mut tags = b"ID3\x04\0\0\0\0\x02\0".to_vec();
            tags.resize(266, 0xff);
            tags.extend(b"ID3\x04\0\x10\0\0\x02\0");
            tags.resize(266 + 276, 0xff);
            for start in [Vec::new(), tags] {
                let file = [&start[..], &file].concat();
                let mut input = Input::new(Box::new(Cursor::new(file)));
                assert_eq!(states_length(&mut input).ok(), Some(expected), "file {number}");
                assert_eq!(input.position(), 0);
            }
        }
    }
}
