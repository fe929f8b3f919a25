//! What `sourcing-sound classify` reads: channels, parts of recordings, odd files and folders; a
//! file below tests pipes.

mod pipes;

use crate::common::files::{results, tone, wav_of_channels};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, RATE, Run, wav};
use serde_json::Value;

fn objects(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns start, end and label of every row.
fn rows(stdout: &str) -> Vec<(f64, f64, String)> {
    let row = |line: &Value| {
        let time = |key: &str| line[key].as_f64().unwrap();
        (time("start"), time("end"), line["label"].as_str().unwrap().to_owned())
    };
    objects(stdout).iter().map(row).collect()
}

/// Returns the lines of a run without the name of the file.
fn nameless(stdout: &str) -> Vec<Value> {
    let mut lines = objects(stdout);
    lines.iter_mut().for_each(|line| drop(line.as_object_mut().unwrap().remove("file")));
    lines
}

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

#[test]
fn sound_in_any_channel_has_the_labels_of_mono() {
    let bench = Bench::new();
    let sound = [tone(LOW_HZ, 3.0), tone(HIGH_HZ, 3.0)].concat();
    let inverted: Vec<i16> = sound.iter().map(|sample| -sample).collect();
    let quiet = vec![0; sound.len()];
    let mut eight = vec![quiet.clone(); 8];
    eight[5] = sound.clone();
    bench.write("mono.wav", &wav_of_channels(std::slice::from_ref(&sound)));
    bench.write("same.wav", &wav_of_channels(&[sound.clone(), sound.clone()]));
    bench.write("inverted.wav", &wav_of_channels(&[sound.clone(), inverted]));
    bench.write("eight.wav", &wav_of_channels(&eight));
    let mono = nameless(&bench.classify(&["mono.wav", "--format", "jsonl"]).success());
    for name in ["same.wav", "eight.wav"] {
        let found = nameless(&bench.classify(&[name, "--format", "jsonl"]).success());
        assert_eq!(found, mono, "{name}");
    }
    let run = bench.classify(&["inverted.wav", "--format", "jsonl"]);
    assert_eq!(run.code, 0);
    assert_eq!(nameless(&run.stdout), mono);
    let warnings: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(warnings.len(), 1, "{}", run.stderr);
    assert!(warnings[0].starts_with("warning: inverted.wav: channel 1 "), "{}", run.stderr);
    assert!(warnings[0].ends_with("[channel-taken]"), "{}", run.stderr);
    // Nothing is missing.
    assert_eq!(bench.classify(&["inverted.wav", "--strict"]).code, 0);
}

#[test]
fn a_channel_can_be_chosen_or_all_reported() {
    let bench = Bench::new();
    bench.write("two.wav", &wav_of_channels(&[tone(LOW_HZ, 2.0), tone(HIGH_HZ, 2.0)]));
    for (channel, label) in [("left", "low"), ("1", "low"), ("right", "high"), ("2", "high")] {
        let run = bench.classify(&["two.wav", "--channel", channel, "--format", "jsonl"]);
        let found = rows(&run.success());
        assert!(found.iter().all(|row| row.2 == label), "{channel}: {found:?}");
    }
    let each = bench.classify(&["two.wav", "--channel", "each", "--format", "jsonl"]).success();
    let lines = objects(&each);
    for (channel, label) in [(1, "low"), (2, "high")] {
        let of_channel: Vec<&Value> =
            lines.iter().filter(|line| line["channel"] == channel).collect();
        assert_eq!(of_channel.len(), lines.len() / 2, "{each}");
        assert!(of_channel.iter().all(|line| line["label"] == label), "{each}");
    }
    let csv = bench.classify(&["two.wav", "--channel", "each", "--format", "csv"]).success();
    assert!(csv.starts_with("file,channel,start,end,label,"), "{csv}");
    assert!(csv.contains("\ntwo.wav,2,0,1"), "{csv}");
    let text = bench.classify(&["two.wav", "--channel", "each"]).success();
    assert!(text.contains("two.wav  channel 2  2.0 s\n"), "{text}");

    let raven = bench.classify(&["two.wav", "--channel", "2", "--format", "raven"]).success();
    assert!(raven.contains("\n1\tSpectrogram 1\t2\t0.000\t2.000\t"), "{raven}");

    let run = bench.classify(&["two.wav", "--channel", "3"]);
    error_of(
        &run,
        1,
        "error: two.wav: --channel asks for channel 3, but its channels are 1 to 2 [config]\n",
    );
    bench.tones("one.wav", &[(LOW_HZ, 1.0)]);
    let run = bench.classify(&["one.wav", "--channel", "right"]);
    error_of(
        &run,
        1,
        "error: one.wav: --channel asks for channel 2, but it has one channel [config]\n",
    );
    bench.write("many.wav", &wav_of_channels(&vec![tone(LOW_HZ, 1.0); 65]));
    let run = bench.classify(&["many.wav"]);
    error_of(&run, 1, "\n  keep one channel: sox many.wav many.converted.wav remix 1\n");
    for wrong in ["0", "both", "-1"] {
        let run = bench.classify(&["two.wav", &format!("--channel={wrong}")]);
        error_of(&run, 2, "--channel is");
    }
}

#[test]
fn strict_counts_recordings_that_break_off_as_failed() {
    let bench = Bench::new();
    let whole = wav(&[(LOW_HZ, 2.0)]);
    bench.write("cut.wav", &whole[..whole.len() / 2]);
    let run = bench.classify(&["cut.wav", "--format", "jsonl"]);
    error_of(&run, 0, "warning: cut.wav: the recording breaks off");
    let strict = bench.classify(&["cut.wav", "--format", "jsonl", "--strict"]);
    error_of(&strict, 1, "error: cut.wav: the recording breaks off");
    assert_eq!(strict.stdout, run.stdout);
    let run = bench.classify(&["cut.wav", "--strict", "--output", "results"]);
    assert_eq!(run.code, 1);
    assert!(results(&bench.path().join("results")).is_empty());
}

#[test]
fn a_part_of_a_recording_has_the_rows_of_the_whole() {
    let bench = Bench::new();
    bench.tones("long.wav", &[(LOW_HZ, 10.0), (HIGH_HZ, 10.0), (MIDDLE_HZ, 10.0)]);
    let hop = ["--format", "jsonl", "--hop", "1"];
    let whole = rows(&bench.classify(&[&["long.wav"], &hop[..]].concat()).success());
    // 1 s is 43 columns of 512 samples here, so 15 hops are a whole number of samples.
    let start = 15.0 * 43.0 * 512.0 / f64::from(RATE);
    let given = format!("0:{start}");
    let part = ["long.wav", "--start", given.as_str(), "--end", "0:00:25"];
    let part = rows(&bench.classify(&[&part[..], &hop[..]].concat()).success());
    assert!((part[0].0 - start).abs() < 0.001, "{part:?}");
    assert_eq!(part.last().unwrap().1, 25.0);
    // The first segment has silence before it, and the last one is moved.
    for row in &part[..part.len() - 1] {
        assert!(whole.contains(row), "{row:?} of {whole:?}");
    }
    assert!((9..=11).contains(&part.len()), "{part:?}");

    let text = bench.classify(&["long.wav", "--start", "12", "--end", "14.5"]).success();
    assert!(text.starts_with("long.wav  12.0 – 14.5 s\n  0:12.0 – 0:14.5  high "), "{text}");

    for wrong in [["--start", "soon"], ["--start", "-1"], ["--end", "0"], ["--end", "1:2:3:4"]] {
        error_of(&bench.classify(&[&["long.wav"], &wrong[..]].concat()), 2, wrong[0]);
    }
    let run = bench.classify(&["long.wav", "--start", "40"]);
    error_of(
        &run,
        1,
        "error: long.wav: too little sound between --start and --end (the recording has 30.0 s): ",
    );
    error_of(&run, 1, "[config]\n");
}

#[test]
fn unsupported_files_are_refused_with_the_line_that_converts_them() {
    let bench = Bench::new();
    bench.write("my dog's.wma", &b"Not a sound. ".repeat(100));
    let run = bench.classify(&["my dog's.wma"]);
    error_of(&run, 1, "[audio-unsupported]\n");
    error_of(&run, 1, r"ffmpeg -i 'my dog'\''s.wma' 'my dog'\''s.wav'");
    bench.write("odd.wav", &b"Not a sound. ".repeat(100));
    error_of(&bench.classify(&["odd.wav"]), 1, "ffmpeg -i odd.wav odd.converted.wav");
    error_of(&bench.classify(&["odd.wav"]), 1, ", found something else [audio-unsupported]\n");
}

#[test]
fn files_that_are_not_recordings_are_named_with_advice() {
    let bench = Bench::new();
    bench.tones("dog.wav", &[(LOW_HZ, 1.0)]);
    for (given, advice) in [
        ("tiny.onnx", "if it is a model, choose it: --model tiny.onnx\n"),
        ("https://x.org/a.wav", "addresses are not read: download it\n"),
        ("night*.wav", "no file matches this pattern\n"),
        ("night.wav", "check that it exists and that you have permission to read it\n"),
    ] {
        error_of(&bench.classify(&[given]), 1, advice);
    }
    let run = bench.run(&["dog.wav"]);
    error_of(&run, 2, "tip: to label its sounds: sourcing-sound classify dog.wav\n");
    let unknown = bench.run(&["cat.wav"]);
    assert!(unknown.code == 2 && !unknown.stderr.contains("tip:"), "{}", unknown.stderr);
}

#[cfg(unix)]
mod unix {
    use super::{error_of, objects};
    use crate::common::{Bench, HIGH_HZ, LOW_HZ, tiny_model, wav};
    use sourcing_sound::Labels;
    use std::ffi::OsStr;
    use std::fs::{self, Permissions};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    /// In rows, bytes that are not UTF-8 are numbers, so that names stay distinct.
    #[cfg(target_os = "linux")]
    #[test]
    fn names_need_not_be_utf_8() {
        let bench = Bench::new();
        let folder = bench.path().join("clips");
        fs::create_dir(&folder).unwrap();
        for name in [b"caf\xe9.wav", b"caf\xe8.wav"] {
            fs::write(folder.join(OsStr::from_bytes(name)), wav(&[(LOW_HZ, 1.0)])).unwrap();
        }
        for format in ["text", "csv", "jsonl", "events", "raven"] {
            let stdout = bench.classify(&["clips", "--format", format]).success();
            let [first, second] = ["caf%E8.wav", "caf%E9.wav"].map(|name| stdout.find(name));
            assert!(first.is_some() && first < second, "{stdout}");
        }
        bench.classify(&["clips", "--format", "csv", "--output", "results"]).success();
        for result in [b"caf\xe8.wav.csv", b"caf\xe9.wav.csv"] {
            assert!(bench.path().join("results").join(OsStr::from_bytes(result)).is_file());
        }
        let run = ["clips", "--format", "csv", "--output", "all.csv", "--resume"];
        bench.classify(&run).success();
        let rows = fs::read(bench.path().join("all.csv")).unwrap();
        bench.classify(&run).success();
        assert!(fs::read(bench.path().join("all.csv")).unwrap() == rows);
        let features = bench.run(&["features", "clips", "--format", "jsonl"]).success();
        assert!(features.contains("caf%E8.wav") && features.contains("caf%E9.wav"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn control_characters_in_names_and_labels_do_not_reach_the_terminal() {
        let bench = Bench::new();
        let mut metadata = tiny_model::metadata();
        let labels = ["\u{1b}[31mred\u{7}", "middle", "high"];
        metadata.labels = Labels::new(labels.map(String::from).to_vec()).unwrap();
        bench.write("red.onnx", &tiny_model::onnx(&metadata));
        let mut cut = wav(&[(LOW_HZ, 2.0)]);
        cut.truncate(cut.len() / 2);
        bench.write("in/a\u{1b}]0;title\u{7}\n.wav", &cut);
        bench.write("in/b\u{1b}[2J\nerror: c.wav", b"no recording");
        let is_printable = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
        let classify = bench.run(&["classify", "--model", "red.onnx", "in"]);
        assert!(classify.stdout.starts_with("in/a�]0;title��.wav  "), "{}", classify.stdout);
        assert!(classify.stdout.contains("  �[31mred�  "), "{}", classify.stdout);
        error_of(&classify, 1, "warning: in/a�]0;title��.wav: ");
        error_of(&classify, 1, "error: in/b�[2J�error: c.wav: ");
        let inspect = bench.run(&["inspect", "red.onnx"]);
        assert!(inspect.stdout.contains("�[31mred�, middle, high"), "{}", inspect.stdout);
        let features = bench.run(&["features", "in"]);
        for run in [classify, inspect, features] {
            assert!(is_printable(&run.stdout), "{}", run.stdout);
            assert!(is_printable(&run.stderr), "{}", run.stderr);
        }
    }

    #[test]
    fn links_to_enclosing_folders_are_not_followed() {
        let bench = Bench::new();
        bench.tones("clips/deep/a.wav", &[(LOW_HZ, 1.0)]);
        let clips = bench.path().join("clips");
        symlink(&clips, clips.join("deep/loop")).unwrap();
        symlink("self.wav", clips.join("self.wav")).unwrap();
        symlink("deep/a.wav", clips.join("linked.wav")).unwrap();
        let run = bench.classify(&["clips", "--format", "jsonl", "--hop", "9"]);
        error_of(&run, 1, "clips/self.wav: cannot read the file");
        let files: Vec<_> = objects(&run.stdout).iter().map(|line| line["file"].clone()).collect();
        assert_eq!(files, ["clips/deep/a.wav", "clips/linked.wav"]);
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_named_and_the_rest_is_done() {
        let bench = Bench::new();
        bench.tones("clips/a.wav", &[(LOW_HZ, 1.0)]);
        bench.tones("clips/locked/b.wav", &[(LOW_HZ, 1.0)]);
        bench.tones("clips/z.wav", &[(HIGH_HZ, 1.0)]);
        let locked = bench.path().join("clips/locked");
        fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
        // The administrator may list any folder.
        let is_locked = fs::read_dir(&locked).is_err();
        let run = bench.classify(&["clips", "--format", "jsonl"]);
        fs::set_permissions(&locked, Permissions::from_mode(0o755)).unwrap();
        assert!(run.stdout.contains("clips/a.wav") && run.stdout.contains("clips/z.wav"));
        if is_locked {
            error_of(&run, 1, "error: clips/locked: cannot list the folder: ");
            error_of(&run, 1, "done 2, failed 1\n");
        } else {
            assert_eq!(run.code, 0);
        }
    }
}
