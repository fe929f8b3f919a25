//! The `model` command: every stage, then the model file, its evaluation and its card.

use crate::data::dataset::{Layout, check_groups, parse_folds};
use crate::interrupt::{self, STOP};
use crate::jobs::side_by_side;
use crate::metrics;
use crate::model::assemble::Assembly;
use crate::model::config::{self, AugmentConfig, TrainConfig};
use crate::model::material::{Folders, Material};
use crate::model::network::NetConfig;
use crate::model::stage::{Shared, StageResult, StageSpec};
use crate::program::command_line;
use crate::progress;
use crate::publish::provenance::{Provenance, Stated, TrainedOn};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `model`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// UrbanSound8K, or a set in its layout: audio/foldN/ and metadata/UrbanSound8K.csv.
    #[arg(long)]
    pub data: PathBuf,
    /// Additional slices that are only trained on: audio/foldN/ and metadata.csv.
    #[arg(long)]
    pub extra: Option<PathBuf>,
    /// Recordings to mix under the training clips; every audio file in the tree.
    #[arg(long)]
    pub background: Option<PathBuf>,
    /// Recordings of none of the labels, to measure how many are rejected. Repeatable.
    #[arg(long)]
    pub unknown: Vec<PathBuf>,
    /// Folder for model.onnx, evaluation.json and CARD.md.
    #[arg(long)]
    pub out: PathBuf,
    /// Name of the model [default: the name of the output folder].
    #[arg(long)]
    pub name: Option<String>,
    /// Statements in the files.
    #[command(flatten)]
    pub stated: Stated,
    /// Folds to leave out together, such as 1 or 3-9. Repeatable [default: each fold that is
    /// present, in turn].
    #[arg(long, value_parser = parse_folds)]
    pub test_folds: Vec<BTreeSet<u32>>,
    /// Folder for features, checkpoints and results [default: runs/NAME].
    #[arg(long)]
    pub work: Option<PathBuf>,
    /// Run a single stage, such as fold-1 or final, and write no model.
    #[arg(long)]
    pub only: Option<String>,
    /// Stages to train in parallel, one thread each.
    #[arg(long, default_value_t = 1)]
    pub jobs: usize,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Passes over the training clips.
    #[arg(long, default_value_t = 60)]
    pub epochs: usize,
    /// Clips per training step.
    #[arg(long, default_value_t = 32)]
    pub batch: usize,
    /// Probability that a stretch of a background recording is mixed under a training clip.
    #[arg(long, default_value_t = 0.25)]
    pub background_probability: f32,
    /// Share of the training batches that show a whole segment instead of a 2 s crop.
    #[arg(long, default_value_t = 0.0)]
    pub full_view_share: f32,
    /// Refit the last layer by logistic regression on clean clips.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub refit: Switch,
    /// Discard checkpoints and results of earlier runs.
    #[arg(long)]
    pub fresh: bool,
}

impl Arguments {
    fn train_config(&self) -> TrainConfig {
        TrainConfig {
            seed: self.seed,
            epochs: self.epochs,
            batch: self.batch,
            refit: self.refit == Switch::On,
            augment: AugmentConfig {
                background_probability: self.background_probability,
                full_view_share: self.full_view_share,
                ..AugmentConfig::default()
            },
            ..TrainConfig::default()
        }
    }
}

/// On or off.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Do it.
    On,
    /// Do not do it.
    Off,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| execute(arguments))
}

/// Returns whether it finished before it was interrupted; the same command, without `--fresh`, then
/// resumes.
fn execute(arguments: &Arguments) -> Result<bool> {
    let name = arguments
        .name
        .clone()
        .or_else(|| arguments.out.file_name().map(|name| name.to_string_lossy().into_owned()));
    let name = name.context("the model needs a --name")?;
    let work = arguments.work.clone().unwrap_or_else(|| PathBuf::from("runs").join(&name));
    let folders = Folders {
        data: arguments.data.clone(),
        extra: arguments.extra.clone(),
        background: arguments.background.clone(),
    };
    let material = Material::load(&folders, config::front_end(), &work)?;
    let specs = stages(arguments, &material)?;
    let shared = Shared {
        material: &material,
        train: &arguments.train_config(),
        net: &NetConfig::compact(material.front_end.n_mels, material.labels.len()),
        segment_frames: config::SEGMENT_FRAMES,
        work: &work,
        fresh: arguments.fresh,
        stop: &STOP,
    };
    if arguments.fresh {
        // All stages are discarded before the first begins: whatever is there later belongs to this
        // run, and whatever resumes it may use it.
        specs.iter().try_for_each(|spec| shared.discard(spec))?;
    }
    let run = |spec: &StageSpec| {
        let result = shared.run(spec).with_context(|| format!("stage {}", spec.name))?;
        if let Some(result) = &result {
            report(&shared, spec, result);
        }
        Ok(result)
    };
    let Some(results) = side_by_side(&specs, arguments.jobs, &STOP, run)? else {
        return Ok(false);
    };
    if arguments.only.is_some() {
        return Ok(true);
    }
    let (last, stages) = results.split_last().context("there is no final stage")?;
    let clips = material.clips.iter().map(|clip| &clip.slice);
    let trained_on =
        TrainedOn::new(Layout::UrbanSound8k, &material.data_name, &material.labels, clips);
    let provenance = Provenance::of("model", &trained_on, &arguments.stated);
    let assembly = Assembly {
        name: &name,
        command: command_line(env!("CARGO_PKG_NAME"), &[]),
        material: &material,
        provenance: &provenance,
        stages,
        last,
        unknown: &arguments.unknown,
        work: &work,
        out: &arguments.out,
    };
    let evaluation = assembly.write()?;
    progress::line(&format!(
        "{}: mean accuracy {:.1}%, macro-F1 {:.3} on the left-out folds",
        arguments.out.join("model.onnx").display(),
        100.0 * evaluation.mean.accuracy,
        evaluation.mean.macro_f1
    ));
    Ok(true)
}

/// Returns the requested stages, the final one last.
fn stages(arguments: &Arguments, material: &Material) -> Result<Vec<StageSpec>> {
    let present: BTreeSet<_> = material.clips.iter().map(|clip| clip.slice.fold).collect();
    let mut groups = arguments.test_folds.clone();
    if groups.is_empty() {
        groups = present.iter().map(|&fold| BTreeSet::from([fold])).collect();
    }
    check_groups(&groups, &present)?;
    let mut specs: Vec<_> = groups.into_iter().map(StageSpec::leaving_out).collect();
    specs.push(StageSpec::everything());
    if let Some(only) = &arguments.only {
        let names: Vec<_> = specs.iter().map(|spec| spec.name.clone()).collect();
        specs.retain(|spec| spec.name == *only);
        ensure!(!specs.is_empty(), "there is no stage {only}; stages: {}", names.join(", "));
    }
    Ok(specs)
}

fn report(shared: &Shared<'_>, spec: &StageSpec, result: &StageResult) {
    if result.judged.is_empty() {
        progress::line(&format!("{}: trained on {} clips", spec.name, result.facts.n_train));
        return;
    }
    let percent = |judged| 100.0 * metrics::accuracy(judged);
    let scores = metrics::scores(&result.judged, &shared.material.labels);
    progress::line(&format!(
        "{}: accuracy {:.1}% of {} left-out clips, macro-F1 {:.3} (last layer as trained {:.1}%, \
         clips at their own length {:.1}%)",
        spec.name,
        percent(&result.judged),
        result.judged.len(),
        scores.macro_f1,
        percent(&result.judged_as_trained),
        percent(&result.judged_native),
    ));
}
