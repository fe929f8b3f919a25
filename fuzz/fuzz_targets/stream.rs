//! Audio that arrives in pieces of any size and content: the results equal those of the whole.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Classifier, Model, Pcm, SampleRate, StreamConfig, Update};
use sourcing_sound_fuzz::sound::{self, Stretch};
use sourcing_sound_fuzz::{memory, tiny};
use std::sync::LazyLock;

static MODELS: LazyLock<[Model; 3]> =
    LazyLock::new(|| [tiny::plain(), tiny::patched(), tiny::two_patches()]);

/// The most samples of one input, and the most seconds.
const MOST_SAMPLES: usize = 120_000;
const MOST_SECONDS: usize = 12;

#[derive(Debug)]
struct Input {
    model: usize,
    rate: SampleRate,
    config: StreamConfig,
    hop_seconds: f64,
    threads: usize,
    pieces: Vec<(Stretch, u16, bool)>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Input {
            model: input.int_in_range(0..=2)?,
            rate: sound::rate(input)?,
            config: StreamConfig {
                hop_seconds: input.arbitrary()?,
                smoothing_seconds: input.arbitrary()?,
                rejection_threshold: input.arbitrary()?,
                event_on: input.arbitrary()?,
                event_off: input.arbitrary()?,
            },
            hop_seconds: input.arbitrary()?,
            threads: input.int_in_range(0..=3)?,
            pieces: input.arbitrary()?,
        })
    }
}

fuzz_target!(init: {
    LazyLock::force(&MODELS);
}, |input: Input| {
    memory::within(256 << 20, || {
        let classifier = Classifier::new(MODELS[input.model].clone()).expect("the model runs");
        let whole = stream(&classifier, &input);
        segments(classifier, &input, &whole);
    });
});

/// Streams the pieces, and returns the samples of those that were accepted.
fn stream(classifier: &Classifier, input: &Input) -> Vec<f32> {
    let mut whole = Vec::new();
    let Ok(mut stream) = classifier.stream(input.rate, input.config.clone()) else {
        let mut whole: Vec<f32> =
            input.pieces.iter().flat_map(|(stretch, len, _)| finite(stretch, *len)).collect();
        whole.truncate(most_samples(input));
        return whole;
    };
    let mut updates: Vec<Update> = Vec::new();
    for (stretch, len, take_columns) in &input.pieces {
        let samples = stretch.samples(usize::from(*len));
        if whole.len() + samples.len() > most_samples(input) {
            break;
        }
        let expected = samples.iter().all(|sample| sample.is_finite());
        match stream.push(&samples) {
            Ok(more) => {
                assert!(expected, "samples that are not finite were accepted");
                updates.extend(more);
                whole.extend(samples);
            }
            // Finite samples near the largest number may overflow in the network; the piece is
            // still in the columns.
            Err(_) if expected => return Vec::new(),
            Err(_) => {}
        }
        if *take_columns {
            stream.take_columns();
        }
    }
    if let Ok(rest) = stream.finish() {
        updates.extend(rest);
    }
    let seconds = whole.len() as f64 / f64::from(input.rate.hz());
    for pair in updates.windows(2) {
        assert!(pair[0].time <= pair[1].time, "time runs backwards");
    }
    for update in &updates {
        assert!(update.time <= seconds + 1.0, "{} s of {seconds} s", update.time);
        assert!(update.prediction.scores().iter().all(|score| (0.0..=1.0).contains(score)));
    }
    compare(classifier, input, &whole, &updates);
    whole
}

/// Checks that the same samples in one piece give the same updates.
fn compare(classifier: &Classifier, input: &Input, whole: &[f32], updates: &[Update]) {
    let mut stream =
        classifier.stream(input.rate, input.config.clone()).expect("it was accepted before");
    let Ok(mut at_once) = stream.push(whole) else { return };
    if let Ok(rest) = stream.finish() {
        at_once.extend(rest);
    }
    assert_eq!(at_once.len(), updates.len());
    for (one, other) in at_once.iter().zip(updates) {
        assert!(one == other, "{one:?}, not {other:?}");
    }
}

/// Checks that segments in pieces, on threads, equal those of the whole.
fn segments(mut classifier: Classifier, input: &Input, whole: &[f32]) {
    let Ok(segments) = classifier.segments(input.rate, input.hop_seconds) else { return };
    let mut segments = segments.with_threads(input.threads);
    let mut predictions = Vec::new();
    let sizes = input.pieces.iter().map(|(_, len, _)| usize::from(*len) + 1);
    let mut rest = whole;
    for size in sizes.chain(std::iter::repeat(4_096)) {
        if rest.is_empty() {
            break;
        }
        let (piece, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        match segments.push(piece) {
            Ok(more) => predictions.extend(more),
            Err(_) => return,
        }
    }
    let Ok((last, _)) = segments.finish() else { return };
    predictions.extend(last);
    let Ok(pcm) = Pcm::new(whole, input.rate) else { return };
    let expected = classifier.classify_with_hop(pcm, input.hop_seconds);
    assert!(expected.is_ok_and(|expected| expected == predictions));
}

fn most_samples(input: &Input) -> usize {
    (input.rate.hz() as usize * MOST_SECONDS).min(MOST_SAMPLES)
}

fn finite(stretch: &Stretch, len: u16) -> Vec<f32> {
    let mut samples = stretch.samples(usize::from(len).min(8_192));
    samples.retain(|sample| sample.is_finite());
    samples
}
