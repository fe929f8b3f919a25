//! What is printed about an input, in the order in which it is known.

use sourcing_sound::Prediction;
use sourcing_sound_decode::Warning;

use crate::files::Found;

use super::report::Subject;

/// Something to print, in order.
pub(super) enum Part {
    /// A recording begins; its result is named after the input.
    Begin(Found, Subject),
    /// Segments of a lane: of one of the recordings, or channels, that are classified side by side.
    Segments(usize, Vec<Prediction>),
    /// A lane is over, after so many seconds of it.
    End(usize, f64),
    /// All channels of an input are over.
    Done(Found, Vec<Warning>),
}
