//! The clips of a data set.

use super::{Findings, Layout};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The fold of clips without a fold. They train in every split and are never tested.
pub const NO_FOLD: u32 = 0;

/// A clip with an existing audio file.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// Audio file.
    pub path: PathBuf,
    /// Unique name: the file name without extension, or `<label>/<file name>` in a folder tree.
    pub stem: String,
    /// The recording it was cut from. Slices of one recording are near-copies.
    pub recording: String,
    /// Fold, from 1, or [`NO_FOLD`].
    pub fold: u32,
    /// Index of its label; of several labels, the first.
    pub label: usize,
    /// Indices of all its labels in the order of the table, starting with `label`.
    pub labels: Vec<usize>,
    /// Length in seconds according to the table; `None` for all of the file.
    pub seconds: Option<f64>,
    /// False for additional and noisily labelled clips, which are only trained on.
    pub official: bool,
}

impl Slice {
    /// Creates an official clip with one label, of a whole file.
    pub fn new(
        path: impl Into<PathBuf>,
        stem: String,
        recording: String,
        fold: u32,
        label: usize,
    ) -> Self {
        let (path, labels) = (path.into(), vec![label]);
        Self { path, stem, recording, fold, label, labels, seconds: None, official: true }
    }
}

/// How many clips a table lists, and how many of them have a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Rows with a file and a label.
    pub present: usize,
    /// All rows, each clip counted once.
    pub rows: usize,
}

impl Presence {
    /// Counts one row.
    pub(super) fn add(&mut self, present: bool) {
        self.rows += 1;
        self.present += usize::from(present);
    }
}

/// The part of a data set that is present.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// How its folder is laid out.
    pub layout: Layout,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Official clips in the order of the table, then those that are only trained on.
    pub slices: Vec<Slice>,
    /// Presence of the official clips by fold.
    pub presence: BTreeMap<u32, Presence>,
    /// Presence of the clips that are only trained on.
    pub training_only: Presence,
    /// What was skipped or corrected while reading, counted and named.
    pub findings: Findings,
}

impl Dataset {
    /// Creates a data set without labels or clips.
    pub fn empty(layout: Layout) -> Self {
        Self {
            layout,
            labels: Vec::new(),
            slices: Vec::new(),
            presence: BTreeMap::new(),
            training_only: Presence::default(),
            findings: Findings::default(),
        }
    }

    /// Adds an official clip of a fold, or counts it as missing.
    pub fn add(&mut self, fold: u32, clip: Option<Slice>) {
        self.presence.entry(fold).or_default().add(clip.is_some());
        self.slices.extend(clip);
    }

    /// States how many clips have several labels, of which only the first counts in training and
    /// evaluation; empty if there are none.
    pub fn note_on_labels(&self) -> String {
        let several = self.slices.iter().filter(|slice| slice.labels.len() > 1).count();
        match several {
            0 => String::new(),
            n => format!(
                "{n} of {} clips have several labels; only the first one of each is trained and \
                 tested",
                self.slices.len()
            ),
        }
    }

    /// Returns the presence of the official clips of all folds.
    pub fn total(&self) -> Presence {
        let folds = self.presence.values();
        folds.fold(Presence::default(), |sum, fold| Presence {
            present: sum.present + fold.present,
            rows: sum.rows + fold.rows,
        })
    }
}
