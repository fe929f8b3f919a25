//! Finds the frames of MPEG audio and ADTS in their file. They have no times: Symphonia searches for
//! the next frame after damage and counts on, so only the bytes between frames show what is lost.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

use crate::input::Input;
use crate::mp3;

/// How many of the last bytes are kept. Symphonia reads at most half as many ahead.
const KEPT_BYTES: usize = 1 << 17;

/// How many are kept of what follows the last packet. Symphonia itself searches as much for the next
/// block of FLAC.
const REST_BYTES: usize = 1 << 24;

/// How many bytes after a frame show whether it is one: the start of the next one, or of a tag.
const AFTER_BYTES: usize = 16;

/// A file that is read from start to end, while its last bytes are kept.
pub(crate) struct Kept(Frames);

impl Read for Kept {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let mut file = self.0.locked();
        let count = file.input.read(output)?;
        file.keep(&output[..count]);
        Ok(count)
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.0.locked();
        file.bytes.clear();
        (file.next, file.searched) = (None, 0);
        file.input.seek(to)
    }
}

impl MediaSource for Kept {
    fn is_seekable(&self) -> bool {
        self.0.locked().input.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.0.locked().input.byte_len()
    }
}

/// What a packet of Symphonia's is.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// A frame, and how many are missing before it.
    Frame { lost: f64 },
    /// Part of a tag between frames, such as a picture.
    Tag,
    /// Damage that looks like a frame.
    Damage,
}

/// The frames of a file, up to where it was read.
#[derive(Clone)]
pub(crate) struct Frames(Arc<Mutex<File>>);

struct File {
    input: Input,
    /// How many of the last bytes are kept.
    kept: usize,
    /// The last bytes, up to the position of `input`.
    bytes: Vec<u8>,
    /// Where the next frame should begin, from the start of the file; `None` before the first one.
    next: Option<u64>,
    /// Whether tags come before that.
    is_after_tag: bool,
    /// Up to where nothing else can be the next frame.
    searched: u64,
    /// How many frames there were, and their bytes.
    frames: f64,
    frame_bytes: f64,
}

impl Frames {
    pub(crate) fn open(input: Input) -> (Box<dyn MediaSource>, Self) {
        let file = File {
            input,
            kept: KEPT_BYTES,
            bytes: Vec::new(),
            next: None,
            is_after_tag: false,
            searched: 0,
            frames: 0.0,
            frame_bytes: 0.0,
        };
        let frames = Frames(Arc::new(Mutex::new(file)));
        (Box::new(Kept(frames.clone())), frames)
    }

    /// Keeps no more bytes, because the file has another format.
    pub(crate) fn stop(&self) {
        let mut file = self.locked();
        (file.kept, file.bytes) = (0, Vec::new());
    }

    /// Keeps what follows the last packet, for a format with another kind of packets.
    pub(crate) fn keep_rest(&self) {
        self.locked().kept = REST_BYTES;
    }

    /// Drops what comes before the end of this packet.
    pub(crate) fn pass(&self, packet: &[u8]) {
        let bytes = &mut self.locked().bytes;
        let at = bytes.windows(packet.len().max(1)).position(|window| window == packet);
        if let Some(at) = at {
            bytes.drain(..at + packet.len());
        }
    }

    /// Returns what follows the last packet.
    pub(crate) fn rest(&self) -> Vec<u8> {
        std::mem::take(&mut self.locked().bytes)
    }

    /// Finds the frame of the next packet.
    pub(crate) fn find(&self, packet: &[u8]) -> Found {
        self.locked().find(packet)
    }

    /// Returns whether the next frame comes after a tag, which may contain what looks like frames.
    pub(crate) fn is_after_tag(&self) -> bool {
        let mut file = self.locked();
        file.pass_tags();
        file.is_after_tag
    }

    fn locked(&self) -> MutexGuard<'_, File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File {
    fn keep(&mut self, bytes: &[u8]) {
        if self.kept == 0 {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * self.kept {
            self.pass_tags();
            self.bytes.drain(..self.bytes.len() - self.kept);
        }
    }

    /// Returns the position of the first byte that is kept.
    fn start(&self) -> u64 {
        self.input.position() - self.bytes.len() as u64
    }

    /// Moves to the end of the tags where the next frame should begin. Recordings that were joined
    /// have them in the middle.
    fn pass_tags(&mut self) {
        while let Some(next) = self.next {
            let at = next.checked_sub(self.start()).and_then(|at| usize::try_from(at).ok());
            let tag = at.and_then(|at| self.bytes.get(at..)).and_then(mp3::tag_bytes);
            let Some(tag) = tag else { break };
            self.next = next.checked_add(tag);
            self.is_after_tag = true;
        }
    }

    fn find(&mut self, packet: &[u8]) -> Found {
        self.pass_tags();
        let start = self.start();
        let next = self.next.unwrap_or(start);
        let from = next.max(self.searched).saturating_sub(start);
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let frame = (0..rest.len()).find_map(|at| Some((at, frame_bytes(&rest[at..], packet)?)));
        let Some((at, length)) = frame else {
            if self.is_after_tag {
                return Found::Tag;
            }
            self.next = None;
            return Found::Frame { lost: 0.0 };
        };
        let position = start + (from + at) as u64;
        // What comes before the first frame is no loss, and neither is a frame that holds a tag.
        let is_whole = self.next.is_none() || mp3::has_tag(&rest[..at]);
        let skipped = if is_whole { 0.0 } else { (position - next) as f64 };
        let lost = (skipped * self.frames / self.frame_bytes.max(1.0)).round();
        if lost > 0.0 && !self.is_followed(from + at, length) {
            self.searched = position + 1;
            return Found::Damage;
        }
        self.next = Some(position + length as u64);
        self.is_after_tag = false;
        self.frames += 1.0;
        self.frame_bytes += length as f64;
        Found::Frame { lost }
    }

    /// Returns whether the frame at this place is followed by another one of its kind, a tag or the
    /// end of the file.
    fn is_followed(&mut self, at: usize, length: usize) -> bool {
        let (frames, after) = self.bytes.split_at(at + length);
        let missing = AFTER_BYTES.saturating_sub(after.len());
        let ahead = self.input.peek(missing).unwrap_or_default();
        let after: Vec<u8> = after.iter().chain(ahead).take(AFTER_BYTES).copied().collect();
        // The mark, version, layer and sample rate, or most of it.
        let is_alike = |(n, mask): (usize, u8)| (frames[at + n] ^ after[n]) & mask == 0;
        after.len() < 3
            || mp3::tag_bytes(&after).is_some()
            || [0xff, 0xfe, 0x0c].into_iter().enumerate().all(is_alike)
    }
}

/// Returns the bytes of the frame of `packet`, if `bytes` begin with it. Symphonia drops the header
/// of a frame of ADTS.
fn frame_bytes(bytes: &[u8], packet: &[u8]) -> Option<usize> {
    let &[0xff, kind, ..] = bytes else { return None };
    let header = match kind & 0xf7 {
        // With a checksum.
        0xf0 => 9,
        0xf1 => 7,
        _ => 0,
    };
    bytes.get(header..)?.starts_with(packet).then_some(header + packet.len())
}
