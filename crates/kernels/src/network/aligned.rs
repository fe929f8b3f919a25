//! Memory at addresses that suit long vectors: a vector that crosses a line of the cache takes
//! twice as long to read or write.

use super::lane::{LANES, Lane};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Bytes of a line of the cache, and of the longest vector.
const LINE: usize = 64;

/// Lanes that begin at the start of a line.
#[derive(Default)]
pub(super) struct Aligned {
    numbers: Vec<f32>,
    /// Where the first lane is. It stays valid because the numbers never move.
    start: usize,
    lanes: usize,
}

impl Aligned {
    pub(super) fn zeros(lanes: usize) -> Self {
        const SPARE: usize = LINE / size_of::<f32>();
        let numbers = vec![0.0; lanes * LANES + SPARE];
        // The offset may be unknown, which only costs time.
        let start = Some(numbers.as_ptr().align_offset(LINE)).filter(|&start| start <= SPARE);
        Aligned { numbers, start: start.unwrap_or(0), lanes }
    }
}

impl Deref for Aligned {
    type Target = [Lane];

    fn deref(&self) -> &[Lane] {
        self.numbers[self.start..][..self.lanes * LANES].as_chunks().0
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [Lane] {
        self.numbers[self.start..][..self.lanes * LANES].as_chunks_mut().0
    }
}

impl fmt::Debug for Aligned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
