//! The grid over a recording: where the network's inputs are, and which of them form a segment. A
//! network without patches has one input per segment.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::metadata::{ModelMetadata, Padding, PatchLayout};

/// A column or two beyond a segment come from an encoder's padding, not from sound.
pub(crate) const SLACK_COLUMNS: usize = 2;

/// Where a recording's segments and the network's inputs lie, at one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Columns of an input.
    pub(crate) input_columns: usize,
    /// Columns from one input to the next.
    pub(crate) step_columns: usize,
    /// Inputs in a segment.
    pub(crate) segment_inputs: usize,
    /// Inputs from one segment to the next.
    pub(crate) hop_inputs: usize,
    /// Whether inputs are patches, of which a segment may have several. Other inputs are whole
    /// segments.
    pub(crate) has_patches: bool,
    /// How an input with fewer columns is filled.
    pub(crate) padding: Padding,
}

impl Grid {
    /// Creates the grid of segments that are `hop_seconds` apart, rounded to whole columns or
    /// patches, at least one.
    ///
    /// # Errors
    /// `config` for a hop that is not above 0 s, or longer than a day.
    pub(crate) fn new(metadata: &ModelMetadata, hop_seconds: f64) -> Result<Self> {
        const DAY: f64 = 86_400.0;
        if !(hop_seconds > 0.0 && hop_seconds <= DAY) {
            return Err(Error::config("hop", Decimal(hop_seconds), "above 0 s, at most a day"));
        }
        let steps = |columns: usize| {
            let step_seconds = metadata.front_end.column_seconds() * columns as f64;
            ((hop_seconds / step_seconds).round() as usize).max(1)
        };
        let has_patches = metadata.patch.is_some();
        let PatchLayout { frames, hop_frames } = metadata.layout();
        let (step_columns, hop_inputs) =
            if has_patches { (hop_frames, steps(hop_frames)) } else { (steps(1), 1) };
        let segment_inputs = metadata.segment_patches();
        Ok(Grid {
            input_columns: frames,
            step_columns,
            segment_inputs,
            hop_inputs,
            has_patches,
            padding: metadata.padding,
        })
    }

    /// Creates the grid of a network's inputs alone: each counts as a patch, even for networks with
    /// whole segments.
    pub(crate) fn of_patches(metadata: &ModelMetadata) -> Self {
        let PatchLayout { frames, hop_frames } = metadata.layout();
        Grid {
            input_columns: frames,
            step_columns: hop_frames,
            segment_inputs: 1,
            hop_inputs: 1,
            has_patches: true,
            padding: metadata.padding,
        }
    }

    /// Returns the columns from one segment to the next.
    pub(crate) fn hop_columns(self) -> usize {
        self.hop_inputs * self.step_columns
    }

    /// Returns how many inputs a recording of at least `total` columns has in any case.
    pub(crate) fn sure_inputs(self, total: usize) -> usize {
        let Grid { input_columns, step_columns, .. } = self;
        if self.has_patches {
            let full = (total + step_columns).saturating_sub(input_columns) / step_columns;
            // The last ones may turn out not to be separate patches.
            return full.min(patch_count(total, input_columns, step_columns));
        }
        // A recording that is no longer than a segment, apart from the slack, has only one segment.
        match total > input_columns + SLACK_COLUMNS {
            true => (total - input_columns).div_ceil(step_columns),
            false => 0,
        }
    }

    /// Returns whether the last input is moved to end with the recording. Otherwise, it keeps its
    /// place and is padded.
    pub(crate) fn moves_last(self) -> bool {
        !self.has_patches || self.padding == Padding::SilenceEitherSide
    }

    /// Returns where an input begins that ends with `total` columns.
    fn latest_start(self, total: usize) -> usize {
        total.saturating_sub(self.input_columns)
    }

    /// Returns the first of `total` columns that input number `next` or a later one may need.
    pub(crate) fn first_needed(self, next: usize, total: usize) -> usize {
        let latest = if self.moves_last() { self.latest_start(total) } else { total };
        latest.min(next * self.step_columns)
    }

    /// Returns the first columns of the remaining inputs, from number `next` on, of a whole
    /// recording of `total` columns.
    pub(crate) fn last_inputs(self, next: usize, total: usize) -> Vec<usize> {
        let Grid { input_columns, step_columns, .. } = self;
        if self.has_patches {
            let inputs = patch_count(total, input_columns, step_columns);
            let latest = if self.moves_last() { self.latest_start(total) } else { usize::MAX };
            return (next..inputs).map(|input| (input * step_columns).min(latest)).collect();
        }
        let beyond = self.latest_start(total);
        vec![if beyond > SLACK_COLUMNS { beyond } else { 0 }]
    }
}

/// Returns how many patches of `frames` columns, `hop_columns` apart, cover `total` columns.
fn patch_count(total: usize, frames: usize, hop_columns: usize) -> usize {
    1 + total.saturating_sub(SLACK_COLUMNS).saturating_sub(frames).div_ceil(hop_columns)
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
