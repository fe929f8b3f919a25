//! The network's labels, the plain group of each, and which label is a kind of which.

use crate::data::excerpts;
use crate::random::short_hash;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sourcing_sound::{Group, Labels, Taxonomy};
use std::path::Path;

/// A label of the checkpoint: a row of the `labels.csv` next to it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MappedLabel {
    /// AudioSet's machine identifier.
    pub mid: String,
    /// The label.
    #[serde(rename = "display_name")]
    pub label: String,
}

/// A row of `groups.csv`.
#[derive(Deserialize)]
struct GroupRow {
    icon: String,
    name: String,
}

/// A row of `labels.csv`.
#[derive(Deserialize)]
struct LabelRow {
    index: usize,
    mid: String,
    label: String,
    /// The icon of its group.
    group: String,
    /// Indices, separated by spaces.
    parents: String,
}

/// Reads the labels of the checkpoint in `folder`, in the order of its outputs.
pub fn mapped(folder: &Path) -> Result<Vec<MappedLabel>> {
    excerpts::read(&folder.join("labels.csv"))
}

/// Reads `labels.csv` and `groups.csv` in `folder`.
///
/// # Errors If they do not have exactly the labels of the checkpoint in its order, or contradict
/// each other.
pub fn read(folder: &Path, mapped: &[MappedLabel]) -> Result<(Labels, Taxonomy)> {
    let groups: Vec<GroupRow> = excerpts::read(&folder.join("groups.csv"))?;
    let labels: Vec<LabelRow> = excerpts::read(&folder.join("labels.csv"))?;
    build(groups, &labels, mapped)
}

/// Returns the hash of all labels with their groups and parents.
pub fn hash(labels: &(Labels, Taxonomy)) -> String {
    short_hash(&format!("{labels:?}"))
}

fn build(
    groups: Vec<GroupRow>,
    labels: &[LabelRow],
    mapped: &[MappedLabel],
) -> Result<(Labels, Taxonomy)> {
    ensure!(labels.len() == mapped.len(), "{} labels of {}", labels.len(), mapped.len());
    let (mut label_groups, mut label_parents) = (Vec::new(), Vec::new());
    for (index, (row, mapped)) in labels.iter().zip(mapped).enumerate() {
        let same = row.index == index && row.mid == mapped.mid && row.label == mapped.label;
        ensure!(same, "label {index} is {:?} in the network, not {:?}", mapped.label, row.label);
        let Some(group) = groups.iter().position(|group| group.icon == row.group) else {
            bail!("{}: there is no group {:?}", row.label, row.group);
        };
        label_groups.push(group);
        let parents = row.parents.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        label_parents.push(parents.with_context(|| format!("{}: its parents", row.label))?);
    }
    let groups = groups.into_iter().map(|group| Group { name: group.name, icon: group.icon });
    let names = labels.iter().map(|row| row.label.clone()).collect();
    Ok((Labels::new(names)?, Taxonomy::new(groups.collect(), label_groups, label_parents)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn mapped() -> Vec<MappedLabel> {
        let label = |mid: &str, label: &str| MappedLabel { mid: mid.into(), label: label.into() };
        vec![label("/m/0", "Animal"), label("/m/1", "Cat"), label("/m/2", "Purr, quietly")]
    }

    fn read_texts(labels: &str) -> Result<(Labels, Taxonomy)> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("labels.csv"), labels)?;
        std::fs::write(folder.path().join("groups.csv"), "icon,name\nanimal,Animals\ncat,Cat\n")?;
        read(folder.path(), &mapped())
    }

    const GOOD: &str = "index,mid,label,group,parents\n0,/m/0,Animal,animal,\n1,/m/1,Cat,cat,0\n\
        2,/m/2,\"Purr, quietly\",cat,0 1\n";

    #[test]
    fn reads_groups_and_parents() {
        let (labels, taxonomy) = read_texts(GOOD).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), ["Animal", "Cat", "Purr, quietly"]);
        assert_eq!(taxonomy.groups()[1], Group { name: "Cat".into(), icon: "cat".into() });
        assert_eq!(taxonomy.label_groups(), [0, 1, 1]);
        assert_eq!(taxonomy.label_parents(), [vec![], vec![0], vec![0, 1]]);
    }

    #[test]
    fn another_group_or_parent_is_another_hash() {
        let of = |from: &str, to: &str| hash(&read_texts(&GOOD.replace(from, to)).unwrap());
        let good = of("", "");
        assert_eq!(good, of("cat,0 1", "cat,0 1"));
        assert_ne!(good, of("cat,0 1", "animal,0 1"));
        assert_ne!(good, of("cat,0 1", "cat,0"));
    }

    #[test]
    fn refuses_files_about_another_network() {
        let refused = |from: &str, to: &str| read_texts(&GOOD.replace(from, to)).unwrap_err();
        assert!(refused("1,/m/1,Cat", "1,/m/1,Dog").to_string().contains("Dog"));
        assert!(refused("/m/1", "/m/9").to_string().contains("label 1"));
        assert!(refused("cat,0 1", "dog,0 1").to_string().contains("no group \"dog\""));
        assert!(refused("cat,0 1", "cat,x").to_string().contains("parents"));
        refused("cat,0 1", "cat,2");
        assert!(read_texts(GOOD.split_at(60).0).is_err(), "a label is missing");
    }
}
