//! Which of a segment's scores a result contains.

use sourcing_sound::{Category, Classifier, LabelSource, Prediction};

/// Up to this many labels, all scores are shown if the user gives no number. With more labels,
/// nearly all scores are close to 0.
const MOST_LABELS: usize = 20;

/// How many scores are shown for a model with more labels.
const DEFAULT_TOP: usize = 10;

/// Which scores are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All labels, in the model's order.
    All,
    /// This many labels, best first.
    Best(usize),
    /// All labels of the head in their order, then this many others, best first.
    HeadAndBest(usize),
}

impl Shown {
    /// Shows the best `top` scores, best first; without `top`, the scores of all labels in the
    /// model's order, or the best ten if there are more than twenty labels. The labels of a head on
    /// a model all come before these; so do those of a head alone, without `top`.
    pub fn new(top: Option<usize>, classifier: &Classifier) -> Shown {
        let labels = classifier.metadata().labels.len();
        let of_head = classifier.head_labels();
        match top {
            _ if of_head > 0 && of_head < labels => Shown::HeadAndBest(top.unwrap_or(DEFAULT_TOP)),
            Some(top) => Shown::Best(top),
            None if of_head > 0 || labels <= MOST_LABELS => Shown::All,
            None => Shown::Best(DEFAULT_TOP),
        }
    }

    /// Returns the labels to show, best first.
    pub fn choose(self, prediction: &Prediction) -> Vec<Category> {
        match self {
            Shown::All => prediction.top(usize::MAX),
            Shown::Best(n) => prediction.top(n),
            Shown::HeadAndBest(n) => {
                let mut others = 0;
                let mut all = prediction.top(usize::MAX);
                all.retain(|category| {
                    others += usize::from(category.source == LabelSource::Base);
                    category.source == LabelSource::Head || others <= n
                });
                all
            }
        }
    }

    /// Sorts labels, given best first, into the order in which they are shown.
    pub fn arrange(self, scores: &mut [Category]) {
        match self {
            Shown::All => scores.sort_by_key(|category| category.index),
            Shown::Best(_) => {}
            Shown::HeadAndBest(_) => scores.sort_by_key(|category| match category.source {
                LabelSource::Head => category.index,
                LabelSource::Base => usize::MAX, // the sort is stable
            }),
        }
    }
}
