//! Runs one experiment from clips to its record.

use crate::experiment::arguments::Arguments;
use crate::experiment::leakage;
use crate::experiment::material::Material;
use crate::experiment::method::{Method, Preparation, Setup, median};
use crate::experiment::name::Name;
use crate::experiment::record::{Cost, PredictionRow, Record, SCHEMA_VERSION};
use crate::experiment::runner::{Runner, Task};
use crate::experiment::score;
use anyhow::{Result, ensure};
use sourcing_sound_train::data::dataset::{Slice, Split};
use sourcing_sound_train::program::command_line;
use sourcing_sound_train::progress;
use std::sync::atomic::AtomicBool;

/// Everything an experiment needs.
pub struct Trial<'a> {
    /// Its name.
    pub name: Name,
    /// Its method; for `leakage`, that of another experiment.
    pub method: Box<dyn Method>,
    /// The clips.
    pub material: &'a Material,
    /// Seed, folders and the like.
    pub arguments: &'a Arguments,
    /// Set when the run should stop.
    pub stop: &'a AtomicBool,
}

/// An experiment with its features computed.
struct Ready {
    preparation: Preparation,
    labels: Vec<String>,
    tasks: Vec<Task>,
}

impl Trial<'_> {
    /// Removes what earlier runs left of the experiment.
    pub fn discard(mut self) -> Result<()> {
        let Ready { labels, tasks, .. } = self.prepare()?;
        self.runner(&labels).discard(&tasks)
    }

    fn prepare(&mut self) -> Result<Ready> {
        let Arguments { seed, work, .. } = self.arguments;
        let slices = &self.material.dataset.slices;
        let preparation = self.method.prepare(slices, &work.join("features"))?;
        ensure!(preparation.usable.contains(&true), "none of the clips could be used");
        let labels = self.method.labels(&self.material.dataset.labels);
        let share = self.method.validation_share();
        let official = self.material.official(&preparation.usable, share, *seed)?;
        let tasks = self.tasks(official, slices);
        Ok(Ready { preparation, labels, tasks })
    }

    fn runner<'a>(&'a self, labels: &'a [String]) -> Runner<'a> {
        let Arguments { seed, jobs, .. } = *self.arguments;
        let slices = &self.material.dataset.slices;
        let setup = Setup { method: self.method.as_ref(), slices, labels, seed };
        Runner { setup, jobs, stop: self.stop }
    }

    /// Runs the experiment. `None` when it was stopped.
    pub fn run(mut self) -> Result<Option<(Record, Vec<PredictionRow>)>> {
        let title = match self.name {
            Name::Leakage => {
                format!("{}, official folds beside shuffled clips", self.method.title())
            }
            _ => self.method.title(),
        };
        progress::line(&format!("{}: {title}", self.name));
        let Arguments { seed, data, .. } = self.arguments;
        let Ready { preparation, labels, tasks } = self.prepare()?;
        progress::unusable(&preparation.failures);
        let runner = self.runner(&labels);
        let Some(verdicts) = runner.run(&tasks)? else { return Ok(None) };
        let scored: Vec<_> = tasks
            .iter()
            .zip(&verdicts)
            .map(|(Task { split, shuffled, .. }, verdict)| {
                let rows = score::rows(&runner.setup, data, split, verdict);
                (score::split_record(&runner.setup, split, *shuffled, verdict, &rows), rows)
            })
            .collect();
        let model_ms = verdicts.iter().filter_map(|verdict| verdict.cost.model_ms).collect();
        let summary = score::summary(&scored, false, *seed).unwrap_or_default();
        let shuffled = score::summary(&scored, true, *seed);
        let (splits, rows): (Vec<_>, Vec<_>) = scored.into_iter().unzip();
        let record = Record {
            schema_version: SCHEMA_VERSION,
            experiment: self.name.to_string(),
            title,
            // Some of its splits may have been finished on earlier days.
            date: verdicts.iter().map(|verdict| verdict.date.clone()).max().unwrap_or_default(),
            command: command_line(env!("CARGO_PKG_NAME"), &[]),
            seed: *seed,
            data: self.material.facts(&preparation),
            settings: self.method.settings(),
            parameters: common(verdicts.iter().map(|verdict| verdict.parameters)),
            multiply_adds: common(verdicts.iter().map(|verdict| verdict.multiply_adds)),
            cost: Cost { features_ms: preparation.features_ms, model_ms: median(model_ms) },
            labels,
            splits,
            summary,
            shuffled,
            study: self.name.study(),
        };
        Ok(Some((record, rows.concat())))
    }

    /// Returns the official splits and, for `leakage`, as many shuffled ones. The official ones are
    /// those of the experiment with the same method, so that neither repeats the other's training,
    /// and `--fresh` leaves them to that experiment.
    fn tasks(&self, official: Vec<Split>, slices: &[Slice]) -> Vec<Task> {
        let Arguments { work, seed, fresh, .. } = self.arguments;
        let method = self.arguments.method_of(self.name).to_string();
        let shuffled = match self.name {
            Name::Leakage => leakage::shuffled(&official, |clip| slices[clip].official, *seed),
            _ => Vec::new(),
        };
        let task = |split, shuffled| Task {
            split,
            shuffled,
            root: match shuffled {
                true => work.join(self.name.to_string()).join(&method),
                false => work.join(&method),
            },
            fresh: *fresh && (shuffled || self.name != Name::Leakage),
        };
        let official = official.into_iter().map(|split| task(split, false));
        official.chain(shuffled.into_iter().map(|split| task(split, true))).collect()
    }
}

/// Returns the value if all are equal.
fn common(mut values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let first = values.next().flatten();
    first.filter(|_| values.all(|value| value == first))
}
