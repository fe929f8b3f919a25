//! Assembles a model folder from finished stages: calibration, export, evaluation, card.

use crate::data::columns::Columns;
use crate::files::write_text;
use crate::metrics::{self, Judged};
use crate::model::card::card;
use crate::model::config::SEGMENT_FRAMES;
use crate::model::evaluation::{self, Calibration, Evaluation, SCHEMA_VERSION, Shipped};
use crate::model::export::{MIN_CHECKS, export};
use crate::model::material::{self, Material};
use crate::model::rejection::{self, Unknowns};
use crate::model::stage::{StageResult, columns};
use crate::nn::infer::Folded;
use crate::program::today;
use crate::progress;
use crate::publish::file::write_evaluation;
use crate::publish::provenance::Provenance;
use crate::publish::statement;
use anyhow::{Context, Result};
use sourcing_sound::{Labels, ModelMetadata, Padding};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Clips to check an export on, spread over the data set.
const CHECKED_CLIPS: usize = 4 * MIN_CHECKS;

/// What a model folder is made from.
pub struct Assembly<'a> {
    /// Name of the model.
    pub name: &'a str,
    /// The command that the user typed.
    pub command: String,
    /// The data.
    pub material: &'a Material,
    /// The origin of the data.
    pub provenance: &'a Provenance,
    /// The stages that left out folds.
    pub stages: &'a [StageResult],
    /// The stage that left out nothing.
    pub last: &'a StageResult,
    /// Folders of recordings of none of the labels.
    pub unknown: &'a [PathBuf],
    /// Folder of cached features.
    pub work: &'a Path,
    /// Where the model goes.
    pub out: &'a Path,
}

impl Assembly<'_> {
    /// Writes `model.onnx`, `evaluation.json` and `CARD.md`.
    pub fn write(&self) -> Result<Evaluation> {
        let labels = &self.material.labels;
        let pooled: Vec<_> = self.stages.iter().flat_map(|s| s.judged.clone()).collect();
        let calibration = match pooled.is_empty() {
            true => Calibration { temperature: 1.0, rejection_threshold: 0.0 },
            false => evaluation::calibrate(&pooled),
        };
        let stages: Vec<_> = self.stages.iter().map(|s| evaluation::stage(s, labels)).collect();
        let mut network = self.last.folded()?;
        let rejection = match self.unknowns()? {
            Some(unknowns) if !self.stages.is_empty() => {
                let judged = rejection::judge(
                    self.stages,
                    &unknowns,
                    |stage| self.features(stage),
                    |stage, segments| self.pooled(stage, &segments.iter().collect::<Vec<_>>()),
                )?;
                network = self.with_rejection_output(network, &unknowns)?;
                Some(judged)
            }
            _ => None,
        };
        let threshold = rejection.as_ref().map(|output| output.threshold);
        let metadata = self.metadata(&stages, calibration, threshold)?;
        let unknown = self.unknown(&network, &pooled, calibration, threshold)?;
        let path = self.out.join("model.onnx");
        let export_difference = export(&path, &network, &metadata, &self.checked_clips())?;
        let evaluation = Evaluation {
            schema_version: SCHEMA_VERSION,
            model: self.name.to_owned(),
            date: today(),
            command: self.command.clone(),
            seed: self.last.plan.train.seed,
            config_hash: self.last.plan.hash(),
            config: self.last.plan.clone(),
            labels: labels.clone(),
            n_parameters: self.last.weights.n_parameters(),
            data: self.material.summary.clone(),
            mean: evaluation::means(&stages),
            stages,
            shipped: shipped(self.last, &pooled, calibration, unknown, export_difference),
            rejection,
        };
        write_evaluation(&self.out.join("evaluation.json"), &evaluation)?;
        write_text(&self.out.join("CARD.md"), &card(&evaluation, &metadata, self.provenance))?;
        Ok(evaluation)
    }

    fn metadata(
        &self,
        stages: &[evaluation::StageEvaluation],
        calibration: Calibration,
        other_threshold: Option<f64>,
    ) -> Result<ModelMetadata> {
        let plan = &self.last.plan;
        let trained = self.material.clips.iter().map(|clip| &clip.slice);
        let made = (plan.train.seed, plan.hash());
        Ok(ModelMetadata {
            name: self.name.to_owned(),
            description: self.provenance.description.clone(),
            labels: Labels::new(self.material.labels.clone())?,
            front_end: self.material.front_end.clone(),
            mean: self.last.facts.mean,
            std: self.last.facts.std,
            segment_frames: SEGMENT_FRAMES,
            patch: None,
            decision: statement::decision(
                0.5,
                calibration.temperature as f32,
                calibration.rejection_threshold as f32,
            ),
            padding: Padding::Silence,
            other_threshold: other_threshold.map(|threshold| threshold as f32),
            embedding_size: None,
            taxonomy: None,
            card: statement::card(self.provenance, trained, ("networks", stages), made),
        })
    }

    /// Returns what the output "none of the labels" is fitted on; `None` without background
    /// recordings.
    fn unknowns(&self) -> Result<Option<Unknowns>> {
        let Material { background, background_origins, front_end, .. } = self.material;
        if background.is_empty() {
            return Ok(None);
        }
        let samples = (SEGMENT_FRAMES - 1) * front_end.hop_length;
        let seconds = samples as f64 / f64::from(front_end.sample_rate);
        let seed = self.last.plan.train.seed;
        let background = background.iter().zip(background_origins);
        Unknowns::new(background, segments, front_end, seconds, seed).map(Some)
    }

    /// Returns pooled features of columns by a stage's network, as in use.
    fn pooled(&self, stage: &StageResult, columns: &[&Columns]) -> Result<Vec<Vec<f32>>> {
        let silence = self.material.front_end.silent_value();
        stage.folded()?.pooled_segments(columns, SEGMENT_FRAMES, silence, stage.normalisation())
    }

    fn features(&self, stage: &StageResult) -> Result<rejection::Features> {
        let split = self.material.split(&stage.facts.test_folds)?;
        Ok(rejection::Features {
            train: self.pooled(stage, &columns(&split.train))?,
            recordings: split.train.iter().map(|clip| clip.slice.recording.clone()).collect(),
            test: self.pooled(stage, &columns(&split.test))?,
        })
    }

    fn with_rejection_output(&self, network: Folded, unknowns: &Unknowns) -> Result<Folded> {
        let features = self.features(self.last)?;
        let segments: Vec<_> = unknowns.segments.iter().collect();
        let against = self.pooled(self.last, &segments)?;
        let seed = self.last.plan.train.seed;
        let output = rejection::fit(&features, &against, &unknowns.recordings, seed);
        Ok(rejection::append(network, &output))
    }

    fn checked_clips(&self) -> Vec<&Columns> {
        let clips = &self.material.clips;
        let step = (clips.len() / CHECKED_CLIPS).max(1);
        let spread = clips.iter().step_by(step);
        let clips = spread.map(|clip| &clip.columns).filter(|c| c.frames() <= SEGMENT_FRAMES);
        clips.take(CHECKED_CLIPS).collect()
    }

    fn unknown(
        &self,
        network: &Folded,
        known: &[Judged],
        calibration: Calibration,
        other_threshold: Option<f64>,
    ) -> Result<Vec<evaluation::Unknown>> {
        let mut found = Vec::new();
        for folder in self.unknown {
            let name = folder.file_name().context("an --unknown folder has no name")?;
            let name = name.to_string_lossy().into_owned();
            let front_end = &self.material.front_end;
            let unlabelled = material::unlabelled(folder, self.work, &name, front_end)?;
            progress::unusable(&unlabelled.failures);
            let recordings: BTreeSet<_> = unlabelled.origins.iter().collect();
            let segments: Vec<_> = unlabelled.columns.iter().flat_map(segments).collect();
            let features = self.pooled(self.last, &segments.iter().collect::<Vec<_>>())?;
            let logits: Vec<_> = features.iter().map(|row| network.linear.logits(row)).collect();
            let rejection = (calibration, other_threshold);
            found.push(evaluation::unknown(&name, recordings.len(), &logits, known, rejection));
        }
        Ok(found)
    }
}

fn shipped(
    last: &StageResult,
    pooled: &[Judged],
    calibration: Calibration,
    unknown: Vec<evaluation::Unknown>,
    export_difference: f32,
) -> Shipped {
    let Calibration { temperature, rejection_threshold } = calibration;
    Shipped {
        n_train: last.facts.n_train,
        minutes: last.facts.minutes,
        temperature,
        calibration_error: metrics::calibration_error(pooled, temperature),
        rejection_threshold,
        passing_correct: evaluation::passing(pooled, calibration, true),
        rejected_wrong: 1.0 - evaluation::passing(pooled, calibration, false),
        unknown,
        export_difference,
    }
}

/// Cuts columns into segments; a rest of at least half a segment, or a whole short recording,
/// counts too.
fn segments(columns: &Columns) -> Vec<Columns> {
    let n_mels = columns.n_mels;
    let pieces = columns.values.chunks(SEGMENT_FRAMES * n_mels).enumerate();
    pieces
        .filter(|(index, piece)| *index == 0 || piece.len() / n_mels * 2 >= SEGMENT_FRAMES)
        .map(|(_, piece)| Columns { n_mels, values: piece.to_vec() })
        .collect()
}
