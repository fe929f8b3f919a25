//! Models with patches, and heads on their embedding: whole recordings, streams, and mismatches.
//! The test's own network returns as its embedding the mean level of each third of the bands.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod common {
    pub mod tiny_model;
}

use std::collections::BTreeMap;

use common::tiny_model;
use sourcing_sound::{
    Activation, Card, Classifier, Decision, Detector, Head, HeadFeature, HeadMetadata, LabelSource,
    Labels, Model, ModelMetadata, Patch, Pcm, SampleRate, StreamConfig, pool,
};

const RATE: u32 = 22_050;

/// Returns a network that takes 24 columns every 12 and returns its three levels as scores and as
/// embedding.
fn base(name: &str) -> Model {
    let metadata = ModelMetadata { name: name.to_owned(), ..tiny_model::patched_metadata() };
    Model::from_onnx(&tiny_model::patched_onnx(&metadata)).unwrap()
}

/// Returns the same without patches: a segment is one input of the network.
fn whole_base() -> Model {
    let metadata = ModelMetadata { patch: None, ..tiny_model::patched_metadata() };
    Model::from_onnx(&tiny_model::patched_onnx(&metadata)).unwrap()
}

/// Returns metadata of two labels; `low` replaces the label of the base.
fn metadata_for(model: &Model, segment_patches: usize) -> HeadMetadata {
    HeadMetadata {
        name: "pitch".to_owned(),
        description: "Says whether a tone is low".to_owned(),
        base_name: model.metadata().name.clone(),
        base_sha256: model.sha256().to_owned(),
        labels: Labels::new(vec!["low".to_owned(), "not low".to_owned()]).unwrap(),
        refines: BTreeMap::from([("low".to_owned(), vec!["low".to_owned()])]),
        parents: BTreeMap::new(),
        features: vec![HeadFeature::EmbeddingMean, HeadFeature::EmbeddingMax],
        segment_patches,
        decision: Decision {
            hop_seconds: 0.25,
            activation: Activation::Softmax,
            temperature: 1.0,
            rejection_threshold: 0.4,
            smoothing_seconds: 0.0,
            event_on: 0.5,
            event_off: 0.4,
        },
        card: Card {
            training_data: "none".to_owned(),
            folds: "none".to_owned(),
            accuracy: "not measured".to_owned(),
            licence: "CC0".to_owned(),
            config_hash: "0".to_owned(),
        },
    }
}

fn head_of(metadata: HeadMetadata, detector: Option<Detector>) -> Head {
    let weights = vec![
        2.0, 0.0, 0.0, 1.0, 0.0, 0.0, // low
        0.0, 1.0, 1.0, 0.0, 0.5, 0.5, // not low
    ];
    Head::new(metadata, weights, vec![0.0, 0.0], detector).unwrap()
}

fn head_for(model: &Model, segment_patches: usize) -> Head {
    head_of(metadata_for(model, segment_patches), None)
}

/// Returns a detector that gives every sound this probability of being one of the labels.
fn always(probability: f32) -> Option<Detector> {
    let features = vec![HeadFeature::LogitMean];
    let bias = (probability / (1.0 - probability)).ln();
    Some(Detector { features, weights: vec![0.0; 3], bias })
}

fn tone(hz: f32, samples: usize) -> Vec<f32> {
    let step = hz * std::f32::consts::TAU / RATE as f32;
    (0..samples).map(|i| 0.5 * (i as f32 * step).sin()).collect()
}

fn low_then_high(seconds: f64) -> Vec<f32> {
    let half = (seconds / 2.0 * f64::from(RATE)) as usize;
    let mut samples = tone(200.0, half);
    samples.extend(tone(8_000.0, half));
    samples
}

fn pcm(samples: &[f32]) -> Pcm<'_> {
    Pcm::new(samples, SampleRate::new(RATE).unwrap()).unwrap()
}

/// Returns the probability of `low` for one segment.
fn low_score(head: &Head, segment: &[Patch]) -> f32 {
    let segment: Vec<&Patch> = segment.iter().collect();
    let x = pool(&head.metadata().features, &segment);
    let low = 2.0 * x[0] + x[3];
    let other = x[1] + x[2] + 0.5 * (x[4] + x[5]);
    1.0 / (1.0 + (other - low).exp())
}

#[test]
fn a_head_alone_scores_its_own_segments() {
    let model = base("base");
    let samples = low_then_high(6.0);
    let patches = Classifier::new(model.clone()).unwrap().patches(pcm(&samples)).unwrap();
    let head = head_for(&model, 4);
    let mut classifier = Classifier::with_head_only(model, head.clone()).unwrap();
    assert_eq!((classifier.metadata().labels.len(), classifier.head_labels()), (2, 2));
    assert_eq!(classifier.metadata().name, "pitch");
    let predictions = classifier.classify(pcm(&samples)).unwrap();
    assert_eq!(predictions.len(), patches.len() - 3, "a segment per patch but the first three");
    for (first, prediction) in predictions.iter().enumerate() {
        let score = low_score(&head, &patches[first..first + 4]);
        assert!((prediction.scores()[0] - score).abs() < 1e-5, "segment {first}");
        assert!(!prediction.rejected());
    }
    let best = &predictions[0].top(1)[0];
    assert_eq!((best.label.as_str(), best.source), ("low", LabelSource::Head));
    assert_eq!(predictions.last().unwrap().top(1)[0].label, "not low");
    assert!((predictions.last().unwrap().end() - 6.0).abs() < 1e-9);
}

#[test]
fn a_head_adds_its_labels_to_those_of_its_base() {
    let model = base("base");
    let samples = low_then_high(6.0);
    let mut plain = Classifier::new(model.clone()).unwrap();
    let patches = plain.patches(pcm(&samples)).unwrap();
    let of_base = plain.classify(pcm(&samples)).unwrap();
    let head = head_of(metadata_for(&model, 4), always(0.75));
    let mut classifier = Classifier::with_head(model.clone(), head.clone()).unwrap();
    let (metadata, own) = (classifier.metadata().clone(), model.metadata());
    let labels: Vec<_> = metadata.labels.iter().collect();
    assert_eq!(labels, ["low", "not low", "middle", "high"]);
    assert_eq!(classifier.head_labels(), 2);
    assert_eq!(metadata.segment_frames, own.segment_frames);
    assert_eq!(
        (metadata.decision.hop_seconds, metadata.decision.smoothing_seconds),
        (0.25, own.decision.smoothing_seconds)
    );
    assert_eq!(metadata.name, "pitch");
    assert!(
        metadata.card.licence.starts_with("CC0;")
            && metadata.card.licence.contains(&own.card.licence)
    );
    let predictions = classifier.classify(pcm(&samples)).unwrap();
    assert_eq!(predictions.len(), of_base.len());
    for (index, (prediction, base)) in predictions.iter().zip(&of_base).enumerate() {
        assert_eq!((prediction.start(), prediction.end()), (base.start(), base.end()));
        assert_eq!(prediction.scores()[2..], base.scores()[1..], "segment {index}");
        let score = 0.75 * low_score(&head, &patches[index..=index]);
        assert!((prediction.scores()[0] - score).abs() < 1e-5, "segment {index}");
        assert_eq!(prediction.head_labels(), 2);
    }
}

#[test]
fn a_label_that_refines_nothing_adds_to_the_one_of_its_name() {
    let model = base("base");
    let samples = low_then_high(6.0);
    let mut plain = Classifier::new(model.clone()).unwrap();
    let patches = plain.patches(pcm(&samples)).unwrap();
    let of_base = plain.classify(pcm(&samples)).unwrap();
    let metadata = HeadMetadata { refines: BTreeMap::new(), ..metadata_for(&model, 4) };
    let head = head_of(metadata, always(0.75));
    let mut classifier = Classifier::with_head(model, head.clone()).unwrap();
    let labels: Vec<_> = classifier.metadata().labels.iter().map(str::to_owned).collect();
    assert_eq!(labels, ["low", "not low", "middle", "high"]);
    let (mut by_head, mut by_base) = (0, 0);
    let predictions = classifier.classify(pcm(&samples)).unwrap();
    for (index, (prediction, base)) in predictions.iter().zip(&of_base).enumerate() {
        let scores = prediction.scores();
        let own = 0.75 * low_score(&head, &patches[index..=index]);
        let expected = if own >= 0.4 { own.max(base.scores()[0]) } else { base.scores()[0] };
        assert!((scores[0] - expected).abs() < 1e-5, "segment {index}");
        assert!(scores[0] >= base.scores()[0], "segment {index}");
        assert_eq!(scores[2..], base.scores()[1..], "segment {index}");
        *if expected > base.scores()[0] { &mut by_head } else { &mut by_base } += 1;
    }
    assert!(by_head > 0 && by_base > 0, "{by_head} and {by_base} segments");
}

#[test]
fn unknown_sounds_get_the_label_of_the_base() {
    let model = base("base");
    let samples = tone(8_000.0, 40_000);
    let best = |probability, rejection_threshold| {
        let metadata = HeadMetadata {
            decision: Decision { rejection_threshold, ..metadata_for(&model, 1).decision },
            ..metadata_for(&model, 1)
        };
        let head = head_of(metadata, always(probability));
        let mut joint = Classifier::with_head(model.clone(), head.clone()).unwrap();
        let mut alone = Classifier::with_head_only(model.clone(), head).unwrap();
        let joint = joint.classify(pcm(&samples)).unwrap().swap_remove(0);
        let alone = alone.classify(pcm(&samples)).unwrap().swap_remove(0);
        (joint.top(1).swap_remove(0), joint.rejected(), alone)
    };
    let (joint, rejected, alone) = best(0.9999, 0.4);
    assert_eq!((joint.label.as_str(), joint.source), ("not low", LabelSource::Head));
    assert!(!rejected && !alone.rejected());
    let (joint, rejected, alone) = best(0.01, 0.4);
    assert_eq!((joint.label.as_str(), joint.source), ("high", LabelSource::Base));
    assert!(!rejected && alone.rejected());
    assert!(alone.scores()[1] > 0.9, "as if it were one of the labels");
    // Higher than the base's scores, but too low for the head.
    let (joint, rejected, _) = best(0.9999, 1.0);
    assert_eq!((joint.label.as_str(), rejected), ("high", false));
}

#[test]
fn silence_gives_valid_scores() {
    for model in [base("base"), whole_base()] {
        let head = head_for(&model, 3);
        let joint = Classifier::with_head(model.clone(), head.clone()).unwrap();
        let alone = Classifier::with_head_only(model, head).unwrap();
        for mut classifier in [joint, alone] {
            for prediction in classifier.classify(pcm(&[0.0; 60_000])).unwrap() {
                assert!(prediction.scores().iter().all(|score| (0.0..=1.0).contains(score)));
            }
        }
    }
}

#[test]
fn a_base_without_patches_takes_a_head_too() {
    let model = whole_base();
    let samples = low_then_high(6.0);
    let head = head_for(&model, 3);
    let mut joint = Classifier::with_head(model.clone(), head.clone()).unwrap();
    assert_eq!(joint.metadata().patch, None);
    assert_eq!(joint.metadata().segment_frames, 24);
    assert_eq!(joint.classify(pcm(&samples)).unwrap()[0].top(1)[0].label, "low");
    // Three inputs of the network, one after the other.
    let mut alone = Classifier::with_head_only(model, head).unwrap();
    assert_eq!(alone.metadata().segment_frames, 72);
    let predictions = alone.classify(pcm(&samples)).unwrap();
    assert_eq!(predictions[0].top(1)[0].label, "low");
    assert_eq!(predictions.last().unwrap().top(1)[0].label, "not low");
}

#[test]
fn a_stream_agrees_with_the_recording() {
    let model = base("base");
    let samples = low_then_high(5.3);
    let rate = SampleRate::new(RATE).unwrap();
    let alone =
        |patches| Classifier::with_head_only(model.clone(), head_for(&model, patches)).unwrap();
    let joint = Classifier::with_head(model.clone(), head_for(&model, 4)).unwrap();
    for (case, mut classifier) in [alone(1), alone(4), joint].into_iter().enumerate() {
        let hop_seconds = Some(0.25);
        let whole = classifier.classify_with_hop(pcm(&samples), 0.25).unwrap();
        let mut cuts = Vec::new();
        for piece in [1_000, 77, samples.len()] {
            let config = StreamConfig { hop_seconds, ..Default::default() };
            let mut stream = classifier.stream(rate, config).unwrap();
            let mut updates = Vec::new();
            for part in samples.chunks(piece) {
                updates.extend(stream.push(part).unwrap());
            }
            updates.extend(stream.finish().unwrap());
            cuts.push(updates);
        }
        assert_eq!(cuts[0], cuts[1]);
        assert_eq!(cuts[0], cuts[2]);
        // The first updates come before a segment is full; every later one covers a full segment.
        let updates = &cuts[0];
        assert!(updates.len() > whole.len());
        let full = &updates[updates.len() - whole.len()..];
        for (update, prediction) in full.iter().zip(&whole) {
            for (a, b) in update.raw_scores.iter().zip(prediction.scores()) {
                assert!((a - b).abs() < 1e-6, "case {case} at {} s", update.time);
            }
        }
    }
}

#[test]
fn thresholds_of_a_stream_apply_to_all_labels() {
    let model = base("base");
    let classifier =
        Classifier::with_head(model.clone(), head_of(metadata_for(&model, 1), always(0.75)))
            .unwrap();
    let rejected = |rejection_threshold| {
        let config = StreamConfig { rejection_threshold, ..Default::default() };
        let mut stream = classifier.stream(SampleRate::new(RATE).unwrap(), config).unwrap();
        let updates = stream.push(&tone(200.0, 30_000)).unwrap();
        updates.last().unwrap().prediction.rejected()
    };
    assert!(!rejected(None) && !rejected(Some(0.0)));
    assert!(rejected(Some(1.0)), "neither the head nor the base is that sure");
}

#[test]
fn short_recordings_are_one_segment() {
    let model = base("base");
    let mut classifier = Classifier::with_head_only(model.clone(), head_for(&model, 4)).unwrap();
    let rate = SampleRate::new(RATE).unwrap();
    for samples in [600, 5_000, 12_288, 20_000] {
        let sound = tone(200.0, samples);
        let predictions = classifier.classify(pcm(&sound)).unwrap();
        assert_eq!(predictions.len(), 1, "{samples} samples");
        let mut stream = classifier.stream(rate, StreamConfig::default()).unwrap();
        let mut updates = stream.push(&sound).unwrap();
        updates.extend(stream.finish().unwrap());
        let last = updates.last().unwrap();
        for (a, b) in last.raw_scores.iter().zip(predictions[0].scores()) {
            assert!((a - b).abs() < 1e-6, "{samples} samples");
        }
    }
    let error = classifier.classify(pcm(&[0.0; 100])).unwrap_err();
    assert_eq!(error.code(), "audio-too-short");
}

#[test]
fn a_head_for_another_base_is_refused_by_name() {
    let (ours, theirs) = (base("ours"), base("theirs"));
    let error = Classifier::with_head(theirs.clone(), head_for(&ours, 1)).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "head-mismatch");
    let message = error.to_string();
    for part in ["pitch", "ours", "theirs", &theirs.sha256()[..12], &ours.sha256()[..12]] {
        assert!(message.contains(part), "{message}");
    }
    // The same hash, but a network without an embedding.
    let plain = Model::from_onnx(&tiny_model::onnx(&tiny_model::metadata())).unwrap();
    let error = Classifier::with_head(plain.clone(), head_for(&plain, 1)).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "head-format");
    assert!(Classifier::new(plain).unwrap().patches(pcm(&[0.0; 9_000])).is_err());
}

#[test]
fn a_head_that_names_missing_labels_of_its_base_is_refused() {
    let model = base("base");
    let map = |label: &str, name: &str| BTreeMap::from([(label.into(), vec![name.into()])]);
    let own = || metadata_for(&model, 1);
    let detector = Detector { weights: vec![0.0; 4], ..always(0.5).unwrap() };
    for (metadata, detector, reason) in [
        (HeadMetadata { refines: map("low", "Bass"), ..own() }, None, "Bass"),
        (HeadMetadata { parents: map("not low", "Sound"), ..own() }, None, "Sound"),
        (own(), Some(detector), "4 weights"),
    ] {
        let head = head_of(metadata, detector);
        for build in [Classifier::with_head, Classifier::with_head_only] {
            let error = build(model.clone(), head.clone()).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "head-format", "{reason}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
    // Its label `low` refines another one than the label of this name, which stays.
    let head = head_of(HeadMetadata { refines: map("low", "middle"), ..own() }, None);
    let error = Classifier::with_head(model, head).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "head-format");
    assert!(error.to_string().contains("\"low\""), "{error}");
}

#[test]
fn models_with_patches_are_checked_against_their_metadata() {
    let mut metadata = tiny_model::metadata();
    metadata.embedding_size = Some(3);
    let error = Model::from_onnx(&tiny_model::onnx(&metadata)).unwrap_err();
    assert_eq!(error.code(), "model-mismatch", "one output where two are claimed");
    assert!(error.to_string().contains("number of outputs"), "{error}");
}
