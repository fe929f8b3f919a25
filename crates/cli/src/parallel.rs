//! Processes several recordings at a time and prints the results in the order of the inputs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use crate::outcome::{Failure, Outcome};

/// The fewest recordings for which a progress bar is shown.
const FILES_WORTH_A_BAR: usize = 8;

/// Recordings per worker that may be in progress or wait for an earlier one to be printed.
const AHEAD: usize = 4;

/// The number of workers for `inputs` recordings on this machine; at least 1.
pub(crate) fn worker_count(inputs: usize) -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get).min(inputs).max(1)
}

/// Calls `work` for every input, on one thread per worker, and `print` for every result, in the
/// order of the inputs. Inputs that fail are named on stderr and make the outcome [`Outcome::Partial`].
///
/// # Errors
/// The first error of `print`, which ends everything.
pub(crate) fn in_order<I: Send, W: Send, T: Send>(
    inputs: Vec<Result<I, Failure>>,
    workers: Vec<W>,
    work: impl Fn(&mut W, I) -> Result<T, Failure> + Sync,
    print: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
    let bar = progress_bar(inputs.len());
    let (permits, permitted) = permits(AHEAD * workers.len());
    let queue = Mutex::new((permitted, inputs.into_iter().enumerate()));
    let (results, received) = mpsc::channel();
    thread::scope(|scope| {
        for mut worker in workers {
            let (queue, results, work) = (&queue, results.clone(), &work);
            scope.spawn(move || {
                while let Some((index, input)) = next(queue) {
                    let result = input.and_then(|input| work(&mut worker, input));
                    // The printer is gone once it cannot write any more.
                    if results.send((index, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        Printer { print, permits, bar, outcome: Outcome::Complete }.print_all(received)
    })
}

/// A channel with `count` permits in it. Taking an input takes a permit, which comes back when the
/// result is printed, so that results cannot pile up behind a slow one.
fn permits(count: usize) -> (SyncSender<()>, Receiver<()>) {
    let (permits, permitted) = mpsc::sync_channel(count);
    for _ in 0..count {
        // There is room for all of them.
        let _ = permits.try_send(());
    }
    (permits, permitted)
}

/// Waits for a permit and takes the next input off the queue.
fn next<T>(queue: &Mutex<(Receiver<()>, impl Iterator<Item = T>)>) -> Option<T> {
    // The queue is poisoned if a thread panicked; the scope passes the panic on.
    let mut queue = queue.lock().ok()?;
    queue.0.recv().ok()?;
    queue.1.next()
}

fn progress_bar(inputs: usize) -> ProgressBar {
    // If stderr is not a terminal, the bar draws nothing.
    let bar = match inputs {
        0..FILES_WORTH_A_BAR => ProgressBar::hidden(),
        _ => ProgressBar::new(inputs as u64),
    };
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} recordings, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// Prints results in the order of the inputs, whatever order they arrive in.
struct Printer<P> {
    print: P,
    permits: SyncSender<()>,
    bar: ProgressBar,
    outcome: Outcome,
}

impl<P> Printer<P> {
    fn print_all<T>(
        mut self,
        results: Receiver<(usize, Result<T, Failure>)>,
    ) -> anyhow::Result<Outcome>
    where
        P: FnMut(T) -> anyhow::Result<()>,
    {
        let (mut waiting, mut turn) = (BTreeMap::new(), 0);
        for (index, result) in results {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&turn) {
                turn += 1;
                self.bar.suspend(|| print_one(&mut self.print, &mut self.outcome, result))?;
                // Once all inputs are taken, no worker is left to take the permit.
                let _ = self.permits.try_send(());
            }
            self.bar.inc(1);
        }
        self.bar.finish_and_clear();
        Ok(self.outcome)
    }
}

fn print_one<T>(
    print: &mut impl FnMut(T) -> anyhow::Result<()>,
    outcome: &mut Outcome,
    result: Result<T, Failure>,
) -> anyhow::Result<()> {
    match result {
        Ok(value) => print(value),
        Err(failure) => {
            *outcome = Outcome::Partial;
            Ok(writeln!(io::stderr(), "error: {failure}")?)
        }
    }
}
