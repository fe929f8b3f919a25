//! Trains one network: AdamW on shuffled batches, a judgement on the validation clips after every
//! epoch where there are any, and an end by the policy.

use crate::nn::checkpoint::{Epoch, State};
use crate::nn::examples::{Examples, Views};
use crate::nn::net::{NetworkConfig, Weights};
use crate::nn::optimise::{update_average, update_statistics};
use crate::nn::policy::{Keep, Policy};
use crate::nn::score::Network;
use crate::nn::step::Stepper;
use crate::nn::weights;
use crate::progress;
use crate::random::generator;
use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use rand::seq::SliceRandom;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What a training works on.
pub struct Job<'a> {
    /// What is trained, such as `mel-cnn 1`; messages begin with it.
    pub name: &'a str,
    /// Everything that decides the result; a checkpoint of another plan is refused.
    pub plan: &'a Value,
    /// The network.
    pub network: &'a NetworkConfig,
    /// Settings.
    pub policy: Policy,
    /// Where inputs come from.
    pub examples: &'a dyn Examples,
    /// Clips to train on.
    pub train: &'a [usize],
    /// Clips to choose the best epoch by.
    pub validation: Option<(&'a dyn Views, &'a [usize])>,
    /// Where the checkpoint is.
    pub checkpoint: &'a Path,
    /// Set when the training should stop after the current batch.
    pub stop: &'a AtomicBool,
}

/// A finished training.
pub struct Trained {
    /// The weights that the policy keeps.
    pub weights: Weights,
    /// The best epoch, from 1; the last one without validation clips.
    pub best_epoch: usize,
    /// One entry per epoch. Losses are cross-entropies, without L2.
    pub curve: Vec<Epoch>,
    /// Seconds of training, those before interruptions included.
    pub seconds: f64,
}

/// How a training ended.
pub enum Outcome {
    /// It is finished.
    Finished(Trained),
    /// It was stopped; the checkpoint is written.
    Interrupted {
        /// Whole epochs done.
        epochs: usize,
    },
}

/// Trains from the checkpoint, or from the beginning where there is none.
pub fn train(job: &Job<'_>) -> Result<Outcome> {
    let (name, policy) = (job.name, &job.policy);
    ensure!(!job.train.is_empty(), "{name}: no training clips");
    ensure!(policy.epochs > 0, "{name}: at least 1 epoch is needed");
    ensure!(policy.batch > 0, "{name}: a batch needs at least 1 example");
    ensure!(policy.draws > 0, "{name}: every clip must be drawn at least once");
    job.network.validate()?;
    let mut rng = generator(policy.seed, name, &[u64::MAX]);
    let mut state = State::new(weights::random(job.network, &mut rng)?);
    ensure!(
        policy.batch > 1 || state.weights.statistics.is_empty(),
        "{name}: batch norm needs at least 2 examples per batch"
    );
    if job.checkpoint.exists() {
        state = State::load(job.checkpoint, job.plan, state)?;
    }
    let mut run = Run::new(job, state)?;
    while !run.state.progress.is_finished(policy) {
        if !run.epoch()? {
            run.save()?;
            run.bar.abandon();
            return Ok(Outcome::Interrupted { epochs: run.state.progress.curve.len() });
        }
        run.save()?;
    }
    run.bar.finish_and_clear();
    let State { progress, kept: weights, .. } = run.state;
    ensure!(weights.is_finite(), "{name}: the weights are not finite any more");
    let (best_epoch, curve, seconds) = (progress.best_epoch, progress.curve, progress.seconds);
    Ok(Outcome::Finished(Trained { weights, best_epoch, curve, seconds }))
}

/// A training under way.
struct Run<'a> {
    job: &'a Job<'a>,
    state: State,
    stepper: Stepper<'a>,
    steps_per_epoch: usize,
    examples_per_epoch: usize,
    bar: ProgressBar,
    begun: Instant,
    step_before: usize,
    seconds_before: f64,
}

impl<'a> Run<'a> {
    fn new(job: &'a Job<'a>, state: State) -> Result<Self> {
        let Policy { epochs, batch, draws, .. } = job.policy;
        let examples = job.train.len() * draws;
        let batch = batch.min(examples);
        let (steps_per_epoch, examples_per_epoch) = match state.weights.statistics.is_empty() {
            true => (examples.div_ceil(batch), examples),
            false => (examples / batch, examples - examples % batch),
        };
        let bar = progress::bar((epochs * steps_per_epoch) as u64, job.name);
        let (step_before, seconds_before) = (state.progress.step, state.progress.seconds);
        bar.set_position(step_before as u64);
        bar.reset_eta();
        let begun = Instant::now();
        Ok(Self {
            job,
            state,
            stepper: Stepper::new(job.network)?,
            steps_per_epoch,
            examples_per_epoch,
            bar,
            begun,
            step_before,
            seconds_before,
        })
    }

    /// The rest of the current epoch. False when it was stopped.
    fn epoch(&mut self) -> Result<bool> {
        let number = self.state.progress.curve.len();
        let order = self.order(number as u64);
        let batches = order.chunks(self.job.policy.batch).take(self.steps_per_epoch).enumerate();
        let done = self.state.progress.step - number * self.steps_per_epoch;
        for (index, clips) in batches.skip(done) {
            if self.job.stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            self.batch(clips, &[number as u64, index as u64])?;
        }
        self.finish_epoch(number + 1)?;
        Ok(true)
    }

    /// The clips of an epoch in a random order, each as often as it is drawn.
    fn order(&self, epoch: u64) -> Vec<usize> {
        let Policy { seed, draws, .. } = self.job.policy;
        let mut order = self.job.train.repeat(draws);
        order.shuffle(&mut generator(seed, self.job.name, &[epoch]));
        order
    }

    fn batch(&mut self, clips: &[usize], address: &[u64]) -> Result<()> {
        let Job { name, policy, .. } = self.job;
        let mut rng = generator(policy.seed, name, address);
        let batch = self.job.examples.batch(clips, &mut rng)?;
        let State { progress, weights, kept, adam } = &mut self.state;
        let output = self.stepper.step(&weights.parameters, &batch, Some(&mut rng))?;
        let loss = output.cross_entropy + output.penalty;
        ensure!(loss.is_finite(), "{name}: the loss is {loss}");
        let rate = policy.learning_rate(progress.step, self.steps_per_epoch);
        adam.step(weights, &output.gradients, progress.step, rate, policy.weight_decay);
        update_statistics(weights, &output.statistics);
        if let Keep::Average { ceiling } = policy.keep {
            update_average(kept, weights, progress.step, ceiling);
        }
        progress.epoch_loss += output.cross_entropy * clips.len() as f64;
        progress.step += 1;
        progress.seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
        self.bar.inc(1);
        Ok(())
    }

    fn finish_epoch(&mut self, number: usize) -> Result<()> {
        let judgement = match self.job.validation {
            Some((views, clips)) if !clips.is_empty() => {
                let network = Network::new(self.job.network, &self.state.weights.parameters);
                network.judge(views, clips)?
            }
            _ => None,
        };
        let epoch = Epoch {
            epoch: number,
            loss: self.state.progress.epoch_loss / self.examples_per_epoch as f64,
            validation_loss: judgement.map(|judgement| judgement.loss),
            validation_accuracy: judgement.map(|judgement| judgement.accuracy),
        };
        let better = self.state.progress.finish_epoch(epoch);
        if better && matches!(self.job.policy.keep, Keep::Best { .. }) {
            self.state.kept.clone_from(&self.state.weights);
        }
        self.state.progress.seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
        self.report(&epoch);
        Ok(())
    }

    fn report(&self, epoch: &Epoch) {
        let epochs = self.job.policy.epochs;
        let elapsed = self.begun.elapsed().as_secs_f64();
        let steps = self.state.progress.step - self.step_before;
        let per_step = elapsed / steps.max(1) as f64;
        let speed = self.examples_per_epoch as f64 / (per_step * self.steps_per_epoch as f64);
        let mut report = format!("epoch {}/{} loss {:.4}", epoch.epoch, epochs, epoch.loss);
        if let (Some(loss), Some(accuracy)) = (epoch.validation_loss, epoch.validation_accuracy) {
            report += &format!(", validation {loss:.4}, {:.1}%", 100.0 * accuracy);
        }
        self.bar.set_message(format!("{report}, {speed:.0} examples/s,"));
        let left = (epochs - epoch.epoch) as f64 * self.steps_per_epoch as f64 * per_step;
        progress::plain_line(&format!(
            "{}: {report}, {speed:.0} examples/s, at most {} left",
            self.job.name,
            progress::duration(left)
        ));
    }

    fn save(&mut self) -> Result<()> {
        self.state.save(self.job.checkpoint, self.job.plan)
    }
}

#[cfg(test)]
mod tests;
