//! The unit of all arithmetic: eight numbers side by side.

/// Numbers that are computed together: channels of one pixel.
pub(super) const LANES: usize = 8;

/// Eight channels of a pixel.
pub(super) type Lane = [f32; LANES];
