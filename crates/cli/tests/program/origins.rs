//! `sourcing-sound classify --resume` with recordings of the same name, and with one recording whose
//! path is typed in several ways.

use std::fs;

use crate::common::{Bench, HIGH_HZ, LOW_HZ, Run};

const NAME: &str = "20230214_063000.WAV";

fn error_of(run: &Run, text: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

/// Creates two sites whose recorders have the same schedule.
fn sites() -> Bench {
    let bench = Bench::new();
    bench.tones(&format!("siteA/{NAME}"), &[(LOW_HZ, 2.0)]);
    bench.tones(&format!("siteB/{NAME}"), &[(HIGH_HZ, 2.0)]);
    bench
}

fn folder<'a>(inputs: &[&'a str]) -> Vec<&'a str> {
    [inputs, &["--format", "csv", "--output", "res", "--resume"]].concat()
}

fn result(bench: &Bench) -> String {
    fs::read_to_string(bench.path().join(format!("res/{NAME}.csv"))).unwrap()
}

#[test]
fn a_result_of_another_recording_of_that_name_is_refused() {
    let bench = sites();
    bench.classify(&folder(&["siteA"])).success();
    let first = result(&bench);
    bench.tones("siteB/new.wav", &[(HIGH_HZ, 2.0)]);
    let refused = bench.classify(&folder(&["siteB"]));
    error_of(&refused, &format!("res/{NAME}.csv has the result of another recording, /"));
    error_of(&refused, &format!("/siteA/{NAME}, not of siteB/{NAME}; use another --output"));
    assert_eq!(result(&bench), first);
    assert!(!bench.path().join("res/new.wav.csv").exists());
    // It is replaced on request, and then belongs to the other one.
    bench.classify(&["siteB", "--format", "csv", "--output", "res"]).success();
    assert_ne!(result(&bench), first);
    error_of(&bench.classify(&folder(&["siteA"])), "has the result of another recording");
    bench.classify(&folder(&["siteB"])).success();
}

#[test]
fn the_number_of_recordings_that_are_left_out_is_printed() {
    let bench = sites();
    bench.tones("siteA/deep/b.wav", &[(LOW_HZ, 2.0)]);
    assert_eq!(bench.classify(&folder(&["siteA"])).stderr, "");
    let run = bench.classify(&folder(&["siteA"]));
    assert_eq!(run.stderr, "--resume: left out 2 recordings, which have results\n");
    fs::remove_file(bench.path().join("res/deep/b.wav.csv")).unwrap();
    let run = bench.classify(&folder(&["siteA"]));
    assert_eq!(run.stderr, "--resume: left out 1 recording, which has a result\n");
}

/// The folder is typed otherwise, moved or mounted elsewhere, and a file may have grown.
#[test]
fn a_recording_is_recognised_wherever_its_folder_is() {
    let bench = sites();
    bench.classify(&folder(&["siteA"])).success();
    let first = result(&bench);
    let absolute = bench.path().join("siteA");
    for input in ["./siteA", "siteB/../siteA/", absolute.to_str().unwrap()] {
        let run = bench.classify(&folder(&[input]));
        assert!(run.stderr.starts_with("--resume: left out 1 "), "{input}: {}", run.stderr);
    }
    fs::rename(&absolute, bench.path().join("moved")).unwrap();
    bench.classify(&folder(&["moved"])).success();
    fs::rename(bench.path().join("moved"), &absolute).unwrap();
    bench.tones(&format!("siteA/{NAME}"), &[(LOW_HZ, 3.0)]);
    bench.classify(&folder(&["siteA"])).success();
    assert_eq!(result(&bench), first);
}

/// As an older version left them, or a run that was killed while it added a line.
#[test]
fn results_without_their_recordings_are_resumed() {
    let bench = sites();
    bench.classify(&folder(&["siteA"])).success();
    let ledger = bench.path().join("res/.csv.inputs.settings");
    fs::write(&ledger, "{\"origins\":{\"202").unwrap();
    bench.classify(&folder(&["siteB"])).success();
    bench.tones("siteB/new.wav", &[(HIGH_HZ, 2.0)]);
    bench.classify(&folder(&["siteB"])).success();
    bench.tones("siteA/new.wav", &[(LOW_HZ, 2.0)]);
    error_of(&bench.classify(&folder(&["siteA"])), "res/new.wav.csv has the result of another");
}

const FILES: [(&str, &str); 3] = [("csv", "o.csv"), ("jsonl", "o.jsonl"), ("events", "e.csv")];

#[test]
fn one_file_has_the_rows_of_a_recording_once_however_it_is_typed() {
    for (format, name) in FILES {
        let bench = sites();
        let run = |input: &str, more: &[&str]| {
            let arguments = [input, "--format", format, "--output", name];
            bench.classify(&[&arguments[..], more].concat())
        };
        let rows = || fs::read_to_string(bench.path().join(name)).unwrap();
        run("siteA", &[]).success();
        let first = rows();
        let absolute = bench.path().join("siteA");
        for input in ["./siteA", "siteB/../siteA", absolute.to_str().unwrap()] {
            let again = run(input, &["--resume"]);
            assert_eq!(again.stderr, "--resume: left out 1 recording, which has a result\n");
            assert_eq!(rows(), first, "{format} {input}");
        }
        // What was added gets the name that is typed now, and the first name is still known.
        bench.tones("siteA/new.wav", &[(HIGH_HZ, 2.0)]);
        run("./siteA", &["--resume"]).success();
        let grown = rows();
        assert!(grown.starts_with(&first) && grown.contains("./siteA/new.wav"), "{grown}");
        assert!(!grown.contains(&format!("./siteA/{NAME}")), "{grown}");
        run("siteA", &["--resume"]).success();
        assert_eq!(rows(), grown, "{format}");
        let twice =
            bench.classify(&["siteA", "./siteA", "--format", format, "--output", name, "--resume"]);
        error_of(&twice, "is given twice [config]");
    }
}

#[test]
fn one_file_does_not_take_a_recording_for_another_of_its_name() {
    let bench = sites();
    let run = ["r", "--format", "csv", "--output", "o.csv", "--resume"];
    fs::rename(bench.path().join("siteA"), bench.path().join("r")).unwrap();
    bench.classify(&run).success();
    let first = fs::read(bench.path().join("o.csv")).unwrap();
    // A whole project that was copied elsewhere is the same.
    fs::create_dir_all(bench.path().join("copy/r")).unwrap();
    let copied = format!("copy/r/{NAME}");
    fs::copy(bench.path().join("r").join(NAME), bench.path().join(&copied)).unwrap();
    for (file, copy) in [("o.csv", "copy/o.csv"), (".o.csv.settings", "copy/.o.csv.settings")] {
        fs::copy(bench.path().join(file), bench.path().join(copy)).unwrap();
    }
    let in_copy = || {
        let arguments = ["classify", "--model", "../tiny.onnx"];
        bench.run_in("copy", &[&arguments[..], &run].concat())
    };
    in_copy().success();
    assert!(fs::read(bench.path().join("copy/o.csv")).unwrap() == first);
    fs::rename(bench.path().join("siteB").join(NAME), bench.path().join(&copied)).unwrap();
    let text = format!("--resume: two recordings are named r/{NAME} in the result: /");
    error_of(&in_copy(), &text);
    // Without the record, names are compared as they were typed.
    let ledger = bench.path().join("copy/.o.csv.settings");
    let lines = fs::read_to_string(&ledger).unwrap();
    let _ = fs::remove_file(bench.path().join("copy/.part-o.csv"));
    let _ = fs::remove_file(bench.path().join("copy/.part-o.csv.settings"));
    fs::write(&ledger, lines.lines().next().unwrap()).unwrap();
    in_copy().success();
    assert!(fs::read(bench.path().join("copy/o.csv")).unwrap() == first);
}
