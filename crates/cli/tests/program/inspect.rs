//! Runs `sourcing-sound inspect`.

use crate::common::{Bench, everyday, tiny_model};
use serde_json::{Value, json};

#[test]
fn json_has_every_setting_with_its_type() {
    let bench = Bench::new();
    let stdout = bench.run(&["inspect", "tiny.onnx", "--format", "json"]).success();
    let model: Value = serde_json::from_str(&stdout).unwrap();
    let expected = [
        ("name", json!("tiny")),
        ("labels", json!(tiny_model::LABELS)),
        ("segment_seconds", json!(1.0)),
        ("segment_frames", json!(44)),
        ("hop_seconds", json!(0.25)),
        ("event_on", json!(0.6)),
        ("activation", json!("softmax")),
        ("base", Value::Null),
        ("head_labels", Value::Null),
        ("base_event_on", Value::Null),
        ("groups", Value::Null),
        ("label_parents", Value::Null),
        ("padding", json!("silence")),
        ("patch_frames", Value::Null),
        ("embedding_size", Value::Null),
        ("framing", json!("librosa")),
        ("mel_triangles", json!("hertz")),
        ("pre_emphasis", Value::Null),
        ("window", json!("hann")),
        ("pad_mode", json!("constant")),
        ("other_threshold", Value::Null),
        ("sample_rate", json!(22_050)),
        ("center", json!(true)),
        ("mel_scale", json!("slaney")),
        ("log", json!("decibel")),
        ("log_offset", json!(1e-10)),
    ];
    for (name, value) in expected {
        assert_eq!(model[name], value, "{name}");
    }
}

#[test]
fn patches_and_groups_are_described() {
    let bench = Bench::new();
    bench.write("base.onnx", &everyday::model("base"));
    let stdout = bench.run(&["inspect", "base.onnx", "--format", "json"]).success();
    let model: Value = serde_json::from_str(&stdout).unwrap();
    let expected = [
        ("patch_frames", json!(24)),
        ("patch_hop_frames", json!(12)),
        ("embedding_size", json!(3)),
        ("framing", json!("tensorflow")),
        ("activation", json!("sigmoid")),
        ("head_features", Value::Null),
    ];
    for (name, value) in expected {
        assert_eq!(model[name], value, "{name}");
    }
    let hums = json!({ "name": "Hums, drones", "icon": "hum", "labels": &everyday::LABELS[..2] });
    assert_eq!(model["groups"][0], hums);
    assert_eq!(model["label_parents"], json!({ everyday::LABELS[1]: [everyday::LABELS[0]] }));
    let text = bench.run(&["inspect", "base.onnx"]).success();
    let line = text.lines().find(|line| line.starts_with("groups")).unwrap();
    assert!(line.ends_with("  Hums, drones; Whistles"), "{line}");
    assert!(text.contains("\nlabel_parents             Low hum, drone (Hum)\n"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("padding ") && line.ends_with(" silence")));
}

#[test]
fn text_cuts_a_long_list() {
    let bench = Bench::new();
    let text = bench.run(&["inspect", "everyday"]).success();
    let labels = text.lines().find(|line| line.starts_with("labels")).unwrap();
    assert!(labels.contains("Speech; ") && labels.contains("(527 in all"), "{labels}");
    assert!(labels.len() < 400, "{labels}");
    let parents = text.lines().find(|line| line.starts_with("label_parents")).unwrap();
    assert!(parents.contains(" in all, see") && parents.len() < 600, "{parents}");
}

#[test]
fn text_has_a_line_per_setting() {
    let bench = Bench::new();
    let stdout = bench.run(&["inspect", "tiny.onnx"]).success();
    let json = bench.run(&["inspect", "tiny.onnx", "--format", "json"]).success();
    let fields: serde_json::Map<String, Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(stdout.lines().count(), fields.len());
    let labels = stdout.lines().find(|line| line.starts_with("labels")).unwrap();
    assert!(labels.ends_with("  low, middle, high"), "{labels}");
}

#[test]
fn the_built_in_model_describes_itself() {
    let bench = Bench::new();
    let stdout = bench.run(&["inspect"]).success();
    let name = stdout.lines().next().unwrap();
    assert!(name.starts_with("name ") && name.ends_with(" everyday"), "{name}");
}

#[test]
fn the_built_in_model_needs_no_files() {
    let bench = Bench::new();
    bench.tones("hum.wav", &[(crate::common::LOW_HZ, 2.0)]);
    let stdout = bench.run(&["classify", "hum.wav", "--format", "jsonl"]).success();
    let line: Value = serde_json::from_str(stdout.lines().next().unwrap()).unwrap();
    let inspected = bench.run(&["inspect", "--format", "json"]).success();
    let model: Value = serde_json::from_str(&inspected).unwrap();
    let labels: Vec<&str> =
        model["labels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    assert_eq!(line["scores"].as_object().unwrap().len(), 10, "of {}", labels.len());
    assert!(labels.contains(&line["label"].as_str().unwrap()));
}
