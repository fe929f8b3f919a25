//! Processes several recordings at a time and prints the results in the order of the inputs.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use indicatif::ProgressBar;

use crate::outcome::{Failure, Outcome};
use crate::output::note;

/// Recordings per worker that may be in progress or wait for an earlier one to be printed.
const AHEAD: usize = 4;

/// Results of a recording that may wait for an earlier recording to be printed.
const RESULTS_AHEAD: usize = 64;

/// Returns the number of processors of this machine; at least 1.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Returns the number of workers for `inputs` recordings on this machine; at least 1.
pub(crate) fn worker_count(inputs: usize) -> usize {
    processors().min(inputs).max(1)
}

/// Passes on the results of one recording, in their order.
pub(crate) struct Results<T>(SyncSender<Result<T, Failure>>);

/// Results are not accepted any more, because printing has failed.
#[derive(Debug)]
pub(crate) struct Stopped;

impl<T> Results<T> {
    /// Passes on a result. Waits while too many results wait to be printed.
    ///
    /// # Errors
    /// If results are not accepted any more.
    pub(crate) fn send(&self, result: T) -> Result<(), Stopped> {
        self.0.send(Ok(result)).map_err(|_| Stopped)
    }
}

/// How many inputs succeeded, and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) done: u64,
    pub(crate) failed: u64,
}

impl Counts {
    pub(crate) fn outcome(self) -> Outcome {
        if self.failed > 0 { Outcome::Partial } else { Outcome::Complete }
    }

    pub(crate) fn add(&mut self, other: Counts) {
        self.done += other.done;
        self.failed += other.failed;
    }
}

/// Calls `work` for every input, on one thread per worker, and `print` for every result, in the
/// order of the inputs; an input has one result.
///
/// # Errors
/// As [`in_order_each`].
pub(crate) fn in_order<I: Send, W: Send, T: Send>(
    inputs: Vec<Result<I, Failure>>,
    workers: Vec<W>,
    work: impl Fn(&mut W, I) -> Result<T, Failure> + Sync,
    mut print: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
    let bar = crate::progress::of_recordings(inputs.len());
    let work = |worker: &mut W, input, results: &Results<T>| {
        let result = work(worker, input)?;
        bar.inc(1);
        // If printing has failed, the next input is not taken.
        let _ = results.send(result);
        Ok(())
    };
    let print = |result: Result<T, &Failure>| result.map_or(Ok(()), &mut print);
    let counts = in_order_each(inputs, workers, work, print, &bar)?;
    bar.finish_and_clear();
    Ok(counts.outcome())
}

/// Calls `work` for every input, on one thread per worker, and `print` for every result that it
/// passes on, in the order of the inputs and of the results of each. Inputs that fail are named on
/// stderr, and `print` is called for each of them too.
///
/// # Errors
/// The first error of `print`, which ends everything.
pub(crate) fn in_order_each<I: Send, W: Send, T: Send>(
    inputs: Vec<Result<I, Failure>>,
    workers: Vec<W>,
    work: impl Fn(&mut W, I, &Results<T>) -> Result<(), Failure> + Sync,
    mut print: impl FnMut(Result<T, &Failure>) -> anyhow::Result<()>,
    bar: &ProgressBar,
) -> anyhow::Result<Counts> {
    // A worker that takes an input puts the other end of its results into the row that is printed.
    let (row, printed) = mpsc::sync_channel(AHEAD * workers.len());
    let queue = Mutex::new(inputs.into_iter());
    thread::scope(|scope| {
        for mut worker in workers {
            let (queue, row, work) = (&queue, row.clone(), &work);
            scope.spawn(move || {
                while let Some((input, results)) = next(queue, &row) {
                    let done = input.and_then(|input| work(&mut worker, input, &results));
                    if let Err(failure) = done {
                        // The printer is gone once it cannot write any more.
                        let _ = results.0.send(Err(failure));
                    }
                }
            });
        }
        drop(row);
        print_all(printed, &mut print, bar)
    })
}

/// The results of one recording, on their way.
type Row<T> = Receiver<Result<T, Failure>>;

/// Takes the next input off the queue. `None` if there is none, or if results are not printed any
/// more.
fn next<T, I>(
    queue: &Mutex<impl Iterator<Item = I>>,
    row: &SyncSender<Row<T>>,
) -> Option<(I, Results<T>)> {
    // The queue is poisoned if a thread panicked; the scope passes the panic on.
    let mut queue = queue.lock().ok()?;
    let input = queue.next()?;
    let (results, received) = mpsc::sync_channel(RESULTS_AHEAD);
    row.send(received).ok()?;
    Some((input, Results(results)))
}

fn print_all<T>(
    printed: Receiver<Row<T>>,
    print: &mut impl FnMut(Result<T, &Failure>) -> anyhow::Result<()>,
    bar: &ProgressBar,
) -> anyhow::Result<Counts> {
    let mut counts = Counts { done: 0, failed: 0 };
    for results in printed {
        let mut has_failed = false;
        for result in results {
            bar.suspend(|| match result {
                Ok(value) => print(Ok(value)),
                Err(failure) => {
                    has_failed = true;
                    note(format_args!("error: {failure}"));
                    print(Err(&failure))
                }
            })?;
        }
        counts.failed += u64::from(has_failed);
        counts.done += u64::from(!has_failed);
    }
    Ok(counts)
}
