//! `classify`: labels recordings with a model, and prints text, rows or editor labels in the order
//! of the inputs, as soon as they are known.

mod args;
mod clips;
mod destination;
mod feed;
mod filter;
mod format;
mod ledger;
mod origin;
mod output;
mod part;
mod pipeline;
mod report;
mod resume;
mod settings;
mod shard;
mod taking;
mod work;

use std::fs;
use std::path::Path;

use crate::files::{self, Found, OwnFolder};
use crate::interrupt;
use crate::model::Loaded;
use crate::outcome::{Failure, Outcome, UsageError, coded};
use crate::output::note;
use crate::parallel::{Counts, Results, in_order_each};
use crate::progress;

pub(crate) use args::{ClassifyOptions, RawClassify};
use destination::Destination;
use output::Output;
use part::Part;
use settings::Settings;
use work::Worker;

/// Files of at least this size in bytes are classified one at a time, each by all threads.
const LARGE_BYTES: u64 = 32 << 20;

/// Classifies all inputs and prints the report.
///
/// # Errors
/// If the model cannot be loaded or the report cannot be written. Inputs that fail are named on
/// stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(mut options: ClassifyOptions) -> anyhow::Result<Outcome> {
    let model = options.model.load()?;
    let classifier = model.classifier().map_err(coded)?;
    options.filter.resolve(&classifier)?;
    let inputs = files::find_outside(&options.inputs, &own_folders(&options));
    inputs.note_passed_over();
    let settings = Settings::new(&options, &model, &classifier);
    let mut destination = Destination::new(&options, &classifier, settings)?;
    let mut found = inputs.found;
    destination.refuse_long_names(&mut found);
    destination.check_names(&found, options.resume, options.format)?;
    if let Some(shard) = options.shard {
        found.retain(|input| shard.contains(path_in_shard(input)));
    }
    destination.begin(options.resume)?;
    if options.resume {
        found = unfinished(found, &destination, options.clips.is_some())?;
    }
    let count = found.len();
    let bar = progress::of_bytes(found.iter().flatten().map(size).sum(), count);
    interrupt::exit_between_writes(destination.patience())?;
    interrupt::whole(|ending| *ending = destination.ending());
    let mut counts = Counts::default();
    for (inputs, is_large) in groups(found) {
        let workers = workers(&model, &options, inputs.len(), is_large)?;
        let work = |worker: &mut Worker, input: Found, results: &Results<Part>| {
            let bytes = size(&input);
            worker.classify(&input, results, &mut |share| bar.inc((share * bytes as f64) as u64))
        };
        let print = |result: Result<Part, &Failure>| {
            interrupt::whole(|ending| {
                let printed = match result {
                    Ok(part) => destination.print(part),
                    Err(failure) => destination.failed(failure),
                };
                *ending = destination.ending();
                printed
            })
        };
        counts.add(in_order_each(inputs, workers, work, print, &bar)?);
    }
    bar.finish_and_clear();
    interrupt::whole(|ending| {
        *ending = None;
        destination.close()
    })?;
    if counts.failed > 0 && count > 1 {
        note(format_args!("done {}, failed {}", counts.done, counts.failed));
    }
    Ok(counts.outcome())
}

/// Returns the folders that the run writes to.
fn own_folders(options: &ClassifyOptions) -> Vec<OwnFolder<'_>> {
    let clips = options.clips.as_ref().map(|clips| (clips.root(), "--save-clips"));
    let results = match &options.output {
        Output::Folder(root) => Some((root.as_path(), "--output")),
        Output::Stdout | Output::File(_) => None,
    };
    clips.into_iter().chain(results).collect()
}

/// Leaves out recordings that have results, and says how many; with `saves_clips`, also that they
/// get no clips.
///
/// # Errors
/// If a result belongs to another recording.
fn unfinished(
    inputs: Vec<Result<Found, Failure>>,
    destination: &Destination,
    saves_clips: bool,
) -> Result<Vec<Result<Found, Failure>>, UsageError> {
    let all = inputs.len();
    let mut left = Vec::new();
    for input in inputs {
        let is_done = match &input {
            Ok(found) => destination.is_done(found)?,
            Err(_) => false,
        };
        if !is_done {
            left.push(input);
        }
    }
    let what = match all - left.len() {
        0 => return Ok(left),
        1 => "1 recording, which has a result".to_owned(),
        count => format!("{count} recordings, which have results"),
    };
    let clips = if saves_clips { "; no clips are saved of what was left out" } else { "" };
    note(format_args!("--resume: left out {what}{clips}"));
    Ok(left)
}

/// Returns the path that determines the shard of an input. A folder that cannot be listed also
/// belongs to exactly one shard.
fn path_in_shard(input: &Result<Found, Failure>) -> &Path {
    match input {
        Ok(found) => &found.relative,
        Err(failure) => failure.path(),
    }
}

/// Creates one classifier per worker.
fn workers<'a>(
    model: &Loaded,
    options: &'a ClassifyOptions,
    inputs: usize,
    is_large: bool,
) -> anyhow::Result<Vec<Worker<'a>>> {
    let (count, threads) = if is_large { (1, options.jobs) } else { (options.jobs.min(inputs), 1) };
    let mut workers = Vec::new();
    for _ in 0..count.max(1) {
        workers.push(Worker::new(model.classifier().map_err(coded)?, options, threads));
    }
    Ok(workers)
}

/// Groups the inputs in order: each large file alone, and the files in between.
fn groups(inputs: Vec<Result<Found, Failure>>) -> Vec<(Vec<Result<Found, Failure>>, bool)> {
    let mut groups: Vec<(Vec<Result<Found, Failure>>, bool)> = Vec::new();
    for input in inputs {
        let is_large = input.as_ref().is_ok_and(is_large);
        match groups.last_mut() {
            Some((group, false)) if !is_large => group.push(input),
            _ => groups.push((vec![input], is_large)),
        }
    }
    groups
}

/// Returns whether a recording is worth all threads; recordings of unknown length are.
fn is_large(input: &Found) -> bool {
    input.is_read_once() || size(input) >= LARGE_BYTES
}

fn size(input: &Found) -> u64 {
    if input.is_standard_input() {
        return 0;
    }
    fs::metadata(&input.path).map_or(0, |file| file.len())
}
