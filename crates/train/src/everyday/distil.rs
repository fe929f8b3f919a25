//! Trains the network that ships: starting from the checkpoint's weights, rounded as they are
//! stored, it learns to produce the checkpoint's outputs for clean sound from a short, degraded
//! piece of it.

use super::checkpoint::Checkpoint;
use super::lesson::{Lessons, Part};
use super::network::{self, Targets};
use super::plan::Plan;
use super::quantise::rounded;
use crate::nn::checkpoint::State;
use crate::nn::net::{Array, Weights};
use crate::nn::optimise::{average_decay, blend, update_average};
use crate::nn::policy::cosine;
use crate::nn::run::{Run, Training};
use anyhow::{Result, ensure};
use rayon::prelude::*;
use serde_json::json;
use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Steps between two checkpoints.
const CHECKPOINT_STEPS: usize = 50;
/// Parts of a batch for which gradients are computed in parallel.
const SHARDS: usize = 2;

/// Returns the mean of the weights of all runs, each of which resumes from its file in `folder`, or
/// starts if there is none. `None` when `stop` was set before the end; the files then hold what is
/// needed to resume. The weights are not rounded.
///
/// Runs from the same start share what they learned; the rest is chance, which the mean reduces
/// (Wortsman et al., "Model soups", ICML 2022).
///
/// # Errors
/// When there are no runs, the loss becomes infinite or NaN, or a file was made with other
/// settings.
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
        let plan = Plan { seed: plan.seed.wrapping_add(run as u64), ..plan.clone() };
        let training = Training {
            name: &format!("run {} of {}", run + 1, plan.runs),
            plan: &json!(plan),
            checkpoint: &folder.join(format!("training-{}.bin", run + 1)),
            stop,
        };
        let Some(trained) = train_once(&plan, start, lessons, training)? else { return Ok(None) };
        match mean.is_empty() {
            true => mean = trained,
            false => blend(&mut mean, &trained, 1.0 / (run + 1) as f32),
        }
    }
    Ok(Some(mean))
}

fn train_once(
    plan: &Plan,
    start: &Checkpoint,
    lessons: &Lessons<'_>,
    training: Training<'_>,
) -> Result<Option<Vec<Array>>> {
    let weights = Weights { parameters: start.weights.clone(), statistics: Vec::new() };
    let mut run = Run::new(training, State::new(weights), plan.steps)?;
    let trained = trained(plan, &start.weights);
    while run.step() < plan.steps {
        let first = run.step();
        let end = plan.steps.min((first / CHECKPOINT_STEPS + 1) * CHECKPOINT_STEPS);
        let mut losses = [0.0; 2];
        let finished = run.advance(end, |state| {
            let step = state.progress.step;
            let parts = lessons.step(plan, step, SHARDS)?;
            let of_step = advance(plan, start, state, &trained, &parts)?;
            for (sum, loss) in losses.iter_mut().zip(of_step) {
                ensure!(loss.is_finite(), "the loss is {loss} after {step} steps");
                *sum += f64::from(loss);
            }
            Ok(())
        })?;
        if !finished {
            return Ok(None);
        }
        let [lesson, anchor] = losses.map(|sum| sum / (end - first) as f64);
        let report = format!("step {end}/{} loss {lesson:.4}, of anchors {anchor:.4}", plan.steps);
        run.report(&report, plan.steps - end);
        run.save()?;
    }
    Ok(Some(run.finish().kept.parameters))
}

/// Returns weights on the line from `start` to `trained`, `share` of the way, rounded as they are
/// stored. A smaller share keeps more of the start.
pub fn between(start: &[Array], trained: &[Array], share: f64) -> Vec<Array> {
    let mut arrays = start.to_vec();
    blend(&mut arrays, trained, share as f32);
    rounded(&arrays)
}

/// Returns which arrays are trained.
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

/// Takes one step: the gradient is that of the rounded weights, and changes the weights before
/// rounding. Returns the losses of lessons and anchors.
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
                    let outputs = network::run(&start.layout, &start.weights, &part.inputs)?;
                    (Cow::Owned(Targets::of(&outputs)), plan.anchor_loss)
                }
            };
            network::step(&start.layout, &stored, trained, (&part.inputs, &targets), weights)
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
    let State { progress, weights, kept, adam } = state;
    let rate = cosine(plan.learning_rate, progress.step, plan.warmup, plan.steps);
    adam.step(weights, &gradients, progress.step, rate, plan.weight_decay);
    // Rounded before the subtraction, as when the shipped model was trained.
    update_average(kept, weights, 1.0 - average_decay(progress.step, plan.average) as f32);
    Ok(losses)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::everyday::layout::Layout;
    use crate::everyday::layout::fixtures::small;
    use crate::everyday::material::{Clip, Material};
    use crate::everyday::network::{LossWeights, Output};
    use crate::everyday::synthesis::RATE;
    use crate::everyday::teacher::Answers;
    use std::path::PathBuf;

    const LOSS: LossWeights = LossWeights { scores: 1.0, order: 1.0, embedding: 1.0 };

    fn plan() -> Plan {
        Plan {
            seed: 1,
            runs: 2,
            steps: 4,
            batch: 3,
            learning_rate: 1e-2,
            warmup: 2,
            weight_decay: 0.01,
            average: 0.9,
            loss: LOSS,
            anchors: 2,
            anchor_loss: LOSS,
            anchor_seconds: vec![1.0],
            frozen_blocks: 1,
            depthwise: true,
            seconds: vec![0.5],
            material: String::new(),
            checkpoint: String::new(),
        }
    }

    fn checkpoint() -> Checkpoint {
        let arrays = small(3, 6);
        let layout = Layout::of(&arrays).unwrap();
        let weights = layout.ordered(arrays).unwrap();
        Checkpoint { layout, weights, sha256: String::new() }
    }

    fn material() -> (Material, [Answers; 1]) {
        let samples = (0..2 * RATE).map(|i| (i as f32 * 0.05).sin() * 0.3).collect();
        let clip = Clip::new(0, "x".into(), "x".into(), samples);
        let output = Output { logits: vec![2.0, -2.0, 0.5], embedding: vec![0.5; 6] };
        let answers = [Answers { whole: output.clone(), windows: vec![output] }];
        (Material { sets: vec!["a".into()], clips: vec![clip] }, answers)
    }

    #[test]
    fn a_finished_training_is_read_back_and_another_plan_is_refused() {
        let (material, answers) = material();
        let lessons = Lessons::new(&material, &answers).unwrap();
        let (folder, start) = (tempfile::tempdir().unwrap(), checkpoint());
        let run = |plan: &Plan, stop: bool| {
            train(plan, &start, &lessons, folder.path(), &AtomicBool::new(stop))
        };
        assert!(run(&plan(), true).unwrap().is_none(), "stopped before the first step");
        let trained = run(&plan(), false).unwrap().unwrap();
        for (array, before) in trained.iter().zip(&start.weights) {
            let is_frozen = ["stem", "block0."].iter().any(|name| array.name.starts_with(name));
            assert!(!is_frozen || array == before, "{}", array.name);
            assert!(array.name != "classifier.weight" || array != before, "it has not moved");
        }
        assert_eq!(run(&plan(), true).unwrap().unwrap(), trained, "nothing is left to stop");
        let other = Plan { learning_rate: 1e-3, ..plan() };
        let error = run(&other, false).unwrap_err().to_string();
        assert!(error.contains("learning_rate: 0.001 now, 0.01 in the checkpoint"), "{error}");
    }

    /// Leaves in `folder` the files of a run that was killed after `steps` steps.
    fn kill(run: usize, steps: usize, lessons: &Lessons<'_>, folder: &Path) -> PathBuf {
        let (start, path) = (checkpoint(), folder.join(format!("training-{run}.bin")));
        let plan = Plan { seed: plan().seed + run as u64 - 1, ..plan() };
        let (settings, stop) = (json!(plan), AtomicBool::new(false));
        let training = Training { name: "", plan: &settings, checkpoint: &path, stop: &stop };
        let weights = Weights { parameters: start.weights.clone(), statistics: Vec::new() };
        let mut run = Run::new(training, State::new(weights), plan.steps).unwrap();
        let is_trained = trained(&plan, &start.weights);
        let step = |state: &mut State| {
            let parts = lessons.step(&plan, state.progress.step, SHARDS)?;
            advance(&plan, &start, state, &is_trained, &parts).map(drop)
        };
        assert!(run.advance(steps, step).unwrap());
        run.save().unwrap();
        path
    }

    #[test]
    fn a_killed_training_continues_and_ends_with_the_same_weights() {
        let (material, answers) = material();
        let lessons = Lessons::new(&material, &answers).unwrap();
        let run = |folder: &Path, stop: bool| {
            train(&plan(), &checkpoint(), &lessons, folder, &AtomicBool::new(stop)).unwrap()
        };
        let whole = run(tempfile::tempdir().unwrap().path(), false).unwrap();
        for (killed, steps) in [(1, 1), (1, 3), (2, 2)] {
            let folder = tempfile::tempdir().unwrap();
            let path = kill(killed, steps, &lessons, folder.path());
            let left = std::fs::read(&path).unwrap();
            assert!(run(folder.path(), true).is_none());
            assert!(std::fs::read(&path).unwrap() == left, "it began again");
            assert!(run(folder.path(), false).unwrap() == whole, "run {killed}, step {steps}");
        }
    }
}
