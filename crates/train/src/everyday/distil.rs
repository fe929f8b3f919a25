//! Trains the network that ships: the checkpoint's own weights, rounded as they are stored, learn
//! to produce, for a short, spoilt piece of sound, the checkpoint's outputs for the clean sound
//! around it.

use super::checkpoint::Checkpoint;
use super::lesson::{Lessons, Part};
use super::network::{Targets, run, step};
use super::plan::Plan;
use super::quantise::rounded;
use crate::nn::arrays;
use crate::nn::net::{Array, Weights};
use crate::nn::optimise::AdamW;
use crate::progress;
use anyhow::{Result, bail, ensure};
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Steps between two checkpoints.
const CHECKPOINT_STEPS: usize = 50;
/// Parts of a batch whose gradients are computed side by side.
const SHARDS: usize = 2;

/// A training in progress.
struct State {
    step: usize,
    weights: Weights,
    average: Vec<Array>,
    adam: AdamW,
}

#[derive(Serialize, Deserialize)]
struct Header {
    plan: Plan,
    step: usize,
}

impl State {
    fn new(arrays: &[Array]) -> Self {
        let weights = Weights { parameters: arrays.to_vec(), statistics: Vec::new() };
        Self { step: 0, average: arrays.to_vec(), adam: AdamW::new(&weights), weights }
    }

    fn save(&self, path: &Path, plan: &Plan) -> Result<()> {
        let header = Header { plan: plan.clone(), step: self.step };
        let parts = [&self.weights.parameters, &self.average, &self.adam.first, &self.adam.second];
        arrays::write(path, &header, &parts.into_iter().flatten().collect::<Vec<_>>())
    }

    fn load(path: &Path, plan: &Plan, fresh: Self) -> Result<Self> {
        let (header, arrays) = arrays::read::<Header>(path)?;
        if &header.plan != plan {
            bail!(
                "{} was made with other settings or other audio; take another --work folder, or \
                 remove it to begin again",
                path.display()
            );
        }
        let mut state = fresh;
        let mut stored = arrays.into_iter();
        let State { weights, average, adam, .. } = &mut state;
        let parts = [&mut weights.parameters, average, &mut adam.first, &mut adam.second];
        for array in parts.into_iter().flatten() {
            match stored.next() {
                Some(found) if found.name == array.name && found.shape == array.shape => {
                    array.values = found.values;
                }
                _ => bail!("{}: {} is missing; remove the file", path.display(), array.name),
            }
        }
        state.step = header.step;
        Ok(state)
    }
}

/// The mean of the weights of all runs, each of which continues from its file in `folder`, or
/// starts where there is none. `None` when `stop` was set before the end; the files then hold what
/// is needed to resume. The weights are not rounded.
///
/// Runs from the same start have in common what they learned; the rest is chance, which the mean
/// reduces (Wortsman et al., "Model soups", ICML 2022).
///
/// # Errors
/// When there are no runs, the loss is not finite any more, or a file was made with other settings.
pub fn train(
    plan: &Plan,
    start: &Checkpoint,
    lessons: &Lessons<'_>,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<Option<Vec<Array>>> {
    ensure!(plan.runs > 0, "there must be at least one run");
    let mut mean: Vec<Array> = Vec::new();
    for run in 0..plan.runs {
        let plan = Plan { seed: plan.seed + run as u64, ..plan.clone() };
        let file = folder.join(format!("training-{}.bin", run + 1));
        let bar = progress::bar(plan.steps as u64, &format!("run {} of {}", run + 1, plan.runs));
        let Some(trained) = train_once(&plan, start, lessons, (&file, &bar), stop)? else {
            return Ok(None);
        };
        if mean.is_empty() {
            mean = trained;
            continue;
        }
        let share = 1.0 / (run + 1) as f32;
        for (mean, trained) in mean.iter_mut().zip(&trained) {
            let pairs = mean.values.iter_mut().zip(&trained.values);
            pairs.for_each(|(mean, value)| *mean += share * (value - *mean));
        }
    }
    Ok(Some(mean))
}

fn train_once(
    plan: &Plan,
    start: &Checkpoint,
    lessons: &Lessons<'_>,
    (checkpoint_file, bar): (&Path, &ProgressBar),
    stop: &AtomicBool,
) -> Result<Option<Vec<Array>>> {
    let mut state = State::new(&start.weights);
    if checkpoint_file.exists() {
        state = State::load(checkpoint_file, plan, state)?;
    }
    let trained = trained(plan, &start.weights);
    bar.set_position(state.step as u64);
    bar.reset_eta();
    let (begun, first) = (Instant::now(), state.step);
    let mut losses = [0.0; 2];
    while state.step < plan.steps {
        let parts = lessons.step(plan, state.step, SHARDS)?;
        let losses_of_step = advance(plan, start, &mut state, &trained, &parts)?;
        for (sum, loss) in losses.iter_mut().zip(losses_of_step) {
            ensure!(loss.is_finite(), "the loss is {loss} after {} steps", state.step);
            *sum += f64::from(loss);
        }
        bar.inc(1);
        if state.step.is_multiple_of(CHECKPOINT_STEPS) || state.step == plan.steps {
            let since = (state.step - 1) % CHECKPOINT_STEPS + 1;
            let count = since.min(state.step - first) as f64;
            let means = std::mem::take(&mut losses).map(|sum| sum / count);
            report(plan, state.step, means, first, begun);
            bar.set_message(format!("loss {:.3}, of anchors {:.3}", means[0], means[1]));
            state.save(checkpoint_file, plan)?;
        }
        if stop.load(Ordering::Relaxed) && state.step < plan.steps {
            state.save(checkpoint_file, plan)?;
            bar.abandon();
            return Ok(None);
        }
    }
    bar.finish_and_clear();
    Ok(Some(state.average))
}

/// Weights on the line from `start` to `trained`, `share` of the way, rounded as they are stored.
/// Less than the whole way keeps more of what the start knew.
pub fn between(start: &[Array], trained: &[Array], share: f64) -> Vec<Array> {
    let arrays: Vec<Array> = start
        .iter()
        .zip(trained)
        .map(|(start, trained)| {
            let pairs = start.values.iter().zip(&trained.values);
            let values = pairs.map(|(a, b)| a + share as f32 * (b - a)).collect();
            Array { values, ..start.clone() }
        })
        .collect();
    rounded(&arrays)
}

fn report(plan: &Plan, step: usize, means: [f64; 2], first: usize, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    let left = seconds / (step - first) as f64 * (plan.steps - step) as f64;
    progress::plain_line(&format!(
        "step {step}/{} loss {:.4}, of anchors {:.4}, ETA {}",
        plan.steps,
        means[0],
        means[1],
        progress::duration(left)
    ));
}

/// Which arrays are trained.
fn trained(plan: &Plan, arrays: &[Array]) -> Vec<bool> {
    let is_trained = |array: &Array| {
        let block = array.name.strip_prefix("block").and_then(|rest| rest.split('.').next());
        let block: Option<usize> = block.and_then(|index| index.parse().ok());
        let is_deep = match block {
            Some(index) => index >= plan.frozen_blocks,
            None => plan.frozen_blocks == 0 || !array.name.starts_with("stem"),
        };
        is_deep && (plan.depthwise || !array.name.ends_with("depthwise.weight"))
    };
    arrays.iter().map(is_trained).collect()
}

/// One step: the gradient is that of the rounded weights, and moves the weights that are rounded.
/// Returns the losses of lessons and anchors.
fn advance(
    plan: &Plan,
    start: &Checkpoint,
    state: &mut State,
    trained: &[bool],
    parts: &[Part],
) -> Result<[f32; 2]> {
    let stored = rounded(&state.weights.parameters);
    let steps: Result<Vec<_>> = parts
        .par_iter()
        .map(|part| {
            let (targets, weights) = match &part.targets {
                Some(targets) => (Cow::Borrowed(targets), plan.loss),
                None => {
                    let outputs = run(&start.layout, &start.weights, &part.inputs)?;
                    (Cow::Owned(Targets::of(&outputs)), plan.anchor_loss)
                }
            };
            step(&start.layout, &stored, trained, (&part.inputs, &targets), weights)
        })
        .collect();
    let mut losses = [0.0; 2];
    let mut gradients: Vec<Vec<f32>> = vec![Vec::new(); stored.len()];
    for (step, part) in steps?.into_iter().zip(parts) {
        let is_anchor = part.targets.is_none();
        let of = if is_anchor { plan.anchors } else { plan.batch };
        let share = part.inputs.len as f32 / of as f32;
        losses[usize::from(is_anchor)] += step.loss * share;
        for (sum, gradient) in gradients.iter_mut().zip(step.gradients) {
            sum.resize(gradient.len(), 0.0);
            sum.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += share * value);
        }
    }
    let rate = learning_rate(plan, state.step);
    state.adam.step(&mut state.weights, &gradients, state.step, rate, plan.weight_decay);
    let decay = plan.average.min((1.0 + state.step as f64) / (10.0 + state.step as f64)) as f32;
    for (average, array) in state.average.iter_mut().zip(&state.weights.parameters) {
        let pairs = average.values.iter_mut().zip(&array.values);
        pairs.for_each(|(average, value)| *average += (value - *average) * (1.0 - decay));
    }
    state.step += 1;
    Ok(losses)
}

fn learning_rate(plan: &Plan, step: usize) -> f64 {
    if step < plan.warmup {
        return plan.learning_rate * (step + 1) as f64 / plan.warmup as f64;
    }
    let progress = (step - plan.warmup) as f64 / (plan.steps - plan.warmup).max(1) as f64;
    plan.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
}
