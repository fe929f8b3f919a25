//! Runs a few long jobs in parallel.

use crate::progress;
use anyhow::Result;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

/// Runs `run` for every item, `jobs` at a time, and returns the results in order. `None` if `stop`
/// was set before all items were done; `run` returns `None` for an item that it stopped.
///
/// # Errors
/// The first error in the order of the items. After an error no further item is begun. The error is
/// printed at once if others are still running, which may take hours.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    stop: &AtomicBool,
    run: impl Fn(&T) -> Result<Option<R>> + Sync,
) -> Result<Option<Vec<R>>> {
    // A job has its own thread outside of rayon's pool, so that the work inside may use the whole
    // pool.
    let (next, running) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = AtomicBool::new(false);
    let worker = || {
        let mut done = Vec::new();
        while !stop.load(Ordering::Relaxed) && !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            running.fetch_add(1, Ordering::Relaxed);
            let result = run(item);
            let others = running.fetch_sub(1, Ordering::Relaxed) - 1;
            if let Err(error) = &result {
                failed.store(true, Ordering::Relaxed);
                if others > 0 {
                    progress::line(&format!(
                        "error: {error:#}; the jobs in progress are finished first"
                    ));
                }
            }
            done.push((index, result));
        }
        done
    };
    let mut done: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..jobs.clamp(1, items.len().max(1))).map(|_| scope.spawn(worker)).collect();
        let join = |worker: ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    let is_complete = done.len() == items.len();
    let results: Option<Vec<R>> =
        done.into_iter().map(|(_, result)| result).collect::<Result<_>>()?;
    Ok(results.filter(|_| is_complete))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..20).collect();
        let stop = AtomicBool::new(false);
        let doubled = side_by_side(&items, 3, &stop, |item| Ok(Some(2 * item))).unwrap().unwrap();
        assert_eq!(doubled, (0..20).map(|item| 2 * item).collect::<Vec<_>>());
    }

    #[test]
    fn a_stop_ends_without_results_and_an_error_is_returned() {
        let items = [1, 2, 3];
        let stop = AtomicBool::new(false);
        let stopped = side_by_side(&items, 1, &stop, |item| {
            stop.store(*item == 2, Ordering::Relaxed);
            Ok(Some(*item))
        });
        assert_eq!(stopped.unwrap(), None);
        stop.store(false, Ordering::Relaxed);
        let failed = side_by_side(&items, 2, &stop, |item| -> Result<Option<u8>> {
            anyhow::ensure!(*item != 2, "item {item}");
            Ok(Some(*item))
        });
        assert_eq!(failed.unwrap_err().to_string(), "item 2");
    }

    #[test]
    fn after_an_error_no_further_item_is_begun() {
        let (stop, begun) = (AtomicBool::new(false), AtomicUsize::new(0));
        let failed = side_by_side(&[1, 2, 3, 4], 1, &stop, |item| -> Result<Option<u8>> {
            begun.fetch_add(1, Ordering::Relaxed);
            anyhow::ensure!(*item != 2, "item {item}");
            Ok(Some(*item))
        });
        assert_eq!(failed.unwrap_err().to_string(), "item 2");
        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }
}
