//! `sourcing-sound classify --output FILE --resume`: a run that was killed, interrupted or finished
//! is continued in the same file.

use std::fs;

use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, Run, wav};

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path().join(name)).unwrap()
}

/// Returns the lines in sorted order.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_finished_file_gets_the_recordings_that_were_added() {
    let bench = Bench::new();
    for name in ["in/b.wav", "in/d, \"e\".wav", "in/f.wav"] {
        bench.tones(name, &[(LOW_HZ, 2.0), (HIGH_HZ, 2.0)]);
    }
    for (format, name) in [("csv", "o.csv"), ("jsonl", "o.jsonl"), ("events", "e.csv")] {
        let run = |more: &[&str]| {
            let arguments = ["in", "--format", format, "--output", name];
            bench.classify(&[&arguments[..], more].concat())
        };
        // Without a file, everything is missing.
        run(&["--resume"]).success();
        let first = read(&bench, name);
        run(&["--resume"]).success();
        assert_eq!(read(&bench, name), first, "{format}");
        bench.tones("in/a.wav", &[(MIDDLE_HZ, 2.0)]);
        bench.tones("in/z.wav", &[(MIDDLE_HZ, 2.0)]);
        run(&["--resume"]).success();
        let grown = read(&bench, name);
        run(&[]).success();
        let whole = read(&bench, name);
        assert_eq!(sorted(&grown), sorted(&whole), "{format}");
        assert!(whole.lines().count() > first.lines().count());
        fs::remove_file(bench.path().join("in/a.wav")).unwrap();
        fs::remove_file(bench.path().join("in/z.wav")).unwrap();
    }
}

#[test]
fn names_that_begin_like_formulas_are_text_and_are_found_again() {
    let bench = Bench::new();
    for name in ["=1+1.wav", "+a.wav", "@a.wav", "a.wav"] {
        bench.tones(name, &[(LOW_HZ, 2.0)]);
    }
    let run = ["=1+1.wav", "+a.wav", "@a.wav", "a.wav", "--output", "o.csv", "--format"];
    for format in ["csv", "events"] {
        let run = [&run[..], &[format, "--resume"]].concat();
        bench.classify(&run).success();
        let first = read(&bench, "o.csv");
        for name in ["\n'=1+1.wav,0,", "\n'+a.wav,0,", "\n'@a.wav,0,", "\na.wav,0,"] {
            assert!(first.contains(name), "{first}");
        }
        bench.classify(&run).success();
        assert_eq!(read(&bench, "o.csv"), first);
        fs::remove_file(bench.path().join("o.csv")).unwrap();
    }
    // Other formats are for programs.
    let json = bench.classify(&["=1+1.wav", "--format", "jsonl"]).success();
    assert!(json.starts_with("{\"file\":\"=1+1.wav\","), "{json}");
    let features = bench.run(&["features", "@a.wav", "--format", "csv"]).success();
    assert!(features.contains("\n'@a.wav,"), "{features}");
}

#[test]
fn files_that_cannot_be_continued_are_refused_with_a_reason() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 2.0)]);
    for (format, name) in
        [("parquet", "o.parquet"), ("text", "o.txt"), ("raven", "o.txt"), ("audacity", "o.txt")]
    {
        let run = bench.classify(&["a.wav", "--format", format, "--output", name, "--resume"]);
        error_of(&run, 2, "--resume goes on with a file of csv, jsonl or events only: ");
    }
    bench.classify(&["a.wav", "--format", "csv", "--output", "o.csv"]).success();
    let before = read(&bench, "o.csv");
    let run = ["a.wav", "--format", "csv", "--output", "o.csv", "--resume"];
    let other = bench.classify(&[&run[..], &["--top", "2"]].concat());
    error_of(&other, 2, "--top was 1, is 2");
    // As an older version left it.
    fs::remove_file(bench.path().join(".o.csv.settings")).unwrap();
    let other = bench.classify(&[&run[..], &["--top", "2"]].concat());
    error_of(&other, 2, "o.csv: --resume cannot continue a file that was made otherwise: ");
    error_of(&other, 2, "label_2");
    // It leaves nothing that a later run would continue.
    fs::rename(bench.path().join("o.csv"), bench.path().join("kept.csv")).unwrap();
    bench.classify(&[&run[..], &["--top", "2"]].concat()).success();
    fs::rename(bench.path().join("kept.csv"), bench.path().join("o.csv")).unwrap();
    let twice = bench.classify(&[&["a.wav"], &run[..]].concat());
    error_of(&twice, 2, "--resume: a.wav is given twice [config]");
    bench.write("x.jsonl", b"{\"file\":\"a.wav\"}\nnot a row\n");
    let other = ["a.wav", "--format", "jsonl", "--output", "x.jsonl", "--resume"];
    error_of(&bench.classify(&other), 2, "expected an object with \"file\"");
    assert_eq!(read(&bench, "o.csv"), before);
}

#[test]
fn a_recording_that_failed_has_no_row_and_is_tried_again() {
    let bench = Bench::new();
    for name in ["in/a.wav", "in/c.wav"] {
        bench.tones(name, &[(LOW_HZ, 2.0)]);
    }
    let whole = wav(&[(HIGH_HZ, 20.0)]);
    for (format, name) in [("csv", "o.csv"), ("jsonl", "o.jsonl"), ("events", "e.csv")] {
        // Its rows come before it is known to be truncated.
        bench.write("in/b.wav", &whole[..whole.len() / 2]);
        let run = ["in", "--format", format, "--output", name, "--strict", "--hop", "1"];
        error_of(&bench.classify(&run), 1, "b.wav");
        let first = read(&bench, name);
        assert!(!first.contains("b.wav") && first.contains("c.wav"), "{first}");
        bench.write("in/b.wav", &whole);
        bench.classify(&[&run[..], &["--resume"]].concat()).success();
        let all = read(&bench, name);
        assert!(all.contains("b.wav"), "{all}");
        bench.classify(&run).success();
        assert_eq!(sorted(&all), sorted(&read(&bench, name)), "{format}");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::common::files::{header, raw, tone};
    use crate::common::{RATE, wav_of};
    use std::io::Write;
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};

    const FORMATS: [(&str, &str); 3] =
        [("csv", "o.csv"), ("jsonl", "o.jsonl"), ("events", "e.csv")];

    /// Creates four recordings, the third of which arrives slowly.
    fn bench() -> (Bench, Vec<i16>) {
        let bench = Bench::new();
        for name in ["a.wav", "b.wav", "d.wav"] {
            bench.tones(&format!("in/{name}"), &[(LOW_HZ, 2.0), (HIGH_HZ, 2.0)]);
        }
        let slow = [tone(LOW_HZ, 6.0), tone(HIGH_HZ, 6.0), tone(LOW_HZ, 6.0)].concat();
        (bench, slow)
    }

    /// A run that has written some rows of the slow recording, which continues.
    struct Stuck {
        child: Child,
        _pipe: fs::File,
    }

    impl Stuck {
        fn start(bench: &Bench, slow: &[i16], format: &str, name: &str, more: &[&str]) -> Stuck {
            let pipe = bench.path().join("in/c.wav");
            let _ = fs::remove_file(&pipe);
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
                .args(["classify", "--model", "tiny.onnx", "in/a.wav", "in/b.wav", "in/c.wav"])
                .args(["in/d.wav", "--format", format, "--output", name])
                .args(more)
                .current_dir(bench.path())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // The pipe opens once the run reads it.
            let mut pipe = fs::File::options().write(true).open(&pipe).unwrap();
            pipe.write_all(&header(1, RATE, 2 * slow.len() as u32)).unwrap();
            pipe.write_all(&raw(&slow[..slow.len() * 5 / 6])).unwrap();
            while !part(bench, name).is_some_and(|rows| rows.contains("c.wav")) {
                assert!(child.try_wait().unwrap().is_none(), "the run has ended");
                std::thread::yield_now();
            }
            Stuck { child, _pipe: pipe }
        }

        fn end(mut self, signal: &str) -> Option<i32> {
            let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
            assert!(sent.unwrap().success());
            self.child.wait().unwrap().code()
        }
    }

    impl Drop for Stuck {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn part_path(bench: &Bench, name: &str) -> PathBuf {
        bench.path().join(format!(".part-{name}"))
    }

    fn part(bench: &Bench, name: &str) -> Option<String> {
        fs::read_to_string(part_path(bench, name)).ok()
    }

    /// Resumes with all recordings as files; returns what a run without interruption writes.
    fn resume(bench: &Bench, slow: &[i16], format: &str, name: &str) -> String {
        fs::remove_file(bench.path().join("in/c.wav")).unwrap();
        bench.write("in/c.wav", &wav_of(slow));
        let run = ["in", "--format", format, "--output"];
        bench.classify(&[&run[..], &[name, "--resume"]].concat()).success();
        assert!(part(bench, name).is_none());
        let whole = format!("whole-{name}");
        bench.classify(&[&run[..], &[&whole]].concat()).success();
        read(bench, &whole)
    }

    #[test]
    fn a_killed_run_resumes() {
        let (bench, slow) = bench();
        for (format, name) in FORMATS {
            assert_eq!(Stuck::start(&bench, &slow, format, name, &[]).end("-KILL"), None);
            assert!(!bench.path().join(name).exists());
            // As if it had been killed during a write.
            let left = part(&bench, name).unwrap();
            for half in ["", "in/c.w", "{\"file\":\"in/c.wav\",\"st", "in/c.wav,17,17.5,hi"] {
                fs::write(part_path(&bench, name), format!("{left}{half}")).unwrap();
                let whole = resume(&bench, &slow, format, name);
                assert_eq!(read(&bench, name), whole, "{format} after {half:?}");
                fs::remove_file(bench.path().join(name)).unwrap();
            }
        }
    }

    #[test]
    fn a_resumed_run_can_be_killed_again() {
        let (bench, slow) = bench();
        let (format, name) = ("csv", "o.csv");
        assert_eq!(Stuck::start(&bench, &slow, format, name, &[]).end("-KILL"), None);
        let rows = |text: &str| text.lines().filter(|line| line.starts_with("in/a")).count();
        let before = rows(&part(&bench, name).unwrap());
        assert_eq!(Stuck::start(&bench, &slow, format, name, &["--resume"]).end("-KILL"), None);
        assert_eq!(rows(&part(&bench, name).unwrap()), before);
        let whole = resume(&bench, &slow, format, name);
        assert_eq!(read(&bench, name), whole);
    }

    #[test]
    fn an_interrupted_run_resumes_too() {
        let (bench, slow) = bench();
        for (format, name) in FORMATS {
            let stuck = Stuck::start(&bench, &slow, format, name, &[]);
            assert_eq!(stuck.end("-INT"), Some(130));
            assert!(read(&bench, name).contains("c.wav") && part(&bench, name).is_none());
            let whole = resume(&bench, &slow, format, name);
            assert_eq!(read(&bench, name), whole, "{format}");
        }
    }

    #[test]
    fn two_runs_do_not_write_one_file() {
        let (bench, slow) = bench();
        let stuck = Stuck::start(&bench, &slow, "csv", "o.csv", &[]);
        let left = part(&bench, "o.csv").unwrap();
        for more in [&[][..], &["--resume"]] {
            let run = ["in/a.wav", "--format", "csv", "--output", "o.csv"];
            let run = bench.classify(&[&run[..], more].concat());
            error_of(&run, 1, "error: o.csv: cannot write the result; check space");
            error_of(&run, 1, "another run is writing ");
        }
        assert!(part(&bench, "o.csv").unwrap().starts_with(&left));
        assert_eq!(stuck.end("-KILL"), None);
    }

    /// Finished recordings are not lost.
    #[test]
    fn a_full_disk_leaves_a_file_that_can_be_resumed() {
        let (bench, slow) = bench();
        assert_eq!(Stuck::start(&bench, &slow, "jsonl", "o.jsonl", &[]).end("-KILL"), None);
        let left = part(&bench, "o.jsonl").unwrap();
        fs::remove_file(bench.path().join("in/c.wav")).unwrap();
        bench.write("in/c.wav", &wav_of(&slow));
        let arguments = ["in", "--format", "jsonl", "--output", "o.jsonl", "--resume"];
        let (code, stderr) = crate::common::files::classify_on_a_full_disk(&bench, &arguments);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains("error: o.jsonl: cannot write the result; "), "{stderr}");
        let still = part(&bench, "o.jsonl").unwrap();
        let done = left.lines().take_while(|line| !line.contains("c.wav")).count();
        assert!(still.lines().take(done).eq(left.lines().take(done)) && done > 4, "{still}");
        bench.classify(&arguments).success();
        bench.classify(&["in", "--format", "jsonl", "--output", "whole.jsonl"]).success();
        assert_eq!(read(&bench, "o.jsonl"), read(&bench, "whole.jsonl"));
    }
}
