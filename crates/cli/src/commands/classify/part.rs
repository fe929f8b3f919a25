//! The output for an input, in the order in which it becomes known.

use sourcing_sound::Prediction;
use sourcing_sound_decode::Warning;

use crate::files::Found;

use super::report::Subject;

/// Something to print, in order.
pub(super) enum Part {
    /// A recording begins; its result is named after the input.
    Begin(Found, Subject),
    /// Segments of a lane: one of the recordings, or channels, that are classified in parallel.
    Segments(usize, Vec<Prediction>),
    /// A lane has ended, after this many seconds.
    End(usize, f64),
    /// All channels of an input have ended.
    Done(Found, Vec<Warning>),
}
