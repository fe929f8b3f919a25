//! No result is lost, mixed with others or attributed to the wrong recording: closed pipes, names
//! that are taken, results of other options, and rows of several recordings.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::{Bench, HIGH_HZ, LOW_HZ, RATE, Run, wav};

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

/// Returns a recording that ends before its header says.
fn cut_off() -> Vec<u8> {
    let mut bytes = wav(&[(LOW_HZ, 4.0)]);
    bytes.truncate(bytes.len() / 2);
    bytes
}

#[cfg(unix)]
#[test]
fn results_do_not_depend_on_whether_stderr_is_read() {
    let bench = Bench::new();
    bench.tones("in/a.wav", &[(LOW_HZ, 2.0)]);
    bench.write("in/b.wav", b"no recording");
    bench.tones("in/c.wav", &[(HIGH_HZ, 2.0)]);
    let mut run = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"));
    run.args(["classify", "--model", "tiny.onnx", "in", "--format", "csv", "--output", "all.csv"]);
    let mut run = run.current_dir(bench.path()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stderr.take());
    assert_eq!(run.wait().unwrap().code(), Some(1));
    let table = fs::read_to_string(bench.path().join("all.csv")).unwrap();
    assert!(table.contains("in/a.wav") && table.contains("in/c.wav"), "{table}");
}

#[test]
fn results_that_cannot_be_renamed_stay_where_the_error_says() {
    let bench = Bench::new();
    let (mut run, expected) = (Command::new(env!("CARGO_BIN_EXE_sourcing-sound")), "a.csv");
    run.args(["classify", "--model", "tiny.onnx", "-", "--format", "csv", "--output", expected]);
    run.current_dir(bench.path()).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut run = run.spawn().unwrap();
    // The file is begun before the sound is read.
    let part = bench.path().join(".part-a.csv");
    while !part.exists() {
        assert!(run.try_wait().unwrap().is_none(), "it has ended");
        std::thread::yield_now();
    }
    fs::create_dir(bench.path().join(expected)).unwrap();
    run.stdin.take().unwrap().write_all(&wav(&[(LOW_HZ, 2.0)])).unwrap();
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("it is in "), "{stderr}");
    assert!(fs::read_to_string(part).unwrap().contains("low"));
}

#[test]
fn results_of_other_options_are_not_mixed_whatever_their_recordings() {
    let bench = Bench::new();
    bench.tones("p/a.wav", &[(LOW_HZ, 3.0)]);
    bench.tones("q/b.wav", &[(LOW_HZ, 3.0)]);
    let run =
        |folder, hop| [folder, "--format", "csv", "--output", "out", "--hop", hop, "--resume"];
    bench.classify(&run("p", "1")).success();
    error_of(&bench.classify(&run("q", "2")), 2, "--hop");
    assert!(!bench.path().join("out/b.wav.csv").exists());
    bench.classify(&run("q", "1")).success();
}

#[test]
fn a_recording_that_fails_has_no_line_in_a_file_of_any_text_format() {
    let bench = Bench::new();
    bench.tones("in/a.wav", &[(LOW_HZ, 2.0)]);
    bench.write("in/b.wav", &cut_off());
    for (format, file) in
        [("text", "t.txt"), ("raven", "r.txt"), ("csv", "c.csv"), ("events", "e.csv")]
    {
        let run = bench.classify(&["in", "--strict", "--format", format, "--output", file]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        let table = fs::read_to_string(bench.path().join(file)).unwrap();
        assert!(table.contains("a.wav") && !table.contains("b.wav"), "{format}: {table}");
    }
}

#[test]
fn a_raven_table_of_several_recordings_counts_from_the_first() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 4.0)]);
    bench.tones("b.wav", &[(LOW_HZ, 4.0), (HIGH_HZ, 4.0)]);
    let table = bench.classify(&["a.wav", "b.wav", "--format", "raven"]).success();
    let row = |line: &str| {
        let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        (fields[3].clone(), fields[7].clone(), fields[8].clone())
    };
    let rows: Vec<_> = table.lines().skip(1).map(row).collect();
    assert_eq!(rows[0], ("0.000".into(), "a.wav".into(), "0.000".into()), "{table}");
    assert_eq!(rows[1], ("4.000".into(), "b.wav".into(), "0.000".into()), "{table}");
    let [begin, offset] = [&rows[2].0, &rows[2].2].map(|field| field.parse::<f64>().unwrap());
    assert!((begin - offset - 4.0).abs() < 1e-6, "{table}");
}

#[test]
fn a_recording_that_fails_keeps_its_place_in_a_raven_table() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 4.0)]);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut nan = hound::WavWriter::create(bench.path().join("nan.wav"), spec).unwrap();
    (0..3 * RATE).for_each(|n| nan.write_sample(if n < RATE { 0.0 } else { f32::NAN }).unwrap());
    nan.finalize().unwrap();
    let run = bench.classify(&["a.wav", "nan.wav", "a.wav", "--format", "raven"]);
    error_of(&run, 1, "[audio-non-finite]");
    let begin = |line: &str| line.split('\t').nth(3).unwrap().to_owned();
    let begins: Vec<String> =
        run.stdout.lines().filter(|line| line.contains("a.wav")).map(begin).collect();
    assert_eq!(begins, ["0.000", "7.000"], "{}", run.stdout);
}

#[test]
fn a_label_track_is_about_one_recording() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 2.0)]);
    bench.tones("b.wav", &[(LOW_HZ, 2.0)]);
    let run = bench.classify(&["a.wav", "b.wav", "--format", "audacity"]);
    error_of(&run, 2, "about one recording, but there are 2");
    bench.classify(&["a.wav", "b.wav", "--format", "audacity", "--output", "out"]).success();
}

#[test]
fn meaningless_options_are_refused() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 2.0)]);
    for format in ["events", "raven", "audacity", "parquet-events"] {
        let run = bench.classify(&["a.wav", "--format", format, "--top", "2", "--output", "out"]);
        error_of(&run, 2, "--top");
    }
    error_of(&bench.classify(&["a.wav", "--head-only"]), 2, "--head-only");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_named() {
    let bench = Bench::new();
    bench.tones("in/a.wav", &[(LOW_HZ, 2.0)]);
    std::os::unix::fs::symlink("/nonexistent.wav", bench.path().join("in/z.wav")).unwrap();
    let run = bench.classify(&["in", "--format", "csv"]);
    error_of(&run, 1, "in/z.wav");
    assert!(run.stdout.contains("in/a.wav"), "{}", run.stdout);
}

#[test]
fn standard_input_is_not_a_file_named_like_it() {
    let bench = Bench::new();
    bench.tones("-", &[(HIGH_HZ, 4.0)]);
    let input = wav(&[(LOW_HZ, 4.0)]);
    let run = ["-", "--format", "csv", "--save-clips", "clips"];
    let table = bench.classify_piped(&run, &input).success();
    assert!(table.contains("low") && !table.contains("high"), "{table}");
    let table = bench.classify(&["./-", "--format", "csv"]).success();
    assert!(table.contains("high"), "{table}");
}

#[test]
fn clips_of_a_part_of_a_pipe_have_their_full_length() {
    let bench = Bench::new();
    let input = wav(&[(LOW_HZ, 10.0)]);
    let run =
        ["-", "--format", "events", "--start", "4", "--clip-max", "1", "--save-clips", "clips"];
    let events = bench.classify_piped(&run, &input).success();
    assert_eq!(events.lines().count(), 2, "{events}");
    let clips = fs::read_dir(bench.path().join("clips")).unwrap();
    let clips: Vec<_> = clips.map(|clip| clip.unwrap().metadata().unwrap().len()).collect();
    // One second at 24 bits.
    assert!(clips.len() == 1 && clips[0] > 3 * 22_050, "{clips:?}");
}
