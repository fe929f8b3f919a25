//! The names of the labels.

use crate::error::{Error, Result};
use std::sync::Arc;

/// Most labels that a model may have; limited because the number comes from a file.
const MAX_LABELS: usize = 65_536;

/// The names of a model's outputs, in the order of its scores. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels(Arc<[String]>);

impl Labels {
    /// Checks the names and stores them.
    ///
    /// # Errors
    /// `config` if there are none or too many, or if one is empty or a duplicate.
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

    /// Returns how many labels there are; at least one.
    #[allow(clippy::len_without_is_empty)] // labels are never empty
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the name of output `index`.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(String::as_str)
    }

    /// Returns the names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns the index of the label `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|label| label == name)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    #[test]
    fn labels_refuse_duplicates_and_blanks() {
        for names in [vec![], vec!["a", "a"], vec!["a", " "]] {
            let names = names.into_iter().map(String::from).collect();
            assert_eq!(Labels::new(names).unwrap_err().code(), "config");
        }
    }
}
