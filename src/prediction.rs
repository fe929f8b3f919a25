//! The model's output: a score per label for a stretch of audio.

use crate::labels::Labels;
use crate::order;
use crate::taxonomy::Group;
use crate::vocabulary::{LabelSource, Vocabulary};

/// One label with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// Position among the model's labels.
    pub index: usize,
    /// The label.
    pub label: String,
    /// Its score, 0 to 1.
    pub score: f32,
    /// The group that it belongs to, if the model has groups.
    pub group: Option<String>,
    /// Whether it is a label of the head or of the base model.
    pub source: LabelSource,
}

/// One group of labels with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupScore {
    /// Position among the model's groups.
    pub index: usize,
    /// Its name, for people to read.
    pub name: String,
    /// The name of its icon.
    pub icon: String,
    /// The highest score of its labels, 0 to 1.
    pub score: f32,
}

/// The scores of one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    vocabulary: Vocabulary,
    start: f64,
    end: f64,
    scores: Vec<f32>,
    rejected: bool,
}

impl Prediction {
    pub(crate) fn new(
        vocabulary: Vocabulary,
        (start, end): (f64, f64),
        scores: Vec<f32>,
        rejected: bool,
    ) -> Self {
        Prediction { vocabulary, start, end, scores, rejected }
    }

    /// Combines neighbouring segments of one recording: from the start of the first to the end of
    /// the last, with the mean score of each label; rejected if most segments are. `None` if there
    /// are no segments.
    pub fn mean(predictions: &[Prediction]) -> Option<Prediction> {
        Self::weighted_mean(predictions, &vec![1; predictions.len()])
    }

    /// Like [`Self::mean`], for predictions that are themselves means, each over as many segments
    /// as `segments` states; `None` also if these are all 0.
    pub fn weighted_mean(predictions: &[Prediction], segments: &[usize]) -> Option<Prediction> {
        let (first, last) = predictions.first().zip(predictions.last())?;
        let total: usize = segments.iter().sum();
        if total == 0 {
            return None;
        }
        let mut scores = vec![0.0; first.scores.len()];
        let mut rejected = 0;
        for (prediction, &segments) in predictions.iter().zip(segments) {
            for (mean, score) in scores.iter_mut().zip(&prediction.scores) {
                *mean += segments as f32 * score;
            }
            rejected += usize::from(prediction.rejected) * segments;
        }
        // Because the division comes last, the mean of scores of at most 1 is at most 1.
        scores.iter_mut().for_each(|sum| *sum /= total as f32);
        let span = (first.start, last.end);
        let rejected = rejected * 2 > total;
        Some(Prediction::new(first.vocabulary.clone(), span, scores, rejected))
    }

    /// Returns the same prediction for a segment `seconds` later.
    #[must_use]
    pub fn later(mut self, seconds: f64) -> Prediction {
        self.start += seconds;
        self.end += seconds;
        self
    }

    /// Returns where the segment starts, in seconds from the start of the audio.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Returns where the segment ends, in seconds from the start of the audio.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// Returns a score of 0 to 1 per label, in the order of [`Self::labels`].
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Returns the labels that the scores belong to.
    pub fn labels(&self) -> &Labels {
        self.vocabulary.labels()
    }

    /// Returns how many labels, counted from the first, are the head's; 0 without a head.
    pub fn head_labels(&self) -> usize {
        self.vocabulary.head_labels()
    }

    /// Returns whether the sound is unknown to the model and its head: no label reaches the
    /// threshold of its source. In that case, do not show the best label as an answer.
    pub fn rejected(&self) -> bool {
        self.rejected
    }

    /// Returns the indices of all labels, best first: those that reach the `rejection_threshold` of
    /// their source (head or base) before those that do not, and by score. If one label is a kind
    /// of another (`Cat` of `Animal`), the specific one comes first if its score reaches the
    /// `rejection_threshold` of its source and a quarter of the other's score.
    pub fn order(&self) -> Vec<usize> {
        self.vocabulary.order(&self.scores, usize::MAX)
    }

    /// Returns the `n` best labels in the order of [`Self::order`] (fewer if the model has fewer).
    pub fn top(&self, n: usize) -> Vec<Category> {
        let group = |index: usize| {
            let taxonomy = self.vocabulary.taxonomy()?;
            Some(taxonomy.groups()[taxonomy.label_groups()[index]].name.clone())
        };
        let order = self.vocabulary.order(&self.scores, n).into_iter();
        order
            .map(|index| Category {
                index,
                label: self.labels().get(index).unwrap_or_default().to_owned(),
                score: self.scores[index],
                group: group(index),
                source: self.vocabulary.source(index),
            })
            .collect()
    }

    /// Returns a score per group in the model's order of groups: the highest of its labels,
    /// ignoring those for which a more specific label of another group is recognised
    /// ([`Self::order`]). Empty if the model has no groups.
    pub fn group_scores(&self) -> Vec<f32> {
        self.vocabulary.group_scores(&self.scores)
    }

    /// Returns the groups with their scores, best first.
    pub fn groups(&self) -> Vec<GroupScore> {
        let Some(taxonomy) = self.vocabulary.taxonomy() else { return Vec::new() };
        let scores = self.group_scores();
        let ranked = order::falling(scores.iter().copied()).into_iter().map(|index| {
            let Group { name, icon } = taxonomy.groups()[index].clone();
            GroupScore { index, name, icon, score: scores[index] }
        });
        ranked.collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;
    use crate::vocabulary::Thresholds;

    fn vocabulary(names: &[&str]) -> Vocabulary {
        let labels = names.iter().map(|name| (*name).to_owned()).collect();
        let thresholds = Thresholds { rejection: 0.0, on: 0.0, off: 0.0 };
        Vocabulary::of_base(Labels::new(labels).unwrap(), None, thresholds)
    }

    #[test]
    fn top_sorts_and_truncates() {
        let scores = vec![0.2, 0.5, 0.3];
        let prediction = Prediction::new(vocabulary(&["a", "b", "c"]), (0.0, 4.0), scores, false);
        let top: Vec<_> = prediction.top(2).into_iter().map(|c| c.label).collect();
        assert_eq!(top, ["b", "c"]);
        assert_eq!(prediction.top(9).len(), 3);
    }

    #[test]
    fn the_mean_spans_its_segments() {
        let vocabulary = vocabulary(&["a", "b"]);
        let segment = |start: f64, a: f32, rejected| {
            Prediction::new(vocabulary.clone(), (start, start + 4.0), vec![a, 0.5], rejected)
        };
        let segments = [segment(1.0, 0.25, true), segment(2.0, 0.75, false)];
        let mean = Prediction::mean(&segments).unwrap();
        assert_eq!((mean.start(), mean.end(), mean.scores()), (1.0, 6.0, &[0.5, 0.5][..]));
        assert!(!mean.rejected(), "half of them is not most");
        assert!(Prediction::mean(&segments[..1]).unwrap().rejected());
        assert_eq!(Prediction::mean(&[]), None);
    }
}
