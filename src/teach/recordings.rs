//! Groups examples into the recordings of each label. Copies of a recording are one, so that they
//! are left out together.

use super::background::Background;
use super::example::Example;
use sourcing_sound_kernels::dot;
use std::collections::HashMap;
use std::slice;

/// Two recordings count as one if the cosine between their vectors is at least this. No threshold
/// separates copies from steady sounds: over 250 pairs of parts of one steady ambience, such as a
/// fan on several days, it is up to .997 (median .958), over 40 copies as mp3 of 192 kbit/s .971 to
/// 1 (median .995). So only practically identical audio is merged.
const COPY_COSINE: f64 = 0.998;
/// From this cosine on, two recordings may be copies, which the report states. All of 80 copies as
/// mp3 of 64 kbit/s exceed it, and one of 3,815 pairs of other recordings of a class of ESC-10.
const SIMILAR_COSINE: f64 = 0.955;
/// The most recordings of a label that are searched for such copies; the time grows with the square
/// of their number.
const MAX_COMPARED: usize = 500;

/// The examples of one label that are from one recording, or from copies of it.
#[derive(Default)]
pub(super) struct Recording {
    /// Its names; several if they are copies of each other.
    pub(super) names: Vec<String>,
    /// Indices among all examples.
    pub(super) examples: Vec<usize>,
    /// The mean of the examples minus that of the background.
    pub(super) vector: Vec<f32>,
    /// Whether another recording of the label sounds the same, and may be a copy.
    pub(super) similar: bool,
}

/// Returns the vectors minus the background's mean.
pub(super) fn centred(
    background: &Background,
    scales: &[f32],
    examples: &[Example],
) -> Vec<Vec<f32>> {
    let vectors = examples.iter().map(|example| {
        let mut vector = example.scaled(scales);
        vector.iter_mut().zip(background.mean()).for_each(|(x, mean)| *x -= mean);
        vector
    });
    vectors.collect()
}

/// Groups the examples of a label by recording; copies are one recording.
pub(super) fn recordings(
    label: Option<&str>,
    examples: &[Example],
    vectors: &[Vec<f32>],
) -> Vec<Recording> {
    let mut found: Vec<Recording> = Vec::new();
    // By name and by hash.
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, example) in examples.iter().enumerate() {
        if example.label.as_deref() != label {
            continue;
        }
        let (name, audio) = (example.recording.as_str(), example.sha256.as_str());
        let known = places.get(name).or_else(|| places.get(audio));
        let place = known.copied().unwrap_or(found.len());
        if place == found.len() {
            found.push(Recording::default());
        }
        found[place].add_names(slice::from_ref(&example.recording));
        found[place].examples.push(index);
        places.insert(name, place);
        places.insert(audio, place);
    }
    for recording in &mut found {
        recording.vector = mean(recording.examples.iter().map(|&index| vectors[index].as_slice()));
    }
    if found.len() <= MAX_COMPARED { without_copies(found) } else { found }
}

fn without_copies(recordings: Vec<Recording>) -> Vec<Recording> {
    let mut kept: Vec<Recording> = Vec::new();
    for mut recording in recordings {
        let cosines: Vec<f64> =
            kept.iter().map(|other| cosine(&other.vector, &recording.vector)).collect();
        if let Some(place) = cosines.iter().position(|&cosine| cosine >= COPY_COSINE) {
            kept[place].join(recording);
            continue;
        }
        for (other, _) in kept.iter_mut().zip(&cosines).filter(|(_, c)| **c >= SIMILAR_COSINE) {
            (other.similar, recording.similar) = (true, true);
        }
        kept.push(recording);
    }
    kept
}

impl Recording {
    fn add_names(&mut self, names: &[String]) {
        for name in names {
            if !self.names.contains(name) {
                self.names.push(name.clone());
            }
        }
    }

    fn join(&mut self, other: Recording) {
        let (own, others) = (self.examples.len() as f32, other.examples.len() as f32);
        for (mean, x) in self.vector.iter_mut().zip(other.vector) {
            *mean = (own * *mean + others * x) / (own + others);
        }
        self.add_names(&other.names);
        self.examples.extend(other.examples);
    }
}

pub(super) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

pub(super) fn mean<'a>(vectors: impl ExactSizeIterator<Item = &'a [f32]>) -> Vec<f32> {
    let count = vectors.len() as f32;
    let mut mean = Vec::new();
    for vector in vectors {
        mean.resize(vector.len(), 0.0);
        mean.iter_mut().zip(vector).for_each(|(mean, x)| *mean += x / count);
    }
    mean
}
