//! What a model's labels have to do with each other: plain groups for people, and which label
//! is a kind of which.

use crate::error::{Error, Result};
use std::collections::HashSet;
use std::sync::Arc;

/// A plain group of labels, such as all sounds of cats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What people call it.
    pub name: String,
    /// Name of its icon; which picture that is, is for the page to say.
    pub icon: String,
}

/// Groups of a model's labels, and parents among them. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Taxonomy(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    groups: Vec<Group>,
    label_groups: Vec<usize>,
    label_parents: Vec<Vec<usize>>,
    /// All labels below each label.
    descendants: Vec<Vec<usize>>,
}

impl Taxonomy {
    /// Checks groups, the group of every label, and the direct parents of every label.
    ///
    /// # Errors
    /// `config` when there are no groups, an index is out of range, the lists do not have
    /// the same length, or a label is its own ancestor.
    pub fn new(
        groups: Vec<Group>,
        label_groups: Vec<usize>,
        label_parents: Vec<Vec<usize>>,
    ) -> Result<Self> {
        let n = label_groups.len();
        if let Some(&group) = label_groups.iter().find(|&&group| group >= groups.len()) {
            let expected = format!("below {} (the number of groups)", groups.len());
            return Err(Error::config("label_groups", group, expected));
        }
        if label_parents.len() != n {
            let expected = format!("{n} lists, one per label");
            return Err(Error::config("label_parents", label_parents.len(), expected));
        }
        if let Some(&parent) = label_parents.iter().flatten().find(|&&parent| parent >= n) {
            let expected = format!("below {n} (the number of labels)");
            return Err(Error::config("label_parents", parent, expected));
        }
        let mut descendants = vec![Vec::new(); n];
        for label in 0..n {
            for ancestor in ancestors(label, &label_parents) {
                if ancestor == label {
                    let expected = "parents of which none is its own ancestor";
                    return Err(Error::config("label_parents", label, expected));
                }
                descendants[ancestor].push(label);
            }
        }
        Ok(Taxonomy(Arc::new(Parts { groups, label_groups, label_parents, descendants })))
    }

    /// The groups.
    pub fn groups(&self) -> &[Group] {
        &self.0.groups
    }

    /// The group of each label, as an index of [`Self::groups`].
    pub fn label_groups(&self) -> &[usize] {
        &self.0.label_groups
    }

    /// The direct parents of each label, as indices of labels.
    pub fn label_parents(&self) -> &[Vec<usize>] {
        &self.0.label_parents
    }

    /// All labels that are a kind of `label`.
    pub fn descendants(&self, label: usize) -> &[usize] {
        self.0.descendants.get(label).map_or(&[], Vec::as_slice)
    }
}

/// Every label above `label`, each once; `label` itself where parents run in a circle.
fn ancestors(label: usize, parents: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut open = parents[label].clone();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            found.push(next);
            open.extend(&parents[next]);
        }
    }
    found
}

/// Share of a general label's score that a special one must reach to be named before it. Below,
/// it would be a guess beside a certainty.
const SPECIAL_SHARE: f32 = 0.25;

/// How labels are put in order: by score, but a general label waits for a more special one
/// that is heard as well. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ranking {
    pub(crate) taxonomy: Option<Taxonomy>,
    /// Score from which a label is heard.
    pub(crate) heard: f32,
}

impl Ranking {
    /// Whether `special`, a descendant of `general`, is to be named before it: it is heard,
    /// and not much more faintly.
    fn goes_before(&self, scores: &[f32], special: usize, general: usize) -> bool {
        scores[special] >= self.heard && scores[special] >= SPECIAL_SHARE * scores[general]
    }

    fn descendants(&self, label: usize) -> &[usize] {
        self.taxonomy.as_ref().map_or(&[], |taxonomy| taxonomy.descendants(label))
    }

    /// Whether a more special label says better what `label` says.
    pub(crate) fn is_outdone(&self, scores: &[f32], label: usize) -> bool {
        self.descendants(label).iter().any(|&special| self.goes_before(scores, special, label))
    }

    /// All labels, best first.
    pub(crate) fn order(&self, scores: &[f32]) -> Vec<usize> {
        let mut by_score: Vec<usize> = (0..scores.len()).collect();
        by_score.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        if self.taxonomy.is_none() {
            return by_score;
        }
        let mut place = vec![0; scores.len()];
        by_score.iter().enumerate().for_each(|(rank, &label)| place[label] = rank);
        let mut order = Vec::with_capacity(scores.len());
        let mut named = vec![false; scores.len()];
        for label in by_score {
            self.name(label, scores, &place, &mut named, &mut order);
        }
        order
    }

    /// Names those that go before `label`, then `label`. Descendants have no descendant above
    /// them, so this ends.
    fn name(
        &self,
        label: usize,
        scores: &[f32],
        place: &[usize],
        named: &mut [bool],
        order: &mut Vec<usize>,
    ) {
        if std::mem::replace(&mut named[label], true) {
            return;
        }
        let mut before: Vec<usize> = self.descendants(label).to_vec();
        before.retain(|&special| !named[special] && self.goes_before(scores, special, label));
        before.sort_by_key(|&special| place[special]);
        for special in before {
            self.name(special, scores, place, named, order);
        }
        order.push(label);
    }

    /// A score per group, in the order of the groups: the highest of its labels, those left
    /// out that a more special label of another group outdoes. Empty without a taxonomy.
    pub(crate) fn group_scores(&self, scores: &[f32]) -> Vec<f32> {
        let Some(taxonomy) = &self.taxonomy else { return Vec::new() };
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

    /// animal > pet > cat > purr, animal > dog; and speech.
    fn ranking() -> Ranking {
        let group = |name: &str| Group { name: name.into(), icon: name.to_lowercase() };
        let taxonomy = Taxonomy::new(
            vec![group("Animals"), group("Cat"), group("Dog"), group("Speech")],
            vec![0, 0, 1, 1, 2, 3],
            vec![vec![], vec![0], vec![1], vec![2], vec![0, 1], vec![]],
        );
        Ranking { taxonomy: Some(taxonomy.unwrap()), heard: 0.3 }
    }

    #[test]
    fn a_parent_waits_for_a_child_that_is_heard() {
        let ranking = ranking();
        let scores = [0.95, 0.9, 0.8, 0.6, 0.1, 0.85];
        assert_eq!(ranking.order(&scores), [3, 2, 1, 0, 5, 4]);
        assert_eq!(ranking.group_scores(&scores), [0.0, 0.8, 0.1, 0.85]);
    }

    #[test]
    fn a_faint_child_does_not_speak_for_its_parent() {
        let ranking = ranking();
        let ranking = Ranking { heard: 0.1, ..ranking };
        // Heard, but less than a quarter as strongly.
        assert_eq!(ranking.order(&[0.9, 0.05, 0.0, 0.0, 0.2, 0.1])[..2], [0, 4]);
        // More than a quarter as strongly, but not heard.
        assert_eq!(ranking.order(&[0.3, 0.02, 0.0, 0.0, 0.09, 0.01])[..2], [0, 4]);
    }

    #[test]
    fn order_names_every_label_once_whatever_the_scores() {
        let ranking = ranking();
        for seed in 0..200u32 {
            let score =
                |i: u32| ((seed * 7 + i * 13).wrapping_mul(2_654_435_761) % 1000) as f32 / 1000.0;
            let scores: Vec<f32> = (0..6).map(score).collect();
            let order = ranking.order(&scores);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
            let place = |label| order.iter().position(|&other| other == label).unwrap();
            for general in 0..6 {
                for &special in ranking.descendants(general) {
                    if ranking.goes_before(&scores, special, general) {
                        assert!(place(special) < place(general), "{scores:?}: {order:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn senseless_taxonomies_are_refused() {
        let group = || vec![Group { name: "A".into(), icon: "a".into() }];
        for (label_groups, parents) in [
            (vec![1], vec![vec![]]),
            (vec![0], vec![]),
            (vec![0], vec![vec![1]]),
            (vec![0, 0], vec![vec![1], vec![0]]),
            (vec![0], vec![vec![0]]),
        ] {
            assert_eq!(Taxonomy::new(group(), label_groups, parents).unwrap_err().code(), "config");
        }
    }
}
