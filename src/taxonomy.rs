//! How a model's labels relate to each other: plain groups for people, and which label is a kind of
//! which.

use crate::error::{Error, Result};
use std::collections::HashSet;
use std::sync::Arc;

/// The most ancestors of all labels in total, so that a chain of labels cannot take memory
/// proportional to the square of its length.
const MAX_PAIRS: usize = 1 << 20;

/// A plain group of labels, such as all sounds of cats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, for people to read.
    pub name: String,
    /// The name of its icon, which the page maps to a picture.
    pub icon: String,
}

/// Groups of a model's labels, and the parents of each label. Cheap to clone.
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
    /// `config` if there are no groups, an index is out of range, the lists do not have the same
    /// length, a label is its own ancestor, or the labels have more than a million ancestors together.
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
        let mut pairs = 0;
        for label in 0..n {
            if pairs > MAX_PAIRS {
                let expected = format!("labels with at most {MAX_PAIRS} ancestors together");
                return Err(Error::config("label_parents", pairs, expected));
            }
            for ancestor in ancestors(label, &label_parents) {
                if ancestor == label {
                    let expected = "parents of which none is its own ancestor";
                    return Err(Error::config("label_parents", label, expected));
                }
                descendants[ancestor].push(label);
                // The labels visited for each label count as well.
                pairs += 1 + label_parents[ancestor].len();
            }
        }
        Ok(Taxonomy(Arc::new(Parts { groups, label_groups, label_parents, descendants })))
    }

    /// Returns the groups.
    pub fn groups(&self) -> &[Group] {
        &self.0.groups
    }

    /// Returns the group of each label, as an index of [`Self::groups`].
    pub fn label_groups(&self) -> &[usize] {
        &self.0.label_groups
    }

    /// Returns the direct parents of each label, as indices of labels.
    pub fn label_parents(&self) -> &[Vec<usize>] {
        &self.0.label_parents
    }

    /// Returns all labels that are a kind of `label`.
    pub fn descendants(&self, label: usize) -> &[usize] {
        self.0.descendants.get(label).map_or(&[], Vec::as_slice)
    }
}

/// Returns all ancestors of `label`, each once; includes `label` itself if parents form a cycle.
pub(crate) fn ancestors(label: usize, parents: &[Vec<usize>]) -> Vec<usize> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    #[test]
    fn invalid_taxonomies_are_refused() {
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
