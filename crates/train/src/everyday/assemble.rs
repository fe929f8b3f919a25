//! Assembles the files that ship from trained weights: model, evaluation, card, reference values.

use super::card;
use super::checkpoint::{Checkpoint, sha256_hex};
use super::describe::{self, Use};
use super::evaluation::{Evaluation, HeadScore};
use super::golden::{self, Golden};
use super::graph::{self, Weights};
use super::material::{Material, Role};
use super::measure::Measured;
use super::plan::Plan;
use super::taxonomy;
use crate::files::write_text;
use crate::nn::net::Array;
use crate::publish::file::{write_evaluation, write_model};
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use prost::Message;
use serde::Deserialize;
use sourcing_sound::{Card, Labels, Model, Taxonomy};
use std::path::Path;

/// Largest accepted file in bytes: what visitors of a page can be expected to wait for.
pub const MAX_BYTES: usize = 1_200_000;

/// Builds model files that differ in their weights and settings.
pub struct Factory<'a> {
    /// The shape of the network.
    pub checkpoint: &'a Checkpoint,
    labels: (Labels, Taxonomy),
    /// What all files state before anything is measured.
    pub card: Card,
}

impl<'a> Factory<'a> {
    /// Reads the labels of the checkpoint in `from` and their groups in `out`. `licence` states the
    /// terms of the weights.
    ///
    /// # Errors
    /// When the two do not have the same labels, or not those of the network's outputs.
    pub fn new(
        checkpoint: &'a Checkpoint,
        material: &Material,
        plan: &Plan,
        (from, out): (&Path, &Path),
        licence: String,
    ) -> Result<Self> {
        let (labels, taxonomy) = taxonomy::read(out, &taxonomy::mapped(from)?)?;
        let outputs = checkpoint.layout.labels;
        ensure!(labels.len() == outputs, "{} labels for {outputs} outputs", labels.len());
        let count = |role| material.clips.iter().filter(|clip| clip.role == role).count();
        let card = Card {
            accuracy: "not measured".to_owned(),
            licence,
            training_data: format!(
                "begun from EfficientAT mn04 (AudioSet; F. Schmid, K. Koutini, G. Widmer, ICASSP \
                 2023), taught by it on {} clips of {}; no label of a data set was used",
                count(Role::Training),
                material.sets.join(", ")
            ),
            folds: format!(
                "{} clips of other recordings to choose with, {} of others still to measure",
                count(Role::Validation),
                count(Role::Test)
            ),
            config_hash: short_hash(&serde_json::to_string(plan)?),
        };
        Ok(Self { checkpoint, labels: (labels, taxonomy), card })
    }

    /// Returns the bytes of a file; `accuracy` states what was measured.
    pub fn file(
        &self,
        weights: &[Array],
        kind: Weights,
        used: Use,
        accuracy: &str,
    ) -> Result<Vec<u8>> {
        let layout = &self.checkpoint.layout;
        let card = Card { accuracy: accuracy.to_owned(), ..self.card.clone() };
        let metadata = describe::metadata(self.labels.clone(), layout.embedding(), card, used);
        let properties = metadata.to_props();
        Ok(graph::model(layout, weights, kind, properties)?.encode_to_vec())
    }

    /// Returns the hash of labels, groups and parents.
    pub fn labels_hash(&self) -> String {
        taxonomy::hash(&self.labels)
    }

    /// Creates a model with the weights as stored, to measure it.
    pub fn model(&self, weights: &[Array], used: Use) -> Result<Model> {
        let bytes = self.file(weights, Weights::Stored, used, &self.card.accuracy)?;
        Ok(Model::from_onnx(&bytes)?)
    }
}

/// The model file that ships, checked against the trained network.
pub struct Export {
    /// The file.
    pub bytes: Vec<u8>,
    /// The model that was read from it.
    model: Model,
    /// The trained network's outputs for the tests' sounds.
    pub golden: Golden,
}

impl Export {
    /// # Errors
    /// When the file is too large, cannot be loaded, or differs from the trained network.
    pub fn new(
        factory: &Factory<'_>,
        weights: &[Array],
        used: Use,
        measured: &Measured,
    ) -> Result<Self> {
        let bytes = factory.file(weights, Weights::Stored, used, &accuracy_line(measured))?;
        ensure!(bytes.len() <= MAX_BYTES, "the file has {} bytes of {MAX_BYTES}", bytes.len());
        let model = Model::from_onnx(&bytes).context("loading the exported network")?;
        let golden = golden::compare(&factory.checkpoint.layout, weights, &model)?;
        Ok(Self { bytes, model, golden })
    }

    /// Writes model, evaluation and card to `out`, and reference values to `golden`.
    pub fn write(&self, evaluation: &Evaluation, out: &Path, golden: Option<&Path>) -> Result<()> {
        let card = card::text(evaluation, self.model.metadata(), &sha256_hex(&self.bytes))?;
        write_model(&out.join("model.onnx"), &self.bytes)?;
        write_evaluation(&out.join("evaluation.json"), evaluation)?;
        write_text(&out.join("CARD.md"), &card)?;
        golden.map_or(Ok(()), |folder| self.golden.write(folder))
    }
}

fn accuracy_line(measured: &Measured) -> String {
    let last = |shares: &[f64]| 100.0 * shares.last().copied().unwrap_or_default();
    let clean = &measured.clean;
    format!(
        "names what its teacher, EfficientAT mn04 (mean average precision 0.432 on AudioSet's \
         evaluation set, as published), names in {:.1}% of 4 s windows (n = {} of {} left-out \
         recordings)",
        last(&clean.shares),
        clean.n,
        clean.recordings
    )
}

/// The means in a head's evaluation that the card shows.
#[derive(Deserialize)]
struct Means {
    #[serde(default)]
    test_folds: Vec<String>,
    accuracy: f64,
    macro_f1: f64,
}

/// Reads the scores in a head's evaluation, for the network that it is based on: `NETWORK=FILE`.
pub fn head_score(argument: &str) -> Result<HeadScore> {
    let (network, path) = argument.split_once('=').context("expected NETWORK=FILE")?;
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let means = ["mean_of_whole_folds", "mean"].map(|key| &value[key]);
    let means = means.into_iter().find(|means| means.is_object());
    let means = means.with_context(|| format!("{path}: no accuracy was measured"))?;
    let means: Means = serde_json::from_value(means.clone()).with_context(|| path.to_owned())?;
    Ok(HeadScore {
        head: value["head"].as_str().unwrap_or_default().to_owned(),
        network: network.to_owned(),
        folds: means.test_folds,
        accuracy: means.accuracy,
        macro_f1: means.macro_f1,
    })
}
