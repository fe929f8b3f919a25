//! Compares the shipped model's scores of synthesised sounds with `tests/golden/scores.json`, which
//! is also the reference of the browser tests. `cargo xtask golden` rewrites the reference after a
//! model has changed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/scores.rs"]
mod scores;
#[path = "common/sounds.rs"]
mod sounds;

use std::{env, fs};

use scores::{Reference, largest_difference};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/urban-v1/model.onnx");
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/scores.json");
const UPDATE_VARIABLE: &str = "SOURCING_SOUND_UPDATE_GOLDEN";

/// Processors round differently. This is half of the tolerance for the browser.
const TOLERANCE: f32 = 5e-5;

#[test]
fn native_scores_agree_with_the_reference() {
    let native = native_scores();
    if env::var_os(UPDATE_VARIABLE).is_some() {
        let json = serde_json::to_string_pretty(&native).unwrap();
        fs::write(REFERENCE, json + "\n").unwrap();
        return;
    }
    let json = fs::read_to_string(REFERENCE)
        .unwrap_or_else(|error| panic!("{REFERENCE}: {error}: run `cargo xtask golden`"));
    let reference: Reference = serde_json::from_str(&json).unwrap();
    let difference = largest_difference(&reference, &native);
    assert!(
        difference <= TOLERANCE,
        "scores differ by up to {difference} from {REFERENCE}; \
         if the model or the front end was changed on purpose, run `cargo xtask golden`"
    );
}

/// The sounds must get different scores; otherwise agreement means nothing.
#[test]
fn the_sounds_have_different_scores() {
    let native = native_scores();
    let firsts: Vec<&[f32]> = native.values().map(|segments| &*segments[0]).collect();
    for (index, one) in firsts.iter().enumerate() {
        for other in &firsts[index + 1..] {
            let differences = one.iter().zip(*other).map(|(a, b)| (a - b).abs());
            assert!(differences.fold(0.0, f32::max) > 0.01, "{one:?} ~ {other:?}");
        }
    }
}

fn native_scores() -> Reference {
    let model = Model::from_onnx(&fs::read(MODEL).unwrap()).unwrap();
    let mut classifier = Classifier::new(model).unwrap();
    let scores_of = |sound: sounds::Sound| {
        let rate = SampleRate::new(sound.sample_rate).unwrap();
        let pcm = Pcm::new(&sound.samples, rate).unwrap();
        let predictions = classifier.classify(pcm).unwrap();
        let scores = predictions.iter().map(|segment| segment.scores().to_vec());
        (sound.name.to_owned(), scores.collect())
    };
    sounds::all().into_iter().map(scores_of).collect()
}
