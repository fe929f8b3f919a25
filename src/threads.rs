//! Runs the network on several inputs at a time.

use crate::error::Result;
use crate::scorer::{PatchOutput, Scorer};
use std::ops::Range;
#[cfg(not(target_family = "wasm"))]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(target_family = "wasm"))]
use std::thread;

/// Runs a network on the parts `spans` of `columns`, and `meanwhile` at the same time. The first of
/// `scorers` runs on this thread, after `meanwhile`, and each of the others on its own thread. The
/// outputs are in the order of the spans.
///
/// # Errors
/// The error of `meanwhile`; otherwise `inference` if the network fails.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn run<'a>(
    scorers: impl Iterator<Item = &'a mut Scorer>,
    spans: &[Range<usize>],
    columns: &[f32],
    meanwhile: impl FnOnce() -> Result<()>,
) -> Result<Vec<PatchOutput>> {
    let mut scorers = scorers;
    let own = scorers.next();
    let next = AtomicUsize::new(0);
    let work = |scorer: &mut Scorer| {
        let mut outputs = Vec::new();
        while let Some((index, span)) = take(&next, spans) {
            outputs.push((index, scorer.run(&columns[span.clone()])));
        }
        outputs
    };
    // One thread per span is enough; without spans, no thread is started.
    let (finished, results) = thread::scope(|scope| {
        let helpers = scorers.take(spans.len().saturating_sub(1));
        let threads: Vec<_> = helpers.map(|scorer| scope.spawn(|| work(scorer))).collect();
        let finished = meanwhile();
        let mut results = own.map(&work).unwrap_or_default();
        for thread in threads {
            match thread.join() {
                Ok(outputs) => results.extend(outputs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (finished, results)
    });
    finished?;
    let mut outputs: Vec<Option<PatchOutput>> = vec![None; spans.len()];
    for (index, output) in results {
        outputs[index] = Some(output?);
    }
    Ok(outputs.into_iter().flatten().collect())
}

/// Runs on one input after the other, where there are no threads.
#[cfg(target_family = "wasm")]
pub(crate) fn run<'a>(
    mut scorers: impl Iterator<Item = &'a mut Scorer>,
    spans: &[Range<usize>],
    columns: &[f32],
    meanwhile: impl FnOnce() -> Result<()>,
) -> Result<Vec<PatchOutput>> {
    meanwhile()?;
    let Some(scorer) = scorers.next() else { return Ok(Vec::new()) };
    spans.iter().map(|span| scorer.run(&columns[span.clone()])).collect()
}

#[cfg(not(target_family = "wasm"))]
fn take<'a>(next: &AtomicUsize, spans: &'a [Range<usize>]) -> Option<(usize, &'a Range<usize>)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    spans.get(index).map(|span| (index, span))
}
