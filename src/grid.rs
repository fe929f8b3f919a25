//! The grid of segments and patches: how far apart they are, and how many.

use crate::error::{Error, Result};
use crate::metadata::ModelMetadata;

/// A column or two beyond a segment come from encoders' padding, not from sound.
pub(crate) const SLACK_COLUMNS: usize = 2;

/// `hop_seconds` in whole feature columns, at least one; for a model with patches, a multiple of
/// the patch hop.
pub(crate) fn hop_columns(metadata: &ModelMetadata, hop_seconds: f64) -> Result<usize> {
    const DAY: f64 = 86_400.0;
    if !(hop_seconds > 0.0 && hop_seconds <= DAY) {
        return Err(Error::config("hop", hop_seconds, "above 0 s, at most a day"));
    }
    let step = metadata.patch.map_or(1, |patch| patch.hop_frames);
    let steps = hop_seconds / (metadata.front_end.column_seconds() * step as f64);
    Ok((steps.round() as usize).max(1) * step)
}

/// Patches of `frames` columns, `hop` apart, that cover `total` columns.
pub(crate) fn patch_count(total: usize, frames: usize, hop: usize) -> usize {
    1 + total.saturating_sub(SLACK_COLUMNS).saturating_sub(frames).div_ceil(hop)
}

#[cfg(test)]
mod tests {
    use super::patch_count;

    #[test]
    fn patches_cover_the_recording() {
        // YAMNet: 1 + ⌈(samples − 15,600) / 7,680⌉ patches; columns begin every 160 samples.
        for (samples, patches) in
            [(4_800, 1), (15_600, 1), (16_000, 2), (23_280, 2), (64_000, 8), (160_000, 20)]
        {
            assert_eq!(patch_count(usize::div_ceil(samples, 160), 96, 48), patches, "{samples}");
        }
    }
}
