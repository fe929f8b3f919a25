//! The shipped model of everyday sounds says what the original YAMNet says: columns, scores and
//! embeddings, patch by patch. `cargo xtask everyday` writes both model and reference.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/everyday.rs"]
mod everyday;

use std::fs;

use everyday::{Files, Reference};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/everyday/model.onnx");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");

fn model() -> Model {
    Model::from_onnx(&fs::read(MODEL).unwrap()).unwrap()
}

fn reference() -> Reference {
    let bytes = |name: &str| fs::read(format!("{GOLDEN}/everyday.{name}")).unwrap();
    let files = Files {
        about: &bytes("json"),
        sounds: &bytes("sounds.i16"),
        scores: &bytes("scores.f32"),
        embeddings: &bytes("embeddings.f32"),
        log_mel: &bytes("log_mel.f32"),
    };
    Reference::read(&files).unwrap()
}

#[test]
fn columns_scores_and_embeddings_are_those_of_the_original() {
    let differences = reference().differences(&mut Classifier::new(model()).unwrap()).unwrap();
    assert!(differences.are_accepted(), "{differences:?}");
}

/// The comparison notices what it is there to notice.
#[test]
fn another_sound_is_told_from_the_reference() {
    let mut classifier = Classifier::new(model()).unwrap();
    let mut reference = reference();
    for sound in &mut reference.sounds {
        sound.samples.iter_mut().for_each(|sample| *sample = 0.9 * *sample + 1e-3);
    }
    let differences = reference.differences(&mut classifier).unwrap();
    assert!(differences.score > 10.0 * everyday::SCORE_TOLERANCE, "{differences:?}");
    assert!(differences.embedding > 10.0 * everyday::EMBEDDING_TOLERANCE, "{differences:?}");
    assert!(differences.log_mel > 10.0 * everyday::LOG_MEL_TOLERANCE, "{differences:?}");
}

/// The reference covers what can go wrong: every length, and sounds that differ.
#[test]
fn the_reference_has_sounds_of_all_kinds() {
    let reference = reference();
    let lengths: Vec<_> = reference.sounds.iter().map(|sound| sound.samples.len()).collect();
    assert!(lengths.iter().any(|&length| length < 5_000), "{lengths:?}");
    assert!(lengths.contains(&15_600), "exactly a patch: {lengths:?}");
    assert!(lengths.iter().any(|length| length % 160 != 0), "{lengths:?}");
    assert!(reference.sounds.iter().any(|sound| sound.scores.len() >= 3), "several patches");
    let peak = |samples: &[f32]| samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    let peaks: Vec<_> = reference.sounds.iter().map(|sound| peak(&sound.samples)).collect();
    for (quietest, loudest) in [(0.0, 0.0), (1e-4, 0.01), (0.1, 0.9), (0.99, 1.0)] {
        let found = peaks.iter().any(|peak| (quietest..=loudest).contains(peak));
        assert!(found, "no peak from {quietest} to {loudest}: {peaks:?}");
    }
    assert!(reference.sounds.iter().any(|sound| sound.log_mel.is_some()));
}

/// A file that was cut short, or names a sound more, is no reference.
#[test]
fn a_broken_reference_is_refused() {
    let bytes = |name: &str| fs::read(format!("{GOLDEN}/everyday.{name}")).unwrap();
    let (about, sounds, scores) = (bytes("json"), bytes("sounds.i16"), bytes("scores.f32"));
    let (embeddings, log_mel) = (bytes("embeddings.f32"), bytes("log_mel.f32"));
    let read = |sounds: &[u8], scores: &[u8]| {
        let files =
            Files { about: &about, sounds, scores, embeddings: &embeddings, log_mel: &log_mel };
        Reference::read(&files).err()
    };
    assert_eq!(read(&sounds, &scores), None);
    assert!(read(&sounds[2..], &scores).unwrap().contains("silence"));
    assert!(read(&sounds, &scores[4..]).unwrap().contains("ends"));
    assert!(read(&[sounds.as_slice(), &[0, 0]].concat(), &scores).unwrap().contains("longer"));
}

#[test]
fn silence_is_called_so() {
    let mut classifier = Classifier::new(model()).unwrap();
    let rate = SampleRate::new(48_000).unwrap();
    let predictions = classifier.classify(Pcm::new(&[0.0; 96_000], rate).unwrap()).unwrap();
    for prediction in predictions {
        let best = &prediction.top(1)[0];
        assert_eq!(best.label, "Silence");
        assert!(best.score > 0.9, "{}", best.score);
    }
}

/// What the page shows beside the labels is in the file.
#[test]
fn the_file_describes_itself() {
    let model = model();
    let metadata = model.metadata();
    assert_eq!((metadata.labels.len(), metadata.embedding_size), (521, Some(1_024)));
    let taxonomy = metadata.taxonomy.as_ref().unwrap();
    let groups = taxonomy.groups();
    let unused = (0..groups.len()).find(|group| !taxonomy.label_groups().contains(group));
    assert_eq!(unused, None, "a group without labels");
    let index = |name: &str| metadata.labels.iter().position(|label| label == name).unwrap();
    let group = |name: &str| groups[taxonomy.label_groups()[index(name)]].name.as_str();
    assert_eq!((group("Purr"), group("Speech")), ("Cat", "Speech"));
    assert!(taxonomy.descendants(index("Animal")).contains(&index("Purr")));
    assert!(!taxonomy.descendants(index("Purr")).contains(&index("Animal")));
}
