//! Makes splits that ignore recordings, to show how misleading they are. No other module makes one,
//! and every other split is refused if a recording is in two of its parts.

use crate::experiment::method::Split;
use rand::seq::SliceRandom;
use sourcing_sound_train::random::generator;
use std::collections::BTreeSet;

/// Returns a shuffled split for every official one, with parts of the same sizes, so that the two
/// differ only in which clips are in which part. They draw from all clips of the official splits;
/// only `testable` ones are tested, none twice.
pub fn shuffled(official: &[Split], testable: impl Fn(usize) -> bool, seed: u64) -> Vec<Split> {
    let parts = official.iter().flat_map(|split| [&split.train, &split.validation, &split.test]);
    let clips: BTreeSet<usize> = parts.flatten().copied().collect();
    let (mut candidates, only_training): (Vec<_>, Vec<_>) =
        clips.into_iter().partition(|&clip| testable(clip));
    candidates.shuffle(&mut generator(seed, "shuffled test", &[]));
    let mut first = 0;
    let mut splits = Vec::with_capacity(official.len());
    for (index, like) in official.iter().enumerate() {
        let tested = first..(first + like.test.len()).min(candidates.len());
        first = tested.end;
        let others = [&candidates[..tested.start], &candidates[tested.end..]];
        let mut rest = [others[0], others[1], &only_training].concat();
        rest.shuffle(&mut generator(seed, "shuffled rest", &[index as u64]));
        let validation = rest.split_off(rest.len().saturating_sub(like.validation.len()));
        rest.truncate(like.train.len());
        splits.push(Split {
            name: format!("shuffled {}", like.name),
            train: sorted(rest),
            validation: sorted(validation),
            test: sorted(candidates[tested].to_vec()),
            dropped: 0,
        });
    }
    splits
}

/// Sorts a part: its order does not matter, and equal parts must have equal keys.
fn sorted(mut part: Vec<usize>) -> Vec<usize> {
    part.sort_unstable();
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn official() -> Vec<Split> {
        let clips = |range: std::ops::Range<usize>| range.collect::<Vec<_>>();
        vec![
            Split {
                name: "1".into(),
                train: clips(12..28),
                validation: clips(28..30),
                test: clips(0..10),
                dropped: 2,
            },
            Split {
                name: "2-3".into(),
                train: clips(0..9),
                validation: clips(9..10),
                test: clips(10..30),
                dropped: 0,
            },
        ]
    }

    #[test]
    fn parts_have_the_official_sizes_and_share_no_clip() {
        let official = official();
        let splits = shuffled(&official, |_| true, 1);
        let mut tested = BTreeSet::new();
        for (split, official) in splits.iter().zip(&official) {
            let sizes = |s: &Split| (s.train.len(), s.validation.len(), s.test.len());
            assert_eq!(sizes(split), sizes(official));
            let all: BTreeSet<_> =
                [&split.train, &split.validation, &split.test].into_iter().flatten().collect();
            let (train, validation, test) = sizes(split);
            assert_eq!(all.len(), train + validation + test, "a clip is in two parts");
            assert!(split.test.iter().all(|clip| tested.insert(*clip)), "tested twice");
            assert_ne!(split.test, official.test, "nothing was shuffled");
        }
        assert_eq!(splits[1].name, "shuffled 2-3");
        assert_eq!(splits, shuffled(&official, |_| true, 1));
        assert_ne!(splits, shuffled(&official, |_| true, 2));
    }

    #[test]
    fn clips_that_only_train_are_never_tested() {
        for seed in 0..20 {
            for split in shuffled(&official(), |clip| clip != 15, seed) {
                assert!(!split.test.contains(&15));
            }
        }
    }
}
