//! Fits each label's weights and threshold to examples, and measures them on left-out recordings.

use super::background::Background;
use super::example::Example;
use super::recordings::{Recording, centred, recordings};
use super::weights::{Fit, hardest};
use crate::engine::sigmoid;
use crate::error::{Error, Result};
use crate::order;
use sourcing_sound_kernels::dot;

/// Everyday sounds score 0 and the examples 1 on average. The least threshold in between, for one
/// recording, and the increment for each further recording.
const LEAST_THRESHOLD: f64 = 0.60;
const THRESHOLD_STEP: f64 = 0.06;
const MOST_THRESHOLD: f64 = 0.85;
/// From this many left-out recordings on, the threshold follows their scores: the share that may
/// miss it, how far below their scores it lies, and how far it may move down or up.
const LEAST_LEFT_OUT: usize = 3;
const MISSED_SHARE: f64 = 0.2;
const BELOW_LEFT_OUT: f64 = 0.02;
const MOST_CHANGE: f64 = 0.02;
/// A threshold that is raised by a recording of something else stays below this.
const FORCED_THRESHOLD: f64 = 0.95;
/// How steeply the score rises at the threshold, where it is 0.5.
pub(super) const SLOPE: f64 = 6.0;

/// A label, or `None` for something else, and its recordings.
pub(super) type Group<'a> = (Option<&'a str>, Vec<Recording>);

/// What was learned about a label.
pub(super) struct Lesson<'a> {
    pub(super) label: &'a str,
    pub(super) recordings: &'a [Recording],
    /// The score at which it is recognised.
    pub(super) threshold: f64,
    /// The score of each recording by weights from the others; empty if there is only one.
    pub(super) left_out: Vec<f64>,
    /// The scores of something else (background and other labels) by recording, each by weights
    /// that do not push it down.
    pub(super) others: Vec<f64>,
    pub(super) weights: Vec<f32>,
}

/// Groups the recordings by label, `None` for something else, in order of first appearance.
pub(super) fn groups<'a>(
    background: &Background,
    scales: &[f32],
    examples: &'a [Example],
) -> Vec<Group<'a>> {
    let vectors = centred(background, scales, examples);
    let mut groups: Vec<Group<'a>> = Vec::new();
    for example in examples {
        let label = example.label.as_deref();
        if !groups.iter().any(|(known, _)| *known == label) {
            groups.push((label, recordings(label, examples, &vectors)));
        }
    }
    groups
}

/// Learns each label.
pub(super) fn lessons<'a>(
    background: &Background,
    groups: &'a [Group<'a>],
) -> Result<Vec<Lesson<'a>>> {
    let mut lessons = Vec::new();
    for (label, recordings) in groups {
        let Some(label) = *label else { continue };
        let others = groups.iter().filter(|(other, _)| *other != Some(label));
        let others: Vec<&Recording> = others.flat_map(|(_, recordings)| recordings).collect();
        lessons.push(Lesson::new(background, label, recordings, &others)?);
    }
    match lessons.is_empty() {
        true => Err(Error::config("examples", 0, "at least one example of a sound")),
        false => Ok(lessons),
    }
}

impl<'a> Lesson<'a> {
    fn new(
        background: &Background,
        label: &'a str,
        recordings: &'a [Recording],
        others: &[&Recording],
    ) -> Result<Self> {
        let positive: Vec<&[f32]> = recordings.iter().map(|one| one.vector.as_slice()).collect();
        let alone = Fit::new(background, &positive, &[]);
        let Some(weights) = alone.weights() else {
            let expected = "examples that differ from everyday sounds";
            return Err(Error::config("examples", label, expected));
        };
        let pushed = hardest(&weights, others);
        let vectors: Vec<&[f32]> =
            pushed.iter().map(|&index| others[index].vector.as_slice()).collect();
        let fit = if pushed.is_empty() { alone } else { Fit::new(background, &positive, &vectors) };
        let weights = fit.weights().unwrap_or(weights);
        let left_out: Vec<f64> = match recordings.len() {
            1 => Vec::new(),
            count => (0..count).map(|index| fit.score_without(index)).collect(),
        };
        let mut others: Vec<f64> =
            others.iter().map(|other| dot(&weights, &other.vector)).collect();
        let threshold = threshold(recordings.len(), &left_out, &others);
        // The report covers recordings that were not trained on, whatever their label.
        for (place, index) in pushed.into_iter().enumerate() {
            others[index] = fit.score_without_pushed(place);
        }
        Ok(Lesson { label, recordings, threshold, left_out, others, weights })
    }

    /// Returns scores from 0 to 1, as the head does, in ascending order.
    pub(super) fn sorted_scores(&self, scores: &[f64]) -> Vec<f32> {
        let scores = scores.iter().map(|score| sigmoid((SLOPE * (score - self.threshold)) as f32));
        let scores: Vec<f32> = scores.collect();
        let falling = order::falling(scores.iter().copied());
        falling.into_iter().rev().map(|index| scores[index]).collect()
    }
}

/// Returns a label's threshold. It rises with the number of recordings, because the mean of more of
/// them is more reliable. It follows the scores of the left-out recordings, but not far: there are
/// few, and over ESC-10 a threshold at their lowest score gave labels that are hard to distinguish
/// several times as many false alarms. The scores of `others` are by the weights in use: a
/// threshold above their scores by weights that do not push them down would only cost recall.
fn threshold(recordings: usize, left_out: &[f64], others: &[f64]) -> f64 {
    let steps = (recordings - 1) as f64;
    let mut own = (LEAST_THRESHOLD + THRESHOLD_STEP * steps).min(MOST_THRESHOLD);
    if left_out.len() >= LEAST_LEFT_OUT {
        let falling = order::falling(left_out.iter().map(|&score| score as f32));
        let missed = (MISSED_SHARE * (left_out.len() - 1) as f64).round() as usize;
        let lowest = left_out[falling[left_out.len() - 1 - missed]];
        own = (lowest - BELOW_LEFT_OUT).clamp(own - MOST_CHANGE, own + MOST_CHANGE);
    }
    let highest = others.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    own.max((highest + THRESHOLD_STEP).min(FORCED_THRESHOLD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_out_scores_move_the_threshold_within_limits() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        // Two recordings are too few.
        close(threshold(2, &[0.2, 0.9], &[]), 0.66);
        // The lowest score of ten is missed, and the next two decide.
        let scores = |third: f64| [0.95, 0.4, third, 0.99, 0.9, 0.92, 0.5, 0.93, 0.94, 0.97];
        close(threshold(10, &scores(0.87), &[]), 0.85);
        close(threshold(10, &scores(0.89), &[]), 0.87);
        close(threshold(10, &scores(0.6), &[]), 0.83);
        close(threshold(3, &[1.1, 1.2, 1.3], &[]), 0.74);
        // Something else is still rejected, up to a limit.
        close(threshold(10, &scores(0.6), &[0.8]), 0.86);
        close(threshold(10, &scores(0.6), &[1.2]), 0.95);
    }
}
