//! Processes many items on all cores, with a progress bar.

use crate::progress;
use rayon::prelude::*;

/// Returns what `each` returns for every item, in order. `start` creates what a thread keeps
/// between items, such as a front end.
pub fn map<T: Sync, S, R: Send>(
    what: &str,
    items: &[T],
    start: impl Fn() -> S + Sync + Send,
    each: impl Fn(&mut S, &T) -> R + Sync + Send,
) -> Vec<R> {
    let bar = progress::bar(items.len() as u64, what);
    let each = |state: &mut S, item: &T| {
        let result = each(state, item);
        bar.inc(1);
        result
    };
    let results = items.par_iter().map_init(start, each).collect();
    bar.finish_and_clear();
    results
}
