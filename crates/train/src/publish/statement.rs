//! Sentences of a model file about how it was evaluated.

use crate::data::dataset::format_folds;
use std::collections::BTreeSet;

/// The accuracy as a model file states it, of groups of left-out folds with their number of clips.
pub fn accuracy_line<'a>(stages: impl Iterator<Item = (&'a str, usize, f64)>, seed: u64) -> String {
    let stages = stages.map(|(folds, n, accuracy)| {
        format!("{:.1}% (left-out {folds}, n = {n})", 100.0 * accuracy)
    });
    format!("{}; seed {seed}", stages.collect::<Vec<_>>().join(", "))
}

/// The folds as a model file states them.
pub fn folds_line<'a>(
    trained: &BTreeSet<u32>,
    what: &str,
    left_out: impl Iterator<Item = &'a str>,
) -> String {
    format!(
        "trained on folds {}; evaluated by {what} that left out {} in turn",
        format_folds(trained),
        left_out.collect::<Vec<_>>().join(", ")
    )
}
