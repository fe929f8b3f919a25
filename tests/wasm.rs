//! Tests the JavaScript bindings as wasm in a real browser: they give the native build's scores, no
//! matter how audio is split, and the right error codes. Run by `cargo xtask test --only wasm`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/descriptors.rs"]
#[allow(dead_code, reason = "the native test uses the rest")]
mod descriptors;
#[path = "common/everyday.rs"]
mod everyday;
#[path = "common/front_end.rs"]
#[allow(dead_code, reason = "the native test uses the rest")]
mod front_end;
#[path = "common/scores.rs"]
mod scores;
#[path = "common/sounds.rs"]
mod sounds;

use std::collections::BTreeMap;

use js_sys::{Array, Float32Array, Object, Reflect};
use scores::{Reference, largest_difference};
use sourcing_sound::wasm::{JsStreamOptions, WasmClassifier, WasmStream, error_codes};
use sourcing_sound::{Activation, Card, Decision, Head, HeadFeature, HeadMetadata, Labels, Model};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MODEL: &[u8] = include_bytes!("../models/urban-v1/model.onnx");
const EVERYDAY: &[u8] = include_bytes!("../models/everyday/model.onnx");
const REFERENCE: &str = include_str!("golden/scores.json");

/// How far a score in the browser may be from the native one.
const TOLERANCE: f32 = 1e-4;

#[wasm_bindgen_test]
fn scores_are_those_of_the_native_build() {
    let native: Reference = serde_json::from_str(REFERENCE).unwrap();
    let mut classifier = classifier();
    let browser: Reference = sounds::all()
        .into_iter()
        .map(|sound| {
            let rate = sound.sample_rate.into();
            let predictions = classifier.classify(&sound.samples, rate, None);
            let predictions = Array::from(&predictions.ok().unwrap());
            let scores = predictions.iter().map(|segment| floats(&segment, "scores"));
            (sound.name.to_owned(), scores.collect())
        })
        .collect();
    let difference = largest_difference(&native, &browser);
    assert!(difference <= TOLERANCE, "scores differ by up to {difference}");
}

#[wasm_bindgen_test]
fn the_everyday_network_is_the_trained_one() {
    let model = Model::from_onnx(EVERYDAY).unwrap();
    let about = include_bytes!("golden/everyday.json");
    let values = include_bytes!("golden/everyday.f32");
    let differences = everyday::differences(model, &sounds::all(), about, values);
    assert!(differences.are_accepted(), "{differences:?}");
}

#[wasm_bindgen_test]
fn groups_and_order_are_in_javascript() {
    let mut classifier = WasmClassifier::new(EVERYDAY, None, None, None).ok().unwrap();
    let info = classifier.metadata();
    let list = |key: &str| Array::from(&get(&info, key));
    assert_eq!((list("labels").length(), list("labelGroups").length()), (527, 527));
    assert_eq!(number(&info, "headLabels"), 0.0);
    let groups = list("groups");
    assert!((15..30).contains(&groups.length()), "{} groups", groups.length());
    assert!(get(&groups.get(0), "name").is_string() && get(&groups.get(0), "icon").is_string());
    assert!(number(&info, "embeddingSize") > 0.0);
    let sound = sounds::hammering();
    let predictions = classifier.classify(&sound.samples, sound.sample_rate.into(), None);
    let prediction = Array::from(&predictions.ok().unwrap()).get(0);
    assert_eq!(floats(&prediction, "groupScores").len() as u32, groups.length());
    let mut order = js_sys::Uint32Array::from(get(&prediction, "order")).to_vec();
    order.sort_unstable();
    assert!(order.into_iter().eq(0..527));
}

#[wasm_bindgen_test]
fn a_head_adds_labels_or_is_used_alone() {
    let head = || Some(head().to_json().into_bytes().into_boxed_slice());
    let joint = WasmClassifier::new(EVERYDAY, head(), None, None).ok().unwrap();
    let labels = Array::from(&get(&joint.metadata(), "labels"));
    // Two labels of the head, one of which replaces a label of the base.
    assert_eq!(labels.length(), 528);
    assert_eq!(labels.get(0).as_string().as_deref(), Some("talk"));
    assert_eq!(number(&joint.metadata(), "headLabels"), 2.0);

    let mut alone = WasmClassifier::new(EVERYDAY, head(), Some(true), None).ok().unwrap();
    assert_eq!(Array::from(&get(&alone.metadata(), "labels")).length(), 2);
    assert_eq!(number(&alone.metadata(), "headLabels"), 2.0);
    let sound = sounds::hammering();
    let predictions = alone.classify(&sound.samples, sound.sample_rate.into(), None);
    let scores = floats(&Array::from(&predictions.ok().unwrap()).get(0), "scores");
    assert!(scores.len() == 2 && (scores[0] - 0.5).abs() < 1e-6, "{scores:?}");
}

/// Returns a head with two labels that have the same probability for every sound.
fn head() -> Head {
    let model = Model::from_onnx(EVERYDAY).unwrap();
    let base = model.metadata();
    let refined = base.labels.get(0).unwrap().to_owned();
    let metadata = HeadMetadata {
        name: "talk".to_owned(),
        description: "Talk or not".to_owned(),
        base_name: base.name.clone(),
        base_sha256: model.sha256().to_owned(),
        labels: Labels::new(vec!["talk".to_owned(), "no talk".to_owned()]).unwrap(),
        refines: BTreeMap::from([("talk".to_owned(), vec![refined])]),
        parents: BTreeMap::new(),
        features: vec![HeadFeature::EmbeddingMean],
        segment_patches: 1,
        decision: Decision {
            hop_seconds: 0.5,
            activation: Activation::Softmax,
            temperature: 1.0,
            rejection_threshold: 0.0,
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
    };
    let weights = vec![0.0; 2 * base.embedding_size.unwrap()];
    Head::new(metadata, weights, vec![0.0; 2], None).unwrap()
}

#[wasm_bindgen_test]
fn a_broken_head_is_named() {
    let head = Some(b"{}".to_vec().into_boxed_slice());
    let error = WasmClassifier::new(EVERYDAY, head, None, None).err().unwrap();
    assert_code(&error, "head-format");
    let error = WasmClassifier::new(EVERYDAY, None, Some(true), None).err().unwrap();
    assert_code(&error, "config");
}

#[wasm_bindgen_test]
fn descriptors_agree_with_librosa() {
    for (name, golden) in descriptors::goldens() {
        for (what, error) in golden.errors() {
            assert!(error <= 1e-3, "{name}, {what}: max relative error {error}");
        }
    }
}

#[wasm_bindgen_test]
fn columns_agree_with_librosa_however_they_are_cut() {
    let signal = front_end::signal();
    for (name, golden) in front_end::goldens() {
        let pieces = |sizes: &[usize]| {
            front_end::columns_in_pieces(&golden.config(), &signal, golden.rate(), sizes)
        };
        let whole = pieces(&[signal.len()]);
        let worst = front_end::largest_difference(&whole, &front_end::golden_columns(&name));
        assert!(worst <= golden.bound(), "{name}: {worst} exceeds {}", golden.bound());
        for sizes in [&[1][..], &[128], &[257, 1, 0, 777]] {
            assert!(pieces(sizes) == whole, "{name} in pieces of {sizes:?}");
        }
    }
}

#[wasm_bindgen_test]
fn pieces_of_any_size_give_the_same_updates() {
    let classifier = classifier();
    let sound = sounds::hammering();
    let whole = updates(&classifier, &sound, sound.samples.len());
    assert!(whole.len() > 5, "only {} updates", whole.len());
    for size in [1, 128, 4_096] {
        let pieces = updates(&classifier, &sound, size);
        assert_eq!(pieces, whole, "pieces of {size}");
    }
}

#[wasm_bindgen_test]
fn a_stream_hands_out_the_columns_of_its_audio() {
    let classifier = classifier();
    let info = classifier.metadata();
    let n_mels = number(&info, "nMels") as usize;
    let seconds_per_column = number(&info, "hopLength") / number(&info, "sampleRate");

    let sound = sounds::hammering();
    let seconds = sound.samples.len() as f64 / f64::from(sound.sample_rate);
    let mut stream = stream(&classifier, &sound);
    stream.push(&sound.samples).ok().unwrap();
    let columns = stream.take_columns();
    assert_eq!(columns.len() % n_mels, 0);
    let covered = (columns.len() / n_mels) as f64 * seconds_per_column;
    assert!((covered - seconds).abs() < 0.2, "{covered} s of {seconds} s");
    assert!(columns.iter().all(|value| value.is_finite()));
    assert!(stream.take_columns().is_empty());
}

#[wasm_bindgen_test]
fn longer_streams_take_no_more_memory() {
    for model in [MODEL, EVERYDAY] {
        let classifier = WasmClassifier::new(model, None, None, None).ok().unwrap();
        let sound = sounds::hammering();
        let mut stream = stream(&classifier, &sound);
        let mut listen = |seconds: u32| {
            let mut samples = seconds * sound.sample_rate;
            while samples > 0 {
                for piece in sound.samples.chunks(4_096) {
                    stream.push(piece).ok().unwrap();
                    stream.take_columns();
                    samples = samples.saturating_sub(piece.len() as u32);
                }
            }
            std::arch::wasm32::memory_size::<0>()
        };
        let first = listen(30);
        assert_eq!(listen(300), first, "pages of 64 KiB");
    }
}

#[wasm_bindgen_test]
fn bytes_that_are_not_a_model_are_refused() {
    let noise: Vec<u8> = (0..4_096_u32).map(|i| ((i * i * 31) >> 3) as u8).collect();
    for bytes in [&noise[..], &[], &MODEL[..MODEL.len() / 2]] {
        let error = WasmClassifier::new(bytes, None, None, None).err().unwrap();
        assert_code(&error, "model-format");
    }
}

#[wasm_bindgen_test]
fn bad_audio_is_refused_by_its_code() {
    let mut classifier = classifier();
    let good = [0.0; 48_000];
    let cases: [(&[f32], f64, &str); 7] = [
        (&[0.0, f32::NAN, 0.0], 48_000.0, "audio-non-finite"),
        (&[f32::INFINITY], 48_000.0, "audio-non-finite"),
        (&[], 48_000.0, "audio-empty"),
        (&good, 0.0, "audio-rate"),
        (&good, 7_999.0, "audio-rate"),
        (&good, 768_000.0, "audio-rate"),
        (&good, f64::NAN, "audio-rate"),
    ];
    for (samples, rate, code) in cases {
        let error = classifier.classify(samples, rate, None).err().unwrap();
        assert_code(&error, code);
    }
    let error = classifier.stream(0.0, &no_options()).err().unwrap();
    assert_code(&error, "audio-rate");
    let mut stream = classifier.stream(48_000.0, &no_options()).ok().unwrap();
    assert_code(&stream.push(&[f32::NAN]).err().unwrap(), "audio-non-finite");
}

/// The parts of an update that the tests compare.
#[derive(Debug, PartialEq)]
struct Update {
    time: f64,
    scores: Vec<f32>,
}

/// Returns all updates of a stream for the sound, pushed in pieces of `size` samples.
fn updates(classifier: &WasmClassifier, sound: &sounds::Sound, size: usize) -> Vec<Update> {
    let mut stream = stream(classifier, sound);
    let mut updates = Vec::new();
    for piece in sound.samples.chunks(size) {
        read_updates(&stream.push(piece).ok().unwrap(), &mut updates);
    }
    read_updates(&stream.finish().ok().unwrap(), &mut updates);
    updates
}

fn read_updates(from: &JsValue, into: &mut Vec<Update>) {
    into.extend(
        Array::from(from).iter().map(|update| Update {
            time: number(&update, "time"),
            scores: floats(&update, "scores"),
        }),
    );
}

fn classifier() -> WasmClassifier {
    WasmClassifier::new(MODEL, None, None, None).ok().unwrap()
}

fn stream(classifier: &WasmClassifier, sound: &sounds::Sound) -> WasmStream {
    let rate = sound.sample_rate.into();
    classifier.stream(rate, &no_options()).ok().unwrap()
}

fn no_options() -> JsStreamOptions {
    Object::new().unchecked_into()
}

/// Checks that JavaScript can identify the error, and that its code is in the table.
fn assert_code(error: &JsValue, code: &str) {
    let error: &js_sys::Error = error.dyn_ref().unwrap();
    assert_eq!(get(error, "code").as_string().as_deref(), Some(code));
    assert!(!String::from(error.message()).is_empty());
    assert!(error_codes().iter().any(|known| known == code), "{code}");
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap()
}

fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap()
}

fn floats(object: &JsValue, key: &str) -> Vec<f32> {
    get(object, key).dyn_into::<Float32Array>().unwrap().to_vec()
}
