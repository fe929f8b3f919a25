#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use super::*;
use crate::data::dataset::Layout;
use crate::data::summary::DataSummary;
use crate::head::evaluation as figures;
use crate::metrics;
use crate::publish::provenance::{Stated, TrainedOn};
use std::path::Path;

fn shipped() -> (Evaluation, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/everyday");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (serde_json::from_str(&read("urban.evaluation.json")).unwrap(), read("urban.CARD.md"))
}

fn card_of(evaluation: &Evaluation, layout: Layout) -> String {
    let trained_on = TrainedOn::new(layout, "data", &evaluation.labels, []);
    card(evaluation, &Provenance::of("head", &trained_on, &Stated::default()))
}

/// An evaluation with two labels, and two folds with 20 clips of 10 recordings each.
fn example() -> Evaluation {
    let labels: Vec<_> = ["dog_bark", "hum"].map(str::to_owned).to_vec();
    let stage = |test_folds: &str| StageEvaluation {
        test_folds: test_folds.to_owned(),
        n_train: 20,
        n_dropped: 0,
        n_test: 20,
        n_test_recordings: 10,
        accuracy_interval: (0.7, 0.9),
        accuracy_bound: None,
        scores: metrics::scores_of_confusion(vec![vec![8, 2], vec![2, 8]], &labels),
        own: figures::Figures {
            c: 0.01,
            cross_validated: 0.85,
            candidates: vec![(0.01, 0.85)],
            calibration_error_without: 0.1,
            temperature: 0.8,
            calibration_error: 0.03,
            window_accuracy: Some(0.75),
        },
    };
    let stages = vec![stage("1"), stage("2")];
    let unknown = |name: &str, synthesised: bool, left_out: usize| Unknown {
        name: name.to_owned(),
        synthesised,
        left_out,
        segments: 2_400,
        accepted: 0.08,
        most_named: (!synthesised).then(|| ("hum".to_owned(), 0.05)),
        auroc: 0.97,
        auroc_detector: 0.96,
        auroc_best_score: 0.8,
    };
    Evaluation {
        schema_version: figures::SCHEMA_VERSION,
        head: "mine".to_owned(),
        base: figures::Base { name: "everyday".to_owned(), sha256: "ab".repeat(32) },
        date: "2026-11-28".to_owned(),
        command: "head".to_owned(),
        config_hash: "0123".to_owned(),
        recipe: Recipe {
            features: vec![HeadFeature::EmbeddingMean],
            detector_features: vec![HeadFeature::LogitMean],
            segment_patches: 5,
            window_patches: 1,
            window_step: 4,
            copies: 1,
            seed: 1,
        },
        refines: [("dog_bark".to_owned(), vec!["Bark".to_owned(), "Yip".to_owned()])].into(),
        parents: [("hum".to_owned(), vec!["Noise".to_owned()])].into(),
        labels,
        n_parameters: 1_234,
        data: DataSummary { background: 300, ..DataSummary::default() },
        mean: figures::means(&stages),
        mean_of_whole_folds: None,
        stages,
        shipped: figures::Shipped {
            n_train: 40,
            c: 0.01,
            cross_validated: 0.85,
            temperature: 0.8,
            calibration_error: 0.025,
            detector_c: 0.001,
            detector_cross_validated: Some(0.912),
            rejection_threshold: 0.4,
            kept_correct: 0.92,
            rejected_wrong: 0.4,
            export_difference: 1e-6,
        },
        unknown: vec![unknown("ESC-10", false, 40), unknown("silence", true, 0)],
    }
}

#[test]
fn the_shipped_head_says_what_it_said() {
    let (evaluation, stored) = shipped();
    assert_eq!(card_of(&evaluation, Layout::UrbanSound8k), stored);
}

#[test]
fn figures_and_relations_are_stated() {
    let text = card_of(&example(), Layout::Folders);
    for stated in [
        "| 1 | 20 | 10 | 80.0% | ±10.0 (70.0%–90.0%) | 0.800 | 0.030 (0.100) |",
        "the accuracy is 75.0% (left-out 1), 75.0% (left-out 2).",
        "below 0.400 a segment is rejected as none of the labels. 92.0% of the rightly",
        "| ESC-10 | 2,400 | 8.0% | hum (5.0%) | 0.970 | 0.960 | 0.800 |",
        "| silence | 2,400 | 8.0% | – | 0.970 | 0.960 | 0.800 |",
        "Of `ESC-10` 40 sounds are left out",
        "| dog_bark | Bark; Yip | – |\n| hum | – | Noise |",
        "Of 5 patches of the base model at a time: the mean of the embeddings; for the \
         detector the mean of the base's logits. An altered copy",
        "fitted against 300 sounds of none of the labels",
        "Its penalty (C = 0.001) and its inputs are the trainer's constants",
        "With them it is right about 91.2% of the segments left out",
    ] {
        assert!(text.contains(stated), "{stated}: {text}");
    }
}

#[test]
fn no_mistakes_does_not_mean_never_wrong() {
    let mut evaluation = example();
    let bound = metrics::accuracy_bound(1.0, 10);
    for stage in &mut evaluation.stages {
        (stage.scores.accuracy, stage.accuracy_interval) = (1.0, (1.0, 1.0));
        stage.accuracy_bound = bound;
    }
    evaluation.mean = figures::means(&evaluation.stages);
    assert_eq!(
        evaluation.mean.as_ref().and_then(|mean| mean.accuracy_bound),
        metrics::accuracy_bound(1.0, 20)
    );
    let text = card_of(&evaluation, Layout::Folders);
    for stated in [
        "| 1 | 20 | 10 | 100.0% | at least 74.1% | 0.800 |",
        "| mean | | | 100.0% | at least 86.1% | 0.800 |",
        "exact one-sided 95% bound (Clopper–Pearson)",
        "every left-out clip was right, which still allows it to be wrong up to 13.9% of the",
        "92.0% of the left-out clips pass, all of which are rightly classified.",
    ] {
        assert!(text.contains(stated), "{stated}: {text}");
    }
    assert!(!text.contains("±0.0") && !text.contains("wrong about"), "{text}");

    // One recording with a right and a wrong clip: neither interval nor bound.
    let stage = &mut evaluation.stages[0];
    (stage.scores.accuracy, stage.accuracy_interval) = (0.5, (0.5, 0.5));
    (stage.n_test, stage.n_test_recordings, stage.accuracy_bound) = (2, 1, None);
    let text = card_of(&evaluation, Layout::Folders);
    assert!(text.contains("| 1 | 2 | 1 | 50.0% | not known |"), "{text}");
}

#[test]
fn a_label_cannot_end_a_cell() {
    let mut evaluation = example();
    evaluation.labels[1] = "hum|buzz".to_owned();
    evaluation.refines.insert("hum|buzz".to_owned(), vec!["hum|drone".to_owned()]);
    evaluation.unknown[0].most_named = Some(("hum|buzz".to_owned(), 0.05));
    evaluation.unknown[0].name = "hum|other".to_owned();
    let text = card_of(&evaluation, Layout::Folders);
    for part in ["hum\\|buzz |", "hum\\|drone |", "hum\\|other |", "hum\\|buzz (5.0%) |"] {
        assert!(text.contains(&format!("| {part}")), "{part}: {text}");
    }
    let mut rows = text.lines().filter(|line| line.starts_with('|'));
    assert!(!rows.any(|row| row.contains("hum|")), "{text}");
}
