use super::{folds_of, names, put};
use crate::data::dataset::{Dataset, FindingKind, Layout};
use std::path::Path;

const TABLE: &str = "filename,fold,target,category,esc10,src_file,take\n\
                     1-100-A-0.wav,1,0,dog,True,100,A\n\
                     1-100-B-0.wav,1,0,dog,True,100,B\n\
                     2-200-A-36.wav,2,36,vacuum_cleaner,False,200,A\n\
                     3-300-A-12.wav,3,12,crackling_fire,True,300,A\n";

fn write(root: &Path, table: &str) {
    put(root, "meta/esc50.csv", table);
    for file in ["1-100-A-0", "1-100-B-0", "2-200-A-36", "3-300-A-12"] {
        put(root, &format!("audio/{file}.wav"), "");
    }
}

#[test]
fn folds_recordings_and_the_order_of_labels_are_those_of_the_table() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), TABLE);
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.layout, Layout::Esc50);
    assert_eq!(dataset.labels, ["dog", "crackling_fire", "vacuum_cleaner"], "by target");
    let clips = dataset.slices.iter();
    let clips: Vec<_> = clips.map(|s| (s.recording.as_str(), s.fold, s.label)).collect();
    assert_eq!(clips, [("100", 1, 0), ("100", 1, 0), ("200", 2, 2), ("300", 3, 1)]);
    assert!(dataset.slices.iter().all(|slice| slice.official && slice.seconds.is_none()));
    assert_eq!(folds_of(&dataset), ["1", "2", "3"]);
    assert!(dataset.findings.is_empty(), "{}", dataset.findings);
}

#[test]
fn esc10_is_the_marked_rows_and_ignores_the_others() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), TABLE);
    let dataset = Dataset::open_as(root.path(), Layout::Esc10).unwrap();
    assert_eq!(dataset.labels, ["dog", "crackling_fire"]);
    assert_eq!(dataset.slices.len(), 3);
    assert_eq!(dataset.total().rows, 3);
    assert!(dataset.findings.is_empty(), "{}", dataset.findings);
}

#[test]
fn an_excerpt_has_its_own_table() {
    let root = tempfile::tempdir().unwrap();
    let table = "filename,fold,category,src_file,take,in_urbansound8k\n\
                 1-1-A.ogg,1,rain,1,A,0\n1-2-A.ogg,2,dog,2,A,1\n1-3-A.ogg,2,dog,3,A,1\n";
    put(root.path(), "metadata.csv", table);
    put(root.path(), "audio/1-1-A.ogg", "");
    put(root.path(), "audio/1-2-A.wav", "");
    put(root.path(), "audio/other.wav", "");
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.layout, Layout::Esc10);
    assert_eq!(dataset.labels, ["dog", "rain"], "by name");
    assert_eq!(dataset.slices.len(), 2);
    assert_eq!(names(&dataset, FindingKind::MissingFile), ["audio/1-3-A.ogg"]);
    assert_eq!(names(&dataset, FindingKind::FileWithoutRow), ["audio/other.wav"]);
    assert_eq!(dataset.findings.count(FindingKind::UnknownColumn), 0);
}

#[test]
fn invalid_rows_are_refused() {
    let heading = "filename,fold,target,category,esc10,src_file,take\n";
    let rows = [
        ("1.wav,0,0,dog,True,100,A", "line 2: folds count from 1"),
        ("1.wav,1,0,dog,Maybe,100,A", "line 2: esc10 is True or False, got \"Maybe\""),
        ("1.wav,1,0,,True,100,A", "line 2: category is empty"),
        ("a/1.wav,1,0,dog,True,100,A", "line 2: \"a/1.wav\" is not a plain file name"),
        ("1.wav,1,0,dog,True,1,A\n2.wav,1,1,dog,True,2,A", "dog has two numbers"),
        ("1.wav,1,0,dog,True,1,A\n2.wav,1,0,cat,True,2,A", "two categories have one number"),
        ("1.wav,1,0,dog,True,1,A\n1.wav,2,0,dog,True,1,A", "line 3: 1.wav contradicts line 2"),
    ];
    for (rows, expected) in rows {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &format!("{heading}{rows}\n"));
        let error = Dataset::open(root.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{rows}: {error}");
    }
}

#[test]
fn without_its_table_the_error_says_what_is_needed() {
    let root = tempfile::tempdir().unwrap();
    let error = Dataset::open_as(root.path(), Layout::Esc50).unwrap_err();
    assert!(error.to_string().contains("not ESC-50, which is meta/esc50.csv"), "{error}");
}
