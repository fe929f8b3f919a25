//! Reads files with sound in packets: flac, mp3, ogg, mp4, Matroska, AAC and everything else that
//! Symphonia reads. Packets are decoded in order; missing ones become a gap, so that the rest keeps
//! its time.

mod end;
mod packets;

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_ADTS, FORMAT_ID_FLAC, FORMAT_ID_MKV, FORMAT_ID_MP2, FORMAT_ID_MP3,
};
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use crate::error::{Result, container_error};
use crate::input::Input;
use crate::mp4::{self, Edit, Facts};
use crate::mpeg::{Found, Frames};
use crate::ogg::{self, Losses, Watched};
use crate::piece::Piece;
use crate::timeline::Timeline;
use crate::track::{Decoded, TrackDecoder};
use crate::{mkv, mp3};

/// What Symphonia returns for a packet; `None` at the end.
type NextPacket = std::result::Result<Option<Packet>, Error>;

/// Why sound of Ogg is missing.
const LOST_PAGES: &str = "lost pages";

/// Why a packet of MPEG audio or ADTS is not decoded.
const NO_FRAME: &str = "bytes that belong to no frame";

/// Reads the packets of one audio track.
pub(crate) struct ContainerReader {
    format: Box<dyn FormatReader>,
    track: TrackDecoder,
    timeline: Timeline,
    /// For an Ogg file, what it lost.
    losses: Option<Losses>,
    /// Samples that are missing before the next packet because pages are.
    lost_pages: Option<u64>,
    /// Whether the stream has had a packet.
    has_begun: bool,
    /// What was read ahead.
    ahead: VecDeque<NextPacket>,
    /// For MPEG audio and ADTS, where its frames are.
    frames: Option<Frames>,
    /// For FLAC, what follows the last packet.
    blocks: Option<Frames>,
    edit: Option<Edit>,
    /// Whether the file is known to have fewer bytes than its header states.
    is_cut_off: bool,
    /// For an mp3, whether its length is stated and not an estimate.
    states_length: bool,
    /// The rate of the first samples; 0 before them.
    rate: u32,
    channels: usize,
    /// The time of the first samples of a Matroska file, in samples per channel.
    start: u64,
    /// Samples per channel that still have to be dropped, and the number after which nothing
    /// follows.
    skip: u64,
    limit: u64,
    found: u64,
    /// Missing samples per channel before those in `fresh`.
    gap: f64,
    /// The samples of a packet.
    fresh: Vec<f32>,
    /// The end of the last packet, if that is to be trimmed. It is sound after all if another
    /// packet follows: encoders of Ogg miscount at the ends of pages.
    tail: Vec<f32>,
    /// Whether `fresh` waits for the gap before it to be filled.
    waits: bool,
    damaged: Damage,
}

#[derive(Default)]
struct Damage {
    parts: u64,
    /// Missing samples per channel that were replaced by silence, because sound follows them.
    filled: u64,
    first: Option<f64>,
    reason: Option<String>,
}

impl ContainerReader {
    /// Opens the file; `extension` is only a hint.
    ///
    /// # Errors
    /// `io`; `audio-unsupported` for unknown formats and codecs; `audio-corrupt` for a damaged
    /// header.
    pub(crate) fn open(mut input: Input, extension: Option<&str>) -> Result<Self> {
        let mut facts = mp4::facts(&mut input)?;
        facts.codec = facts.codec.or(mkv::codec(&mut input)?);
        let is_cut_off = facts.is_cut_off || mkv::is_cut_off(&mut input)?;
        if is_cut_off {
            // Symphonia accepts no sound that is longer than its file, but any that is longer than
            // its pipe.
            input.read_through();
        }
        let states_length = mp3::states_length(&mut input)?;
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let (source, losses, frames) = if ogg::is_ogg(&mut input)? {
            let (source, losses) = Watched::open(input)?;
            (source, Some(losses), None)
        } else {
            let (source, frames) = Frames::open(input);
            (source, None, Some(frames))
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(container_error)?;
        let track = TrackDecoder::of(format.as_ref(), &facts)?;
        let edit = facts.of(track.track_id).edit;
        let timeline = Timeline::new(track.tick, losses.is_some());
        let (frames, blocks) = match (format.format_info().format, frames) {
            (FORMAT_ID_MP2 | FORMAT_ID_MP3 | FORMAT_ID_ADTS, frames) => (frames, None),
            (FORMAT_ID_FLAC, blocks) => (None, blocks.inspect(Frames::keep_rest)),
            (_, frames) => {
                frames.inspect(Frames::stop);
                (None, None)
            }
        };
        Ok(ContainerReader {
            format,
            track,
            timeline,
            losses,
            lost_pages: None,
            has_begun: false,
            ahead: VecDeque::new(),
            frames,
            blocks,
            edit,
            is_cut_off,
            states_length,
            rate: 0,
            channels: 0,
            start: 0,
            skip: 0,
            limit: u64::MAX,
            found: 0,
            gap: 0.0,
            fresh: Vec::new(),
            tail: Vec::new(),
            waits: false,
            damaged: Damage::default(),
        })
    }

    /// Returns the rate in Hz and the number of channels; 0 before the first samples.
    pub(crate) fn spec(&self) -> (u32, usize) {
        (self.rate, self.channels)
    }

    /// Returns what the container states about the track.
    fn stated(&self) -> Option<&Track> {
        self.format.tracks().iter().find(|track| track.id == self.track.track_id)
    }

    /// Returns the expected samples per channel; for some formats an estimate.
    pub(crate) fn promised_frames(&self) -> Option<u64> {
        let track = self.stated()?;
        let rate = f64::from(self.rate);
        let of_duration = |duration: u64| (duration as f64 * self.track.tick * rate) as u64;
        let whole = match self.format.format_info().format {
            FORMAT_ID_FLAC => track.num_frames?,
            // The time at which it ends: a segment of a longer recording begins late.
            FORMAT_ID_MKV => {
                of_duration(self.format.media_info().duration?.get()).saturating_sub(self.start)
            }
            _ => track.num_frames.or_else(|| Some(of_duration(track.duration?.get())))?,
        };
        let pre_skip = self.track.pre_skip().unwrap_or(0);
        let start = self.edit.map_or(pre_skip, |edit| (edit.start * rate).round() as u64);
        Some(whole.saturating_sub(start).min(self.limit)).filter(|&frames| frames > 0)
    }

    /// Appends the next samples to `output`, channels interleaved.
    pub(crate) fn next(&mut self, output: &mut Vec<f32>) -> Result<Piece> {
        while !self.waits {
            if self.found >= self.limit {
                return Ok(Piece::End(self.end(None)));
            }
            match self.packet() {
                Ok(Some(packet)) => {
                    if let Some(reason) = self.decode(packet)? {
                        return Ok(Piece::End(self.end(Some(reason))));
                    }
                }
                Ok(None) => return self.finish(None),
                Err(Error::IoError(error)) => return Err(error.into()),
                // A chained ogg file: the next stream has its own headers.
                Err(Error::ResetRequired) => {
                    match TrackDecoder::of(self.format.as_ref(), &Facts::default()) {
                        Ok(track) => self.track = track,
                        Err(error) if self.found == 0 => return Err(error),
                        Err(error) => return Ok(Piece::End(self.end(Some(error.to_string())))),
                    }
                    self.timeline.next_stream(self.track.tick);
                    self.tail.clear();
                    self.has_begun = false;
                    self.skip = self.track.pre_skip().unwrap_or(0);
                }
                Err(error) => match &self.frames {
                    // What looks like the header of a frame. Another one is searched for after it.
                    Some(frames) if self.rate > 0 => {
                        if !frames.is_after_tag() {
                            self.damage(0.0, &error.to_string());
                        }
                    }
                    _ => return self.finish(Some(error)),
                },
            }
            if self.fresh.is_empty() {
                continue;
            }
            let gap = self.gap.round() as u64;
            self.gap = 0.0;
            self.damaged.filled = self.damaged.parts;
            if gap > 0 {
                self.found += gap;
                self.waits = true;
                return Ok(Piece::Gap(gap));
            }
            break;
        }
        self.waits = false;
        self.found += (self.fresh.len() / self.channels) as u64;
        output.append(&mut self.fresh);
        Ok(Piece::Sound)
    }

    /// Decodes a packet into `fresh`. Returns why nothing after it can be read.
    fn decode(&mut self, mut packet: Packet) -> Result<Option<String>> {
        self.fresh.clear();
        if let Some(blocks) = &self.blocks {
            blocks.pass(&packet.data);
        }
        if let Some(samples) = self.lost_pages.take() {
            let seconds = self.timeline.lost_pages(samples, self.rate);
            self.damage(seconds, LOST_PAGES);
            self.skip_in_gap();
        }
        let lost = match &self.frames {
            None => self.timeline.lost(&packet, self.rate),
            Some(frames) => match frames.find(&packet.data) {
                Found::Frame { lost } => self.timeline.lost_frames(&packet, lost, self.rate),
                Found::Tag => return Ok(None),
                Found::Damage => {
                    self.damage(0.0, NO_FRAME);
                    return Ok(None);
                }
            },
        };
        // The decoder would trim the end of every packet, but only that of the last one counts.
        let trims = (packet.trim_start, packet.trim_end);
        (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
        if lost > 0.0 {
            self.damage(lost, "lost packets");
        }
        let (rate, channels) = match self.track.decode(&packet, &mut self.fresh)? {
            Decoded::Samples { rate, channels } => (rate, channels),
            Decoded::Nothing => return Ok(None),
            Decoded::Damaged(reason) => {
                self.fresh.clear();
                let seconds = self.timeline.damaged(&packet, self.rate);
                self.damage(seconds, &reason);
                return Ok(None);
            }
        };
        if rate == 0 {
            return Ok(Some("a sample rate of 0 Hz".to_owned()));
        }
        if self.rate == 0 {
            self.begin(&packet, rate, channels);
        } else if rate != self.rate {
            self.fresh.clear();
            return Ok(Some(format!("the sample rate changes from {} to {rate} Hz", self.rate)));
        }
        self.timeline.pass((self.fresh.len() / channels) as f64);
        adapt(&mut self.fresh, channels, self.channels);
        self.trim(trims);
        Ok(None)
    }

    /// Sets what depends on the first samples.
    fn begin(&mut self, packet: &Packet, rate: u32, channels: usize) {
        (self.rate, self.channels) = (rate, channels);
        // Damage before the first samples could be counted only in seconds.
        self.gap *= f64::from(rate);
        let frames = |seconds: f64| (seconds * f64::from(rate)).round().max(0.0) as u64;
        let early = packet.pts.get() as f64 * -self.track.tick;
        let is_mkv = self.format.format_info().format == FORMAT_ID_MKV;
        self.start = if is_mkv { frames(-early) } else { 0 };
        self.skip = match (self.edit, self.track.pre_skip()) {
            (Some(edit), _) => frames(edit.start),
            (None, Some(pre_skip)) => pre_skip,
            // A first time before 0 belongs to samples that the encoder added.
            (None, None) if is_mkv => frames(early),
            (None, None) => 0,
        };
        self.skip_in_gap();
        self.limit = self.edit.and_then(|edit| edit.length).map_or(u64::MAX, frames);
    }

    /// Drops what is not part of the recording from the silence in place of its start.
    fn skip_in_gap(&mut self) {
        let dropped = self.skip.min(self.gap.round() as u64);
        self.skip -= dropped;
        self.gap -= dropped as f64;
    }

    /// Drops what is not part of the recording from `fresh`.
    fn trim(&mut self, (start, end): (Duration, Duration)) {
        let frames_of =
            |ticks: u64| (ticks as f64 * self.track.tick * f64::from(self.rate)).round() as usize;
        let (start, end) = (frames_of(start.get()), frames_of(end.get()));
        let dropped = start.min(self.fresh.len() / self.channels);
        self.fresh.drain(..dropped * self.channels);
        // Ogg's pages determine whether Opus' start is trimmed in packets.
        self.skip = self.skip.saturating_sub(dropped as u64);
        let kept = self.fresh.len().saturating_sub(end.saturating_mul(self.channels));
        let tail = self.fresh.split_off(kept);
        let before = std::mem::replace(&mut self.tail, tail);
        self.fresh.splice(..0, before);
        let frames = (self.fresh.len() / self.channels) as u64;
        let dropped = self.skip.min(frames);
        self.skip -= dropped;
        self.fresh.drain(..dropped as usize * self.channels);
        let left = self.limit.saturating_sub(self.found).min(frames);
        self.fresh.truncate(left as usize * self.channels);
    }

    /// Leaves a gap for something that is missing. It is filled, and counts, only if sound follows.
    fn damage(&mut self, seconds: f64, reason: &str) {
        let per_second = if self.rate == 0 { 1.0 } else { f64::from(self.rate) };
        let time = if self.rate == 0 { 0.0 } else { self.found as f64 / per_second };
        self.damaged.first.get_or_insert(time);
        self.damaged.reason.get_or_insert_with(|| reason.to_owned());
        // Without packets, damage is one part up to the next sound.
        if self.frames.is_none() || self.damaged.parts == self.damaged.filled {
            self.damaged.parts += 1;
        }
        self.gap += seconds * per_second;
    }
}

/// Converts samples with `from` channels to `to` if the number changes within a recording: missing
/// channels repeat the last one, and extra ones are mixed into the others.
fn adapt(samples: &mut Vec<f32>, from: usize, to: usize) {
    if from == to {
        return;
    }
    let channel = |frame: &[f32], channel: usize| {
        if channel >= from {
            return frame[from - 1];
        }
        let mixed = frame.iter().skip(channel).step_by(to);
        mixed.clone().sum::<f32>() / mixed.count() as f32
    };
    let frames = samples.chunks_exact(from);
    *samples = frames.flat_map(|frame| (0..to).map(|to| channel(frame, to))).collect();
}

#[cfg(test)]
mod tests {
    use super::adapt;

    #[test]
    fn no_channel_is_lost_when_their_number_changes() {
        for (from, to, samples, expected) in [
            (2, 2, &[1.0, 2.0][..], &[1.0, 2.0][..]),
            (2, 1, &[0.0, 1.0, 0.5, 0.5], &[0.5, 0.5]),
            (1, 2, &[0.25, 0.5], &[0.25, 0.25, 0.5, 0.5]),
            (3, 2, &[0.5, 1.0, 0.0], &[0.25, 1.0]),
            (2, 4, &[0.5, 1.0], &[0.5, 1.0, 1.0, 1.0]),
        ] {
            let mut samples = samples.to_vec();
            adapt(&mut samples, from, to);
            assert_eq!(samples, expected, "{from} to {to}");
        }
    }
}
