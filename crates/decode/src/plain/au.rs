//! Sun audio (au, snd).

use crate::error::{DecodeErrorKind, Result};
use crate::input::Input;
use crate::pcm::Sample;

use super::bytes::{big, damaged};
use super::format::Format;

/// Reads up to the first sample.
pub(super) fn read(input: &mut Input) -> Result<Format> {
    let Some(header) = input.take::<24>()? else {
        return Err(damaged("an au header of 24 bytes", "the end of the file"));
    };
    let field = |index: usize| big(&header[4 * index..4 * index + 4]);
    let (offset, length, encoding) = (field(1), field(2), field(3));
    input.skip(offset.saturating_sub(24))?;
    let sample = match encoding {
        1 => Sample::MuLaw,
        2..=5 => Sample::Signed(encoding as usize - 1),
        6 => Sample::Float(4),
        7 => Sample::Float(8),
        27 => Sample::ALaw,
        other => {
            return Err(DecodeErrorKind::Unsupported {
                expected: "au with PCM, floating point, A-law or µ-law".to_owned(),
                actual: format!("au with encoding {other}"),
            });
        }
    };
    let format = Format::linear(field(4) as u32, field(5) as usize, sample, true)?;
    let is_stated = length != 0 && length != 0xffff_ffff;
    Ok(Format { data_bytes: is_stated.then_some(length), ..format })
}
