//! Live audio: the size of the pushes never changes the updates.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/tiny_model.rs"]
mod tiny_model;

use std::f64::consts::TAU;

use sourcing_sound::{Classifier, FrontEnd, Model, Pcm, SampleRate, Stream, StreamConfig, Update};

const RATES: [u32; 3] = [22_050, 44_100, 48_000];

fn classifier() -> Classifier {
    Classifier::new(Model::from_onnx(&tiny_model::onnx(&tiny_model::metadata())).unwrap()).unwrap()
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Returns a tone of each label's bands in turn, `seconds` each, over faint deterministic noise.
fn sound(hz: u32, seconds: f64) -> Vec<f32> {
    let mut state = 1u32;
    let mut samples = Vec::new();
    for tone in [150.0, 1_500.0, 7_000.0] {
        for n in 0..(seconds * f64::from(hz)) as usize {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1 << 23) - 1.0;
            let phase = TAU * tone * n as f64 / f64::from(hz);
            samples.push((0.3 * phase.sin() + 1e-3 * noise) as f32);
        }
    }
    samples
}

/// Returns all updates of a stream for `samples`, pushed in pieces of `sizes` in turn.
fn listen(stream: Stream, samples: &[f32], sizes: &[usize]) -> (Vec<Update>, Vec<f32>) {
    let (mut stream, mut updates, mut columns) = (stream, Vec::new(), Vec::new());
    let (mut rest, mut sizes) = (samples, sizes.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        updates.extend(stream.push(piece).unwrap());
        columns.extend(stream.take_columns());
        rest = after;
    }
    updates.extend(stream.finish().unwrap());
    (updates, columns)
}

#[test]
fn chunking_changes_nothing() {
    let classifier = classifier();
    for hz in RATES {
        let samples = sound(hz, 1.3);
        let open = || classifier.stream(rate(hz), StreamConfig::default()).unwrap();
        let (updates, columns) = listen(open(), &samples, &[samples.len()]);
        assert!(updates.len() >= 3 * 5, "{} updates at {hz} Hz", updates.len());
        for sizes in [&[1][..], &[128], &[4_096], &[1, 0, 5_000, 333]] {
            let pieces = listen(open(), &samples, sizes);
            assert_eq!(pieces.0, updates, "updates at {hz} Hz in pieces of {sizes:?}");
            assert!(pieces.1 == columns, "columns at {hz} Hz in pieces of {sizes:?}");
        }
    }
}

#[test]
fn a_long_push_keeps_all_its_columns() {
    let classifier = classifier();
    let samples = sound(RATES[0], 20.0);
    let open = || classifier.stream(rate(RATES[0]), StreamConfig::default()).unwrap();
    let columns_in = |sizes: &[usize]| listen(open(), &samples, sizes).1;
    let (whole, pieces) = (columns_in(&[samples.len()]), columns_in(&[4_096]));
    assert!(whole.len() > 2 * 1_024 * classifier.metadata().front_end.n_mels);
    assert!(whole == pieces, "{} and {} values", whole.len(), pieces.len());
}

#[test]
fn the_stream_names_each_sound_in_its_time() {
    let classifier = classifier();
    for hz in RATES {
        let seconds = 2.0;
        let stream = classifier.stream(rate(hz), StreamConfig::default()).unwrap();
        let (updates, _) = listen(stream, &sound(hz, seconds), &[128]);
        for (n, label) in tiny_model::LABELS.iter().enumerate() {
            // The segment and the smoothing contain only this sound from here on.
            let settled = (n as f64 + 1.0) * seconds;
            let update = updates.iter().rfind(|update| update.time <= settled).unwrap();
            let best = &update.prediction.top(1)[0];
            assert_eq!(&best.label, label, "at {:.2} s, {hz} Hz", update.time);
            assert!(!update.prediction.rejected(), "{best:?}");
        }
        let ended: Vec<_> = updates.iter().flat_map(|update| &update.events).collect();
        for label in tiny_model::LABELS {
            let count = ended.iter().filter(|e| e.label == label && e.offset.is_some()).count();
            assert_eq!(count, 1, "ends of {label} at {hz} Hz");
        }
    }
}

#[test]
fn a_full_segment_scores_as_the_classifier_scores_it() {
    let mut classifier = classifier();
    let settings = classifier.metadata().front_end.clone();
    let (n_mels, column) = (settings.n_mels, settings.column_seconds());
    let segment = classifier.metadata().segment_frames;
    let mut front_end = FrontEnd::new(settings).unwrap();
    for hz in RATES {
        let samples = sound(hz, 1.0);
        let raw = StreamConfig { smoothing_seconds: Some(0.0), ..Default::default() };
        let stream = classifier.stream(rate(hz), raw).unwrap();
        let (updates, taken) = listen(stream, &samples, &[777]);
        let all = front_end.columns(Pcm::new(&samples, rate(hz)).unwrap()).unwrap();
        // The last columns come with `finish`, after which none can be taken.
        assert!(taken.len() > all.len() / 2);
        assert_eq!(taken, all[..taken.len()]);
        let mut compared = 0;
        for update in &updates {
            let columns_so_far = (update.time / column).round() as usize;
            if columns_so_far >= segment {
                let last = &all[(columns_so_far - segment) * n_mels..columns_so_far * n_mels];
                assert_eq!(update.raw_scores, classifier.score_columns(last).unwrap());
                compared += 1;
            }
        }
        assert!(compared >= 8, "{compared} full segments at {hz} Hz");
    }
}

#[test]
fn a_bad_piece_is_refused_completely_and_the_stream_continues() {
    let classifier = classifier();
    let samples = sound(44_100, 0.5);
    let open = || classifier.stream(rate(44_100), StreamConfig::default()).unwrap();
    let (expected, _) = listen(open(), &samples, &[1_000]);

    let (mut stream, mut updates) = (open(), Vec::new());
    for piece in samples.chunks(1_000) {
        updates.extend(stream.push(piece).unwrap());
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = stream.push(&[0.1, bad, 0.1]).unwrap_err();
            assert_eq!(error.code(), "audio-non-finite");
        }
    }
    updates.extend(stream.finish().unwrap());
    assert_eq!(updates, expected);
}

#[test]
fn settings_out_of_range_are_refused() {
    let config = StreamConfig::default;
    let cases = [
        StreamConfig { hop_seconds: Some(0.0), ..config() },
        StreamConfig { hop_seconds: Some(-1.0), ..config() },
        StreamConfig { hop_seconds: Some(f64::NAN), ..config() },
        StreamConfig { smoothing_seconds: Some(-0.1), ..config() },
        StreamConfig { smoothing_seconds: Some(f64::INFINITY), ..config() },
        StreamConfig { rejection_threshold: Some(1.5), ..config() },
        StreamConfig { rejection_threshold: Some(f32::NAN), ..config() },
        StreamConfig { event_on: Some(0.3), event_off: Some(0.4), ..config() },
    ];
    for case in cases {
        let error = classifier().stream(rate(48_000), case.clone()).err();
        assert_eq!(error.map(|e| e.code()), Some("config"), "{case:?}");
    }
}
