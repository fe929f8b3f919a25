//! `sourcing-sound inspect` from the outside.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod common;

use common::{Bench, tiny_model};
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
    assert!(name.starts_with("name ") && name.ends_with(" urban-v1"), "{name}");
}

#[test]
fn the_built_in_model_works_alone() {
    let bench = Bench::new();
    bench.tones("hum.wav", &[(common::LOW_HZ, 2.0)]);
    let stdout = bench.run(&["classify", "hum.wav", "--format", "jsonl"]).success();
    let line: Value = serde_json::from_str(&stdout).unwrap();
    let inspected = bench.run(&["inspect", "--format", "json"]).success();
    let model: Value = serde_json::from_str(&inspected).unwrap();
    let labels: Vec<&str> =
        model["labels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    assert_eq!(line["scores"].as_object().unwrap().len(), labels.len());
    assert!(labels.contains(&line["label"].as_str().unwrap()));
}
