//! Merges a head's labels with those of its base: the resulting labels, their groups, and which
//! label is a kind of which. A label of the head that refines nothing and has the same name as a
//! label of the base is merged with it, at the base's place in the taxonomy.

use crate::error::Result;
use crate::head::{HeadMetadata, format_error};
use crate::labels::Labels;
use crate::metadata::ModelMetadata;
use crate::order;
use crate::taxonomy::{Group, Taxonomy, ancestors};
use std::collections::{BTreeMap, HashMap};

/// Marks a label of the base that has no index yet.
const NO_PLACE: usize = usize::MAX;
/// The icon of the group for labels without a group in the base.
const OWN_ICON: &str = "sound";

/// The labels of a head, and those labels of its base that it does not replace.
pub(crate) struct Joint {
    /// The head's labels, then the remaining labels of the base in the base's order.
    pub(crate) labels: Labels,
    pub(crate) taxonomy: Option<Taxonomy>,
    /// The indices of the base's labels that follow those of the head.
    pub(crate) kept: Vec<usize>,
    /// The head's labels that are merged with one of the base, each with its index in the base.
    pub(crate) added: Vec<(usize, usize)>,
}

impl Joint {
    /// # Errors
    /// `head-format` if the head names a label that its base does not have, or if one of its labels
    /// refines others and has the name of a label that remains.
    pub(crate) fn new(head: &HeadMetadata, base: &ModelMetadata) -> Result<Self> {
        let places = Places::new(head, base)?;
        let staying = places.kept.iter().filter_map(|&index| base.labels.get(index));
        let names = head.labels.iter().chain(staying).map(str::to_owned).collect();
        let labels = Labels::new(names).map_err(format_error)?;
        let taxonomy = base.taxonomy.as_ref().map(|taxonomy| places.taxonomy(head, taxonomy));
        let (taxonomy, Places { kept, added, .. }) = (taxonomy.transpose()?, places);
        Ok(Joint { labels, taxonomy, kept, added })
    }
}

/// How the base's labels map to the joint labels.
struct Places {
    /// For each label of the head: the base labels that it refines or is merged with, and those
    /// that it is a kind of.
    refined: Vec<Vec<usize>>,
    parents: Vec<Vec<usize>>,
    /// For each label of the base: the label of the head that replaces it.
    taken_by: Vec<Option<usize>>,
    kept: Vec<usize>,
    added: Vec<(usize, usize)>,
    /// For each label of the base: its index in the joint labels, or that of the label that
    /// replaces it or is merged with it.
    joint: Vec<usize>,
}

impl Places {
    fn new(head: &HeadMetadata, base: &ModelMetadata) -> Result<Self> {
        let index: HashMap<&str, usize> = base.labels.iter().zip(0..).collect();
        let of_base = |named: &BTreeMap<String, Vec<String>>| -> Result<Vec<Vec<usize>>> {
            let lists = head.labels.iter().map(|label| {
                let names = named.get(label).into_iter().flatten();
                names.map(|name| index.get(name.as_str()).copied().ok_or(name)).collect()
            });
            let lists: std::result::Result<_, &String> = lists.collect();
            lists.map_err(|name| format_error(format!("its base has no label {name:?}")))
        };
        let (mut refined, parents) = (of_base(&head.refines)?, of_base(&head.parents)?);
        let mut taken_by = vec![None; base.labels.len()];
        for (label, taken) in refined.iter().enumerate() {
            taken.iter().for_each(|&index| taken_by[index] = Some(label));
        }
        let mut joint: Vec<usize> = taken_by.iter().map(|by| by.unwrap_or(NO_PLACE)).collect();
        let (mut added, mut kept) = (Vec::new(), Vec::new());
        for (label, name) in head.labels.iter().enumerate() {
            let Some(&own) = index.get(name) else { continue };
            if joint[own] == NO_PLACE && refined[label].is_empty() {
                refined[label].push(own);
                joint[own] = label;
                added.push((label, own));
            }
        }
        for (index, place) in joint.iter_mut().enumerate() {
            if *place == NO_PLACE {
                *place = head.labels.len() + kept.len();
                kept.push(index);
            }
        }
        Ok(Places { refined, parents, taken_by, kept, added, joint })
    }

    fn taxonomy(&self, head: &HeadMetadata, base: &Taxonomy) -> Result<Taxonomy> {
        let mut groups = base.groups().to_vec();
        let mut label_groups = Vec::new();
        for (refined, parents) in self.refined.iter().zip(&self.parents) {
            let group = most_frequent(refined, base.label_groups())
                .or_else(|| most_frequent(parents, base.label_groups()));
            label_groups.push(group.unwrap_or_else(|| own_group(&mut groups, &head.name)));
        }
        label_groups.extend(self.kept.iter().map(|&index| base.label_groups()[index]));
        Taxonomy::new(groups, label_groups, self.label_parents(base.label_parents()))
    }

    /// Returns the parents of the joint labels. A label of the head gets the nearest remaining
    /// ancestors of the labels that it replaces. If a label's parent was replaced, its new parent
    /// is the replacement.
    fn label_parents(&self, base: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let of_head = self.refined.iter().zip(&self.parents).map(|(refined, parents)| {
            let above = refined.iter().flat_map(|&label| &base[label]);
            self.nearest_kept(above.chain(parents).copied().collect(), base)
        });
        let of_kept = self.kept.iter().map(|&label| {
            let parents = base[label].iter().filter(|&&parent| self.taken_by[parent].is_none());
            parents.map(|&parent| self.joint[parent]).collect()
        });
        let mut joint: Vec<Vec<usize>> = of_head.chain(of_kept).collect();
        for &label in &self.kept {
            let child = self.joint[label];
            for taken in base[label].iter().filter_map(|&parent| self.taken_by[parent]) {
                // If a label of the head replaces both a label and a descendant of it, the head's
                // label is a kind of the labels in between, not the other way round.
                let closes_circle = ancestors(taken, &joint).contains(&child);
                if !closes_circle && !joint[child].contains(&taken) {
                    joint[child].push(taken);
                }
            }
        }
        joint
    }

    /// Returns those of `open` that remain, and the nearest remaining ancestors of the others, as
    /// joint indices.
    fn nearest_kept(&self, mut open: Vec<usize>, base: &[Vec<usize>]) -> Vec<usize> {
        let mut seen = vec![false; base.len()];
        let mut found = Vec::new();
        while let Some(label) = open.pop() {
            if std::mem::replace(&mut seen[label], true) {
                continue;
            }
            match self.taken_by[label] {
                None => found.push(self.joint[label]),
                Some(_) => open.extend(&base[label]),
            }
        }
        order::sorted(found.into_iter())
    }
}

/// Returns the most frequent group of `labels`; the first one in a tie.
fn most_frequent(labels: &[usize], label_groups: &[usize]) -> Option<usize> {
    let mut counts = vec![0; label_groups.iter().max()? + 1];
    labels.iter().for_each(|&label| counts[label_groups[label]] += 1);
    let most = counts.iter().copied().max().filter(|&most: &usize| most > 0)?;
    counts.iter().position(|&count| count == most)
}

/// Returns the group called `name`, which is added if it does not exist.
fn own_group(groups: &mut Vec<Group>, name: &str) -> usize {
    let found = groups.iter().position(|group| group.name == name);
    found.unwrap_or_else(|| {
        groups.push(Group { name: name.to_owned(), icon: OWN_ICON.to_owned() });
        groups.len() - 1
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;
    use crate::head::tests::metadata as head_metadata;
    use crate::metadata::tests::example;

    type Refines<'a> = &'a [(&'a str, &'a [&'a str])];

    fn labels(names: &[&str]) -> Labels {
        Labels::new(names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    }

    fn map(lists: Refines<'_>) -> BTreeMap<String, Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        lists.iter().map(|(label, names)| ((*label).to_owned(), owned(names))).collect()
    }

    /// Returns a base with animal > dog > bark > yip, animal > cat, and music.
    fn base() -> ModelMetadata {
        let group = |name: &str| Group { name: name.into(), icon: name.to_lowercase() };
        let taxonomy = Taxonomy::new(
            vec![group("Animals"), group("Dog"), group("Music")],
            vec![0, 1, 1, 1, 0, 2],
            vec![vec![], vec![0], vec![1], vec![2], vec![0], vec![]],
        );
        ModelMetadata {
            labels: labels(&["Animal", "Dog", "Bark", "Yip", "Cat", "Music"]),
            taxonomy: Some(taxonomy.unwrap()),
            ..example()
        }
    }

    fn joint(names: &[&str], refines: Refines<'_>, parents: Refines<'_>) -> Result<Joint> {
        let head = HeadMetadata {
            labels: labels(names),
            refines: map(refines),
            parents: map(parents),
            ..head_metadata()
        };
        Joint::new(&head, &base())
    }

    /// Returns the names of the labels above `label`.
    fn above<'a>(joint: &'a Joint, label: &str) -> Vec<&'a str> {
        let index = joint.labels.position(label).unwrap();
        let parents = &joint.taxonomy.as_ref().unwrap().label_parents()[index];
        parents.iter().map(|&parent| joint.labels.get(parent).unwrap()).collect()
    }

    fn group<'a>(joint: &'a Joint, label: &str) -> &'a str {
        let taxonomy = joint.taxonomy.as_ref().unwrap();
        let index = joint.labels.position(label).unwrap();
        &taxonomy.groups()[taxonomy.label_groups()[index]].name
    }

    #[test]
    fn head_labels_come_first_and_the_rest_stays() {
        let joint = joint(&["bark", "busking"], &[("bark", &["Bark", "Yip"])], &[]).unwrap();
        let names: Vec<_> = joint.labels.iter().collect();
        assert_eq!(names, ["bark", "busking", "Animal", "Dog", "Cat", "Music"]);
        assert_eq!(joint.kept, [0, 1, 4, 5]);
        assert_eq!(above(&joint, "bark"), ["Dog"]);
        assert_eq!(above(&joint, "Dog"), ["Animal"]);
        assert_eq!(above(&joint, "busking"), [] as [&str; 0]);
        assert_eq!((group(&joint, "bark"), group(&joint, "busking")), ("Dog", "test"));
        assert_eq!(joint.taxonomy.unwrap().groups().last().unwrap().icon, "sound");
    }

    #[test]
    fn a_label_that_refines_nothing_can_be_a_kind_of_one() {
        let joint = joint(&["busking", "bark"], &[], &[("busking", &["Music"])]).unwrap();
        assert_eq!(above(&joint, "busking"), ["Music"]);
        assert_eq!(group(&joint, "busking"), "Music");
        assert_eq!(joint.labels.len(), 8, "nothing is hidden");
    }

    #[test]
    fn labels_in_between_keep_their_place() {
        // Dog is replaced and its child Bark stays, as a kind of the head's label.
        let one = joint(&["dog", "b"], &[("dog", &["Dog"])], &[]).unwrap();
        assert_eq!(above(&one, "Bark"), ["dog"]);
        assert_eq!(above(&one, "dog"), ["Animal"]);
        // Two labels of the head, one below the other: both are kinds of the remaining label above
        // them.
        let two = joint(&["dog", "yip"], &[("dog", &["Dog", "Bark"]), ("yip", &["Yip"])], &[]);
        let two = two.unwrap();
        assert_eq!((above(&two, "dog"), above(&two, "yip")), (vec!["Animal"], vec!["Animal"]));
        // Replacing labels above and below one that remains must not create a cycle.
        let around = joint(&["dog", "b"], &[("dog", &["Dog", "Yip"])], &[]).unwrap();
        assert_eq!(above(&around, "dog"), ["Animal", "Bark"]);
        assert_eq!(above(&around, "Bark"), [] as [&str; 0]);
    }

    #[test]
    fn a_label_of_the_same_name_adds_to_that_of_the_base() {
        let joint = joint(&["Bark", "Dog"], &[], &[]).unwrap();
        let names: Vec<_> = joint.labels.iter().collect();
        assert_eq!(names, ["Bark", "Dog", "Animal", "Yip", "Cat", "Music"]);
        assert_eq!(
            (joint.kept.as_slice(), joint.added.as_slice()),
            (&[0, 3, 4, 5][..], &[(0, 2), (1, 1)][..])
        );
        assert_eq!((above(&joint, "Yip"), above(&joint, "Bark")), (vec!["Bark"], vec!["Dog"]));
        assert_eq!((above(&joint, "Dog"), group(&joint, "Dog")), (vec!["Animal"], "Dog"));
        assert_eq!(joint.taxonomy.unwrap().groups().len(), 3, "the head has no group of its own");
    }

    #[test]
    fn a_base_without_groups_gets_none() {
        let base = ModelMetadata { taxonomy: None, ..base() };
        let (refines, parents) = (BTreeMap::new(), BTreeMap::new());
        let head = HeadMetadata { refines, parents, ..head_metadata() };
        assert!(Joint::new(&head, &base).unwrap().taxonomy.is_none());
    }

    #[test]
    fn names_that_do_not_fit_are_refused() {
        let refusal = |result: Result<Joint>| {
            let error = result.map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "head-format");
            error.to_string()
        };
        let missing = joint(&["a", "b"], &[("a", &["Woof"])], &[]);
        assert!(refusal(missing).contains("Woof"));
        assert!(refusal(joint(&["a", "b"], &[], &[("b", &["Noise"])])).contains("Noise"));
        assert!(refusal(joint(&["Dog", "b"], &[("Dog", &["Bark"])], &[])).contains("Dog"));
        // A label must not be a kind of itself, by way of a descendant.
        assert!(joint(&["Dog", "b"], &[], &[("Dog", &["Yip"])]).is_err());
        assert_eq!(joint(&["Dog", "b"], &[("Dog", &["Dog"])], &[]).unwrap().labels.len(), 7);
    }
}
