//! The `fmt ` chunk of wav, RF64 and W64.

use symphonia::core::codecs::audio::well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS};

use crate::error::{DecodeErrorKind, Result};
use crate::pcm::{Coding, Sample};

use super::bytes::{damaged, little};
use super::format::Format;

/// The most bytes of the chunk that matter.
pub(super) const MAX_FMT_BYTES: usize = 64;

/// Reads how the samples are stored.
///
/// # Errors
/// `audio-corrupt` if it ends too early or contradicts itself; `audio-unsupported` for an
/// unsupported codec.
pub(super) fn format(fmt: &[u8]) -> Result<Format> {
    let field = |at: usize, bytes: usize| fmt.get(at..at + bytes).map(little);
    let fields =
        (|| Some((field(0, 2)?, field(2, 2)?, field(4, 4)?, field(12, 2)?, field(14, 2)?)))();
    let Some((form, channels, rate, block, bits)) = fields else {
        let actual = format!("{} bytes", fmt.len());
        return Err(damaged("a fmt chunk of at least 16 bytes", &actual));
    };
    // In the extensible form, the tag is the start of a longer name.
    let is_extensible = form == 0xfffe;
    let tag = if is_extensible { field(24, 2).unwrap_or(0) } else { form };
    // 20 bits may be stored in 24, and 24 in 32. But a longer block is wrong if the bytes per
    // second contradict it, and so is one that is too short for the bits.
    let may_be_longer = is_extensible || field(8, 4) == Some(rate * block);
    let least = bits.div_ceil(8) as usize;
    let (channels, rate) = (channels as usize, rate as u32);
    let block_bytes = block as usize;
    let stored = match block_bytes.checked_div(channels) {
        Some(bytes) if may_be_longer && bytes > least && bytes * channels == block_bytes => bytes,
        _ => least,
    };
    let linear = |sample| Format::linear(rate, channels, sample, false);
    match (tag, stored) {
        (1, 1) => linear(Sample::Unsigned8),
        (1, 2..=4) => linear(Sample::Signed(stored)),
        (3, 4 | 8) => linear(Sample::Float(stored)),
        // Always 8 bits, whatever the field says.
        (6, _) => linear(Sample::ALaw),
        (7, _) => linear(Sample::MuLaw),
        (2 | 0x11, _) => adpcm(tag, rate, channels, block_bytes),
        (1 | 3, _) if channels > 0 => Err(DecodeErrorKind::Unsupported {
            expected: match tag {
                1 => "PCM of 8, 16, 24 or 32 bits".to_owned(),
                _ => "floating point of 32 or 64 bits".to_owned(),
            },
            actual: format!("{bits} bits in {stored} bytes"),
        }),
        (1 | 3, _) => linear(Sample::Signed(2)),
        _ => Err(DecodeErrorKind::Unsupported {
            expected: "wav with PCM, floating point, A-law, µ-law or ADPCM".to_owned(),
            actual: format!("wav with {}", codec(tag)),
        }),
    }
}

fn adpcm(tag: u64, rate: u32, channels: usize, block_bytes: usize) -> Result<Format> {
    let (codec, header, first) =
        if tag == 2 { (CODEC_ID_ADPCM_MS, 7, 2) } else { (CODEC_ID_ADPCM_IMA_WAV, 4, 1) };
    let Some(body) = block_bytes.checked_sub(header * channels).filter(|_| channels > 0) else {
        let actual = format!("{block_bytes} bytes for {channels} channels");
        return Err(damaged("ADPCM blocks with room for their headers", &actual));
    };
    // Two samples per byte.
    let frames = (2 * body / channels + first) as u64;
    let count = u16::try_from(channels).unwrap_or(u16::MAX);
    let coding = Coding::coded(codec, rate, count, frames)?;
    Format::new(rate, channels, coding, block_bytes)
}

fn codec(tag: u64) -> String {
    match tag {
        0x31 => "GSM 06.10".to_owned(),
        0x50 | 0x55 => "MPEG audio".to_owned(),
        0x61 | 0x62 => "Duck or Yamaha ADPCM".to_owned(),
        0xff | 0x1600..=0x1610 => "AAC".to_owned(),
        0x160..=0x163 => "Windows Media Audio".to_owned(),
        other => format!("the codec {other:#06x}"),
    }
}
