//! A recording in pieces: no matter how it is split, its predictions equal those of the whole.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/tiny_model.rs"]
mod tiny_model;

use sourcing_sound::{
    Classifier, Model, ModelMetadata, Padding, Pcm, Prediction, Result, SampleRate,
};

const RATES: [u32; 3] = [8_000, 22_050, 48_000];

fn plain() -> Classifier {
    Classifier::new(Model::from_onnx(&tiny_model::onnx(&tiny_model::metadata())).unwrap()).unwrap()
}

fn patched() -> Classifier {
    let metadata = tiny_model::patched_metadata();
    Classifier::new(Model::from_onnx(&tiny_model::patched_onnx(&metadata)).unwrap()).unwrap()
}

/// One whose last patch ends with the recording.
fn moved() -> Classifier {
    let metadata =
        ModelMetadata { padding: Padding::SilenceEitherSide, ..tiny_model::patched_metadata() };
    Classifier::new(Model::from_onnx(&tiny_model::patched_onnx(&metadata)).unwrap()).unwrap()
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Returns noise with a loudness that changes from second to second, the same in every run.
fn noise(length: usize, hz: u32) -> Vec<f32> {
    let mut state = 7u32;
    (0..length)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let loudness = [0.01, 0.5, 0.1][n / hz as usize % 3];
            loudness * (f64::from(state >> 8) / f64::from(1 << 23) - 1.0) as f32
        })
        .collect()
}

/// Returns the predictions and the columns of `samples`, pushed in pieces of `sizes` in turn.
fn in_pieces(
    classifier: &Classifier,
    (samples, hz): (&[f32], u32),
    hop: f64,
    sizes: &[usize],
    threads: usize,
) -> Result<(Vec<Prediction>, Vec<f32>)> {
    let mut segments = classifier.segments(rate(hz), hop)?.with_threads(threads);
    segments.keep_columns();
    let (mut predictions, mut columns) = (Vec::new(), Vec::new());
    let (mut rest, mut sizes) = (samples, sizes.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        predictions.extend(segments.push(piece)?);
        columns.extend(segments.take_columns());
        rest = after;
    }
    let (last, rest) = segments.finish()?;
    predictions.extend(last);
    columns.extend(rest);
    Ok((predictions, columns))
}

/// Lengths around every boundary: less than a segment, exactly one, the slack, several.
fn lengths(classifier: &Classifier, hz: u32) -> Vec<usize> {
    let metadata = classifier.metadata();
    let column = metadata.front_end.column_seconds();
    let samples = |seconds: f64| (seconds * f64::from(hz)).round() as usize;
    let whole = metadata.segment_seconds();
    [-40.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 17.0, 250.0, 333.0]
        .iter()
        .map(|columns| samples((whole + columns * column).max(3.0 * column)))
        .collect()
}

#[test]
fn pieces_agree_with_the_whole_on_one_thread_and_on_several() {
    for mut classifier in [plain(), patched(), moved()] {
        for hz in RATES {
            for length in lengths(&classifier, hz) {
                let samples = noise(length, hz);
                let pcm = Pcm::new(&samples, rate(hz)).unwrap();
                let columns = classifier.columns(pcm).unwrap();
                for hop in [0.07, 0.5, 3.0] {
                    let whole = classifier.classify_with_hop(pcm, hop).unwrap();
                    for sizes in [&[1_000][..], &[1, 777, 48_000], &[hz as usize * 60]] {
                        for threads in [1, 3] {
                            let sound = (&samples[..], hz);
                            let given = in_pieces(&classifier, sound, hop, sizes, threads).unwrap();
                            assert!(given.0 == whole, "{length} samples at {hz} Hz, hop {hop} s");
                            assert!(given.1 == columns, "columns of {length} samples at {hz} Hz");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn segments_start_every_hop_and_the_last_ends_with_the_recording() {
    let mut classifier = plain();
    let hz = 22_050;
    let column = classifier.metadata().front_end.column_seconds();
    let segment = classifier.metadata().segment_seconds();
    let samples = noise((10.3 * f64::from(hz)) as usize, hz);
    let duration = samples.len() as f64 / f64::from(hz);
    let hop = 1.0;
    let predictions =
        classifier.classify_with_hop(Pcm::new(&samples, rate(hz)).unwrap(), hop).unwrap();
    let rounded = (hop / column).round() * column;
    for (n, prediction) in predictions[..predictions.len() - 1].iter().enumerate() {
        assert!((prediction.start() - n as f64 * rounded).abs() < 1e-9);
        assert!((prediction.end() - prediction.start() - segment).abs() < 1e-9);
    }
    let last = predictions.last().unwrap();
    assert!((last.end() - duration).abs() < 1e-9);
    let before = &predictions[predictions.len() - 2];
    assert!(last.start() > before.start() && last.start() <= before.start() + rounded);
}

/// Whole recordings use the same code as pieces, so both are compared with scores of segments that
/// the test cuts out.
#[test]
fn scores_are_those_of_separately_cut_segments() {
    let hz = 22_050;
    for mut classifier in [plain(), patched(), moved()] {
        let metadata = classifier.metadata().clone();
        let n_mels = metadata.front_end.n_mels;
        let column = metadata.front_end.column_seconds();
        let segment = metadata.segment_frames;
        let samples = noise((9.7 * f64::from(hz)) as usize, hz);
        let pcm = Pcm::new(&samples, rate(hz)).unwrap();
        let columns = classifier.columns(pcm).unwrap();
        let predictions = classifier.classify_with_hop(pcm, 0.6).unwrap();
        // This one pads its last segment with silence, so that segment is left out.
        let is_padded = metadata.patch.is_some() && metadata.padding == Padding::Silence;
        let checked = predictions.len() - usize::from(is_padded);
        assert!(checked > 3, "{checked} segments");
        for prediction in &predictions[..checked] {
            let first = (prediction.start() / column).round() as usize;
            let cut = &columns[first * n_mels..(first + segment) * n_mels];
            assert_eq!(prediction.scores(), classifier.score_columns(cut).unwrap());
        }
    }
}

#[test]
fn a_long_recording_gives_predictions_as_it_arrives() {
    let hz = 22_050;
    for classifier in [plain(), patched(), moved()] {
        let mut segments = classifier.segments(rate(hz), 0.5).unwrap();
        let second = noise(hz as usize, hz);
        let counts: Vec<usize> = (0..60).map(|_| segments.push(&second).unwrap().len()).collect();
        let segment = classifier.metadata().segment_seconds().ceil() as usize + 1;
        assert!(counts[segment..].iter().all(|&n| n >= 1), "{counts:?}");
    }
}

#[test]
fn bad_pieces_have_typed_errors() {
    let mut classifier = plain();
    let code = |error: sourcing_sound::Error| error.code();
    for hop in [0.0, -1.0, f64::NAN, 1e9] {
        assert_eq!(classifier.segments(rate(8_000), hop).err().map(code), Some("config"));
    }

    let mut segments = classifier.segments(rate(8_000), 0.5).unwrap();
    assert_eq!(segments.push(&[]).unwrap(), []);
    assert_eq!(segments.finish().err().map(code), Some("audio-too-short"));

    // A refused piece leaves no trace.
    let samples = noise(80_000, 8_000);
    let mut segments = classifier.segments(rate(8_000), 0.5).unwrap();
    let mut predictions = segments.push(&samples[..40_000]).unwrap();
    assert_eq!(segments.push(&[0.0, f32::NAN]).err().map(code), Some("audio-non-finite"));
    predictions.extend(segments.push(&samples[40_000..]).unwrap());
    predictions.extend(segments.finish().unwrap().0);
    let whole = classifier.classify_with_hop(Pcm::new(&samples, rate(8_000)).unwrap(), 0.5);
    assert!(predictions == whole.unwrap());
}
