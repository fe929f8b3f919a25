use super::{folds_of, names, put};
use crate::data::dataset::{Dataset, FindingKind, Layout, Presence};
use crate::fixtures::{HEADING, write_dataset, write_table};
use std::path::Path;

fn read(table: &str, files: &[&str]) -> anyhow::Result<Dataset> {
    let root = tempfile::tempdir().unwrap();
    write_table(root.path(), table);
    files.iter().for_each(|file| put(root.path(), &format!("audio/{file}"), ""));
    Dataset::read(root.path())
}

const ROWS: &str = "7-0-0-0.wav,7,0.0,4.000001,1,1,0,dog\n\
                    8-1-0-0.wav,8,1.5,2.0,2,1,1,cat\n\
                    9-0-0-0.wav,9,0,4,1,2,0,dog\n";

#[test]
fn rows_match_files_by_stem_and_fold() {
    let files = ["fold1/7-0-0-0.ogg", "fold1/8-1-0-0.FLAC", "fold1/9-0-0-0.wav", "fold2/note.txt"];
    let dataset = read(&format!("{HEADING}{ROWS}"), &files).unwrap();
    assert_eq!(dataset.layout, Layout::UrbanSound8k);
    assert_eq!(dataset.labels, ["dog", "cat"]);
    let stems: Vec<_> = dataset.slices.iter().map(|slice| slice.stem.as_str()).collect();
    assert_eq!(stems, ["7-0-0-0", "8-1-0-0"], "a file in another fold's folder does not count");
    assert_eq!(dataset.slices[0].seconds, Some(4.0), "lengths are capped at 4 s");
    assert_eq!(dataset.slices[1].seconds, Some(0.5));
    assert_eq!(dataset.slices[1].recording, "8");
    assert_eq!(dataset.slices[1].labels, [1]);
    assert_eq!(dataset.presence[&1], Presence { present: 2, rows: 2 });
    assert_eq!(dataset.presence[&2], Presence { present: 0, rows: 1 });
    assert_eq!(dataset.total(), Presence { present: 2, rows: 3 });
    assert_eq!(names(&dataset, FindingKind::MissingFile), ["audio/fold2/9-0-0-0.wav"]);
    assert_eq!(names(&dataset, FindingKind::FileWithoutRow), ["audio/fold1/9-0-0-0.wav"]);
    assert_eq!(names(&dataset, FindingKind::Misplaced), ["audio/fold2/note.txt"]);
}

#[test]
fn of_two_files_of_one_name_the_first_is_taken_and_the_other_named() {
    let files = ["fold1/7-0-0-0.wav", "fold1/7-0-0-0.ogg", "fold1/.hidden.wav", "fold1/sub/a.wav"];
    let dataset = read(&format!("{HEADING}{ROWS}"), &files).unwrap();
    assert!(dataset.slices[0].path.ends_with("fold1/7-0-0-0.ogg"));
    assert_eq!(names(&dataset, FindingKind::SecondFile), ["audio/fold1/7-0-0-0.wav"]);
    assert_eq!(names(&dataset, FindingKind::Misplaced), ["audio/fold1/sub"]);
    assert_eq!(dataset.findings.count(FindingKind::FileWithoutRow), 0, "hidden files are no one's");
}

#[test]
fn columns_may_be_in_any_order_and_unknown_ones_are_named() {
    let table = "mood,class,classID,fold,end,start,fsID,slice_file_name,\n\
                 calm,dog,0,1,4,0,7,7.wav,\n";
    let dataset = read(table, &["fold1/7.wav"]).unwrap();
    assert_eq!(dataset.slices.len(), 1);
    assert_eq!(names(&dataset, FindingKind::UnknownColumn), ["mood", ""]);
    let official = read(&format!("{HEADING}{ROWS}"), &["fold1/7-0-0-0.wav"]).unwrap();
    assert_eq!(official.findings.count(FindingKind::UnknownColumn), 0, "salience is known");
}

#[test]
fn missing_columns_are_named() {
    let error = read("slice_file_name,start,end,salience,fold,class\n", &[]).unwrap_err();
    assert!(error.to_string().ends_with("missing column fsID, classID"), "{error}");
}

#[test]
fn a_row_written_twice_is_one_clip_and_counted() {
    let again = "7-0-0-0.wav,7,0.0,4.000001,2,1,0,dog\n7-0-0-0.wav,7,0,4.000001,1,1,0,dog\n";
    let dataset = read(&format!("{HEADING}{ROWS}{again}"), &["fold1/7-0-0-0.wav"]).unwrap();
    assert_eq!(dataset.slices.len(), 1);
    assert_eq!(dataset.total().rows, 3, "repetitions are not separate rows");
    assert_eq!(names(&dataset, FindingKind::DuplicateRow), ["7-0-0-0.wav", "7-0-0-0.wav"]);
}

#[test]
fn rows_that_contradict_each_other_are_refused_with_both_lines() {
    for row in ["7-0-0-0.wav,7,0,4.000001,1,2,0,dog", "7-0-0-0.ogg,7,0,4.000001,1,1,1,cat"] {
        let error = read(&format!("{HEADING}{ROWS}\n\n{row}\n"), &[]).unwrap_err();
        assert!(error.to_string().contains(", line 7: "), "{error}");
        assert!(error.to_string().contains("line 7: 7-0-0-0."), "{error}");
        assert!(error.to_string().contains("contradicts line 2"), "{error}");
    }
}

#[test]
fn invalid_rows_are_refused_with_their_line() {
    let rows = [
        ("1.wav,7,0,4,1,0,0,dog", "folds count from 1"),
        ("1.wav,7,4,4,1,1,0,dog", "ends at 4 s"),
        ("1.wav,7,0,NaN,1,1,0,dog", "ends at NaN s"),
        ("../1.wav,7,0,4,1,1,0,dog", "not a plain file name"),
        ("1.wav,7,0,4,1,1,0,", "class is empty"),
        ("1.wav, ,0,4,1,1,0,dog", "fsID is empty"),
        ("1.wav,7,0,4,1,1,0,do\u{1b}[2Jg", "class must be at most 200 printable characters"),
    ];
    for (row, expected) in rows {
        let table = format!("{HEADING}7-0-0-0.wav,7,0,4,1,1,0,dog\n{row}\n");
        let error = read(&table, &["fold1/7-0-0-0.wav"]).unwrap_err();
        assert!(error.to_string().contains(", line 3: "), "{row}: {error}");
        assert!(error.to_string().contains(expected), "{row}: {error}");
    }
    let error = read(&format!("{HEADING}1.wav,7,0,4,1,one,0,dog\n"), &[]).unwrap_err();
    assert!(error.to_string().contains("CSV"), "{error}");
}

#[test]
fn class_numbers_and_names_must_agree() {
    for (rows, expected) in [
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,0,cat\n", "0 is both dog and cat"),
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,1,dog\n", "one name has two numbers"),
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,2,cat\n", "1 is missing"),
    ] {
        let error = read(&format!("{HEADING}{rows}"), &["fold1/1.wav"]).unwrap_err();
        assert_eq!(error.to_string().find("class numbers: "), Some(0), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_table_without_audio_is_an_error() {
    let error = read(&format!("{HEADING}{ROWS}"), &[]).unwrap_err();
    assert!(error.to_string().contains("not one clip of UrbanSound8K"), "{error}");
    assert!(error.to_string().contains("audio/fold1"), "{error}");
    let error = Dataset::read(Path::new("no-such-folder")).unwrap_err();
    assert!(error.to_string().starts_with("no-such-folder: "), "{error}");
}

#[test]
fn incomplete_folds_are_distinguished_from_complete_ones() {
    let root = tempfile::tempdir().unwrap();
    write_dataset(root.path(), 4, 2);
    std::fs::remove_file(root.path().join("audio/fold2/20000-0-0-0.wav")).unwrap();
    std::fs::remove_file(root.path().join("audio/fold4/40101-1-0-1.wav")).unwrap();
    assert_eq!(folds_of(&Dataset::read(root.path()).unwrap()), ["1", "3", "2,4"]);
}

#[test]
fn additional_slices_must_fit_the_official_labels() {
    let root = tempfile::tempdir().unwrap();
    write_dataset(root.path(), 1, 1);
    let extra = tempfile::tempdir().unwrap();
    let heading = "slice_file_name,fsID,start,end,fold,classID,class\n";
    let write = |rows: &str| put(extra.path(), "metadata.csv", format!("{heading}{rows}"));
    put(extra.path(), "audio/fold1/x.ogg", "");
    let mut dataset = Dataset::read(root.path()).unwrap();
    let official = dataset.slices.len();
    write("x.wav,10000,4,8,1,0,low\ny.wav,10000,8,12,1,0,low\n");
    let presence = dataset.add_extra(extra.path()).unwrap();
    assert_eq!(presence, Presence { present: 1, rows: 2 });
    assert_eq!(dataset.training_only, presence);
    assert_eq!(dataset.slices.len(), official + 1);
    assert!(!dataset.slices[official].official);
    assert_eq!(names(&dataset, FindingKind::MissingFile), ["audio/fold1/y.wav"]);
    for rows in ["x.wav,10000,4,8,1,0,high\n", "10000-0-0-0.wav,10000,4,8,1,0,low\n"] {
        write(rows);
        let error = dataset.add_extra(extra.path()).unwrap_err();
        assert!(error.to_string().contains(", line 2: "), "{error}");
    }
}
