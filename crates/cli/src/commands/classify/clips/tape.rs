//! Keeps the last seconds of a recording that can be read only once.

/// Interleaved samples of all channels, from some frame on. A frame is one sample of each channel.
pub(super) struct Tape {
    channels: usize,
    /// How many of the last frames are kept at least, once there are as many.
    kept: u64,
    /// The frame with which `samples` begins.
    start: u64,
    samples: Vec<f32>,
}

impl Tape {
    /// Creates a tape that begins with frame `start` of the recording and keeps the last `kept`
    /// frames.
    pub(super) fn new(channels: usize, start: u64, kept: u64) -> Tape {
        Tape { channels, kept, start, samples: Vec::new() }
    }

    /// Returns the first frame that is kept.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Returns the frame after the last one.
    pub(super) fn end(&self) -> u64 {
        self.start + (self.samples.len() / self.channels) as u64
    }

    /// Adds what was recorded.
    pub(super) fn push(&mut self, block: &[f32]) {
        let frames = (self.samples.len() / self.channels) as u64;
        // Samples are moved only once there is a quarter as much that is too old.
        if frames > self.kept + self.kept / 4 {
            let old = frames - self.kept;
            self.samples.drain(..old as usize * self.channels);
            self.start += old;
        }
        self.samples.extend_from_slice(block);
    }

    /// Returns the samples of the frames from `from` up to `to` that are still kept.
    pub(super) fn between(&self, from: u64, to: u64) -> &[f32] {
        let at = |frame: u64| (frame.clamp(self.start, self.end()) - self.start) as usize;
        let (from, to) = (at(from) * self.channels, at(to.max(from)) * self.channels);
        &self.samples[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::Tape;

    #[test]
    fn the_last_frames_are_kept_for_any_block_sizes() {
        for block in [1, 3, 10, 200] {
            let mut tape = Tape::new(2, 5, 50);
            let sample = |n: u64| [n as f32, -(n as f32)];
            let mut next = 5;
            for _ in 0..1_000 / block {
                let frames: Vec<f32> = (next..next + block).flat_map(sample).collect();
                tape.push(&frames);
                next += block;
                assert_eq!(tape.end(), next);
                assert!(tape.start() <= next.saturating_sub(50).max(5), "{block}");
                assert!(next - tape.start() <= 62 + block, "{block}");
                let from = next.saturating_sub(20).max(5);
                let expected: Vec<f32> = (from..next).flat_map(sample).collect();
                assert_eq!(tape.between(from, next + 7), expected);
            }
            assert_eq!(tape.between(next, next - 1), [0.0; 0]);
            assert_eq!(tape.between(0, 2), [0.0; 0]);
        }
    }
}
