//! The bytes of an Ogg file on their way to Symphonia.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

use super::losses::{Losses, Pages};
use super::page::{HEADER_BYTES, MARK, SUM_AT, checksum, length_from, mark, number, page};
use crate::input::Input;

/// How many bytes that belong to no page are examined at a time.
const BETWEEN_BYTES: usize = 4_096;

/// The longest page: a header, a table and 255 segments.
const MAX_PAGE_BYTES: u64 = 27 + 255 + 255 * 255;

/// A file that is read from start to end, while its pages are watched. Damaged ones are made
/// unrecognisable: Symphonia skips them, but refuses a file with one where it does not expect it.
pub(crate) struct Watched {
    input: Input,
    pages: Pages,
    /// Bytes up to where the next page may begin.
    left: usize,
}

impl Watched {
    /// Returns the input, and where its losses are counted.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(mut input: Input) -> io::Result<(Box<dyn MediaSource>, Losses)> {
        if !has_page_at_end(&mut input)? {
            // Symphonia refuses a file in which it finds no end, but does not search for one in a
            // pipe.
            input.read_through();
        }
        let pages = Pages::default();
        let losses = pages.losses.clone();
        Ok((Box::new(Watched { input, pages, left: 0 }), losses))
    }

    /// Goes to the next page, or to the next bytes that are none. Returns whether it is damaged.
    fn next_part(&mut self) -> io::Result<bool> {
        if self.input.peek(MARK.len())? != MARK {
            let ahead = self.input.peek(BETWEEN_BYTES)?;
            // The rest may begin with part of a mark.
            let end = mark(ahead).unwrap_or((ahead.len() + 1).saturating_sub(MARK.len()));
            self.left = end.max(1);
            return Ok(false);
        }
        let mut length = HEADER_BYTES;
        loop {
            let ahead = self.input.peek(length)?;
            if ahead.len() < length {
                break;
            }
            if let Some(page) = page(ahead) {
                if checksum(page) != number(page, SUM_AT) {
                    break;
                }
                self.left = page.len();
                return Ok(false);
            }
            length = length_from(ahead);
        }
        self.left = 1;
        Ok(true)
    }
}

impl Read for Watched {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        let is_damaged = self.left == 0 && self.next_part()?;
        let most = output.len().min(self.left);
        let count = self.input.read(&mut output[..most])?;
        self.left -= count;
        self.pages.push(&output[..count]);
        if count == 0 {
            self.pages.end();
        } else if is_damaged {
            output[0] = 0;
        }
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.pages.restart();
        self.left = 0;
        self.input.seek(to)
    }
}

impl MediaSource for Watched {
    fn is_seekable(&self) -> bool {
        self.input.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.input.byte_len()
    }
}

/// Returns whether a file has a good page among its last bytes; true for a pipe. Does not move the
/// input.
fn has_page_at_end(input: &mut Input) -> io::Result<bool> {
    let Some(left) = input.remaining().filter(|_| input.is_seekable()) else { return Ok(true) };
    let start = input.position();
    input.move_to(start + left.saturating_sub(MAX_PAGE_BYTES))?;
    let mut pages = Pages::default();
    pages.push(input.take_up_to(MAX_PAGE_BYTES as usize)?);
    pages.end();
    input.move_to(start)?;
    Ok(!pages.losses.locked().streams.is_empty())
}
