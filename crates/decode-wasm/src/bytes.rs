//! Gives a decoder the bytes of a file that JavaScript reads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// How much is requested at a time, in bytes: every request goes to another process.
const PIECE_BYTES: u64 = 1 << 18;

thread_local! {
    /// The function that reads each open file. JavaScript's functions stay on their thread, but
    /// Symphonia's sources need not, so they have only a number.
    static READERS: RefCell<Readers> = RefCell::default();
}

#[derive(Default)]
struct Readers {
    last: u32,
    functions: HashMap<u32, Function>,
}

/// An open file.
pub struct FileBytes {
    reader: u32,
    size: u64,
    position: u64,
    /// Bytes of the file from `start` on.
    piece: Vec<u8>,
    start: u64,
}

impl FileBytes {
    /// Creates a file; `read` takes a position and a number of bytes, and returns a `Uint8Array`.
    pub fn new(read: Function, size: u64) -> Self {
        let reader = READERS.with_borrow_mut(|readers| {
            readers.last += 1;
            readers.functions.insert(readers.last, read);
            readers.last
        });
        FileBytes { reader, size, position: 0, piece: Vec::new(), start: 0 }
    }

    /// Returns the bytes at the position that are in memory.
    fn ready(&self) -> &[u8] {
        let offset = self.position.checked_sub(self.start);
        let offset = offset.and_then(|offset| usize::try_from(offset).ok());
        offset.and_then(|offset| self.piece.get(offset..)).unwrap_or_default()
    }

    /// Reads the piece at the position.
    fn load(&mut self) -> io::Result<()> {
        let count = PIECE_BYTES.min(self.size.saturating_sub(self.position));
        if count == 0 {
            return Ok(());
        }
        let read = READERS.with_borrow(|readers| readers.functions.get(&self.reader).cloned());
        let read = read.ok_or(io::ErrorKind::NotFound)?;
        let answer = read
            .call2(&JsValue::NULL, &(self.position as f64).into(), &(count as f64).into())
            .map_err(|thrown| io::Error::other(message(&thrown)))?;
        let bytes: Uint8Array = answer.dyn_into().map_err(|_| io::ErrorKind::InvalidData)?;
        self.piece = bytes.to_vec();
        self.start = self.position;
        Ok(())
    }
}

impl Drop for FileBytes {
    fn drop(&mut self) {
        READERS.with_borrow_mut(|readers| readers.functions.remove(&self.reader));
    }
}

impl Read for FileBytes {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if self.ready().is_empty() {
            self.load()?;
        }
        let ready = self.ready();
        let count = ready.len().min(output.len());
        output[..count].copy_from_slice(&ready[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for FileBytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

fn message(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => "the file cannot be read".to_owned(),
    }
}
