//! Reads the blocks of a plain file up to the end of its bytes.

use crate::error::Result;
use crate::input::Input;
use crate::piece::{End, Piece};
use crate::warning::Warning;

use super::chunks;
use super::format::Format;

/// Samples per channel that are read at a time.
const PIECE_FRAMES: u64 = 8_192;

/// Lengths of data that mean that the writer did not know it, within [`NEAR`] below these: those of
/// ffmpeg, SoX, arecord and others when they write to a pipe.
const PLACEHOLDERS: [u64; 3] = [0xffff_ffff, 0x8000_0000, u64::MAX];
const NEAR: u64 = 8_192;

/// Reads the samples of a file after its header.
pub(crate) struct PlainReader {
    input: Input,
    format: Format,
    /// Where the samples begin, in bytes from the start of the file.
    first_byte: u64,
    /// Bytes of samples that are still to come according to the header; `None` up to the end.
    left: Option<u64>,
    /// Samples per channel according to the header, unless that is a placeholder.
    promised: Option<u64>,
    found: u64,
}

impl PlainReader {
    pub(crate) fn new(input: Input, format: Format) -> Self {
        let first_byte = input.position();
        let is_placeholder =
            |bytes: &u64| PLACEHOLDERS.iter().any(|most| bytes <= most && most - bytes <= NEAR);
        let stated = format.data_bytes.filter(|bytes| !is_placeholder(bytes));
        let blocks = |bytes: u64| bytes / format.block_bytes as u64;
        let promised = stated.map(|bytes| {
            let frames = blocks(bytes).saturating_mul(format.coding.block_frames());
            format.stated_frames.map_or(frames, |stated| stated.min(frames))
        });
        PlainReader { input, format, first_byte, left: stated, promised, found: 0 }
    }

    pub(crate) fn format(&self) -> &Format {
        &self.format
    }

    /// Returns the expected samples per channel: those that the header states, but no more than the
    /// file can hold.
    pub(crate) fn promised_frames(&self) -> Option<u64> {
        let bytes = self.input.remaining();
        let there = bytes.map(|bytes| {
            let blocks = bytes / self.format.block_bytes as u64;
            self.found.saturating_add(blocks.saturating_mul(self.format.coding.block_frames()))
        });
        match (self.promised.filter(|&frames| frames > 0), there) {
            (Some(promised), Some(there)) => Some(promised.min(there)),
            (promised, there) => promised.or(there),
        }
    }

    /// Appends the next samples to `output`, channels interleaved.
    pub(crate) fn next(&mut self, output: &mut Vec<f32>) -> Result<Piece> {
        let block = self.format.block_bytes;
        let block_frames = self.format.coding.block_frames();
        let wanted = (PIECE_FRAMES / block_frames).max(1) as usize * block;
        let size = loop {
            match self.left {
                Some(left) if left < block as u64 => {
                    if !self.continues()? {
                        return Ok(Piece::End(self.end()));
                    }
                    self.left = None;
                }
                Some(left) => break wanted.min((left / block as u64) as usize * block),
                None => break wanted,
            }
        };
        let bytes = self.input.take_blocks(block, size)?;
        if bytes.is_empty() {
            return Ok(Piece::End(self.end()));
        }
        let (before, taken) = (output.len(), bytes.len() as u64);
        self.format.coding.decode(bytes, block, output);
        self.left = self.left.map(|left| left - taken);
        let mut frames = ((output.len() - before) / self.format.channels) as u64;
        // The last block of ADPCM is padded; a stated length in samples shows by how much.
        if let Some(stated) = self.format.stated_frames.filter(|_| block_frames > 1) {
            let most = stated.saturating_sub(self.found);
            if stated > 0 && frames > most && frames - most < block_frames {
                frames = most;
                output.truncate(before + frames as usize * self.format.channels);
            }
        }
        self.found += frames;
        Ok(Piece::Sound)
    }

    /// Continues at a sample, or as closely before it as blocks allow, if the file is seekable.
    /// Returns the next sample, or `None` if nothing was changed.
    pub(crate) fn seek(&mut self, frame: u64) -> Result<Option<u64>> {
        if !self.input.is_seekable() {
            return Ok(None);
        }
        let block = frame / self.format.coding.block_frames();
        let bytes = block.saturating_mul(self.format.block_bytes as u64);
        let is_there = self.promised_frames().is_some_and(|most| frame < most);
        let used = self.input.position().saturating_sub(self.first_byte);
        let all = self.left.map(|left| left.saturating_add(used));
        if !is_there || all.is_some_and(|all| bytes > all) {
            return Ok(None);
        }
        self.input.move_to(self.first_byte + bytes)?;
        self.left = all.map(|all| all - bytes);
        self.found = block * self.format.coding.block_frames();
        Ok(Some(self.found))
    }

    /// Returns whether samples continue where the header says that they end: the recorder stopped
    /// before it could correct the length.
    fn continues(&mut self) -> Result<bool> {
        let Some(order) = self.format.chunks_follow else {
            // Only the length can tell, unless it is 0.
            return Ok(self.found == 0 && self.promised == Some(0));
        };
        let part = self.left.unwrap_or(0) as usize;
        Ok(!chunks::begins(&mut self.input, part, order)?)
    }

    fn end(&self) -> End {
        let promised = self.promised.filter(|&promised| promised > self.found);
        let warning = promised.map(|promised| Warning::CutOff {
            promised,
            found: self.found,
            sample_rate: self.format.sample_rate,
        });
        End(warning.into_iter().collect())
    }
}
