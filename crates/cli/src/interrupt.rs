//! Ctrl-C ends the program between two writes, so that what was written is whole.

use std::process;
use std::sync::{Mutex, PoisonError};

/// The exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Held while something is written.
static WRITING: Mutex<()> = Mutex::new(());

/// From now on, Ctrl-C waits for the present write, and ends the program.
///
/// # Errors
/// If the system does not allow that.
pub(crate) fn exit_between_writes() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        process::exit(INTERRUPTED);
    })?;
    Ok(())
}

/// Writes something that must not be cut.
pub(crate) fn whole<T>(write: impl FnOnce() -> T) -> T {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    write()
}
