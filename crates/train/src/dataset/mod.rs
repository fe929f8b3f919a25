//! Data sets: from a folder to labelled clips, with everything that was passed over named.
//!
//! Four layouts are read, each in a module of its own: UrbanSound8K ([`urban_sound`]), Freesound's
//! FSDKaggle sets ([`freesound`]), ESC-50 and ESC-10 ([`esc`]), and a folder per label
//! ([`folders`]). Labels come from tables or folder names, never from code. A part of a set is
//! welcome: rows without their file are [`Findings`], not errors. [`Dataset::folds`] is the only
//! way to divide the clips into training, validation and test.

mod audio;
mod describe;
mod error;
mod esc;
mod findings;
mod folders;
mod folds;
mod freesound;
mod layout;
mod table;
mod urban_sound;
mod validation;

pub use audio::is_audio;
pub use describe::Description;
pub use error::DatasetError;
pub use findings::{FindingKind, Findings};
pub use folds::{Folds, Split, format_folds, parse_folds};
pub use layout::Layout;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The fold of clips that belong to none. They train in every split and are never tested.
pub const NO_FOLD: u32 = 0;

/// One clip whose audio file is there.
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
    /// Index of its label, the first one where there are several.
    pub label: usize,
    /// Indices of all its labels in the order of the table, `label` being the first.
    pub labels: Vec<usize>,
    /// Length in seconds by the table; `None` takes all of the file.
    pub seconds: Option<f64>,
    /// False for additional and noisily labelled clips, which only train.
    pub official: bool,
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
    fn add(&mut self, present: bool) {
        self.rows += 1;
        self.present += usize::from(present);
    }
}

/// A data set, as far as it is there.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// How its folder is laid out.
    pub layout: Layout,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Official clips in the order of the table, then those that only train.
    pub slices: Vec<Slice>,
    /// Presence of the official clips by fold.
    pub presence: BTreeMap<u32, Presence>,
    /// Presence of the clips that only train.
    pub training_only: Presence,
    /// What was passed over or set right on the way, counted and named.
    pub findings: Findings,
}

impl Dataset {
    /// Reads the data set at `root`, whichever layout it has.
    ///
    /// # Errors
    /// If `root` has none of the layouts, as the error then lists; or as [`Self::open_as`].
    pub fn open(root: &Path) -> Result<Self, DatasetError> {
        Self::open_as(root, Layout::detect(root)?)
    }

    /// Reads the data set at `root` in a given layout.
    ///
    /// # Errors
    /// If a file or folder cannot be read, a table is no CSV or lacks columns, a row makes no
    /// sense or contradicts another one, or not a single clip is there.
    pub fn open_as(root: &Path, layout: Layout) -> Result<Self, DatasetError> {
        std::fs::read_dir(root).map_err(|error| DatasetError::Io(root.to_path_buf(), error))?;
        let dataset = match layout {
            Layout::UrbanSound8k => urban_sound::read(root),
            Layout::Freesound => freesound::read(root),
            Layout::Esc50 | Layout::Esc10 => esc::read(root, layout),
            Layout::Folders => folders::read(root),
        }?;
        if dataset.slices.is_empty() {
            return Err(DatasetError::Empty { root: root.to_path_buf(), layout });
        }
        Ok(dataset)
    }

    /// Reads UrbanSound8K, or a set in its layout, at `root`.
    ///
    /// # Errors
    /// As [`Self::open_as`].
    pub fn read(root: &Path) -> Result<Self, DatasetError> {
        Self::open_as(root, Layout::UrbanSound8k)
    }

    /// Adds clips that only train, from a folder with `metadata.csv` (UrbanSound8K's columns but
    /// salience) and `audio/foldN/`. Returns how many of its rows are there.
    ///
    /// # Errors
    /// As [`Self::open_as`]; also if a row has a class that the data set does not have, or is one
    /// of its clips.
    pub fn add_extra(&mut self, root: &Path) -> Result<Presence, DatasetError> {
        urban_sound::add_extra(self, root)
    }

    /// The folds: the only way to divide the clips.
    pub fn folds(&self) -> Folds<'_> {
        Folds::over(&self.slices, &self.presence, self.layout)
    }

    /// Presence of the official clips of all folds together.
    pub fn total(&self) -> Presence {
        let folds = self.presence.values();
        folds.fold(Presence::default(), |sum, fold| Presence {
            present: sum.present + fold.present,
            rows: sum.rows + fold.rows,
        })
    }
}

#[cfg(test)]
mod tests;
