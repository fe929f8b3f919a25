//! Runs `sourcing-sound classify` with a generated model.

use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, tiny_model};
use serde_json::Value;

/// Returns the JSON lines of a run.
fn objects(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_short_clip_gives_one_segment() {
    let bench = Bench::new();
    bench.tones("short.wav", &[(MIDDLE_HZ, 0.4)]);
    let lines = objects(&bench.classify(&["short.wav", "--format", "jsonl"]).success());
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["file"], "short.wav");
    assert_eq!((line["start"].as_f64(), line["end"].as_f64()), (Some(0.0), Some(0.4)));
    assert_eq!(line["label"], "middle");
    assert_eq!(line["score"], line["scores"]["middle"]);
}

#[test]
fn every_line_has_all_fields_and_scores_that_sum_to_one() {
    let bench = Bench::new();
    bench.tones("long.wav", &[(LOW_HZ, 5.0), (HIGH_HZ, 5.0)]);
    let stdout = bench.classify(&["long.wav", "--format", "jsonl"]).success();
    let lines = objects(&stdout);
    // Segments of 1 s every 0.25 s in 10 s.
    assert!((36..=39).contains(&lines.len()), "{} segments", lines.len());
    for (text, line) in stdout.lines().zip(&lines) {
        let keys = ["file", "start", "end", "label", "source", "score", "rejected", "scores"];
        let mut found = keys.map(|key| text.find(&format!("\"{key}\":")).unwrap());
        assert!(found.is_sorted(), "{text}");
        found = [0; 8];
        assert_eq!(line.as_object().unwrap().len(), found.len());
        assert_eq!(line["source"], "base");
        let scores = line["scores"].as_object().unwrap();
        assert_eq!(scores.len(), tiny_model::LABELS.len());
        let sum: f64 = scores.values().map(|score| score.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        let best = scores.values().map(|score| score.as_f64().unwrap()).fold(0.0, f64::max);
        assert_eq!(line["score"].as_f64(), Some(best));
    }
    assert_eq!((&lines[0]["label"], &lines[0]["start"]), (&"low".into(), &0.0.into()));
    let last = lines.last().unwrap();
    assert_eq!((&last["label"], &last["end"]), (&"high".into(), &10.0.into()));
}

#[test]
fn the_hop_sets_the_number_of_segments() {
    let bench = Bench::new();
    bench.tones("ten.wav", &[(LOW_HZ, 10.0)]);
    let count = |hop: &str| {
        let stdout = bench.classify(&["ten.wav", "--format", "jsonl", "--hop", hop]).success();
        objects(&stdout).len()
    };
    assert_eq!(count("1"), 10);
    assert_eq!(count("100"), 2);
    assert!(count("0.1") > 80);
}

#[test]
fn bad_files_are_named_and_the_rest_are_classified() {
    let bench = Bench::new();
    bench.tones("first.wav", &[(LOW_HZ, 1.0)]);
    bench.tones("last.wav", &[(HIGH_HZ, 1.0)]);
    let whole = crate::common::wav(&[(LOW_HZ, 1.0)]);
    bench.write("cut.wav", &whole[..whole.len() / 2]);
    bench.write("empty.wav", &[]);
    bench.write("notes.txt", &b"Not a sound. ".repeat(100));
    bench.write("one-sample.wav", &crate::common::wav(&[(LOW_HZ, 1.0 / 22_050.0)]));
    let files = [
        "first.wav",
        "missing.wav",
        "cut.wav",
        "empty.wav",
        "notes.txt",
        "one-sample.wav",
        "last.wav",
    ];
    for format in ["text", "csv", "jsonl"] {
        let run = bench.classify(&[&files[..], &["--format", format]].concat());
        assert_eq!(run.code, 1, "{}", run.stderr);
        let (first, last) = (run.stdout.find("first.wav"), run.stdout.find("last.wav"));
        assert!(first.unwrap() < last.unwrap(), "{}", run.stdout);
        let bad = [
            ("missing.wav", "[io]"),
            ("empty.wav", "[audio-empty]"),
            ("notes.txt", "[audio-unsupported]"),
            ("one-sample.wav", "[audio-too-short]"),
        ];
        let errors: Vec<&str> =
            run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(errors.len(), bad.len(), "{}", run.stderr);
        for (line, (name, code)) in errors.iter().zip(bad) {
            assert!(line.starts_with(&format!("error: {name}: ")), "{line}");
            assert!(line.ends_with(code), "{line}");
            assert!(!run.stdout.contains(name), "{}", run.stdout);
        }
        // The readable part of a truncated recording is classified.
        assert!(run.stdout.contains("cut.wav"), "{}", run.stdout);
        let warning = "warning: cut.wav: the recording breaks off after 0.500 s; its header says \
            1.000 s [audio-cut-off]";
        assert!(run.stderr.contains(warning), "{}", run.stderr);
        assert!(run.stderr.ends_with("done 3, failed 4\n"), "{}", run.stderr);
    }
}

#[test]
fn many_files_are_printed_in_the_order_of_the_arguments() {
    let bench = Bench::new();
    let tones = [("low", LOW_HZ), ("middle", MIDDLE_HZ), ("high", HIGH_HZ)];
    let names: Vec<String> = (0..30).map(|n| format!("{}.wav", 30 - n)).collect();
    for (n, name) in names.iter().enumerate() {
        // Long and short recordings alternate, so that they do not finish in order.
        bench.tones(name, &[(tones[n % 3].1, if n % 5 == 0 { 20.0 } else { 0.5 })]);
    }
    let mut arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    arguments.extend(["--format", "jsonl", "--hop", "60"]);
    let mut lines = objects(&bench.classify(&arguments).success());
    lines.dedup_by(|a, b| a["file"] == b["file"]);
    assert_eq!(lines.len(), names.len());
    for (n, (line, name)) in lines.iter().zip(&names).enumerate() {
        assert_eq!(line["file"], name.as_str());
        assert_eq!(line["label"], tones[n % 3].0, "{name}");
    }
}

#[test]
fn a_folder_is_replaced_by_its_recordings_in_natural_order() {
    let bench = Bench::new();
    for name in ["clips/take10.wav", "clips/take2.WAV", "clips/deep/a.wav", "clips/take2b.wav"] {
        bench.tones(name, &[(LOW_HZ, 0.3)]);
    }
    bench.write("clips/notes.txt", b"not a sound");
    for hidden in ["clips/._take2.wav", "clips/.Trashes/old.wav"] {
        bench.write(hidden, b"not a sound");
    }
    let run = bench.classify(&["clips", "--format", "jsonl"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "skipped, not recordings: 1 .txt\n"));
    let found: Vec<String> = objects(&run.stdout)
        .iter()
        .map(|line| line["file"].as_str().unwrap().replace('\\', "/"))
        .collect();
    let expected = ["clips/deep/a.wav", "clips/take2.WAV", "clips/take2b.wav", "clips/take10.wav"];
    assert_eq!(found, expected);

    bench.write("bare/notes.txt", b"not a sound");
    let run = bench.classify(&["bare"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("\nerror: bare: no recording"), "{}", run.stderr);
}

#[test]
fn csv_has_a_header_and_a_row_per_segment() {
    let bench = Bench::new();
    bench.tones("a, \"quoted\".wav", &[(HIGH_HZ, 0.8)]);
    let stdout = bench.classify(&["a, \"quoted\".wav", "--format", "csv"]).success();
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "file,start,end,label,score,rejected,source");
    assert!(lines[1].starts_with("\"a, \"\"quoted\"\".wav\",0,0.8,high,0."), "{}", lines[1]);
    assert!(lines[1].ends_with(",false,base"), "{}", lines[1]);
    assert_eq!(lines.len(), 2);

    // Requesting more labels than there are adds no columns.
    let stdout = bench.classify(&["a, \"quoted\".wav", "--format", "csv", "--top", "9"]).success();
    let header = "file,start,end,label,score,rejected,source,label_2,score_2,source_2,label_3,score_3,source_3";
    assert_eq!(stdout.lines().next(), Some(header));
    let row = stdout.lines().nth(1).unwrap();
    assert_eq!(row.matches(',').count(), header.matches(',').count() + 1, "{row}");
}

#[test]
fn top_limits_the_scores_of_json_lines() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(HIGH_HZ, 0.8)]);
    let stdout = bench.classify(&["a.wav", "--format", "jsonl", "--top", "2"]).success();
    let line = &objects(&stdout)[0];
    assert_eq!(line["scores"].as_object().unwrap().len(), 2);
    assert!(stdout.find("\"high\":").unwrap() < stdout.find("\"middle\":").unwrap(), "{stdout}");
}

#[test]
fn a_rejected_segment_still_names_its_best_label() {
    let bench = Bench::new();
    let mut metadata = tiny_model::metadata();
    metadata.decision.rejection_threshold = 1.0;
    bench.write("strict.onnx", &tiny_model::onnx(&metadata));
    // Too short for any score to be 1.
    bench.tones("a.wav", &[(HIGH_HZ, 0.3)]);
    let strict = |format: &str| {
        bench.run(&["classify", "a.wav", "--model", "strict.onnx", "--format", format]).success()
    };
    let line = &objects(&strict("jsonl"))[0];
    assert_eq!((&line["rejected"], &line["label"]), (&true.into(), &"high".into()));
    assert!(strict("csv").lines().nth(1).unwrap().ends_with(",true,base"));
    let text = strict("text");
    assert!(text.lines().nth(1).unwrap().ends_with("nothing I know"), "{text}");
}

#[test]
fn text_joins_equal_neighbours_into_stretches_of_time() {
    let bench = Bench::new();
    bench.tones("one.wav", &[(MIDDLE_HZ, 0.9)]);
    let text = bench.classify(&["one.wav"]).success();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "one.wav  0.9 s");
    assert!(lines[1].starts_with("  0:00.0 – 0:00.9  middle "), "{text}");
    assert_eq!(lines.len(), 1 + 3, "three labels for one stretch: {text}");

    bench.tones("two.wav", &[(LOW_HZ, 30.0), (HIGH_HZ, 40.0)]);
    let text = bench.classify(&["two.wav"]).success();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "two.wav  70.0 s");
    let stretches: Vec<&str> = lines[1..].to_vec();
    assert!(stretches[0].starts_with("  0:00.0 – 0:") && stretches[0].contains(" low "), "{text}");
    let last = stretches.last().unwrap();
    assert!(last.contains(" – 1:10.0  high "), "{text}");
    // A stretch begins where the previous one ends; the change is found within half a segment.
    assert!(stretches.len() <= 3, "{text}");
    let change: f64 = last.trim_start().split(' ').next().unwrap()[2..].parse().unwrap();
    assert!((change - 30.0).abs() <= 0.6, "{text}");
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 0.5)]);
    let cases: &[&[&str]] = &[
        &["--hop", "0"],
        &["--hop", "-1"],
        &["--hop=-0.5"],
        &["--hop", "NaN"],
        &["--hop", "inf"],
        &["--hop", "soon"],
        &["--top", "0"],
        &["--top", "-3"],
        &["--format", "xml"],
        &["--volume", "11"],
    ];
    for case in cases {
        let run = bench.classify(&[&["a.wav"], *case].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{case:?}: {}", run.stderr);
        let option = case[0].split('=').next().unwrap();
        assert!(run.stderr.contains(option), "{case:?}: {}", run.stderr);
    }
    assert_eq!(bench.classify(&[]).code, 2, "no files");
    assert_eq!(bench.run(&[]).code, 2, "no command");
    assert_eq!(bench.run(&["--help"]).code, 0);
}

#[test]
fn models_that_cannot_be_used_are_named() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 0.5)]);
    bench.write("noise.onnx", &[7; 1_000]);
    let mut bare = tiny_model::model(&tiny_model::metadata());
    bare.metadata_props.clear();
    bench.write("bare.onnx", &prost::Message::encode_to_vec(&bare));
    let cases = [
        ("missing.onnx", "[io]"),
        ("noise.onnx", "[model-format]"),
        ("bare.onnx", "[metadata-missing]"),
    ];
    for (model, code) in cases {
        for command in [&["classify", "a.wav", "--model", model][..], &["inspect", model]] {
            let run = bench.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{command:?}: {}", run.stderr);
            assert!(run.stderr.starts_with(&format!("error: model {model}: ")), "{}", run.stderr);
            assert!(run.stderr.contains(code), "{}", run.stderr);
        }
    }
}

/// A reader of only the first lines, such as `head`, ends the program without an error.
#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};

    let bench = Bench::new();
    for n in 0..40 {
        bench.tones(&format!("clips/{n}.wav"), &[(LOW_HZ, 10.0)]);
    }
    for format in ["text", "csv", "jsonl"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["classify", "--model", "tiny.onnx", "clips", "--format", format])
            .args(["--hop", "0.03"])
            .current_dir(bench.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("file") || line.contains("clips"), "{line}");
        let status = child.wait().unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{format}");
    }
}
