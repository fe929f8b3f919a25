//! Reads a recording to learn from.

use std::path::Path;

use sourcing_sound::ErrorKind;
use sourcing_sound_decode::{Channel, Recording};

use crate::files;
use crate::outcome::Failure;

/// The longest recording that can be learned from, in seconds: nothing beyond it is read, because
/// all samples are kept in memory.
const MAX_SECONDS: u64 = 3_600;

/// Decodes a recording, or standard input.
///
/// # Errors
/// If it cannot be read, is not a recording, or is longer than an hour.
pub(super) fn read(path: &Path) -> Result<Recording, Failure> {
    let decoder = files::open(path)?;
    let promised = decoder.promised_frames().unwrap_or(0);
    let mut mono = decoder.mono(Channel::Mix).map_err(Failure::Decode)?;
    let rate = u64::from(mono.sample_rate()).max(1);
    let mut samples = Vec::new();
    while let Some(block) = mono.next_block().map_err(Failure::Decode)? {
        samples.extend_from_slice(block);
        let count = samples.len() as u64;
        if count > MAX_SECONDS * rate {
            let error = ErrorKind::Limit {
                what: "the recording's length in seconds",
                given: promised.max(count).div_ceil(rate),
                max: MAX_SECONDS,
            };
            return Err(Failure::Analyse { path: path.to_owned(), error: error.into() });
        }
    }
    let (sample_rate, warnings) = (mono.sample_rate(), mono.warnings());
    Ok(Recording { samples, sample_rate, warnings })
}
