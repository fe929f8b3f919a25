//! Figures of merit, each as scikit-learn defines it.
//!
//! In: [`Judged`] clips, or scores with true labels. Out: accuracy, F1, calibration and AUROC, also
//! of one label against the rest ([`binary`]), of a group of left-out folds ([`left_out`]), and as
//! a [`table`] of labels.

pub mod binary;
#[cfg(test)]
mod golden;
pub mod left_out;
pub mod table;

use crate::random::generator;
use anyhow::{Result, ensure};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One judged clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Outputs of the network before softmax.
    pub logits: Vec<f32>,
    /// True label.
    pub label: usize,
    /// The recording that the clip was cut from.
    pub recording: String,
}

impl Judged {
    /// Returns the index of the greatest logit.
    pub fn predicted(&self) -> usize {
        greatest(&self.logits)
    }

    /// Returns whether the greatest logit is the true label's.
    pub fn is_correct(&self) -> bool {
        self.predicted() == self.label
    }

    /// Returns the greatest softmax score at a temperature.
    pub fn confidence(&self, temperature: f64) -> f64 {
        best_score(&self.logits, temperature)
    }
}

/// Returns the index of the greatest value, the first of equal ones.
pub fn greatest(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// Returns the softmax of `logits / temperature`.
pub fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.iter().map(|logit| (f64::from(logit - greatest) / temperature).exp());
    let powers: Vec<_> = powers.collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// Converts a logit to its probability.
pub fn sigmoid(logit: f32) -> f64 {
    1.0 / (1.0 + f64::from(-logit).exp())
}

/// Returns the greatest score of softmax at a temperature.
pub fn best_score(logits: &[f32], temperature: f64) -> f64 {
    softmax(logits, temperature).into_iter().fold(0.0, f64::max)
}

/// Returns the greatest difference between values that should be equal.
///
/// # Errors
/// If their numbers differ, or a difference is not finite, which a maximum would ignore.
pub fn greatest_difference(found: &[f32], expected: &[f32]) -> Result<f32> {
    let (n, of) = (found.len(), expected.len());
    ensure!(n == of, "{n} values, expected {of}");
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    ensure!(differences.clone().all(f32::is_finite), "a value is not finite");
    Ok(differences.fold(0.0, f32::max))
}

/// How well one label is recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    /// The label.
    pub label: String,
    /// Share of the clips given this label that have it; 0 if none is given it.
    pub precision: f64,
    /// Share of the clips with this label that are given it; 0 if none has it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Clips with this label.
    pub support: usize,
}

/// Scores over a set of clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of the clips that are given their label.
    pub accuracy: f64,
    /// Mean F1 of the labels that occur among the true or the given ones.
    pub macro_f1: f64,
    /// Label by label.
    pub classes: Vec<ClassScore>,
    /// Rows: true label; columns: given label.
    pub confusion: Vec<Vec<usize>>,
}

/// Returns the scores of judged clips.
pub fn scores(judged: &[Judged], labels: &[String]) -> Scores {
    let mut confusion = vec![vec![0usize; labels.len()]; labels.len()];
    for clip in judged {
        confusion[clip.label][clip.predicted()] += 1;
    }
    scores_of_confusion(confusion, labels)
}

/// Returns the scores from counts; rows are true labels, columns given ones.
pub fn scores_of_confusion(confusion: Vec<Vec<usize>>, labels: &[String]) -> Scores {
    let total = confusion.iter().flatten().sum();
    let classes: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(index, label)| class_score(&confusion, index, label))
        .collect();
    let given = |index: usize| confusion.iter().any(|row| row[index] > 0);
    let occurring = classes.iter().enumerate().filter(|(i, class)| class.support > 0 || given(*i));
    let f1: Vec<_> = occurring.map(|(_, class)| class.f1).collect();
    let hits: usize = (0..labels.len()).map(|index| confusion[index][index]).sum();
    Scores {
        accuracy: ratio(hits, total),
        macro_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
        classes,
        confusion,
    }
}

fn class_score(confusion: &[Vec<usize>], index: usize, label: &str) -> ClassScore {
    let hits = confusion[index][index];
    let support: usize = confusion[index].iter().sum();
    let given: usize = confusion.iter().map(|row| row[index]).sum();
    ClassScore {
        label: label.to_owned(),
        precision: ratio(hits, given),
        recall: ratio(hits, support),
        f1: ratio(2 * hits, support + given),
        support,
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Returns the share of correct clips.
pub fn accuracy(judged: &[Judged]) -> f64 {
    ratio(judged.iter().filter(|clip| clip.is_correct()).count(), judged.len())
}

/// Returns the 95% interval of the accuracy by resampling recordings, since their clips are
/// near-copies.
pub fn accuracy_interval(judged: &[Judged], seed: u64) -> (f64, f64) {
    const RESAMPLES: usize = 2_000;
    let mut by_recording = BTreeMap::<&str, (usize, usize)>::new();
    for clip in judged {
        let (hits, total) = by_recording.entry(&clip.recording).or_default();
        *hits += usize::from(clip.is_correct());
        *total += 1;
    }
    let counts: Vec<_> = by_recording.into_values().collect();
    if counts.is_empty() {
        return (0.0, 0.0);
    }
    let mut rng = generator(seed, "bootstrap", &[]);
    let mut accuracies: Vec<_> = (0..RESAMPLES)
        .map(|_| {
            let (mut hits, mut total) = (0, 0);
            for _ in 0..counts.len() {
                let (h, t) = counts[rng.random_range(0..counts.len())];
                hits += h;
                total += t;
            }
            ratio(hits, total)
        })
        .collect();
    accuracies.sort_by(f64::total_cmp);
    (quantile(&accuracies, 0.025), quantile(&accuracies, 0.975))
}

/// Replaces the 95% interval of an accuracy of 1 or 0, for which resampling gives no interval:
/// returns the exact one-sided 95% bound (Clopper–Pearson) over `recordings`, with 1 or 0 at its
/// other end. If all of n recordings are right, it is 0.05^(1/n), about 1 - 3/n. `None` for any
/// other accuracy.
pub fn accuracy_bound(accuracy: f64, recordings: usize) -> Option<(f64, f64)> {
    if recordings == 0 {
        return None;
    }
    let bound = 0.05f64.powf((recordings as f64).recip());
    if accuracy >= 1.0 {
        Some((bound, 1.0))
    } else if accuracy <= 0.0 {
        Some((0.0, 1.0 - bound))
    } else {
        None
    }
}

/// Returns how many recordings the clips were cut from.
pub fn count_recordings(judged: &[Judged]) -> usize {
    judged.iter().map(|clip| clip.recording.as_str()).collect::<BTreeSet<_>>().len()
}

/// Returns the mean and the sample variance, which is 0 for a single value.
pub fn mean_and_variance(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares = values.map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, squares / (n - 1.0).max(1.0))
}

/// Returns the value below which a share of the sorted values lies, linearly interpolated.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let position = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (position.floor() as usize, position.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (position - low as f64)
}

/// Returns the mean negative log likelihood of the true labels at a temperature.
pub fn negative_log_likelihood(judged: &[Judged], temperature: f64) -> f64 {
    let loss = |clip: &Judged| -softmax(&clip.logits, temperature)[clip.label].max(1e-300).ln();
    judged.iter().map(loss).sum::<f64>() / judged.len().max(1) as f64
}

/// Returns the temperature, 0.1 to 10, with the least negative log likelihood.
pub fn fit_temperature(judged: &[Judged]) -> f64 {
    // The likelihood has one optimum in the temperature: golden-section search on its log.
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (0.1f64.ln(), 10f64.ln());
    for _ in 0..60 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        let loss = |position: f64| negative_log_likelihood(judged, position.exp());
        if loss(left) < loss(right) {
            high = right;
        } else {
            low = left;
        }
    }
    ((low + high) / 2.0).exp()
}

/// Returns the expected calibration error over 15 equally wide bins of confidence.
pub fn calibration_error(judged: &[Judged], temperature: f64) -> f64 {
    const BINS: usize = 15;
    let mut bins = [(0usize, 0.0f64, 0usize); BINS];
    for clip in judged {
        let confidence = clip.confidence(temperature);
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += 1;
        bins[bin].1 += confidence;
        bins[bin].2 += usize::from(clip.is_correct());
    }
    let gaps = bins.iter().map(|(_, confidence, hits)| (confidence - *hits as f64).abs());
    gaps.sum::<f64>() / judged.len().max(1) as f64
}

/// Returns the probability that a value of `above` exceeds one of `below`, ties counted half.
pub fn auroc(above: &[f64], below: &[f64]) -> f64 {
    let mut sorted = below.to_vec();
    sorted.sort_by(f64::total_cmp);
    let wins = |value: &f64| {
        let less = sorted.partition_point(|other| other < value);
        let not_more = sorted.partition_point(|other| other <= value);
        (less + not_more) as f64 / 2.0
    };
    above.iter().map(wins).sum::<f64>() / (above.len() * below.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(label: usize, predicted: usize, recording: &str) -> Judged {
        let mut logits = vec![0.0; 3];
        logits[predicted] = 2.0;
        Judged { logits, label, recording: recording.to_owned() }
    }

    fn labels() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn scores_match_a_manual_computation() {
        // True 0 0 0 1 1, given 0 0 1 1 0; c does not occur.
        let pairs = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0)];
        let clips: Vec<_> = pairs.iter().map(|&(l, p)| judged(l, p, "r")).collect();
        let scores = scores(&clips, &labels());
        assert_eq!(scores.confusion, [[2, 1, 0], [1, 1, 0], [0, 0, 0]]);
        assert!((scores.accuracy - 0.6).abs() < 1e-12);
        let [a, b, c] = &scores.classes[..] else { panic!("three labels") };
        assert!((a.precision - 2.0 / 3.0).abs() < 1e-12 && (a.recall - 2.0 / 3.0).abs() < 1e-12);
        assert!((b.precision - 0.5).abs() < 1e-12 && (b.recall - 0.5).abs() < 1e-12);
        assert_eq!((c.f1, c.support), (0.0, 0));
        // As scikit-learn: c occurs neither among the true nor the given labels.
        assert!((scores.macro_f1 - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-12);
        assert!((accuracy(&clips) - 0.6).abs() < 1e-12);
    }

    #[test]
    fn the_interval_resamples_recordings() {
        // Two recordings of a hundred clips, one all right and one all wrong: the mean may be
        // anything, however many clips there are.
        let mut clips = vec![judged(0, 0, "right"); 100];
        clips.extend(vec![judged(0, 1, "wrong"); 100]);
        assert_eq!(accuracy_interval(&clips, 1), (0.0, 1.0));
        let all_right = vec![judged(0, 0, "right"); 10];
        assert_eq!(accuracy_interval(&all_right, 1), (1.0, 1.0));
        assert_eq!(accuracy_interval(&[], 1), (0.0, 0.0));
    }

    #[test]
    fn all_right_or_all_wrong_has_a_bound() {
        let (low, high) = accuracy_bound(1.0, 10).unwrap_or_default();
        // The chance of ten right ones in a row at that accuracy is 5%.
        assert!((low.powi(10) - 0.05).abs() < 1e-12 && high == 1.0);
        let (low, _) = accuracy_bound(1.0, 1_000).unwrap_or_default();
        assert!((low - (1.0 - 3.0 / 1_000.0)).abs() < 1e-5, "the rule of three");
        let (low, high) = accuracy_bound(0.0, 1).unwrap_or_default();
        assert!(low == 0.0 && (high - 0.95).abs() < 1e-12);
        assert_eq!((accuracy_bound(0.5, 10), accuracy_bound(1.0, 0)), (None, None));
        let clips = ["a", "b", "a"].map(|recording| judged(0, 0, recording));
        assert_eq!(count_recordings(&clips), 2);
    }

    #[test]
    fn quantiles_are_interpolated() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 1.0), 4.0);
        assert!((quantile(&sorted, 0.1) - 1.3).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn the_temperature_recovers_a_known_one() {
        // Labels follow softmax(logits / 2): e^(2/2) of e^(2/2) + 2 of them are right.
        let right = (1.0f64.exp() / (1.0f64.exp() + 2.0) * 10_000.0).round() as usize;
        let mut clips = vec![judged(0, 0, "r"); right];
        clips.extend(vec![judged(1, 0, "r"); (10_000 - right) / 2]);
        clips.extend(vec![judged(2, 0, "r"); (10_000 - right) / 2]);
        let temperature = fit_temperature(&clips);
        assert!((temperature - 2.0).abs() < 0.01, "{temperature}");
        assert!(calibration_error(&clips, temperature) < 0.01);
        assert!(calibration_error(&clips, 1.0) > 0.1);
    }

    #[test]
    fn auroc_counts_pairs() {
        assert_eq!(auroc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auroc(&[0.1], &[0.9]), 0.0);
        // Pairs: 0.5 against 0.5 (half), 0.5 > 0.2, 0.3 < 0.5, 0.3 > 0.2.
        assert!((auroc(&[0.5, 0.3], &[0.5, 0.2]) - 2.5 / 4.0).abs() < 1e-12);
    }
}
