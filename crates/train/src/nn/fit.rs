//! Trains one network: AdamW on shuffled batches, with an evaluation on the validation clips, if
//! any, after every epoch. The policy determines the end.

use crate::nn::checkpoint::{Epoch, State};
use crate::nn::examples::{Examples, Views};
use crate::nn::net::{NetworkConfig, Weights};
use crate::nn::optimise::{average_decay, update_average, update_statistics};
use crate::nn::policy::{Keep, Policy};
use crate::nn::run::{Run, Training};
use crate::nn::score::Network;
use crate::nn::step::Stepper;
use crate::nn::weights;
use crate::random::generator;
use anyhow::{Result, ensure};
use rand::seq::SliceRandom;

/// What a training works on.
pub struct Job<'a> {
    /// Its name, its plan and its checkpoint.
    pub training: Training<'a>,
    /// The network.
    pub network: &'a NetworkConfig,
    /// Settings.
    pub policy: Policy,
    /// The source of inputs.
    pub examples: &'a dyn Examples,
    /// Clips to train on.
    pub train: &'a [usize],
    /// Clips for choosing the best epoch.
    pub validation: Option<(&'a dyn Views, &'a [usize])>,
}

/// A finished training.
pub struct Trained {
    /// The weights that the policy keeps.
    pub weights: Weights,
    /// The best epoch, from 1; the last one without validation clips.
    pub best_epoch: usize,
    /// One entry per epoch. Losses are cross-entropies, without L2.
    pub curve: Vec<Epoch>,
    /// Seconds of training, including those before interruptions.
    pub seconds: f64,
}

/// How a training ended.
pub enum Outcome {
    /// It is finished.
    Finished(Trained),
    /// It was stopped, after writing the checkpoint.
    Interrupted {
        /// Whole epochs done.
        epochs: usize,
    },
}

/// Trains from the checkpoint, or from the beginning if there is none.
pub fn train(job: &Job<'_>) -> Result<Outcome> {
    let (name, policy) = (job.training.name, &job.policy);
    ensure!(!job.train.is_empty(), "{name}: no training clips");
    ensure!(policy.epochs > 0, "{name}: at least 1 epoch is needed");
    ensure!(policy.batch > 0, "{name}: a batch needs at least 1 example");
    ensure!(policy.draws > 0, "{name}: every clip must be drawn at least once");
    job.network.validate()?;
    let mut rng = generator(policy.seed, name, &[u64::MAX]);
    let fresh = State::new(weights::random(job.network, &mut rng)?);
    ensure!(
        policy.batch > 1 || fresh.weights.statistics.is_empty(),
        "{name}: batch norm needs at least 2 examples per batch"
    );
    let mut trainer = Trainer::new(job, &fresh.weights)?;
    let mut run = Run::new(job.training, fresh, policy.epochs * trainer.steps_per_epoch)?;
    while !run.state.progress.is_finished(policy) {
        if !trainer.epoch(&mut run)? {
            return Ok(Outcome::Interrupted { epochs: run.state.progress.curve.len() });
        }
        run.save()?;
    }
    let State { progress, kept: weights, .. } = run.finish();
    ensure!(weights.is_finite(), "{name}: the weights are not finite any more");
    let (best_epoch, curve, seconds) = (progress.best_epoch, progress.curve, progress.seconds);
    Ok(Outcome::Finished(Trained { weights, best_epoch, curve, seconds }))
}

/// A job's steps.
struct Trainer<'a> {
    job: &'a Job<'a>,
    stepper: Stepper<'a>,
    steps_per_epoch: usize,
    examples_per_epoch: usize,
}

impl<'a> Trainer<'a> {
    fn new(job: &'a Job<'a>, weights: &Weights) -> Result<Self> {
        let examples = job.train.len() * job.policy.draws;
        let batch = job.policy.batch.min(examples);
        let (steps_per_epoch, examples_per_epoch) = match weights.statistics.is_empty() {
            true => (examples.div_ceil(batch), examples),
            false => (examples / batch, examples - examples % batch),
        };
        let stepper = Stepper::new(job.network)?;
        Ok(Self { job, stepper, steps_per_epoch, examples_per_epoch })
    }

    /// Runs the rest of the current epoch; returns false if it was stopped.
    fn epoch(&mut self, run: &mut Run<'_>) -> Result<bool> {
        let number = run.state.progress.curve.len();
        let order = self.order(number as u64);
        let batches: Vec<_> = order.chunks(self.job.policy.batch).collect();
        let first = number * self.steps_per_epoch;
        let finished = run.advance(first + self.steps_per_epoch, |state| {
            let index = state.progress.step - first;
            self.batch(state, batches[index], &[number as u64, index as u64])
        })?;
        if finished {
            self.finish_epoch(run, number + 1)?;
        }
        Ok(finished)
    }

    /// Returns the clips of an epoch in a random order, each as often as it is drawn.
    fn order(&self, epoch: u64) -> Vec<usize> {
        let Policy { seed, draws, .. } = self.job.policy;
        let mut order = self.job.train.repeat(draws);
        order.shuffle(&mut generator(seed, self.job.training.name, &[epoch]));
        order
    }

    fn batch(&mut self, state: &mut State, clips: &[usize], address: &[u64]) -> Result<()> {
        let Job { training, policy, .. } = self.job;
        let mut rng = generator(policy.seed, training.name, address);
        let batch = self.job.examples.batch(clips, &mut rng)?;
        let State { progress, weights, kept, adam } = state;
        let output = self.stepper.step(&weights.parameters, &batch, Some(&mut rng))?;
        let loss = output.cross_entropy + output.penalty;
        ensure!(loss.is_finite(), "{}: the loss is {loss}", training.name);
        let rate = policy.learning_rate(progress.step, self.steps_per_epoch);
        adam.step(weights, &output.gradients, progress.step, rate, policy.weight_decay);
        update_statistics(weights, &output.statistics);
        if let Keep::Average { ceiling } = policy.keep {
            let share = 1.0 - average_decay(progress.step, ceiling);
            update_average(kept, weights, share as f32);
        }
        progress.epoch_loss += output.cross_entropy * clips.len() as f64;
        Ok(())
    }

    fn finish_epoch(&self, run: &mut Run<'_>, number: usize) -> Result<()> {
        let state = &mut run.state;
        let judgement = match self.job.validation {
            Some((views, clips)) if !clips.is_empty() => {
                Network::new(self.job.network, &state.weights.parameters).judge(views, clips)?
            }
            _ => None,
        };
        let epoch = Epoch {
            epoch: number,
            loss: state.progress.epoch_loss / self.examples_per_epoch as f64,
            validation_loss: judgement.map(|judgement| judgement.loss),
            validation_accuracy: judgement.map(|judgement| judgement.accuracy),
        };
        let better = state.progress.finish_epoch(epoch);
        if better && matches!(self.job.policy.keep, Keep::Best { .. }) {
            state.kept.clone_from(&state.weights);
        }
        run.record_time();
        self.report(run, &epoch);
        Ok(())
    }

    fn report(&self, run: &Run<'_>, epoch: &Epoch) {
        let epochs = self.job.policy.epochs;
        let mut report = format!("epoch {}/{epochs} loss {:.4}", epoch.epoch, epoch.loss);
        if let (Some(loss), Some(accuracy)) = (epoch.validation_loss, epoch.validation_accuracy) {
            report += &format!(", validation {loss:.4}, {:.1}%", 100.0 * accuracy);
        }
        let seconds = run.seconds_per_step() * self.steps_per_epoch as f64;
        let speed = self.examples_per_epoch as f64 / seconds;
        let steps_left = (epochs - epoch.epoch) * self.steps_per_epoch;
        run.report(&format!("{report}, {speed:.0} examples/s"), steps_left);
    }
}

#[cfg(test)]
mod tests;
