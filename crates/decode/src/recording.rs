//! The result of decoding.

/// The most samples per channel that [`decode`](crate::decode) accepts: 4 GiB of mono samples, or
/// 6.2 hours at 48,000 Hz.
pub const MAX_SAMPLES: u64 = 1 << 30;

/// A decoded recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Mono samples, the mean of the channels. Full scale is ±1.
    pub samples: Vec<f32>,
    /// Samples per second, in Hz.
    pub sample_rate: u32,
}

impl Recording {
    /// The length in seconds.
    pub fn duration_seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }
}
