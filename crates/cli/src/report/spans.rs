//! Overlapping segments → stretches of time in which the same is heard.

use sourcing_sound::Prediction;

use super::best;

/// A stretch of time with one answer.
pub(super) struct Span {
    /// Seconds from the start of the recording.
    pub(super) start: f64,
    /// Seconds from the start of the recording.
    pub(super) end: f64,
    /// Whether nothing was recognised in it.
    pub(super) rejected: bool,
    /// The mean scores of its segments, by label.
    pub(super) scores: Vec<f32>,
}

impl Span {
    /// The `n` best labels (their indices) with their scores, best first.
    pub(super) fn top(&self, n: usize) -> Vec<(usize, f32)> {
        let mut order: Vec<(usize, f32)> = self.scores.iter().copied().enumerate().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        order.truncate(n);
        order
    }
}

/// Joins neighbours whose best label is the same, or that are both rejected. The time between the
/// centres of two neighbours is divided between them; the first begins at 0 and the last ends at
/// `duration`.
pub(super) fn merge(predictions: &[Prediction], duration: f64) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0.0;
    for group in predictions.chunk_by(|a, b| answer(a) == answer(b)) {
        let Some((first, last)) = group.first().zip(group.last()) else { continue };
        if let Some(before) = spans.last_mut().map(|span: &mut Span| &mut span.end) {
            // So far the end is the centre of the neighbour before.
            start = (*before + centre(first)) / 2.0;
            *before = start;
        }
        spans.push(Span {
            start,
            end: centre(last),
            rejected: first.rejected(),
            scores: mean_scores(group),
        });
    }
    if let Some(last) = spans.last_mut() {
        last.end = duration;
    }
    spans
}

/// The best label, or `None` where nothing was recognised.
fn answer(prediction: &Prediction) -> Option<usize> {
    (!prediction.rejected()).then(|| best(prediction).index)
}

fn centre(prediction: &Prediction) -> f64 {
    (prediction.start() + prediction.end()) / 2.0
}

fn mean_scores(predictions: &[Prediction]) -> Vec<f32> {
    let mut means = vec![0.0; predictions.first().map_or(0, |first| first.scores().len())];
    for prediction in predictions {
        for (mean, score) in means.iter_mut().zip(prediction.scores()) {
            *mean += score / predictions.len() as f32;
        }
    }
    means
}
