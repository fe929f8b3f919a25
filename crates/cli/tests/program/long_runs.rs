//! Long runs and what ends them: Ctrl-C, a kill, a full disk, a terminal instead of a file, a day
//! of rows and clips.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};

use crate::common::files::{Running, classify_on_a_full_disk, raw, tone};
use crate::common::parquet::Sheet;
use crate::common::{Bench, HIGH_HZ, LOW_HZ};

/// Returns a recording of two tones.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.tones("in/tones.wav", &[(LOW_HZ, 4.0), (HIGH_HZ, 7.0)]);
    bench
}

/// A run that waits for more on standard input.
struct Waiting {
    child: Child,
    _stdin: ChildStdin,
    _stderr: BufReader<ChildStderr>,
}

impl Waiting {
    /// Sends a signal and waits for the end.
    fn end(mut self, signal: &str) -> ExitStatus {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap()
    }
}

/// Starts a run over a truncated recording, followed by endless input. Once it warns, it has
/// printed the rows of the first one.
fn start(bench: &Bench, format: &str, output: &[&str], stdout: Stdio) -> Waiting {
    let mut cut = fs::read(bench.path().join("in/tones.wav")).unwrap();
    cut.truncate(400_000);
    bench.write("cut.wav", &cut);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
        .args(["classify", "--model", "tiny.onnx", "cut.wav", "-", "--format", format])
        .args(output)
        .current_dir(bench.path())
        .stdin(Stdio::piped())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let warned = stderr.by_ref().lines().any(|line| line.unwrap().contains("[audio-cut-off]"));
    assert!(warned, "{format}");
    // Waiting for the child would close it.
    let stdin = child.stdin.take().unwrap();
    Waiting { child, _stdin: stdin, _stderr: stderr }
}

fn hidden(bench: &Bench) -> usize {
    let entries = fs::read_dir(bench.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.as_encoded_bytes().starts_with(b".part-")).count()
}

#[test]
fn ctrl_c_leaves_a_complete_file_of_finished_recordings() {
    let bench = bench();
    for (format, name) in
        [("parquet", "o.parquet"), ("parquet-events", "e.parquet"), ("csv", "o.csv")]
    {
        let run = start(&bench, format, &["--output", name], Stdio::null());
        assert!(!bench.path().join(name).exists());
        assert_eq!(run.end("-INT").code(), Some(130));
        let expected = ["cut.wav", "--format", format, "--output", &format!("whole-{name}")];
        assert_eq!(bench.classify(&expected).code, 0);
        let path = bench.path().join(name);
        let whole = bench.path().join(format!("whole-{name}"));
        if format == "csv" {
            assert_eq!(fs::read(path).unwrap(), fs::read(whole).unwrap());
        } else {
            let (found, whole) = (Sheet::read(&path), Sheet::read(&whole));
            assert!(!found.rows.is_empty());
            assert_eq!(found.rows, whole.rows, "{format}");
        }
        assert_eq!(hidden(&bench), 0);
    }
    let file = File::create(bench.path().join("stdout.parquet")).unwrap();
    let run = start(&bench, "parquet", &[], file.into());
    assert_eq!(run.end("-INT").code(), Some(130));
    let found = Sheet::read(&bench.path().join("stdout.parquet"));
    assert_eq!(found.rows, Sheet::read(&bench.path().join("o.parquet")).rows);
}

#[test]
fn ctrl_c_leaves_complete_rows() {
    let bench = Bench::new();
    for format in ["csv", "jsonl"] {
        let arguments = ["-", "--rate", "22050", "--format", format, "--hop", "0.03"];
        let mut running = Running::classify(&bench, &arguments);
        running.feed(&raw(&tone(HIGH_HZ, 10.0)));
        let mut found = vec![running.line(), running.line()];
        running.interrupt();
        let (status, lines, stderr) = running.end();
        assert_eq!((status.code(), stderr.as_str()), (Some(130), ""), "{format}");
        found.extend(lines);
        for line in found.iter().skip(1) {
            let is_whole = match format {
                "csv" => line.ends_with(",base"),
                _ => serde_json::from_str::<serde_json::Value>(line).is_ok(),
            };
            assert!(is_whole, "{line}");
        }
    }
}

#[test]
fn a_killed_run_leaves_nothing_under_the_name() {
    let bench = bench();
    bench.write("o.parquet", b"of an earlier run");
    let run = start(&bench, "parquet", &["--output", "o.parquet"], Stdio::null());
    assert_eq!(run.end("-KILL").code(), None);
    assert_eq!(fs::read(bench.path().join("o.parquet")).unwrap(), b"of an earlier run");
    assert_eq!(hidden(&bench), 1);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing_behind() {
    let bench = bench();
    for (format, name) in [("parquet", "o.parquet"), ("jsonl", "o.jsonl")] {
        let arguments = ["in", "--hop", "0.05", "--format", format, "--output", name];
        let (code, stderr) = classify_on_a_full_disk(&bench, &arguments);
        assert_eq!(code, Some(1), "{stderr}");
        let expected = format!("error: {name}: cannot write the result; check space");
        assert!(stderr.starts_with(&expected), "{stderr}");
        assert!(!bench.path().join(name).exists());
        assert_eq!(hidden(&bench), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error_of_every_command() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 1.0)]);
    let formats =
        ["text", "csv", "jsonl", "events", "raven", "audacity", "parquet", "parquet-events"];
    let classify = ["classify", "--model", "tiny.onnx", "a.wav", "--format"];
    let mut runs = formats.map(|format| [&classify[..], &[format]].concat()).to_vec();
    for format in ["text", "csv", "jsonl"] {
        runs.push(vec!["features", "a.wav", "--format", format]);
    }
    for format in ["text", "json"] {
        runs.push(vec!["models", "--format", format]);
        runs.push(vec!["inspect", "tiny.onnx", "--format", format]);
    }
    runs.push(vec!["teach", "--label", "a tone", "a.wav", "-o", "tone.sound.json"]);
    for run in runs {
        let format = run.join(" ");
        let output = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(run)
            .current_dir(bench.path())
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {stderr}");
        let expected = "error: cannot write to standard output; check space and permissions [io]: ";
        assert!(stderr.starts_with(expected), "{format}: {stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_head_is_not_read_to_its_end() {
    let bench = Bench::new();
    let run = bench.classify(&["a.wav", "--head", "/dev/zero"]);
    let expected =
        "head /dev/zero: the file has at least 67108865 bytes, expected at most 67108864 [limit]";
    assert!(run.code == 1 && run.stderr.contains(expected), "{}", run.stderr);
}

#[test]
fn a_terminal_gets_no_parquet() {
    let bench = bench();
    let Ok(script) = Command::new("script").arg("--version").output() else {
        let line = b"skipped a_terminal_gets_no_parquet: there is no program `script`\n";
        std::io::stderr().write_all(line).unwrap();
        return;
    };
    assert!(script.status.success());
    let program = env!("CARGO_BIN_EXE_sourcing-sound");
    let command = format!("{program} classify in --model tiny.onnx --format parquet");
    let run = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(bench.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(2), "{shown}");
    assert!(shown.contains("parquet is not for terminals"), "{shown}");
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use crate::common::files::{PATIENCE, header};
    use crate::common::tiny_model;
    use serde_json::{Value, json};
    use std::io::{Seek, SeekFrom};
    use std::os::unix::fs::OpenOptionsExt;
    use std::sync::mpsc;

    /// The most memory that a run may use.
    const MOST_KILOBYTES: u64 = 150_000;

    const DAY_SECONDS: u32 = 86_400;
    const RATE_HZ: u32 = 8_000;

    /// Writes silence with a tone of some seconds every half hour, and a header that promises more.
    fn write_day(bench: &Bench) {
        let bytes = 2 * RATE_HZ * DAY_SECONDS;
        let mut file = File::create(bench.path().join("day.wav")).unwrap();
        file.write_all(&header(1, RATE_HZ, bytes + 2_000)).unwrap();
        file.set_len(44 + u64::from(bytes)).unwrap();
        let burst: Vec<u8> =
            tone(HIGH_HZ, 5.0).iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for half_hour in 0..48 {
            let place = 44 + u64::from(2 * RATE_HZ) * (half_hour * 1_800 + 900);
            file.seek(SeekFrom::Start(place)).unwrap();
            file.write_all(&burst).unwrap();
        }
    }

    /// Opening a file with this, a write that would have to wait fails instead.
    const O_NONBLOCK: i32 = 0o4000;

    /// The error is printed right before the row that has no room.
    #[test]
    fn ctrl_c_ends_a_run_whose_reader_has_stopped_reading() {
        let bench = bench();
        bench.write("bad.wav", b"no recording");
        let pipe = bench.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut options = File::options();
        let mut full = options.read(true).write(true).custom_flags(O_NONBLOCK).open(&pipe).unwrap();
        while full.write(&[0; 4_096]).is_ok() {}
        let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["classify", "--model", "tiny.onnx", "bad.wav", "-", "--format", "jsonl"])
            .current_dir(bench.path())
            .stdin(Stdio::piped())
            .stdout(File::options().write(true).open(&pipe).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(stderr.any(|line| line.unwrap().contains("bad.wav")));
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let (sender, ended) = mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait()));
        assert_eq!(ended.recv_timeout(PATIENCE).unwrap().unwrap().code(), Some(130));
        drop((stdin, full));
    }

    /// The peak is read while the run waits for someone to write to a pipe.
    #[test]
    fn a_day_of_rows_and_clips_takes_little_memory() {
        let bench = Bench::new();
        write_day(&bench);
        // A model with this rate and few columns, because a day is long.
        let mut metadata = tiny_model::metadata();
        metadata.front_end.sample_rate = RATE_HZ;
        metadata.front_end.hop_length = metadata.front_end.n_fft;
        metadata.front_end.f_max = RATE_HZ as f32 / 2.0;
        bench.write("tiny.onnx", &tiny_model::onnx(&metadata));
        let pipe = bench.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["classify", "day.wav", "pipe", "--model", "tiny.onnx", "--hop", "0.5"])
            .args(["--format", "parquet", "--output", "o.parquet", "--save-clips", "clips"])
            .current_dir(bench.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(stderr.any(|line| line.unwrap().contains("[audio-cut-off]")));
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_KILOBYTES, "{peak} kB");
        drop(File::options().write(true).open(&pipe).unwrap());
        let rest: Vec<String> = stderr.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{rest:?}");

        let sheet = Sheet::read(&bench.path().join("o.parquet"));
        assert!(sheet.row_groups > 1 && sheet.rows.len() > 150_000, "{}", sheet.rows.len());
        let last = sheet.rows.iter().rev().take(2).map(|row| [&row["file"], &row["error"]]);
        let expected = [[&json!("pipe"), &json!("audio-empty")], [&json!("day.wav"), &Value::Null]];
        assert!(last.eq(expected), "{:?}", sheet.rows.last());
        let clips = fs::read_dir(bench.path().join("clips")).unwrap();
        let high = clips.filter(|clip| {
            clip.as_ref().unwrap().file_name().to_string_lossy().ends_with("_high.wav")
        });
        assert_eq!(high.count(), 48);
    }

    /// The peak is read while the run waits for more on standard input.
    #[test]
    fn a_day_takes_little_memory() {
        let bench = Bench::new();
        let (rate, seconds) = (8_000u32, 86_400u32);
        let bytes = 2 * rate * seconds;
        let mut file = File::create(bench.path().join("day.wav")).unwrap();
        file.write_all(&header(1, rate, bytes)).unwrap();
        file.set_len(44 + u64::from(bytes)).unwrap();
        // A model with this rate and few columns, because a day is long.
        let mut metadata = tiny_model::metadata();
        metadata.front_end.sample_rate = rate;
        metadata.front_end.hop_length = metadata.front_end.n_fft;
        metadata.front_end.f_max = rate as f32 / 2.0;
        bench.write("tiny.onnx", &tiny_model::onnx(&metadata));
        for jobs in ["1", "4"] {
            let arguments = ["day.wav", "-", "--format", "jsonl", "--hop", "600", "--jobs", jobs];
            let running = Running::classify(&bench, &arguments);
            while !running.line().contains("\"end\":86400.0,") {}
            let status = fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
            let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
            assert!(peak < MOST_KILOBYTES, "{peak} kB with --jobs {jobs}");
        }
    }
}
