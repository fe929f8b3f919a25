#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;

fn metadata() -> HeadMetadata {
    HeadMetadata {
        name: "test".into(),
        description: "two sounds".into(),
        base_name: "base".into(),
        base_sha256: "00".repeat(32),
        labels: Labels::new(vec!["café".into(), "b".into()]).unwrap(),
        features: vec![HeadFeature::EmbeddingMean, HeadFeature::ScoreMax],
        segment_patches: 3,
        hop_seconds: 0.48,
        activation: Activation::Softmax,
        temperature: 1.1,
        rejection_threshold: 0.3,
        other_threshold: Some(0.7),
        smoothing_seconds: 1.0,
        event_on: 0.5,
        event_off: 0.3,
        training_data: "none".into(),
        folds: "none".into(),
        accuracy: "not measured".into(),
        licence: "CC0".into(),
        config_hash: "0123".into(),
    }
}

fn head() -> Head {
    let weights = (0..15).map(|i| (i as f32 * 0.37).sin() / 3.0).collect();
    Head::new(metadata(), weights, vec![0.1, -1e-9, 3e7]).unwrap()
}

#[test]
fn what_is_written_is_read_bit_for_bit() {
    let head = head();
    assert_eq!(Head::from_json(head.to_json().as_bytes()), Ok(head.clone()));
    let without = HeadMetadata { other_threshold: None, ..metadata() };
    let head = Head::new(without, vec![1.0; 10], vec![0.0; 2]).unwrap();
    assert_eq!(Head::from_json(head.to_json().as_bytes()), Ok(head));
}

#[test]
fn features_are_pooled_over_patches_in_the_order_asked_for() {
    let patch = |x: f32| Patch { scores: vec![x, 1.0 - x, 0.5], embedding: vec![10.0 * x, 2.0] };
    let (a, b) = (patch(0.25), patch(0.75));
    let all = [
        HeadFeature::ScoreMax,
        HeadFeature::EmbeddingMean,
        HeadFeature::EmbeddingMax,
        HeadFeature::ScoreMean,
    ];
    let expected = [0.75, 0.75, 0.5, 5.0, 2.0, 7.5, 2.0, 0.5, 0.5, 0.5];
    assert_eq!(pool(&all, &[&a, &b]), expected);
    assert_eq!(pool(&all[1..2], &[&b]), [7.5, 2.0]);
}

#[test]
fn outputs_are_the_linear_layer_of_the_pooled_features() {
    let patch = Patch { scores: vec![0.0, 0.5, 1.0], embedding: vec![2.0, -1.0] };
    let two = HeadMetadata { other_threshold: None, ..metadata() };
    let weights = vec![1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    let head = Head::new(two, weights, vec![0.5, 0.25]).unwrap();
    assert_eq!(head.outputs(&[&patch]), [2.0 - 2.0 + 2.0 + 5.0 + 0.5, -1.0 + 0.25]);
}

#[test]
fn none_of_the_labels_takes_part_in_the_softmax() {
    let patch = Patch { scores: vec![1.0, 0.0, 0.0], embedding: vec![1.0, 0.0] };
    let weights = vec![
        1.0, 0.0, 1.0, 0.0, 0.0, // 2
        0.0, 0.0, 1.0, 0.0, 0.0, // 1
        2.0, 0.0, 1.0, 0.0, 0.0, // 3: none of them
    ];
    let of = |activation, temperature| {
        let metadata = HeadMetadata { activation, temperature, ..metadata() };
        Head::new(metadata, weights.clone(), vec![0.0; 3]).unwrap().scores(&[&patch])
    };
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    let (labels, other) = of(Activation::Softmax, 2.0);
    near(labels[0], 1.0 / (1.0 + (-0.5f32).exp()));
    near(other.unwrap(), 1.0 / (1.0 + (-1f32).exp() + (-2f32).exp()));
    let (labels, other) = of(Activation::Sigmoid, 2.0);
    near(labels[1], 1.0 / (1.0 + (-0.5f32).exp()));
    near(other.unwrap(), 1.0 / (1.0 + (-3f32).exp()));
}

#[test]
fn broken_files_are_refused_with_a_reason() {
    let good = head().to_json();
    for (from, to, reason) in [
        ("sourcing-sound-head", "something-else", "expected \"sourcing-sound-head\""),
        ("\"version\": 1", "\"version\": 2", "version 2"),
        ("\"name\"", "\"nome\"", "missing field"),
        ("softmax", "none", "activation"),
        ("\"temperature\": 1.1", "\"temperature\": 0.0", "temperature"),
        ("\"event_off\": 0.3", "\"event_off\": 0.6", "event_off"),
        ("\"segment_patches\": 3", "\"segment_patches\": 0", "segment_patches"),
        ("\"segment_patches\": 3", "\"segment_patches\": 1000000", "segment_patches"),
        ("\"café\"", "\"b\"", "labels"),
        ("embedding-mean", "embedding-median", "unknown variant"),
        ("\"bias\": \"", "\"bias\": \"AAAA", "bias"),
        ("\"weights\": \"", "\"weights\": \"!", "base64"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = Head::from_json(good.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!(error.code(), "head-format", "{to}");
        assert!(error.to_string().contains(reason), "{to}: {error}");
    }
    for bytes in [&b""[..], b"{}", b"[1, 2]", &[0xff; 40], &good.as_bytes()[..good.len() / 2]] {
        assert_eq!(Head::from_json(bytes).unwrap_err().code(), "head-format");
    }
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    for (weights, bias) in [
        (vec![0.0; 15], vec![0.0; 2]),
        (vec![0.0; 14], vec![0.0; 3]),
        (vec![], vec![0.0; 3]),
        (vec![f32::NAN; 15], vec![0.0; 3]),
        (vec![0.0; 15], vec![f32::INFINITY; 3]),
    ] {
        assert_eq!(Head::new(metadata(), weights, bias).unwrap_err().code(), "head-format");
    }
}
