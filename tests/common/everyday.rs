//! Compares the shipped network with the results of the trainer for the same sounds, from the
//! command `everyday --golden`.

use serde::Deserialize;
use sourcing_sound::{Classifier, Model, Pcm, SampleRate};

use crate::sounds::Sound;

/// A sound of the reference.
#[derive(Deserialize)]
struct Entry {
    name: String,
    /// Number of network windows in it.
    windows: usize,
}

/// The largest differences found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Differences {
    /// Of a score.
    pub score: f32,
    /// Of a value of the embedding.
    pub embedding: f32,
}

impl Differences {
    /// Returns whether the differences are no larger than those of rounding.
    pub fn are_accepted(self) -> bool {
        self.score <= 2e-4 && self.embedding <= 4e-3
    }
}

/// Runs `model` on `sounds` and compares it with the reference: `about` is `everyday.json`,
/// `values` `everyday.f32`.
pub fn differences(model: Model, sounds: &[Sound], about: &[u8], values: &[u8]) -> Differences {
    let entries: Vec<Entry> = serde_json::from_slice(about).unwrap();
    assert_eq!(entries.len(), sounds.len(), "another number of sounds");
    let values: Vec<f32> =
        values.as_chunks::<4>().0.iter().map(|&word| f32::from_le_bytes(word)).collect();
    let mut values = values.into_iter();
    let mut classifier = Classifier::new(model).unwrap();
    let mut found = Differences { score: 0.0, embedding: 0.0 };
    for (entry, sound) in entries.iter().zip(sounds) {
        assert_eq!(entry.name, sound.name);
        let rate = SampleRate::new(sound.sample_rate).unwrap();
        let patches = classifier.patches(Pcm::new(&sound.samples, rate).unwrap()).unwrap();
        assert_eq!(patches.len(), entry.windows, "{}", entry.name);
        for patch in patches {
            let mut largest = |numbers: &[f32]| {
                let pairs = numbers.iter().zip(values.by_ref());
                pairs.fold(0.0, |largest: f32, (a, b)| {
                    let difference = (a - b).abs();
                    assert!(difference.is_finite(), "{}: {a} {b}", entry.name);
                    largest.max(difference)
                })
            };
            let (score, embedding) = (largest(&patch.scores), largest(&patch.embedding));
            found.score = found.score.max(score);
            found.embedding = found.embedding.max(embedding);
        }
    }
    assert_eq!(values.next(), None, "the reference has more than the sounds");
    found
}
