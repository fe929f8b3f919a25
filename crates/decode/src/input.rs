//! The bytes of a file or a pipe, with lookahead.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// How much is read at a time, in bytes.
const CHUNK_BYTES: usize = 1 << 16;

/// A source with lookahead: the next bytes can be examined before they are read.
pub(crate) struct Input {
    source: Box<dyn MediaSource>,
    seekable: bool,
    length: Option<u64>,
    /// Bytes from the source; those before `start` have been read.
    buffer: Vec<u8>,
    start: usize,
    /// The position of the next byte, from the start of the file.
    position: u64,
}

impl Input {
    pub(crate) fn new(source: Box<dyn MediaSource>) -> Self {
        let (seekable, length) = (source.is_seekable(), source.byte_len());
        Input { source, seekable, length, buffer: Vec::new(), start: 0, position: 0 }
    }

    /// Returns the bytes from here to the end, if the length is known.
    pub(crate) fn remaining(&self) -> Option<u64> {
        self.length.map(|length| length.saturating_sub(self.position))
    }

    /// Returns the position of the next byte, from the start of the file.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Returns the next `count` bytes without reading them; fewer at the end.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        self.fill(count)?;
        let ready = &self.buffer[self.start..];
        Ok(&ready[..ready.len().min(count)])
    }

    /// Reads the next `N` bytes; `None` if there are fewer.
    pub(crate) fn take<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let bytes = self.peek(N)?.try_into().ok();
        if bytes.is_some() {
            self.consume(N);
        }
        Ok(bytes)
    }

    /// Reads up to `count` of the next bytes; fewer only at the end.
    pub(crate) fn take_up_to(&mut self, count: usize) -> io::Result<&[u8]> {
        self.fill(count)?;
        let first = self.start;
        let taken = count.min(self.buffer.len() - first);
        self.consume(taken);
        Ok(&self.buffer[first..first + taken])
    }

    /// Reads whole blocks of `block` bytes: at least one, and at most `most` bytes in total, but
    /// only what has arrived, because live sound must not wait for more. Returns no bytes at the
    /// end.
    pub(crate) fn take_blocks(&mut self, block: usize, most: usize) -> io::Result<&[u8]> {
        self.fill(block)?;
        let first = self.start;
        let taken = (self.buffer.len() - first).min(most) / block * block;
        self.consume(taken);
        Ok(&self.buffer[first..first + taken])
    }

    /// Skips `count` bytes; fewer at the end.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<()> {
        let ready = (self.buffer.len() - self.start) as u64;
        if count <= ready {
            self.consume(count as usize);
            return Ok(());
        }
        if self.seekable && self.length.is_some() {
            let target = self.position.saturating_add(count).min(self.length.unwrap_or(u64::MAX));
            return self.move_to(target);
        }
        let mut left = count;
        while left > 0 {
            let step = left.min(CHUNK_BYTES as u64) as usize;
            let taken = self.take_up_to(step)?.len();
            if taken == 0 {
                break;
            }
            left -= taken as u64;
        }
        Ok(())
    }

    pub(crate) fn is_seekable(&self) -> bool {
        self.seekable
    }

    /// Makes the input count as a pipe.
    pub(crate) fn read_through(&mut self) {
        self.seekable = false;
        self.length = None;
    }

    /// Continues at `position`, from the start of the file.
    pub(crate) fn move_to(&mut self, position: u64) -> io::Result<()> {
        self.source.seek(SeekFrom::Start(position))?;
        self.buffer.clear();
        self.start = 0;
        self.position = position;
        Ok(())
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.position += count as u64;
    }

    /// Reads until at least `count` bytes are ready, or the end is reached.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        if self.buffer.len() - self.start >= count {
            return Ok(());
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        while self.buffer.len() < count {
            let before = self.buffer.len();
            self.buffer.resize(before + (count - before).max(CHUNK_BYTES), 0);
            let read = self.source.read(&mut self.buffer[before..]);
            let taken = *read.as_ref().unwrap_or(&0);
            self.buffer.truncate(before + taken);
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let bytes = self.take_up_to(output.len().min(CHUNK_BYTES))?;
        output[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let from = |base: u64, offset: i64| {
            base.checked_add_signed(offset).ok_or(io::ErrorKind::InvalidInput)
        };
        let position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(offset) => from(self.position, offset)?,
            SeekFrom::End(offset) => from(self.length.ok_or(io::ErrorKind::Unsupported)?, offset)?,
        };
        self.move_to(position)?;
        Ok(position)
    }
}

impl MediaSource for Input {
    fn is_seekable(&self) -> bool {
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        self.length
    }
}
