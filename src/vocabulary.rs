//! The labels that a classifier chooses from, with everything needed to rank them: which label is a
//! kind of which, where a label comes from, and its thresholds. Created once with the classifier
//! and used by all code that interprets scores.

use crate::labels::Labels;
use crate::order;
use crate::taxonomy::Taxonomy;
use std::sync::Arc;

/// Share of a general label's score that a specific one must reach to be ranked before it. Below
/// it, the specific label would be a mere guess.
const SPECIAL_SHARE: f32 = 0.25;
/// Labels with a lower score are rarely among the best.
const LIKELY: f32 = 0.02;

/// Where a label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelSource {
    /// The head.
    Head,
    /// The network, with or without a head.
    Base,
}

impl LabelSource {
    /// Returns its name in files: `head` or `base`.
    pub fn name(self) -> &'static str {
        match self {
            LabelSource::Head => "head",
            LabelSource::Base => "base",
        }
    }
}

/// Thresholds of a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Thresholds {
    /// Below it, a label is not recognised.
    pub(crate) rejection: f32,
    /// From this score on, an event starts, and a specific label suppresses the event of a general
    /// one.
    pub(crate) on: f32,
    /// Below it, an event ends.
    pub(crate) off: f32,
}

/// The scores of a segment, with everything else that decides on rejection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scored {
    /// For each label.
    pub(crate) scores: Vec<f32>,
    /// The probability that the sound is any of the labels, if the scores assume that it is one of
    /// them; otherwise 1.
    pub(crate) presence: f32,
    /// Whether the network's output for "none of the labels" exceeds its threshold.
    pub(crate) none_of_base: bool,
}

/// Labels with their taxonomy and thresholds. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vocabulary(Arc<Parts>);

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    labels: Labels,
    taxonomy: Option<Taxonomy>,
    /// How many labels, counted from the first, are the head's.
    head_labels: usize,
    /// The head's labels that are merged with one of the base, and have its thresholds.
    adding: Vec<usize>,
    head: Thresholds,
    base: Thresholds,
}

impl Vocabulary {
    /// Creates the vocabulary of a network without a head.
    pub(crate) fn of_base(
        labels: Labels,
        taxonomy: Option<Taxonomy>,
        thresholds: Thresholds,
    ) -> Self {
        let (head, base) = (thresholds, thresholds);
        Self::joint((labels, 0, Vec::new()), taxonomy, head, base)
    }

    /// Creates the vocabulary of a head that is used alone.
    pub(crate) fn of_head(labels: Labels, thresholds: Thresholds) -> Self {
        let (head_labels, head, base) = (labels.len(), thresholds, thresholds);
        Self::joint((labels, head_labels, Vec::new()), None, head, base)
    }

    /// Creates a joint vocabulary. The first `head_labels` labels are a head's; those in `adding`
    /// have the thresholds of the base.
    pub(crate) fn joint(
        (labels, head_labels, adding): (Labels, usize, Vec<usize>),
        taxonomy: Option<Taxonomy>,
        head: Thresholds,
        base: Thresholds,
    ) -> Self {
        Vocabulary(Arc::new(Parts { labels, taxonomy, head_labels, adding, head, base }))
    }

    /// Returns the same vocabulary with one recognition threshold for all labels.
    pub(crate) fn with_rejection(&self, rejection: f32) -> Self {
        let mut parts = Parts::clone(&self.0);
        parts.head.rejection = rejection;
        parts.base.rejection = rejection;
        Vocabulary(Arc::new(parts))
    }

    pub(crate) fn labels(&self) -> &Labels {
        &self.0.labels
    }

    pub(crate) fn taxonomy(&self) -> Option<&Taxonomy> {
        self.0.taxonomy.as_ref()
    }

    pub(crate) fn head_labels(&self) -> usize {
        self.0.head_labels
    }

    pub(crate) fn source(&self, label: usize) -> LabelSource {
        if label < self.0.head_labels { LabelSource::Head } else { LabelSource::Base }
    }

    pub(crate) fn thresholds(&self, label: usize) -> &Thresholds {
        match self.source(label) {
            LabelSource::Head if !self.0.adding.contains(&label) => &self.0.head,
            _ => &self.0.base,
        }
    }

    /// Returns whether no label is recognised.
    pub(crate) fn rejects(&self, scored: &Scored) -> bool {
        !scored.scores.iter().enumerate().any(|(label, &score)| {
            let is_out = scored.none_of_base && self.source(label) == LabelSource::Base;
            !is_out && score * scored.presence >= self.thresholds(label).rejection
        })
    }

    /// Returns whether `special`, a descendant of `general`, ranks before it: it is recognised, and
    /// its score is not much lower.
    fn goes_before(&self, scores: &[f32], special: usize, general: usize) -> bool {
        scores[special] >= self.thresholds(special).rejection
            && scores[special] >= SPECIAL_SHARE * scores[general]
    }

    fn descendants(&self, label: usize) -> &[usize] {
        self.taxonomy().map_or(&[], |taxonomy| taxonomy.descendants(label))
    }

    /// Returns whether a more specific label replaces `label` as an event; `sounds` are the labels
    /// that reach their event thresholds.
    pub(crate) fn is_outdone(&self, scores: &[f32], sounds: &[bool], label: usize) -> bool {
        let descendants = self.descendants(label).iter();
        let mut sounding = descendants.filter(|&&special| sounds[special]);
        sounding.any(|&special| self.goes_before(scores, special, label))
    }

    /// Returns the first `count` labels, best first: by score, with recognised labels before the
    /// others, except that a general label comes after a more specific one that is also recognised.
    pub(crate) fn order(&self, scores: &[f32], count: usize) -> Vec<usize> {
        let keys = scores.iter().enumerate().map(|(label, &score)| {
            let is_unknown = score < self.thresholds(label).rejection;
            u64::from(is_unknown) << 32 | order::falling_key(score)
        });
        let keys: Vec<u64> = keys.collect();
        // Most labels have next to no score, and are sorted only if so many are requested.
        let last_likely = 1 << 32 | order::falling_key(LIKELY);
        let is_likely = |&label: &usize| count >= keys.len() || keys[label] <= last_likely;
        let (likely, others): (Vec<usize>, Vec<usize>) = (0..keys.len()).partition(is_likely);
        let mut named = vec![false; scores.len()];
        let mut ranked = Vec::new();
        for labels in [likely, others] {
            if ranked.len() >= count {
                break;
            }
            for index in order::rising(labels.iter().map(|&label| keys[label])) {
                self.name(labels[index], scores, &keys, &mut named, &mut ranked);
                if ranked.len() >= count {
                    break;
                }
            }
        }
        ranked.truncate(count);
        ranked
    }

    /// Adds the labels that rank before `label`, then `label`. There are no cycles, so the
    /// recursion ends.
    fn name(
        &self,
        label: usize,
        scores: &[f32],
        keys: &[u64],
        named: &mut [bool],
        ranked: &mut Vec<usize>,
    ) {
        if std::mem::replace(&mut named[label], true) {
            return;
        }
        let before = |&special: &usize| !named[special] && self.goes_before(scores, special, label);
        let before: Vec<usize> = self.descendants(label).iter().copied().filter(before).collect();
        for index in order::rising(before.iter().map(|&special| keys[special])) {
            self.name(before[index], scores, keys, named, ranked);
        }
        ranked.push(label);
    }

    /// Returns a score per group, in the order of the groups: the highest of its labels, ignoring
    /// those that a more specific label of another group outranks. Empty without a taxonomy.
    pub(crate) fn group_scores(&self, scores: &[f32]) -> Vec<f32> {
        let Some(taxonomy) = self.taxonomy() else { return Vec::new() };
        let mut groups = vec![0.0f32; taxonomy.groups().len()];
        let group_of = taxonomy.label_groups();
        for (label, &group) in group_of.iter().enumerate() {
            let outdone = taxonomy.descendants(label).iter().any(|&special| {
                group_of[special] != group && self.goes_before(scores, special, label)
            });
            if !outdone {
                groups[group] = groups[group].max(scores[label]);
            }
        }
        groups
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;
    use crate::taxonomy::Group;

    const OPEN: Thresholds = Thresholds { rejection: 0.0, on: 0.3, off: 0.2 };

    fn labels(names: &[&str]) -> Labels {
        Labels::new(names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    }

    /// Returns a vocabulary of animal > pet > cat > purr, animal > dog, and speech. The first
    /// `head_labels` are a head's.
    fn vocabulary(head_labels: usize, head: Thresholds, base: Thresholds) -> Vocabulary {
        let group = |name: &str| Group { name: name.into(), icon: name.to_lowercase() };
        let taxonomy = Taxonomy::new(
            vec![group("Animals"), group("Cat"), group("Dog"), group("Speech")],
            vec![0, 0, 1, 1, 2, 3],
            vec![vec![], vec![0], vec![1], vec![2], vec![0, 1], vec![]],
        );
        let labels = labels(&["animal", "pet", "cat", "purr", "dog", "speech"]);
        Vocabulary::joint((labels, head_labels, vec![]), Some(taxonomy.unwrap()), head, base)
    }

    fn of_base(rejection: f32) -> Vocabulary {
        vocabulary(0, OPEN, Thresholds { rejection, ..OPEN })
    }

    #[test]
    fn a_parent_waits_for_a_child_that_is_recognised() {
        let vocabulary = of_base(0.3);
        let scores = [0.95, 0.9, 0.8, 0.6, 0.1, 0.85];
        assert_eq!(vocabulary.order(&scores, usize::MAX), [3, 2, 1, 0, 5, 4]);
        assert_eq!(vocabulary.group_scores(&scores), [0.0, 0.8, 0.1, 0.85]);
    }

    #[test]
    fn a_faint_child_does_not_replace_its_parent() {
        let vocabulary = of_base(0.1);
        // Recognised, but less than a quarter as strongly.
        assert_eq!(vocabulary.order(&[0.9, 0.05, 0.0, 0.0, 0.2, 0.1], usize::MAX)[..2], [0, 4]);
        // More than a quarter as strongly, but not recognised.
        assert_eq!(vocabulary.order(&[0.3, 0.02, 0.0, 0.0, 0.09, 0.01], usize::MAX)[..2], [0, 4]);
    }

    #[test]
    fn an_event_of_a_parent_ends_only_for_an_event_of_its_child() {
        let base = Thresholds { rejection: 0.1, on: 0.3, off: 0.2 };
        let vocabulary = vocabulary(0, OPEN, base);
        let faint = [0.6, 0.0, 0.0, 0.0, 0.2, 0.0];
        assert_eq!(vocabulary.order(&faint, usize::MAX)[..2], [4, 0], "the dog is recognised");
        let only_parent = [true, false, false, false, false, false];
        assert!(!vocabulary.is_outdone(&faint, &only_parent, 0), "but has no event");
        let both = [true, false, false, false, true, false];
        assert!(vocabulary.is_outdone(&faint, &both, 0));
    }

    #[test]
    fn each_source_has_its_own_thresholds() {
        // The head has animal, pet and cat.
        let (low, high) = (0.1, 0.6);
        let head = Thresholds { rejection: high, on: high, off: high };
        let base = Thresholds { rejection: low, on: low, off: low };
        let vocabulary = vocabulary(3, head, base);
        let rejects = |scores: [f32; 6], none_of_base| {
            vocabulary.rejects(&Scored { scores: scores.to_vec(), presence: 1.0, none_of_base })
        };
        assert!(rejects([0.5, 0.5, 0.5, 0.0, 0.0, 0.05], false));
        assert!(!rejects([0.6, 0.0, 0.0, 0.0, 0.0, 0.0], true));
        assert!(!rejects([0.0, 0.0, 0.0, 0.0, 0.0, 0.1], false));
        assert!(rejects([0.0, 0.0, 0.0, 0.0, 0.0, 0.1], true), "the base's own verdict");
        // Speech is recognised; cat, with a higher score, is not. The dog (base) is a kind of
        // animal (head).
        assert_eq!(vocabulary.order(&[0.0, 0.0, 0.5, 0.0, 0.0, 0.2], usize::MAX)[..2], [5, 2]);
        assert_eq!(vocabulary.order(&[0.8, 0.0, 0.0, 0.0, 0.25, 0.0], usize::MAX)[..2], [4, 0]);
        assert_eq!(vocabulary.order(&[0.8, 0.0, 0.5, 0.0, 0.0, 0.0], usize::MAX)[..2], [0, 2]);
        assert_eq!(vocabulary.source(2), LabelSource::Head);
        assert_eq!(vocabulary.source(3), LabelSource::Base);
        let strict = vocabulary.with_rejection(0.9);
        let scored = Scored { scores: vec![0.8; 6], presence: 1.0, none_of_base: false };
        assert!(strict.rejects(&scored) && !vocabulary.rejects(&scored));
    }

    #[test]
    fn a_label_that_adds_to_one_of_the_base_has_its_thresholds() {
        let thresholds = |at| Thresholds { rejection: at, on: at, off: at };
        let labels = (labels(&["own", "both", "rest"]), 2, vec![1]);
        let vocabulary = Vocabulary::joint(labels, None, thresholds(0.5), thresholds(0.1));
        let of = |label| vocabulary.thresholds(label).rejection;
        assert_eq!((of(0), of(1), of(2)), (0.5, 0.1, 0.1));
        assert_eq!(vocabulary.source(1), LabelSource::Head);
    }

    #[test]
    fn improbable_labels_are_rejected() {
        let vocabulary = Vocabulary::of_head(labels(&["a"]), Thresholds { rejection: 0.5, ..OPEN });
        let scored = |presence| Scored { scores: vec![0.9], presence, none_of_base: false };
        assert!(vocabulary.rejects(&scored(0.5)));
        assert!(!vocabulary.rejects(&scored(0.6)));
    }

    #[test]
    fn order_contains_every_label_once_for_any_scores() {
        let head = Thresholds { rejection: 0.5, ..OPEN };
        for (vocabulary, seed) in (0..200u32).map(|seed| (vocabulary(2, head, OPEN), seed)) {
            let score =
                |i: u32| ((seed * 7 + i * 13).wrapping_mul(2_654_435_761) % 1000) as f32 / 1000.0;
            // In every second case, most labels are unlikely.
            let scale = if seed % 2 == 0 { 1.0 } else { 0.03 };
            let scores: Vec<f32> = (0..6).map(|i| scale * score(i)).collect();
            let order = vocabulary.order(&scores, usize::MAX);
            for count in 0..=6 {
                assert_eq!(vocabulary.order(&scores, count), order[..count], "{scores:?}");
            }
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
            let place = |label| order.iter().position(|&other| other == label).unwrap();
            for general in 0..6 {
                for &special in vocabulary.descendants(general) {
                    if vocabulary.goes_before(&scores, special, general) {
                        assert!(place(special) < place(general), "{scores:?}: {order:?}");
                    }
                }
            }
        }
    }
}
