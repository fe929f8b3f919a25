//! How a recording ends: what of the length that its header states is missing.

use symphonia::core::errors::Error;
use symphonia::core::formats::well_known::{
    FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_MKV, FORMAT_ID_MP3,
};

use super::{ContainerReader, Damage};
use crate::READABLE;
use crate::error::{DecodeErrorKind, Result, container_error};
use crate::foreign;
use crate::ogg::DamagedEnd;
use crate::piece::{End, Piece};
use crate::warning::Warning;

/// Why nothing can be read up to the end of an Ogg file.
const DAMAGED_PAGES: &str = "damaged pages up to the end";

/// Why nothing can be read after the end of a file that states more bytes than it has.
const CUT_OFF: &str = "the file ends there, and its header says that it goes on";

/// Symphonia's message for MPEG-1 layer II in mono with one of the highest rates.
const FAST_MONO_MP2: &str = "invalid Layer 2 bitrate for mono";

impl ContainerReader {
    /// Ends the recording after the last packet, or the last one that can be read.
    pub(super) fn finish(&mut self, error: Option<Error>) -> Result<Piece> {
        if self.found > 0 {
            let error = error.filter(|_| !self.is_complete());
            let reason = error.map(|error| error.to_string());
            return Ok(Piece::End(self.end(reason)));
        }
        let is_damaged = self.damaged_end().is_some();
        let damage = is_damaged.then(|| DAMAGED_PAGES.to_owned());
        match (error, self.damaged.reason.take().or(damage)) {
            (Some(error), _) => Err(container_error(error)),
            (None, Some(reason)) if reason.contains(FAST_MONO_MP2) => {
                let actual = foreign::FAST_MONO_MP2.to_owned();
                Err(DecodeErrorKind::Unsupported { expected: READABLE.to_owned(), actual })
            }
            (None, Some(reason)) => Err(DecodeErrorKind::Corrupt {
                expected: "a packet that can be decoded".to_owned(),
                actual: format!("damage in every one of them ({reason})"),
            }),
            (None, None) => match self.stated_frames() {
                Some(samples) => Err(DecodeErrorKind::Corrupt {
                    expected: format!("{samples} samples per channel"),
                    actual: "the end of the file before the first".to_owned(),
                }),
                None => Ok(Piece::End(End(Vec::new()))),
            },
        }
    }

    pub(super) fn end(&mut self, reason: Option<String>) -> End {
        let mut warnings = Vec::new();
        let sample_rate = self.rate;
        let time = self.found as f64 / f64::from(sample_rate.max(1));
        let Damage { parts, filled, first, reason: damage } = std::mem::take(&mut self.damaged);
        if filled > 0 {
            warnings.push(Warning::Damaged { parts: filled, first: first.unwrap_or(0.0) });
        }
        let promised = self.reliable_frames();
        // Damage up to the end is not filled.
        if let Some(reason) = reason.or(damage.filter(|_| parts > filled)) {
            warnings.push(Warning::BrokenOff { time, reason });
        } else if let Some(promised) = promised {
            warnings.push(Warning::CutOff { promised, found: self.found, sample_rate });
        } else if let Some(end) = self.damaged_end() {
            let found = self.found;
            let missing = end.missing.filter(|&missing| missing > 0);
            let stated = missing
                .map(|missing| found.saturating_add(missing))
                .or_else(|| self.promised_frames());
            warnings.push(match stated.filter(|&stated| stated > found) {
                Some(promised) => Warning::CutOff { promised, found, sample_rate },
                None => Warning::BrokenOff { time, reason: DAMAGED_PAGES.to_owned() },
            });
        } else if self.ends_unannounced() {
            warnings.push(Warning::BrokenOff { time, reason: CUT_OFF.to_owned() });
        }
        End(warnings)
    }

    /// Returns whether a Matroska file has all the sound that it states: what follows is padding.
    fn is_complete(&self) -> bool {
        let is_mkv = self.format.format_info().format == FORMAT_ID_MKV;
        let slack = u64::from(self.rate) / 10;
        is_mkv && self.promised_frames().is_some_and(|promised| self.found + slack >= promised)
    }

    /// Returns whether the file is cut off without stating the length of its sound: the header of a
    /// fragmented mp4 counts at most the first fragment.
    fn ends_unannounced(&self) -> bool {
        let slack = u64::from(self.rate) / 10;
        let is_within = |promised: u64| promised.saturating_add(slack) >= self.found;
        self.is_cut_off && !self.promised_frames().is_some_and(is_within)
    }

    /// Returns the damaged end of an Ogg file.
    fn damaged_end(&self) -> Option<DamagedEnd> {
        self.losses.as_ref()?.damaged_end(self.track.track_id)
    }

    /// Returns the samples per channel that the header states in samples.
    fn stated_frames(&self) -> Option<u64> {
        self.stated()?.num_frames.filter(|&frames| frames > 0)
    }

    /// Returns the samples per channel that the header states, if it is reliable and some of them
    /// are missing.
    fn reliable_frames(&self) -> Option<u64> {
        let tolerance = match self.format.format_info().format {
            FORMAT_ID_FLAC => 0.0,
            // Times of packets, with the padding of the last one.
            FORMAT_ID_ISOMP4 => 0.1,
            // Some programs count the frame of the tag, or the padding of the last frame. How long
            // damage was is an estimate.
            FORMAT_ID_MP3 if self.states_length => 0.2 + self.timeline.total(),
            // The end of the longest track, which may be that of a video.
            FORMAT_ID_MKV if self.is_cut_off || self.format.tracks().len() == 1 => 1.0,
            _ => return None,
        };
        let tolerance = (tolerance * f64::from(self.rate)) as u64;
        self.promised_frames().filter(|&promised| promised > self.found + tolerance)
    }
}
