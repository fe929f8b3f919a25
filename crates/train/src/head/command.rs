//! The arguments of `head`, and its run.

use super::assemble::{Assembly, Paths};
use super::embed::Embedder;
use super::evaluation::Evaluation;
use super::material::{self, Folders, Material};
use super::recipe::Recipe;
use super::recording_counts::RecordingCounts;
use super::refines::Relations;
use super::stage::{self, Last, Stage};
use crate::data::dataset::{format_folds, parse_folds};
use crate::interrupt::{self, STOP};
use crate::metrics;
use crate::program::command_line;
use crate::progress;
use crate::publish::file::read_model;
use crate::publish::provenance::{Provenance, Stated, TrainedOn};
use crate::publish::sections;
use anyhow::Result;
use sourcing_sound::HeadFeature;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Default number of altered copies of each recording.
const COPIES: usize = 1;

/// Arguments of `head`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The model that the head is based on: an ONNX file with an embedding.
    #[arg(long)]
    pub base: PathBuf,
    /// Where the audio is.
    #[command(flatten)]
    pub folders: Folders,
    /// A JSON file that states which labels of the base each label replaces, and which it is a kind
    /// of: {"refines": {LABEL: [OF THE BASE]}, "parents": {LABEL: [OF THE BASE]}} [default: a label
    /// replaces the base's label of the same name, whatever the case, with `_` for a space].
    #[arg(long)]
    pub refines: Option<PathBuf>,
    /// Altered copies of each recording to train on too: other levels, narrower bands, noise. They
    /// need audio, so there are none with --embeddings.
    #[arg(long, default_value_t = COPIES, conflicts_with = "embeddings")]
    pub copies: usize,
    /// The head's file, NAME.head.json; NAME.evaluation.json and NAME.CARD.md are written next to
    /// it.
    #[arg(long)]
    pub out: PathBuf,
    /// Inputs of the labels' layer, pooled over the patches of a segment.
    #[arg(long, value_delimiter = ',', default_value = "embedding-mean",
          value_parser = parse_feature)]
    pub features: Vec<HeadFeature>,
    /// Folds to leave out together, such as 1 or 3-9. Repeatable [default: each complete fold
    /// alone, the others together].
    #[arg(long, value_parser = parse_folds)]
    pub test_folds: Vec<BTreeSet<u32>>,
    /// Statements in the files.
    #[command(flatten)]
    pub stated: Stated,
    /// Folder for cached embeddings.
    #[arg(long, default_value = "runs/heads")]
    pub work: PathBuf,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Parses a feature by its name in head files, such as `embedding-mean`.
fn parse_feature(name: &str) -> Result<HeadFeature, String> {
    let value = serde_json::Value::String(name.trim().to_owned());
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// Runs the command; exit code 130 after Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| {
        let done = execute(arguments, command_line(env!("CARGO_PKG_NAME"), &[]), &STOP)?;
        done.iter().for_each(|evaluation| report(evaluation, &arguments.out));
        Ok(done.is_some())
    })
}

/// Trains, evaluates and writes the head that the arguments describe. `None` if it was stopped
/// before the end; the same command then resumes.
pub fn execute(
    arguments: &Arguments,
    command: String,
    stop: &AtomicBool,
) -> Result<Option<Evaluation>> {
    let paths = Paths::new(&arguments.out)?;
    let base = read_model(&arguments.base)?;
    let embedder = Embedder::new(&base, &arguments.work, stop)?;
    let Arguments { folders, features, seed, .. } = arguments;
    let copies = if folders.embeddings.is_empty() { arguments.copies } else { 0 };
    let recipe = Recipe::new(features.clone(), base.metadata(), copies, *seed);
    let opened = material::open(folders, &base)?;
    RecordingCounts::from(&opened.dataset).groups(&arguments.test_folds)?;
    let labels = &opened.dataset.labels;
    let relations = Relations::new(arguments.refines.as_deref(), labels, &base.metadata().labels)?;
    let Some(material) = Material::load(opened, folders, &embedder, (copies, *seed))? else {
        return Ok(None);
    };
    // Skipping damaged files may have left too few recordings.
    let groups = RecordingCounts::from(&material).groups(&arguments.test_folds)?;
    if groups.is_empty() {
        progress::line("all clips are in one fold: none is left out, so nothing is measured");
    }
    let Some((stages, last)) = fit(&groups, &material, &recipe, stop)? else { return Ok(None) };
    let clips = material.clips.iter().map(|clip| &clip.slice);
    let trained_on = TrainedOn::new(material.layout, &material.data_name, &material.labels, clips);
    let provenance = Provenance::of("head", &trained_on, &arguments.stated);
    let assembly = Assembly {
        paths: &paths,
        command,
        base: &base,
        material: &material,
        provenance: &provenance,
        recipe: &recipe,
        relations: &relations,
        stages: &stages,
        last: &last,
        cache: embedder.folder(),
    };
    assembly.write().map(Some)
}

/// Fits one head per group of left-out folds, and one on everything. `None` if it was stopped
/// before the end.
fn fit(
    groups: &[BTreeSet<u32>],
    material: &Material,
    recipe: &Recipe,
    stop: &AtomicBool,
) -> Result<Option<(Vec<Stage>, Last)>> {
    let bar = progress::bar(groups.len() as u64 + 1, "fitting heads");
    let mut stages = Vec::new();
    for group in groups {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let stage = stage::leaving_out(group, material, recipe)?;
        let accuracy = metrics::accuracy(&stage.judged);
        let recordings = metrics::count_recordings(&stage.judged);
        progress::line(&format!(
            "left-out {}: accuracy {:.1}%{} of {} clips of {recordings} recordings (C {}, {:.1}% \
             in cross-validation)",
            format_folds(group),
            100.0 * accuracy,
            in_brackets(metrics::accuracy_bound(accuracy, recordings)),
            stage.judged.len(),
            stage.fitted.c,
            100.0 * stage.fitted.cross_validated,
        ));
        stages.push(stage);
        bar.inc(1);
    }
    if stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let last = stage::everything(material, recipe)?;
    bar.finish_and_clear();
    Ok(Some((stages, last)))
}

/// Formats a bound of the accuracy, if any, in brackets.
fn in_brackets(bound: Option<(f64, f64)>) -> String {
    bound.map_or_else(String::new, |bound| format!(" ({})", sections::bound(bound)))
}

fn report(evaluation: &Evaluation, out: &Path) {
    let mean = evaluation.mean_of_whole_folds.as_ref().or(evaluation.mean.as_ref());
    let measured = mean.map_or_else(
        || "not measured".to_owned(),
        |mean| {
            format!(
                "mean accuracy {:.1}%{}, macro-F1 {:.3} on left-out folds {}",
                100.0 * mean.accuracy,
                in_brackets(mean.accuracy_bound),
                mean.macro_f1,
                mean.test_folds.join(", ")
            )
        },
    );
    progress::line(&format!("{}: {measured}", out.display()));
}
