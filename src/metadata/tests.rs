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
            pre_emphasis: None,
            n_fft: 512,
            win_length: 400,
            window: Window::Hann,
            hop_length: 160,
            center: false,
            pad_mode: PadMode::Constant,
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
        decision: Decision {
            hop_seconds: 0.48,
            activation: Activation::Sigmoid,
            temperature: 1.1,
            rejection_threshold: 0.3,
            smoothing_seconds: 1.0,
            event_on: 0.5,
            event_off: 0.3,
        },
        padding: Padding::Silence,
        other_threshold: Some(0.7),
        embedding_size: Some(1024),
        taxonomy: Some(taxonomy()),
        card: Card {
            training_data: "none".into(),
            folds: "none".into(),
            accuracy: "not measured".into(),
            licence: "CC0".into(),
            config_hash: "0123".into(),
        },
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
fn written_metadata_reads_back() {
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

/// Returns metadata with 10 ms columns at 32 kHz, pre-emphasised, centred and mirrored.
fn kaldi_example() -> ModelMetadata {
    let mut metadata = example();
    metadata.front_end = FrontEndConfig {
        sample_rate: 32_000,
        pre_emphasis: Some(0.97),
        n_fft: 1_024,
        win_length: 800,
        window: Window::HannSymmetric,
        hop_length: 320,
        center: true,
        pad_mode: PadMode::Reflect,
        framing: FrameLayout::Librosa,
        power: 2.0,
        n_mels: 128,
        f_min: 0.0,
        f_max: 15_000.0,
        mel_scale: MelScale::Kaldi,
        norm: MelNorm::None,
        triangles: MelTriangles::Mel,
        log: LogScale::Natural { offset: 1e-5 },
    };
    metadata
}

#[test]
fn kaldi_settings_read_back() {
    let metadata = kaldi_example();
    let props = metadata.to_props();
    for (key, value) in [
        ("pre_emphasis", "0.97"),
        ("window", "hann_symmetric"),
        ("pad_mode", "reflect"),
        ("mel_scale", "kaldi"),
    ] {
        let found = props.iter().find(|(k, _)| *k == format!("sourcing_sound.{key}"));
        assert_eq!(found.map(|(_, v)| v.as_str()), Some(value), "{key}");
    }
    assert_eq!(read(&props), Ok(metadata));
}

#[test]
fn default_settings_are_neither_written_nor_fingerprinted() {
    let usual = example();
    let written: Vec<String> = usual.to_props().into_iter().map(|(key, _)| key).collect();
    let fingerprint = usual.front_end.fingerprint();
    for name in ["pre_emphasis", "pad_mode"] {
        assert!(!written.contains(&format!("sourcing_sound.{name}")), "{name}");
        assert!(!fingerprint.contains(name), "{fingerprint}");
    }
    let unusual = kaldi_example().front_end.fingerprint();
    for text in ["pre_emphasis=0.97", "window=hann_symmetric", "pad_mode=reflect"] {
        assert!(unusual.contains(text), "{unusual}");
    }
}

#[test]
fn fingerprints_of_different_settings_differ() {
    let usual = example().front_end;
    let of = |change: fn(&mut FrontEndConfig)| {
        let mut config = example().front_end;
        change(&mut config);
        config
    };
    let changed = [
        of(|config| config.sample_rate = 44_100),
        of(|config| config.pre_emphasis = Some(0.97)),
        of(|config| config.n_fft *= 2),
        of(|config| config.win_length -= 1),
        of(|config| config.window = Window::HannSymmetric),
        of(|config| config.hop_length -= 1),
        of(|config| config.center = !config.center),
        of(|config| config.pad_mode = PadMode::Reflect),
        of(|config| config.framing = FrameLayout::Librosa),
        of(|config| config.power = 2.0),
        of(|config| config.n_mels -= 1),
        of(|config| config.f_min += 1.0),
        of(|config| config.f_max -= 1.0),
        of(|config| config.mel_scale = MelScale::Kaldi),
        of(|config| config.norm = MelNorm::Slaney),
        of(|config| config.triangles = MelTriangles::Hertz),
        of(|config| config.log = LogScale::Natural { offset: 1.0 }),
        of(|config| config.log = LogScale::Decibel { offset: 0.001 }),
    ];
    for config in changed {
        assert_ne!(config.fingerprint(), usual.fingerprint(), "{config:?}");
    }
    assert_eq!(usual.clone().fingerprint(), usual.fingerprint());
}

#[test]
fn emphasised_columns_are_whole_hops() {
    let mut metadata = kaldi_example();
    for (columns, seconds) in [(100, 1.0), (200, 2.0), (400, 4.0)] {
        metadata.segment_frames = columns;
        assert_eq!(metadata.segment_seconds(), seconds);
        let samples = (seconds * 32_000.0) as usize;
        assert_eq!(metadata.front_end.columns_of(samples), columns);
        assert_eq!(metadata.front_end.columns_of(samples + 1), columns + 1);
    }
    // Without pre-emphasis, the same audio has one more column.
    metadata.front_end.pre_emphasis = None;
    metadata.segment_frames = 201;
    assert_eq!(metadata.segment_seconds(), 2.0);
    assert_eq!(metadata.front_end.columns_of(64_000), 201);
}

#[test]
fn invalid_kaldi_settings_are_named() {
    for (key, value) in [
        ("pre_emphasis", "0"),
        ("pre_emphasis", "1"),
        ("pre_emphasis", "-0.97"),
        ("pre_emphasis", "NaN"),
        ("pre_emphasis", "inf"),
        ("pre_emphasis", "0,97"),
        ("pre_emphasis", ""),
        ("window", "hann_periodic"),
        ("window", "Hann"),
        ("pad_mode", "edge"),
        ("pad_mode", ""),
        ("mel_scale", "Kaldi"),
    ] {
        refused(kaldi_example(), key, value);
    }
    // There is nothing to mirror if frames start with the recording.
    let mut metadata = kaldi_example();
    metadata.front_end.center = false;
    refused(metadata, "pad_mode", "reflect");
}

/// Checks that the value is refused, and that the error names the key.
fn refused(metadata: ModelMetadata, key: &str, value: &str) {
    let mut props = metadata.to_props();
    let key = format!("sourcing_sound.{key}");
    let found = props.iter_mut().find(|(k, _)| *k == key).unwrap();
    found.1 = value.into();
    let error = read(&props).unwrap_err();
    assert_eq!(error.code(), "metadata-invalid", "{key} = {value}");
    assert!(error.to_string().contains(&key), "{error}");
}

/// Optional keys that do not depend on another key.
const OPTIONAL: [&str; 6] = [
    ".other_threshold",
    ".embedding_size",
    ".pre_emphasis",
    ".pad_mode",
    ".framing",
    ".mel_triangles",
];

#[test]
fn every_missing_key_is_named() {
    for props in [example().to_props(), kaldi_example().to_props()] {
        every_missing_key_of(&props);
    }
}

fn every_missing_key_of(props: &[(String, String)]) {
    for (key, _) in props {
        let fewer: Vec<_> = props.iter().filter(|(k, _)| k != key).cloned().collect();
        let expected = ErrorKind::MetadataMissing { key: key.clone() };
        match read(&fewer) {
            Ok(_) => assert!(OPTIONAL.iter().any(|end| key.ends_with(end)), "{key}"),
            Err(error) => assert_eq!(error.kind(), &expected),
        }
    }
}

#[test]
fn invalid_values_are_named() {
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
        // There are no groups, so the error is that the first label's group does not exist.
        assert!(named || key.ends_with(".groups"), "{error}");
    }
}
