//! What `sourcing-sound classify` reads from pipes: files, raw samples and channels, as they
//! arrive.

use std::io::Write;

use super::{error_of, nameless, objects, rows};
use crate::common::files::{Running, header, raw, tone, wav_of_channels};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, RATE, wav};

#[test]
fn standard_input_gives_what_the_file_gives() {
    let bench = Bench::new();
    let bytes = wav(&[(LOW_HZ, 3.0), (HIGH_HZ, 3.0)]);
    bench.write("a.wav", &bytes);
    let expected = nameless(&bench.classify(&["a.wav", "--format", "jsonl"]).success());
    for jobs in ["1", "3"] {
        let arguments = ["-", "--format", "jsonl", "--jobs", jobs];
        let piped = bench.classify_piped(&arguments, &bytes).success();
        assert_eq!(objects(&piped)[0]["file"], "-");
        assert_eq!(nameless(&piped), expected);
        // The same samples without their header.
        let arguments = [&arguments[..], &["--rate", "22050"]].concat();
        let piped = bench.classify_piped(&arguments, &bytes[44..]).success();
        assert_eq!(nameless(&piped), expected);
    }

    let run = bench.classify_piped(&["-"], b"");
    error_of(&run, 1, "error: -: empty audio");
    error_of(&run, 1, "\n  the program that writes to the pipe produced no output\n");
    let run = bench.classify_piped(&["-"], &b"Not a sound. ".repeat(100));
    error_of(&run, 1, "ffmpeg -i INPUT -f wav - | sourcing-sound classify -\n");
    for wrong in [&["--rate", "100"][..], &["--rate", "8000", "--channels", "0"]] {
        let run = bench.classify_piped(&[&["-"], wrong].concat(), b"");
        error_of(&run, 2, wrong[wrong.len() - 2]);
    }
    let run = bench.classify(&["a.wav", "--rate", "22050"]);
    error_of(&run, 2, "--rate is for raw samples from standard input");
}

/// Returns the lines of each channel, in their order; the first is the header, if there is one.
fn by_channel(table: &str, column: usize, separator: char) -> Vec<Vec<String>> {
    let mut channels = vec![Vec::new(); 3];
    for line in table.lines() {
        let fields: Vec<&str> = line.split(separator).collect();
        let number = fields.get(column).and_then(|field| field.parse::<usize>().ok()).unwrap_or(0);
        channels[number].push(line.replace("two.wav", "-"));
    }
    channels
}

#[test]
fn each_channel_of_a_pipe_has_the_rows_of_the_file() {
    let bench = Bench::new();
    let left = [tone(LOW_HZ, 3.0), tone(HIGH_HZ, 4.0)].concat();
    let right = [tone(MIDDLE_HZ, 5.0), tone(LOW_HZ, 2.0)].concat();
    let bytes = wav_of_channels(&[left, right]);
    bench.write("two.wav", &bytes);
    for (format, column, separator) in
        [("csv", 1, ','), ("events", 1, ','), ("raven", 2, '\t'), ("jsonl", 0, '\0')]
    {
        for jobs in ["1", "3"] {
            let options = ["--channel", "each", "--format", format, "--jobs", jobs];
            let file = bench.classify(&[&["two.wav"], &options[..]].concat()).success();
            let piped = bench.classify_piped(&[&["-"], &options[..]].concat(), &bytes).success();
            if format == "jsonl" {
                let of = |stdout: &str, channel: u64| {
                    let mut lines = nameless(stdout);
                    lines.retain(|line| line["channel"] == channel);
                    lines
                };
                assert!((1..=2).all(|n| of(&piped, n) == of(&file, n)), "{piped}");
                assert_eq!(piped.lines().count(), file.lines().count());
                continue;
            }
            let found = by_channel(&piped, column, separator);
            let mut expected = by_channel(&file, column, separator);
            if format == "raven" {
                // Selections are numbered as they come.
                let unnumbered = |channels: Vec<Vec<String>>| -> Vec<Vec<String>> {
                    let cut = |line: &String| line.split_once('\t').unwrap().1.to_owned();
                    channels.iter().map(|lines| lines.iter().map(cut).collect()).collect()
                };
                expected = unnumbered(expected);
                assert_eq!(unnumbered(found), expected);
            } else {
                assert_eq!(found, expected, "{format}");
            }
            assert!(expected[1].len() > 1 && expected[2].len() > 1, "{file}");
        }
    }
    for format in ["text", "audacity"] {
        let options = ["--channel", "each", "--format", format];
        let file = bench.classify(&[&["two.wav"], &options[..]].concat()).success();
        let piped = bench.classify_piped(&[&["-"], &options[..]].concat(), &bytes).success();
        let lines = |text: &str| {
            let mut lines: Vec<String> =
                text.lines().map(|line| line.replace("two.wav", "-")).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&piped), lines(&file), "{format}");
    }
}

#[test]
fn rows_of_all_channels_come_while_the_pipe_stays_open() {
    let bench = Bench::new();
    let mut arguments = vec!["-", "--rate", "22050", "--channels", "2", "--channel", "each"];
    arguments.extend(["--format", "csv", "--jobs", "1"]);
    let mut running = Running::classify(&bench, &arguments);
    let frames = tone(LOW_HZ, 4.0).into_iter().zip(tone(HIGH_HZ, 4.0));
    running.feed(&raw(&frames.flat_map(|(left, right)| [left, right]).collect::<Vec<_>>()));
    assert!(running.line().starts_with("file,channel,start,"));
    let mut waited_for = vec!["-,1,0,", "-,2,0,"];
    while !waited_for.is_empty() {
        let line = running.line();
        waited_for.retain(|start| !line.starts_with(start));
    }
    running.input = None;
    assert_eq!(running.end().0.code(), Some(0));
}

#[test]
fn rows_of_a_pipe_come_while_it_stays_open() {
    let bench = Bench::new();
    for (jobs, rate) in [("1", None), ("4", None), ("1", Some("22050"))] {
        let mut arguments = vec!["-", "--format", "jsonl", "--jobs", jobs];
        arguments.extend(rate.iter().flat_map(|rate| ["--rate", rate]));
        let mut running = Running::classify(&bench, &arguments);
        if rate.is_none() {
            // Programs that write to a pipe do not know the length.
            running.feed(&header(1, RATE, u32::MAX));
        }
        // Small pieces, as a microphone delivers them.
        let second = raw(&tone(HIGH_HZ, 1.0));
        for _ in 0..4 {
            second.chunks(4_410).for_each(|piece| running.feed(piece));
        }
        let first = rows(&running.line());
        assert_eq!(first[0], (0.0, first[0].1, "high".to_owned()));
        second.chunks(4_410).for_each(|piece| running.feed(piece));
        assert!(!running.line().is_empty());
        running.input = None;
        let (status, lines, stderr) = running.end();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
        assert_eq!(rows(lines.last().unwrap())[0].1, 5.0);
    }
}

#[test]
fn raw_samples_can_have_several_channels_and_other_formats() {
    let bench = Bench::new();
    let samples = tone(HIGH_HZ, 2.0);
    let floats = samples.iter().flat_map(|&s| [0.0, f32::from(s) / 32_768.0]);
    let bytes: Vec<u8> = floats.flat_map(f32::to_le_bytes).collect();
    let arguments = ["-", "--rate", "22050", "--channels", "2", "--sample-format", "f32le"];
    let arguments = [&arguments[..], &["--format", "jsonl"]].concat();
    let found = rows(&bench.classify_piped(&arguments, &bytes).success());
    assert!(found.iter().all(|row| row.2 == "high"), "{found:?}");
    assert_eq!(found.last().unwrap().1, 2.0);
}

#[test]
fn the_position_of_a_nan_counts_from_the_start() {
    let bench = Bench::new();
    let mut samples = vec![0.1_f32; 20 * RATE as usize];
    samples[12 * RATE as usize] = f32::NAN;
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let rate = RATE.to_string();
    for jobs in ["1", "2"] {
        let arguments = ["-", "--rate", &rate, "--sample-format", "f32le", "--jobs", jobs];
        let run = bench.classify_piped(&arguments, &bytes);
        error_of(&run, 1, &format!("sample {}", 12 * RATE));
    }
}

#[test]
fn the_end_of_a_part_does_not_wait_for_the_end_of_a_pipe() {
    let bench = Bench::new();
    let rate = RATE.to_string();
    for jobs in ["1", "2"] {
        let arguments = ["-", "--rate", &rate, "--end", "2", "--jobs", jobs];
        let mut running = Running::classify(&bench, &arguments);
        let mut pipe = running.input.take().unwrap();
        // A run that has everything that it needs reads no more.
        let _ = pipe.write_all(&raw(&tone(LOW_HZ, 6.0)));
        let (status, _, stderr) = running.end();
        assert!(status.success(), "{stderr}");
        drop(pipe);
    }
}
