//! The shipped everyday model gives the same results as the trainer's network, and behaves as its
//! card states.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/everyday.rs"]
mod everyday;
#[path = "common/sounds.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod sounds;

use std::fs;

use sourcing_sound::{Activation, Classifier, Head, Model, Pcm, SampleRate, StreamConfig};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/everyday/model.onnx");
const URBAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/everyday/urban.head.json");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");

fn bytes() -> Vec<u8> {
    fs::read(MODEL).unwrap()
}

fn model() -> Model {
    Model::from_onnx(&bytes()).unwrap()
}

fn golden(name: &str) -> Vec<u8> {
    fs::read(format!("{GOLDEN}/{name}")).unwrap()
}

#[test]
fn scores_and_embeddings_are_those_of_the_trained_network() {
    let (about, values) = (golden("everyday.json"), golden("everyday.f32"));
    let differences = everyday::differences(model(), &sounds::all(), &about, &values);
    assert!(differences.are_accepted(), "{differences:?}");
}

/// The comparison must notice differences.
#[test]
fn other_reference_values_are_not_accepted() {
    let (about, mut values) = (golden("everyday.json"), golden("everyday.f32"));
    values[..4].copy_from_slice(&0.75f32.to_le_bytes());
    let differences = everyday::differences(model(), &sounds::all(), &about, &values);
    assert!(!differences.are_accepted(), "{differences:?}");
}

#[test]
fn it_is_small_and_describes_itself() {
    assert!(bytes().len() <= 1_200_000, "{} bytes", bytes().len());
    let model = model();
    let metadata = model.metadata();
    assert_eq!((metadata.name.as_str(), metadata.labels.len()), ("everyday", 527));
    assert_eq!(metadata.decision.activation, Activation::Sigmoid);
    assert_eq!(metadata.embedding_size, Some(384));
    assert_eq!(metadata.taxonomy.as_ref().unwrap().groups().len(), 24);
    assert!(metadata.card.licence.contains("MIT"), "{}", metadata.card.licence);
}

/// Returns four seconds each of silence, faint noise and tones.
fn nothing_to_name() -> Vec<Vec<f32>> {
    let mut state = 1u32;
    let mut noise = |level: f32| {
        (0..4 * 48_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                level * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
            })
            .collect::<Vec<f32>>()
    };
    let tone = |hz: f32, level: f32| {
        let sample = |i: usize| level * (std::f32::consts::TAU * hz * i as f32 / 48_000.0).sin();
        (0..4 * 48_000).map(sample).collect::<Vec<f32>>()
    };
    vec![
        vec![0.0; 4 * 48_000],
        noise(1e-4),
        noise(1e-3),
        tone(220.0, 0.3),
        tone(440.0, 0.3),
        tone(1_000.0, 0.05),
        tone(3_000.0, 0.3),
    ]
}

#[test]
fn silence_faint_noise_and_tones_are_not_animals() {
    let mut classifier = Classifier::new(model()).unwrap();
    for (index, sound) in nothing_to_name().iter().enumerate() {
        let pcm = Pcm::new(sound, SampleRate::new(48_000).unwrap()).unwrap();
        for prediction in classifier.classify(pcm).unwrap() {
            let best = &prediction.top(1)[0];
            let animal =
                ["Dog", "Animals", "Cat", "Birds"].contains(&best.group.as_deref().unwrap());
            assert!(prediction.rejected() || !animal, "sound {index}: {best:?}");
        }
    }
}

#[test]
fn silence_faint_noise_and_tones_are_none_of_the_urban_sounds() {
    let head = Head::from_json(&fs::read(URBAN).unwrap()).unwrap();
    for build in [Classifier::with_head, Classifier::with_head_only] {
        let mut classifier = build(model(), head.clone()).unwrap();
        for (index, sound) in nothing_to_name().iter().enumerate() {
            let pcm = Pcm::new(sound, SampleRate::new(48_000).unwrap()).unwrap();
            for prediction in classifier.classify(pcm).unwrap() {
                let best = &prediction.top(1)[0];
                let is_urban = head.metadata().labels.iter().any(|label| label == best.label);
                assert!(prediction.rejected() || !is_urban, "sound {index}: {best:?}");
            }
        }
    }
}

/// There is an update for every hop, including the first.
#[test]
fn an_update_comes_every_half_second() {
    let classifier = Classifier::new(model()).unwrap();
    let rate = SampleRate::new(32_000).unwrap();
    let mut stream = classifier.stream(rate, StreamConfig::default()).unwrap();
    let sound = vec![0.01; 3 * 32_000];
    let updates: Vec<_> = sound.chunks(4_096).flat_map(|c| stream.push(c).unwrap()).collect();
    let times: Vec<f64> = updates.iter().map(|update| update.time).collect();
    assert_eq!(times, [0.5, 1.0, 1.5, 2.0, 2.5]);
}

#[test]
fn a_recording_in_pieces_gives_the_patches_of_the_whole() {
    let mut classifier = Classifier::new(model()).unwrap();
    let rate = SampleRate::new(44_100).unwrap();
    for seconds in [0.3, 2.0, 2.02, 2.5, 7.3] {
        let samples: Vec<f32> = (0..(seconds * 44_100.0) as u32)
            .map(|n| (n.wrapping_mul(n) % 977) as f32 / 977.0 - 0.5)
            .collect();
        let whole = classifier.patches(Pcm::new(&samples, rate).unwrap()).unwrap();
        for piece in [1_000, 65_536, samples.len()] {
            let mut stream = classifier.patch_stream(rate).unwrap();
            let mut patches = Vec::new();
            for samples in samples.chunks(piece) {
                patches.extend(stream.push(samples).unwrap());
            }
            patches.extend(stream.finish().unwrap());
            assert!(patches == whole, "{seconds} s in pieces of {piece}");
        }
    }
}

#[test]
fn pieces_without_sound_are_refused() {
    let classifier = Classifier::new(model()).unwrap();
    let rate = SampleRate::new(16_000).unwrap();
    let mut stream = classifier.patch_stream(rate).unwrap();
    assert_eq!(stream.push(&[0.0, f32::NAN]).unwrap_err().code(), "audio-non-finite");
    assert_eq!(stream.finish().unwrap_err().code(), "audio-too-short");
}
