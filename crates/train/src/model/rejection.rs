//! An additional output, "none of the labels", fitted on the frozen features of a trained network.
//!
//! Known clips are contrasted with segments of background recordings, digital silence and faint
//! noise. The network's scores for the labels do not change: the output only rejects.

use crate::data::columns::Columns;
use crate::data::sound::amplitude;
use crate::linear::Linear;
use crate::linear::logistic::{self, Example};
use crate::metrics;
use crate::model::stage::StageResult;
use crate::nn::infer::Folded;
use crate::random::generator;
use anyhow::Result;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sourcing_sound::{FrontEnd, FrontEndConfig, Pcm, SampleRate};
use std::collections::BTreeMap;

/// Share of the left-out known clips that pass the threshold.
const PASSING_SHARE: f64 = 0.95;
/// Stretches of faint noise among the unknown segments.
pub const FAINT_NOISES: usize = 192;
/// One in this many of them is digital silence.
const SILENT_EVERY: usize = 6;
/// Levels of the others in dB relative to full scale.
const FAINT_LEVELS: (f32, f32) = (-100.0, -45.0);

/// Segments of none of the labels, with the recordings they come from.
#[derive(Clone, Debug, Default)]
pub struct Unknowns {
    /// Segments, or shorter recordings.
    pub segments: Vec<Columns>,
    /// One name per segment.
    pub recordings: Vec<String>,
}

impl Unknowns {
    /// Collects the segments of the background, with what each of its files was cut from, then silence
    /// and faint noise.
    pub fn new<'a>(
        background: impl IntoIterator<Item = (&'a Columns, &'a String)>,
        segments_of: impl Fn(&Columns) -> Vec<Columns>,
        front_end: &FrontEndConfig,
        segment_seconds: f64,
        seed: u64,
    ) -> Result<Self> {
        let mut unknowns = Self::default();
        for (columns, origin) in background {
            for segment in segments_of(columns) {
                unknowns.segments.push(segment);
                unknowns.recordings.push(format!("background {origin}"));
            }
        }
        let mut front_end = FrontEnd::new(front_end.clone())?;
        for index in 0..FAINT_NOISES {
            let samples = faint_noise(front_end.config().sample_rate, segment_seconds, index, seed);
            let rate = SampleRate::new(front_end.config().sample_rate)?;
            let values = front_end.columns(Pcm::new(&samples, rate)?)?;
            unknowns.segments.push(Columns { n_mels: front_end.config().n_mels, values });
            unknowns.recordings.push(format!("noise {index}"));
        }
        Ok(unknowns)
    }

    /// Returns every second recording, with all of its segments: those with even (or odd) places.
    fn half(&self, odd: bool) -> Self {
        let mut places = BTreeMap::new();
        for recording in &self.recordings {
            let place = places.len();
            places.entry(recording).or_insert(place);
        }
        let rows = self.segments.iter().zip(&self.recordings);
        let (segments, recordings) = rows
            .filter(|(_, recording)| (places[recording] % 2 == 1) == odd)
            .map(|(segment, recording)| (segment.clone(), recording.clone()))
            .unzip();
        Self { segments, recordings }
    }
}

/// Returns white noise through a random one-pole low-pass, or digital silence.
pub fn faint_noise(rate: u32, seconds: f64, index: usize, seed: u64) -> Vec<f32> {
    let mut rng = generator(seed, "faint noise", &[index as u64]);
    let (low, high) = FAINT_LEVELS;
    let level = low + (high - low) * rng.random::<f32>();
    let amplitude = if index.is_multiple_of(SILENT_EVERY) { 0.0 } else { amplitude(level) };
    let smoothing = rng.random_range(0.0..0.98f32);
    // Keeps the power of the filtered noise constant.
    let gain = amplitude * (3.0 * (1.0 - smoothing * smoothing)).sqrt();
    let mut last = 0.0;
    let samples = (f64::from(rate) * seconds) as usize;
    let mut next = || {
        last = smoothing * last + gain * rng.random_range(-1.0..1.0f32);
        last
    };
    (0..samples).map(|_| next()).collect()
}

/// Figures of the output on clips and recordings on which it was not fitted: for every stage it is
/// fitted on the training clips and one half of the unknown recordings, and judged on the left-out
/// clips and the other half.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectionOutput {
    /// A segment is rejected if the output is higher.
    pub threshold: f64,
    /// Left-out known clips.
    pub n_known: usize,
    /// Share of them that passes.
    pub passing_known: f64,
    /// Left-out segments of unknown recordings, each counted once per stage.
    pub n_unknown: usize,
    /// Share of them that is rejected.
    pub rejected_unknown: f64,
    /// Probability that an unknown segment's output exceeds a known clip's.
    pub auroc: f64,
}

/// A network's pooled features for training clips, left-out clips and unknown segments.
pub struct Features {
    /// Training clips.
    pub train: Vec<Vec<f32>>,
    /// Their recordings.
    pub recordings: Vec<String>,
    /// Left-out clips.
    pub test: Vec<Vec<f32>>,
}

/// Judges the output over the stages. `features` computes those of a stage.
pub fn judge(
    stages: &[StageResult],
    unknowns: &Unknowns,
    features: impl Fn(&StageResult) -> Result<Features>,
    pooled: impl Fn(&StageResult, &[Columns]) -> Result<Vec<Vec<f32>>>,
) -> Result<RejectionOutput> {
    let (fitting, judging) = (unknowns.half(false), unknowns.half(true));
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for stage in stages {
        let features = features(stage)?;
        let against = pooled(stage, &fitting.segments)?;
        let seed = stage.plan.train.seed;
        let output = fit(&features, &against, &fitting.recordings, seed);
        known.extend(features.test.iter().map(|row| probability(&output, row)));
        unknown
            .extend(pooled(stage, &judging.segments)?.iter().map(|row| probability(&output, row)));
    }
    Ok(RejectionOutput::of(&known, &unknown))
}

impl RejectionOutput {
    /// Computes the figures from the output's values (0 to 1) on left-out known clips and on
    /// left-out unknown segments; [`PASSING_SHARE`] of the known clips pass the threshold.
    pub fn of(known: &[f64], unknown: &[f64]) -> Self {
        let mut sorted = known.to_vec();
        sorted.sort_by(f64::total_cmp);
        let threshold = metrics::quantile(&sorted, PASSING_SHARE);
        let share = |values: &[f64], above: bool| {
            let count = values.iter().filter(|value| (**value > threshold) == above).count();
            count as f64 / values.len().max(1) as f64
        };
        Self {
            threshold,
            n_known: known.len(),
            passing_known: share(known, false),
            n_unknown: unknown.len(),
            rejected_unknown: share(unknown, true),
            auroc: metrics::auroc(unknown, known),
        }
    }
}

/// Fits logistic regression of unknown against known, as a layer with one output.
pub fn fit(
    known: &Features,
    unknown: &[Vec<f32>],
    unknown_recordings: &[String],
    seed: u64,
) -> Linear {
    let known = known.train.iter().zip(&known.recordings).map(|known| (0, known));
    let unknown = unknown.iter().zip(unknown_recordings).map(|unknown| (1, unknown));
    let examples = known.chain(unknown);
    let examples = examples.map(|(label, (row, name))| Example::new(row.clone(), label, name));
    let examples: Vec<_> = examples.collect();
    logistic::refit(&examples, 2, seed).linear.one_of_two()
}

/// Appends the output after those of the labels.
pub fn append(mut network: Folded, output: &Linear) -> Folded {
    network.linear.weight.extend_from_slice(&output.weight);
    network.linear.bias.extend_from_slice(&output.bias);
    network
}

fn probability(output: &Linear, features: &[f32]) -> f64 {
    metrics::sigmoid(output.logits(features).into_iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config;

    #[test]
    fn the_output_separates_known_from_unknown() {
        let mut rng = generator(3, "other", &[]);
        let mut row = |centre: f32| vec![centre + rng.random::<f32>(), rng.random::<f32>()];
        let known: Vec<_> = (0..60).map(|_| row(0.0)).collect();
        let unknown: Vec<_> = (0..20).map(|_| row(2.0)).collect();
        let names =
            |what: &str, n: usize| (0..n).map(|i| format!("{what} {i}")).collect::<Vec<_>>();
        let features =
            Features { train: known.clone(), recordings: names("k", 60), test: Vec::new() };
        let output = fit(&features, &unknown, &names("u", 20), 1);
        assert!(known.iter().all(|row| probability(&output, row) < 0.5));
        assert!(unknown.iter().all(|row| probability(&output, row) > 0.5));
    }

    #[test]
    fn halves_share_no_recording_and_make_the_whole() {
        let columns = Columns { n_mels: 64, values: vec![0.0; 640] };
        let twice = |columns: &Columns| vec![columns.clone(), columns.clone()];
        let front_end = config::front_end();
        let origins = ["rain", "rain", "café", "train", "rain"].map(str::to_owned);
        let background = origins.iter().map(|origin| (&columns, origin));
        let all = Unknowns::new(background, twice, &front_end, 0.1, 1)
            .expect("the flagship's front end is valid");
        let (even, odd) = (all.half(false), all.half(true));
        assert_eq!(even.segments.len() + odd.segments.len(), all.segments.len());
        assert!(even.recordings.iter().all(|name| !odd.recordings.contains(name)));
        let of_rain = |half: &Unknowns| {
            half.recordings.iter().filter(|name| *name == "background rain").count()
        };
        assert_eq!((of_rain(&even), of_rain(&odd)), (6, 0));
        let silent = &all.segments[10].values;
        assert!(silent.iter().all(|value| *value == front_end.silent_value()));
    }
}
