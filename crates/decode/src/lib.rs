//! Decodes recordings in common formats, for the native tools.
//!
//! [`Decoder`] returns a recording block by block in constant memory, from a file, from memory or
//! from a pipe; [`Decoder::mono`] mixes its channels. [`decode`] and [`decode_bytes`] return a
//! short recording in one piece. This crate reads the headers of uncompressed files itself;
//! Symphonia and rusty-opus decode the rest.
//!
//! | container | codecs |
//! |---|---|
//! | wav, RF64, BW64, W64 | PCM of 8 to 32 bits, float, A-law, µ-law; in wav also ADPCM (IMA, Microsoft) |
//! | aiff, aifc, au, caf | PCM, float, A-law, µ-law; in caf also ALAC and AAC |
//! | flac, mp3, mp2, aac | their own |
//! | ogg, opus | Vorbis, Opus, FLAC |
//! | m4a, mp4, mov | AAC-LC, ALAC, MP3, Opus, FLAC, PCM; the first audio track of a video |
//! | mka, mkv, webm | Vorbis, Opus, FLAC, MP3, AAC-LC, PCM |
//!
//! Opus, Vorbis and AAC have at most two channels.
//!
//! ```no_run
//! let recording = sourcing_sound_decode::decode("dog.wav")?;
//! println!("{:.2} s at {} Hz", recording.duration_seconds(), recording.sample_rate);
//! # Ok::<(), sourcing_sound_decode::DecodeError>(())
//! ```
//!
//! # The data counts, not the header
//! - Lengths in headers that are placeholders, out of date or slightly wrong are derived from the
//!   bytes. A truncated recording returns everything up to its end, and a [`Warning`] with both
//!   lengths.
//! - A damaged or lost packet between good ones is replaced by silence of the same length, so that
//!   the rest keeps its time, with a warning. A file without any good packet is `audio-corrupt`.
//! - Samples that the encoder added before the first one and after the last one are trimmed if the
//!   file states how many there are: Opus and Vorbis always, mp3 with a LAME tag, mp4 with an edit
//!   list or iTunes' comment, Matroska at the start. AAC without a container (`.aac`) keeps 20 to
//!   50 ms.
//! - The output gain that a stream of Opus states is applied.
//! - After a change of the sample rate, nothing more is read; that is a warning too. After a change
//!   of the number of channels, their sound is mixed into those of the beginning.

mod container;
mod decoder;
mod error;
mod flac;
mod foreign;
mod input;
mod mkv;
#[cfg(feature = "mono")]
mod mono;
mod mp3;
mod mp4;
mod mpeg;
mod ogg;
mod opus;
mod pcm;
mod piece;
mod plain;
#[cfg(feature = "mono")]
mod recording;
mod seekable;
mod source;
mod timeline;
mod track;
mod warning;

pub use decoder::Decoder;
pub use error::{DecodeError, DecodeErrorKind};
#[cfg(feature = "mono")]
pub use mono::{Channel, Mono};
pub use plain::{RawFormat, RawSamples};
#[cfg(feature = "mono")]
pub use recording::{
    MAX_SAMPLES, Recording, decode, decode_bytes, decode_bytes_within, decode_reader,
};
pub use warning::Warning;

/// The file name extensions, in lower case, of the formats that this crate reads.
pub const EXTENSIONS: &[&str] = &[
    "aac", "aif", "aifc", "aiff", "au", "bwf", "caf", "flac", "m4a", "m4b", "mka", "mkv", "mov",
    "mp2", "mp3", "mp4", "oga", "ogg", "opus", "rf64", "snd", "w64", "wav", "wave", "webm",
];

/// The most channels of a recording, the same as for a mix.
pub const MAX_CHANNELS: usize = 64;

#[cfg(feature = "mono")]
const _: () = assert!(MAX_CHANNELS == sourcing_sound::MAX_CHANNELS);

/// The supported formats, for errors.
pub(crate) const READABLE: &str = "wav, RF64, BW64, W64, aiff, au, caf, flac, mp3, mp2, aac, ogg, opus, m4a, mp4, mov, mka, mkv or webm";
