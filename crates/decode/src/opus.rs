//! Decodes Opus packets to samples at 48 kHz.

use rusty_opus::OpusDecoder;

use crate::error::{DecodeErrorKind, Result};

/// A rate at which every stream can be decoded, whatever it was made from.
pub(crate) const RATE: u32 = 48_000;

/// The longest packet: 120 ms, in samples per channel.
const MAX_FRAMES: usize = 5_760;

/// Where the identification header (RFC 7845) has its fields.
const CHANNELS_AT: usize = 9;
const PRE_SKIP_AT: usize = 10;
const GAIN_AT: usize = 16;
const FAMILY_AT: usize = 18;

/// What follows the family if two channels are one stream: a stream, which is a pair, and the
/// numbers of its channels.
const ONE_PAIR: [u8; 4] = [1, 1, 0, 1];

/// The decoder of one stream.
pub(crate) struct OpusPackets {
    decoder: OpusDecoder,
    channels: usize,
    /// Samples per channel that the encoder added before the first one.
    pre_skip: u64,
    /// The factor by which every sample is multiplied.
    gain: f32,
    scratch: Vec<f32>,
}

impl OpusPackets {
    /// Creates the decoder for a stream with this identification header.
    ///
    /// # Errors
    /// `audio-unsupported` for more than two channels, which are several streams in one.
    pub(crate) fn new(header: &[u8], channels: usize) -> Result<Self> {
        let is_header = header.starts_with(b"OpusHead") && header.len() > FAMILY_AT;
        let channels = if is_header { usize::from(header[CHANNELS_AT]) } else { channels };
        let family = if is_header { header[FAMILY_AT] } else { 0 };
        let field = |at: usize| if is_header { [header[at], header[at + 1]] } else { [0; 2] };
        let is_pair = family == 1 && header.get(FAMILY_AT + 1..) == Some(&ONE_PAIR);
        let is_read = match channels {
            1 => true,
            2 => family == 0 || is_pair,
            _ => false,
        };
        if !is_read {
            return Err(unsupported(format!("{channels} channels of family {family}")));
        }
        let decoder = OpusDecoder::new(RATE as i32, channels);
        Ok(OpusPackets {
            decoder: decoder.map_err(|error| unsupported(error.to_string()))?,
            channels,
            pre_skip: u64::from(u16::from_le_bytes(field(PRE_SKIP_AT))),
            gain: amplitude(i16::from_le_bytes(field(GAIN_AT))),
            scratch: vec![0.0; MAX_FRAMES * channels],
        })
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    pub(crate) fn pre_skip(&self) -> u64 {
        self.pre_skip
    }

    /// Appends a packet's samples to `output`, channels interleaved; returns false for a damaged
    /// packet.
    pub(crate) fn decode(&mut self, packet: &[u8], output: &mut Vec<f32>) -> bool {
        // An empty packet would request the concealment of a loss.
        if packet.is_empty() {
            return false;
        }
        let decoded = self.decoder.decode(packet, MAX_FRAMES, &mut self.scratch);
        let Ok(frames) = decoded else { return false };
        let samples = &self.scratch[..frames * self.channels];
        output.extend(samples.iter().map(|sample| sample * self.gain));
        true
    }
}

/// Returns the factor for a gain in 256ths of a decibel.
fn amplitude(gain: i16) -> f32 {
    10f32.powf(f32::from(gain) / (20.0 * 256.0))
}

/// Converts an identification header as mp4 stores it: the bytes that are read get the order that
/// they have elsewhere.
pub(crate) fn little_endian(header: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    for at in [PRE_SKIP_AT, GAIN_AT] {
        if let Some(number) = header.get_mut(at..at + 2) {
            number.reverse();
        }
    }
    header
}

fn unsupported(actual: String) -> DecodeErrorKind {
    let expected = "Opus with one or two channels".to_owned();
    DecodeErrorKind::Unsupported { expected, actual }
}

#[cfg(test)]
mod tests {
    use super::{OpusPackets, little_endian};

    #[test]
    fn mp4_swaps_the_bytes_of_numbers_in_a_header() {
        // 312 samples to skip, 48,000 Hz, and a gain of -6 dB.
        let ogg = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\x00\xfa\0";
        let mp4 = b"OpusHead\x00\x02\x01\x38\0\0\xbb\x80\xfa\x00\0";
        for header in [ogg.to_vec(), little_endian(mp4)] {
            let Ok(packets) = OpusPackets::new(&header, 1) else { panic!("{header:?}") };
            assert_eq!((packets.channels(), packets.pre_skip()), (2, 312));
            assert!((packets.gain - 0.501_187).abs() < 1e-6, "{}", packets.gain);
        }
        // Cut off, so that nothing in it counts.
        let Ok(packets) = OpusPackets::new(&little_endian(&mp4[..18]), 1) else {
            panic!("refused")
        };
        assert_eq!((packets.channels(), packets.pre_skip(), packets.gain), (1, 0, 1.0));
    }

    #[test]
    fn two_channels_may_be_one_stream_of_a_family_for_more() {
        let header = |channels: u8, family: u8, table: &[u8]| {
            [&b"OpusHead\x01"[..], &[channels, 0, 0, 0, 0, 0, 0, 0, 0, family], table].concat()
        };
        for (channels, family, table, is_read) in [
            (2, 0, &[][..], true),
            (2, 1, &[1, 1, 0, 1], true),
            (1, 1, &[1, 0, 0], true),
            // The other way round, and a stream for each channel.
            (2, 1, &[1, 1, 1, 0], false),
            (2, 1, &[2, 0, 0, 1], false),
            (2, 255, &[1, 1, 0, 1], false),
            (3, 1, &[2, 1, 0, 2, 1], false),
        ] {
            let packets = OpusPackets::new(&header(channels, family, table), 2);
            assert_eq!(packets.is_ok(), is_read, "{channels}, {family}, {table:?}");
        }
    }
}
