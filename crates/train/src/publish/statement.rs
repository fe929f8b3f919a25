//! What a file of a model or a head states: its settings in use, and how it was evaluated.

use crate::data::dataset::format_folds;
use sourcing_sound::{Activation, Decision};
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

/// The settings of one label at a time, smoothed over 1 s; an event starts at 0.5 and ends below
/// 0.35.
pub fn decision(hop_seconds: f64, temperature: f32, rejection_threshold: f32) -> Decision {
    Decision {
        hop_seconds,
        activation: Activation::Softmax,
        temperature,
        rejection_threshold,
        smoothing_seconds: 1.0,
        event_on: 0.5,
        event_off: 0.35,
    }
}
