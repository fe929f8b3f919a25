//! Opening a data set: which layout a folder has, and the reader for it.

use super::clips::{Dataset, Presence};
use super::{Layout, error, esc, folders, freesound, urban_sound};
use anyhow::{Result, ensure};
use std::path::Path;

impl Layout {
    /// The layout of the folder `root`. The tables decide; without one, folders that belong to
    /// one of the published sets (`audio`, `fold1`, `train_noisy`, …) are not taken for labels.
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
    /// Reads the data set at `root`, whichever layout it has.
    ///
    /// # Errors
    /// If `root` has none of the layouts, as the error then lists; or as [`Self::open_as`].
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_as(root, None)
    }

    /// Reads the data set at `root` in a given layout, or in the one that it has.
    ///
    /// # Errors
    /// If a file or folder cannot be read, a table is not CSV or lacks columns, a row makes no
    /// sense or contradicts another one, or not a single clip is there.
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

    /// Adds clips that only train, from a folder with `metadata.csv` (UrbanSound8K's columns but
    /// salience) and `audio/foldN/`. Returns how many of its rows are there.
    ///
    /// # Errors
    /// As [`Self::open_as`]; also if a row has a class that the data set does not have, or is one
    /// of its clips.
    pub fn add_extra(&mut self, root: &Path) -> Result<Presence> {
        urban_sound::add_extra(self, root)
    }
}
