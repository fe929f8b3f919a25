use super::{names, put};
use crate::data::dataset::{Dataset, FindingKind, Layout, NO_FOLD, Presence};
use std::path::Path;

fn write(root: &Path, curated: &str, noisy: &str) {
    put(root, "train_curated.csv", format!("fname,labels\n{curated}"));
    put(root, "train_noisy.csv", format!("fname,labels\n{noisy}"));
}

#[test]
fn curated_clips_are_tested_and_noisy_ones_only_train() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        "b1.wav,\"Purr,Bark\"\na1.wav,Bark\nc1.wav,Meow\nd1.wav,Purr\n",
        "n1.wav,\"Purr,Drone,Purr\"\nn2.wav,Drone\nn3.wav,Bark\n",
    );
    for file in ["a1.wav", "b1.flac", "d1.wav"] {
        put(root.path(), &format!("train_curated/{file}"), "");
    }
    for file in ["n1.wav", "n2.wav", "unasked.wav"] {
        put(root.path(), &format!("train_noisy/{file}"), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.layout, Layout::Freesound);
    assert_eq!(dataset.labels, ["Bark", "Meow", "Purr"], "sorted, of the curated table");
    let clips = dataset.slices.iter();
    let clips: Vec<_> = clips.map(|s| (s.stem.as_str(), s.labels.as_slice(), s.official)).collect();
    let expected: [(_, &[usize], _); 4] =
        [("b1", &[2, 0], true), ("a1", &[0], true), ("d1", &[2], true), ("n1", &[2], false)];
    assert_eq!(clips, expected);
    assert_eq!(dataset.slices[0].label, 2, "the first one of the cell");
    let note = dataset.note_on_labels();
    assert!(note.starts_with("1 of 4 clips have several labels; only the first"), "{note}");
    assert_eq!(dataset.slices[0].recording, "b1");
    assert_eq!(dataset.slices[0].seconds, None);
    assert!(dataset.slices.iter().all(|s| (s.fold == NO_FOLD) != s.official && s.fold <= 5));
    assert_eq!(dataset.total(), Presence { present: 3, rows: 4 });
    assert_eq!(dataset.training_only, Presence { present: 1, rows: 3 });
    let unknown = names(&dataset, FindingKind::UnknownLabel);
    assert_eq!(unknown, ["Drone (n1.wav)", "Drone (n2.wav)"]);
    let missing = names(&dataset, FindingKind::MissingFile);
    assert_eq!(missing, ["train_curated/c1.wav", "train_noisy/n3.wav"]);
    assert_eq!(names(&dataset, FindingKind::FileWithoutRow), ["train_noisy/unasked.wav"]);
}

#[test]
fn empty_labels_are_counted_and_leave_the_clip_out_if_there_is_no_other() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a.wav,\nb.wav,\"Bark,\"\nc.wav,\" , \"\n", "");
    for file in ["a.wav", "b.wav", "c.wav"] {
        put(root.path(), &format!("train_curated/{file}"), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.labels, ["Bark"]);
    assert_eq!(dataset.slices.len(), 1);
    assert_eq!(names(&dataset, FindingKind::EmptyLabel), ["a.wav", "b.wav", "c.wav"]);
    assert_eq!(dataset.total(), Presence { present: 1, rows: 3 });
}

#[test]
fn a_file_of_both_tables_is_refused() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a.wav,Bark\n", "x.wav,Bark\na.wav,Bark\n");
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains(", line 3: "), "{error}");
    let text = error.to_string();
    assert!(text.contains("a.wav is in train_curated.csv, line 2, too"), "{text}");
}

#[test]
fn the_set_of_2018_states_by_row_what_was_verified() {
    let root = tempfile::tempdir().unwrap();
    let rows = "a.wav,Oboe,1\nb.wav,Flute,0\nc.wav,Flute,1\n";
    put(root.path(), "train.csv", format!("fname,label,manually_verified\n{rows}"));
    for file in ["a.wav", "b.wav", "c.wav"] {
        put(root.path(), &format!("audio_train/{file}"), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.labels, ["Flute", "Oboe"]);
    assert_eq!(dataset.note_on_labels(), "", "each has one");
    let official: Vec<_> = dataset.slices.iter().map(|s| (s.stem.as_str(), s.official)).collect();
    assert_eq!(official, [("a", true), ("c", true), ("b", false)]);
    assert!(dataset.findings.is_empty(), "{}", dataset.findings);
    put(root.path(), "train.csv", format!("fname,label,manually_verified\n{rows}d.wav,Oboe,2\n"));
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains("line 5: manually_verified is 0 or 1, got 2"), "{error}");
}

#[test]
fn the_folders_of_the_later_release_read_too() {
    let root = tempfile::tempdir().unwrap();
    let table = "FSDKaggle2019.meta/train_curated_post_competition.csv";
    put(root.path(), table, "fname,labels,freesound_id,license\na.wav,Bark,7,CC0\n");
    put(root.path(), "FSDKaggle2019.audio_train_curated/a.wav", "");
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!((dataset.layout, dataset.slices.len()), (Layout::Freesound, 1));
    assert!(dataset.findings.is_empty(), "{}", dataset.findings);
}

#[test]
fn a_table_without_a_labels_column_names_valid_ones() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "train_noisy.csv", "fname,tags\na.wav,Bark\n");
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains("missing column labels or label"), "{error}");
}

#[test]
fn eighty_labels_and_repeated_rows() {
    let root = tempfile::tempdir().unwrap();
    let row = |n: usize| format!("{n:04}.wav,\"Label_{:02},Label_{:02}\"\n", n % 80, (n + 1) % 80);
    let rows: String = (0..400).map(row).collect();
    write(root.path(), &format!("{rows}{}", row(0)), "");
    for n in 0..400 {
        put(root.path(), &format!("train_curated/{n:04}.wav"), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!((dataset.labels.len(), dataset.slices.len()), (80, 400));
    assert_eq!(names(&dataset, FindingKind::DuplicateRow), ["0000.wav"]);
    assert!(dataset.slices.iter().all(|slice| slice.labels.len() == 2));
    assert_eq!(dataset.presence.len(), 5);
    let even = dataset.presence.values().all(|fold| (50..=110).contains(&fold.present));
    assert!(even, "a hash spreads clips over the folds: {:?}", dataset.presence);
}
