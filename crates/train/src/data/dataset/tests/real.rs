//! Tests on the data sets themselves, if they are next to the repository.

use super::{folds_of, names};
use crate::data::dataset::{Dataset, FindingKind, Layout};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Returns the folder of a set, or `None` after printing that the test is skipped.
fn folder(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if root.exists() {
        return Some(root);
    }
    // Written directly to the terminal, because the harness hides the output of passing tests.
    let line = format!("skipped: {name} is not there: {}\n", root.display());
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

/// Checks that no recording is in two of training, validation and test, and that every official
/// clip is tested exactly once, whatever the seed.
fn assert_splits(dataset: &Dataset) {
    let folds = dataset.folds();
    let usable = vec![true; dataset.slices.len()];
    for seed in 0..3 {
        let mut tested = Vec::new();
        for group in folds.groups() {
            let split = folds.split(&group, &usable, 0.1, seed).unwrap();
            let recordings = |part: &[usize]| -> BTreeSet<&str> {
                part.iter().map(|&index| dataset.slices[index].recording.as_str()).collect()
            };
            let parts = [&split.train, &split.validation, &split.test].map(|part| recordings(part));
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                assert!(parts[a].is_disjoint(&parts[b]), "seed {seed}, folds {}", split.name);
            }
            let clips = split.train.len() + split.validation.len();
            let share = split.validation.len() as f64 / clips as f64;
            assert!((0.05..0.15).contains(&share), "{share} of folds {}", split.name);
            assert_eq!(clips + split.test.len() + split.dropped, dataset.slices.len());
            tested.extend(split.test);
        }
        tested.sort_unstable();
        assert_eq!(tested, (0..dataset.slices.len()).collect::<Vec<_>>());
    }
}

#[test]
fn urban_sound_8k() {
    let Some(root) = folder("UrbanSound8K") else { return };
    let dataset = Dataset::open(&root).unwrap();
    assert_eq!(dataset.layout, Layout::UrbanSound8k);
    assert_eq!(dataset.total().rows, 8_732);
    assert_eq!(dataset.labels.len(), 10);
    assert_eq!(dataset.labels[3], "dog_bark");
    assert_eq!(dataset.presence[&1].rows, 873);
    assert_eq!(dataset.slices.len(), dataset.total().present);
    let missing = dataset.findings.count(FindingKind::MissingFile);
    assert_eq!(missing, dataset.total().rows - dataset.total().present);
    assert_eq!(dataset.findings.iter().count(), usize::from(missing > 0), "{}", dataset.findings);
    let expected = if missing > 0 { "1 2 3-9" } else { "1 2 3 4 5 6 7 8 9 10" };
    assert_eq!(folds_of(&dataset).join(" "), expected);
    assert_splits(&dataset);
}

/// Five recordings have several classes and are in two folds.
#[test]
fn recordings_of_two_folds_are_kept_from_training() {
    let Some(root) = folder("UrbanSound8K") else { return };
    let dataset = Dataset::open(&root).unwrap();
    let usable = vec![true; dataset.slices.len()];
    let split = dataset.folds().split(&BTreeSet::from([1]), &usable, 0.0, 1).unwrap();
    let in_two = |index: &&usize| {
        ["106905", "132016", "176638", "180937"]
            .contains(&dataset.slices[**index].recording.as_str())
    };
    assert!(split.test.iter().any(|index| in_two(&index)));
    assert!(!split.train.iter().any(|index| in_two(&index)));
    assert!(split.dropped > 0, "or this data set holds none of them");
}

#[test]
fn esc_10() {
    let Some(root) = folder("ESC-10") else { return };
    let dataset = Dataset::open(&root).unwrap();
    assert_eq!(dataset.layout, Layout::Esc10);
    assert_eq!((dataset.slices.len(), dataset.labels.len()), (400, 10));
    assert!(dataset.findings.is_empty(), "{}", dataset.findings);
    assert_eq!(folds_of(&dataset), ["1", "2", "3", "4", "5"]);
    assert!(names(&dataset, FindingKind::MissingFile).is_empty());
    assert_splits(&dataset);
}
