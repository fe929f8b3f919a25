//! Overlapping windows of a clip's mel spectrogram, flattened: one row per window.
//!
//! A window of about one second is laid out as in the study, frame after frame, but on a coarser
//! grid: a tree looks at one number at a time, and neighbouring cells of a mel spectrogram contain
//! almost the same information.

use crate::experiment::clip_features::Extractor;
use anyhow::Result;
use sourcing_sound::{FrontEnd, Pcm};
use sourcing_sound_train::model::config;

/// Columns of a window: 1.02 s at the flagship's hop.
pub const COLUMNS: usize = 44;
/// Columns from one window to the next: 0.26 s.
pub const HOP: usize = 11;
/// Columns averaged into one step of time.
const COLUMNS_PER_CELL: usize = 4;
/// Mel bands averaged into one.
const MELS_PER_CELL: usize = 4;

/// Windows of a log-mel spectrogram in dB.
pub struct MelWindows {
    front_end: FrontEnd,
}

impl Extractor for MelWindows {
    const NAME: &'static str = "mel-windows";

    fn key() -> String {
        let front_end = config::front_end();
        let front_end = front_end.fingerprint();
        format!("2 {COLUMNS} {HOP} {COLUMNS_PER_CELL} {MELS_PER_CELL} {front_end}")
    }

    fn width() -> usize {
        (COLUMNS / COLUMNS_PER_CELL) * (config::front_end().n_mels / MELS_PER_CELL)
    }

    fn new() -> Result<Self> {
        Ok(Self { front_end: FrontEnd::new(config::front_end())? })
    }

    fn rows(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        let mut columns = self.front_end.columns(pcm)?;
        let n_mels = self.front_end.config().n_mels;
        // A clip shorter than a window is padded with silence.
        let whole = columns.len().max(COLUMNS * n_mels);
        columns.resize(whole, self.front_end.silent_value());
        Ok(windows(&columns, n_mels))
    }
}

/// Returns the windows of `[frames][n_mels]`, at least one window long: `[windows][cells of
/// time][cells of mel]`.
fn windows(columns: &[f32], n_mels: usize) -> Vec<f32> {
    let frames = columns.len() / n_mels;
    let mut rows = Vec::new();
    for start in (0..=frames - COLUMNS).step_by(HOP) {
        for time in 0..COLUMNS / COLUMNS_PER_CELL {
            for mel in 0..n_mels / MELS_PER_CELL {
                let mut sum = 0.0;
                for column in 0..COLUMNS_PER_CELL {
                    let frame = start + time * COLUMNS_PER_CELL + column;
                    let first = frame * n_mels + mel * MELS_PER_CELL;
                    sum += columns[first..first + MELS_PER_CELL].iter().sum::<f32>();
                }
                rows.push(sum / (COLUMNS_PER_CELL * MELS_PER_CELL) as f32);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use sourcing_sound::SampleRate;

    #[test]
    fn cells_are_means_and_windows_overlap() {
        let n_mels = 8;
        // The value of a column is its number, plus 1000 in the upper half of the bands.
        let column = |t: usize| (0..n_mels).map(move |m| (t + 1000 * (m / 4)) as f32);
        let columns: Vec<_> = (0..COLUMNS + 2 * HOP + 1).flat_map(column).collect();
        let rows = windows(&columns, n_mels);
        let width = COLUMNS / COLUMNS_PER_CELL * 2;
        assert_eq!(rows.len(), 3 * width);
        assert_eq!(rows[..4], [1.5, 1001.5, 5.5, 1005.5]);
        assert_eq!(rows[width], 1.5 + HOP as f32);
    }

    #[test]
    fn a_short_clip_is_one_window_and_four_seconds_are_twelve() {
        let mut extractor = MelWindows::new().unwrap();
        let rate = SampleRate::new(22_050).unwrap();
        let mut windows = |samples: usize| {
            let silence = vec![0.0; samples];
            let rows = extractor.rows(Pcm::new(&silence, rate).unwrap()).unwrap();
            assert_eq!(rows.len() % MelWindows::width(), 0);
            rows.len() / MelWindows::width()
        };
        assert_eq!(windows(2_000), 1);
        assert_eq!(windows(88_200), 12);
    }
}
