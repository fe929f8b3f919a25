//! Runs a method on splits, some side by side, and takes up what was finished before.

use crate::experiment::judge;
use crate::experiment::leakage::Shuffled;
use crate::experiment::method::{Job, Method, Split, Verdict};
use crate::experiment::store::{self, Key};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::progress;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Which clips train, validate and test.
pub enum Assignment {
    /// By official folds: no recording is in two parts.
    Official(Split),
    /// Clip by clip, ignoring recordings.
    Shuffled(Shuffled),
}

impl Assignment {
    /// The clips.
    pub fn split(&self) -> &Split {
        match self {
            Self::Official(split) => split,
            Self::Shuffled(shuffled) => shuffled.split(),
        }
    }

    /// Whether it ignores recordings.
    pub fn is_shuffled(&self) -> bool {
        matches!(self, Self::Shuffled(_))
    }

    /// Refuses an official split in which a recording is in two parts.
    fn check(&self, slices: &[Slice]) -> Result<()> {
        let Self::Official(Split { name, train, validation, test, .. }) = self else {
            return Ok(());
        };
        let recordings = |part: &[usize]| -> BTreeSet<&str> {
            part.iter().map(|&index| slices[index].recording.as_str()).collect()
        };
        let parts = [recordings(train), recordings(validation), recordings(test)];
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            if let Some(shared) = parts[a].intersection(&parts[b]).next() {
                bail!("recording {shared} is in two parts of the split {name}");
            }
        }
        ensure!(!train.is_empty(), "split {name}: no clips are left to train on");
        ensure!(!test.is_empty(), "split {name}: no clips to test");
        Ok(())
    }
}

/// A split and the folder that its results are kept under.
pub struct Task {
    /// Its clips.
    pub assignment: Assignment,
    /// Parent of the folders of splits.
    pub root: PathBuf,
    /// Discard results and checkpoints of earlier runs.
    pub fresh: bool,
}

/// What all splits share.
pub struct Runner<'a> {
    /// The method, its features prepared.
    pub method: &'a dyn Method,
    /// All clips.
    pub slices: &'a [Slice],
    /// Labels.
    pub labels: &'a [String],
    /// Seed of everything random.
    pub seed: u64,
    /// Splits to run side by side.
    pub jobs: usize,
    /// Set when the run shall stop.
    pub stop: &'a AtomicBool,
}

impl Runner<'_> {
    /// The verdicts on all tasks, in their order. `None` when the run was stopped: what is
    /// finished is kept, and the next call goes on from there.
    pub fn run(&self, tasks: &[Task]) -> Result<Option<Vec<Verdict>>> {
        for task in tasks {
            task.assignment.check(self.slices)?;
        }
        let settings = self.method.settings();
        let clips: Vec<_> = self.slices.iter().map(|slice| self.line(slice)).collect();
        let next = AtomicUsize::new(0);
        let slots: Vec<_> = tasks.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.clamp(1, tasks.len().max(1)) {
                scope.spawn(|| {
                    while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed))
                        .filter(|&index| index < tasks.len() && !self.is_stopped())
                    {
                        let verdict = self.run_one(&tasks[index], &settings, &clips);
                        if let Ok(mut slot) = slots[index].lock() {
                            *slot = Some(verdict);
                        }
                    }
                });
            }
        });
        let mut verdicts = Vec::with_capacity(tasks.len());
        for (slot, task) in slots.into_iter().zip(tasks) {
            let name = &task.assignment.split().name;
            match slot.into_inner().ok().flatten() {
                Some(verdict) => match verdict.with_context(|| format!("split {name}"))? {
                    Some(verdict) => verdicts.push(verdict),
                    None => return Ok(None),
                },
                None if self.is_stopped() => return Ok(None),
                None => bail!("split {name} ended without a result"),
            }
        }
        Ok(Some(verdicts))
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What tells a clip from all others.
    fn line(&self, slice: &Slice) -> String {
        let Slice { stem, recording, fold, .. } = slice;
        format!("{stem}\t{recording}\t{fold}\t{}", self.method.target(slice))
    }

    fn run_one(&self, task: &Task, settings: &Value, clips: &[String]) -> Result<Option<Verdict>> {
        let split = task.assignment.split();
        let key = Key { settings, labels: self.labels, seed: self.seed, split, clips };
        let work = key.folder(&task.root);
        if task.fresh && work.exists() {
            std::fs::remove_dir_all(&work)
                .with_context(|| format!("removing {}", work.display()))?;
        }
        std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
        if let Some(verdict) = store::read(&work)? {
            judge::check(&verdict, split, self.labels.len())
                .with_context(|| format!("{}: start again with --fresh", work.display()))?;
            progress::line(&format!("split {}: finished before", split.name));
            return Ok(Some(verdict));
        }
        progress::line(&format!(
            "split {}: {} clips to train on, {} to validate, {} to test",
            split.name,
            split.train.len(),
            split.validation.len(),
            split.test.len()
        ));
        let Some(verdict) = self.method.run(split, &self.job(&work))? else {
            progress::line(&format!(
                "split {}: stopped; the same command goes on from {}",
                split.name,
                work.display()
            ));
            return Ok(None);
        };
        judge::check(&verdict, split, self.labels.len())?;
        store::write(&work, &verdict)?;
        self.tell(split, &verdict);
        Ok(Some(verdict))
    }

    fn job<'b>(&'b self, work: &'b Path) -> Job<'b> {
        Job { slices: self.slices, labels: self.labels, seed: self.seed, work, stop: self.stop }
    }

    fn tell(&self, split: &Split, verdict: &Verdict) {
        let rows =
            judge::rows(&split.name, split, verdict, (self.slices, Path::new("")), self.method);
        let scores = sourcing_sound_train::metrics::scores(&judge::judged(&rows), self.labels);
        progress::line(&format!(
            "split {}: accuracy {:.1}% of {} clips, macro-F1 {:.3}, {}",
            split.name,
            100.0 * scores.accuracy,
            rows.len(),
            scores.macro_f1,
            progress::duration(verdict.seconds)
        ));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::experiment::method::Preparation;
    use std::path::PathBuf;

    /// Gives every clip its own label and counts how often it was asked.
    #[derive(Default)]
    struct Oracle {
        runs: AtomicUsize,
        stops: bool,
    }

    impl Method for Oracle {
        fn title(&self) -> String {
            "oracle".into()
        }

        fn settings(&self) -> Value {
            Value::Null
        }

        fn prepare(&mut self, slices: &[Slice], _: &Path) -> Result<Preparation> {
            Ok(Preparation { usable: vec![true; slices.len()], ..Preparation::default() })
        }

        fn run(&self, split: &Split, job: &Job<'_>) -> Result<Option<Verdict>> {
            self.runs.fetch_add(1, Ordering::Relaxed);
            assert!(job.work.is_dir());
            if self.stops {
                job.stop.store(true, Ordering::Relaxed);
                return Ok(None);
            }
            let score = |&clip: &usize| match job.slices[clip].label {
                0 => vec![1.0, 0.0],
                _ => vec![0.0, 1.0],
            };
            let scores = split.test.iter().map(score).collect();
            Ok(Some(Verdict { scores, ..Verdict::default() }))
        }
    }

    fn slices() -> Vec<Slice> {
        (0..8usize)
            .map(|n| sourcing_sound_train::fixtures::slice(&n.to_string(), n as u32 / 4 + 1, n % 2))
            .collect()
    }

    fn task(root: &Path, train: &[usize], test: &[usize]) -> Task {
        let split = Split {
            name: format!("{test:?}"),
            train: train.to_vec(),
            validation: vec![],
            test: test.to_vec(),
            dropped: 0,
        };
        Task { assignment: Assignment::Official(split), root: PathBuf::from(root), fresh: false }
    }

    fn runner<'a>(
        method: &'a Oracle,
        slices: &'a [Slice],
        labels: &'a [String],
        stop: &'a AtomicBool,
    ) -> Runner<'a> {
        Runner { method, slices, labels, seed: 1, jobs: 2, stop }
    }

    #[test]
    fn finished_splits_are_taken_up_and_a_stop_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let (slices, labels) = (slices(), ["a".to_owned(), "b".to_owned()]);
        let stop = AtomicBool::new(false);
        let oracle = Oracle::default();
        let first = task(folder.path(), &[0, 1, 2, 3], &[4, 5, 6, 7]);
        let second = task(folder.path(), &[4, 5, 6, 7], &[0, 1, 2, 3]);
        let one = runner(&oracle, &slices, &labels, &stop).run(&[first]).unwrap().unwrap();
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 1);

        let first = task(folder.path(), &[0, 1, 2, 3], &[4, 5, 6, 7]);
        let quitter = Oracle { stops: true, ..Oracle::default() };
        let tasks = [first, second];
        assert!(runner(&quitter, &slices, &labels, &stop).run(&tasks).unwrap().is_none());
        assert!(quitter.runs.load(Ordering::Relaxed) <= 1, "the finished split ran again");

        stop.store(false, Ordering::Relaxed);
        let both = runner(&oracle, &slices, &labels, &stop).run(&tasks).unwrap().unwrap();
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 2);
        assert_eq!(both[0], one[0]);

        let tasks = tasks.map(|task| Task { fresh: true, ..task });
        runner(&oracle, &slices, &labels, &stop).run(&tasks).unwrap().unwrap();
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_recording_in_two_parts_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (mut slices, labels) = (slices(), ["a".to_owned(), "b".to_owned()]);
        slices[4].recording = slices[0].recording.clone();
        let (oracle, stop) = (Oracle::default(), AtomicBool::new(false));
        let tasks = [task(folder.path(), &[0, 1, 2, 3], &[4, 5, 6, 7])];
        let error = runner(&oracle, &slices, &labels, &stop).run(&tasks).unwrap_err();
        assert!(error.to_string().contains("two parts"), "{error}");
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 0);
    }
}
