//! Chooses the training clips that are set aside for validation.

use super::Slice;
use crate::random::generator;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, BTreeSet};

/// Draws about `share` of every label's clips among the training clips `train` (indices into
/// `slices`), as whole recordings of official clips, by `seed`.
///
/// Recordings are drawn label by label (a recording counts for its first clip's label), at random,
/// as long as each brings the label nearer to its share; if the first one would bring it further
/// away, the smallest is drawn. The last recording that is left to train a label on is never drawn.
pub fn draw(slices: &[&Slice], train: &[usize], share: f64, seed: u64) -> BTreeSet<usize> {
    let mut pool = Pool::new(slices, train);
    let mut drawn = BTreeSet::new();
    if share <= 0.0 {
        return drawn;
    }
    for (label, mut recordings) in pool.candidates() {
        recordings.shuffle(&mut generator(seed, "validation", &[label as u64]));
        let clips: usize = recordings.iter().map(|recording| recording.len()).sum();
        let mut wanted = share * clips as f64;
        let mut taken = 0;
        for recording in &recordings {
            let size = recording.len() as f64;
            if size < 2.0 * wanted && pool.take(recording) {
                wanted -= size;
                taken += 1;
                drawn.extend(recording);
            }
        }
        if taken == 0 {
            recordings.sort_by_key(Vec::len);
            if let Some(smallest) = recordings.iter().find(|recording| pool.take(recording)) {
                drawn.extend(smallest);
            }
        }
    }
    drawn
}

/// The recordings of the training clips.
struct Pool<'a> {
    slices: &'a [&'a Slice],
    /// Clips by recording.
    recordings: BTreeMap<&'a str, Vec<usize>>,
    /// By label, how many of its recordings are left to train on.
    left: BTreeMap<usize, usize>,
}

impl<'a> Pool<'a> {
    fn new(slices: &'a [&'a Slice], train: &[usize]) -> Self {
        let mut recordings = BTreeMap::<_, Vec<_>>::new();
        for &index in train {
            recordings.entry(slices[index].recording.as_str()).or_default().push(index);
        }
        let mut pool = Self { slices, recordings, left: BTreeMap::new() };
        for recording in pool.recordings.values() {
            for label in labels_of(slices, recording) {
                *pool.left.entry(label).or_default() += 1;
            }
        }
        pool
    }

    /// Returns recordings of official clips only, by label; each is a list of clips.
    fn candidates(&self) -> BTreeMap<usize, Vec<Vec<usize>>> {
        let mut by_label = BTreeMap::<usize, Vec<_>>::new();
        for recording in self.recordings.values() {
            let first = recording.first().map(|&index| self.slices[index].label);
            let official = recording.iter().all(|&index| self.slices[index].official);
            if let Some(label) = first.filter(|_| official) {
                by_label.entry(label).or_default().push(recording.clone());
            }
        }
        by_label
    }

    /// Takes a recording out, unless it is the last one of any of its labels.
    fn take(&mut self, recording: &[usize]) -> bool {
        let labels = labels_of(self.slices, recording);
        if labels.iter().any(|label| self.left.get(label).is_none_or(|left| *left < 2)) {
            return false;
        }
        for label in labels {
            self.left.entry(label).and_modify(|left| *left -= 1);
        }
        true
    }
}

fn labels_of(slices: &[&Slice], clips: &[usize]) -> BTreeSet<usize> {
    clips.iter().flat_map(|&index| slices[index].labels.iter().copied()).collect()
}
