//! Summarises how much of the data was present, for evaluations and cards.

use crate::data::dataset::Presence;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much of the data was present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// Official rows by fold.
    pub folds: BTreeMap<u32, Presence>,
    /// Total of the official rows.
    pub total: Presence,
    /// Additional slices, which are only trained on.
    pub extra: Presence,
    /// Background recordings.
    pub background: usize,
    /// The names of their folders.
    #[serde(default)]
    pub background_folders: Vec<String>,
    /// Files that could not be used, with the reason.
    pub unreadable: Vec<String>,
}
