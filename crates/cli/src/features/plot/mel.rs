//! The mel spectrogram that is drawn.

use sourcing_sound::MelScale;

/// The mel spectrogram and its filters.
pub(super) struct Mel {
    pub(super) scale: MelScale,
    /// Corners of the triangles in Hz, two more than there are bands.
    pub(super) edges_hz: Vec<f64>,
    /// Power, `[frames][bands]`, row after row.
    pub(super) power: Vec<f32>,
    pub(super) seconds_per_frame: f64,
    /// Seconds from the start of the recording to the middle of the first frame.
    pub(super) first_frame: f64,
    /// How far below the greatest power colours and bars reach, in dB.
    pub(super) range_db: f32,
}
