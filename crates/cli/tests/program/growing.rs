//! `sourcing-sound classify` on folders that change while it runs, and on files that are still
//! being written.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use crate::common::files::{Running, header, raw, results, tone, with_locked_folder};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, RATE, wav};

/// Returns a recording of ten seconds, of which `seconds` have been written.
fn unfinished(seconds: f64) -> Vec<u8> {
    let mut file = header(1, RATE, 2 * 10 * RATE);
    file.extend(raw(&tone(LOW_HZ, seconds)));
    file
}

fn end_of_last_row(csv: &str) -> f64 {
    csv.lines().last().unwrap().split(',').nth(2).unwrap().parse().unwrap()
}

#[test]
fn the_recordings_of_a_run_are_those_at_its_start() {
    let bench = Bench::new();
    for name in ["in/a.wav", "in/gone.wav", "in/z.wav"] {
        bench.tones(name, &[(LOW_HZ, 2.0)]);
    }
    let growing = bench.write("in/growing.wav", &unfinished(3.0));
    let options = ["--format", "csv", "--output", "out", "--jobs", "1"];
    let mut running = Running::classify(&bench, &[&["-", "in"], &options[..]].concat());
    // Once a result has begun, the folder has been listed; the rest waits for standard input.
    running.feed(&wav(&[(HIGH_HZ, 3.0)])[..RATE as usize]);
    let out = bench.path().join("out");
    let has_begun = || fs::read_dir(&out).is_ok_and(|mut entries| entries.next().is_some());
    while !has_begun() {
        std::thread::yield_now();
    }
    bench.tones("in/deeper/new.wav", &[(HIGH_HZ, 2.0)]);
    bench.tones("in/b.wav", &[(HIGH_HZ, 2.0)]);
    fs::remove_file(bench.path().join("in/gone.wav")).unwrap();
    let mut recorder = fs::File::options().append(true).open(growing).unwrap();
    recorder.write_all(&raw(&tone(LOW_HZ, 2.0))).unwrap();
    running.input = None;
    let (status, _, stderr) = running.end();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: in/gone.wav: cannot read the file: "), "{stderr}");
    let cut =
        "warning: in/growing.wav: the recording breaks off after 5.000 s; its header says 10.000 s";
    assert!(stderr.contains(cut), "{stderr}");
    assert!(stderr.contains("done 4, failed 1\n"), "{stderr}");
    assert_eq!(results(&out), ["-.csv", "a.wav.csv", "growing.wav.csv", "z.wav.csv"]);
    let result = fs::read_to_string(out.join("growing.wav.csv")).unwrap();
    assert_eq!(end_of_last_row(&result), 5.0);

    // The next run takes what was added.
    bench.classify(&[&["in", "--resume"], &options[..]].concat()).success();
    let expected = ["-.csv", "a.wav.csv", "b.wav.csv", "deeper", "growing.wav.csv", "z.wav.csv"];
    assert_eq!(results(&out), expected);
    assert!(out.join("deeper/new.wav.csv").is_file());
}

#[test]
fn a_file_that_is_still_written_is_tried_again_if_strict() {
    let bench = Bench::new();
    bench.write("in/growing.wav", &unfinished(3.0));
    let run = ["in", "--format", "csv", "--output", "out", "--strict", "--resume"];
    assert_eq!(bench.classify(&run).code, 1);
    bench.write("in/growing.wav", &unfinished(10.0));
    bench.classify(&run).success();
    let result = fs::read_to_string(bench.path().join("out/growing.wav.csv")).unwrap();
    assert_eq!(end_of_last_row(&result), 10.0);
}

#[test]
fn one_file_in_a_read_only_folder_is_named() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
    let files = [("csv", "locked/o.csv"), ("parquet", "locked/o.parquet")];
    let classify = || {
        files.map(|(format, name)| {
            (name, bench.classify(&["a.wav", "--format", format, "--output", name]))
        })
    };
    let (runs, is_locked) = with_locked_folder(&bench, classify);
    for (name, run) in runs {
        if is_locked {
            assert_eq!(run.code, 1);
            let expected = format!("error: {name}: cannot write the result; check space");
            assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
        } else {
            assert_eq!(run.code, 0);
        }
    }
}

#[test]
fn an_unreadable_recording_is_named_and_the_rest_is_done() {
    let bench = Bench::new();
    let locked = bench.tones("in/a.wav", &[(LOW_HZ, 1.0)]);
    bench.tones("in/b.wav", &[(LOW_HZ, 1.0)]);
    fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    let is_locked = fs::read(&locked).is_err();
    let run = bench.classify(&["in", "--format", "jsonl"]);
    assert!(run.stdout.contains("in/b.wav"));
    if is_locked {
        assert_eq!(run.code, 1);
        assert!(
            run.stderr.starts_with("error: in/a.wav: cannot read the file: "),
            "{}",
            run.stderr
        );
    } else {
        assert_eq!(run.code, 0);
    }
}
