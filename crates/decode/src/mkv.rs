//! Checks that a Matroska file has all the bytes that its header states, because Symphonia refuses a
//! file with fewer, and finds the name of its codec.

use std::io;

use crate::input::Input;

/// The names of the element with the version of the format, and of the one with everything else.
const HEADER: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];

/// How far into a file the second element is searched for, in bytes; the first one has about 40.
const START_BYTES: usize = 4_096;

/// The most bytes of an element's length.
const MAX_LENGTH_BYTES: usize = 8;

/// Returns whether a file ends before its segment does. Does not move the input.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn is_cut_off(input: &mut Input) -> io::Result<bool> {
    let Some(there) = input.remaining() else { return Ok(false) };
    Ok(segment_end(input.peek(START_BYTES)?).is_some_and(|end| end > there))
}

/// Returns the name of the first audio track's codec, if the file is Matroska and has it near its
/// start. Does not move the input.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn codec(input: &mut Input) -> io::Result<Option<String>> {
    if input.peek(HEADER.len())? != HEADER {
        return Ok(None);
    }
    let file = input.peek(START_BYTES)?;
    // An element whose length takes one byte.
    let name = file.windows(4).position(|window| window[0] == 0x86 && window[2..] == *b"A_");
    Ok(name.and_then(|at| {
        let length = usize::from(file[at + 1] & 0x7f);
        let name = std::str::from_utf8(file.get(at + 2..at + 2 + length)?).ok()?;
        name.bytes().all(|byte| byte.is_ascii_graphic()).then(|| name.to_owned())
    }))
}

/// Returns the bytes up to the end of the segment, if they are stated.
fn segment_end(file: &[u8]) -> Option<u64> {
    let (start, body) = element(file, HEADER)?;
    let segment = start.checked_add(body?)?;
    let (start, body) = element(file.get(usize::try_from(segment).ok()?..)?, SEGMENT)?;
    segment.checked_add(start)?.checked_add(body?)
}

/// Returns the bytes of an element before its body, and those of the body, which a recorder leaves
/// open until it ends.
fn element(bytes: &[u8], name: [u8; 4]) -> Option<(u64, Option<u64>)> {
    let rest = bytes.strip_prefix(&name)?;
    // The zeros at the start state how many bytes follow, and the rest is the length.
    let width = rest.first()?.leading_zeros() as usize + 1;
    let length = rest.get(..width).filter(|_| width <= MAX_LENGTH_BYTES)?;
    let open = (1u64 << (7 * width)) - 1;
    let length = length.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte)) & open;
    Some(((name.len() + width) as u64, (length != open).then_some(length)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{HEADER, SEGMENT, is_cut_off};
    use crate::input::Input;

    /// Returns a file of `bytes` bytes with this length of its segment.
    fn file(length: &[u8], bytes: usize) -> Vec<u8> {
        [&HEADER[..], b"\x83abc", &SEGMENT, length, &vec![0; bytes]].concat()
    }

    #[test]
    fn a_segment_longer_than_its_file_is_cut_off() {
        for (length, bytes, expected) in [
            (&[0x8a][..], 10, false),
            (&[0x8a], 9, true),
            (&[0x8a], 11, false),
            (&[0x40, 0x0a], 9, true),
            (&[1, 0, 0, 0, 0, 0, 0, 10], 10, false),
            (&[1, 0, 0, 0, 0, 0, 0, 10], 9, true),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 9, true),
            // An open length.
            (&[0xff], 9, false),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 9, false),
            // No length at all.
            (&[0], 9, false),
            (&[1, 0, 0], 0, false),
            (&[], 0, false),
        ] {
            let mut input = Input::new(Box::new(Cursor::new(file(length, bytes))));
            let found = is_cut_off(&mut input).ok();
            assert_eq!(found, Some(expected), "{length:?}, {bytes} bytes");
            assert_eq!(input.position(), 0);
        }
    }

    #[test]
    fn other_formats_than_matroska_are_not_cut_off() {
        let long = [&HEADER[..], &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]].concat();
        for file in [b"RIFF".to_vec(), Vec::new(), HEADER.to_vec(), long] {
            let mut input = Input::new(Box::new(Cursor::new(file)));
            assert!(matches!(is_cut_off(&mut input), Ok(false)));
        }
    }
}
