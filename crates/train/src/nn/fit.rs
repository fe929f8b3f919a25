//! Trains one network.

use crate::data::columns::{Columns, Normalisation};
use crate::model::augment::{Augmenter, Example};
use crate::model::config::Plan;
use crate::nn::checkpoint::State;
use crate::nn::gradient;
use crate::nn::net::Weights;
use crate::nn::optimise::{learning_rate, update_average, update_statistics};
use crate::progress;
use crate::random::generator;
use anyhow::{Result, ensure};
use rand::seq::SliceRandom;
use sourcing_sound::LogScale;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Epochs between two checkpoints.
const CHECKPOINT_EPOCHS: usize = 2;

/// What a training works on.
pub struct Job<'a> {
    /// Decides the result.
    pub plan: &'a Plan,
    /// Training clips.
    pub clips: &'a [Example<'a>],
    /// Background recordings.
    pub background: &'a [Columns],
    /// Normalisation of the inputs.
    pub normalisation: Normalisation,
    /// Meaning of the columns' values.
    pub log: LogScale,
    /// Width of a whole segment in frames.
    pub segment_frames: usize,
    /// Where the checkpoint is.
    pub checkpoint: &'a Path,
    /// Set when the training shall stop after the current batch.
    pub stop: &'a AtomicBool,
}

/// How a training ended.
pub enum Outcome {
    /// All epochs are done.
    Finished(Box<State>),
    /// It was stopped; the checkpoint is written.
    Interrupted {
        /// Whole epochs done.
        epochs: usize,
    },
}

/// Trains from the checkpoint, or from the beginning where there is none.
pub fn train(job: &Job<'_>) -> Result<Outcome> {
    let (plan, config) = (job.plan, &job.plan.train);
    ensure!(!job.clips.is_empty(), "{}: no training clips", plan.stage);
    ensure!(config.epochs > 0 && config.batch > 1, "at least 1 epoch and 2 clips per batch");
    plan.net.validate()?;
    let mut rng = generator(config.seed, &plan.stage, &[u64::MAX]);
    let mut state = State::new(Weights::random(&plan.net, &mut rng));
    if job.checkpoint.exists() {
        state = State::load(job.checkpoint, plan, state)?;
    }
    let batch_len = config.batch.min(job.clips.len());
    let steps_per_epoch = job.clips.len() / batch_len;
    let total = config.epochs * steps_per_epoch;
    let augmenter = Augmenter {
        config: &config.augment,
        log: job.log,
        normalisation: job.normalisation,
        background: job.background,
        segment_frames: job.segment_frames,
        n_labels: plan.net.n_labels,
        smoothing: config.label_smoothing,
    };
    let bar = progress::bar(total as u64, &plan.stage);
    bar.set_position(state.step as u64);
    bar.reset_eta();
    let (begun, step_before, seconds_before) = (Instant::now(), state.step, state.seconds);
    let mut order = Vec::new();
    while state.step < total {
        let (epoch, index) = (state.step / steps_per_epoch, state.step % steps_per_epoch);
        if order.is_empty() || index == 0 {
            order = (0..job.clips.len()).collect::<Vec<_>>();
            order.shuffle(&mut generator(config.seed, &plan.stage, &[epoch as u64]));
        }
        let mut rng = generator(config.seed, &plan.stage, &[epoch as u64, index as u64]);
        let chosen = &order[index * batch_len..(index + 1) * batch_len];
        let clips: Vec<_> = chosen.iter().map(|&clip| job.clips[clip]).collect();
        let batch = augmenter.batch(&clips, &mut rng);
        advance(plan, &mut state, &batch, steps_per_epoch, &mut rng)?;
        state.seconds = seconds_before + begun.elapsed().as_secs_f64();
        bar.inc(1);
        let images = (state.step - step_before) * batch_len;
        let speed = images as f64 / begun.elapsed().as_secs_f64();
        if index + 1 == steps_per_epoch {
            let loss = state.epoch_loss / steps_per_epoch as f64;
            state.epoch_loss = 0.0;
            let left = ((total - state.step) * batch_len) as f64 / speed;
            let report = format!("epoch {}/{} loss {loss:.4}", epoch + 1, config.epochs);
            bar.set_message(format!("{report}, {speed:.0} examples/s,"));
            progress::plain_line(&format!(
                "{}: {report}, {speed:.0} examples/s, ETA {}",
                plan.stage,
                progress::duration(left)
            ));
            if (epoch + 1) % CHECKPOINT_EPOCHS == 0 || state.step == total {
                state.save(job.checkpoint, plan)?;
            }
        }
        if job.stop.load(Ordering::Relaxed) && state.step < total {
            state.save(job.checkpoint, plan)?;
            bar.abandon();
            return Ok(Outcome::Interrupted { epochs: state.step / steps_per_epoch });
        }
    }
    bar.finish_and_clear();
    ensure!(state.average.is_finite(), "{}: the weights are not finite any more", plan.stage);
    Ok(Outcome::Finished(Box::new(state)))
}

fn advance(
    plan: &Plan,
    state: &mut State,
    batch: &gradient::Batch,
    steps_per_epoch: usize,
    rng: &mut rand::rngs::Xoshiro256PlusPlus,
) -> Result<()> {
    let config = &plan.train;
    let output = gradient::step(&plan.net, &state.weights, batch, rng)?;
    ensure!(output.loss.is_finite(), "{}: the loss is {}", plan.stage, output.loss);
    let rate = learning_rate(config, state.step, steps_per_epoch);
    let State { weights, adam, .. } = state;
    adam.step(weights, &output.gradients, state.step, rate, config.weight_decay);
    update_statistics(&mut state.weights, &output.statistics);
    update_average(&mut state.average, &state.weights, state.step, config.average);
    state.epoch_loss += f64::from(output.loss);
    state.step += 1;
    Ok(())
}

#[cfg(test)]
mod tests;
