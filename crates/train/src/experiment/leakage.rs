//! Splits that ignore recordings, to show what they are worth. This is the only place that can
//! make one: [`Shuffled`] has no other constructor, and every other split is refused when a
//! recording stands in two of its parts.

use crate::experiment::method::Split;
use crate::random::generator;
use rand::seq::SliceRandom;

/// A split drawn clip by clip: near-copies of a tested clip may be trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct Shuffled(Split);

impl Shuffled {
    /// The clips of the split.
    pub fn split(&self) -> &Split {
        &self.0
    }
}

/// A shuffled split beside every official one, with parts of the same sizes, so that both
/// differ in nothing but who stands where. They draw from the clips that the official splits
/// test; no clip is tested twice.
pub fn shuffled(official: &[Split], seed: u64) -> Vec<Shuffled> {
    let mut clips: Vec<usize> = official.iter().flat_map(|split| split.test.clone()).collect();
    clips.sort_unstable();
    clips.dedup();
    clips.shuffle(&mut generator(seed, "shuffled test", &[]));
    let mut first = 0;
    let mut splits = Vec::with_capacity(official.len());
    for (index, like) in official.iter().enumerate() {
        let tested = first..(first + like.test.len()).min(clips.len());
        first = tested.end;
        let mut rest = [&clips[..tested.start], &clips[tested.end..]].concat();
        rest.shuffle(&mut generator(seed, "shuffled rest", &[index as u64]));
        let validation = rest.split_off(rest.len().saturating_sub(like.validation.len()));
        rest.truncate(like.train.len());
        splits.push(Shuffled(Split {
            name: format!("shuffled {}", like.name),
            train: sorted(rest),
            validation: sorted(validation),
            test: sorted(clips[tested].to_vec()),
            dropped: 0,
        }));
    }
    splits
}

/// The order of a part decides nothing; sorted, the same part always has the same key.
fn sorted(mut part: Vec<usize>) -> Vec<usize> {
    part.sort_unstable();
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

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
        let splits = shuffled(&official, 1);
        let mut tested = BTreeSet::new();
        for (shuffled, official) in splits.iter().zip(&official) {
            let split = shuffled.split();
            let sizes = |s: &Split| (s.train.len(), s.validation.len(), s.test.len());
            assert_eq!(sizes(split), sizes(official));
            let all: BTreeSet<_> =
                [&split.train, &split.validation, &split.test].into_iter().flatten().collect();
            let (train, validation, test) = sizes(split);
            assert_eq!(all.len(), train + validation + test, "a clip stands in two parts");
            assert!(split.test.iter().all(|clip| tested.insert(*clip)), "tested twice");
            assert_ne!(split.test, official.test, "nothing was shuffled");
        }
        assert_eq!(splits[1].split().name, "shuffled 2-3");
        assert_eq!(splits, shuffled(&official, 1));
        assert_ne!(splits, shuffled(&official, 2));
    }
}
