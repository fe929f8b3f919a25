//! The reason why the engine does not run a graph.

use std::fmt;

/// Something in a graph that the engine does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uncovered(String);

impl Uncovered {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Uncovered(what.into())
    }
}

impl fmt::Display for Uncovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
