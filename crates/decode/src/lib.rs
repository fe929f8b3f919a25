//! Decodes recordings in common formats to mono samples, for the native tools.
//!
//! [`decode`] takes a file, [`decode_bytes`] a file's bytes: wav (PCM of 8 to 64 bits, float,
//! A-law, µ-law, ADPCM), aiff, flac, mp3, ogg vorbis and m4a (AAC, ALAC). Symphonia does the
//! decoding; this crate decides what counts as sound and what as an error.
//!
//! ```no_run
//! let recording = sourcing_sound_decode::decode("dog.wav")?;
//! println!("{:.2} s at {} Hz", recording.duration_seconds(), recording.sample_rate);
//! # Ok::<(), sourcing_sound_decode::DecodeError>(())
//! ```
//!
//! # What counts as damage
//! - A damaged or lost packet between good ones is replaced by silence of the same length, so that
//!   the rest stays in time. A file without any good packet is `audio-corrupt`.
//! - A container that states its length (wav, aiff, flac, m4a) and ends earlier is cut off: that is
//!   `audio-corrupt`, never silently a shorter recording. Streams that do not state it (mp3, ogg,
//!   AAC frames) are as long as their data.
//! - A sample rate that changes within a file is `audio-unsupported`.
//! - Encoder delay and padding are trimmed if the stream marks them (vorbis, mp3 with a LAME tag).
//!   The priming samples of AAC, some 20 to 50 ms, stay.
//! - Samples are passed on as stored: a float file may contain NaN, which the core's `Pcm` refuses.

mod error;
mod mono;
mod recording;
mod stream;

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use symphonia::core::io::MediaSource;

pub use error::{DecodeError, DecodeErrorKind};
pub use recording::{MAX_SAMPLES, Recording};

/// The file name extensions, in lower case, of the formats that this crate reads.
pub const EXTENSIONS: &[&str] =
    &["aac", "aif", "aifc", "aiff", "flac", "m4a", "mp3", "mp4", "oga", "ogg", "wav", "wave"];

/// Decodes the file at `path`. The content determines the format; the extension is only a hint.
///
/// # Errors
/// `io` if the file cannot be read, `audio-unsupported` if its format or codec is unknown,
/// `audio-corrupt` if it is damaged or cut off, `audio-empty` if it has no samples, `limit` if it
/// is longer than [`MAX_SAMPLES`].
pub fn decode(path: impl AsRef<Path>) -> Result<Recording, DecodeError> {
    let path = path.as_ref();
    let fail = |kind| DecodeError::new(path, kind);
    let file = File::open(path).map_err(|e| fail(DecodeErrorKind::Io(e)))?;
    let metadata = file.metadata().map_err(|e| fail(DecodeErrorKind::Io(e)))?;
    if metadata.is_dir() {
        let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(fail(DecodeErrorKind::Io(error)));
    }
    if metadata.is_file() && metadata.len() == 0 {
        return Err(fail(DecodeErrorKind::Empty));
    }
    decode_source(path, Box::new(file), MAX_SAMPLES)
}

/// Decodes a file that is already in memory. `name` gives the extension and appears in errors.
///
/// # Errors
/// As [`decode`], without `io`.
pub fn decode_bytes(name: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Recording, DecodeError> {
    decode_bytes_within(name, bytes, MAX_SAMPLES)
}

/// [`decode_bytes`] with a custom limit on the samples per channel.
///
/// # Errors
/// As [`decode_bytes`]; `limit` if there are more than `max_samples`.
pub fn decode_bytes_within(
    name: impl AsRef<Path>,
    bytes: Vec<u8>,
    max_samples: u64,
) -> Result<Recording, DecodeError> {
    let name = name.as_ref();
    if bytes.is_empty() {
        return Err(DecodeError::new(name, DecodeErrorKind::Empty));
    }
    decode_source(name, Box::new(Cursor::new(bytes)), max_samples)
}

fn decode_source(
    path: &Path,
    source: Box<dyn MediaSource>,
    max_samples: u64,
) -> Result<Recording, DecodeError> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    stream::read(source, extension, max_samples).map_err(|kind| DecodeError::new(path, kind))
}
