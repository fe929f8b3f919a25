//! Runs a method on splits, some in parallel, and reuses finished results.

use crate::experiment::method::{Job, Setup, Split, Verdict};
use crate::experiment::score;
use crate::experiment::store;
use anyhow::{Context, Result, bail, ensure};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::jobs::side_by_side;
use sourcing_sound_train::program::{resuming_command, today};
use sourcing_sound_train::{metrics, progress};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// A split and the folder of its results.
pub struct Task {
    /// Its clips.
    pub split: Split,
    /// Whether clips were drawn one by one; otherwise no recording may be in two parts.
    pub shuffled: bool,
    /// Parent of the folders of splits.
    pub root: PathBuf,
    /// Whether to discard results and checkpoints of earlier runs.
    pub fresh: bool,
}

impl Task {
    /// Refuses an official split in which a recording is in two parts.
    fn check(&self, slices: &[Slice]) -> Result<()> {
        if self.shuffled {
            return Ok(());
        }
        let Split { name, train, validation, test, .. } = &self.split;
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

/// Runs the splits of an experiment.
pub struct Runner<'a> {
    /// What they share.
    pub setup: Setup<'a>,
    /// Splits to run in parallel.
    pub jobs: usize,
    /// Set when the run should stop.
    pub stop: &'a AtomicBool,
}

impl Runner<'_> {
    /// Returns the verdicts on all tasks, in order. `None` if the run was stopped: finished results
    /// are kept, and the next call resumes from there.
    pub fn run(&self, tasks: &[Task]) -> Result<Option<Vec<Verdict>>> {
        for task in tasks {
            task.check(self.setup.slices)?;
        }
        let resuming = resuming_command(tasks.iter().any(|task| task.fresh));
        side_by_side(tasks, self.jobs, self.stop, |task| {
            self.run_one(task, resuming).with_context(|| format!("split {}", task.split.name))
        })
    }

    /// Removes what earlier runs left of fresh tasks. Call it before the first experiment begins:
    /// results that appear later are those of this command, and whatever resumes it may use them.
    pub fn discard(&self, tasks: &[Task]) -> Result<()> {
        for task in tasks.iter().filter(|task| task.fresh) {
            let work = store::folder(&task.root, &self.setup, &task.split);
            if work.exists() {
                std::fs::remove_dir_all(&work)
                    .with_context(|| format!("removing {}", work.display()))?;
            }
        }
        Ok(())
    }

    /// Runs one task; `resuming` names the command that resumes a stopped run.
    fn run_one(&self, task: &Task, resuming: &str) -> Result<Option<Verdict>> {
        let Setup { method, slices, labels, seed } = self.setup;
        let split = &task.split;
        let work = store::folder(&task.root, &self.setup, split);
        std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
        if let Some(verdict) = store::read(&work)? {
            score::check(&verdict, split, labels.len())
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
        let job = Job { slices, labels, seed, work: &work, stop: self.stop };
        let verdict = method.run(split, &job)?;
        let Some(verdict) = verdict.map(|verdict| Verdict { date: today(), ..verdict }) else {
            progress::line(&format!(
                "split {}: stopped; {resuming} resumes from {}",
                split.name,
                work.display()
            ));
            return Ok(None);
        };
        score::check(&verdict, split, labels.len())?;
        store::write(&work, &verdict)?;
        let rows = score::rows(&self.setup, Path::new(""), split, &verdict);
        let scores = metrics::scores(&score::clips(&rows), labels);
        progress::line(&format!(
            "split {}: accuracy {:.1}% of {} clips, macro-F1 {:.3}, {}",
            split.name,
            100.0 * scores.accuracy,
            rows.len(),
            scores.macro_f1,
            progress::duration(verdict.seconds)
        ));
        Ok(Some(verdict))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::experiment::method::{Method, Preparation};
    use serde_json::Value;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Gives every clip its true label and counts its calls.
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

        fn features(&self, _: usize) -> &[f32] {
            &[]
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
        Task { split, shuffled: false, root: PathBuf::from(root), fresh: false }
    }

    fn runner<'a>(
        method: &'a Oracle,
        slices: &'a [Slice],
        labels: &'a [String],
        stop: &'a AtomicBool,
    ) -> Runner<'a> {
        Runner { setup: Setup { method, slices, labels, seed: 1 }, jobs: 2, stop }
    }

    #[test]
    fn finished_splits_are_reused_and_a_stop_keeps_them() {
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
        runner(&oracle, &slices, &labels, &stop).discard(&tasks).unwrap();
        runner(&oracle, &slices, &labels, &stop).run(&tasks).unwrap().unwrap();
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 4);

        // If it is stopped at its first split, a fresh run has left no older result of the others.
        runner(&quitter, &slices, &labels, &stop).discard(&tasks).unwrap();
        assert!(runner(&quitter, &slices, &labels, &stop).run(&tasks).unwrap().is_none());
        stop.store(false, Ordering::Relaxed);
        let tasks = tasks.map(|task| Task { fresh: false, ..task });
        runner(&oracle, &slices, &labels, &stop).run(&tasks).unwrap().unwrap();
        assert_eq!(oracle.runs.load(Ordering::Relaxed), 6);
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
