//! How the samples of a file are stored, independent of the container.

use crate::error::{DecodeErrorKind, Result};
use crate::pcm::{Coding, Sample};

use super::chunks::ByteOrder;

/// The contents of a header. After it, the input is at the first sample.
pub(crate) struct Format {
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    pub(crate) coding: Coding,
    /// Bytes per block, all channels.
    pub(crate) block_bytes: usize,
    /// Bytes of samples that the header states; `None` if it states none.
    pub(crate) data_bytes: Option<u64>,
    /// The byte order of the chunks that may follow the samples, if the format has any.
    pub(crate) chunks_follow: Option<ByteOrder>,
    /// The samples per channel, if the header has a separate field for them.
    pub(crate) stated_frames: Option<u64>,
    /// The local time of the first sample, as `2023-02-14T06:30:00`.
    pub(crate) start_time: Option<String>,
}

/// The format of raw samples without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFormat {
    /// Rate in Hz.
    pub sample_rate: u32,
    /// Samples per frame, one per channel.
    pub channels: usize,
    /// How each sample is stored.
    pub samples: RawSamples,
}

/// How raw samples are stored, always little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawSamples {
    /// Signed integers of 16 bits.
    S16Le,
    /// Signed integers of 24 bits, in 3 bytes.
    S24Le,
    /// Signed integers of 32 bits.
    S32Le,
    /// IEEE 754 of 32 bits.
    F32Le,
}

impl RawSamples {
    /// Returns the name that ffmpeg also uses: `s16le`, `s24le`, `s32le` or `f32le`.
    pub fn name(self) -> &'static str {
        match self {
            RawSamples::S16Le => "s16le",
            RawSamples::S24Le => "s24le",
            RawSamples::S32Le => "s32le",
            RawSamples::F32Le => "f32le",
        }
    }
}

impl Format {
    /// Creates the format of directly stored samples up to the end of the file.
    ///
    /// # Errors
    /// `audio-corrupt` for no channel or a rate of 0 Hz; `audio-unsupported` for too many channels.
    pub(crate) fn linear(
        sample_rate: u32,
        channels: usize,
        sample: Sample,
        big_endian: bool,
    ) -> Result<Self> {
        let block_bytes = sample.bytes() * channels;
        let coding = Coding::Linear { sample, big_endian };
        Format::new(sample_rate, channels, coding, block_bytes)
    }

    /// Creates the format of blocks of `block_bytes` up to the end of the file.
    ///
    /// # Errors
    /// As [`Self::linear`].
    pub(crate) fn new(
        sample_rate: u32,
        channels: usize,
        coding: Coding,
        block_bytes: usize,
    ) -> Result<Self> {
        let corrupt = |expected: &str, actual: &str| DecodeErrorKind::Corrupt {
            expected: expected.to_owned(),
            actual: actual.to_owned(),
        };
        if channels == 0 {
            return Err(corrupt("at least one channel", "0 channels"));
        }
        if channels > crate::MAX_CHANNELS {
            return Err(DecodeErrorKind::Unsupported {
                expected: format!("at most {} channels", crate::MAX_CHANNELS),
                actual: format!("{channels} channels"),
            });
        }
        if sample_rate == 0 {
            return Err(corrupt("a sample rate above 0 Hz", "0 Hz"));
        }
        if block_bytes == 0 {
            return Err(corrupt("blocks of at least one byte", "0 bytes"));
        }
        Ok(Format {
            sample_rate,
            channels,
            coding,
            block_bytes,
            data_bytes: None,
            chunks_follow: None,
            stated_frames: None,
            start_time: None,
        })
    }

    /// Creates the format of raw samples.
    ///
    /// # Errors
    /// As [`Self::linear`].
    pub(crate) fn raw(raw: RawFormat) -> Result<Self> {
        let sample = match raw.samples {
            RawSamples::S16Le => Sample::Signed(2),
            RawSamples::S24Le => Sample::Signed(3),
            RawSamples::S32Le => Sample::Signed(4),
            RawSamples::F32Le => Sample::Float(4),
        };
        Format::linear(raw.sample_rate, raw.channels, sample, false)
    }
}
