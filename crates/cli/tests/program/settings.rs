//! `sourcing-sound classify --resume` with other options than those of the earlier run, and what it
//! treats as finished.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::common::files::{tone, wav_of_channels};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, Run, everyday, tiny_model};

fn refused(run: &Run, option: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let text = "--resume cannot continue what was made with other options: ";
    assert!(run.stderr.contains(text), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("{option} was ")), "{option}: {}", run.stderr);
}

/// Creates stereo recordings of 4 s.
fn bench() -> Bench {
    let bench = Bench::new();
    for name in ["in/a.wav", "in/b.wav"] {
        let channels = [tone(LOW_HZ, 4.0), tone(HIGH_HZ, 4.0)];
        bench.write(name, &wav_of_channels(&channels));
    }
    bench
}

/// Returns all files of the folder `out` with their contents.
fn files(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(bench.path().join("out"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let contents = fs::read(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), contents)
        })
        .collect();
    files.sort();
    files
}

/// Makes a recording unreadable, so that classifying it again fails.
fn spoil(bench: &Bench, name: &str) {
    bench.write(name, b"no sound");
}

const OUTPUTS: [(&str, &str); 6] = [
    ("csv", "out/o.csv"),
    ("jsonl", "out/o.jsonl"),
    ("events", "out/e.csv"),
    ("csv", "out/"),
    ("audacity", "out/"),
    ("parquet", "out/"),
];

#[test]
fn options_that_change_rows_are_refused_and_nothing_is_overwritten() {
    for (format, output) in OUTPUTS {
        let bench = bench();
        let run = ["in", "--format", format, "--output", output];
        bench.classify(&run).success();
        let before = files(&bench);
        for (option, value) in [
            ("--hop", "2"),
            ("--start", "0.5"),
            ("--end", "3"),
            ("--channel", "left"),
            ("--labels", "low"),
            ("--min-score", "0.1"),
        ] {
            let other = bench.classify(&[&run[..], &["--resume", option, value]].concat());
            refused(&other, option);
            assert!(files(&bench) == before, "{option} changed {output}");
        }
        // Options that change no row, and a default given explicitly.
        let hop = tiny_model::metadata().decision.hop_seconds.to_string();
        let same = ["--resume", "--jobs", "1", "--strict", "--start", "0:00", "--hop", &hop];
        spoil(&bench, "in/a.wav");
        spoil(&bench, "in/b.wav");
        bench.classify(&[&run[..], &same].concat()).success();
        assert!(files(&bench) == before, "{output}");
    }
}

#[test]
fn another_model_head_or_kind_of_input_is_refused() {
    let bench = bench();
    let base = everyday::model("base");
    bench.write("base.onnx", &base);
    bench.write("other.onnx", &everyday::model("other"));
    bench.write("head.json", everyday::head(&base).as_bytes());
    let run = |more: &[&str]| {
        let arguments = ["classify", "in", "--format", "jsonl", "--output", "out/o.jsonl"];
        bench.run(&[&arguments[..], more].concat())
    };
    run(&["--model", "base.onnx", "--head", "head.json"]).success();
    let before = files(&bench);
    for (option, more) in [
        ("--model", &["--model", "other.onnx"][..]),
        ("--head", &["--model", "base.onnx"]),
        ("--head-only", &["--model", "base.onnx", "--head", "head.json", "--head-only"]),
    ] {
        refused(&run(&[more, &["--resume"]].concat()), option);
        assert!(files(&bench) == before, "{option}");
    }
    // The same model under another name.
    bench.write("copy.onnx", &base);
    run(&["--model", "copy.onnx", "--head", "head.json", "--resume"]).success();

    let raw = |rate: &str, resume: &[&str]| {
        let arguments = ["-", "--rate", rate, "--format", "csv", "--output", "out/o.csv"];
        bench.classify_piped(&[&arguments[..], resume].concat(), &[0; 200_000])
    };
    raw("22050", &[]).success();
    refused(&raw("44100", &["--resume"]), "--rate");
}

/// As an older version, or a user who edited the file, left them.
#[test]
fn a_result_without_settings_is_continued_if_its_header_fits() {
    for (format, output) in [("csv", "out/o.csv"), ("jsonl", "out/o.jsonl"), ("csv", "out/")] {
        let bench = bench();
        let run = ["in/a.wav", "--format", format, "--output", output];
        bench.classify(&run).success();
        let own = files(&bench);
        for (name, _) in &own {
            if name.ends_with(".settings") {
                fs::remove_file(bench.path().join("out").join(name)).unwrap();
            }
        }
        let more = ["in/b.wav", "--resume", "--hop", "2"];
        bench.classify(&[&run[..], &more].concat()).success();
        assert!(files(&bench).iter().any(|(name, _)| name.ends_with(".settings")));
    }
    let bench = bench();
    let run = ["in/a.wav", "--format", "csv", "--output", "out/o.csv"];
    bench.classify(&run).success();
    let mut rows = fs::read(bench.path().join("out/o.csv")).unwrap();
    rows.extend(b"x.wav,0,1,low,0.5,false,base\n");
    bench.write("out/o.csv", &rows);
    bench.classify(&[&run[..], &["--resume", "--hop", "2"]].concat()).success();
}

#[test]
fn a_finished_run_is_not_repeated() {
    for (format, name) in [("csv", "out/o.csv"), ("jsonl", "out/o.jsonl"), ("events", "out/e.csv")]
    {
        let bench = bench();
        let run = ["in", "--format", format, "--output", name];
        bench.classify(&run).success();
        let before = files(&bench);
        spoil(&bench, "in/a.wav");
        spoil(&bench, "in/b.wav");
        let run = [&run[..], &["--resume"]].concat();
        bench.classify(&run).success();
        assert!(files(&bench) == before, "{format}");
        bench.tones("in/c.wav", &[(LOW_HZ, 2.0)]);
        bench.classify(&run).success();
        let rows = fs::read_to_string(bench.path().join(name)).unwrap();
        assert!(rows.contains("c.wav"), "{rows}");
        bench.classify(&run).success();
        assert_eq!(fs::read_to_string(bench.path().join(name)).unwrap(), rows);
    }
}

/// The folder may be one that is not writable.
#[test]
fn nothing_is_written_where_nothing_is_missing() {
    let bench = bench();
    let run = ["in", "--format", "csv", "--output", "out"];
    bench.classify(&run).success();
    fs::remove_file(bench.path().join("out/.csv.settings")).unwrap();
    let before = files(&bench);
    bench.classify(&[&run[..], &["--resume"]].concat()).success();
    assert!(files(&bench) == before);
}

/// A run with other options that did not finish leaves results of both.
#[test]
fn results_of_earlier_options_are_made_again() {
    let bench = bench();
    bench.classify(&["in", "--format", "csv", "--output", "out"]).success();
    let (a, b) = (bench.path().join("out/a.wav.csv"), bench.path().join("out/b.wav.csv"));
    let earlier = fs::read(&b).unwrap();
    for result in [&a, &b] {
        let file = fs::File::options().write(true).open(result).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }
    let other = ["--format", "csv", "--output", "out", "--hop", "2"];
    bench.classify(&[&["in/a.wav"], &other[..]].concat()).success();
    let own = fs::read(&a).unwrap();
    // Only the other one is missing.
    spoil(&bench, "in/a.wav");
    bench.classify(&[&["in", "--resume"], &other[..]].concat()).success();
    assert!(fs::read(&a).unwrap() == own && fs::read(&b).unwrap() != earlier);
    let first = ["in", "--format", "csv", "--output", "out", "--resume"];
    refused(&bench.classify(&first), "--hop");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::process::{Command, Stdio};

    /// Killed between two recordings: the second one is a pipe that delivers nothing.
    #[test]
    fn a_recording_that_was_complete_before_a_kill_is_not_repeated() {
        for (format, name) in [("csv", "o.csv"), ("jsonl", "o.jsonl"), ("events", "e.csv")] {
            let bench = bench();
            let pipe = bench.path().join("in/c.wav");
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
                .args(["classify", "--model", "tiny.onnx", "in/a.wav", "in/b.wav", "in/c.wav"])
                .args(["--format", format, "--output", name])
                .current_dir(bench.path())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let ledger = bench.path().join(format!(".part-{name}.settings"));
            // A line for the beginning, and one for each recording.
            let lines = || fs::read_to_string(&ledger).unwrap_or_default().matches('\n').count();
            while lines() < 3 {
                assert!(child.try_wait().unwrap().is_none(), "the run has ended");
                std::thread::yield_now();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            fs::remove_file(&pipe).unwrap();
            let run = ["in", "--format", format, "--output", name, "--resume"];
            refused(&bench.classify(&[&run[..], &["--hop", "2"]].concat()), "--hop");
            spoil(&bench, "in/a.wav");
            spoil(&bench, "in/b.wav");
            bench.tones("in/c.wav", &[(LOW_HZ, 2.0)]);
            bench.classify(&run).success();
            let rows = fs::read_to_string(bench.path().join(name)).unwrap();
            let of = |recording: &str| rows.lines().filter(|row| row.contains(recording)).count();
            assert!(of("a.wav") > 0 && of("a.wav") == of("b.wav") && of("c.wav") > 0, "{rows}");
            // The only hidden file left is that of the result's settings.
            let hidden =
                fs::read_dir(bench.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let hidden: Vec<_> =
                hidden.filter(|name| name.as_encoded_bytes().starts_with(b".")).collect();
            assert_eq!(hidden, [format!(".{name}.settings").as_str()]);
        }
    }
}
