//! Converts bytes of uncompressed audio to samples.

use symphonia::core::audio::{Channels, GenericAudioBufferRef};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use crate::error::{DecodeErrorKind, Result};

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// 8 bits; 128 is silence.
    Unsigned8,
    /// Two's complement of 1 to 4 bytes.
    Signed(usize),
    /// IEEE 754 of 4 or 8 bytes.
    Float(usize),
    /// One byte on the curves of ITU-T G.711.
    ALaw,
    MuLaw,
}

impl Sample {
    /// Its size in bytes.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Sample::Unsigned8 | Sample::ALaw | Sample::MuLaw => 1,
            Sample::Signed(bytes) | Sample::Float(bytes) => bytes,
        }
    }
}

/// How a block of audio is converted to samples.
pub(crate) enum Coding {
    /// Samples stored directly; a block is one sample of each channel.
    Linear { sample: Sample, big_endian: bool },
    /// ADPCM in blocks of `frames` samples per channel.
    Coded { decoder: Box<dyn AudioDecoder>, frames: u64, channels: usize },
}

impl Coding {
    /// Returns the coding of a codec that Symphonia decodes, in blocks of `frames` samples per
    /// channel.
    pub(crate) fn coded(
        codec: AudioCodecId,
        rate: u32,
        channels: u16,
        frames: u64,
    ) -> Result<Self> {
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(codec)
            .with_sample_rate(rate)
            .with_channels(Channels::Discrete(channels))
            .with_max_frames_per_packet(frames)
            .with_frames_per_block(frames);
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| DecodeErrorKind::Unsupported {
                expected: crate::READABLE.to_owned(),
                actual: format!("a codec that cannot be decoded ({error})"),
            })?;
        Ok(Coding::Coded { decoder, frames, channels: usize::from(channels) })
    }

    /// Returns the samples per channel in a block.
    pub(crate) fn block_frames(&self) -> u64 {
        match self {
            Coding::Linear { .. } => 1,
            Coding::Coded { frames, .. } => *frames,
        }
    }

    /// Appends the samples of whole blocks of `block_bytes` to `output`, channels interleaved.
    /// Blocks that cannot be decoded become silence.
    pub(crate) fn decode(&mut self, bytes: &[u8], block_bytes: usize, output: &mut Vec<f32>) {
        match self {
            Coding::Linear { sample, big_endian } => linear(*sample, *big_endian, bytes, output),
            Coding::Coded { decoder, frames, channels } => {
                for block in bytes.chunks_exact(block_bytes) {
                    let duration = Duration::from(*frames);
                    let packet = Packet::new(0, Timestamp::default(), duration, block);
                    match decoder.decode(&packet) {
                        Ok(buffer) => append(&buffer, output),
                        Err(_) => output.resize(output.len() + *frames as usize * *channels, 0.0),
                    }
                }
            }
        }
    }
}

/// Appends decoded samples, channels interleaved.
pub(crate) fn append(buffer: &GenericAudioBufferRef<'_>, output: &mut Vec<f32>) {
    let before = output.len();
    output.resize(before + buffer.frames() * buffer.num_planes(), 0.0);
    buffer.copy_to_slice_interleaved(&mut output[before..]);
}

/// Appends directly stored samples. Full scale is ±1.
fn linear(sample: Sample, big_endian: bool, bytes: &[u8], output: &mut Vec<f32>) {
    match (sample, big_endian) {
        (Sample::Unsigned8, _) => {
            output.extend(bytes.iter().map(|&byte| (f32::from(byte) - 128.0) / 128.0));
        }
        (Sample::Signed(1), _) => {
            output.extend(bytes.iter().map(|&byte| f32::from(byte.cast_signed()) / 128.0));
        }
        (Sample::Signed(2), false) => whole(bytes, output, |b| short(i16::from_le_bytes(b))),
        (Sample::Signed(2), true) => whole(bytes, output, |b| short(i16::from_be_bytes(b))),
        // The sample is the upper part of a longer one, which keeps sign and scale.
        (Sample::Signed(3), false) => {
            whole(bytes, output, |[a, b, c]| long(i32::from_le_bytes([0, a, b, c])));
        }
        (Sample::Signed(3), true) => {
            whole(bytes, output, |[a, b, c]| long(i32::from_be_bytes([a, b, c, 0])));
        }
        (Sample::Signed(_), false) => whole(bytes, output, |b| long(i32::from_le_bytes(b))),
        (Sample::Signed(_), true) => whole(bytes, output, |b| long(i32::from_be_bytes(b))),
        (Sample::ALaw, _) => output.extend(bytes.iter().map(|&byte| short(a_law(byte)))),
        (Sample::MuLaw, _) => output.extend(bytes.iter().map(|&byte| short(mu_law(byte)))),
        (Sample::Float(4), false) => whole(bytes, output, f32::from_le_bytes),
        (Sample::Float(4), true) => whole(bytes, output, f32::from_be_bytes),
        (Sample::Float(_), false) => whole(bytes, output, |b| f64::from_le_bytes(b) as f32),
        (Sample::Float(_), true) => whole(bytes, output, |b| f64::from_be_bytes(b) as f32),
    }
}

fn whole<const N: usize>(bytes: &[u8], output: &mut Vec<f32>, convert: impl Fn([u8; N]) -> f32) {
    output.extend(bytes.as_chunks().0.iter().map(|&sample| convert(sample)));
}

fn short(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

fn long(sample: i32) -> f32 {
    sample as f32 / 2_147_483_648.0
}

/// Decodes G.711 A-law: a sign, an exponent of 3 bits and a mantissa of 4, with every other bit
/// inverted.
fn a_law(byte: u8) -> i16 {
    let code = i16::from(byte ^ 0x55);
    let (exponent, mantissa) = (code >> 4 & 7, (code & 15) << 4);
    let magnitude = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Decodes G.711 µ-law: a sign, an exponent of 3 bits and a mantissa of 4, all inverted.
fn mu_law(byte: u8) -> i16 {
    let code = i16::from(!byte);
    let (exponent, mantissa) = (code >> 4 & 7, (code & 15) << 3);
    let magnitude = ((mantissa + 0x84) << exponent) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}
