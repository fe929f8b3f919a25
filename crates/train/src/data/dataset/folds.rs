//! Divides clips into training, validation and test: by whole recordings, along the folds. Nothing
//! else divides clips.

use super::{Dataset, Layout, NO_FOLD, Presence, Slice, validation};
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The number of folds for sets without folds.
const HASH_FOLDS: u64 = 5;

/// Indices of clips by their part, ascending. A recording is never in two parts, except in
/// the shuffled splits of the experiment `leakage`.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Tested folds, such as `1` or `3-9`.
    pub name: String,
    /// Clips to train on.
    pub train: Vec<usize>,
    /// Clips for the training curve, early stopping and choices, from the training folds.
    pub validation: Vec<usize>,
    /// Clips to test.
    pub test: Vec<usize>,
    /// Clips that were excluded from training because their recording is in a tested fold.
    pub dropped: usize,
}

/// The clips of one stage, which leaves out folds.
pub struct Division<'a, T> {
    /// Clips to train on.
    pub train: Vec<&'a T>,
    /// Official clips left out.
    pub test: Vec<&'a T>,
    /// Clips that were excluded from training because their recording is in a left-out fold.
    pub dropped: usize,
}

/// The folds of some clips.
#[derive(Clone, Debug)]
pub struct Folds<'a> {
    slices: Vec<&'a Slice>,
    presence: &'a BTreeMap<u32, Presence>,
    official: bool,
}

/// Checks groups of folds to leave out.
///
/// # Errors
/// If a fold is not among those that are `present`, or is left out twice.
pub fn check_groups(groups: &[BTreeSet<u32>], present: &BTreeSet<u32>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for fold in groups.iter().flatten() {
        ensure!(
            present.contains(fold),
            "fold {fold} has no clips here; there are some in {}",
            format_folds(present)
        );
        ensure!(seen.insert(fold), "fold {fold} is left out twice");
    }
    Ok(())
}

impl Dataset {
    /// Returns the folds, the only way to divide the clips.
    pub fn folds(&self) -> Folds<'_> {
        Folds::over(&self.slices, &self.presence, self.layout)
    }
}

impl<'a> Folds<'a> {
    /// Creates the folds of clips of a data set in a layout; `presence` is the data set's.
    pub fn over(
        slices: impl IntoIterator<Item = &'a Slice>,
        presence: &'a BTreeMap<u32, Presence>,
        layout: Layout,
    ) -> Self {
        let slices = slices.into_iter().collect();
        Self { slices, presence, official: layout.has_official_folds() }
    }

    /// Returns groups of folds to test together, such that each fold is tested once.
    ///
    /// A fold is tested alone, so that its result can be compared with published ones. Incomplete
    /// official folds allow no such comparison; they form one group, after the complete ones. If no
    /// fold is complete, each is tested alone, because otherwise nothing would be left to train on.
    pub fn groups(&self) -> Vec<BTreeSet<u32>> {
        let with_clips = self.presence.iter().filter(|(_, presence)| presence.present > 0);
        let (whole, parts): (Vec<_>, Vec<_>) = with_clips
            .partition(|(_, presence)| !self.official || presence.present == presence.rows);
        let together = !whole.is_empty();
        let mut groups: Vec<_> = whole.iter().map(|(fold, _)| BTreeSet::from([**fold])).collect();
        let parts = parts.into_iter().map(|(fold, _)| *fold);
        if together {
            groups.extend(Some(parts.collect()).filter(|group: &BTreeSet<_>| !group.is_empty()));
        } else {
            groups.extend(parts.map(|fold| BTreeSet::from([fold])));
        }
        groups
    }

    /// Tests the usable official clips of the folds `test` and trains on the usable clips of the
    /// other folds, except clips of tested recordings. Without folds to test, all clips train.
    ///
    /// About `validation_share` (from 0, below 1) of every label's training clips are set aside for
    /// validation: whole recordings of official clips, drawn by `seed`. Each label keeps at least
    /// one recording to train on, so a label with a single recording has none in validation.
    ///
    /// # Errors
    /// If `usable` does not have a flag for each clip, a share is out of range, or nothing would be
    /// left to test or to train on.
    pub fn split(
        &self,
        test: &BTreeSet<u32>,
        usable: &[bool],
        validation_share: f64,
        seed: u64,
    ) -> Result<Split> {
        let (expected, actual) = (self.slices.len(), usable.len());
        ensure!(expected == actual, "expected a flag for each of {expected} clips, got {actual}");
        ensure!(
            (0.0..1.0).contains(&validation_share),
            "expected a validation share of at least 0 and below 1, got {validation_share}"
        );
        let all_usable = (0..self.slices.len()).filter(|&index| usable[index]);
        let (held_out, mut train): (Vec<_>, Vec<_>) =
            all_usable.partition(|&index| test.contains(&self.slices[index].fold));
        let tested = self.select(&held_out, |slice| slice.official);
        let name = format_folds(&self.folds_of(&tested));
        if tested.is_empty() && !test.is_empty() {
            let official = self.select(&train, |slice| slice.official);
            let (wanted, present) = (format_folds(test), format_folds(&self.folds_of(&official)));
            match present.is_empty() {
                true => bail!("folds {wanted} have no usable clips, nor has any other"),
                false => bail!("folds {wanted} have no usable clips; there are some in {present}"),
            }
        }
        // A few recordings with several classes are in two official folds.
        let recordings = self.recordings(&held_out);
        let before = train.len();
        train.retain(|&index| !recordings.contains(self.slices[index].recording.as_str()));
        let dropped = before - train.len();
        ensure!(!train.is_empty(), "no clips are left to train on when folds {name} are tested");
        let drawn = validation::draw(&self.slices, &train, validation_share, seed);
        let (validation, train) = train.into_iter().partition(|index| drawn.contains(index));
        let split = Split { name, train, validation, test: tested, dropped };
        self.refuse_shared(&split)?;
        Ok(split)
    }

    /// Splits clips, all of them usable, without validation: `clips` are those of these folds.
    pub fn leave_out<'c, T>(
        &self,
        test: &BTreeSet<u32>,
        clips: &'c [T],
    ) -> Result<Division<'c, T>> {
        let split = self.split(test, &vec![true; clips.len()], 0.0, 0)?;
        let of = |indices: &[usize]| indices.iter().map(|&index| &clips[index]).collect();
        Ok(Division { train: of(&split.train), test: of(&split.test), dropped: split.dropped })
    }

    fn select(&self, indices: &[usize], keep: impl Fn(&Slice) -> bool) -> Vec<usize> {
        indices.iter().copied().filter(|&index| keep(self.slices[index])).collect()
    }

    fn folds_of(&self, indices: &[usize]) -> BTreeSet<u32> {
        let folds = indices.iter().map(|&index| self.slices[index].fold);
        folds.filter(|&fold| fold != NO_FOLD).collect()
    }

    fn recordings(&self, indices: &[usize]) -> BTreeSet<&'a str> {
        indices.iter().map(|&index| self.slices[index].recording.as_str()).collect()
    }

    fn refuse_shared(&self, split: &Split) -> Result<()> {
        let mut seen = BTreeSet::new();
        for part in [&split.train, &split.validation, &split.test] {
            let recordings = self.recordings(part);
            if let Some(shared) = recordings.intersection(&seen).next() {
                // Only a bug in this program leads here.
                bail!("recording {shared:?} would be in two of training, validation, test");
            }
            seen.extend(recordings);
        }
        Ok(())
    }
}

/// Returns the fold, from 1 to 5, of a recording in a set without folds: the first eight bytes of
/// the SHA-256 of its name, little-endian, modulo five.
pub fn hash_fold(recording: &str) -> u32 {
    let digest = Sha256::digest(recording.as_bytes());
    let number = digest.iter().take(8).rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    (number % HASH_FOLDS) as u32 + 1
}

/// Parses a group of folds such as `1`, `3-9` or `1,4`.
pub fn parse_folds(text: &str) -> Result<BTreeSet<u32>> {
    let mut folds = BTreeSet::new();
    for part in text.split(',') {
        let number = |text: &str| {
            let number = text.trim().parse::<u32>().ok().filter(|fold| (1..=1000).contains(fold));
            number.with_context(|| format!("{text:?} is not a fold, such as 1 or 3-9"))
        };
        match part.split_once('-') {
            Some((first, last)) => folds.extend(number(first)?..=number(last)?),
            None => folds.extend([number(part)?]),
        }
    }
    ensure!(!folds.is_empty(), "{text:?} holds no folds");
    Ok(folds)
}

/// Formats a group of folds in the shortest way: `1`, `3-9`, `1,4-5`.
pub fn format_folds(folds: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &fold in folds {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == fold => *last = fold,
            _ => runs.push((fold, fold)),
        }
    }
    let run = |&(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}
