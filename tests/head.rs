//! Models of patches, and heads on their embedding: whole recordings, streams, and what does not
//! fit. The network is made here: its embedding is the mean level of each third of the bands.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod common {
    pub mod tiny_model;
}

use common::tiny_model;
use sourcing_sound::{
    Activation, Classifier, Head, HeadFeature, HeadMetadata, Labels, Model, ModelMetadata, Patch,
    Pcm, SampleRate, StreamConfig, pool,
};

const RATE: u32 = 22_050;

/// A network that hears 24 columns every 12 and returns its three levels as scores and as
/// embedding.
fn base(name: &str) -> Model {
    let metadata = ModelMetadata { name: name.to_owned(), ..tiny_model::patched_metadata() };
    Model::from_onnx(&tiny_model::patched_onnx(&metadata)).unwrap()
}

fn head_for(model: &Model, segment_patches: usize) -> Head {
    let metadata = HeadMetadata {
        name: "pitch".to_owned(),
        description: "Says whether a tone is low".to_owned(),
        base_name: model.metadata().name.clone(),
        base_sha256: model.sha256().to_owned(),
        labels: Labels::new(vec!["low".to_owned(), "not low".to_owned()]).unwrap(),
        features: vec![HeadFeature::EmbeddingMean, HeadFeature::EmbeddingMax],
        segment_patches,
        hop_seconds: 0.25,
        activation: Activation::Softmax,
        temperature: 1.0,
        rejection_threshold: 0.0,
        other_threshold: Some(0.5),
        smoothing_seconds: 0.0,
        event_on: 0.5,
        event_off: 0.4,
        training_data: "none".to_owned(),
        folds: "none".to_owned(),
        accuracy: "not measured".to_owned(),
        licence: "CC0".to_owned(),
        config_hash: "0".to_owned(),
    };
    let weights = vec![
        2.0, 0.0, 0.0, 1.0, 0.0, 0.0, // low
        0.0, 1.0, 1.0, 0.0, 0.5, 0.5, // not low
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, // none of them: never
    ];
    Head::new(metadata, weights, vec![0.0, 0.0, -1e3]).unwrap()
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

#[test]
fn a_head_hears_pooled_patches() {
    let model = base("base");
    let samples = low_then_high(6.0);
    let mut plain = Classifier::new(model.clone()).unwrap();
    let patches = plain.patches(pcm(&samples)).unwrap();
    let head = head_for(&model, 4);
    let mut classifier = Classifier::with_head(model, head.clone()).unwrap();
    assert_eq!(classifier.metadata().labels.len(), 2);
    assert_eq!(classifier.metadata().name, "pitch");
    let predictions = classifier.classify(pcm(&samples)).unwrap();
    assert_eq!(predictions.len(), patches.len() - 3, "a segment per patch but the first three");
    for (first, prediction) in predictions.iter().enumerate() {
        let segment: Vec<&Patch> = patches[first..first + 4].iter().collect();
        let x = pool(&head.metadata().features, &segment);
        let low = 2.0 * x[0] + x[3];
        let other = x[1] + x[2] + 0.5 * (x[4] + x[5]);
        let score = 1.0 / (1.0 + (other - low).exp());
        assert!((prediction.scores()[0] - score).abs() < 1e-5, "segment {first}");
        assert!(!prediction.rejected());
    }
    assert_eq!(predictions[0].top(1)[0].label, "low");
    assert_eq!(predictions.last().unwrap().top(1)[0].label, "not low");
    assert!((predictions.last().unwrap().end() - 6.0).abs() < 1e-9);
}

#[test]
fn a_stream_says_what_the_recording_says() {
    let model = base("base");
    let samples = low_then_high(5.3);
    let rate = SampleRate::new(RATE).unwrap();
    for patches in [1, 4] {
        let mut classifier =
            Classifier::with_head(model.clone(), head_for(&model, patches)).unwrap();
        let whole = classifier.classify(pcm(&samples)).unwrap();
        let mut cuts = Vec::new();
        for piece in [1_000, 77, samples.len()] {
            let mut stream = classifier.stream(rate, StreamConfig::default()).unwrap();
            let mut updates = Vec::new();
            for part in samples.chunks(piece) {
                updates.extend(stream.push(part).unwrap());
            }
            updates.extend(stream.finish().unwrap());
            cuts.push(updates);
        }
        assert_eq!(cuts[0], cuts[1]);
        assert_eq!(cuts[0], cuts[2]);
        // The first answers come before a segment is full; every later one is a segment.
        let updates = &cuts[0];
        assert!(updates.len() > whole.len());
        let full = &updates[updates.len() - whole.len()..];
        for (update, prediction) in full.iter().zip(&whole) {
            for (a, b) in update.raw_scores.iter().zip(prediction.scores()) {
                assert!((a - b).abs() < 1e-6, "{patches} patches at {} s", update.time);
            }
        }
    }
}

#[test]
fn short_recordings_are_one_segment() {
    let model = base("base");
    let mut classifier = Classifier::with_head(model.clone(), head_for(&model, 4)).unwrap();
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
    // The same hash, but a network without embedding.
    let plain = Model::from_onnx(&tiny_model::onnx(&tiny_model::metadata())).unwrap();
    let error = Classifier::with_head(plain.clone(), head_for(&plain, 1)).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "head-format");
    assert!(Classifier::new(plain).unwrap().patches(pcm(&[0.0; 9_000])).is_err());
}

#[test]
fn models_of_patches_are_checked_against_their_metadata() {
    let mut metadata = tiny_model::metadata();
    metadata.embedding_size = Some(3);
    let error = Model::from_onnx(&tiny_model::onnx(&metadata)).unwrap_err();
    assert_eq!(error.code(), "model-mismatch", "one output where two are claimed");
    assert!(error.to_string().contains("number of outputs"), "{error}");
}
