//! From trained weights to the files that ship: model, evaluation, card, reference values.

use super::card;
use super::checkpoint::{Checkpoint, sha256_hex};
use super::describe::{self, About, Use};
use super::evaluation::{Evaluation, HeadScore};
use super::golden;
use super::graph::{self, Weights};
use super::material::{Material, Role};
use super::measure::{Measured, Share};
use super::plan::Plan;
use super::quantise::Stored;
use super::reference::Differences;
use super::taxonomy;
use super::usage::{Anywhere, Usage};
use crate::files::write_atomically;
use crate::files::write_text;
use crate::nn::net::Array;
use crate::program::today;
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use prost::Message;
use sourcing_sound::{Labels, Model, Taxonomy};
use std::io::Write;
use std::path::Path;

/// Largest accepted file: what a page can ask people to wait for.
pub const MAX_BYTES: usize = 1_200_000;

/// Builds model files that differ in their weights and in how they are used.
pub struct Factory<'a> {
    /// The shape.
    pub checkpoint: &'a Checkpoint,
    /// The labels, in order.
    pub labels: Labels,
    /// Their groups and parents.
    pub taxonomy: Taxonomy,
    /// What they are trained on, in words.
    pub training_data: String,
    /// What was left out.
    pub folds: String,
    /// Stands for settings, checkpoint and audio.
    pub config_hash: String,
}

impl<'a> Factory<'a> {
    /// Reads the labels of the checkpoint in `from` and their groups in `out`.
    ///
    /// # Errors
    /// When the two are not about the same labels, or not about the network's outputs.
    pub fn new(
        checkpoint: &'a Checkpoint,
        material: &Material,
        plan: &Plan,
        (from, out): (&Path, &Path),
    ) -> Result<Self> {
        let (labels, taxonomy) = taxonomy::read(out, &taxonomy::mapped(from)?)?;
        let outputs = checkpoint.layout.labels;
        ensure!(labels.len() == outputs, "{} labels for {outputs} outputs", labels.len());
        let count = |role| material.clips.iter().filter(|clip| clip.role == role).count();
        let (trained, test) = (count(Role::Training), count(Role::Test));
        let sets = material.sets.join(", ");
        Ok(Self {
            checkpoint,
            labels,
            taxonomy,
            training_data: format!(
                "begun from EfficientAT mn04 (AudioSet; F. Schmid, K. Koutini, G. Widmer, ICASSP \
                 2023), taught by it on {trained} clips of {sets}; no label of a data set was used"
            ),
            folds: format!(
                "{} clips of other recordings to choose with, {test} of others still to measure",
                count(Role::Validation)
            ),
            config_hash: short_hash(&serde_json::to_string(plan)?),
        })
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When the weights do not fit.
    pub fn file(
        &self,
        weights: &[Array],
        kind: Weights,
        used: Use,
        accuracy: &str,
    ) -> Result<Vec<u8>> {
        let about = About {
            labels: self.labels.clone(),
            taxonomy: self.taxonomy.clone(),
            embedding_size: self.checkpoint.layout.embedding(),
            accuracy: accuracy.to_owned(),
            training_data: self.training_data.clone(),
            folds: self.folds.clone(),
            config_hash: self.config_hash.clone(),
        };
        let properties = describe::metadata(about, used).to_props();
        Ok(graph::model(&self.checkpoint.layout, weights, kind, properties)?.encode_to_vec())
    }

    /// The model that a file is read as.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub fn model(&self, weights: &[Array], kind: Weights, used: Use) -> Result<Model> {
        Ok(Model::from_onnx(&self.file(weights, kind, used, "not measured")?)?)
    }
}

/// What is known once everything is measured.
pub struct Results<'a> {
    /// The trained weights, as stored.
    pub weights: &'a [Array],
    /// Settings.
    pub plan: &'a Plan,
    /// The command that the user typed.
    pub command: String,
    /// From the authors' outputs.
    pub from_the_original: Differences,
    /// How the weights were chosen.
    pub shares: Vec<Share>,
    /// The comparison.
    pub measured: Measured,
    /// Windows and hops.
    pub usage: Vec<Usage>,
    /// Brief events in several places.
    pub anywhere: Anywhere,
    /// The choice.
    pub used: Use,
    /// Evaluations of heads.
    pub heads: Vec<HeadScore>,
}

/// Writes model, evaluation and card to `out`, and reference values to `golden`.
///
/// # Errors
/// When the file is too large, cannot be loaded again, says anything else than the trained
/// network, or cannot be written.
pub fn write(
    factory: &Factory<'_>,
    material: &Material,
    results: Results<'_>,
    (out, golden): (&Path, Option<&Path>),
) -> Result<Evaluation> {
    let accuracy = accuracy_line(&results.measured);
    let bytes = factory.file(results.weights, Weights::Stored, results.used, &accuracy)?;
    ensure!(bytes.len() <= MAX_BYTES, "the file has {} bytes of {MAX_BYTES}", bytes.len());
    let model = Model::from_onnx(&bytes).context("loading the exported network")?;
    let checkpoint = factory.checkpoint;
    let reference = golden::compare(&checkpoint.layout, results.weights, &model)?;
    let n_parameters = results.weights.iter().map(|array| array.values.len()).sum::<usize>();
    let stored = results.weights.iter().map(|array| Stored::new(array).bytes()).sum();
    let audio = material.sets.iter().enumerate().map(|(set, name)| {
        let of_set = || material.clips.iter().filter(move |clip| clip.set == set);
        let count = |role| of_set().filter(|clip| clip.role == role).count();
        (name.clone(), count(Role::Training), count(Role::Validation), count(Role::Test))
    });
    let evaluation = Evaluation {
        schema_version: 1,
        date: today(),
        command: results.command,
        config_hash: factory.config_hash.clone(),
        plan: results.plan.clone(),
        checkpoint_sha256: checkpoint.sha256.clone(),
        from_the_original: results.from_the_original,
        n_parameters,
        weight_bytes: (4 * n_parameters, stored),
        file_bytes: bytes.len(),
        audio: audio.collect(),
        shares: results.shares,
        measured: results.measured,
        usage: results.usage,
        anywhere: results.anywhere,
        used: results.used,
        export_difference: (reference.differences.score, reference.differences.embedding),
        heads: results.heads,
    };
    let text = card::text(&evaluation, model.metadata(), &sha256_hex(&bytes))?;
    write_atomically(&out.join("model.onnx"), |file| file.write_all(&bytes))?;
    let written = std::fs::read(out.join("model.onnx"))?;
    ensure!(written == bytes, "{}: the file is not what was written", out.display());
    write_text(&out.join("evaluation.json"), &(serde_json::to_string_pretty(&evaluation)? + "\n"))?;
    write_text(&out.join("CARD.md"), &text)?;
    if let Some(golden) = golden {
        reference.write(golden)?;
    }
    Ok(evaluation)
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

/// What a head's evaluation says of a network: `NETWORK=FILE`.
///
/// # Errors
/// When the file cannot be read or is no head's evaluation.
pub fn head_score(argument: &str) -> Result<HeadScore> {
    let (network, path) = argument.split_once('=').context("expected NETWORK=FILE")?;
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let means = ["mean_of_whole_folds", "mean"].into_iter().find_map(|key| value[key].as_object());
    let means = means.with_context(|| format!("{path}: no accuracy was measured"))?;
    let number = |key: &str| {
        means.get(key).and_then(serde_json::Value::as_f64).with_context(|| format!("{path}: {key}"))
    };
    let folds = means.get("test_folds").and_then(serde_json::Value::as_array);
    let folds = folds.into_iter().flatten().filter_map(|fold| fold.as_str().map(str::to_owned));
    Ok(HeadScore {
        head: value["head"].as_str().unwrap_or_default().to_owned(),
        network: network.to_owned(),
        folds: folds.collect(),
        accuracy: number("accuracy")?,
        macro_f1: number("macro_f1")?,
    })
}
