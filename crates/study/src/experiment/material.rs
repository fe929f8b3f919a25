//! The clips of an experiment: which of the data set's are used, and the folds to test.

use crate::experiment::method::Preparation;
use crate::experiment::record::DataFacts;
use anyhow::Result;
use rand::seq::SliceRandom;
use sourcing_sound_train::data::dataset::{
    Dataset, FindingKind, Folds, Slice, Split, check_groups,
};
use sourcing_sound_train::random::generator;
use std::collections::{BTreeMap, BTreeSet};

/// A data set with the folds to test.
pub struct Material {
    /// The data set, with its clips thinned out if a limit was given.
    pub dataset: Dataset,
    /// Folds to test together, each in one group.
    pub groups: Vec<BTreeSet<u32>>,
    limit: Option<usize>,
}

impl Material {
    /// Keeps at most `limit` clips of each fold and label. Without `groups`, tests those of the
    /// data set.
    pub fn new(
        mut dataset: Dataset,
        groups: &[BTreeSet<u32>],
        limit: Option<usize>,
        seed: u64,
    ) -> Result<Self> {
        let mut groups = groups.to_vec();
        if groups.is_empty() {
            groups = dataset.folds().groups();
        }
        let present: BTreeSet<_> = dataset.slices.iter().map(|slice| slice.fold).collect();
        check_groups(&groups, &present)?;
        if let Some(limit) = limit {
            thin_out(&mut dataset.slices, limit, seed);
        }
        Ok(Self { dataset, groups, limit })
    }

    /// Returns a split for every group, along the folds.
    pub fn official(
        &self,
        usable: &[bool],
        validation_share: f64,
        seed: u64,
    ) -> Result<Vec<Split>> {
        let folds: Folds<'_> = self.dataset.folds();
        let split = |group| folds.split(group, usable, validation_share, seed);
        self.groups.iter().map(split).collect()
    }

    /// Describes the data, given which clips have features.
    pub fn facts(&self, preparation: &Preparation) -> DataFacts {
        let Dataset { slices, presence, training_only, findings, .. } = &self.dataset;
        let used = slices.iter().zip(&preparation.usable).filter(|(_, usable)| **usable);
        let used: Vec<_> = used.map(|(slice, _)| slice).collect();
        let recordings: BTreeSet<_> = used.iter().map(|slice| slice.recording.as_str()).collect();
        let mut left_out = BTreeMap::<String, usize>::new();
        for (kind, names) in findings.iter().filter(|(kind, _)| leaves_out(*kind)) {
            left_out.insert(kind.name().to_owned(), names.len());
        }
        if !preparation.failures.is_empty() {
            *left_out.entry(FindingKind::Unreadable.name().to_owned()).or_default() +=
                preparation.failures.len();
        }
        let rows = presence.values().map(|fold| fold.rows).sum::<usize>() + training_only.rows;
        DataFacts {
            layout: self.dataset.layout.name().to_owned(),
            clips: used.len(),
            rows,
            recordings: recordings.len(),
            left_out,
            clips_limit: self.limit,
        }
    }
}

/// Returns whether a finding costs a clip.
fn leaves_out(kind: FindingKind) -> bool {
    use FindingKind::{EmptyLabel, FileWithoutRow, MissingFile, UnknownLabel, Unreadable};
    matches!(kind, MissingFile | Unreadable | EmptyLabel | UnknownLabel | FileWithoutRow)
}

/// Keeps at most `limit` clips of each fold and label, from as many recordings as possible:
/// every recording gives one clip before any gives a second one.
fn thin_out(slices: &mut Vec<Slice>, limit: usize, seed: u64) {
    let mut order: Vec<usize> = (0..slices.len()).collect();
    order.shuffle(&mut generator(seed, "clips", &[]));
    let mut of_recording = BTreeMap::<(u32, usize, &str), usize>::new();
    let mut turns: Vec<(usize, usize)> = Vec::with_capacity(order.len());
    for (rank, &index) in order.iter().enumerate() {
        let Slice { fold, label, recording, .. } = &slices[index];
        let turn = of_recording.entry((*fold, *label, recording)).or_default();
        turns.push((*turn, rank));
        *turn += 1;
    }
    turns.sort_unstable();
    let mut taken = BTreeMap::<(u32, usize), usize>::new();
    let mut keep = vec![false; slices.len()];
    for (_, rank) in turns {
        let index = order[rank];
        let taken = taken.entry((slices[index].fold, slices[index].label)).or_default();
        keep[index] = *taken < limit;
        *taken += 1;
    }
    let mut keep = keep.into_iter();
    slices.retain(|_| keep.next().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use super::*;
    use sourcing_sound_train::fixtures::slice;

    /// Returns clips of two folds and two labels, from three recordings each with four clips.
    fn slices() -> Vec<Slice> {
        let mut slices = Vec::new();
        for n in 0..48usize {
            let mut slice = slice(&n.to_string(), n as u32 / 24 + 1, n / 12 % 2);
            slice.recording = format!("r{}", n / 4);
            slices.push(slice);
        }
        slices
    }

    #[test]
    fn every_recording_gives_a_clip_before_any_gives_two() {
        for seed in 0..5 {
            for (limit, recordings) in [(2, 2), (3, 3), (4, 3)] {
                let mut kept = slices();
                thin_out(&mut kept, limit, seed);
                assert_eq!(kept.len(), 4 * limit);
                for (fold, label) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
                    let cell = kept.iter().filter(|s| (s.fold, s.label) == (fold, label));
                    let distinct: BTreeSet<_> = cell.map(|s| s.recording.clone()).collect();
                    assert_eq!(distinct.len(), recordings);
                }
                let mut again = slices();
                thin_out(&mut again, limit, seed);
                assert_eq!(kept, again);
            }
        }
        let mut all = slices();
        thin_out(&mut all, 100, 1);
        assert_eq!(all, slices());
    }
}
