use super::{names, put};
use crate::data::dataset::{Dataset, FindingKind, Layout};

#[test]
fn labels_are_folders_and_file_names_state_recordings() {
    let root = tempfile::tempdir().unwrap();
    let files = [
        "purr/tom__1.wav",
        "purr/tom__2.FLAC",
        "purr/felix.ogg",
        "bus/line7#3__x.wav",
        "bus/tom.mp3",
        "bus/__odd.wav",
        "bus/line7.wav",
        "bus/line7.flac",
    ];
    files.iter().for_each(|file| put(root.path(), file, ""));
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.layout, Layout::Folders);
    assert_eq!(dataset.labels, ["bus", "purr"]);
    let clips = dataset.slices.iter();
    let clips: Vec<_> = clips.map(|s| (s.stem.as_str(), s.recording.as_str(), s.label)).collect();
    let expected = [
        ("bus/__odd.wav", "__odd", 0),
        ("bus/line7#3__x.wav", "line7", 0),
        ("bus/line7.flac", "line7", 0),
        ("bus/line7.wav", "line7", 0),
        ("bus/tom.mp3", "tom", 0),
        ("purr/felix.ogg", "felix", 1),
        ("purr/tom__1.wav", "tom", 1),
        ("purr/tom__2.FLAC", "tom", 1),
    ];
    assert_eq!(clips, expected);
    let folds: std::collections::BTreeSet<_> =
        dataset.slices.iter().filter(|s| s.recording == "tom").map(|slice| slice.fold).collect();
    assert_eq!(folds.len(), 1, "a recording is in one fold, whatever its labels");
    assert!(dataset.slices.iter().all(|slice| (1..=5).contains(&slice.fold)));
}

#[test]
fn misplaced_files_are_named() {
    let root = tempfile::tempdir().unwrap();
    let files =
        ["a/1.wav", "b/2.wav", "stray.wav", ".DS_Store", ".git/x.wav", "a/.hidden.wav", "a/x.txt"];
    files.iter().for_each(|file| put(root.path(), file, ""));
    put(root.path(), "b/deeper/3.wav", "");
    std::fs::create_dir(root.path().join("silence")).unwrap();
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.labels, ["a", "b"], "a label without audio is none");
    assert_eq!(dataset.slices.len(), 2);
    assert_eq!(names(&dataset, FindingKind::Misplaced), ["a/x.txt", "b/deeper", "stray.wav"]);
    assert_eq!(names(&dataset, FindingKind::EmptyFolder), ["silence"]);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_text_are_named_and_skipped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let root = tempfile::tempdir().unwrap();
    put(root.path(), "a/1.wav", "");
    put(root.path(), "b/2.wav", "");
    put(root.path(), "new\nline/3.wav", "");
    std::fs::write(root.path().join("a").join(OsStr::from_bytes(b"\xff.wav")), "").unwrap();
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.slices.len(), 2);
    assert_eq!(names(&dataset, FindingKind::Misplaced), ["a/\u{fffd}.wav", "new\nline"]);
    assert!(dataset.findings.to_string().contains("new\\nline"), "{}", dataset.findings);
}

#[test]
fn a_single_label_is_accepted_only_on_request() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "purr/1.wav", "");
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains("no data set was recognised"), "{error}");
    let dataset = Dataset::open_as(root.path(), Layout::Folders).unwrap();
    assert_eq!(dataset.labels, ["purr"]);
}

#[test]
fn hashed_folds_never_change() {
    let root = tempfile::tempdir().unwrap();
    for name in ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"] {
        put(root.path(), &format!("x/{name}.wav"), "");
        put(root.path(), &format!("y/{name}__2.ogg"), "");
    }
    let dataset = Dataset::open(root.path()).unwrap();
    let fold = |recording: &str| {
        dataset.slices.iter().find(|slice| slice.recording == recording).map(|slice| slice.fold)
    };
    let folds = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"].map(fold);
    assert_eq!(folds, FOLDS.map(Some));
}

/// Of `python3 -c 'import hashlib; print([int.from_bytes(hashlib.sha256(name.encode()).digest()[:8],
/// "little") % 5 + 1 for name in "alpha beta gamma delta epsilon zeta".split()])'`.
const FOLDS: [u32; 6] = [5, 1, 3, 5, 1, 1];
