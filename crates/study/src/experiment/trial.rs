//! One experiment from clips to its record.

use crate::experiment::judge::{self, Naming};
use crate::experiment::leakage;
use crate::experiment::material::Material;
use crate::experiment::method::{Method, Verdict};
use crate::experiment::name::Name;
use crate::experiment::record::{
    Cost, PredictionRow, Record, SCHEMA_VERSION, SplitRecord, Summary,
};
use crate::experiment::runner::{Assignment, Runner, Task};
use anyhow::{Result, ensure};
use sourcing_sound_train::data::dataset::{Slice, Split};
use sourcing_sound_train::metrics::quantile;
use sourcing_sound_train::program::today;
use sourcing_sound_train::progress;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Everything an experiment needs.
pub struct Trial<'a> {
    /// Its name.
    pub name: Name,
    /// The experiment whose method it runs: itself, but for `leakage`.
    pub inner: Name,
    /// That method.
    pub method: Box<dyn Method>,
    /// The clips.
    pub material: &'a Material,
    /// The data folder, which paths in `predictions.csv` are relative to.
    pub data: &'a Path,
    /// Folder for features, checkpoints and results of splits.
    pub work: &'a Path,
    /// Seed of everything random.
    pub seed: u64,
    /// Splits to run side by side.
    pub jobs: usize,
    /// Discard the experiment's results of earlier runs. The official splits of `leakage` are
    /// another experiment's.
    pub fresh: bool,
    /// The command line, for the record.
    pub command: String,
    /// Set when the run shall stop.
    pub stop: &'a AtomicBool,
}

/// A finished split.
struct Judged {
    record: SplitRecord,
    rows: Vec<PredictionRow>,
}

impl Trial<'_> {
    /// Runs the experiment. `None` when it was stopped.
    pub fn run(mut self) -> Result<Option<(Record, Vec<PredictionRow>)>> {
        progress::line(&format!("{}: {}", self.name.as_str(), self.title()));
        let slices = &self.material.dataset.slices;
        let preparation = self.method.prepare(slices, &self.work.join("features"))?;
        for failure in &preparation.failures {
            progress::line(&format!("not usable: {failure}"));
        }
        ensure!(preparation.usable.contains(&true), "none of the clips could be used");
        let labels = self.method.labels(&self.material.dataset.labels);
        let share = self.method.validation_share();
        let official = self.material.official(&preparation.usable, share, self.seed)?;
        let tasks = self.tasks(official, slices);
        let runner = Runner {
            method: self.method.as_ref(),
            slices,
            labels: &labels,
            seed: self.seed,
            jobs: self.jobs,
            stop: self.stop,
        };
        let Some(verdicts) = runner.run(&tasks)? else { return Ok(None) };
        let judged: Vec<_> = tasks
            .iter()
            .zip(&verdicts)
            .map(|(task, verdict)| self.judge(&task.assignment, verdict, &labels))
            .collect();
        let cost = Cost { features_ms: preparation.features_ms, model_ms: model_ms(&verdicts) };
        let record = Record {
            schema_version: SCHEMA_VERSION,
            experiment: self.name.as_str().to_owned(),
            title: self.title(),
            date: today(),
            command: self.command.clone(),
            seed: self.seed,
            data: self.material.facts(&preparation),
            labels,
            settings: self.method.settings(),
            parameters: common(verdicts.iter().map(|verdict| verdict.parameters)),
            multiply_adds: common(verdicts.iter().map(|verdict| verdict.multiply_adds)),
            cost,
            summary: self.summary(&judged, false).unwrap_or_default(),
            shuffled: self.summary(&judged, true),
            study: self.name.study(),
            splits: judged.iter().map(|judged| judged.record.clone()).collect(),
        };
        let rows = judged.into_iter().flat_map(|judged| judged.rows).collect();
        Ok(Some((record, rows)))
    }

    fn title(&self) -> String {
        match self.name {
            Name::Leakage => {
                format!("{}, official folds beside shuffled clips", self.method.title())
            }
            _ => self.method.title(),
        }
    }

    /// The official splits and, for `leakage`, as many shuffled ones. The official ones are the
    /// inner experiment's own, so that neither trains what the other has trained.
    fn tasks(&self, official: Vec<Split>, slices: &[Slice]) -> Vec<Task> {
        let shuffled = match self.name {
            Name::Leakage => leakage::shuffled(&official, |clip| slices[clip].official, self.seed),
            _ => Vec::new(),
        };
        let own = self.work.join(self.inner.as_str());
        let apart = self.work.join(Name::Leakage.as_str()).join(self.inner.as_str());
        let fresh_official = self.fresh && self.name == self.inner;
        let official = official.into_iter().map(|split| Task {
            assignment: Assignment::Official(split),
            root: own.clone(),
            fresh: fresh_official,
        });
        let shuffled = shuffled.into_iter().map(|split| Task {
            assignment: Assignment::Shuffled(split),
            root: apart.clone(),
            fresh: self.fresh,
        });
        official.chain(shuffled).collect()
    }

    fn judge(&self, assignment: &Assignment, verdict: &Verdict, labels: &[String]) -> Judged {
        let split = assignment.split();
        let naming = Naming {
            name: split.name.clone(),
            shuffled: assignment.is_shuffled(),
            labels,
            positive: self.method.positive(),
            seed: self.seed,
        };
        let place = (self.material.dataset.slices.as_slice(), self.data);
        let rows = judge::rows(&split.name, split, verdict, place, self.method.as_ref());
        Judged { record: judge::split_record(&naming, split, verdict, &rows), rows }
    }

    /// Over the official or the shuffled splits; `None` where there are none.
    fn summary(&self, judged: &[Judged], shuffled: bool) -> Option<Summary> {
        let part: Vec<_> = judged
            .iter()
            .filter(|judged| judged.record.shuffled == shuffled)
            .map(|judged| (&judged.record, judged.rows.as_slice()))
            .collect();
        (!part.is_empty()).then(|| judge::summary(&part, self.seed))
    }
}

/// The value that all agree on.
fn common(mut values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let first = values.next().flatten();
    first.filter(|_| values.all(|value| value == first))
}

/// Median over the splits.
fn model_ms(verdicts: &[Verdict]) -> Option<f64> {
    let mut times: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.cost.model_ms).collect();
    times.sort_by(f64::total_cmp);
    (!times.is_empty()).then(|| quantile(&times, 0.5))
}
