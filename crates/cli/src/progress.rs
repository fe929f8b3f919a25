//! Progress bars. They draw nothing unless stderr is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// The fewest recordings for which a bar is shown.
const RECORDINGS_WORTH_A_BAR: usize = 8;

/// The least total size for which a bar is shown, in bytes: some seconds of work.
const BYTES_WORTH_A_BAR: u64 = 32 << 20;

/// Creates a bar of `count` recordings.
pub(crate) fn of_recordings(count: usize) -> ProgressBar {
    let is_worth_it = count >= RECORDINGS_WORTH_A_BAR;
    let bar = if is_worth_it { ProgressBar::new(count as u64) } else { ProgressBar::hidden() };
    styled(bar, "{bar:30} {pos} of {len} recordings, {eta} left")
}

/// Creates a bar of `count` recordings with `bytes` in total.
pub(crate) fn of_bytes(bytes: u64, count: usize) -> ProgressBar {
    let is_worth_it = bytes >= BYTES_WORTH_A_BAR || count >= RECORDINGS_WORTH_A_BAR;
    let bar = if is_worth_it { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
    styled(bar, "{bar:30} {bytes} of {total_bytes}, {eta} left")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
