//! What is known of a stream.

/// A damaged page may claim to have at most this many times as much sound as the pages before it; a
/// larger claim is part of the damage.
pub(super) const MAX_GROWTH: u64 = 8;

/// The pages of a stream so far.
#[derive(Default)]
pub(super) struct Stream {
    /// The number of the last good page.
    pub(super) number: u32,
    /// Samples up to its end.
    pub(super) position: u64,
    /// Samples up to the end of the last page in which a packet ends that is not lost.
    pub(super) end: u64,
    /// How many pages are missing after the last one in which a packet ends.
    pub(super) missing: u64,
    /// Whether a packet goes on in the next page.
    pub(super) has_part: bool,
    /// Samples up to the end of the stream, if the page there is damaged but its header is
    /// reliable.
    pub(super) stated: Option<u64>,
}
