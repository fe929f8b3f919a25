//! The `experiment` command.

use crate::experiment::arguments::{self, Arguments};
use crate::experiment::few_shot;
use crate::experiment::material::Material;
use crate::experiment::methods;
use crate::experiment::name::{Name, Selection};
use crate::experiment::output;
use crate::experiment::trial::Trial;
use crate::page;
use anyhow::{Context, Result};
use sourcing_sound_train::data::dataset::Dataset;
use sourcing_sound_train::interrupt::{self, STOP};
use sourcing_sound_train::{program, progress};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was written.
    Finished,
    /// It was stopped; the same command, without `--fresh`, resumes.
    Interrupted,
}

/// Runs the command; exit code 130 after Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::stoppable(|| Ok(execute(arguments, &STOP)? == Outcome::Finished))
}

/// Runs the experiments that the arguments name, one after another, until `stop` is set.
pub fn execute(arguments: &Arguments, stop: &AtomicBool) -> Result<Outcome> {
    arguments::check(arguments)?;
    if arguments.experiment == Selection::FewShot {
        let finished = few_shot::run(arguments, stop)?;
        return Ok(finished.map_or(Outcome::Interrupted, |()| Outcome::Finished));
    }
    let dataset = Dataset::open_as(&arguments.data, arguments.layout)?;
    progress::lines(&dataset.findings);
    progress::lines(&dataset.note_on_labels());
    let material = Material::new(dataset, &arguments.folds, arguments.clips, arguments.seed)?;
    let names = arguments.experiment.names();
    if arguments.fresh {
        for &name in &names {
            let discarded = trial(arguments, name, &material, stop).and_then(Trial::discard);
            discarded.with_context(|| name.to_string())?;
        }
    }
    for name in names {
        let outcome = run_one(arguments, name, &material, stop);
        if outcome.with_context(|| name.to_string())? == Outcome::Interrupted {
            return Ok(Outcome::Interrupted);
        }
    }
    Ok(Outcome::Finished)
}

fn trial<'a>(
    arguments: &'a Arguments,
    name: Name,
    material: &'a Material,
    stop: &'a AtomicBool,
) -> Result<Trial<'a>> {
    let method = methods::build(arguments.method_of(name), arguments, &material.dataset)?;
    Ok(Trial { name, method, material, arguments, stop })
}

fn run_one(
    arguments: &Arguments,
    name: Name,
    material: &Material,
    stop: &AtomicBool,
) -> Result<Outcome> {
    let trial = trial(arguments, name, material, stop)?;
    let Some((record, rows)) = trial.run()? else { return Ok(Outcome::Interrupted) };
    let folder = arguments.out.join(&record.experiment);
    output::write(&folder, &record, &rows)?;
    page::write(&folder, &record, &rows)?;
    program::print(&output::classification(&record, &rows))?;
    progress::line(&format!("written: {}", folder.display()));
    Ok(Outcome::Finished)
}
