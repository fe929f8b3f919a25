//! Trains one network: Adam on shuffled batches, a judgement on the validation clips after
//! every epoch, and an end when they get no better.

use crate::experiment::record::Epoch;
use crate::network::examples::{Examples, draw_batch};
use crate::network::plan::Plan;
use crate::network::score::Network;
use crate::network::state::State;
use crate::network::step::step;
use crate::network::weights;
use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use rand::seq::SliceRandom;
use sourcing_sound_train::nn::net::Array;
use sourcing_sound_train::progress;
use sourcing_sound_train::random::generator;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What a training works on.
pub struct Job<'a> {
    /// Decides the result.
    pub plan: &'a Plan,
    /// Where inputs come from.
    pub examples: &'a dyn Examples,
    /// Clips to train on.
    pub train: &'a [usize],
    /// Clips to choose the best epoch by; may be empty.
    pub validation: &'a [usize],
    /// Where the checkpoint is.
    pub checkpoint: &'a Path,
    /// Set when the training shall stop after the current batch.
    pub stop: &'a AtomicBool,
}

/// A finished training.
pub struct Trained {
    /// The weights after the best epoch.
    pub weights: Vec<Array>,
    /// That epoch, from 1.
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
    let (plan, config) = (job.plan, &job.plan.fit);
    ensure!(!job.train.is_empty(), "{}: no training clips", plan.name);
    ensure!(config.epochs > 0, "{}: at least 1 epoch is needed", plan.name);
    ensure!(config.batch > 0, "{}: a batch needs at least 1 example", plan.name);
    ensure!(config.draws > 0, "{}: every clip must be drawn at least once", plan.name);
    plan.network.validate()?;
    let mut rng = generator(config.seed, &plan.name, &[u64::MAX]);
    let mut state = State::new(weights::random(&plan.network, &mut rng)?);
    if job.checkpoint.exists() {
        state = State::load(job.checkpoint, plan, state)?;
    }
    let mut run = Run::new(job, state);
    while !run.state.progress.is_finished(config) {
        if !run.epoch()? {
            run.save()?;
            run.bar.abandon();
            return Ok(Outcome::Interrupted { epochs: run.state.progress.curve.len() });
        }
        run.save()?;
    }
    run.bar.finish_and_clear();
    let State { progress, best: weights, .. } = run.state;
    let finite = weights.iter().all(|array| array.values.iter().all(|value| value.is_finite()));
    ensure!(finite, "{}: the weights are not finite any more", plan.name);
    let (best_epoch, curve, seconds) = (progress.best_epoch, progress.curve, progress.seconds);
    Ok(Outcome::Finished(Trained { weights, best_epoch, curve, seconds }))
}

/// A training under way.
struct Run<'a> {
    job: &'a Job<'a>,
    state: State,
    steps_per_epoch: usize,
    bar: ProgressBar,
    begun: Instant,
    step_before: usize,
    seconds_before: f64,
}

impl<'a> Run<'a> {
    fn new(job: &'a Job<'a>, state: State) -> Self {
        let config = &job.plan.fit;
        let steps_per_epoch = (job.train.len() * config.draws).div_ceil(config.batch);
        let bar = progress::bar((config.epochs * steps_per_epoch) as u64, &job.plan.name);
        let (step_before, seconds_before) = (state.progress.step, state.progress.seconds);
        bar.set_position(step_before as u64);
        bar.reset_eta();
        let begun = Instant::now();
        Self { job, state, steps_per_epoch, bar, begun, step_before, seconds_before }
    }

    /// The rest of the current epoch. False when it was stopped.
    fn epoch(&mut self) -> Result<bool> {
        let config = &self.job.plan.fit;
        let number = self.state.progress.curve.len();
        let order = self.order(number as u64);
        let batches = order.chunks(config.batch).enumerate();
        for (index, clips) in batches.skip(self.state.progress.step - number * self.steps_per_epoch)
        {
            if self.job.stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            self.batch(clips, &[number as u64, index as u64])?;
        }
        self.finish_epoch(number + 1, order.len())?;
        Ok(true)
    }

    /// The clips of an epoch in a random order, each as often as it is drawn.
    fn order(&self, epoch: u64) -> Vec<usize> {
        let config = &self.job.plan.fit;
        let mut order = self.job.train.repeat(config.draws);
        order.shuffle(&mut generator(config.seed, &self.job.plan.name, &[epoch]));
        order
    }

    fn batch(&mut self, clips: &[usize], address: &[u64]) -> Result<()> {
        let Plan { name, network, fit, .. } = self.job.plan;
        let mut rng = generator(fit.seed, name, address);
        let batch = draw_batch(self.job.examples, clips, network.input_len(), &mut rng);
        let State { progress, weights, adam, .. } = &mut self.state;
        let output = step(network, &weights.parameters, &batch, Some(&mut rng))?;
        let loss = output.cross_entropy + output.penalty;
        ensure!(loss.is_finite(), "{name}: the loss is {loss}");
        adam.step(weights, &output.gradients, progress.step, fit.learning_rate, 0.0);
        progress.epoch_loss += output.cross_entropy * clips.len() as f64;
        progress.step += 1;
        progress.seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
        self.bar.inc(1);
        Ok(())
    }

    fn finish_epoch(&mut self, number: usize, examples: usize) -> Result<()> {
        let job = self.job;
        let network = Network::new(&job.plan.network, &self.state.weights.parameters);
        let judgement = network.judge(job.examples, job.validation)?;
        let epoch = Epoch {
            epoch: number,
            loss: self.state.progress.epoch_loss / examples as f64,
            validation_loss: judgement.map(|judgement| judgement.loss),
            validation_accuracy: judgement.map(|judgement| judgement.accuracy),
        };
        if self.state.progress.finish_epoch(epoch) {
            self.state.best.clone_from(&self.state.weights.parameters);
        }
        self.state.progress.seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
        self.report(&epoch, examples);
        Ok(())
    }

    fn report(&self, epoch: &Epoch, examples: usize) {
        let config = &self.job.plan.fit;
        let elapsed = self.begun.elapsed().as_secs_f64();
        let steps = self.state.progress.step - self.step_before;
        let per_step = elapsed / steps.max(1) as f64;
        let speed = examples as f64 / (per_step * self.steps_per_epoch as f64);
        let mut report = format!("epoch {}/{} loss {:.4}", epoch.epoch, config.epochs, epoch.loss);
        if let (Some(loss), Some(accuracy)) = (epoch.validation_loss, epoch.validation_accuracy) {
            report += &format!(", validation {loss:.4}, {:.1}%", 100.0 * accuracy);
        }
        self.bar.set_message(format!("{report}, {speed:.0} examples/s,"));
        let left = (config.epochs - epoch.epoch) as f64 * self.steps_per_epoch as f64 * per_step;
        progress::plain_line(&format!(
            "{}: {report}, {speed:.0} examples/s, at most {} left",
            self.job.plan.name,
            progress::duration(left)
        ));
    }

    fn save(&self) -> Result<()> {
        self.state.save(self.job.checkpoint, self.job.plan)
    }
}

#[cfg(test)]
mod tests;
