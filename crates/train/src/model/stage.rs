//! One stage: trains on all clips except the left-out ones, refits, judges the left-out ones, and
//! stores the result on disk.

use crate::data::columns::Columns;
use crate::data::columns::Normalisation;
use crate::data::dataset::format_folds;
use crate::linear::Linear;
use crate::linear::logistic;
use crate::metrics::Judged;
use crate::model::augment::{Augmented, Augmenter};
use crate::model::config::{Plan, TrainConfig};
use crate::model::material::{Clip, Material, Split, plan};
use crate::model::network::NetConfig;
use crate::nn::arrays;
use crate::nn::fit::{self, Job, Outcome};
use crate::nn::infer::Folded;
use crate::nn::net::{Array, Weights};
use crate::nn::plan::refuse_other_plan;
use crate::nn::run::Training;
use crate::program::resuming_command;
use crate::progress;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// What a stage leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSpec {
    /// `fold-1`, `fold-3-9` or `final`.
    pub name: String,
    /// Left-out folds; none in the final stage.
    pub test_folds: BTreeSet<u32>,
}

impl StageSpec {
    /// Creates the stage that leaves out a group of folds.
    pub fn leaving_out(test_folds: BTreeSet<u32>) -> Self {
        Self { name: format!("fold-{}", format_folds(&test_folds)), test_folds }
    }

    /// Creates the stage that trains on everything.
    pub fn everything() -> Self {
        Self { name: "final".to_owned(), test_folds: BTreeSet::new() }
    }
}

/// A finished stage.
#[derive(Clone, Debug)]
pub struct StageResult {
    /// What was trained on and how.
    pub plan: Plan,
    /// Numbers about the training.
    pub facts: Facts,
    /// The averaged weights as trained.
    pub weights: Weights,
    /// The last layer from logistic regression, if refitting is on.
    pub refitted: Option<Linear>,
    /// Left-out clips, judged as in use: by the segment, padded with silence.
    pub judged: Vec<Judged>,
    /// The same with the last layer as trained.
    pub judged_as_trained: Vec<Judged>,
    /// The same as `judged`, with every clip at its own length.
    pub judged_native: Vec<Judged>,
}

/// Numbers about a finished training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Left-out folds.
    pub test_folds: BTreeSet<u32>,
    /// Training clips.
    pub n_train: usize,
    /// Clips excluded from training because their recording is in a left-out fold.
    pub n_dropped: usize,
    /// Mean of the inputs.
    pub mean: f32,
    /// Standard deviation of the inputs.
    pub std: f32,
    /// The chosen `C` of the refit and its cross-validated accuracy.
    pub refit_c: Option<(f64, f64)>,
    /// Minutes of training.
    pub minutes: f64,
}

impl StageResult {
    /// Returns the network for use: with folded batch norm, and the refitted layer if there is one.
    pub fn folded(&self) -> Result<Folded> {
        let mut folded = Folded::new(&self.plan.network(), &self.weights)?;
        if let Some(linear) = &self.refitted {
            folded.linear = linear.clone();
        }
        Ok(folded)
    }

    /// Returns the normalisation of its inputs.
    pub fn normalisation(&self) -> Normalisation {
        Normalisation { mean: self.facts.mean, std: self.facts.std }
    }
}

/// What all stages of a model share.
pub struct Shared<'a> {
    /// The audio.
    pub material: &'a Material,
    /// Settings.
    pub train: &'a TrainConfig,
    /// Layout of the network.
    pub net: &'a NetConfig,
    /// Columns of a segment.
    pub segment_frames: usize,
    /// Folder for checkpoints and results.
    pub work: &'a Path,
    /// Whether the command has the option `--fresh`, which would delete the work if it were
    /// repeated.
    pub fresh: bool,
    /// Set when the run should stop.
    pub stop: &'a AtomicBool,
}

impl Shared<'_> {
    fn folder(&self, spec: &StageSpec) -> PathBuf {
        self.work.join(&spec.name)
    }

    /// Returns the paths of its checkpoint and its result.
    fn files(&self, spec: &StageSpec) -> [PathBuf; 2] {
        ["checkpoint.bin", "result.bin"].map(|name| self.folder(spec).join(name))
    }

    /// Removes what earlier runs left of a stage.
    pub fn discard(&self, spec: &StageSpec) -> Result<()> {
        for path in self.files(spec).iter().filter(|path| path.exists()) {
            std::fs::remove_file(path).with_context(|| format!("removing {}", path.display()))?;
        }
        Ok(())
    }

    /// Returns the stage's result from disk or by training; `None` if it was interrupted.
    pub fn run(&self, spec: &StageSpec) -> Result<Option<StageResult>> {
        let split = self.material.split(&spec.test_folds)?;
        let plan = plan(self.material, &split, &spec.name, self.train, self.net);
        let [checkpoint, result] = self.files(spec);
        if result.exists() {
            progress::line(&format!("{}: finished before", spec.name));
            return Ok(Some(read_result(&result, &plan)?));
        }
        let (examples, normalisation) = (split.examples(), split.normalisation());
        let augmenter = Augmenter {
            config: &plan.train.augment,
            log: self.material.front_end.log,
            normalisation,
            background: &self.material.background,
            segment_frames: self.segment_frames,
            n_labels: plan.net.n_labels,
            smoothing: plan.train.label_smoothing,
        };
        let trained = match fit::train(&Job {
            training: Training {
                name: &plan.stage,
                plan: &json!(plan),
                checkpoint: &checkpoint,
                stop: self.stop,
            },
            network: &plan.network(),
            policy: plan.train.policy(),
            examples: &Augmented { augmenter, clips: &examples },
            train: &(0..examples.len()).collect::<Vec<_>>(),
            validation: None,
        })? {
            Outcome::Finished(trained) => trained,
            Outcome::Interrupted { epochs } => {
                progress::line(&format!(
                    "{}: stopped after {epochs} of {} epochs; {} resumes from {}",
                    spec.name,
                    self.train.epochs,
                    resuming_command(self.fresh),
                    checkpoint.display()
                ));
                return Ok(None);
            }
        };
        let finished = self.judge(spec, plan, &split, trained.weights, trained.seconds)?;
        write_result(&result, &finished)?;
        Ok(Some(finished))
    }

    fn judge(
        &self,
        spec: &StageSpec,
        plan: Plan,
        split: &Split<'_>,
        weights: Weights,
        seconds: f64,
    ) -> Result<StageResult> {
        let silence = self.material.front_end.silent_value();
        let (frames, normalisation) = (self.segment_frames, split.normalisation());
        let folded = Folded::new(&plan.network(), &weights)?;
        let segments = |clips: &[&Clip]| {
            folded.pooled_segments(&columns(clips), frames, silence, normalisation)
        };
        let mut refit_c = None;
        let mut refitted = None;
        if plan.train.refit {
            let examples = split.labelled(segments(&split.train)?)?;
            let refit = logistic::refit(&examples, plan.net.n_labels, plan.train.seed);
            let of_c = refit.candidates.iter().find(|(c, _)| *c == refit.c);
            refit_c = of_c.copied();
            refitted = Some(refit.linear);
        }
        let in_use = refitted.as_ref().unwrap_or(&folded.linear);
        let features = segments(&split.test)?;
        let native = folded.pooled_native(
            &columns(&split.test),
            plan.net.min_frames(),
            silence,
            normalisation,
        )?;
        let facts = Facts {
            test_folds: spec.test_folds.clone(),
            n_train: split.train.len(),
            n_dropped: split.dropped,
            mean: normalisation.mean,
            std: normalisation.std,
            refit_c,
            minutes: seconds / 60.0,
        };
        Ok(StageResult {
            facts,
            judged: judged(&split.test, &features, in_use),
            judged_as_trained: judged(&split.test, &features, &folded.linear),
            judged_native: judged(&split.test, &native, in_use),
            plan,
            weights,
            refitted,
        })
    }
}

/// Returns the columns of clips.
pub fn columns<'a>(clips: &[&'a Clip]) -> Vec<&'a Columns> {
    clips.iter().map(|clip| &clip.columns).collect()
}

fn judged(clips: &[&Clip], features: &[Vec<f32>], linear: &Linear) -> Vec<Judged> {
    let judge = |(clip, features): (&&Clip, &Vec<f32>)| Judged {
        logits: linear.logits(features),
        label: clip.slice.label,
        recording: clip.slice.recording.clone(),
    };
    clips.iter().zip(features).map(judge).collect()
}

#[derive(Serialize, Deserialize)]
struct Header {
    plan: Plan,
    facts: Facts,
    labels: Vec<usize>,
    recordings: Vec<String>,
}

fn write_result(path: &Path, result: &StageResult) -> Result<()> {
    let StageResult { plan, facts, weights, refitted, judged, .. } = result;
    let header = Header {
        plan: plan.clone(),
        facts: facts.clone(),
        labels: judged.iter().map(|clip| clip.label).collect(),
        recordings: judged.iter().map(|clip| clip.recording.clone()).collect(),
    };
    let n_labels = plan.net.n_labels;
    let logits = |name: &str, clips: &[Judged]| Array {
        name: name.to_owned(),
        shape: vec![clips.len(), n_labels],
        values: clips.iter().flat_map(|clip| clip.logits.clone()).collect(),
    };
    let mut own = vec![
        logits("logits", judged),
        logits("logits.as_trained", &result.judged_as_trained),
        logits("logits.native", &result.judged_native),
    ];
    if let Some(Linear { n_features, weight, bias }) = refitted {
        let array = |name: &str, shape, values: &[f32]| Array {
            name: name.to_owned(),
            shape,
            values: values.to_vec(),
        };
        own.push(array("refit.weight", vec![n_labels, *n_features], weight));
        own.push(array("refit.bias", vec![n_labels], bias));
    }
    let Weights { parameters, statistics } = weights;
    let all: Vec<_> = parameters.iter().chain(statistics).chain(&own).collect();
    arrays::write(path, &header, &all)
}

/// Reads what `write_result` wrote, in its order.
fn read_result(path: &Path, plan: &Plan) -> Result<StageResult> {
    let (Header { plan: stored, facts, labels, recordings }, arrays) =
        arrays::read::<Header>(path)?;
    refuse_other_plan(path, &json!(plan), &json!(stored))?;
    let mut arrays = arrays.into_iter();
    let network = plan.network();
    let parameters = arrays.by_ref().take(network.arrays()?.len()).collect();
    let statistics = arrays.by_ref().take(network.statistics()?.len()).collect();
    let mut judged = || -> Result<Vec<Judged>> {
        let logits = arrays.next().with_context(|| format!("{}: no logits", path.display()))?;
        let rows = logits.values.chunks_exact(plan.net.n_labels);
        let known = labels.iter().zip(&recordings);
        let judge = |(row, (&label, recording)): (&[f32], (&usize, &String))| Judged {
            logits: row.to_vec(),
            label,
            recording: recording.clone(),
        };
        Ok(rows.zip(known).map(judge).collect())
    };
    let [in_use, as_trained, native] = [judged()?, judged()?, judged()?];
    let refitted = arrays.next().zip(arrays.next()).map(|(weight, bias)| Linear {
        n_features: plan.net.n_features(),
        weight: weight.values,
        bias: bias.values,
    });
    Ok(StageResult {
        plan: stored,
        facts,
        weights: Weights { parameters, statistics },
        refitted,
        judged: in_use,
        judged_as_trained: as_trained,
        judged_native: native,
    })
}
