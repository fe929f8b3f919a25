//! A reader of known length that can be read at any position, as Symphonia requires.

use std::io::{Read, Result, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

pub(crate) struct Seekable<R> {
    reader: R,
    bytes: u64,
}

impl<R> Seekable<R> {
    pub(crate) fn new(reader: R, bytes: u64) -> Self {
        Seekable { reader, bytes }
    }
}

impl<R: Read> Read for Seekable<R> {
    fn read(&mut self, output: &mut [u8]) -> Result<usize> {
        self.reader.read(output)
    }
}

impl<R: Seek> Seek for Seekable<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.reader.seek(to)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Seekable<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.bytes)
    }
}
