//! Ctrl-C ends the program between two writes, so that what was written is whole, and removes what
//! is not.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, PoisonError};

/// The exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Held while something is written; the file that would be left unfinished.
static WRITING: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From now on, Ctrl-C waits for the present write, and ends the program.
///
/// # Errors
/// If the system does not allow that.
pub(crate) fn exit_between_writes() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        let unfinished = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &*unfinished {
            // If it cannot be removed, it still has no name of a result.
            let _ = fs::remove_file(path);
        }
        process::exit(INTERRUPTED);
    })?;
    Ok(())
}

/// Writes something that must not be cut. `write` says which file is unfinished after it, if one
/// is.
pub(crate) fn whole<T>(write: impl FnOnce(&mut Option<PathBuf>) -> T) -> T {
    let mut unfinished = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    write(&mut unfinished)
}
