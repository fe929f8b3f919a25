//! What the model says: scores over labels for a stretch of audio.

use crate::error::{Error, Result};
use crate::taxonomy::Ranking;
use std::sync::Arc;

/// Most labels that a model may have; sizes come from files and are bounded.
const MAX_LABELS: usize = 65_536;

/// The names of a model's outputs, in the order of its scores. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels(Arc<[String]>);

impl Labels {
    /// Checks names.
    ///
    /// # Errors
    /// `config` when there are none, too many, or one is empty or given twice.
    pub fn new(names: Vec<String>) -> Result<Self> {
        if names.is_empty() || names.len() > MAX_LABELS {
            return Err(Error::config("labels", names.len(), "1 to 65,536 names"));
        }
        let mut seen = std::collections::HashSet::new();
        for name in &names {
            if name.trim().is_empty() || !seen.insert(name.as_str()) {
                let given = format!("{name:?}");
                return Err(Error::config("labels", given, "names that are not empty and differ"));
            }
        }
        Ok(Labels(names.into()))
    }

    /// How many labels there are; at least one.
    #[allow(clippy::len_without_is_empty)] // labels are never empty
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The name of output `index`.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(String::as_str)
    }

    /// The names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The output that carries `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|label| label == name)
    }
}

/// One label with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// Position among the model's labels.
    pub index: usize,
    /// The label.
    pub label: String,
    /// Its score, 0 to 1.
    pub score: f32,
    /// The plain group that it belongs to, where the model has groups.
    pub group: Option<String>,
}

/// One group of labels with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupScore {
    /// Position among the model's groups.
    pub index: usize,
    /// What people call it.
    pub name: String,
    /// Name of its icon.
    pub icon: String,
    /// The highest score of its labels, 0 to 1.
    pub score: f32,
}

/// The scores of one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    labels: Labels,
    start: f64,
    end: f64,
    scores: Vec<f32>,
    rejected: bool,
    ranking: Ranking,
}

impl Prediction {
    pub(crate) fn new(
        labels: Labels,
        ranking: Ranking,
        (start, end): (f64, f64),
        scores: Vec<f32>,
        rejected: bool,
    ) -> Self {
        Prediction { labels, start, end, scores, rejected, ranking }
    }

    /// What neighbouring segments of one recording say together: from the start of the first
    /// to the end of the last, every label with its mean score, rejected if most of them are.
    /// `None` without any.
    pub fn mean(predictions: &[Prediction]) -> Option<Prediction> {
        let (first, last) = predictions.first().zip(predictions.last())?;
        let mut scores = vec![0.0; first.scores.len()];
        for prediction in predictions {
            for (mean, score) in scores.iter_mut().zip(&prediction.scores) {
                *mean += score / predictions.len() as f32;
            }
        }
        let rejected = predictions.iter().filter(|prediction| prediction.rejected).count();
        let (labels, ranking) = (first.labels.clone(), first.ranking.clone());
        let rejected = rejected * 2 > predictions.len();
        Some(Prediction::new(labels, ranking, (first.start, last.end), scores, rejected))
    }

    /// Where the segment starts, in seconds from the start of the audio.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Where the segment ends, in seconds from the start of the audio.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// A score of 0 to 1 per label, in the order of [`Self::labels`].
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// The labels that the scores belong to.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Whether the sound is none that the model knows: its best label should not be shown
    /// as an answer.
    pub fn rejected(&self) -> bool {
        self.rejected
    }

    /// All labels' indices, best first: by score, but where the model knows that one label is
    /// a kind of another (`Cat` of `Animal`), the special one stands before the general one as
    /// soon as it is heard (its score reaches the model's `event_on`) at least a quarter as
    /// strongly.
    pub fn order(&self) -> Vec<usize> {
        self.ranking.order(&self.scores)
    }

    /// The `n` best labels in the order of [`Self::order`] (fewer when the model has fewer).
    pub fn top(&self, n: usize) -> Vec<Category> {
        let taxonomy = self.ranking.taxonomy.as_ref();
        let group = |index: usize| {
            let taxonomy = taxonomy?;
            Some(taxonomy.groups()[taxonomy.label_groups()[index]].name.clone())
        };
        let order = self.order().into_iter().take(n);
        order
            .map(|index| Category {
                index,
                label: self.labels.get(index).unwrap_or_default().to_owned(),
                score: self.scores[index],
                group: group(index),
            })
            .collect()
    }

    /// A score per group in the model's order of groups: the highest of its labels, but for
    /// labels of which a more special one of another group is heard ([`Self::order`]). Empty
    /// where the model has no groups.
    pub fn group_scores(&self) -> Vec<f32> {
        self.ranking.group_scores(&self.scores)
    }

    /// The groups with their scores, best first.
    pub fn groups(&self) -> Vec<GroupScore> {
        let Some(taxonomy) = &self.ranking.taxonomy else { return Vec::new() };
        let scored = taxonomy.groups().iter().zip(self.group_scores()).enumerate();
        let mut groups: Vec<GroupScore> = scored
            .map(|(index, (group, score))| GroupScore {
                index,
                name: group.name.clone(),
                icon: group.icon.clone(),
                score,
            })
            .collect();
        groups.sort_by(|a, b| b.score.total_cmp(&a.score));
        groups
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    #[test]
    fn top_sorts_and_truncates() {
        let labels = Labels::new(vec!["a".into(), "b".into(), "c".into()]).unwrap();
        let (ranking, scores) = (Ranking::default(), vec![0.2, 0.5, 0.3]);
        let prediction = Prediction::new(labels, ranking, (0.0, 4.0), scores, false);
        let top: Vec<_> = prediction.top(2).into_iter().map(|c| c.label).collect();
        assert_eq!(top, ["b", "c"]);
        assert_eq!(prediction.top(9).len(), 3);
    }

    #[test]
    fn the_mean_spans_its_segments() {
        let labels = Labels::new(vec!["a".into(), "b".into()]).unwrap();
        let segment = |start: f64, a: f32, rejected| {
            let span = (start, start + 4.0);
            Prediction::new(labels.clone(), Ranking::default(), span, vec![a, 0.5], rejected)
        };
        let segments = [segment(1.0, 0.25, true), segment(2.0, 0.75, false)];
        let mean = Prediction::mean(&segments).unwrap();
        assert_eq!((mean.start(), mean.end(), mean.scores()), (1.0, 6.0, &[0.5, 0.5][..]));
        assert!(!mean.rejected(), "half of them is not most");
        assert!(Prediction::mean(&segments[..1]).unwrap().rejected());
        assert_eq!(Prediction::mean(&[]), None);
    }

    #[test]
    fn labels_refuse_duplicates_and_blanks() {
        for names in [vec![], vec!["a", "a"], vec!["a", " "]] {
            let names = names.into_iter().map(String::from).collect();
            assert_eq!(Labels::new(names).unwrap_err().code(), "config");
        }
    }
}
