//! Where rows come from.

/// The recording, or the channel of it, that a row is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Its path, as the user gave it.
    pub file: String,
    /// The channel, counted from 1; `None` for the mix of all.
    pub channel: Option<u16>,
    /// When it began, in microseconds since the start of 1970 in UTC, if that is known.
    pub start_time_us: Option<i64>,
}

impl Recording {
    /// Returns the time of day `seconds` after its start.
    pub(crate) fn time_us(&self, seconds: f64) -> Option<i64> {
        let start = self.start_time_us?;
        // In milliseconds, so that it agrees with the column in seconds.
        Some(start.saturating_add((seconds * 1e3).round() as i64 * 1_000))
    }
}

/// Rounds seconds to the millisecond, as in all other formats of results.
pub(crate) fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
