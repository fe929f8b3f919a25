//! A whole recording in memory.

use std::io::Read;
use std::path::Path;

use crate::decoder::Decoder;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::mono::Channel;
use crate::warning::Warning;

/// The most samples per channel that [`decode`] accepts: 4 GiB of mono samples, or 6.2 hours at
/// 48,000 Hz. [`Decoder`] has no limit.
pub const MAX_SAMPLES: u64 = 1 << 30;

/// A decoded recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Mono samples, mixed by [`sourcing_sound::Downmix`]. Full scale is ±1.
    pub samples: Vec<f32>,
    /// Samples per second, in Hz.
    pub sample_rate: u32,
    /// What was wrong with the recording.
    pub warnings: Vec<Warning>,
}

impl Recording {
    /// Creates a recording without warnings.
    pub fn new(samples: Vec<f32>, sample_rate: u32) -> Self {
        Recording { samples, sample_rate, warnings: Vec::new() }
    }

    /// Returns the length in seconds.
    pub fn duration_seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }
}

/// Decodes the whole file at `path`. The content determines the format; the extension is only a
/// hint.
///
/// # Errors
/// As [`Decoder::open`]; `limit` if it is longer than [`MAX_SAMPLES`].
pub fn decode(path: impl AsRef<Path>) -> Result<Recording, DecodeError> {
    whole(Decoder::open(path)?, MAX_SAMPLES)
}

/// Decodes a pipe or another stream. `name` has the extension and appears in errors.
///
/// # Errors
/// As [`Decoder::from_reader`]; `limit` if it is longer than [`MAX_SAMPLES`].
pub fn decode_reader(
    name: impl AsRef<Path>,
    reader: impl Read + Send + Sync + 'static,
) -> Result<Recording, DecodeError> {
    whole(Decoder::from_reader(name, reader)?, MAX_SAMPLES)
}

/// Decodes a file that is already in memory. `name` has the extension and appears in errors.
///
/// # Errors
/// As [`decode`], without `io`.
pub fn decode_bytes(name: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Recording, DecodeError> {
    decode_bytes_within(name, bytes, MAX_SAMPLES)
}

/// Like [`decode_bytes`], with a custom limit on the samples per channel.
///
/// # Errors
/// As [`decode_bytes`]; `limit` if there are more than `max_samples`.
pub fn decode_bytes_within(
    name: impl AsRef<Path>,
    bytes: Vec<u8>,
    max_samples: u64,
) -> Result<Recording, DecodeError> {
    whole(Decoder::from_bytes(name, bytes)?, max_samples)
}

fn whole(decoder: Decoder, max_samples: u64) -> Result<Recording, DecodeError> {
    let name = decoder.name().to_owned();
    let mut mono = decoder.mono(Channel::Mix)?;
    let mut all = Vec::new();
    while let Some(block) = mono.next_block()? {
        let samples = (all.len() + block.len()) as u64;
        if samples > max_samples {
            return Err(DecodeError::new(&name, DecodeErrorKind::Limit { max_samples, samples }));
        }
        all.extend_from_slice(block);
    }
    if all.is_empty() {
        return Err(DecodeError::new(&name, DecodeErrorKind::Empty));
    }
    Ok(Recording { samples: all, sample_rate: mono.sample_rate(), warnings: mono.warnings() })
}
