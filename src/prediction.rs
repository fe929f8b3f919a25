//! What the model says: scores over labels for a stretch of audio.

use crate::error::{Error, Result};
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
}

/// The scores of one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    labels: Labels,
    start: f64,
    end: f64,
    scores: Vec<f32>,
    rejected: bool,
}

impl Prediction {
    pub(crate) fn new(
        labels: Labels,
        (start, end): (f64, f64),
        scores: Vec<f32>,
        rejected: bool,
    ) -> Self {
        Prediction { labels, start, end, scores, rejected }
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

    /// The `n` best labels, best first (fewer when the model has fewer).
    pub fn top(&self, n: usize) -> Vec<Category> {
        let mut order: Vec<usize> = (0..self.scores.len()).collect();
        order.sort_by(|&a, &b| self.scores[b].total_cmp(&self.scores[a]));
        order
            .into_iter()
            .take(n)
            .map(|index| Category {
                index,
                label: self.labels.get(index).unwrap_or_default().to_owned(),
                score: self.scores[index],
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    #[test]
    fn top_sorts_and_truncates() {
        let labels = Labels::new(vec!["a".into(), "b".into(), "c".into()]).unwrap();
        let prediction = Prediction::new(labels, (0.0, 4.0), vec![0.2, 0.5, 0.3], false);
        let top: Vec<_> = prediction.top(2).into_iter().map(|c| c.label).collect();
        assert_eq!(top, ["b", "c"]);
        assert_eq!(prediction.top(9).len(), 3);
    }

    #[test]
    fn labels_refuse_duplicates_and_blanks() {
        for names in [vec![], vec!["a", "a"], vec!["a", " "]] {
            let names = names.into_iter().map(String::from).collect();
            assert_eq!(Labels::new(names).unwrap_err().code(), "config");
        }
    }
}
