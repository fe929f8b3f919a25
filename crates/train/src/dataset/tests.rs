#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use super::*;
use crate::fixtures::{HEADING, write_dataset, write_table};

fn read(table: &str, files: &[&str]) -> Result<Dataset, DatasetError> {
    let root = tempfile::tempdir().unwrap();
    write_table(root.path(), table);
    for file in files {
        let path = root.path().join("audio").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"").unwrap();
    }
    Dataset::read(root.path())
}

const ROWS: &str = "7-0-0-0.wav,7,0.0,4.000001,1,1,0,dog\n\
                    8-1-0-0.wav,8,1.5,2.0,2,1,1,cat\n\
                    9-0-0-0.wav,9,0,4,1,2,0,dog\n";

#[test]
fn rows_match_files_by_stem_and_fold() {
    let files = ["fold1/7-0-0-0.ogg", "fold1/8-1-0-0.FLAC", "fold1/9-0-0-0.wav", "fold2/note.txt"];
    let dataset = read(&format!("{HEADING}{ROWS}"), &files).unwrap();
    assert_eq!(dataset.labels, ["dog", "cat"]);
    let stems: Vec<_> = dataset.slices.iter().map(|slice| slice.stem.as_str()).collect();
    assert_eq!(stems, ["7-0-0-0", "8-1-0-0"], "a file in another fold's folder does not count");
    assert_eq!(dataset.slices[0].seconds, 4.0, "lengths are capped at 4 s");
    assert_eq!(dataset.slices[1].seconds, 0.5);
    assert_eq!(dataset.slices[1].recording, "8");
    assert_eq!(dataset.presence[&1], Presence { present: 2, rows: 2 });
    assert_eq!(dataset.presence[&2], Presence { present: 0, rows: 1 });
    assert_eq!(dataset.total(), Presence { present: 2, rows: 3 });
}

#[test]
fn columns_may_stand_in_any_order() {
    let table = "class,classID,fold,end,start,fsID,slice_file_name\ndog,0,1,4,0,7,7.wav\n";
    let dataset = read(table, &["fold1/7.wav"]).unwrap();
    assert_eq!(dataset.slices.len(), 1);
}

#[test]
fn missing_columns_are_named() {
    let error = read("slice_file_name,start,end,salience,fold,class\n", &[]).unwrap_err();
    let DatasetError::Columns { missing, .. } = &error else { panic!("{error}") };
    assert_eq!(missing, &["fsID", "classID"]);
    assert!(error.to_string().contains("fsID, classID"), "{error}");
}

#[test]
fn senseless_rows_are_refused_with_their_line() {
    let rows = [
        ("7-0-0-0.wav,7,0,4,1,2,0,dog", "occurs twice"),
        ("1.wav,7,0,4,1,0,0,dog", "folds count from 1"),
        ("1.wav,7,4,4,1,1,0,dog", "ends at 4 s"),
        ("1.wav,7,0,NaN,1,1,0,dog", "ends at NaN s"),
        ("../1.wav,7,0,4,1,1,0,dog", "not a plain file name"),
        ("1.wav,7,0,4,1,1,0,", "empty"),
    ];
    for (row, expected) in rows {
        let table = format!("{HEADING}7-0-0-0.wav,7,0,4,1,1,0,dog\n{row}\n");
        let error = read(&table, &["fold1/7-0-0-0.wav"]).unwrap_err();
        assert!(matches!(error, DatasetError::Row { line: 3, .. }), "{row}: {error:?}");
        assert!(error.to_string().contains(expected), "{row}: {error}");
    }
    let error = read(&format!("{HEADING}1.wav,7,0,4,1,one,0,dog\n"), &[]).unwrap_err();
    assert!(matches!(error, DatasetError::Csv(..)), "{error:?}");
}

#[test]
fn class_numbers_and_names_must_agree() {
    for (rows, expected) in [
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,0,cat\n", "0 is both dog and cat"),
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,1,dog\n", "one name has two numbers"),
        ("1.wav,1,0,4,1,1,0,dog\n2.wav,2,0,4,1,1,2,cat\n", "1 is missing"),
    ] {
        let error = read(&format!("{HEADING}{rows}"), &["fold1/1.wav"]).unwrap_err();
        assert!(matches!(error, DatasetError::Classes(_)), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_table_without_audio_is_an_error() {
    let error = read(&format!("{HEADING}{ROWS}"), &[]).unwrap_err();
    assert!(matches!(error, DatasetError::Empty(_)), "{error:?}");
    let error = Dataset::read(std::path::Path::new("no-such-folder")).unwrap_err();
    assert!(matches!(error, DatasetError::Io(..)), "{error:?}");
}

#[test]
fn additional_slices_must_fit_the_official_labels() {
    let root = tempfile::tempdir().unwrap();
    write_dataset(root.path(), 1, 1);
    let extra = tempfile::tempdir().unwrap();
    let heading = "slice_file_name,fsID,start,end,fold,classID,class\n";
    let write = |rows: &str| {
        std::fs::write(extra.path().join("metadata.csv"), format!("{heading}{rows}")).unwrap();
    };
    std::fs::create_dir_all(extra.path().join("audio/fold1")).unwrap();
    std::fs::write(extra.path().join("audio/fold1/x.ogg"), b"").unwrap();
    let mut dataset = Dataset::read(root.path()).unwrap();
    let official = dataset.slices.len();
    write("x.wav,10000,4,8,1,0,low\ny.wav,10000,8,12,1,0,low\n");
    let presence = dataset.add_extra(extra.path()).unwrap();
    assert_eq!(presence, Presence { present: 1, rows: 2 });
    assert_eq!(dataset.slices.len(), official + 1);
    assert!(!dataset.slices[official].official);
    for rows in ["x.wav,10000,4,8,1,0,high\n", "10000-0-0-0.wav,10000,4,8,1,0,low\n"] {
        write(rows);
        let error = dataset.add_extra(extra.path()).unwrap_err();
        assert!(matches!(error, DatasetError::Row { line: 2, .. }), "{error:?}");
    }
}

#[test]
fn the_real_set_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/UrbanSound8K");
    if !root.exists() {
        // Written past the harness, which shows nothing that a passing test prints.
        let line = format!("skipped: UrbanSound8K is not there: {}\n", root.display());
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        return;
    }
    let dataset = Dataset::read(&root).unwrap();
    assert_eq!(dataset.total().rows, 8_732);
    assert_eq!(dataset.labels.len(), 10);
    assert_eq!(dataset.labels[3], "dog_bark");
    assert_eq!(dataset.presence[&1].rows, 873);
    assert_eq!(dataset.slices.len(), dataset.total().present);
}
