//! Turns recordings into examples: one vector per piece, from the windows that are not quiet.

use crate::audio::Pcm;
use crate::base::Base;
use crate::classifier::Classifier;
use crate::error::{Error, ErrorKind, Result};
use crate::head::{HeadFeature, Patch, format_error, pool};
use crate::metadata::Padding;
use crate::model::Model;
use base64::prelude::{BASE64_STANDARD, Engine};
use half::f16;
use sha2::{Digest, Sha256};

/// The inputs of taught heads, with factors so that none outweighs the others.
pub(super) const FEATURES: [(HeadFeature, f32); 3] = [
    (HeadFeature::EmbeddingMean, 1.0),
    (HeadFeature::LogitMean, 0.08),
    (HeadFeature::ScoreMean, 2.0),
];

/// Most examples that a head is trained on, background included.
pub const MAX_EXAMPLES: usize = 10_000;

/// The longest label in bytes of UTF-8.
const MAX_LABEL_BYTES: usize = 256;
/// The longest example in seconds; a longer recording becomes several.
const PIECE_SECONDS: f64 = 10.0;
/// The longest recording in seconds: an hour.
const MAX_SECONDS: usize = 3_600;
/// A window counts if its level is within this of the recording's loudest window, in dB.
const RANGE_DB: f32 = 20.0;
/// A window counts if its level is above this, in dBFS; below, there is only the converter's noise.
const SILENCE_DBFS: f32 = -65.0;
/// This many samples in a row at full scale show that the input was overdriven.
const CLIPPED_RUN: usize = 3;
const FULL_SCALE: f32 = 0.999;

/// A piece of a recording of a sound, or of something else.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The label; `None` for something that is none of the labels. A label of the model is spelled
    /// as the model spells it.
    pub label: Option<String>,
    /// Where it is from, such as a file's name. Examples of one recording count together.
    pub recording: String,
    /// Where it starts in the recording, in seconds.
    pub start: f64,
    /// Its duration in seconds.
    pub seconds: f64,
    /// SHA-256 of its rate and samples, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Quiet seconds that were left out, in it and next to it: more than 20 dB below the loudest
    /// window of the recording, or below −65 dBFS.
    pub quiet: f64,
    /// Level of its loudest window in dBFS: 20·log10 of the root mean square.
    pub level: f32,
    /// Whether it was recorded too loud: three samples in a row are at full scale.
    pub clipped: bool,
    /// The means of embedding, logits and scores over its windows, one after the other. Stored with
    /// 11 significant bits, so that writing an example to a file does not change it.
    pub(super) vector: Vec<f16>,
}

impl Example {
    /// Cuts a recording into pieces, without the silent ones; see
    /// [`Teacher::add`](super::Teacher::add), which also stores them.
    ///
    /// # Errors
    /// Those of [`Teacher::add`](super::Teacher::add).
    pub fn of_recording(
        classifier: &mut Classifier,
        label: Option<&str>,
        recording: &str,
        pcm: Pcm<'_>,
    ) -> Result<Vec<Example>> {
        let label = label.map(str::trim);
        check_label(label)?;
        if label.is_some_and(str::is_empty) {
            return Err(Error::config("label", "", "a name"));
        }
        let seconds = pcm.duration_seconds();
        at_most("the recording's length in seconds", seconds.ceil() as usize, MAX_SECONDS)?;
        let rate = f64::from(pcm.rate().hz());
        // The pieces have equal lengths, so that the last one is not very short.
        let pieces = (seconds / PIECE_SECONDS).ceil().max(1.0) as usize;
        let len = pcm.samples().len().div_ceil(pieces);
        let label = label.map(|label| spelled(classifier.model().base(), label).to_owned());
        // Over the whole recording: in a piece that is a pause, the loudest window is a pause too.
        let loudest = loudest(&levels(classifier.model(), pcm, None));
        let least = (loudest - RANGE_DB).max(SILENCE_DBFS);
        let (mut examples, mut quiet) = (Vec::new(), 0.0);
        for (index, samples) in pcm.samples().chunks(len).enumerate() {
            let piece = Pcm::new(samples, pcm.rate())?;
            let seconds = piece.duration_seconds();
            let Some(Loud { vector, level, share }) = loud(classifier, piece, least)? else {
                quiet += seconds;
                continue;
            };
            examples.push(Example {
                label: label.clone(),
                recording: recording.to_owned(),
                start: (index * len) as f64 / rate,
                seconds,
                sha256: hash(piece),
                quiet: std::mem::take(&mut quiet) + (1.0 - share) * seconds,
                level,
                clipped: is_clipped(samples),
                vector,
            });
        }
        match examples.last_mut() {
            Some(last) => last.quiet += quiet,
            None => return Err(ErrorKind::AudioSilent { threshold_dbfs: SILENCE_DBFS }.into()),
        }
        Ok(examples)
    }

    /// Returns the vector, each part multiplied by its scale.
    pub(super) fn scaled(&self, scales: &[f32]) -> Vec<f32> {
        self.vector.iter().zip(scales).map(|(value, scale)| value.to_f32() * scale).collect()
    }

    /// Returns the mean scores of the model's `labels` labels, which are the last part of the
    /// vector.
    pub(super) fn scores(&self, labels: usize) -> Vec<f32> {
        let first = self.vector.len().saturating_sub(labels);
        self.vector[first..].iter().map(|score| score.to_f32()).collect()
    }

    /// Returns the vector for files: base64 of little-endian half-precision numbers.
    pub(crate) fn base64(&self) -> String {
        let bytes: Vec<u8> = self.vector.iter().flat_map(|value| value.to_le_bytes()).collect();
        BASE64_STANDARD.encode(bytes)
    }

    /// Returns whether it is the same piece of audio with the same label.
    pub(super) fn is_same(&self, other: &Example) -> bool {
        self.sha256 == other.sha256 && self.label == other.label
    }
}

/// Refuses more examples than fit into a file.
pub(super) fn check_count(count: usize) -> Result<()> {
    at_most("the number of examples", count, MAX_EXAMPLES)
}

/// Refuses an empty label or one that is too long.
pub(super) fn check_label(label: Option<&str>) -> Result<()> {
    at_most("the label's length in bytes", label.map_or(0, str::len), MAX_LABEL_BYTES)
}

fn at_most(what: &'static str, given: usize, max: usize) -> Result<()> {
    match given > max {
        true => Err(ErrorKind::Limit { what, given: given as u64, max: max as u64 }.into()),
        false => Ok(()),
    }
}

/// Refuses examples with vectors of another model.
pub(super) fn check_fit(examples: &[Example], base: Base<'_>) -> Result<()> {
    let expected = vector_len(base)?;
    match examples.iter().find(|example| example.vector.len() != expected) {
        Some(example) => Err(format_error(format!(
            "an example has {} numbers, its base gives {expected}",
            example.vector.len()
        ))),
        None => Ok(()),
    }
}

/// Returns a label as the model spells it, if the two differ only in case.
pub(super) fn spelled<'a>(base: Base<'a>, label: &'a str) -> &'a str {
    let mut labels = base.labels.iter();
    labels.find(|own| own.eq_ignore_ascii_case(label)).unwrap_or(label)
}

/// Spells the labels as the model does.
pub(super) fn spell(examples: &mut [Example], base: Base<'_>) {
    for label in examples.iter_mut().filter_map(|example| example.label.as_mut()) {
        *label = spelled(base, label).to_owned();
    }
}

/// Returns how many numbers an example of this model has.
///
/// # Errors
/// `config` for a model without an embedding.
pub(super) fn vector_len(base: Base<'_>) -> Result<usize> {
    match base.embedding_size {
        Some(embedding) => Ok(embedding + 2 * base.labels.len()),
        None => Err(Error::config("model", base.name, "a model with an embedding")),
    }
}

/// Returns the factor of each dimension of a model's vectors.
pub(super) fn scales(base: Base<'_>) -> Vec<f32> {
    let labels = base.labels.len();
    let sizes = [base.embedding_size.unwrap_or_default(), labels, labels];
    FEATURES.iter().zip(sizes).flat_map(|(&(_, scale), n)| std::iter::repeat_n(scale, n)).collect()
}

/// The part of a piece that is not quiet.
struct Loud {
    /// The means over its windows.
    vector: Vec<f16>,
    /// The level of its loudest window, in dBFS.
    level: f32,
    /// The share of the piece that its windows cover.
    share: f64,
}

/// Returns the part with levels above `least`, in dBFS; `None` if there is none.
fn loud(classifier: &mut Classifier, pcm: Pcm<'_>, least: f32) -> Result<Option<Loud>> {
    let patches = classifier.patches(pcm)?;
    let levels = levels(classifier.model(), pcm, Some(patches.len()));
    let kept = patches.iter().zip(&levels).filter(|&(_, &level)| level > least);
    let kept: Vec<&Patch> = kept.map(|(patch, _)| patch).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    let features: Vec<HeadFeature> = FEATURES.iter().map(|&(feature, _)| feature).collect();
    let vector = pool(&features, &kept).into_iter().map(f16::from_f32).collect();
    let share = kept.len() as f64 / patches.len() as f64;
    Ok(Some(Loud { vector, level: loudest(&levels), share }))
}

fn loudest(levels: &[f32]) -> f32 {
    levels.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Returns the level of each of the first `windows` windows in dBFS; by default, of all that begin
/// within the samples. If there are fewer samples than a window has, a level is relative to all of
/// them. What a later window has beyond the end counts as silence, so that a click at the very end
/// is not the loudest window.
fn levels(model: &Model, pcm: Pcm<'_>, windows: Option<usize>) -> Vec<f32> {
    let metadata = model.metadata();
    let layout = metadata.layout();
    let samples_of = |columns: usize| {
        let seconds = columns as f64 * metadata.front_end.column_seconds();
        (seconds * f64::from(pcm.rate().hz())).round() as usize
    };
    let (len, hop) = (samples_of(layout.frames), samples_of(layout.hop_frames));
    let samples = pcm.samples();
    let divisor = len.min(samples.len()) as f64;
    // The last patch may be moved to end with the recording.
    let latest = match metadata.padding {
        Padding::Silence => samples.len() - 1,
        Padding::SilenceEitherSide => samples.len().saturating_sub(len),
    };
    let level = |window: usize| {
        let first = (window * hop).min(latest);
        let window = &samples[first..samples.len().min(first + len)];
        let power: f64 = window.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        (10.0 * (power / divisor).log10()) as f32
    };
    (0..windows.unwrap_or(samples.len().div_ceil(hop))).map(level).collect()
}

fn is_clipped(samples: &[f32]) -> bool {
    samples
        .windows(CLIPPED_RUN)
        .any(|run| run.iter().all(|x| *x >= FULL_SCALE) || run.iter().all(|x| *x <= -FULL_SCALE))
}

fn hash(pcm: Pcm<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(pcm.rate().hz().to_le_bytes());
    pcm.samples().iter().for_each(|sample| hash.update(sample.to_le_bytes()));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the vector with these bits.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<Vec<f16>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let vector: Vec<f16> = pairs.iter().map(|&pair| f16::from_le_bytes(pair)).collect();
    match rest.is_empty() && vector.iter().all(|value| value.is_finite()) {
        true => Ok(vector),
        false => Err(format_error("an example's vector is broken, or has NaN or infinity")),
    }
}
