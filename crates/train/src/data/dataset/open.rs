//! Opens a data set: detects a folder's layout and reads it.

use super::clips::{Dataset, Presence};
use super::{Layout, error, esc, folders, freesound, urban_sound};
use anyhow::{Result, ensure};
use std::path::Path;

impl Layout {
    /// Detects the layout of the folder `root` by its tables. Without a table, folders that belong
    /// to one of the published sets (`audio`, `fold1`, `train_noisy`, …) do not count as labels.
    pub fn detect(root: &Path) -> Result<Self> {
        std::fs::read_dir(root).map_err(|error| error::at(root, error))?;
        let layout = if urban_sound::fits(root) {
            Self::UrbanSound8k
        } else if freesound::fits(root) {
            Self::Freesound
        } else if esc::fits_esc50(root) {
            Self::Esc50
        } else if esc::fits_extract(root) {
            Self::Esc10
        } else if folders::fits(root)? {
            Self::Folders
        } else {
            return Err(error::no_layout(root));
        };
        Ok(layout)
    }
}

impl Dataset {
    /// Reads the data set at `root`, in any layout.
    ///
    /// # Errors
    /// If `root` has none of the layouts, which the error then lists; otherwise as
    /// [`Self::open_as`].
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_as(root, None)
    }

    /// Reads the data set at `root` in a given layout, or in the detected one.
    ///
    /// # Errors
    /// If a file or folder cannot be read, a table is not CSV or lacks columns, a row is invalid or
    /// contradicts another one, or there is not a single clip.
    pub fn open_as(root: &Path, layout: impl Into<Option<Layout>>) -> Result<Self> {
        let layout = layout.into().map_or_else(|| Layout::detect(root), Ok)?;
        std::fs::read_dir(root).map_err(|error| error::at(root, error))?;
        let dataset = match layout {
            Layout::UrbanSound8k => urban_sound::read(root),
            Layout::Freesound => freesound::read(root),
            Layout::Esc50 | Layout::Esc10 => esc::read(root, layout),
            Layout::Folders => folders::read(root),
            Layout::Embeddings => Err(error::at(root, layout.needs())),
        }?;
        ensure!(!dataset.slices.is_empty(), error::empty(root, layout));
        Ok(dataset)
    }

    /// Reads UrbanSound8K, or a set in its layout, at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        Self::open_as(root, Layout::UrbanSound8k)
    }

    /// Adds clips that are only trained on, from a folder with `metadata.csv` (UrbanSound8K's
    /// columns except salience) and `audio/foldN/`. Returns how many of its rows have a file.
    ///
    /// # Errors
    /// As [`Self::open_as`]; also if a row has a class that the data set does not have, or repeats
    /// one of its clips.
    pub fn add_extra(&mut self, root: &Path) -> Result<Presence> {
        urban_sound::add_extra(self, root)
    }
}
