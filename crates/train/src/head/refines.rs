//! How a head's labels relate to those of its base: which they replace, and which they are a kind
//! of.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sourcing_sound::Labels;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Labels of the base by label of the head.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relations {
    /// Those that a label replaces.
    pub refines: BTreeMap<String, Vec<String>>,
    /// Those of which a label is a kind, without replacing them.
    #[serde(default)]
    pub parents: BTreeMap<String, Vec<String>>,
}

impl Relations {
    /// Reads `file` or, without one, relates labels by name: a label replaces the base's label of
    /// the same name, whatever the case, with `_` for a space.
    ///
    /// # Errors
    /// If the file cannot be read, names a label that is neither among `labels` nor in `base`, or
    /// names one of the base twice; or if a label has the name of one of the base that it does not
    /// replace.
    pub fn new(file: Option<&Path>, labels: &[String], base: &Labels) -> Result<Self> {
        let Some(path) = file else { return Ok(Self::by_name(labels, base)) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading --refines {}", path.display()))?;
        let relations: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "--refines {}: expected {{\"refines\": {{LABEL: [LABELS OF THE BASE]}}, \
                 \"parents\": {{…}}}}",
                path.display()
            )
        })?;
        relations.check(labels, base).with_context(|| format!("--refines {}", path.display()))?;
        Ok(relations)
    }

    fn by_name(labels: &[String], base: &Labels) -> Self {
        let mut places: BTreeMap<_, _> =
            base.iter().map(|label| (plain(label), label.to_owned())).collect();
        // Equal names first: such a label must not replace another one.
        let mut ordered: Vec<_> = labels.iter().collect();
        ordered.sort_by_key(|label| base.iter().all(|other| other != label.as_str()));
        let found = ordered.into_iter().filter_map(|label| {
            let taken = places.remove(&plain(label))?;
            Some((label.clone(), vec![taken]))
        });
        Self { refines: found.collect(), parents: BTreeMap::new() }
    }

    fn check(&self, labels: &[String], base: &Labels) -> Result<()> {
        for (what, map) in [("refines", &self.refines), ("parents", &self.parents)] {
            for (label, named) in map {
                ensure!(
                    labels.contains(label),
                    "{what}: {label:?} is none of the labels: {}",
                    labels.join(", ")
                );
                for name in named {
                    ensure!(
                        base.iter().any(|other| other == name),
                        "{what}: the base has no label {name:?} for {label:?} to relate to"
                    );
                }
            }
        }
        let mut taken = BTreeSet::new();
        for name in self.refines.values().flatten() {
            ensure!(taken.insert(name.as_str()), "refines: {name:?} is there twice");
        }
        let stays = |label: &&String| {
            base.iter().any(|other| other == label.as_str()) && !taken.contains(label.as_str())
        };
        if let Some(label) = labels.iter().find(stays) {
            bail!(
                "the base has a label {label:?} too: add \"{label}\": [\"{label}\"] to \"refines\""
            );
        }
        Ok(())
    }
}

fn plain(label: &str) -> String {
    label.to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn base() -> Labels {
        Labels::new(["Bark", "Yip", "Air horn", "Music", "siren"].map(str::to_owned).to_vec())
            .unwrap()
    }

    fn names(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|&label| label.to_owned()).collect()
    }

    fn read(text: &str, labels: &[&str]) -> Result<Relations, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refines.json");
        std::fs::write(&path, text).unwrap();
        Relations::new(Some(&path), &names(labels), &base()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn without_a_file_labels_relate_by_name() {
        let found =
            Relations::new(None, &names(&["air_horn", "Siren", "siren", "purr"]), &base()).unwrap();
        let expected = [("air_horn", "Air horn"), ("siren", "siren")];
        let expected = expected.map(|(label, taken)| (label.to_owned(), names(&[taken])));
        assert_eq!(found, Relations { refines: expected.into(), parents: BTreeMap::new() });
    }

    #[test]
    fn a_file_says_what_it_means_or_is_refused() {
        let good = r#"{"refines": {"dog": ["Bark", "Yip"]}, "parents": {"band": ["Music"]}}"#;
        let relations = read(good, &["dog", "band"]).unwrap();
        assert_eq!(relations.refines["dog"], ["Bark", "Yip"]);
        assert_eq!(relations.parents["band"], ["Music"]);
        for (text, labels, part) in [
            (good, &["dog"][..], "\"band\" is none of the labels: dog"),
            (r#"{"refines": {"dog": ["Woof"]}}"#, &["dog"], "no label \"Woof\""),
            (r#"{"refines": {"dog": ["Yip", "Yip"]}}"#, &["dog"], "\"Yip\" is there twice"),
            (r#"{"refines": {}}"#, &["siren"], "add \"siren\": [\"siren\"] to"),
            (r#"{"refine": {}}"#, &["dog"], "unknown field"),
            ("[", &["dog"], "expected {\"refines\""),
        ] {
            let message = read(text, labels).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }
}
