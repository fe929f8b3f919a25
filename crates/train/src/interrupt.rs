//! Ctrl-C: stops a run such that it can be resumed later.

use crate::progress;
use anyhow::{Context, Result};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code after Ctrl-C, the shells' code for SIGINT.
const EXIT_CODE: u8 = 130;

/// Set by the first Ctrl-C. Long work checks it after every step.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// Runs work that Ctrl-C may stop, which returns whether it was finished; exit code 130 if not.
pub fn stoppable(work: impl FnOnce() -> Result<bool>) -> Result<ExitCode> {
    stop_on_ctrl_c()?;
    Ok(if work()? { ExitCode::SUCCESS } else { ExitCode::from(EXIT_CODE) })
}

/// Makes the first Ctrl-C set [`STOP`] and the second one end the process.
fn stop_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
        progress::line("stopping after this step; press Ctrl-C again to stop at once");
    })
    .context("listening for Ctrl-C")
}
