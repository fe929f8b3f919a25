//! `sourcing-sound classify --save-clips` on pipes, which are read only once.

use std::collections::BTreeMap;
use std::fs;

use super::{bench, error_of, expected, names, samples, tree};
use crate::common::files::tone;
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, RATE};

/// Returns the clips of a folder under the names that they have if the recording comes from a pipe.
fn as_piped(bench: &Bench, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let clips = tree(&bench.path().join(folder)).into_iter();
    clips.map(|(name, clip)| (name.replace("deep/tones_", "recording_"), clip)).collect()
}

#[test]
fn clips_of_a_pipe_are_those_of_the_file() {
    let bench = bench();
    let bytes = fs::read(bench.path().join("in/deep/tones.wav")).unwrap();
    for (n, options) in [
        &[][..],
        &["--clip-padding", "0.25", "--clip-max", "2"],
        &["--clip-padding", "0", "--jobs", "1"],
        &["--clip-padding", "20", "--jobs", "3"],
        &["--channel", "right", "--labels", "high"],
        &["--channel", "each", "--jobs", "1"],
        &["--channel", "each", "--min-score", "0.9"],
        &["--clips-per-label", "1", "--hop", "0.1"],
    ]
    .into_iter()
    .enumerate()
    {
        let (file, pipe) = (format!("file-{n}"), format!("pipe-{n}"));
        bench.classify(&[&["in", "--save-clips", &file], options].concat()).success();
        let arguments = [&["-", "--save-clips", &pipe], options].concat();
        bench.classify_piped(&arguments, &bytes).success();
        let expected = as_piped(&bench, &file);
        assert!(!expected.is_empty());
        let found = as_piped(&bench, &pipe);
        let (found_names, names): (Vec<_>, Vec<_>) =
            (found.keys().collect(), expected.keys().collect());
        assert_eq!(found_names, names, "{options:?}");
        assert!(found == expected, "{options:?}");
    }
}

#[test]
fn the_best_clips_of_a_pipe_replace_those_that_were_saved_before() {
    let bench = Bench::new();
    bench.tones(
        "in/deep/tones.wav",
        &[(LOW_HZ, 3.0), (HIGH_HZ, 3.0), (LOW_HZ, 3.0), (HIGH_HZ, 3.0)],
    );
    let bytes = fs::read(bench.path().join("in/deep/tones.wav")).unwrap();
    let run = |folder: &str| {
        let options = ["--save-clips", folder, "--clips-per-label", "1"];
        bench.classify_piped(&[&["-"], &options[..]].concat(), &bytes).success();
        as_piped(&bench, folder)
    };
    bench.classify(&["in", "--save-clips", "file", "--clips-per-label", "1"]).success();
    let expected = as_piped(&bench, "file");
    // The second high tone has the higher score.
    let found: Vec<&String> = expected.keys().collect();
    assert!(found.len() == 2 && found[1].starts_with("recording_00h00m09."), "{found:?}");
    assert!(run("pipe") == expected);

    // An existing clip stays.
    bench.classify_piped(&["-", "--save-clips", "all"], &bytes).success();
    let all = as_piped(&bench, "all");
    assert!(all.len() == 4 && run("all") == all);
}

#[test]
fn a_long_sound_of_a_pipe_has_a_clip_from_its_onset_on() {
    let bench = Bench::new();
    let sound = tone(LOW_HZ, 150.0);
    let raw: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let options = ["--rate", "22050", "--clip-max", "5", "--hop", "2", "--jobs", "2"];
    let arguments = [&["-", "--save-clips", "clips"], &options[..]].concat();
    bench.classify_piped(&arguments, &raw).success();
    assert_eq!(names(&bench, "clips"), ["recording_00h00m00.000s_low.wav"]);
    let clip = samples(&bench, "clips/recording_00h00m00.000s_low.wav");
    assert!(clip == (1, RATE, expected(&[&sound], 0.0, 5.0)));
}

#[test]
fn clips_longer_than_the_kept_part_of_a_pipe_are_refused() {
    let bench = bench();
    let bytes = fs::read(bench.path().join("in/deep/tones.wav")).unwrap();
    let arguments = ["-", "--save-clips", "clips", "--clip-padding", "3000"];
    let run = bench.classify_piped(&arguments, &bytes);
    error_of(&run, 1, "error: -: --save-clips would keep ");
    error_of(&run, 1, "keeps at most 67 MB: choose smaller ones or one --channel");

    // Clips beyond the limit are left out, and the user learns about it.
    let rate = 8_000;
    let slow = |hz: f64| {
        let mut samples = tone(hz * f64::from(RATE) / f64::from(rate), 4.0);
        samples.truncate(4 * rate as usize);
        samples
    };
    let mut frames: Vec<i16> = Vec::new();
    for sample in [slow(LOW_HZ), slow(MIDDLE_HZ)].concat() {
        frames.extend([sample; 40]);
    }
    let raw: Vec<u8> = frames.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let options = ["--rate", "8000", "--channels", "40", "--clip-padding", "3", "--jobs", "1"];
    let options = [&options[..], &["--channel", "each", "--format", "csv"]].concat();
    let arguments = [&["-", "--save-clips", "clips"], &options[..]].concat();
    let run = bench.classify_piped(&arguments, &raw);
    error_of(&run, 1, "16 sounds were left out, because 64 others went on");
    assert_eq!(names(&bench, "clips").len(), 64);
    assert!(run.stdout.lines().count() > 40 * 8, "{}", run.stdout.lines().count());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::common::files::{Running, raw};

    #[test]
    fn a_clip_is_saved_while_its_pipe_stays_open() {
        let bench = Bench::new();
        let arguments = ["-", "--rate", "22050", "--format", "events", "--save-clips", "clips"];
        let mut running = Running::classify(&bench, &arguments);
        running.feed(&raw(&[tone(LOW_HZ, 3.0), tone(HIGH_HZ, 8.0)].concat()));
        assert_eq!(running.line(), "file,onset,offset,label,score");
        let row = running.line();
        let [_, _, offset, "low", _] = row.split(',').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let end = offset.parse::<f64>().unwrap() + 1.0;
        let name = "clips/recording_00h00m00.000s_low.wav";
        while !bench.path().join(name).is_file() {
            std::thread::yield_now();
        }
        let both = [tone(LOW_HZ, 3.0), tone(HIGH_HZ, 8.0)].concat();
        assert!(samples(&bench, name) == (1, RATE, expected(&[&both], 0.0, end)));
        // A sound that continues has no clip yet, and leaves nothing behind.
        running.interrupt();
        assert_eq!(running.end().0.code(), Some(130));
        assert_eq!(names(&bench, "clips"), ["recording_00h00m00.000s_low.wav"]);
    }

    /// It is read once, like standard input.
    #[test]
    fn a_named_pipe_has_clips_and_channels() {
        let bench = bench();
        let pipe = bench.path().join("pipe.wav");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let bytes = fs::read(bench.path().join("in/deep/tones.wav")).unwrap();
        let feeding = std::thread::spawn(move || fs::write(pipe, bytes).unwrap());
        let options = ["--channel", "each", "--save-clips", "clips"];
        bench.classify(&[&["pipe.wav"], &options[..]].concat()).success();
        feeding.join().unwrap();
        bench.classify(&["in", "--channel", "each", "--save-clips", "file"]).success();
        let pipes = tree(&bench.path().join("clips")).into_iter();
        let pipes = pipes.map(|(name, clip)| (name.replace("pipe_", "recording_"), clip));
        assert!(pipes.collect::<BTreeMap<_, _>>() == as_piped(&bench, "file"));
    }
}
