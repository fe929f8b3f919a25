//! Runs long work without the GIL, such that it is interruptible and never ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::{Failure, Result};

/// How often signals are checked: often enough for Ctrl-C, rarely enough to cost nothing.
const SIGNALS_EVERY: Duration = Duration::from_millis(50);

/// Runs `work` while other Python threads run. A panic is a failure with the code `internal`.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    py.detach(|| {
        // What the work changed is not used again: a classifier is only read, and a stream or
        // teacher cannot be taken again after an unfinished change.
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
        // None while Python shuts down, when the result does not matter any more.
        let checked = Python::try_attach(|py| py.check_signals());
        Ok(checked.unwrap_or(Ok(()))?)
    }
}

/// A value that every call changes. Calls from several threads would have no order, and a process
/// that was forked during a call would wait forever, so no call waits.
pub(crate) struct Exclusive<T> {
    value: Mutex<T>,
    /// Whether a panic ended a change halfway.
    broken: AtomicBool,
    name: &'static str,
}

impl<T: Send> Exclusive<T> {
    pub(crate) fn new(name: &'static str, value: T) -> Self {
        Exclusive { value: Mutex::new(value), broken: AtomicBool::new(false), name }
    }

    /// Takes the value; to be called with the GIL, before anything else in a call. Then a short
    /// call that keeps the GIL cannot make the call of another thread fail.
    ///
    /// # Errors
    /// `busy` while another call runs; `internal` after a panic.
    pub(crate) fn take(&self) -> Result<Taken<'_, T>> {
        let name = self.name;
        let value = match self.value.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::coded(
                    "busy",
                    format!(
                        "the {name} is in use by another thread; use it from one thread at a time"
                    ),
                ));
            }
        };
        if self.broken.load(Ordering::Relaxed) {
            return Err(Failure::coded(
                "internal",
                format!(
                    "the {name} cannot be used after a bug stopped an earlier call; make a new one"
                ),
            ));
        }
        Ok(Taken { value, broken: &self.broken })
    }
}

/// A value that no other call can use meanwhile.
pub(crate) struct Taken<'a, T> {
    value: MutexGuard<'a, T>,
    broken: &'a AtomicBool,
}

impl<T: Send> Taken<'_, T> {
    /// Runs work like [`detached`], with the value. After a panic the value cannot be taken again.
    pub(crate) fn detached<R: Send>(
        mut self,
        py: Python<'_>,
        work: impl FnOnce(&mut T) -> Result<R> + Send,
    ) -> Result<R> {
        let (value, broken) = (&mut *self.value, self.broken);
        detached(py, || {
            broken.store(true, Ordering::Relaxed);
            let result = work(value);
            broken.store(false, Ordering::Relaxed);
            result
        })
    }

    /// Runs quick work that cannot fail, with the GIL.
    pub(crate) fn with<R>(mut self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.value)
    }
}
