//! What the original YAMNet says of the sounds in `tests/golden/everyday.*`, and how far a
//! classifier is from it. `models/everyday/extract.py` describes the files.

use serde::Deserialize;
use sourcing_sound::{Classifier, Pcm, SampleRate};

/// Largest accepted difference of a score.
pub const SCORE_TOLERANCE: f32 = 1e-3;
/// Largest accepted difference of a value of the embedding, of which most are 0 to 1 and the
/// largest about 10.
pub const EMBEDDING_TOLERANCE: f32 = 5e-3;
/// Largest accepted difference of a log-mel value, of which silence is −6.9.
pub const LOG_MEL_TOLERANCE: f32 = 1e-3;

const LABELS: usize = 521;
const EMBEDDING_SIZE: usize = 1_024;
const N_MELS: usize = 64;

/// The contents of the files.
pub struct Files<'a> {
    /// `everyday.json`.
    pub about: &'a [u8],
    /// `everyday.sounds.i16`.
    pub sounds: &'a [u8],
    /// `everyday.scores.f32`.
    pub scores: &'a [u8],
    /// `everyday.embeddings.f32`.
    pub embeddings: &'a [u8],
    /// `everyday.log_mel.f32`.
    pub log_mel: &'a [u8],
}

/// The original network's answers.
pub struct Reference {
    /// Of all sounds, in Hz.
    pub sample_rate: u32,
    /// In the order of the files.
    pub sounds: Vec<Sound>,
}

/// A sound and what the original network says of it.
pub struct Sound {
    /// Unique.
    pub name: String,
    /// Mono, within −1…1.
    pub samples: Vec<f32>,
    /// By patch and label.
    pub scores: Vec<Vec<f32>>,
    /// By patch.
    pub embeddings: Vec<Vec<f32>>,
    /// Columns of 64 values, the last patch completed by silence; of one sound only.
    pub log_mel: Option<Vec<f32>>,
}

/// The largest differences; infinite where something is missing or not a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Differences {
    /// Of a score.
    pub score: f32,
    /// Of a value of an embedding.
    pub embedding: f32,
    /// Of a log-mel value.
    pub log_mel: f32,
}

#[derive(Deserialize)]
struct About {
    sample_rate: u32,
    sounds: Vec<AboutSound>,
    log_mel: AboutColumns,
}

#[derive(Deserialize)]
struct AboutSound {
    name: String,
    samples: usize,
    patches: usize,
}

#[derive(Deserialize)]
struct AboutColumns {
    sound: String,
    columns: usize,
}

impl Reference {
    /// Takes the files apart; the error says which one does not fit.
    pub fn read(files: &Files<'_>) -> Result<Self, String> {
        let about: About = serde_json::from_slice(files.about)
            .map_err(|error| format!("everyday.json: {error}"))?;
        let samples = files.sounds.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]));
        let mut samples = samples.map(|sample| f32::from(sample) / 32_768.0);
        let (mut scores, mut embeddings) = (floats(files.scores), floats(files.embeddings));
        let mut log_mel = Some(floats(files.log_mel).collect::<Vec<_>>());
        let mut sounds = Vec::new();
        for AboutSound { name, samples: n_samples, patches } in about.sounds {
            let of_patches = |values: &mut dyn Iterator<Item = f32>, n: usize| {
                (0..patches).map(|_| values.take(n).collect()).collect::<Vec<Vec<f32>>>()
            };
            sounds.push(Sound {
                samples: samples.by_ref().take(n_samples).collect(),
                scores: of_patches(&mut scores, LABELS),
                embeddings: of_patches(&mut embeddings, EMBEDDING_SIZE),
                log_mel: if name == about.log_mel.sound { log_mel.take() } else { None },
                name,
            });
            let complete = |rows: &[Vec<f32>], n: usize| rows.iter().all(|row| row.len() == n);
            let sound = &sounds[sounds.len() - 1];
            let whole = sound.samples.len() == n_samples
                && complete(&sound.scores, LABELS)
                && complete(&sound.embeddings, EMBEDDING_SIZE)
                && sound.log_mel.as_ref().is_none_or(|m| m.len() == about.log_mel.columns * N_MELS);
            if !whole {
                return Err(format!("a file ends within {}", sound.name));
            }
        }
        let left = [samples.next(), scores.next(), embeddings.next(), log_mel.and(Some(0.0))];
        match left {
            [None, None, None, None] => Ok(Reference { sample_rate: about.sample_rate, sounds }),
            _ => Err("a file is longer than everyday.json says".to_owned()),
        }
    }

    /// How far the classifier's patches and columns are from the original's.
    pub fn differences(&self, classifier: &mut Classifier) -> sourcing_sound::Result<Differences> {
        let mut largest = Differences::default();
        for sound in &self.sounds {
            let pcm = Pcm::new(&sound.samples, SampleRate::new(self.sample_rate)?)?;
            let patches = classifier.patches(pcm)?;
            let scores: Vec<_> = patches.iter().map(|patch| patch.scores.as_slice()).collect();
            let embeddings: Vec<_> =
                patches.iter().map(|patch| patch.embedding.as_slice()).collect();
            largest.score = largest.score.max(of_rows(&sound.scores, &scores));
            largest.embedding = largest.embedding.max(of_rows(&sound.embeddings, &embeddings));
            if let Some(expected) = &sound.log_mel {
                let mut columns = classifier.columns(pcm)?;
                // The original completes the audio, the classifier the columns.
                let silence = classifier.metadata().front_end.silent_value();
                columns.resize(expected.len().max(columns.len()), silence);
                largest.log_mel = largest.log_mel.max(of_values(expected, &columns));
            }
        }
        Ok(largest)
    }
}

impl Differences {
    /// Whether all are within the tolerances.
    pub fn are_accepted(&self) -> bool {
        self.score <= SCORE_TOLERANCE
            && self.embedding <= EMBEDDING_TOLERANCE
            && self.log_mel <= LOG_MEL_TOLERANCE
    }
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn of_rows(expected: &[Vec<f32>], actual: &[&[f32]]) -> f32 {
    if expected.len() != actual.len() {
        return f32::INFINITY;
    }
    let rows = expected.iter().zip(actual);
    rows.map(|(expected, actual)| of_values(expected, actual)).fold(0.0, f32::max)
}

fn of_values(expected: &[f32], actual: &[f32]) -> f32 {
    if expected.len() != actual.len() {
        return f32::INFINITY;
    }
    let differences = expected.iter().zip(actual).map(|(a, b)| (a - b).abs());
    // A NaN would be lost in `max`.
    differences.map(|d| if d.is_nan() { f32::INFINITY } else { d }).fold(0.0, f32::max)
}
