//! Turns scores into figures: rows of `predictions.csv`, the record of a split, summaries.

use crate::experiment::method::{Setup, Split, Verdict};
use crate::experiment::record::{
    Binary, OperatingPoint, PredictionRow, SplitRecord, Summary, mean_and_sd,
};
use anyhow::{Result, ensure};
use sourcing_sound_train::metrics::binary::{self, Counts, CurvePoint};
use sourcing_sound_train::metrics::{self, Judged};
use std::path::Path;

/// Refuses a verdict that does not fit its split.
pub fn check(verdict: &Verdict, split: &Split, n_labels: usize) -> Result<()> {
    let (given, wanted) = (verdict.scores.len(), split.test.len());
    ensure!(given == wanted, "scores for {given} clips, {wanted} are tested");
    for (scores, &clip) in verdict.scores.iter().zip(&split.test) {
        let sum: f32 = scores.iter().sum();
        ensure!(
            scores.len() == n_labels && (sum - 1.0).abs() < 1e-3,
            "clip {clip}: {} scores that add up to {sum}, expected {n_labels} that add up to 1",
            scores.len()
        );
    }
    Ok(())
}

/// Returns the rows of a split's tested clips. Paths are relative to `root`, with forward slashes.
pub fn rows(
    setup: &Setup<'_>,
    root: &Path,
    split: &Split,
    verdict: &Verdict,
) -> Vec<PredictionRow> {
    let row = |(&index, scores): (&usize, &Vec<f32>)| {
        let slice = &setup.slices[index];
        let path = slice.path.strip_prefix(root).unwrap_or(&slice.path);
        let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
        let label = setup.method.target(slice);
        let clip = Judged { logits: scores.clone(), label, recording: slice.recording.clone() };
        PredictionRow {
            split: split.name.clone(),
            path: parts.collect::<Vec<_>>().join("/"),
            fold: slice.fold,
            label,
            predicted: clip.predicted(),
            recording: clip.recording,
            scores: clip.logits,
        }
    };
    split.test.iter().zip(&verdict.scores).map(row).collect()
}

/// Converts rows to the form of the metrics. Only the order of the scores matters there.
pub fn clips<'a>(rows: impl IntoIterator<Item = &'a PredictionRow>) -> Vec<Judged> {
    let clip = |row: &PredictionRow| Judged {
        logits: row.scores.clone(),
        label: row.label,
        recording: row.recording.clone(),
    };
    rows.into_iter().map(clip).collect()
}

/// Returns the record of a split.
pub fn split_record(
    setup: &Setup<'_>,
    split: &Split,
    shuffled: bool,
    verdict: &Verdict,
    rows: &[PredictionRow],
) -> SplitRecord {
    let clips = clips(rows);
    SplitRecord {
        name: split.name.clone(),
        shuffled,
        n_train: split.train.len(),
        n_validation: split.validation.len(),
        n_test: rows.len(),
        n_test_recordings: metrics::count_recordings(&clips),
        n_dropped: split.dropped,
        accuracy_interval: interval(&clips, setup.seed),
        scores: metrics::scores(&clips, setup.labels),
        binary: setup.method.positive().map(|positive| binary(positive, rows, &verdict.thresholds)),
        curve: verdict.curve.clone(),
        details: verdict.details.clone(),
        seconds: verdict.seconds,
    }
}

fn binary(positive: &str, rows: &[PredictionRow], thresholds: &[(String, f64)]) -> Binary {
    let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.scores[1])).collect();
    let truths: Vec<bool> = rows.iter().map(|row| row.label == 1).collect();
    let prevalence =
        truths.iter().filter(|truth| **truth).count() as f64 / truths.len().max(1) as f64;
    let point = |(name, threshold): &(String, f64)| {
        let counts = Counts::at(*threshold, &scores, &truths);
        OperatingPoint {
            name: name.clone(),
            threshold: *threshold,
            accuracy: counts.accuracy(),
            balanced_accuracy: counts.balanced_accuracy(),
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
        }
    };
    let curve = rising(binary::precision_recall_curve(&scores, &truths));
    Binary {
        positive: positive.to_owned(),
        prevalence,
        accuracy_of_never: 1.0 - prevalence,
        balanced_accuracy: Counts::at(0.5, &scores, &truths).balanced_accuracy(),
        average_precision: binary::average_precision(&scores, &truths),
        auroc: binary::auroc(&scores, &truths),
        curve: curve.iter().map(|p| (p.recall, p.precision, p.threshold)).collect(),
        operating_points: thresholds.iter().map(point).collect(),
    }
}

/// Returns the 95% interval of the accuracy over recordings. If all clips are right or all are
/// wrong, resampling shows no variation, and it is the one-sided bound.
fn interval(clips: &[Judged], seed: u64) -> (f64, f64) {
    let bound = metrics::accuracy_bound(metrics::accuracy(clips), metrics::count_recordings(clips));
    bound.unwrap_or_else(|| metrics::accuracy_interval(clips, seed))
}

/// Returns the points at which the recall rises. They are the corners of the steps that the average
/// precision sums; between them the precision only falls.
fn rising(mut curve: Vec<CurvePoint>) -> Vec<CurvePoint> {
    let mut reached = 0.0;
    curve.retain(|point| {
        let rises = point.recall > reached;
        reached = point.recall;
        rises
    });
    curve
}

/// Returns the means over the official or the shuffled splits, and the accuracy over all their
/// tested clips. `None` if there are none.
pub fn summary(
    scored: &[(SplitRecord, Vec<PredictionRow>)],
    shuffled: bool,
    seed: u64,
) -> Option<Summary> {
    let (splits, rows): (Vec<_>, Vec<_>) = scored
        .iter()
        .filter(|(split, _)| split.shuffled == shuffled)
        .map(|(split, rows)| (split, rows))
        .unzip();
    let pooled = clips(rows.into_iter().flatten());
    let accuracies = splits.iter().map(|split| split.scores.accuracy);
    let (accuracy, accuracy_sd) = mean_and_sd(accuracies);
    (!splits.is_empty()).then(|| Summary {
        splits: splits.len(),
        n_test: pooled.len(),
        accuracy,
        accuracy_sd,
        pooled_accuracy: metrics::accuracy(&pooled),
        pooled_interval: interval(&pooled, seed),
        macro_f1: mean_and_sd(splits.iter().map(|split| split.scores.macro_f1)).0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::boosting::{Boosting, Rows};

    fn row(recording: &str, label: usize, score: f32) -> PredictionRow {
        PredictionRow {
            split: "1".into(),
            path: "a.wav".into(),
            recording: recording.into(),
            fold: 1,
            label,
            predicted: usize::from(score > 0.5),
            scores: vec![1.0 - score, score],
        }
    }

    fn record(rows: &[PredictionRow]) -> SplitRecord {
        let split = Split {
            name: "1".into(),
            train: vec![],
            validation: vec![],
            test: (0..rows.len()).collect(),
            dropped: 2,
        };
        let setup = Setup {
            method: &Boosting::new(Rows::Statistics, 1, "horn"),
            slices: &[],
            labels: &["not horn".into(), "horn".into()],
            seed: 1,
        };
        let thresholds = vec![("0.5".to_owned(), 0.5), ("low".to_owned(), 0.25)];
        split_record(&setup, &split, false, &Verdict { thresholds, ..Verdict::default() }, rows)
    }

    #[test]
    fn the_accuracy_paradox_is_shown() {
        // Nine of ten clips are not horns, and the horn's score stays below one half.
        let mut rows: Vec<_> = (0..9).map(|n| row(&n.to_string(), 0, 0.1)).collect();
        rows.push(row("9", 1, 0.4));
        let record = record(&rows);
        let binary = record.binary.as_ref().expect("there is a positive label");
        assert!((binary.accuracy_of_never - 0.9).abs() < 1e-12);
        assert!((record.scores.accuracy - 0.9).abs() < 1e-12);
        assert_eq!((binary.balanced_accuracy, binary.average_precision), (0.5, 1.0));
        let [half, low] = &binary.operating_points[..] else { panic!("two points") };
        assert_eq!((half.precision, half.recall, half.f1), (0.0, 0.0, 0.0));
        assert_eq!((low.precision, low.recall, low.accuracy), (1.0, 1.0, 1.0));
        assert_eq!((record.n_test, record.n_test_recordings, record.n_dropped), (10, 10, 2));
    }

    #[test]
    fn splits_count_once_and_clips_are_pooled() {
        let (first, second) = (vec![row("a", 1, 0.9)], vec![row("b", 0, 0.9); 3]);
        let scored = [first, second].map(|rows| (record(&rows), rows));
        assert_eq!(summary(&scored, true, 1), None);
        let summary = summary(&scored, false, 1).expect("there are official splits");
        assert_eq!((summary.splits, summary.n_test), (2, 4));
        assert_eq!((summary.accuracy, summary.pooled_accuracy), (0.5, 0.25));
        assert!((summary.accuracy_sd - 0.5f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_curve_adds_up_to_the_average_precision() {
        // One of 50 clips is a horn.
        let rows: Vec<_> = (0..1_000)
            .map(|n| row(&n.to_string(), usize::from(n % 50 == 7), 1.0 - n as f32 / 1_000.0))
            .collect();
        let record = record(&rows);
        let binary = record.binary.as_ref().expect("there is a positive label");
        assert_eq!(binary.curve.len(), 20);
        let mut reached = 0.0;
        let area = binary.curve.iter().map(|&(recall, precision, _)| {
            let rise = recall - reached;
            reached = recall;
            rise * precision
        });
        assert!((area.sum::<f64>() - binary.average_precision).abs() < 1e-9);
    }

    #[test]
    fn all_wrong_is_not_certain() {
        let rows: Vec<_> = (0..4).map(|n| row(&n.to_string(), 0, 0.9)).collect();
        let (low, high) = record(&rows).accuracy_interval;
        assert_eq!((low, Some((low, high))), (0.0, metrics::accuracy_bound(0.0, 4)));
        assert!(high > 0.5, "{high}");
    }

    #[test]
    fn a_verdict_that_does_not_fit_is_refused() {
        let split = Split {
            name: "1".into(),
            train: vec![],
            validation: vec![],
            test: vec![0, 1],
            dropped: 0,
        };
        let verdict = |scores| Verdict { scores, ..Verdict::default() };
        assert!(check(&verdict(vec![vec![0.5, 0.5]; 2]), &split, 2).is_ok());
        assert!(check(&verdict(vec![vec![0.5, 0.5]]), &split, 2).is_err());
        assert!(check(&verdict(vec![vec![f32::NAN, 0.5]; 2]), &split, 2).is_err());
        assert!(check(&verdict(vec![vec![1.0]; 2]), &split, 2).is_err());
    }
}
