//! Reads what an mp4 states about the samples that the encoder added before and after the sound:
//! its edit list, or the comment that iTunes writes. Symphonia reads neither.

use std::io;

use crate::error::{DecodeErrorKind, Result};
use crate::input::Input;

/// The longest index that is read, in bytes: that of a day of AAC has about 30 million.
const MAX_INDEX_BYTES: u64 = 1 << 26;

/// How far into a pipe the index is searched for, in bytes.
const MAX_PEEK_BYTES: usize = 1 << 16;

/// The longest index that is read from a pipe, in bytes: it stays in memory until then.
const MAX_PIPED_INDEX_BYTES: usize = 1 << 24;

/// The part of a track that is to be played, in seconds of the track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) start: f64,
    /// `None` for everything up to the end.
    pub(crate) length: Option<f64>,
}

/// What the index states beyond what Symphonia reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// The audio tracks, with their numbers.
    tracks: Vec<(u32, TrackFacts)>,
    /// Whether the file ends within its sound, or within the index of a fragment after the main
    /// index.
    pub(crate) is_cut_off: bool,
    /// The name of the first track's codec, also of another container, for errors.
    pub(crate) codec: Option<String>,
}

/// What the index states about an audio track.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TrackFacts {
    pub(crate) edit: Option<Edit>,
    /// Four letters for its codec.
    kind: String,
    /// Whether its PCM samples have their highest byte first although their kind does not say so.
    pub(crate) is_big_endian: bool,
    /// The coding of its samples, if they are ALAC in QuickTime's own box.
    pub(crate) alac: Option<Box<[u8]>>,
}

impl Facts {
    /// Returns what is stated about the track with this number.
    pub(crate) fn of(&self, track_id: u32) -> TrackFacts {
        let track = self.tracks.iter().find(|&&(id, _)| id == track_id);
        track.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }
}

/// Reads the index of an mp4. Does not move the input.
///
/// # Errors
/// If it cannot be read; [`DecodeErrorKind::NoIndex`] for a file without an index, and
/// [`DecodeErrorKind::LateIndex`] for a pipe that has sound before it.
pub(crate) fn facts(input: &mut Input) -> Result<Facts> {
    let is_new = match input.peek(8)?.get(4..8) {
        Some(b"ftyp") => true,
        Some(b"moov" | b"wide" | b"mdat") => false,
        _ => return Ok(Facts::default()),
    };
    let index = if input.is_seekable() {
        let start = input.position();
        let index = index(input);
        input.move_to(start)?;
        index?
    } else {
        piped_index(input)?
    };
    match index {
        Index::Missing if is_new => Err(DecodeErrorKind::NoIndex),
        Index::Late => Err(DecodeErrorKind::LateIndex),
        Index::Missing | Index::TooLong => Ok(Facts::default()),
        Index::Body { index, is_cut_off } => {
            let tracks = tracks(&index).unwrap_or_default();
            let codec = tracks.first().map(|(_, facts)| facts.kind.clone());
            Ok(Facts { tracks, is_cut_off, codec })
        }
    }
}

/// Returns the index of a pipe, if it is among the first boxes, without reading it.
fn piped_index(input: &mut Input) -> io::Result<Index> {
    let mut at = 0;
    while at <= MAX_PEEK_BYTES {
        let Some(header) = input.peek(at + 8)?.get(at..at + 8) else { break };
        let length = (number(&header[..4]) as usize).max(8);
        match &header[4..] {
            b"mdat" => return Ok(Index::Late),
            b"moov" if length <= MAX_PIPED_INDEX_BYTES => {
                let body = input.peek(at + length)?.get(at + 8..).unwrap_or_default();
                return Ok(Index::Body { index: body.to_vec(), is_cut_off: false });
            }
            b"moov" | b"moof" => break,
            // In a browser, where numbers have 32 bits, the sum could lead back to the start.
            _ => at = at.saturating_add(length),
        }
    }
    Ok(Index::TooLong)
}

/// The search for the `moov` box.
enum Index {
    Body {
        index: Vec<u8>,
        /// Whether the sound follows it and is longer than the file.
        is_cut_off: bool,
    },
    /// It comes after the sound, in a pipe.
    Late,
    /// It is too long, or too far into a pipe.
    TooLong,
    Missing,
}

fn index(input: &mut Input) -> io::Result<Index> {
    while let Some(header) = input.take::<8>()? {
        let (length, name) = (number(&header[..4]), &header[4..]);
        let body = match length {
            // The box reaches to the end of the file.
            0 if name != b"moov" => return Ok(Index::Missing),
            0 => u64::MAX,
            1 => input.take::<8>()?.map_or(0, |long| number(&long)).saturating_sub(16),
            length => length.saturating_sub(8),
        };
        if name == b"moov" {
            // Read no more than there is, whatever the length says.
            let body = body.min(input.remaining().unwrap_or(0));
            if body > MAX_INDEX_BYTES {
                return Ok(Index::TooLong);
            }
            let index = input.take_up_to(body as usize)?.to_vec();
            return Ok(Index::Body { index, is_cut_off: is_cut_off(input)? });
        }
        input.skip(body)?;
    }
    Ok(Index::Missing)
}

/// Returns whether the file ends within the sound that comes next, or within the index of a
/// fragment.
fn is_cut_off(input: &mut Input) -> io::Result<bool> {
    while let Some(header) = input.take::<8>()? {
        let body = match number(&header[..4]) {
            0 => return Ok(false),
            1 => input.take::<8>()?.map_or(0, |long| number(&long)).saturating_sub(16),
            length => length.saturating_sub(8),
        };
        let matters = matches!(&header[4..], b"mdat" | b"moof");
        if matters && input.remaining().is_some_and(|left| body > left) {
            return Ok(true);
        }
        input.skip(body)?;
    }
    Ok(false)
}

fn tracks(index: &[u8]) -> Option<Vec<(u32, TrackFacts)>> {
    let movie_scale = scale(child(index, b"mvhd")?)?;
    let tracks = children(index).filter(|(name, _)| name == b"trak");
    Some(tracks.filter_map(|(_, track)| track_facts(index, track, movie_scale)).collect())
}

/// Returns the number of an audio track, and what is stated about it.
fn track_facts(index: &[u8], track: &[u8], movie_scale: f64) -> Option<(u32, TrackFacts)> {
    let media = child(track, b"mdia")?;
    if child(media, b"hdlr")?.get(8..12) != Some(b"soun") {
        return None;
    }
    let header = child(track, b"tkhd")?;
    // Times of 64 bits come before it in later versions.
    let at = if *header.first()? == 1 { 20 } else { 12 };
    let id = u32::try_from(number(header.get(at..at + 4)?)).ok()?;
    let scale = scale(child(media, b"mdhd")?)?;
    let list = child(track, b"edts").and_then(|edits| child(edits, b"elst"));
    let edit = list.and_then(|list| listed(list, movie_scale, scale));
    let edit = edit.or_else(|| from_comment(index, scale));
    let entry = sample_entry(track).unwrap_or_default();
    let is_big_endian = is_big_endian(entry).unwrap_or(false);
    let kind = String::from_utf8_lossy(entry.get(4..8).unwrap_or_default());
    let kind = kind.trim_matches(['.', ' ', '\0']).to_owned();
    Some((id, TrackFacts { edit, kind, is_big_endian, alac: alac(entry) }))
}

/// Returns the first description of samples, with its header.
fn sample_entry(track: &[u8]) -> Option<&[u8]> {
    let table = child(child(child(track, b"mdia")?, b"minf")?, b"stbl")?;
    child(table, b"stsd")?.get(8..)
}

/// Returns what an ALAC decoder has to know about a QuickTime file.
fn alac(entry: &[u8]) -> Option<Box<[u8]>> {
    // The boxes follow fields, of which later versions have more.
    let boxes = match number(entry.get(16..18)?) {
        0 => 36,
        1 => 52,
        _ => return None,
    };
    let wave = child(entry.get(boxes..)?, b"wave").filter(|_| entry.get(4..8) == Some(b"alac"))?;
    // Skips the version and the flags of the box.
    Some(child(wave, b"alac")?.get(4..)?.into())
}

/// Returns the byte order of samples of QuickTime's kinds with more than 16 bits, which are
/// little-endian only if a box in their description says so.
fn is_big_endian(entry: &[u8]) -> Option<bool> {
    let is_either = matches!(entry.get(4..8)?, b"in24" | b"in32" | b"fl32" | b"fl64");
    let little = entry.windows(6).any(|window| window == b"enda\0\x01");
    Some(is_either && !little)
}

/// Returns the only edit of a list; an empty edit before it delays the track, which is ignored.
fn listed(list: &[u8], movie_scale: f64, scale: f64) -> Option<Edit> {
    let is_long = *list.first()? == 1;
    let size = if is_long { 8 } else { 4 };
    let count = number(list.get(4..8)?) as usize;
    let mut edits = (0..count.min(16)).filter_map(|index| {
        let entry = list.get(8 + index * (2 * size + 4)..)?.get(..2 * size)?;
        let (length, start) = entry.split_at(size);
        let is_empty = start.iter().all(|&byte| byte == 0xff);
        (!is_empty).then(|| (number(length), number(start)))
    });
    let (length, start) = edits.next()?;
    let is_only = edits.next().is_none();
    let length = (is_only && length > 0).then(|| length as f64 / movie_scale);
    Some(Edit { start: start as f64 / scale, length })
}

/// Reads `iTunSMPB`, which has hexadecimal numbers: nothing, delay, padding and length, in samples.
fn from_comment(index: &[u8], scale: f64) -> Option<Edit> {
    let at = index.windows(8).position(|window| window == b"iTunSMPB")?;
    let value = &index[at + 8..index.len().min(at + 200)];
    let text = value.windows(10).position(|window| window.starts_with(b" 00000000 "))?;
    let text = std::str::from_utf8(value.get(text..text + 44)?).ok()?;
    let mut numbers = text.split_ascii_whitespace().skip(1);
    let mut next = || u64::from_str_radix(numbers.next()?, 16).ok();
    let (delay, _padding, length) = (next()?, next()?, next()?);
    let length = (length > 0).then(|| length as f64 / scale);
    Some(Edit { start: delay as f64 / scale, length })
}

/// Returns the units per second of a movie or media header.
fn scale(header: &[u8]) -> Option<f64> {
    let at = if *header.first()? == 1 { 20 } else { 12 };
    let scale = number(header.get(at..at + 4)?);
    (scale > 0).then_some(scale as f64)
}

fn child<'a>(body: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    children(body).find(|(name, _)| name == wanted).map(|(_, body)| body)
}

/// Returns the boxes in a body.
fn children(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        // Fewer bytes than a header are padding.
        let length = number(rest.get(..8)?.get(..4)?) as usize;
        let length = length.clamp(8, rest.len());
        let (this, after) = rest.split_at_checked(length)?;
        rest = after;
        Some((this.get(4..8)?, &this[8..]))
    })
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Edit, Facts, TrackFacts, children, facts};
    use crate::input::Input;

    #[test]
    fn boxes_end_where_the_rest_is_too_short() {
        for rest in 0..8 {
            let body = [&b"\0\0\0\x09freex"[..], &vec![0xff; rest]].concat();
            let boxes: Vec<_> = children(&body).collect();
            assert_eq!(boxes, [(&b"free"[..], &b"x"[..])], "{rest} bytes");
        }
        let long = b"\xff\xff\xff\xfffree";
        assert_eq!(children(long).count(), 1);
    }

    #[test]
    fn an_index_that_claims_more_than_the_file_has() {
        let file = b"\x03\xff\xff\xffmoov\0\0".to_vec();
        let mut input = Input::new(Box::new(Cursor::new(file)));
        assert!(matches!(facts(&mut input), Ok(facts) if facts == Facts::default()));
        assert_eq!(input.position(), 0);
    }

    fn atom(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), &name[..], body].concat()
    }

    /// Returns a track whose sound begins at this sample of a thousand per second.
    fn track(id: u32, handler: &[u8; 4], start: u32) -> Vec<u8> {
        let header = [&[0; 12], &id.to_be_bytes()[..], &[0; 68]].concat();
        let edits =
            [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], &start.to_be_bytes()[..], &[0, 1, 0, 0]];
        let scale = [&[0; 12], &1_000u32.to_be_bytes()[..], &[0; 8]].concat();
        let handler = [&[0; 8], &handler[..], &[0; 12]].concat();
        let media = [atom(b"mdhd", &scale), atom(b"hdlr", &handler)].concat();
        let body = [
            atom(b"tkhd", &header),
            atom(b"edts", &atom(b"elst", &edits.concat())),
            atom(b"mdia", &media),
        ];
        atom(b"trak", &body.concat())
    }

    #[test]
    fn every_audio_track_has_its_own_facts() {
        let scale = [&[0; 12], &1_000u32.to_be_bytes()[..], &[0; 84]].concat();
        let index = [
            atom(b"mvhd", &scale),
            track(7, b"vide", 900),
            track(3, b"soun", 250),
            track(9, b"soun", 500),
        ];
        let file = atom(b"moov", &index.concat());
        let mut input = Input::new(Box::new(Cursor::new(file)));
        let Ok(facts) = facts(&mut input) else { panic!("not read") };
        let edit = |start| Some(Edit { start, length: None });
        assert_eq!([3, 9].map(|id| facts.of(id).edit), [edit(0.25), edit(0.5)]);
        assert_eq!([7, 1].map(|id| facts.of(id)), [TrackFacts::default(), TrackFacts::default()]);
    }
}
