//! Runs `sourcing-sound teach` on the model everyday and synthesised sounds.

mod earlier;
mod recordings;

use crate::common::{Bench, Run, sounds};
use serde_json::{Value, json};

/// Creates takes of each sound in its own folder: `beeps/0.wav` to `beeps/4.wav`, and so on.
fn bench() -> Bench {
    let bench = Bench::new();
    for take in 0..5 {
        bench.write(&format!("beeps/{take}.wav"), &sounds::beeps(take));
        bench.write(&format!("rumble/{take}.wav"), &sounds::rumble(take));
    }
    for take in 0..3 {
        bench.write(&format!("other/{take}.wav"), &sounds::other(take));
    }
    bench
}

const BEEPS: [&str; 3] = ["--label", "bedside alarm", "beeps"];
const RUMBLE: [&str; 3] = ["--label", "generator", "rumble"];
const OTHER: [&str; 2] = ["--background", "other"];
const OUTPUT: [&str; 2] = ["-o", "home.sound.json"];

fn teach(bench: &Bench, arguments: &[&[&str]]) -> Run {
    bench.run(&[&["teach"], &arguments.concat()[..]].concat())
}

/// Teaches successfully; returns the report.
fn report(bench: &Bench, arguments: &[&[&str]]) -> Value {
    let stdout = teach(bench, &[arguments, &[&["--format", "json"]]].concat()).success();
    serde_json::from_str(&stdout).unwrap()
}

fn read(bench: &Bench, name: &str) -> String {
    std::fs::read_to_string(bench.path().join(name)).unwrap()
}

/// Returns the best label of a recording with the head in `home.sound.json`.
fn best(bench: &Bench, recording: &str) -> String {
    let arguments = ["classify", "--head", "home.sound.json", "--format", "jsonl", recording];
    let stdout = bench.run(&arguments).success();
    let first: Value = serde_json::from_str(stdout.lines().next().unwrap()).unwrap();
    first["label"].as_str().unwrap().to_owned()
}

fn kinds(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["kind"].as_str().unwrap()).collect()
}

#[test]
fn taught_labels_are_recognised_in_new_takes() {
    let bench = bench();
    let text = teach(&bench, &[&BEEPS, &RUMBLE, &OTHER, &OUTPUT]).success();
    let header = text.lines().next().unwrap();
    for column in ["label", "examples", "recordings", "average precision", "always no"] {
        assert!(header.contains(column), "{text}");
    }
    assert!(text.lines().nth(1).unwrap().starts_with("bedside alarm  "), "{text}");
    assert!(text.lines().nth(2).unwrap().starts_with("generator  "), "{text}");
    let usage = "home.sound.json is written. To use it:\n  \
                 sourcing-sound classify --head home.sound.json FILES\n";
    assert!(text.ends_with(usage), "{text}");

    for take in 20..24 {
        let [beeps, rumble, other] = ["b", "g", "o"].map(|name| format!("new/{name}{take}.wav"));
        bench.write(&beeps, &sounds::beeps(take));
        bench.write(&rumble, &sounds::rumble(take));
        bench.write(&other, &sounds::other(take));
        assert_eq!(best(&bench, &beeps), "bedside alarm", "{take}");
        assert_eq!(best(&bench, &rumble), "generator", "{take}");
        let label = best(&bench, &other);
        assert!(label != "bedside alarm" && label != "generator", "{take}: {label}");
    }
    let description = bench.run(&["inspect", "--head", "home.sound.json"]).success();
    assert!(description.contains("home") && description.contains("generator"), "{description}");
}

#[test]
fn a_taught_label_adds_to_the_models_label() {
    let bench = bench();
    let found = report(&bench, &[&["--label", "pURR", "rumble"], &OUTPUT]);
    assert_eq!(found["labels"][0]["label"], "Purr");
    assert!(kinds(&found).contains(&"adds"), "{found}");
    let scores = |options: &[&str]| -> Vec<f64> {
        let files = ["rumble/0.wav", "beeps/0.wav", "other/0.wav"];
        let start = ["classify", "--top", "527", "--format", "jsonl"];
        let stdout = bench.run(&[&start[..], options, &files].concat()).success();
        let segments = stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        segments.map(|segment: Value| segment["scores"]["Purr"].as_f64().unwrap()).collect()
    };
    let (alone, taught) = (scores(&[]), scores(&["--head", "home.sound.json"]));
    assert_eq!(alone.len(), taught.len());
    assert!(alone.iter().zip(&taught).all(|(alone, taught)| taught >= alone));
    assert!(taught[0] > 0.5 && taught[0] > alone[0], "{} → {}", alone[0], taught[0]);
}

/// The figures follow from the scores, which are counted again here.
#[test]
fn the_report_agrees_with_its_scores() {
    let bench = bench();
    let report = report(&bench, &[&BEEPS, &RUMBLE, &OTHER, &OUTPUT]);
    assert_eq!((&report["name"], &report["base"]), (&json!("home"), &json!("everyday")));
    assert_eq!(report["examples"], 13);
    for (label, others) in report["labels"].as_array().unwrap().iter().zip([8, 8]) {
        assert_eq!((&label["examples"], &label["recordings"]), (&json!(5), &json!(5)), "{label}");
        assert_eq!(label["others"], others);
        let scores = |key: &str| -> Vec<f64> {
            label[key].as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect()
        };
        let (own, other) = (scores("left_out_scores"), scores("other_scores"));
        assert_eq!((own.len(), other.len()), (5, others));
        let above = |scores: &[f64]| scores.iter().filter(|&&score| score >= 0.5).count();
        let (hits, wrong) = (above(&own), above(&other));
        assert_eq!((&label["recall"]["hits"], &label["recall"]["of"]), (&json!(hits), &json!(5)));
        assert_eq!(label["precision"]["of"], hits + wrong);
        let mistaken = &label["mistaken"];
        assert_eq!((&mistaken["hits"], &mistaken["of"]), (&json!(wrong), &json!(others)));
        assert!(label["recall"]["low"].as_f64() < label["recall"]["ratio"].as_f64());

        // At each of its recordings: of all that score as high, the share that are its own.
        let at_least = |scores: &[f64], least: f64| scores.iter().filter(|&&s| s >= least).count();
        let precisions = own.iter().map(|&score| {
            let hits = at_least(&own, score) as f64;
            hits / (hits + at_least(&other, score) as f64)
        });
        let average = precisions.sum::<f64>() / own.len() as f64;
        let close = |key: &str, expected: f64| {
            assert!((label[key].as_f64().unwrap() - expected).abs() < 1e-9, "{key} of {label}");
        };
        close("average_precision", average);
        close("accuracy", (hits + others - wrong) as f64 / 13.0);
        close("always_no_accuracy", others as f64 / 13.0);
    }
}

#[test]
fn copies_count_once_and_files_of_one_name_are_two_recordings() {
    let bench = bench();
    bench.write("copies/0.wav", &sounds::beeps(1));
    bench.write("copies/2.wav", &sounds::beeps(0));
    let files = ["beeps/0.wav", "beeps/0.wav", "copies/0.wav", "copies/2.wav"];
    let report = report(&bench, &[&["--label", "my alarm"], &files, &OUTPUT]);
    let label = &report["labels"][0];
    // A file that is named twice is one example; its copy under another name is a second one.
    assert_eq!((&label["examples"], &label["recordings"]), (&json!(3), &json!(2)));
    assert!(kinds(&report).contains(&"copies"), "{report}");
    let copies = report["findings"].as_array().unwrap().iter();
    let copies: Vec<&Value> = copies.filter(|finding| finding["kind"] == "copies").collect();
    assert_eq!(copies[0]["recordings"], json!(["beeps/0.wav", "copies/2.wav"]));
    for key in ["precision", "mistaken", "average_precision", "accuracy", "always_no_accuracy"] {
        assert_eq!(label[key], Value::Null, "{key} without anything else");
    }
}

#[test]
fn one_example_is_enough_and_reported_as_few() {
    let bench = bench();
    let one = ["--label", "my alarm", "beeps/0.wav"];
    let found = report(&bench, &[&one, &OUTPUT]);
    assert_eq!(kinds(&found), ["few"]);
    assert_eq!(found["labels"][0]["recall"], Value::Null);
    assert_eq!(best(&bench, "beeps/0.wav"), "my alarm");

    let text = teach(&bench, &[&one, &OTHER, &OUTPUT, &["--force"]]).success();
    assert!(
        text.contains("–: not measured") && text.contains("\n! my alarm has 1 recording"),
        "{text}"
    );
    assert!(text.lines().nth(1).unwrap().contains("  –    0 of 3  "), "{text}");
    let found = report(&bench, &[&one, &OTHER, &OUTPUT, &["--force"]]);
    let mistaken = &found["labels"][0]["mistaken"];
    assert_eq!((&mistaken["hits"], &mistaken["of"]), (&json!(0), &json!(3)));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let bench = bench();
    for name in ["a/home.sound.json", "b/home.sound.json"] {
        std::fs::create_dir(bench.path().join(name).parent().unwrap()).unwrap();
        teach(&bench, &[&BEEPS, &RUMBLE, &OTHER, &["-o", name]]).success();
    }
    let file = read(&bench, "a/home.sound.json");
    assert!(file == read(&bench, "b/home.sound.json"), "two runs differ");

    // One at a time, as with one thread: every run adds the examples of one recording.
    let takes = |folder: &str, label: &'static str| {
        (0..5).map(|take| (label, format!("{folder}/{take}.wav"))).collect::<Vec<_>>()
    };
    let other = (0..3).map(|take| ("", format!("other/{take}.wav"))).collect();
    let all = [takes("beeps", "bedside alarm"), takes("rumble", "generator"), other].concat();
    for (index, (label, path)) in all.iter().enumerate() {
        let path = path.replace('/', std::path::MAIN_SEPARATOR_STR);
        let option = if label.is_empty() { vec!["--background"] } else { vec!["--label", label] };
        let add: &[&str] = if index > 0 { &["--add", "home.sound.json"] } else { &[] };
        teach(&bench, &[&option, &[&path], add, &OUTPUT, &["--force"]]).success();
    }
    assert!(file == read(&bench, "home.sound.json"), "one recording at a time differs");
}

#[test]
fn a_file_is_replaced_only_with_force() {
    let bench = bench();
    bench.write("home.sound.json", b"mine");
    let one = ["--label", "my alarm", "beeps/0.wav"];
    let run = teach(&bench, &[&one, &OUTPUT]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("--force") && run.stderr.contains("[io]"), "{}", run.stderr);
    assert_eq!(read(&bench, "home.sound.json"), "mine");

    teach(&bench, &[&one, &OUTPUT, &["--force"]]).success();
    assert_eq!(best(&bench, "beeps/0.wav"), "my alarm");
    let names = std::fs::read_dir(bench.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with('.')), "{names:?}");
}

#[test]
fn bad_recordings_are_named_and_the_rest_are_learned() {
    let bench = bench();
    bench.write("beeps/empty.wav", &[]);
    bench.write("beeps/quiet.wav", &sounds::silence());
    let files = ["beeps", "missing.wav"];
    let run = teach(&bench, &[&["--label", "my alarm"], &files, &OUTPUT, &["--format", "json"]]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    let expected =
        [("empty.wav", "[audio-empty]"), ("quiet.wav", "[audio-silent]"), ("missing.wav", "[io]")];
    assert_eq!(errors.len(), expected.len(), "{}", run.stderr);
    for (line, (name, code)) in errors.iter().zip(expected) {
        assert!(line.contains(name) && line.ends_with(code), "{line}");
    }
    assert!(run.stderr.contains("\n  record it again, louder"), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["labels"][0]["examples"], 5);
    assert_eq!(best(&bench, "beeps/0.wav"), "my alarm");
}

#[test]
fn a_label_without_any_sound_is_an_error() {
    let bench = bench();
    bench.write("quiet.wav", &sounds::silence());
    bench.write("notes/notes.txt", b"not a sound");
    // A label that differs only in case is another one, unless the model has it.
    for (label, path) in
        [("ghost", "quiet.wav"), ("ghost", "notes"), ("Bedside Alarm", "quiet.wav")]
    {
        let run = teach(&bench, &[&BEEPS, &["--label", label, path], &OUTPUT]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{path}");
        let last = run.stderr.lines().last().unwrap();
        let expected = format!("error: label {label}: none of its recordings");
        assert!(last.starts_with(&expected), "{}", run.stderr);
        assert!(!bench.path().join("home.sound.json").exists());
    }
}

#[test]
fn models_that_cannot_be_taught_are_refused() {
    let bench = bench();
    bench.write("patched.onnx", &crate::common::everyday::model("patched"));
    let cases = [
        ("urban-tiny", "[config]"),
        ("urban", "[config]"),
        ("tiny.onnx", "[config]"),
        ("patched.onnx", "[head-mismatch]"),
        ("missing.onnx", "[io]"),
    ];
    for (model, code) in cases {
        let run = teach(&bench, &[&BEEPS, &OUTPUT, &["--model", model]]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{model}");
        assert!(run.stderr.starts_with(&format!("error: model {model}: ")), "{}", run.stderr);
        assert!(run.stderr.contains(code), "{}", run.stderr);
        assert!(!bench.path().join("home.sound.json").exists());
    }
    // A copy of the file is the same model.
    let everyday = include_bytes!("../../../../models/everyday/model.onnx");
    bench.write("a copy.onnx", everyday);
    let text = teach(&bench, &[&BEEPS, &OUTPUT, &["--model", "a copy.onnx"]]).success();
    // The command works wherever the head's model is another than the one compiled in.
    let (head, quote) = ("home.sound.json", if cfg!(windows) { '"' } else { '\'' });
    let usage = format!("classify --head {head} --model {quote}a copy.onnx{quote} FILES\n");
    assert!(text.ends_with(&usage), "{text}");
    let arguments = ["classify", "--head", head, "--model", "a copy.onnx", "beeps/0.wav"];
    bench.run(&arguments).success();
}

#[test]
fn the_drawing_has_a_path_per_label() {
    let bench = bench();
    let strange = ["--label", "<engine> & \"co\"", "rumble"];
    let plot = ["--plot", "curve.svg"];
    let found = report(&bench, &[&BEEPS, &strange, &OTHER, &plot, &OUTPUT]);
    let svg = read(&bench, "curve.svg");
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{svg}");
    assert_eq!(svg.matches("<path ").count(), 2, "{svg}");
    assert_eq!(svg.matches(" d=\"M70.0 ").count(), 2, "{svg}");
    for text in [">Recall<", ">Precision<", "&lt;engine&gt; &amp; ", "prefers-color-scheme: dark"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    for label in found["labels"].as_array().unwrap() {
        let figure = format!(", {:.2}</text>", label["average_precision"].as_f64().unwrap());
        assert!(svg.contains(&figure), "{figure}: {svg}");
    }
    well_formed(&svg);

    // Without anything else, there is no curve, and the drawing says so.
    teach(&bench, &[&BEEPS, &plot, &OUTPUT, &["--force"]]).success();
    let svg = read(&bench, "curve.svg");
    assert!(svg.contains("bedside alarm, not measured"), "{svg}");
    well_formed(&svg);
}

/// Checks that every element is closed by its own end tag, and that no text has a bare `<` or `&`.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{svg}"),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        for entity in text.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|e| entity.starts_with(e)));
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let bench = bench();
    let cases: &[(&str, &[&[&str]])] = &[
        ("--label", &[&["--label", "my alarm"], &OUTPUT]),
        ("--label", &[&["--label", "my alarm", "--background", "other"], &OUTPUT]),
        ("--label", &[&["--label", " ", "beeps"], &OUTPUT]),
        ("--label", &[&["--label", "beeps/0.wav", "beeps/1.wav"], &OUTPUT]),
        ("--label", &[&OUTPUT]),
        ("--output", &[&BEEPS]),
        ("--output", &[&BEEPS, &["-o", "beeps/0.wav", "--force"]]),
        ("--plot", &[&BEEPS, &OUTPUT, &["--plot", "home.sound.json"]]),
        ("--format", &[&BEEPS, &OUTPUT, &["--format", "csv"]]),
    ];
    for (option, arguments) in cases {
        let run = teach(&bench, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(option), "{arguments:?}: {}", run.stderr);
    }
    assert!(!bench.path().join("home.sound.json").exists());
    let run = teach(&bench, &[&BEEPS, &["-o", "nowhere/home.sound.json"]]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("no folder nowhere [io]"), "{}", run.stderr);
}
