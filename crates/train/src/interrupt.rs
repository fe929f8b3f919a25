//! Ctrl-C: a run stops where it can be resumed later.

use crate::progress;
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code after Ctrl-C, as shells have it for SIGINT.
pub const EXIT_CODE: u8 = 130;

/// Set by the first Ctrl-C. Long work looks at it after every step.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// Makes the first Ctrl-C set [`STOP`] and the second one end the process.
pub fn stop_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
        progress::line("stopping after this step; press Ctrl-C again to stop at once");
    })
    .context("listening for Ctrl-C")
}
