//! Long work: without the GIL, interruptible, and never ending the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::{Failure, Result};

/// How often signals are checked for: often enough for Ctrl-C, rarely enough to cost nothing.
const SIGNALS_EVERY: Duration = Duration::from_millis(50);

/// Runs `work` while other threads of Python run. A panic is a failure with the code `internal`.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    py.detach(|| {
        // What the work changed is not used again: a classifier is only read, and a stream or
        // teacher in the course of a change is given up with its lock.
        let caught = catch_unwind(AssertUnwindSafe(work));
        caught.unwrap_or_else(|panic| Err(Failure::panic(&*panic)))
    })
}

/// Checks for signals during long work.
pub(crate) struct Signals {
    looked: Instant,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Signals { looked: Instant::now() }
    }

    /// Runs the handlers of signals that have arrived, if it is time to check again.
    ///
    /// # Errors
    /// What a handler raises: KeyboardInterrupt after Ctrl-C.
    pub(crate) fn check(&mut self) -> Result<()> {
        if self.looked.elapsed() < SIGNALS_EVERY {
            return Ok(());
        }
        self.looked = Instant::now();
        // None while Python shuts down, when nobody is interested any more.
        let checked = Python::try_attach(|py| py.check_signals());
        Ok(checked.unwrap_or(Ok(()))?)
    }
}

/// The lock of something that changes with every call. Calls from several threads would have no
/// order, and a process that was forked during a call would wait forever, so no call waits.
///
/// # Errors
/// `busy` while another call runs; `internal` after a panic.
pub(crate) fn lock<'a, T>(mutex: &'a Mutex<T>, what: &str) -> Result<MutexGuard<'a, T>> {
    match mutex.try_lock() {
        Ok(guard) => Ok(guard),
        Err(TryLockError::WouldBlock) => Err(Failure::coded(
            "busy",
            format!("the {what} is in use by another thread; use it from one thread at a time"),
        )),
        Err(TryLockError::Poisoned(_)) => Err(Failure::coded(
            "internal",
            format!(
                "the {what} cannot be used after a bug stopped an earlier call; make a new one"
            ),
        )),
    }
}
