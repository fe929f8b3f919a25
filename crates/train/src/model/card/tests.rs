//! Checks that the cards of the shipped files are reproduced exactly.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::card;
use crate::data::dataset::Layout;
use crate::model::evaluation::Evaluation;
use crate::publish::provenance::{Provenance, Stated, TrainedOn};
use sourcing_sound::Model;
use std::path::Path;

fn shipped() -> (Evaluation, Model, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/urban-v1");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let evaluation = serde_json::from_slice(&read("evaluation.json")).unwrap();
    let model = Model::from_onnx(&read("model.onnx")).unwrap();
    (evaluation, model, String::from_utf8(read("CARD.md")).unwrap())
}

/// Returns a card as the shipped one is, whose unknown segments were halved by file: it says so.
fn of_shipped(card: &str) -> String {
    card.replace(
        "On clips and recordings left out of its fit",
        "On clips and excerpts left out of its fit",
    )
    .replace(
        "never labelled).",
        "never labelled). Of 84 of the 89 ambient loops there were excerpts both in its fit and \
             among these unknown segments, so the figures of unknown segments are too good.",
    )
}

fn provenance(labels: &[String]) -> Provenance {
    let trained_on = TrainedOn::new(Layout::UrbanSound8k, "data", labels, []);
    Provenance::of("model", &trained_on, &Stated::default())
}

#[test]
fn the_shipped_model_says_what_it_said() {
    let (evaluation, model, stored) = shipped();
    let metadata = model.metadata();
    let provenance = provenance(&evaluation.labels);
    assert_eq!(metadata.description, provenance.description);
    assert_eq!(metadata.card.training_data, provenance.training_data);
    assert_eq!(metadata.card.licence, provenance.licence);
    assert_eq!(of_shipped(&card(&evaluation, metadata, &provenance)), stored);
}

#[test]
fn a_card_of_other_data_does_not_mention_urban_sound() {
    let (mut evaluation, model, _) = shipped();
    (evaluation.model, evaluation.command) = ("own".into(), String::new());
    evaluation.labels = vec!["low".into(), "high".into()];
    evaluation.stages.clear();
    let text = card(&evaluation, model.metadata(), &provenance(&evaluation.labels));
    for foreign in ["rban sound", "CC BY", "Moodist", "66.1% on fold 1", "street", "cities"] {
        assert!(!text.contains(foreign), "{foreign}: {text}");
    }
    assert!(text.contains("Background recordings mixed under the training clips: 257."), "{text}");
    assert!(text.contains("the terms of the recordings that they were trained on"), "{text}");
}
