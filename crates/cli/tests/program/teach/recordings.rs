//! What `teach` says about the recordings that it is given.

use super::{BEEPS, OTHER, OUTPUT, bench, teach};
use crate::common::sounds;

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
