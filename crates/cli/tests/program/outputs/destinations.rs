//! Where `sourcing-sound classify` writes its results: folders, files and links, their contents
//! after an interruption, and places that are not writable.

use std::fs;

use super::error_of;
use crate::common::{Bench, HIGH_HZ, LOW_HZ};

/// Returns all files of a folder with their contents, by path below it, without those that state
/// settings.
fn tree(bench: &Bench, folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = bench.path().join(folder);
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                if !name.ends_with(".settings") {
                    files.push((name, fs::read(&path).unwrap()));
                }
            }
        }
    }
    files.sort();
    files
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_name_that_is_too_long_for_a_result_fails_alone() {
    let bench = Bench::new();
    let long = format!("in/{}.wav", "n".repeat(250));
    bench.tones(&long, &[(LOW_HZ, 1.0)]);
    bench.tones("in/z.wav", &[(LOW_HZ, 1.0)]);
    let run = bench.classify(&["in", "--format", "csv", "--output", "results"]);
    error_of(&run, 1, "would have 258 bytes, and 255 is the most");
    assert!(bench.path().join("results/z.wav.csv").is_file());
}

#[test]
fn results_in_a_folder_are_those_of_stdout_and_are_resumed() {
    let bench = Bench::new();
    for name in ["in/a.wav", "in/deep/er/b.wav", "in/deep/a.wav"] {
        bench.tones(name, &[(LOW_HZ, 2.0)]);
    }
    for (format, extension) in [("text", "txt"), ("csv", "csv"), ("jsonl", "jsonl")] {
        let output = format!("out/{format}");
        let run = ["in", "--format", format, "--output", &output];
        assert_eq!(bench.classify(&run).success(), "");
        let found = tree(&bench, &output);
        let expected = ["a.wav", "deep/a.wav", "deep/er/b.wav"].map(|n| format!("{n}.{extension}"));
        assert_eq!(names(&found), expected);
        for (name, content) in &found {
            let input = format!("in/{}", name.strip_suffix(&format!(".{extension}")).unwrap());
            let stdout = bench.classify(&[&input, "--format", format]).success();
            assert_eq!(String::from_utf8_lossy(content), stdout, "{name}");
        }
    }

    let run = ["in", "--format", "csv", "--output", "out/csv", "--resume"];
    let before = tree(&bench, "out/csv");
    let folder = bench.path().join("out/csv");
    fs::remove_file(folder.join("deep/a.wav.csv")).unwrap();
    fs::write(folder.join("a.wav.csv"), "mine").unwrap();
    bench.tones("in/new.wav", &[(HIGH_HZ, 2.0)]);
    bench.classify(&run).success();
    let after = tree(&bench, "out/csv");
    assert_eq!(names(&after), ["a.wav.csv", "deep/a.wav.csv", "deep/er/b.wav.csv", "new.wav.csv"]);
    assert_eq!(after[0].1, b"mine");
    assert_eq!(after[1..3], before[1..3]);
    // Without --resume, all results are made again.
    bench.classify(&run[..5]).success();
    assert_eq!(tree(&bench, "out/csv")[0], before[0]);

    error_of(&bench.classify(&["in", "--resume"]), 2, "--output");
    let run = bench.classify(&["in/a.wav", "in/deep/a.wav", "--output", "out/two"]);
    error_of(&run, 2, "two recordings would have the result");
}

#[test]
fn an_output_that_is_neither_file_nor_folder_is_refused() {
    let bench = Bench::new();
    let recording = fs::read(bench.tones("a.wav", &[(LOW_HZ, 1.0)])).unwrap();
    let run = bench.classify(&["a.wav", "--format", "csv", "--output", "a.wav"]);
    error_of(&run, 2, "--output is a.wav, which is not a folder; a file for all results has the");
    assert!(fs::read(bench.path().join("a.wav")).unwrap() == recording);
}

#[test]
fn a_result_that_cannot_be_written_ends_the_run_with_a_reason() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
    bench.write("taken", b"a file where a folder should be");
    let run = bench.classify(&["a.wav", "--output", "taken/below"]);
    error_of(&run, 1, "cannot write the result; check space and permissions [io]");
    assert!(run.stderr.starts_with("error: taken/below: "), "{}", run.stderr);
}

#[cfg(unix)]
mod unix {
    use super::{error_of, names, tree};
    use crate::common::files::{Running, raw, tone, with_locked_folder};
    use crate::common::{Bench, HIGH_HZ, LOW_HZ};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn an_interrupted_run_leaves_only_finished_results_and_is_resumed() {
        let bench = Bench::new();
        bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
        let arguments = ["-", "--rate", "22050", "--format", "jsonl", "--output", "out"];
        bench.classify(&["a.wav", "--format", "jsonl", "--output", "out"]).success();
        let mut running = Running::classify(&bench, &arguments);
        running.feed(&raw(&tone(HIGH_HZ, 10.0)));
        // Unfinished results have other names.
        while tree(&bench, "out").len() < 2 {
            std::thread::yield_now();
        }
        running.interrupt();
        let (status, ..) = running.end();
        assert_eq!(status.code(), Some(130));
        assert_eq!(names(&tree(&bench, "out")), ["a.wav.jsonl"]);
        let resumed = [&arguments[..], &["--resume"]].concat();
        bench.classify_piped(&resumed, &raw(&tone(HIGH_HZ, 2.0))).success();
        assert_eq!(names(&tree(&bench, "out")), ["-.jsonl", "a.wav.jsonl"]);
    }

    #[test]
    fn a_link_stays_and_a_pipe_is_refused() {
        let bench = Bench::new();
        bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
        let stdout = bench.classify(&["a.wav", "--format", "csv"]).success();
        fs::create_dir(bench.path().join("big")).unwrap();
        bench.write("big/there.csv", b"old");
        // One link leads to another, one to a file that does not exist yet.
        for (link, target) in
            [("o.csv", "one.csv"), ("one.csv", "big/there.csv"), ("new.csv", "big/new.csv")]
        {
            std::os::unix::fs::symlink(target, bench.path().join(link)).unwrap();
        }
        for (link, file) in [("o.csv", "big/there.csv"), ("new.csv", "big/new.csv")] {
            let run = ["a.wav", "--format", "csv", "--output", link];
            bench.classify(&run).success();
            bench.classify(&[&run[..], &["--resume"]].concat()).success();
            assert!(bench.path().join(link).is_symlink());
            assert_eq!(fs::read_to_string(bench.path().join(file)).unwrap(), stdout);
        }
        let pipe = bench.path().join("pipe.csv");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let run = bench.classify(&["a.wav", "--format", "csv", "--output", "pipe.csv"]);
        error_of(&run, 2, "--output is pipe.csv, which is not a regular file");
        assert!(!pipe.is_file());
    }

    #[test]
    fn others_may_read_results() {
        let bench = Bench::new();
        bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
        bench.classify(&["a.wav", "--output", "out"]).success();
        // A file that is created in the usual way shows the usual permissions.
        fs::write(bench.path().join("usual"), "").unwrap();
        let mode = |name: &str| {
            fs::metadata(bench.path().join(name)).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(mode("out/a.wav.txt"), mode("usual"));
    }

    #[test]
    fn a_read_only_folder_is_named() {
        let bench = Bench::new();
        bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
        let classify = || bench.classify(&["a.wav", "--output", "locked"]);
        let (run, is_locked) = with_locked_folder(&bench, classify);
        if is_locked {
            error_of(&run, 1, "error: locked: cannot write the result; ");
        } else {
            assert_eq!(run.code, 0);
        }
    }
}
