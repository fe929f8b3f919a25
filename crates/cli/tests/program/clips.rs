//! `sourcing-sound classify --save-clips`: saves detected sounds as WAV files.

mod pipes;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::files::{tone, wav_of_channels};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, RATE, Run, everyday};

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

/// Returns a low tone, a high one and the low one again, in two channels.
fn channels() -> Vec<Vec<i16>> {
    let samples = [tone(LOW_HZ, 4.0), tone(HIGH_HZ, 4.0), tone(LOW_HZ, 4.0)].concat();
    let half = samples.iter().map(|sample| sample / 2).collect();
    vec![samples, half]
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("in/deep/tones.wav", &wav_of_channels(&channels()));
    bench
}

/// Returns all files of a folder by their path below it.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut folders, mut files) = (vec![root.to_owned()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn names(bench: &Bench, folder: &str) -> Vec<String> {
    tree(&bench.path().join(folder)).into_keys().collect()
}

/// A row of `--format events`: onset and offset in seconds, and label.
type Event = (f64, f64, String);

fn events(bench: &Bench, arguments: &[&str]) -> Vec<Event> {
    let csv = bench.classify(&[arguments, &["--format", "events"]].concat()).success();
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let header = table.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|other| other == name).unwrap();
    let row = |row: csv::StringRecord| {
        let number = |name| row[column(name)].parse().unwrap();
        (number("onset"), number("offset"), row[column("label")].to_owned())
    };
    table.records().map(|record| row(record.unwrap())).collect()
}

/// Returns the name of an event's clip.
fn name((onset, _, label): &Event) -> String {
    format!("deep/tones_00h00m{onset:06.3}s_{label}.wav")
}

/// Returns the samples of a clip: channels, rate and interleaved samples of 24 bits.
fn samples(bench: &Bench, path: &str) -> (u16, u32, Vec<i32>) {
    let mut reader = hound::WavReader::open(bench.path().join(path)).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.bits_per_sample, spec.sample_format), (24, hound::SampleFormat::Int));
    let samples = reader.samples::<i32>().map(Result::unwrap).collect();
    (spec.channels, spec.sample_rate, samples)
}

/// Returns what a clip of these channels must contain between two times in seconds.
fn expected(channels: &[&Vec<i16>], from: f64, to: f64) -> Vec<i32> {
    let frame = |seconds: f64| (seconds * f64::from(RATE)).round() as usize;
    let end = frame(to).min(channels[0].len());
    let frames = (frame(from)..end).flat_map(|n| channels.iter().map(move |c| c[n]));
    frames.map(|sample| i32::from(sample) << 8).collect()
}

#[test]
fn clips_are_the_events_as_they_were_recorded() {
    let bench = bench();
    let both = channels();
    let found = events(&bench, &["in"]);
    assert_eq!(found.len(), 3, "{found:?}");
    for (options, padding, most) in [
        (&[][..], 1.0, 60.0),
        (&["--clip-padding", "0.25", "--clip-max", "2"][..], 0.25, 2.0),
        (&["--clip-padding", "0", "--jobs", "1"][..], 0.0, 60.0),
    ] {
        let run = ["in", "--format", "csv", "--save-clips", "clips"];
        let printed = bench.classify(&[&run[..], options].concat()).success();
        assert_eq!(printed, bench.classify(&["in", "--format", "csv"]).success());
        let expected_names: Vec<String> = found.iter().map(name).collect();
        assert_eq!(names(&bench, "clips"), expected_names);
        for event in &found {
            let clip = samples(&bench, &format!("clips/{}", name(event)));
            let from = (event.0 - padding).max(0.0);
            let to = (event.1 + padding).min(from + most);
            let audio = expected(&[&both[0], &both[1]], from, to);
            assert!(clip == (2, RATE, audio), "{event:?} with {options:?}");
        }
        fs::remove_dir_all(bench.path().join("clips")).unwrap();
    }
}

#[test]
fn a_chosen_channel_is_the_only_one_of_the_clip() {
    let bench = bench();
    let both = channels();
    let run = ["in", "--channel", "right", "--labels", "high", "--save-clips", "right"];
    bench.classify(&run).success();
    let found = events(&bench, &["in", "--channel", "right", "--labels", "high"]);
    assert_eq!(names(&bench, "right"), found.iter().map(name).collect::<Vec<_>>());
    let clip = samples(&bench, &format!("right/{}", name(&found[0])));
    let audio = expected(&[&both[1]], found[0].0 - 1.0, found[0].1 + 1.0);
    assert!(clip == (1, RATE, audio));

    bench.classify(&["in", "--channel", "each", "--save-clips", "each"]).success();
    let found = events(&bench, &["in", "--channel", "each"]);
    let each = names(&bench, "each");
    assert_eq!(each.len(), found.len());
    let of = |channel: &str| each.iter().filter(|name| name.contains(channel)).count();
    assert_eq!([of("_ch1_"), of("_ch2_")], [3, 3], "{each:?}");
}

#[test]
fn filters_and_parts_choose_the_clips() {
    let bench = Bench::new();
    bench.write("everyday.onnx", &everyday::model("everyday-made"));
    bench.tones("a.wav", &[(LOW_HZ, 4.0), (MIDDLE_HZ, 4.0), (HIGH_HZ, 4.0)]);
    let run = |folder: &str, more: &[&str]| {
        let arguments = ["classify", "--model", "everyday.onnx", "a.wav", "--save-clips", folder];
        bench.run(&[&arguments[..], more].concat()).success();
        let clips = bench.path().join(folder);
        if clips.exists() { names(&bench, folder) } else { Vec::new() }
    };
    let all = run("all", &[]);
    let hums = all.iter().filter(|name| name.ends_with("_low-hum-drone.wav")).count();
    assert!(hums > 0 && hums < all.len(), "{all:?}");
    assert_eq!(run("hums", &["--labels", "Low hum, drone"]).len(), hums);
    assert!(run("none", &["--min-score", "1"]).is_empty());
    let late = run("late", &["--start", "3", "--end", "11"]);
    let is_late = |name: &String| name.as_str() >= "a_00h00m03";
    assert!(!late.is_empty() && late.iter().all(is_late), "{late:?}");
    assert!(!all.iter().all(is_late), "{all:?}");
}

#[test]
fn the_best_of_a_label_are_kept() {
    let bench = Bench::new();
    let mut tones = Vec::new();
    for _ in 0..3 {
        tones.extend([(LOW_HZ, 3.0), (HIGH_HZ, 3.0)]);
    }
    bench.tones("in/deep/tones.wav", &tones);
    let csv = bench.classify(&["in", "--format", "events"]).success();
    let mut best: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let score: f64 = fields[4].parse().unwrap();
        let entry = best.entry(fields[3]).or_insert((score, fields[1]));
        if score > entry.0 {
            *entry = (score, fields[1]);
        }
    }
    assert!(csv.lines().count() > 5 && best.len() == 2, "{csv}");
    bench.classify(&["in", "--save-clips", "clips", "--clips-per-label", "1"]).success();
    let mut expected: Vec<String> = Vec::new();
    for (label, (_, onset)) in best {
        expected.push(name(&(onset.parse().unwrap(), 0.0, label.to_owned())));
    }
    expected.sort();
    assert_eq!(names(&bench, "clips"), expected);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_saved_twice() {
    let bench = bench();
    let clips = bench.path().join("clips");
    let run = ["in", "--save-clips", "clips"];
    bench.classify(&run).success();
    let first = tree(&clips);
    bench.classify(&[&run[..], &["--jobs", "1"]].concat()).success();
    assert!(tree(&clips) == first);

    // Different clips of the same name get a number.
    for _ in 0..2 {
        bench.classify(&[&run[..], &["--clip-padding", "0"]].concat()).success();
        let both = tree(&clips);
        assert_eq!(both.len(), 2 * first.len());
        assert!(first.iter().all(|(name, content)| both[name] == *content));
        let numbered = both.keys().filter(|name| name.ends_with("-2.wav")).count();
        assert_eq!(numbered, first.len());
    }

    // So do those of a recording whose name differs only in the extension.
    bench.tones("two/tones.wav", &[(LOW_HZ, 3.0)]);
    bench.tones("two/tones.flac", &[(LOW_HZ, 4.0)]);
    bench.classify(&["two", "--save-clips", "other"]).success();
    let expected = ["tones_00h00m00.000s_low-2.wav", "tones_00h00m00.000s_low.wav"];
    assert_eq!(names(&bench, "other"), expected);
}

#[test]
fn clips_do_not_depend_on_threads_and_are_resumed() {
    let bench = bench();
    for n in 0..12 {
        let tones = [(LOW_HZ, 1.5 + 0.25 * f64::from(n)), (HIGH_HZ, 2.0)];
        bench.tones(&format!("in/{n}.wav"), &tones);
    }
    let run = |clips: &str, more: &[&str]| {
        bench.classify(&[&["in", "--format", "csv", "--save-clips", clips], more].concat())
    };
    run("one", &["--jobs", "1"]).success();
    let one = tree(&bench.path().join("one"));
    assert!(one.len() >= 24, "{:?}", one.keys());
    run("four", &["--jobs", "4", "--output", "out"]).success();
    assert!(tree(&bench.path().join("four")) == one);

    // A recording without a result is processed again.
    let clips = bench.path().join("four");
    for name in ["3.wav", "deep/tones.wav"] {
        fs::remove_file(bench.path().join(format!("out/{name}.csv"))).unwrap();
    }
    let lost = one.keys().find(|name| name.starts_with("3_")).unwrap();
    let given_up = one.keys().find(|name| name.starts_with("4_")).unwrap();
    fs::remove_file(clips.join(lost)).unwrap();
    fs::remove_file(clips.join(given_up)).unwrap();
    run("four", &["--output", "out", "--resume"]).success();
    let mut expected = one.clone();
    expected.remove(given_up);
    assert!(tree(&clips) == expected);
}

#[test]
fn clips_and_results_below_an_input_are_no_inputs_of_the_next_run() {
    let bench = bench();
    let run = ["in", "--format", "events", "--save-clips", "in/clips"];
    let rows = bench.classify(&run).success();
    let clips = tree(&bench.path().join("in/clips"));
    assert_eq!(clips.len(), 3, "{:?}", clips.keys());
    for input in ["in", "./in/"] {
        let again = bench.classify(&[&[input], &run[1..]].concat());
        assert_eq!((again.code, again.stdout.lines().count()), (0, rows.lines().count()));
        assert!(again.stderr.starts_with("left out the folder of --save-clips: "));
        assert!(tree(&bench.path().join("in/clips")) == clips);
    }
    // A folder that is given is read.
    let given = bench.classify(&[&["in/clips/deep"], &run[1..]].concat());
    assert!(given.stdout.contains("\nin/clips/deep/tones_"), "{}", given.stdout);
    // The same folder, if results go there.
    let again = bench.classify(&["in", "--format", "events", "--output", "in/clips"]);
    assert_eq!(again.stderr, "left out the folder of --output: in/clips\n");
    assert!(!bench.path().join("in/clips/clips").exists());
}

#[test]
fn a_resumed_run_says_that_recordings_with_results_get_no_clips() {
    let bench = bench();
    let run = ["in", "--format", "csv", "--output", "out", "--resume", "--save-clips", "clips"];
    bench.classify(&run[..6]).success();
    let text = "--resume: left out 1 recording, which has a result; no clips are saved of what was left \
                out\n";
    assert_eq!(bench.classify(&run).stderr, text);
    assert!(!bench.path().join("clips").exists());
}

#[test]
fn clips_that_cannot_be_saved_are_failures_with_a_code() {
    let bench = bench();
    bench.tones("in/other.wav", &[(LOW_HZ, 2.0)]);
    bench.write("taken", b"a file where a folder should be");
    let run = bench.classify(&["in", "--save-clips", "taken", "--output", "out"]);
    error_of(&run, 1, "in/other.wav: cannot save a clip in taken");
    error_of(&run, 1, "[io]\n  check space and permissions");
    error_of(&run, 1, "done 0, failed 2");
    // They have no results, so --resume tries them again.
    assert_eq!(names(&bench, "out"), [".txt.settings"]);
}

#[test]
fn wrong_usage_is_refused() {
    let bench = bench();
    let run = |more: &[&str]| bench.classify(&[&["in", "--save-clips", "clips"], more].concat());
    for (arguments, text) in [
        (["--clip-padding", "-1"], "--clip-padding is -1, expected 0 to 3600 s"),
        (["--clip-padding", "NaN"], "--clip-padding is NaN"),
        (["--clip-max", "0"], "--clip-max is 0, expected more than 0 and up to 3600 s"),
        (["--clips-per-label", "0"], "--clips-per-label is 0, expected at least 1"),
    ] {
        error_of(&run(&arguments), 2, text);
    }
    error_of(&bench.classify(&["in", "--clip-max", "3"]), 2, "--save-clips");
    assert!(!bench.path().join("clips").exists());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::common::files::{classify_on_a_full_disk, with_locked_folder};

    #[test]
    fn a_full_disk_is_a_failure_and_leaves_nothing_behind() {
        let bench = bench();
        let arguments = ["in", "--save-clips", "clips"];
        let (code, stderr) = classify_on_a_full_disk(&bench, &arguments);
        assert_eq!(code, Some(1), "{stderr}");
        let expected = "error: in/deep/tones.wav: cannot save a clip in clips/deep: ";
        assert!(stderr.starts_with(expected) && stderr.contains("[io]"), "{stderr}");
        assert!(names(&bench, "clips").is_empty());
    }

    #[test]
    fn a_read_only_folder_is_named() {
        let bench = bench();
        let classify = || bench.classify(&["in", "--save-clips", "locked"]);
        let (run, is_locked) = with_locked_folder(&bench, classify);
        if is_locked {
            error_of(&run, 1, "in/deep/tones.wav: cannot save a clip in locked/deep: ");
        } else {
            assert_eq!(run.code, 0);
        }
    }
}
