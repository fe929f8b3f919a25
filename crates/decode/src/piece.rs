//! What every kind of file produces: samples, gaps, and an end.

use crate::warning::Warning;

/// What comes next in a recording.
pub(crate) enum Piece {
    /// Samples were appended to the output.
    Sound,
    /// This many samples per channel are missing; sound follows.
    Gap(u64),
    /// There is nothing more.
    End(End),
}

/// How a recording ended: what was missing.
pub(crate) struct End(pub(crate) Vec<Warning>);
