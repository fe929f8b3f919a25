//! Models chosen by name, heads, and groups in the output.

use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, everyday, tiny_model};
use serde_json::{Value, json};

/// Returns a folder with a model of patches (`base.onnx`), a head for it and a recording.
fn bench() -> Bench {
    let bench = Bench::new();
    let base = everyday::model("base");
    bench.write("base.onnx", &base);
    bench.write("pitch.head.json", everyday::head(&base).as_bytes());
    bench.tones("low.wav", &[(LOW_HZ, 3.0)]);
    bench
}

fn parse(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn every_model_listed_can_be_used_by_its_name() {
    let bench = bench();
    let cards = parse(&bench.run(&["models", "--format", "json"]).success());
    let names: Vec<&str> =
        cards.as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["everyday", "urban", "urban-tiny"]);
    for card in cards.as_array().unwrap() {
        let name = card["name"].as_str().unwrap();
        let model = parse(&bench.run(&["inspect", name, "--format", "json"]).success());
        for key in ["description", "accuracy", "licence"] {
            assert_eq!(card[key], model[key], "{name}");
        }
        let labels = model["labels"].as_array().unwrap();
        assert_eq!(card["label_count"], json!(labels.len()), "{name}");
        let of_head = model["head_labels"].as_array().map_or(0, Vec::len);
        assert_eq!(card["head_label_count"], json!(of_head), "{name}");
        let groups = model["groups"].as_array().map_or(0, Vec::len);
        assert_eq!(card["group_count"], json!(groups), "{name}");
        assert!(card["bytes"].as_u64().unwrap() > 1_000, "{name}");
        assert_eq!(card["base"], model["base"], "{name}");
        let run = bench.run(&["classify", "low.wav", "--model", name, "--format", "jsonl"]);
        let stdout = run.success();
        let line = parse(stdout.lines().next().unwrap());
        let expected = if labels.len() > 20 { of_head + 10 } else { labels.len() };
        assert_eq!(line["scores"].as_object().unwrap().len(), expected, "{name}");
    }
    let text = bench.run(&["models"]).success();
    assert!(text.starts_with("everyday (the default)\n"), "{text}");
    assert!(text.contains("\nurban\n") && text.contains("10 of them its own"), "{text}");
}

/// The listing says what each model's weights may be used for.
#[test]
fn licences_are_stated() {
    let bench = bench();
    let cards = parse(&bench.run(&["models", "--format", "json"]).success());
    let licence = |index: usize| cards[index]["licence"].as_str().unwrap();
    assert!(licence(0).contains("MIT") && !licence(0).contains("NC"), "{}", licence(0));
    // The head's licence comes first, then that of its base.
    let (head, base) = (licence(1).find("NC").unwrap(), licence(1).find(licence(0)).unwrap());
    assert!(head < base, "{}", licence(1));
    assert!(licence(2).contains("NC"), "{}", licence(2));
}

#[test]
fn a_model_with_a_head_accepts_no_other_head() {
    let bench = bench();
    for command in [&["inspect", "urban"][..], &["classify", "low.wav", "--model", "urban"]] {
        let run = bench.run(&[command, &["--head", "pitch.head.json"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{command:?}");
        assert!(run.stderr.contains("\"everyday\"") && run.stderr.contains("[config]"));
    }
}

#[test]
fn the_default_is_everyday() {
    let bench = bench();
    let named = bench.run(&["inspect", "--model", "everyday"]).success();
    assert_eq!(bench.run(&["inspect"]).success(), named);
    assert_eq!(bench.run(&["inspect", "everyday"]).success(), named);
    assert_eq!(bench.run(&["inspect", "everyday", "--model", "everyday"]).code, 2);
}

#[test]
fn a_file_hides_a_built_in_model_and_a_folder_does_not() {
    let bench = bench();
    let name = |model: &str| {
        let stdout = bench.run(&["inspect", model, "--format", "json"]).success();
        parse(&stdout)["name"].as_str().unwrap().to_owned()
    };
    bench.write("everyday/notes.txt", b"a folder");
    assert_eq!(name("everyday"), "everyday");
    bench.write("urban", &tiny_model::onnx(&tiny_model::metadata()));
    assert_eq!(name("urban"), "tiny");
}

#[test]
fn a_head_given_as_a_model_is_recognised() {
    let run = bench().run(&["classify", "both.wav", "--model", "pitch.head.json"]);
    let expected = "model pitch.head.json: this is a head: give it with --head [model-format]";
    assert!(run.code == 1 && run.stderr.contains(expected), "{}", run.stderr);
}

#[test]
fn the_error_for_an_unknown_model_lists_the_names() {
    let bench = bench();
    for command in [&["classify", "low.wav", "--model", "everday"][..], &["inspect", "everday"]] {
        let run = bench.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{command:?}");
        assert!(run.stderr.starts_with("error: model everday: there is no such file"));
        assert!(run.stderr.contains("everyday, urban, urban-tiny"), "{}", run.stderr);
        assert!(run.stderr.ends_with("[io]\n"), "{}", run.stderr);
    }
}

#[test]
fn a_head_adds_its_labels() {
    let bench = bench();
    bench.tones("both.wav", &[(LOW_HZ, 6.0), (HIGH_HZ, 6.0)]);
    let arguments = ["both.wav", "--model", "base.onnx", "--head", "pitch.head.json"];
    let run = |format| bench.run(&[&["classify", "--format", format], &arguments[..]].concat());
    let stdout = run("jsonl").success();
    let (first, last) = (stdout.lines().next().unwrap(), stdout.lines().last().unwrap());
    // The base and the head both recognise a low tone; the head's label refines the base's.
    assert_eq!((&parse(first)["label"], &parse(first)["source"]), (&json!("low"), &json!("head")));
    assert_eq!(parse(first)["group"], "Hums, drones");
    assert_eq!(parse(last)["scores"].as_object().unwrap().len(), 4);
    let places = ["\"scores\"", "\"low\":", "\"not low\":", "\"Whistle\":", "\"Hum\":"];
    assert!(places.map(|part| last.find(part).unwrap()).is_sorted(), "{last}");
    let csv = run("csv").success();
    assert!(csv.lines().nth(1).unwrap().ends_with(",false,head,\"Hums, drones\""), "{csv}");

    let top =
        bench.run(&[&["classify", "--format", "jsonl", "--top", "1"], &arguments[..]].concat());
    let stdout = top.success();
    let last = parse(stdout.lines().last().unwrap());
    let scores: Vec<&String> = last["scores"].as_object().unwrap().keys().collect();
    assert_eq!(scores.len(), 3, "{last}");

    let inspect = ["inspect", "base.onnx", "--head", "pitch.head.json"];
    let model = parse(&bench.run(&[&inspect[..], &["--format", "json"]].concat()).success());
    assert_eq!((&model["name"], &model["base"]), (&json!("pitch"), &json!("base")));
    assert_eq!(model["labels"], json!(["low", "not low", "Hum", "Whistle"]));
    assert_eq!(model["head_labels"], json!(["low", "not low"]));
    assert_eq!(model["refines"], json!({ "low": ["Low hum, drone"] }));
    assert_eq!(model["head_features"], json!(["embedding-mean"]));
    assert_eq!(model["detector_features"], Value::Null);
    assert_eq!((&model["event_on"], &model["base_event_on"]), (&json!(0.5), &json!(0.6)));
    assert_eq!(model["segment_frames"], 24, "that of the base");
    let text = bench.run(&inspect).success();
    assert!(text.contains("  low (Low hum, drone)\n"), "{text}");
}

#[test]
fn a_head_alone_scores_its_labels_only() {
    let bench = bench();
    bench.tones("both.wav", &[(LOW_HZ, 6.0), (HIGH_HZ, 6.0)]);
    let arguments = ["--model", "base.onnx", "--head", "pitch.head.json", "--head-only"];
    let run =
        |more: &[&str]| bench.run(&[&["classify", "both.wav"], more, &arguments[..]].concat());
    let stdout = run(&["--format", "jsonl"]).success();
    let (first, last) = (stdout.lines().next().unwrap(), stdout.lines().last().unwrap());
    assert_eq!(parse(first)["label"], "low");
    assert_eq!(
        (&parse(last)["label"], &parse(last)["source"]),
        (&json!("not low"), &json!("head"))
    );
    let scores = parse(first)["scores"].as_object().unwrap().clone();
    let sum: f64 = scores.values().map(|score| score.as_f64().unwrap()).sum();
    assert!(scores.len() == 2 && (sum - 1.0).abs() < 1e-5, "{first}");
    assert!(parse(first).get("groups").is_none(), "the head has none: {first}");
    assert!(!run(&["--format", "csv"]).success().contains("group"));

    let inspect = ["inspect", "base.onnx", "--head", "pitch.head.json", "--head-only"];
    let model = parse(&bench.run(&[&inspect[..], &["--format", "json"]].concat()).success());
    assert_eq!(model["segment_frames"], 36);
    assert_eq!(model["labels"], model["head_labels"]);

    for command in [&["classify", "both.wav"][..], &["inspect"]] {
        let run = bench.run(&[command, &["--head-only"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{command:?}");
        assert!(run.stderr.contains("--head") && run.stderr.contains("[config]"), "{}", run.stderr);
    }
}

#[test]
fn a_head_for_another_model_is_refused_by_name() {
    let bench = bench();
    bench.write("other.onnx", &everyday::model("other"));
    bench.write("bad.head.json", b"{}");
    let cases: [(&[&str], &[&str]); 5] = [
        (
            &["other.onnx", "--head", "pitch.head.json"],
            &["pitch", "base", "other", "[head-mismatch]"],
        ),
        (&["tiny.onnx", "--head", "pitch.head.json"], &["base", "tiny", "[head-mismatch]"]),
        (&["urban-tiny", "--head", "pitch.head.json"], &["base", "urban-v1", "[head-mismatch]"]),
        (&["base.onnx", "--head", "bad.head.json"], &["bad.head.json", "[head-format]"]),
        (&["base.onnx", "--head", "none.head.json"], &["none.head.json", "[io]"]),
    ];
    for (arguments, parts) in cases {
        for command in [&["classify", "low.wav", "--model"][..], &["inspect"]] {
            let run = bench.run(&[command, arguments].concat());
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{arguments:?}");
            assert!(run.stderr.starts_with("error: head "), "{}", run.stderr);
            for part in parts {
                assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
            }
        }
    }
}

#[test]
fn json_lines_have_the_groups() {
    let bench = bench();
    let arguments = ["classify", "low.wav", "--model", "base.onnx", "--format", "jsonl"];
    let stdout = bench.run(&arguments).success();
    let line = stdout.lines().next().unwrap();
    assert!(line.find("\"scores\"").unwrap() < line.find("\"group\"").unwrap(), "{line}");
    let line = parse(line);
    assert_eq!((&line["label"], &line["group"]), (&json!("Hum"), &json!("Hums, drones")));
    assert_eq!(line["scores"].as_object().unwrap().len(), 3);
    let groups = line["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0]["name"], "Hums, drones");
    assert_eq!(groups[0]["score"], line["scores"]["Hum"]);
    assert_eq!(groups[0]["labels"].as_array().unwrap().len(), 2);
    assert_eq!(groups[0]["labels"][0], "Hum");
    assert_eq!(groups[1]["labels"], json!(["Whistle"]));

    // Only groups of the printed labels are printed.
    let stdout = bench.run(&[&arguments[..], &["--top", "1"]].concat()).success();
    let line = parse(stdout.lines().next().unwrap());
    assert_eq!(line["groups"].as_array().unwrap().len(), 1);
    assert_eq!(line["groups"][0]["labels"], json!(["Hum"]));
}

#[test]
fn csv_has_the_group_of_each_label() {
    let bench = bench();
    let arguments = ["classify", "low.wav", "--model", "base.onnx", "--format", "csv"];
    let stdout = bench.run(&[&arguments[..], &["--top", "2"]].concat()).success();
    let mut lines = stdout.lines();
    let header =
        "file,start,end,label,score,rejected,source,group,label_2,score_2,source_2,group_2";
    assert_eq!(lines.next(), Some(header));
    let row = lines.next().unwrap();
    assert!(row.contains(",false,base,\"Hums, drones\","), "{row}");
    assert!(row.ends_with(",\"Hums, drones\"") || row.ends_with(",Whistles"), "{row}");
}

#[test]
fn text_shows_the_group_before_the_label_and_joins_by_it() {
    let bench = bench();
    let classify = |file| bench.run(&["classify", file, "--model", "base.onnx"]).success();
    let text = classify("low.wav");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 3, "{text}");
    assert!(lines[1].starts_with("  0:00.0 – 0:03.0  Hums, drones  Hum  "), "{text}");

    // Two labels of one group make one stretch, and the group is printed once.
    bench.tones("hums.wav", &[(LOW_HZ, 14.0), (MIDDLE_HZ, 6.0), (HIGH_HZ, 10.0)]);
    let text = classify("hums.wav");
    let stretches: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(stretches.len(), 2, "{text}");
    assert!(stretches[1].contains("  Whistles      Whistle  "), "{text}");
    let text = bench.run(&["classify", "hums.wav", "--model", "base.onnx", "--top", "2"]).success();
    let lines: Vec<&str> = text.lines().collect();
    // The low hum has a lower score, but it is a kind of hum that is recognised.
    assert!(lines[1].contains("  Hums, drones  Low hum, drone  "), "{text}");
    let unnamed =
        format!("  {}Hum  ", " ".repeat("0:00.0 – 0:20.0  Hums, drones  ".chars().count()));
    assert!(lines[2].starts_with(&unnamed), "{text}");
}

#[test]
fn text_of_a_long_flickering_recording_is_short() {
    let bench = bench();
    let tones: Vec<(f64, f64)> = (0..240).map(|n| ([LOW_HZ, HIGH_HZ][n % 2], 0.6)).collect();
    bench.tones("flicker.wav", &tones);
    let text = bench.run(&["classify", "flicker.wav", "--model", "base.onnx"]).success();
    // 144 s: twice the square root.
    assert!((3..=1 + 24).contains(&text.lines().count()), "{text}");
    assert!(text.lines().last().unwrap().contains(" – 2:24.0  "), "{text}");
}
