//! A training in progress: it resumes from its checkpoint, reports its progress, and stops after
//! the current step on request.

use crate::nn::checkpoint::State;
use crate::progress;
use anyhow::Result;
use indicatif::ProgressBar;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A training to run, and its checkpoint.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// Its name, such as `mel-cnn 1`; messages begin with it.
    pub name: &'a str,
    /// Everything that determines the result; a checkpoint of another plan is refused.
    pub plan: &'a Value,
    /// Path of the checkpoint.
    pub checkpoint: &'a Path,
    /// Set when the training should stop after the current step.
    pub stop: &'a AtomicBool,
}

/// A training in progress.
pub struct Run<'a> {
    /// Everything that a checkpoint contains.
    pub state: State,
    training: Training<'a>,
    bar: ProgressBar,
    begun: Instant,
    step_before: usize,
    seconds_before: f64,
}

impl<'a> Run<'a> {
    /// Starts from the checkpoint, or from `fresh` if there is none; `steps` is the total number of
    /// steps.
    pub fn new(training: Training<'a>, fresh: State, steps: usize) -> Result<Self> {
        let state = match training.checkpoint.exists() {
            true => State::load(training.checkpoint, training.plan, fresh)?,
            false => fresh,
        };
        let bar = progress::bar(steps as u64, training.name);
        let (step_before, seconds_before) = (state.progress.step, state.progress.seconds);
        bar.set_position(step_before as u64);
        bar.reset_eta();
        Ok(Self { state, training, bar, begun: Instant::now(), step_before, seconds_before })
    }

    /// Returns the steps done, including those before interruptions.
    pub fn step(&self) -> usize {
        self.state.progress.step
    }

    /// Takes steps until `end` of them are done. Returns false if it was stopped before that, after
    /// writing the checkpoint.
    pub fn advance(
        &mut self,
        end: usize,
        mut step: impl FnMut(&mut State) -> Result<()>,
    ) -> Result<bool> {
        while self.step() < end {
            if self.training.stop.load(Ordering::Relaxed) {
                self.save()?;
                self.bar.abandon();
                return Ok(false);
            }
            step(&mut self.state)?;
            self.state.progress.step += 1;
            self.record_time();
            self.bar.inc(1);
        }
        Ok(true)
    }

    /// Adds the time so far to the state.
    pub fn record_time(&mut self) {
        self.state.progress.seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
    }

    /// Writes the checkpoint.
    pub fn save(&mut self) -> Result<()> {
        self.state.save(self.training.checkpoint, self.training.plan)
    }

    /// Returns the seconds per step, measured in this process.
    pub fn seconds_per_step(&self) -> f64 {
        let steps = self.step() - self.step_before;
        self.begun.elapsed().as_secs_f64() / steps.max(1) as f64
    }

    /// Reports the progress of the training, with the time for the remaining steps.
    pub fn report(&self, text: &str, steps_left: usize) {
        self.bar.set_message(format!("{text},"));
        let left = progress::duration(steps_left as f64 * self.seconds_per_step());
        progress::plain_line(&format!("{}: {text}, at most {left} left", self.training.name));
    }

    /// Ends a training after its last step.
    pub fn finish(self) -> State {
        self.bar.finish_and_clear();
        self.state
    }
}
