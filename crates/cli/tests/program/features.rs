//! Runs `sourcing-sound features`.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, Run, wav_of};
use serde_json::Value;
use sourcing_sound::{DescriptorConfig, DescriptorFrames, Descriptors, Pcm, SampleRate};
use sourcing_sound_decode::decode;

/// Parses a line of csv without quotes as numbers, from the second field on.
fn numbers(line: &str) -> Vec<f64> {
    line.split(',').skip(1).map(|field| field.parse().unwrap()).collect()
}

/// Returns what the core measures with librosa's settings, at the file's own rate.
fn core(path: &Path) -> DescriptorFrames {
    let recording = decode(path).unwrap();
    let rate = SampleRate::new(recording.sample_rate).unwrap();
    let pcm = Pcm::new(&recording.samples, rate).unwrap();
    Descriptors::new(DescriptorConfig::librosa(rate.hz())).unwrap().compute(pcm).unwrap()
}

#[test]
fn csv_equals_the_core() {
    let bench = Bench::new();
    let path = bench.tones("a.wav", &[(LOW_HZ, 0.4), (HIGH_HZ, 0.5)]);
    let stdout = bench.run(&["features", "a.wav", "--format", "csv"]).success();
    let mut lines = stdout.lines();
    let header = lines.next().unwrap();
    let scalars = "file,time,centroid,bandwidth,roll_off,zero_crossing_rate,mfcc_0,";
    assert!(header.starts_with(scalars) && header.ends_with(",mfcc_19"), "{header}");

    let frames = core(&path);
    assert_eq!(frames.frames(), 1 + (0.9 * 22_050.0) as usize / 512);
    let rows: Vec<Vec<f64>> = lines.map(numbers).collect();
    assert_eq!(rows.len(), frames.frames());
    for (frame, row) in rows.iter().enumerate() {
        assert!((row[0] - frame as f64 * 512.0 / 22_050.0).abs() < 1e-6);
        let mut expected = vec![
            frames.centroid()[frame],
            frames.bandwidth()[frame],
            frames.roll_off()[frame],
            frames.zero_crossing_rate()[frame],
        ];
        expected.extend(&frames.mfcc()[frame * 20..][..20]);
        let found: Vec<f32> = row[1..].iter().map(|&value| value as f32).collect();
        assert_eq!(found, expected, "frame {frame}");
    }
}

#[test]
fn json_lines_have_the_chosen_quantities_in_the_order_given() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(MIDDLE_HZ, 0.2)]);
    let stdout = bench
        .run(&[
            "features",
            "a.wav",
            "--format",
            "jsonl",
            "--what",
            "mel,centroid,power,mel",
            "--n-mels",
            "40",
            "--n-fft",
            "1024",
            "--hop-length",
            "256",
            "--sample-rate",
            "16000",
        ])
        .success();
    assert_eq!(stdout.lines().count(), 1 + 3_200 / 256);
    for line in stdout.lines() {
        let keys = ["file", "time", "mel", "centroid", "power"];
        let found = keys.map(|key| line.find(&format!("\"{key}\":")).unwrap());
        assert!(found.is_sorted(), "{line}");
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value.as_object().unwrap().len(), keys.len());
        assert_eq!(value["mel"].as_array().unwrap().len(), 40);
        assert_eq!(value["power"].as_array().unwrap().len(), 513);
        assert!(value["centroid"].is_f64());
    }
}

#[test]
fn spectra_and_filters_have_a_row_per_frequency() {
    let bench = Bench::new();
    // 500 periods in 8,820 samples: one bin contains the whole tone.
    bench.tones("a.wav", &[(1_250.0, 0.4)]);
    let stdout = bench.run(&["features", "a.wav", "--format", "csv", "--what", "fft"]).success();
    assert_eq!(stdout.lines().next(), Some("file,frequency,magnitude_db"));
    let rows: Vec<Vec<f64>> = stdout.lines().skip(1).map(numbers).collect();
    assert_eq!(rows.len(), 8_820 / 2 + 1);
    let loudest = rows.iter().max_by(|a, b| a[1].total_cmp(&b[1])).unwrap();
    assert_eq!(loudest[0], 1_250.0);
    // An amplitude of 10,000 / 32,768.
    assert!((loudest[1] - -10.31).abs() < 0.01, "{}", loudest[1]);

    let what = ["features", "a.wav", "--format", "csv", "--what", "filter-bank", "--n-mels", "30"];
    let stdout = bench.run(&what).success();
    let header = stdout.lines().next().unwrap();
    assert!(header.starts_with("file,frequency,filter_0,") && header.ends_with(",filter_29"));
    let rows: Vec<Vec<f64>> = stdout.lines().skip(1).map(numbers).collect();
    assert_eq!((rows.len(), rows[0].len()), (1_025, 31));
    let dense =
        Descriptors::new(DescriptorConfig { n_mels: 30, ..DescriptorConfig::librosa(22_050) });
    let dense = dense.unwrap().filters().to_dense();
    for (bin, row) in rows.iter().enumerate() {
        for (filter, &weight) in row[1..].iter().enumerate() {
            assert_eq!(weight as f32, dense[filter * 1_025 + bin]);
        }
    }
}

#[test]
fn text_summarises_every_quantity() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(MIDDLE_HZ, 1.0)]);
    let text = bench.run(&["features", "a.wav"]).success();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "a.wav  1.00 s, 22050 Hz, 44 frames");
    assert_eq!(lines.len(), 2 + 4 + 20);
    let centroid: Vec<&str> = lines[2].split_whitespace().collect();
    assert_eq!(centroid[..2], ["centroid,", "Hz"]);
    let mean: f64 = centroid[2].parse().unwrap();
    assert!((1_450.0..1_700.0).contains(&mean), "{mean}");
}

#[test]
fn the_drawing_has_four_panels_and_is_well_formed() {
    let bench = Bench::new();
    let name = "a & b <c> \"d\".wav";
    bench.tones(name, &[(LOW_HZ, 1.0), (HIGH_HZ, 1.0)]);
    bench.run(&["features", name, "--plot", "out.svg"]).success();
    let Run { code, stderr, .. } = bench.run(&["features", name, "--plot", name]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("ends in .svg"), "{stderr}");
    let svg = std::fs::read_to_string(bench.path().join("out.svg")).unwrap();
    let texts = read_xml(&svg);
    let title = "a &amp; b &lt;c&gt; &quot;d&quot;.wav";
    for text in [title, "Waveform", "Fourier transform", "Mel filter bank", "Mel spectrogram"] {
        assert!(texts.iter().any(|found| found == text), "{text} in {texts:?}");
    }
    for axis in ["Time (s)", "Frequency (Hz)", "Amplitude", "Energy (dB)", "10,000"] {
        assert!(texts.iter().any(|found| found == axis), "{axis} in {texts:?}");
    }
    assert_eq!(svg.matches("href=\"data:image/png;base64,").count(), 1);
}

/// Reads an XML document without comments or declarations, and returns its texts. Panics if tags do
/// not match, attributes lack quotes or reserved characters are not escaped.
fn read_xml(document: &str) -> Vec<String> {
    let (mut open, mut texts, mut rest) = (Vec::new(), Vec::new(), document);
    while let Some(start) = rest.find('<') {
        let text = rest[..start].trim();
        assert!(!text.contains('>') && !text.chars().any(|c| c.is_control()), "{text}");
        for (at, _) in text.match_indices('&') {
            let entity = text[at..].split_inclusive(';').next().unwrap();
            assert!(["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].contains(&entity), "{text}");
        }
        if !text.is_empty() {
            texts.push(text.to_owned());
        }
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()));
            continue;
        }
        assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "{tag}");
        if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap().to_owned());
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    texts
}

#[test]
fn odd_recordings_are_drawn_too() {
    let bench = Bench::new();
    bench.tones("one.wav", &[(LOW_HZ, 1.0 / 22_050.0)]);
    let mut silence = crate::common::wav(&[(LOW_HZ, 0.5)]);
    silence[44..].fill(0);
    bench.write("silence.wav", &silence);
    bench.tones("long.wav", &[(LOW_HZ, 90.0), (HIGH_HZ, 90.0)]);
    for name in ["one.wav", "silence.wav", "long.wav"] {
        bench.run(&["features", name, "--plot", "out.svg"]).success();
        let svg = std::fs::read_to_string(bench.path().join("out.svg")).unwrap();
        read_xml(&svg);
        assert!(svg.len() < 1_000_000, "{name}: {} bytes", svg.len());
        let (drawing, picture) = svg.split_once("base64,").unwrap();
        let (_, after) = picture.split_once('"').unwrap();
        for text in [drawing, after] {
            assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
        }
    }
}

#[test]
fn bad_files_are_named_and_the_rest_are_measured() {
    let bench = Bench::new();
    bench.tones("good.wav", &[(LOW_HZ, 0.5)]);
    bench.write("empty.wav", &[]);
    bench.write("notes.txt", &b"Not a sound. ".repeat(100));
    let files = ["missing.wav", "empty.wav", "notes.txt", "good.wav"];
    for format in ["text", "csv", "jsonl"] {
        let run = bench.run(&[&["features", "--format", format], &files[..]].concat());
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("good.wav"), "{}", run.stdout);
        let bad = [
            ("missing.wav", "[io]"),
            ("empty.wav", "[audio-empty]"),
            ("notes.txt", "[audio-unsupported]"),
        ];
        let errors = run.stderr.lines().filter(|line| line.starts_with("error: "));
        for (line, (name, code)) in errors.zip(bad) {
            assert!(
                line.starts_with(&format!("error: {name}: ")) && line.ends_with(code),
                "{line}"
            );
        }
        assert_eq!(run.stderr.matches("error: ").count(), bad.len(), "{}", run.stderr);
    }
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 0.5)]);
    let cases: &[&[&str]] = &[
        &["--what", "loudness"],
        &["--what", "fft,mfcc"],
        &["--what", "centroid,filter-bank"],
        &["--format", "xml"],
        &["--n-fft", "1001"],
        &["--n-fft", "0"],
        &["--hop-length", "0"],
        &["--hop-length", "4096"],
        &["--n-mels", "100000"],
        &["--n-mfcc", "129"],
        &["--top-db", "-1"],
        &["--top-db=-1"],
        &["--top-db", "loud"],
        &["--sample-rate", "100"],
        &["--plot", "out.svg", "a.wav"],
    ];
    for case in cases {
        let run = bench.run(&[&["features", "a.wav"], *case].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{case:?}: {}", run.stderr);
        let option = case[0].split('=').next().unwrap();
        assert!(run.stderr.contains(option), "{case:?}: {}", run.stderr);
    }
    assert_eq!(bench.run(&["features"]).code, 2, "no files");
}

#[test]
fn a_drawing_that_cannot_be_made_is_an_error() {
    let bench = Bench::new();
    bench.tones("clips/a.wav", &[(LOW_HZ, 0.5)]);
    let Run { code, stderr, .. } =
        bench.run(&["features", "clips/a.wav", "--plot", "nowhere/out.svg"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("nowhere/out.svg") && stderr.contains("[io]"), "{stderr}");

    bench.tones("clips/b.wav", &[(LOW_HZ, 0.5)]);
    let Run { code, stderr, .. } = bench.run(&["features", "clips", "--plot", "out.svg"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("one recording, but there are 2"), "{stderr}");
}

/// If real recordings are available: every value is finite and in its range, with a row per frame.
#[test]
fn real_recordings_give_finite_values() {
    let folder: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "../../../shared/data/ESC-10/audio"].iter().collect();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        let reason =
            "skipped real_recordings_give_finite_values: ../shared/data/ESC-10 is not there";
        writeln!(std::io::stderr(), "{reason}").unwrap();
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let chosen: Vec<&Path> = paths.iter().step_by(paths.len() / 8).map(PathBuf::as_path).collect();
    assert!(chosen.len() >= 8);
    for path in chosen {
        let recording = decode(path).unwrap();
        let frames = core(path);
        let name = path.display();
        assert_eq!(frames.frames(), 1 + recording.samples.len() / 512, "{name}");
        let nyquist = recording.sample_rate as f32 / 2.0;
        for values in [frames.centroid(), frames.bandwidth(), frames.roll_off()] {
            assert_eq!(values.len(), frames.frames());
            assert!(values.iter().all(|hz| (0.0..=nyquist).contains(hz)), "{name}");
        }
        assert!(frames.zero_crossing_rate().iter().all(|rate| (0.0..1.0).contains(rate)), "{name}");
        assert!(frames.mel().iter().all(|power| power.is_finite() && *power >= 0.0), "{name}");
        assert!(frames.mfcc().iter().all(|coefficient| coefficient.is_finite()), "{name}");
    }
}

#[cfg(target_os = "linux")]
mod long {
    use super::*;
    use crate::common::files::header;
    use std::fs::File;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    /// Twelve hours in memory would be 1.4 GB. The peak is read while the run waits for someone to
    /// write to a pipe.
    #[test]
    fn hours_take_little_memory() {
        const MOST_KILOBYTES: u64 = 60_000;
        const RATE_HZ: u32 = 8_000;
        let bench = Bench::new();
        let bytes = 2 * RATE_HZ * 43_200;
        let mut file = File::create(bench.path().join("night.wav")).unwrap();
        file.write_all(&header(1, RATE_HZ, bytes)).unwrap();
        file.set_len(44 + u64::from(bytes)).unwrap();
        let pipe = bench.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let what = ["--what", "centroid,mfcc,power", "--n-mels", "40", "--hop-length", "2048"];
        let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["features", "night.wav", "pipe"])
            .args(what)
            .current_dir(bench.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = stdout.next().unwrap().unwrap();
        assert_eq!(first, "night.wav  43200.00 s, 8000 Hz, 168751 frames");
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_KILOBYTES, "{peak} kB");
        drop(File::options().write(true).open(&pipe).unwrap());
        assert!(stdout.all(|line| line.is_ok()));
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn recordings_too_long_to_draw_are_measured() {
    let bench = Bench::new();
    // One sample more than the longest Fourier transform accepts.
    let bytes = 2 * ((1u32 << 25) + 1);
    let mut header = wav_of(&[]);
    header[4..8].copy_from_slice(&(36 + bytes).to_le_bytes());
    header[40..44].copy_from_slice(&bytes.to_le_bytes());
    let path = bench.write("long.wav", &header);
    File::options().write(true).open(path).unwrap().set_len(44 + u64::from(bytes)).unwrap();
    let run = ["features", "long.wav", "--what", "filter-bank", "--plot", "long.svg"];
    let run = bench.run(&run);
    let expected =
        "long.wav: the number of samples in one Fourier transform is 33554433, the limit is";
    assert!(run.code == 1 && run.stderr.contains(expected), "{}", run.stderr);
    assert!(run.stdout.contains("long.wav") && !bench.path().join("long.svg").exists());
}

#[test]
fn skipped_files_are_counted_as_by_classify() {
    let bench = Bench::new();
    bench.tones("in/a.wav", &[(LOW_HZ, 1.0)]);
    bench.write("in/notes.txt", b"not a sound");
    let [features, classify] = [
        bench.run(&["features", "in", "--format", "csv"]),
        bench.classify(&["in", "--format", "csv"]),
    ];
    assert_eq!((features.code, features.stderr.as_str()), (0, "skipped, not recordings: 1 .txt\n"));
    assert_eq!(features.stderr, classify.stderr);
}
