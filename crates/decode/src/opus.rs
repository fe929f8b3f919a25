//! Opus packets → samples at 48 kHz.

use rusty_opus::OpusDecoder;

use crate::error::{DecodeErrorKind, Result};

/// The rate that every stream can be decoded at, whatever it was made from.
pub(crate) const RATE: u32 = 48_000;

/// The longest packet: 120 ms, in samples per channel.
const MAX_FRAMES: usize = 5_760;

/// Where the identification header (RFC 7845) has its fields.
const CHANNELS_AT: usize = 9;
const PRE_SKIP_AT: usize = 10;
const FAMILY_AT: usize = 18;

/// The decoder of one stream.
pub(crate) struct OpusPackets {
    decoder: OpusDecoder,
    channels: usize,
    /// Samples per channel that the encoder put before the first one.
    pre_skip: u64,
    scratch: Vec<f32>,
}

impl OpusPackets {
    /// The decoder for a stream with this identification header.
    ///
    /// # Errors
    /// `audio-unsupported` for more than two channels, which are several streams in one.
    pub(crate) fn new(header: &[u8], channels: usize) -> Result<Self> {
        let is_header = header.starts_with(b"OpusHead") && header.len() > FAMILY_AT;
        let channels = if is_header { usize::from(header[CHANNELS_AT]) } else { channels };
        let family = if is_header { header[FAMILY_AT] } else { 0 };
        let pre_skip = header.get(PRE_SKIP_AT..PRE_SKIP_AT + 2).filter(|_| is_header);
        if family != 0 && channels > 1 || !matches!(channels, 1 | 2) {
            return Err(unsupported(format!("{channels} channels of family {family}")));
        }
        let decoder = OpusDecoder::new(RATE as i32, channels);
        Ok(OpusPackets {
            decoder: decoder.map_err(|error| unsupported(error.to_string()))?,
            channels,
            pre_skip: pre_skip.map_or(0, |bytes| u64::from(bytes[0]) | u64::from(bytes[1]) << 8),
            scratch: vec![0.0; MAX_FRAMES * channels],
        })
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    pub(crate) fn pre_skip(&self) -> u64 {
        self.pre_skip
    }

    /// Appends a packet's samples to `output`, channels interleaved; false for a damaged packet.
    pub(crate) fn decode(&mut self, packet: &[u8], output: &mut Vec<f32>) -> bool {
        // An empty packet would ask for the concealment of a loss.
        if packet.is_empty() {
            return false;
        }
        let decoded = self.decoder.decode(packet, MAX_FRAMES, &mut self.scratch);
        let Ok(frames) = decoded else { return false };
        output.extend_from_slice(&self.scratch[..frames * self.channels]);
        true
    }
}

/// An identification header as mp4 stores it, with the bytes of its number of samples to skip in the
/// order that it has elsewhere.
pub(crate) fn little_endian(header: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    if let Some(pre_skip) = header.get_mut(PRE_SKIP_AT..PRE_SKIP_AT + 2) {
        pre_skip.reverse();
    }
    header
}

fn unsupported(actual: String) -> DecodeErrorKind {
    let expected = "Opus with one or two channels".to_owned();
    DecodeErrorKind::Unsupported { expected, actual }
}
