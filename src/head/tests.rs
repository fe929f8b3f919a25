#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;

pub(crate) fn metadata() -> HeadMetadata {
    HeadMetadata {
        name: "test".into(),
        description: "two sounds".into(),
        base_name: "base".into(),
        base_sha256: "00".repeat(32),
        labels: Labels::new(vec!["café".into(), "b".into()]).unwrap(),
        refines: BTreeMap::from([("café".into(), vec!["Cafe".into(), "Bar".into()])]),
        parents: BTreeMap::from([("b".into(), vec!["Noise".into()])]),
        features: vec![HeadFeature::EmbeddingMean, HeadFeature::ScoreMax],
        segment_patches: 3,
        decision: Decision {
            hop_seconds: 0.48,
            activation: Activation::Softmax,
            temperature: 1.1,
            rejection_threshold: 0.3,
            smoothing_seconds: 1.0,
            event_on: 0.5,
            event_off: 0.3,
        },
        card: Card {
            training_data: "none".into(),
            folds: "none".into(),
            accuracy: "not measured".into(),
            licence: "CC0".into(),
            config_hash: "0123".into(),
        },
    }
}

fn detector() -> Detector {
    let features = vec![HeadFeature::EmbeddingMean, HeadFeature::LogitMean];
    Detector { features, weights: vec![0.1, -3e-9, 1.0, 0.5, 2.0], bias: -0.7 }
}

fn head() -> Head {
    let weights = (0..10).map(|i| (i as f32 * 0.37).sin() / 3.0).collect();
    Head::new(metadata(), weights, vec![-1e-9, 3e7], Some(detector())).unwrap()
}

#[test]
fn written_heads_read_back_bit_for_bit() {
    let head = head();
    assert_eq!(Head::from_json(head.to_json().as_bytes()), Ok(head.clone()));
    let (refines, parents) = (BTreeMap::new(), BTreeMap::new());
    let plain = HeadMetadata { refines, parents, ..metadata() };
    let head = Head::new(plain, vec![1.0; 10], vec![0.0; 2], None).unwrap();
    let json = head.to_json();
    assert!(!json.contains("detector") && !json.contains("parents"), "{json}");
    assert_eq!(Head::from_json(json.as_bytes()), Ok(head));
}

#[test]
fn features_are_pooled_over_patches_in_the_given_order() {
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
fn logits_are_pooled_within_limits() {
    let patch = |scores: [f32; 3]| Patch { scores: scores.to_vec(), embedding: vec![] };
    let (a, b) = (patch([0.5, 0.0, 1.0]), patch([0.880_797, 1e-9, 1.0]));
    let pooled = pool(&[HeadFeature::LogitMean], &[&a, &b]);
    for (value, expected) in pooled.into_iter().zip([1.0, -10.0, 10.0]) {
        assert!((value - expected).abs() < 1e-5, "{value} is not {expected}");
    }
}

#[test]
fn outputs_are_the_linear_layer_of_the_pooled_features() {
    let patch = Patch { scores: vec![0.0, 0.5, 1.0], embedding: vec![2.0, -1.0] };
    let weights = vec![1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    let head = Head::new(metadata(), weights, vec![0.5, 0.25], None).unwrap();
    assert_eq!(head.outputs(&[&patch]), [2.0 - 2.0 + 2.0 + 5.0 + 0.5, -1.0 + 0.25]);
    assert_eq!(head.presence(&[&patch]), 1.0);
}

#[test]
fn the_detector_has_its_own_features() {
    let patch = Patch { scores: vec![0.5, 0.5, 1.0], embedding: vec![2.0, 0.0] };
    let detector = Detector { weights: vec![0.25, 9.0, 3.0, 3.0, 0.05], ..detector() };
    let head = Head::new(metadata(), vec![0.0; 10], vec![0.0; 2], Some(detector)).unwrap();
    let logit: f32 = 0.25 * 2.0 + 0.05 * 10.0 - 0.7;
    let expected = 1.0 / (1.0 + (-logit).exp());
    assert!((head.presence(&[&patch]) - expected).abs() < 1e-6);
    assert_eq!(head.scores(&[&patch]), [0.5, 0.5]);
}

#[test]
fn the_temperature_divides_the_outputs() {
    let patch = Patch { scores: vec![1.0, 0.0, 0.0], embedding: vec![1.0, 0.0] };
    let weights = vec![1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    for activation in [Activation::Softmax, Activation::Sigmoid] {
        let metadata = HeadMetadata {
            decision: Decision { activation, temperature: 2.0, ..metadata().decision },
            ..metadata()
        };
        let head = Head::new(metadata, weights.clone(), vec![0.0; 2], None).unwrap();
        let logit: f32 = if activation == Activation::Softmax { 0.5 } else { 1.0 };
        let expected = 1.0 / (1.0 + (-logit).exp());
        assert!((head.scores(&[&patch])[0] - expected).abs() < 1e-6, "{activation:?}");
    }
}

#[test]
fn broken_files_are_refused_with_a_reason() {
    let good = head().to_json();
    for (from, to, reason) in [
        ("sourcing-sound-head", "something-else", "expected \"sourcing-sound-head\""),
        ("\"version\": 2", "\"version\": 1", "version 1, expected 2; train it again"),
        ("\"version\": 2", "\"version\": 3", "version 3, expected 2"),
        ("\"name\"", "\"nome\"", "missing field"),
        ("softmax", "none", "activation"),
        ("\"temperature\": 1.1", "\"temperature\": 0.0", "temperature"),
        ("\"event_off\": 0.3", "\"event_off\": 0.6", "event_off"),
        ("\"segment_patches\": 3", "\"segment_patches\": 0", "segment_patches"),
        ("\"segment_patches\": 3", "\"segment_patches\": 1000000", "segment_patches"),
        ("\"segment_patches\": 3", "\"segment_patches\": -1", "expected a whole number"),
        ("\"hop_seconds\": 0.48", "\"hop_seconds\": 1e300", "hop_seconds"),
        ("    \"café\",", "    \"b\",", "labels"),
        ("\"Bar\"", "\"Cafe\"", "\"Cafe\" is there twice"),
        ("\"café\": [", "\"thé\": [", "\"thé\" is none of the head's labels"),
        ("\"refines\": {", "\"refines\": {\"café\": [],", "\"café\" is there twice"),
        ("\"refines\": {", "\"refines\": [], \"other\": {", "an object with a list"),
        ("    \"b\": [", "    \"tea\": [", "parents"),
        ("logit-mean", "embedding-mean", "none twice"),
        // Depending on its features, either the parser or the check after it refuses this.
        ("\"bias\": -0.7", "\"bias\": 1e39", ""),
        ("embedding-mean", "embedding-median", "expected a list of embedding-mean"),
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
    let unpaired = Some(Detector { features: vec![], ..detector() });
    let empty = Some(Detector { weights: vec![], ..detector() });
    let endless = Some(Detector { bias: f32::NAN, ..detector() });
    for (weights, bias, detector) in [
        (vec![0.0; 10], vec![0.0; 3], None),
        (vec![0.0; 9], vec![0.0; 2], None),
        (vec![], vec![0.0; 2], None),
        (vec![f32::NAN; 10], vec![0.0; 2], None),
        (vec![0.0; 10], vec![f32::INFINITY; 2], None),
        (vec![0.0; 10], vec![0.0; 2], unpaired),
        (vec![0.0; 10], vec![0.0; 2], empty),
        (vec![0.0; 10], vec![0.0; 2], endless),
    ] {
        let error = Head::new(metadata(), weights, bias, detector).unwrap_err();
        assert_eq!(error.code(), "head-format");
    }
}
