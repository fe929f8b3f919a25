use super::{folds_of, put};
use crate::data::dataset::{
    Dataset, Folds, Layout, NO_FOLD, Presence, Slice, format_folds, parse_folds,
};
use crate::random::generator;
use rand::RngExt;
use std::collections::{BTreeMap, BTreeSet};

fn clip(recording: &str, fold: u32, labels: &[usize], official: bool) -> Slice {
    Slice {
        path: "x.wav".into(),
        stem: String::new(),
        recording: recording.into(),
        fold,
        label: labels[0],
        labels: labels.to_vec(),
        seconds: None,
        official,
    }
}

/// Returns presence by fold, counted from 1, from pairs of `(present, rows)`.
fn presence(folds: &[(usize, usize)]) -> BTreeMap<u32, Presence> {
    (1..).zip(folds).map(|(fold, &(present, rows))| (fold, Presence { present, rows })).collect()
}

fn groups(folds: &[(usize, usize)], layout: Layout) -> Vec<String> {
    Folds::over([], &presence(folds), layout).groups().iter().map(format_folds).collect()
}

#[test]
fn complete_folds_are_tested_alone_and_incomplete_ones_together() {
    let urban = Layout::UrbanSound8k;
    assert_eq!(groups(&[(9, 9), (8, 8), (7, 7)], urban), ["1", "2", "3"]);
    assert_eq!(groups(&[(1, 9), (8, 8), (5, 7), (0, 4), (3, 3)], urban), ["2", "5", "1,3"]);
    assert_eq!(groups(&[(9, 9), (8, 8), (5, 7), (1, 2), (0, 8)], urban), ["1", "2", "3-4"]);
    assert_eq!(groups(&[(1, 9), (7, 8), (0, 3)], urban), ["1", "2"], "no fold is whole");
    assert_eq!(groups(&[(1, 9), (8, 8)], Layout::Folders), ["1", "2"], "hashed folds are alike");
    assert!(groups(&[(0, 9)], urban).is_empty());
}

#[test]
fn tested_recordings_are_excluded_from_training() {
    let slices = [
        clip("1", 1, &[0], true),
        clip("1", 2, &[0], true),
        clip("2", 2, &[0], true),
        clip("3", 1, &[0], false),
        clip("3", 2, &[0], false),
        clip("4", NO_FOLD, &[0], false),
        clip("5", 2, &[0], true),
    ];
    let presence = presence(&[(1, 1), (3, 3)]);
    let folds = Folds::over(&slices, &presence, Layout::UrbanSound8k);
    let usable = [true, true, true, true, true, true, false];
    let split = folds.split(&BTreeSet::from([1]), &usable, 0.0, 1).unwrap();
    assert_eq!(split.name, "1");
    assert_eq!(split.test, [0], "what only trains is not tested");
    assert_eq!(split.train, [2, 5], "what has no fold always trains; what is not usable never");
    assert_eq!((split.validation.len(), split.dropped), (0, 2));
    let everything = folds.split(&BTreeSet::new(), &usable, 0.0, 1).unwrap();
    assert_eq!((everything.train.len(), everything.test.len(), everything.dropped), (6, 0, 0));
}

#[test]
fn data_that_cannot_be_split_give_a_reason() {
    let slices = [clip("1", 1, &[0], true), clip("2", 2, &[0], true)];
    let presence = presence(&[(1, 1), (1, 1)]);
    let folds = Folds::over(&slices, &presence, Layout::UrbanSound8k);
    let (one, both) = (BTreeSet::from([1]), BTreeSet::from([1, 2]));
    let split = |test: &BTreeSet<u32>, usable: &[bool], share| folds.split(test, usable, share, 1);
    let error = split(&one, &[true], 0.0).unwrap_err();
    assert_eq!(error.to_string(), "expected a flag for each of 2 clips, got 1");
    for share in [-0.1, 1.0, f64::NAN] {
        let error = split(&one, &[true, true], share).unwrap_err();
        assert!(error.to_string().contains("expected a validation share"), "{error}");
    }
    let error = split(&BTreeSet::from([3]), &[true, true], 0.0).unwrap_err();
    assert_eq!(error.to_string(), "folds 3 have no usable clips; there are some in 1-2");
    let error = split(&one, &[false, false], 0.0).unwrap_err();
    assert_eq!(error.to_string(), "folds 1 have no usable clips, nor has any other");
    let error = split(&both, &[true, true], 0.0).unwrap_err();
    assert_eq!(error.to_string(), "no clips are left to train on when folds 1-2 are tested");
    let named = folds.split(&BTreeSet::from([2, 7]), &[true, true], 0.0, 1).unwrap();
    assert_eq!(named.name, "2", "a fold that is not tested is not in the name");
}

#[test]
fn validation_takes_whole_recordings_of_every_label_that_has_two() {
    let mut slices = Vec::new();
    for recording in 0..40 {
        let slice = clip(&format!("a{recording}"), 2, &[0], true);
        slices.extend(std::iter::repeat_n(slice, 1 + recording % 5));
    }
    slices.extend((0..2).map(|n| clip(&format!("b{n}"), 2, &[1], true)));
    slices.extend((0..9).map(|_| clip("only", 2, &[2], true)));
    slices.extend((0..30).map(|n| clip(&format!("extra{n}"), NO_FOLD, &[3], false)));
    slices.push(clip("tested", 1, &[0], true));
    let presence = presence(&[(1, 1), (131, 131)]);
    let folds = Folds::over(&slices, &presence, Layout::UrbanSound8k);
    let split =
        |seed| folds.split(&BTreeSet::from([1]), &vec![true; slices.len()], 0.1, seed).unwrap();
    let mut different = BTreeSet::new();
    for seed in 0..20 {
        let drawn = split(seed);
        assert_eq!(drawn, split(seed), "a seed decides");
        let of = |label| drawn.validation.iter().filter(|&&i| slices[i].label == label).count();
        assert!((10..=14).contains(&of(0)), "{} of 120 at 10%", of(0));
        assert_eq!(of(1), 1, "a small label gives one recording and keeps one");
        assert_eq!(of(2), 0, "a label's only recording trains");
        assert_eq!(of(3), 0, "what is not official only trains");
        different.insert(drawn.validation);
    }
    assert!(different.len() > 15, "another seed draws others");
}

#[test]
fn no_label_loses_its_last_recording_to_validation() {
    // Every recording has two labels; drawing for one must not leave the other without training
    // clips.
    let slices: Vec<_> =
        (0..6).map(|n| clip(&n.to_string(), 2, &[n % 2, 2 + n / 2], true)).collect();
    let presence = presence(&[(0, 0), (6, 6)]);
    let folds = Folds::over(&slices, &presence, Layout::Freesound);
    for seed in 0..50 {
        let split = folds.split(&BTreeSet::new(), &[true; 6], 0.5, seed).unwrap();
        assert!(!split.validation.is_empty());
        let trained = split.train.iter().flat_map(|&index| slices[index].labels.iter().copied());
        assert_eq!(trained.collect::<BTreeSet<_>>(), (0..5).collect(), "seed {seed}");
    }
}

/// Returns a data set of random shape: recordings in several folds, labels and parts.
fn random_clips(seed: u64) -> (Vec<Slice>, BTreeMap<u32, Presence>, Vec<bool>) {
    let mut rng = generator(seed, "data set", &[]);
    let (recordings, folds, labels) =
        (rng.random_range(3..60), rng.random_range(2..7u32), rng.random_range(1..6usize));
    let mut presence = BTreeMap::<u32, Presence>::new();
    let mut slices = Vec::new();
    for _ in 0..rng.random_range(20..200) {
        let recording = rng.random_range(0..recordings).to_string();
        let official = rng.random_range(0..5) > 0;
        let fold = if official || rng.random() { rng.random_range(1..=folds) } else { NO_FOLD };
        let mut of_clip = vec![rng.random_range(0..labels)];
        let second = rng.random_range(0..labels);
        if rng.random() && second != of_clip[0] {
            of_clip.push(second);
        }
        if official {
            presence.entry(fold).or_default().add(true);
            // Some folds are incomplete.
            presence.entry(fold).or_default().rows += usize::from(fold % 2 == 0);
        }
        slices.push(clip(&recording, fold, &of_clip, official));
    }
    let usable = slices.iter().map(|_| rng.random_range(0..10) > 0).collect();
    (slices, presence, usable)
}

#[test]
fn the_rules_hold_for_any_data_set_and_seed() {
    let mut splits = 0;
    for seed in 0..300 {
        let (slices, presence, usable) = random_clips(seed);
        let folds = Folds::over(&slices, &presence, Layout::UrbanSound8k);
        let groups = folds.groups();
        let mut tested = Vec::new();
        for group in &groups {
            let split = match folds.split(group, &usable, 0.2, seed) {
                Ok(split) => split,
                Err(error) if !error.to_string().starts_with("recording ") => {
                    let clips = (0..slices.len()).filter(|&index| {
                        usable[index]
                            && slices[index].official
                            && group.contains(&slices[index].fold)
                    });
                    tested.extend(clips);
                    continue;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            };
            splits += 1;
            let mut part_of = BTreeMap::new();
            let parts = [&split.train, &split.validation, &split.test];
            for (part, clips) in parts.into_iter().enumerate() {
                for &index in clips {
                    let slice = &slices[index];
                    assert!(usable[index], "seed {seed}");
                    assert_eq!(
                        *part_of.entry(&slice.recording).or_insert(part),
                        part,
                        "seed {seed}"
                    );
                    assert_eq!(part == 2, group.contains(&slice.fold), "seed {seed}");
                    assert!(part == 0 || slice.official, "seed {seed}");
                }
                assert!(clips.is_sorted(), "seed {seed}");
            }
            tested.extend(split.test);
        }
        tested.sort_unstable();
        let official = (0..slices.len()).filter(|&i| usable[i] && slices[i].official);
        assert_eq!(tested, official.collect::<Vec<_>>(), "seed {seed}: each clip once");
    }
    assert!(splits > 500, "{splits} splits were looked at");
}

#[test]
fn folds_of_a_folder_tree_are_tested_in_turn() {
    let root = tempfile::tempdir().unwrap();
    for n in 0..60 {
        put(root.path(), &format!("{}/r{}__{n}.wav", ["a", "b"][n % 2], n / 3), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(folds_of(&dataset), ["1", "2", "3", "4", "5"]);
    let folds = dataset.folds();
    let tested = folds
        .groups()
        .into_iter()
        .flat_map(|group| folds.split(&group, &[true; 60], 0.1, 3).unwrap().test);
    assert_eq!(tested.collect::<BTreeSet<_>>().len(), 60);
}

#[test]
fn groups_of_folds_are_read_and_written() {
    for (text, folds) in
        [("1", vec![1]), ("3-9", (3..=9).collect()), ("1,4-5,10", vec![1, 4, 5, 10])]
    {
        let parsed = parse_folds(text).unwrap();
        assert_eq!(parsed, folds.into_iter().collect());
        assert_eq!(format_folds(&parsed), text);
    }
    for text in ["", "0", "a", "1-", "5-3", "1-99999999"] {
        assert!(parse_folds(text).is_err(), "{text:?}");
    }
}
