//! Recordings that do not fill an input of the network, with silence on either side.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/tiny_model.rs"]
mod tiny_model;

use std::f64::consts::TAU;

use sourcing_sound::{Classifier, Model, Padding, Pcm, SampleRate, Stream, StreamConfig, Update};

const HZ: u32 = 22_050;

/// A model with patches, and one with whole segments.
fn classifiers() -> [Classifier; 2] {
    let (mut patched, mut whole) = (tiny_model::patched_metadata(), tiny_model::metadata());
    // Unlike the columns of a centred frame, these depend only on samples that have arrived.
    whole.front_end = patched.front_end.clone();
    patched.padding = Padding::SilenceEitherSide;
    whole.padding = Padding::SilenceEitherSide;
    let open = |onnx: Vec<u8>| Classifier::new(Model::from_onnx(&onnx).unwrap()).unwrap();
    [open(tiny_model::patched_onnx(&patched)), open(tiny_model::onnx(&whole))]
}

fn rate() -> SampleRate {
    SampleRate::new(HZ).unwrap()
}

/// Returns a tone that rises, so that no two segments have the same scores.
fn sound(columns: usize, classifier: &Classifier) -> Vec<f32> {
    let hop = classifier.metadata().front_end.hop_length;
    let frequency = |n: usize| 100.0 + 0.02 * n as f64;
    let sample = |n: usize| 0.3 * (TAU * frequency(n) * n as f64 / f64::from(HZ)).sin();
    (0..columns * hop).map(|n| sample(n) as f32).collect()
}

fn columns_of(classifier: &mut Classifier, samples: &[f32]) -> Vec<f32> {
    classifier.columns(Pcm::new(samples, rate()).unwrap()).unwrap()
}

/// Returns the scores of columns with `before` and `after` columns of silence.
fn padded(classifier: &mut Classifier, columns: &[f32], before: usize, after: usize) -> Vec<f32> {
    let front_end = &classifier.metadata().front_end;
    let silence = |columns: usize| vec![front_end.silent_value(); columns * front_end.n_mels];
    let input = [silence(before), columns.to_vec(), silence(after)].concat();
    classifier.score_columns(&input).unwrap()
}

fn assert_close(given: &[f32], expected: &[f32], what: &str) {
    assert_eq!(given.len(), expected.len(), "{what}");
    let differ = given.iter().zip(expected).any(|(a, b)| (a - b).abs() > 1e-6);
    assert!(!differ, "{what}: {given:?} instead of {expected:?}");
}

#[test]
fn a_short_recording_counts_with_silence_on_either_side() {
    for mut classifier in classifiers() {
        let metadata = classifier.metadata().clone();
        let input = metadata.input_frames();
        for length in [3, input / 4, input / 2, input - 2] {
            let samples = sound(length, &classifier);
            let columns = columns_of(&mut classifier, &samples);
            let length = columns.len() / metadata.front_end.n_mels;
            let missing = input - length;
            let followed = padded(&mut classifier, &columns, 0, missing);
            let preceded = padded(&mut classifier, &columns, missing, 0);
            let share = (length as f32 / input as f32).min(0.5);
            let mixed: Vec<f32> = followed
                .iter()
                .zip(&preceded)
                .map(|(a, b)| (1.0 - share) * a + share * b)
                .collect();
            let given = classifier.classify(Pcm::new(&samples, rate()).unwrap()).unwrap();
            assert_eq!(given.len(), 1, "{length} columns");
            assert_close(given[0].scores(), &mixed, &format!("{length} columns"));
            assert_close(&classifier.score_columns(&columns).unwrap(), &mixed, "as columns");
        }
    }
}

#[test]
fn the_last_segment_of_a_longer_recording_has_no_padding() {
    for mut classifier in classifiers() {
        let metadata = classifier.metadata().clone();
        let (n_mels, input) = (metadata.front_end.n_mels, metadata.input_frames());
        for beyond in [3, 5, 11, 12, 13, 29] {
            let samples = sound(input + beyond, &classifier);
            let columns = columns_of(&mut classifier, &samples);
            let pcm = Pcm::new(&samples, rate()).unwrap();
            let predictions = classifier.classify_with_hop(pcm, 0.25).unwrap();
            let last = predictions.last().unwrap();
            // A column or two beyond the grid do not make a segment.
            let first = (last.start() / metadata.front_end.column_seconds()).round() as usize;
            let total = columns.len() / n_mels;
            assert!(total - (first + input) <= 2, "{first} of {total} columns");
            let cut = &columns[first * n_mels..(first + input) * n_mels];
            assert_eq!(last.scores(), classifier.score_columns(cut).unwrap());
            if metadata.patch.is_some() {
                let patches = classifier.patches(pcm).unwrap();
                assert_eq!(patches.last().unwrap().scores, last.scores());
                assert_eq!(patches.len(), predictions.len(), "{beyond} columns more");
                let starts = metadata.patch_starts(patches.len(), pcm.duration_seconds());
                let column = metadata.front_end.column_seconds();
                for (start, prediction) in starts.iter().zip(&predictions) {
                    assert!((start - prediction.start()).abs() < 2.0 * column, "{starts:?}");
                }
            }
        }
    }
}

/// Before a stream has filled one input of the network, its updates are those of a recording that
/// ends there.
#[test]
fn a_stream_begins_like_a_short_recording() {
    for mut classifier in classifiers() {
        let metadata = classifier.metadata().clone();
        let n_mels = metadata.front_end.n_mels;
        for extra in [0, 2, 9, 40] {
            let samples = sound(metadata.input_frames() - 4 + extra, &classifier);
            let columns = columns_of(&mut classifier, &samples);
            let raw = StreamConfig { smoothing_seconds: Some(0.0), ..Default::default() };
            let updates = updates(classifier.stream(rate(), raw).unwrap(), &samples);
            assert!(updates.len() > 1, "{} updates", updates.len());
            let (last, others) = updates.split_last().unwrap();
            for update in others {
                let end = (update.time / metadata.front_end.column_seconds()).round() as usize;
                let first = end.saturating_sub(metadata.input_frames());
                let scores = classifier.score_columns(&columns[first * n_mels..end * n_mels]);
                assert_close(&update.raw_scores, &scores.unwrap(), &format!("{end} columns"));
            }
            let recording = classifier.classify(Pcm::new(&samples, rate()).unwrap()).unwrap();
            assert_eq!(last.raw_scores, recording.last().unwrap().scores());
        }
    }
}

fn updates(mut stream: Stream, samples: &[f32]) -> Vec<Update> {
    let mut updates: Vec<Update> =
        samples.chunks(777).flat_map(|piece| stream.push(piece).unwrap()).collect();
    updates.extend(stream.finish().unwrap());
    updates
}
