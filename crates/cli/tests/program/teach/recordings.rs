//! What `teach` says about the recordings that it is given.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{BEEPS, OTHER, OUTPUT, bench, teach};
use crate::common::files::header;
use crate::common::{Bench, sounds};

#[test]
fn warnings_are_those_of_classify() {
    let bench = bench();
    let whole = sounds::beeps(7);
    bench.write("beeps/cut.wav", &whole[..whole.len() / 2]);
    let run = teach(&bench, &[&BEEPS, &OUTPUT]);
    let text = "warning: beeps/cut.wav: the recording breaks off after 2.000 s; its header says 4.000 s \
                [audio-cut-off]\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, text));
    let classified = bench.classify(&["beeps/cut.wav"]);
    assert_eq!(classified.stderr, text);
}

#[test]
fn skipped_files_are_counted_as_by_classify() {
    let bench = bench();
    bench.write("beeps/notes.txt", b"not a sound");
    bench.write("beeps/deep/list.csv", b"not a sound");
    bench.write("other/notes.TXT", b"not a sound");
    let run = teach(&bench, &[&BEEPS, &OTHER, &OUTPUT]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "skipped, not recordings: 1 .csv, 2 .txt\n"));
}

#[test]
fn nothing_is_read_beyond_an_hour() {
    const HZ: u32 = 8_000;
    let bench = Bench::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
        .args(["teach", "--label", "wind", "-"])
        .args(OUTPUT)
        .current_dir(bench.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&header(1, HZ, u32::MAX)).unwrap();
    let second = vec![1; 2 * HZ as usize];
    let written = (0..4 * 3_600).take_while(|_| input.write_all(&second).is_ok()).count();
    assert!((3_600..3_700).contains(&written), "{written} s");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let start = "error: -: the recording's length in seconds is ";
    assert!(
        stderr.starts_with(start) && stderr.contains(", the limit is 3600 [limit]"),
        "{stderr}"
    );
    assert!(!bench.path().join("home.sound.json").exists());
}
