#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;
use crate::error::{ErrorKind, Result};
use crate::front_end::LogScale;
use crate::taxonomy::Group;

pub(crate) fn example() -> ModelMetadata {
    ModelMetadata {
        name: "test".into(),
        description: "two sounds".into(),
        labels: Labels::new(vec!["café".into(), "b \"quoted\"".into()]).unwrap(),
        front_end: FrontEndConfig {
            sample_rate: 16_000,
            n_fft: 512,
            win_length: 400,
            hop_length: 160,
            center: false,
            framing: FrameLayout::TensorFlow,
            power: 1.0,
            n_mels: 64,
            f_min: 125.0,
            f_max: 7_500.0,
            mel_scale: MelScale::Htk,
            norm: MelNorm::None,
            triangles: MelTriangles::Mel,
            log: LogScale::Natural { offset: 0.001 },
        },
        mean: -31.25,
        std: 17.5,
        segment_frames: 192,
        patch: Some(PatchLayout { frames: 96, hop_frames: 48 }),
        hop_seconds: 0.48,
        padding: Padding::Silence,
        activation: Activation::Sigmoid,
        temperature: 1.1,
        rejection_threshold: 0.3,
        other_threshold: Some(0.7),
        embedding_size: Some(1024),
        taxonomy: Some(taxonomy()),
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

fn taxonomy() -> Taxonomy {
    let groups = vec![Group { name: "Café \"A\"".into(), icon: "cup".into() }];
    Taxonomy::new(groups, vec![0, 0], vec![vec![], vec![0]]).unwrap()
}

fn read(props: &[(String, String)]) -> Result<ModelMetadata> {
    ModelMetadata::from_props(props.iter().map(|(k, v)| (k.as_str(), v.as_str())))
}

#[test]
fn what_is_written_is_read() {
    let mut metadata = example();
    assert_eq!(read(&metadata.to_props()), Ok(metadata.clone()));
    metadata.other_threshold = None;
    metadata.embedding_size = None;
    metadata.patch = None;
    metadata.taxonomy = None;
    metadata.front_end.framing = FrameLayout::Librosa;
    metadata.front_end.triangles = MelTriangles::Hertz;
    assert_eq!(read(&metadata.to_props()), Ok(metadata));
}

/// Keys that stand alone and may be absent.
const OPTIONAL: [&str; 4] = [".other_threshold", ".embedding_size", ".framing", ".mel_triangles"];

#[test]
fn every_missing_key_is_named() {
    let props = example().to_props();
    for (key, _) in &props {
        let fewer: Vec<_> = props.iter().filter(|(k, _)| k != key).cloned().collect();
        let expected = ErrorKind::MetadataMissing { key: key.clone() };
        match read(&fewer) {
            Ok(_) => assert!(OPTIONAL.iter().any(|end| key.ends_with(end)), "{key}"),
            Err(error) => assert_eq!(error.kind(), &expected),
        }
    }
}

#[test]
fn senseless_values_are_named() {
    for (key, value) in [
        ("labels", "[\"a\",\"a\"]"),
        ("labels", "a, b"),
        ("hop_length", "0"),
        ("n_fft", "1000000000000"),
        ("n_mels", "-1"),
        ("f_max", "NaN"),
        ("f_max", "9000"),
        ("std", "inf"),
        ("std", "0"),
        ("window", "kaiser"),
        ("event_off", "0.9"),
        ("sample_rate", "1"),
        ("segment_frames", "99999999"),
        ("segment_frames", "100"),
        ("segment_frames", "95"),
        ("patch_hop_frames", "0"),
        ("patch_hop_frames", "97"),
        ("embedding_size", "0"),
        ("framing", "kaldi"),
        ("center", "true"),
        ("mel_triangles", "bark"),
        ("groups", "[]"),
        ("groups", "[\"Cat\"]"),
        ("label_groups", "[0]"),
        ("label_groups", "[0, 1]"),
        ("label_parents", "[[1], [0]]"),
    ] {
        let mut props = example().to_props();
        let key = format!("sourcing_sound.{key}");
        props.iter_mut().filter(|(k, _)| *k == key).for_each(|(_, v)| *v = value.into());
        let error = read(&props).unwrap_err();
        assert_eq!(error.code(), "metadata-invalid", "{key} = {value}");
        let named = error.to_string().contains(&key);
        // No groups at all: what is wrong is that the first label's group is not there.
        assert!(named || key.ends_with(".groups"), "{error}");
    }
}
