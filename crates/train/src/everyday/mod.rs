//! The `everyday` command: trains the network that ships from a published checkpoint.
//!
//! In: the [`checkpoint`] with its authors' outputs for one sound ([`reference`]), and folders of
//! audio ([`material`], with sounds from [`synthesis`]). The [`teacher`] is the checkpoint on clean
//! audio; [`distil`] trains the same network, in the bits in which it ships, on short and degraded
//! pieces ([`lesson`], [`corrupt`]). Out: the results of [`measure`] and [`usage`] on recordings
//! left out of training, and model, evaluation and card ([`assemble`]).

mod assemble;
mod card;
mod checkpoint;
mod corrupt;
mod describe;
mod distil;
mod evaluation;
mod golden;
mod graph;
mod items;
mod layout;
mod lesson;
mod material;
mod measure;
mod network;
mod npz;
mod plan;
mod quantise;
mod reference;
mod short;
mod synthesis;
mod taxonomy;
mod teacher;
mod usage;

use crate::data::cache;
use crate::interrupt::{self, STOP};
use crate::nn::net::Array;
use crate::program::{command_line, today};
use crate::progress;
use crate::publish::file::write_model;
use crate::publish::provenance::{everyday_licence, refuse_urban_sound};
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use assemble::{Export, Factory};
use checkpoint::Checkpoint;
use clap::builder::NonEmptyStringValueParser;
use describe::Use;
use evaluation::Evaluation;
use graph::Weights;
use lesson::Lessons;
use material::Material;
use measure::{Measured, Network, SHARES, Share};
use network::LossWeights;
use plan::Plan;
use quantise::Stored;
use reference::Reference;
use short::Short;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use teacher::Answers;
use usage::{Anywhere, Usage};

/// Number of sounds for each formula.
const ROUNDS: usize = 12;

/// The settings in use, as suggested by the card's table of windows and hops.
const USED: Use = Use {
    window_frames: 200,
    hop_frames: 50,
    smoothing_seconds: 0.5,
    rejection_threshold: 0.1,
    event_on: 0.3,
    event_off: 0.15,
    silence_either_side: true,
};

/// Arguments of `everyday`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The folder with the checkpoint mn04_as.pt, its labels.csv and golden.npz.
    #[arg(long)]
    pub from: PathBuf,
    /// A folder of audio to train and measure on; one of four recordings is left out of training.
    /// Files that its metadata.csv marks with in_urbansound8k are not used. Repeatable.
    #[arg(long, required = true)]
    pub audio: Vec<PathBuf>,
    /// Terms of the weights, which follow from those of the recordings [default: MIT, if all
    /// folders are called ESC-10, ambience or speech and contain that audio; otherwise "not
    /// stated"].
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub licence: Option<String>,
    /// The folder with labels.csv and groups.csv, where model.onnx, evaluation.json and CARD.md go.
    #[arg(long)]
    pub out: PathBuf,
    /// The folder of the tests' reference values, to write those of the new network.
    #[arg(long)]
    pub golden: Option<PathBuf>,
    /// Folder for the teacher's outputs and the state of the training.
    #[arg(long, default_value = "runs/everyday")]
    pub work: PathBuf,
    /// Number of trainings, each with its own seed; the weights that ship are their mean.
    #[arg(long, default_value_t = 4)]
    pub runs: usize,
    /// Steps of the optimiser in each training.
    #[arg(long, default_value_t = 300)]
    pub steps: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 1e-4)]
    pub learning_rate: f64,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Also write the original, with 32-bit weights, as a model file to this path, to try heads on.
    /// It is a copy of the checkpoint in another format.
    #[arg(long)]
    pub original: Option<PathBuf>,
    /// The evaluation of a head on a network, for the card: NETWORK=FILE, where FILE is its
    /// NAME.evaluation.json. Repeatable.
    #[arg(long, value_name = "NETWORK=FILE")]
    pub heads: Vec<String>,
}

impl Arguments {
    fn plan(&self, material: &Material, checkpoint: &Checkpoint) -> Plan {
        Plan {
            seed: self.seed,
            runs: self.runs,
            steps: self.steps,
            batch: 32,
            learning_rate: self.learning_rate,
            warmup: self.steps / 20,
            weight_decay: 0.0,
            average: 0.99,
            loss: LossWeights { scores: 1.0, order: 1.0, embedding: 20.0 },
            anchors: 12,
            anchor_loss: LossWeights { scores: 8.0, order: 8.0, embedding: 100.0 },
            anchor_seconds: vec![2.0, 4.0, 4.0, 4.0, 6.0],
            frozen_blocks: 3,
            depthwise: true,
            seconds: vec![1.0, 1.0, 2.0, 4.0],
            material: material.hash(),
            checkpoint: checkpoint.sha256.clone(),
        }
    }
}

/// Runs the command; exit code 130 after Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| execute(arguments))
}

/// Returns whether it finished before it was interrupted; the same command then resumes.
fn execute(arguments: &Arguments) -> Result<bool> {
    let head = |argument: &String| {
        assemble::head_score(argument).with_context(|| format!("--heads {argument}"))
    };
    let heads = arguments.heads.iter().map(head);
    let heads = heads.collect::<Result<Vec<_>>>()?;
    if arguments.licence.is_none() {
        refuse_urban_sound(&arguments.audio)?;
    }
    let checkpoint = Checkpoint::read(&arguments.from)?;
    let from_the_original = Reference::read(&arguments.from)?.prove(&checkpoint)?;
    progress::line(&format!("the checkpoint runs as the original does: {from_the_original:?}"));
    let material = Material::load(&arguments.audio, ROUNDS, arguments.seed)?;
    let plan = arguments.plan(&material, &checkpoint);
    let folders = (arguments.from.as_path(), arguments.out.as_path());
    let licence = everyday_licence(&material.sets, arguments.licence.as_deref());
    let factory = Factory::new(&checkpoint, &material, &plan, folders, licence)?;
    if let Some(path) = &arguments.original {
        let bytes =
            factory.file(&checkpoint.weights, Weights::Float32, USED, "see the original")?;
        write_model(path, &bytes)?;
    }
    let Some(answers) = teacher::ask(&checkpoint, &material, &arguments.work, &STOP)? else {
        return Ok(false);
    };
    let lessons = Lessons::new(&material, &answers)?;
    let Some(trained) = distil::train(&plan, &checkpoint, &lessons, &arguments.work, &STOP)? else {
        return Ok(false);
    };
    let task = Task { arguments, checkpoint: &checkpoint, material: &material, factory: &factory };
    let (shares, weights) = task.chosen(&trained, &answers)?;
    let (measured, usage, anywhere, short) = task.measured(&weights, &answers)?;
    if STOP.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let export = Export::new(&factory, &weights, USED, &measured)?;
    let n_parameters = weights.iter().map(|array| array.values.len()).sum::<usize>();
    let stored = weights.iter().map(|array| Stored::new(array).bytes()).sum();
    let evaluation = Evaluation {
        schema_version: 1,
        date: today(),
        // These options affect only the card, not the network.
        command: command_line(env!("CARGO_PKG_NAME"), &["--original", "--heads"]),
        config_hash: factory.card.config_hash.clone(),
        plan,
        checkpoint_sha256: checkpoint.sha256.clone(),
        from_the_original,
        n_parameters,
        weight_bytes: (4 * n_parameters, stored),
        file_bytes: export.bytes.len(),
        audio: material.counts(),
        shares,
        measured,
        usage,
        anywhere,
        short,
        used: USED,
        export_difference: export.golden.difference(),
        heads,
    };
    export.write(&evaluation, &arguments.out, arguments.golden.as_deref())?;
    let path = arguments.out.join("model.onnx");
    progress::line(&format!("{}: {} bytes", path.display(), evaluation.file_bytes));
    Ok(true)
}

/// Everything that measuring needs.
struct Task<'a> {
    arguments: &'a Arguments,
    checkpoint: &'a Checkpoint,
    material: &'a Material,
    factory: &'a Factory<'a>,
}

impl Task<'_> {
    /// Returns where results of a kind are stored; `version` changes with what is measured.
    fn path(&self, (what, version): (&str, u32), weights: &[Array]) -> Result<PathBuf> {
        let bytes: Vec<u8> =
            weights.iter().flat_map(|a| a.values.iter().flat_map(|v| v.to_le_bytes())).collect();
        let used = serde_json::to_string(&USED)?;
        let weights = checkpoint::sha256_hex(&bytes);
        // Which group is named depends on the labels' groups.
        let (labels, material) = (self.factory.labels_hash(), self.material.hash());
        let key = format!("{version} {weights} {labels} {material} {used}");
        Ok(self.arguments.work.join(format!("{what}-{}.json", short_hash(&key))))
    }

    /// Returns the weights that ship, and how they were chosen.
    fn chosen(&self, trained: &[Array], answers: &[Answers]) -> Result<(Vec<Share>, Vec<Array>)> {
        let start = &self.checkpoint.weights;
        let mut candidates: Vec<_> =
            SHARES.iter().map(|&share| (share, distil::between(start, trained, share))).collect();
        let path = self.path(("shares", 5), trained)?;
        let shares = cache::json(&path, || {
            measure::shares(&self.checkpoint.layout, &candidates, self.material, answers)
        })?;
        ensure!(shares.len() == candidates.len(), "{} is damaged; remove it", path.display());
        let best = measure::best_share(&shares);
        progress::line(&format!("{} of the way: {shares:?}", candidates[best].0));
        Ok((shares, candidates.swap_remove(best).1))
    }

    /// Measures the weights, or reads earlier measurements of exactly these weights.
    fn measured(
        &self,
        weights: &[Array],
        answers: &[Answers],
    ) -> Result<(Measured, Vec<Usage>, Anywhere, Vec<Short>)> {
        let stored = quantise::rounded(&self.checkpoint.weights);
        let networks = [
            Network { name: "the original", weights: &self.checkpoint.weights },
            Network { name: "the original, stored so", weights: &stored },
            Network { name: "everyday", weights },
        ];
        let layout = &self.checkpoint.layout;
        let measured = cache::json(&self.path(("measured", 5), weights)?, || {
            measure::measure(layout, &networks, self.material, answers)
        })?;
        let build = |used| self.factory.model(weights, used);
        let usage = cache::json(&self.path(("usage", 5), weights)?, || {
            usage::table(layout, self.material, USED, build)
        })?;
        let anywhere = cache::json(&self.path(("anywhere", 5), weights)?, || {
            usage::anywhere(self.material, USED, build)
        })?;
        let short = cache::json(&self.path(("short", 1), weights)?, || {
            short::table(self.material, USED, build)
        })?;
        Ok((measured, usage, anywhere, short))
    }
}
