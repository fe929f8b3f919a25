//! The arguments of `experiment`, and which of them are refused.

use crate::experiment::name::{Name, Selection};
use anyhow::{Result, bail, ensure};
use clap::ValueEnum;
use sourcing_sound_train::data::dataset::{Layout, parse_folds};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Arguments of `experiment`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// What to run.
    #[arg(value_enum, value_name = "NAME")]
    pub experiment: Selection,
    /// The data set.
    #[arg(long)]
    pub data: PathBuf,
    /// A folder of other sounds, for few-shot: ambience, of which half is the background, speech,
    /// and other sounds that must not be mistaken for a taught one. Repeatable.
    #[arg(long)]
    pub others: Vec<PathBuf>,
    /// The layout of the data set [default: detected].
    #[arg(long, value_enum)]
    pub layout: Option<Layout>,
    /// Folds to test together, such as 1 or 3-9. Repeatable [default: each complete fold alone, the
    /// others together].
    #[arg(long, value_parser = parse_folds)]
    pub folds: Vec<BTreeSet<u32>>,
    /// How clips are divided. Only the experiment leakage shuffles.
    #[arg(long, value_enum, default_value_t = Division::Official)]
    pub split: Division,
    /// The label that boosting separates from the rest [default: car_horn, else the rarest].
    #[arg(long)]
    pub positive: Option<String>,
    /// The method to run for leakage [default: mfcc-cnn].
    #[arg(long, value_enum)]
    pub method: Option<LeakageMethod>,
    /// The most passes over the training clips, for networks.
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Clips per training step, for networks.
    #[arg(long)]
    pub batch: Option<usize>,
    /// The most clips of each fold and label, for quick trials.
    #[arg(long)]
    pub clips: Option<usize>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder for features, checkpoints and results of splits.
    #[arg(long, default_value = "runs/study")]
    pub work: PathBuf,
    /// Folder in which the experiment's folder is written.
    #[arg(long, default_value = "report")]
    pub out: PathBuf,
    /// Splits to run in parallel, one thread each.
    #[arg(long, default_value_t = 1)]
    pub jobs: usize,
    /// Discard checkpoints and results of earlier runs.
    #[arg(long)]
    pub fresh: bool,
}

/// How clips are divided into training and test.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Division {
    /// Along folds, all clips of a recording on one side.
    Official,
    /// Clip by clip.
    Shuffled,
}

/// The methods for which `leakage` can show the inflation.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakageMethod {
    /// The study's CNN on MFCC, as in the study.
    MfccCnn,
    /// Logistic regression, which takes minutes.
    Logistic,
}

impl Arguments {
    /// Returns the experiment that provides the method: itself, except for `leakage`.
    pub fn method_of(&self, name: Name) -> Name {
        match (name, self.method) {
            (Name::Leakage, Some(LeakageMethod::Logistic)) => Name::Logistic,
            (Name::Leakage, _) => Name::MfccCnn,
            _ => name,
        }
    }
}

/// Refuses arguments that would have no effect or spoil the result.
pub fn check(arguments: &Arguments) -> Result<()> {
    let names = arguments.experiment.names();
    let has = |used: fn(Name) -> bool| names.iter().any(|name| used(*name));
    if arguments.split == Division::Shuffled && has(|name| name != Name::Leakage) {
        bail!(
            "--split shuffled: slices of one recording are near-copies, and clips drawn one by one \
             put them on both sides, so the test rewards memorising (the study's \
             network reached 93.6% that way and 61.9% on official folds). Only `experiment \
             leakage` shuffles, to show the difference"
        );
    }
    ensure!(
        arguments.positive.is_none() || has(Name::is_one_vs_rest),
        "--positive is for experiments with one label against the rest: one-vs-rest-boosting, \
         windowed-boosting"
    );
    ensure!(
        arguments.method.is_none() || has(|name| name == Name::Leakage),
        "--method is for the experiment leakage"
    );
    ensure!(
        (arguments.epochs.is_none() && arguments.batch.is_none())
            || names.iter().any(|name| arguments.method_of(*name).is_network()),
        "--epochs and --batch are for networks: mel-cnn, mfcc-cnn, slices-cnn, rnn, and leakage by \
         mfcc-cnn"
    );
    ensure!(
        arguments.others.is_empty() || arguments.experiment == Selection::FewShot,
        "--others is for the experiment few-shot"
    );
    let changes_nothing = [
        ("--layout", arguments.layout.is_some()),
        ("--folds", !arguments.folds.is_empty()),
        ("--split", arguments.split != Division::Official),
        ("--clips", arguments.clips.is_some()),
        ("--jobs", arguments.jobs != 1),
        ("--fresh", arguments.fresh),
    ];
    if arguments.experiment == Selection::FewShot {
        for (option, is_given) in changes_nothing {
            ensure!(!is_given, "{option} has no effect on the experiment few-shot");
        }
    }
    let counts = [
        ("--epochs", arguments.epochs),
        ("--batch", arguments.batch),
        ("--clips", arguments.clips),
        ("--jobs", Some(arguments.jobs)),
    ];
    for (option, value) in counts {
        ensure!(value != Some(0), "{option} 0: expected at least 1");
    }
    Ok(())
}
