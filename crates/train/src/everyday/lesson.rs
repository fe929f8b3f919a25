//! The network's inputs in training: short pieces of clips, degraded as microphones degrade them,
//! with the teacher's outputs for the clean sound around each.

use super::corrupt::{lay, mix, random_chain};
use super::describe;
use super::material::{Clip, Material, Role};
use super::network::{Inputs, Targets};
use super::plan::Plan;
use super::synthesis::RATE;
use super::teacher::Answers;
use crate::data::sound::{amplitude, power};
use crate::random::generator;
use anyhow::{Context, Result};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rayon::prelude::*;
use sourcing_sound::FrontEnd;

/// How often a short piece is left as it is.
const CLEAN: f64 = 0.3;
/// How often another sound is mixed in.
const MIXED: f64 = 0.25;
/// How often an anchor is played faster or slower than it was recorded.
const RESPED: f64 = 0.4;
/// How often another sound is added to an anchor.
const OVERLAID: f64 = 0.4;
/// How often a piece is shorter than the input and placed somewhere in faint noise.
const BRIEF: f64 = 0.15;
/// A piece that is further below the loudest part of its clip does not represent the clip.
const QUIET_DB: f32 = -18.0;
/// Pieces that are tried before a quiet one is accepted.
const TRIES: usize = 6;

/// What one thread computes of a step: inputs of one width.
pub struct Part {
    /// Inputs of the network.
    pub inputs: Inputs,
    /// Outputs to learn; `None` for the teacher's outputs for the same inputs.
    pub targets: Option<Targets>,
}

/// Clips to train on, with the teacher's outputs.
pub struct Lessons<'a> {
    clips: Vec<(&'a Clip, &'a Answers)>,
    /// Indices of `clips`, by set.
    sets: Vec<Vec<usize>>,
    front_end: FrontEnd,
}

/// Samples with the teacher's outputs.
struct Piece {
    samples: Vec<f32>,
    scores: Vec<f32>,
    embedding: Vec<f32>,
}

impl<'a> Lessons<'a> {
    /// Collects all clips that are for training.
    pub fn new(material: &'a Material, answers: &'a [Answers]) -> Result<Self> {
        let clips: Vec<_> = material.with_role(Role::Training, answers).collect();
        let mut sets = vec![Vec::new(); material.sets.len()];
        for (index, (clip, _)) in clips.iter().enumerate() {
            sets[clip.set].push(index);
        }
        sets.retain(|set| !set.is_empty());
        anyhow::ensure!(!sets.is_empty(), "there are no clips to train on");
        Ok(Self { clips, sets, front_end: FrontEnd::new(describe::front_end())? })
    }

    /// Returns what a step trains on, the same on every call: `count` parts of lessons and as many
    /// of anchors.
    pub fn step(&self, plan: &Plan, step: usize, count: usize) -> Result<Vec<Part>> {
        let mut rng = generator(plan.seed, "step", &[step as u64]);
        let mut draw = |all: &[f64]| (all[rng.random_range(0..all.len())] * RATE as f64) as usize;
        let (lesson, anchor) = (draw(&plan.seconds), draw(&plan.anchor_seconds));
        let rows = |n, what: &str, make: &(dyn Fn(&mut Xoshiro256PlusPlus) -> Piece + Sync)| {
            let row = |front_end: &mut FrontEnd, index: usize| {
                let piece = make(&mut generator(plan.seed, what, &[step as u64, index as u64]));
                let columns = describe::columns(front_end, &piece.samples);
                let columns = columns.context("the columns of a lesson")?;
                Ok((describe::transpose(&columns), piece.scores, piece.embedding))
            };
            let rows = (0..n).into_par_iter().map_init(|| self.front_end.clone(), row);
            rows.collect::<Result<Vec<_>>>()
        };
        let lessons = rows(plan.batch, "lesson", &|rng| self.lesson(lesson, rng))?;
        let anchors = rows(plan.anchors, "anchor", &|rng| self.anchor(anchor, rng))?;
        let mut parts = Vec::new();
        for (rows, with_targets) in [(lessons, true), (anchors, false)] {
            let size = rows.len().div_ceil(count.max(1)).max(1);
            parts.extend(rows.chunks(size).map(|rows| part(rows, with_targets)));
        }
        Ok(parts)
    }

    /// Returns a sound as recorded, or two of them in a row or on top of each other, at any speed:
    /// the teacher's outputs for it stay right.
    fn anchor(&self, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Piece {
        let speed = match rng.random_bool(RESPED) {
            true => rng.random_range(0.85..1.2),
            false => 1.0,
        };
        let length = (samples as f32 * speed).ceil() as usize + 1;
        let mut all: Vec<f32> = Vec::with_capacity(2 * length);
        while all.len() < length {
            all.extend(self.piece(length - all.len(), rng).samples);
        }
        if rng.random_bool(OVERLAID) {
            let other = self.piece(length, rng).samples;
            mix(&mut all, &other, rng.random_range(-12.0..0.0));
        }
        let loudest = all.iter().fold(0f32, |loudest, x| loudest.max(x.abs()));
        let mut samples: Vec<f32> = match speed == 1.0 {
            true => all[..samples].to_vec(),
            false => (0..samples).map(|index| between(&all, index as f32 * speed)).collect(),
        };
        if loudest > 1.0 {
            samples.iter_mut().for_each(|x| *x /= loudest);
        }
        if rng.random_bool(0.3) {
            let factor = amplitude(rng.random_range(-8.0..0.0));
            samples.iter_mut().for_each(|x| *x *= factor);
        }
        Piece { samples, scores: Vec::new(), embedding: Vec::new() }
    }

    fn lesson(&self, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Piece {
        let brief = rng.random_bool(BRIEF);
        let length = match brief {
            true => (rng.random_range(0.3..0.9) * RATE as f64).min(samples as f64) as usize,
            false => samples,
        };
        let mut piece = self.piece(length, rng);
        if rng.random_bool(MIXED) {
            let other = self.piece(length, rng);
            mix(&mut piece.samples, &other.samples, rng.random_range(-25.0..-6.0));
        }
        if piece.samples.len() < samples {
            piece.samples = embed(&piece.samples, samples, rng);
        }
        // Short pieces are hard enough as they are; long ones are covered by the anchors.
        if samples >= 4 * RATE || !rng.random_bool(CLEAN) {
            for corruption in random_chain(rng) {
                corruption.apply(&mut piece.samples, rng);
            }
        }
        piece
    }

    /// Returns a piece of a random clip, with sets and the clips in a set being equally likely,
    /// that is not much quieter than the clip's loudest part. It is shorter than requested if the
    /// clip is.
    fn piece(&self, length: usize, rng: &mut Xoshiro256PlusPlus) -> Piece {
        let total: f64 = self.sets.iter().map(|set| (set.len() as f64).sqrt()).sum();
        let mut draw = rng.random_range(0.0..total);
        let set = self.sets.iter().find(|set| {
            draw -= (set.len() as f64).sqrt();
            draw < 0.0
        });
        let set = set.unwrap_or(&self.sets[0]);
        let (clip, answers) = self.clips[set[rng.random_range(0..set.len())]];
        let length = length.min(clip.samples.len());
        let last = clip.samples.len() - length;
        let loudest = power(&clip.samples) * amplitude(QUIET_DB).powi(2);
        let mut start = 0;
        for _ in 0..TRIES {
            start = rng.random_range(0..=last);
            if power(&clip.samples[start..start + length]) >= loudest {
                break;
            }
        }
        let samples = clip.samples[start..start + length].to_vec();
        let (scores, embedding) = target(answers, start, length);
        Piece { samples, scores, embedding }
    }
}

/// Returns the teacher's outputs around a piece: for the 4 s around it and, the shorter the piece,
/// the more for the whole clip.
fn target(answers: &Answers, start: usize, length: usize) -> (Vec<f32>, Vec<f32>) {
    let seconds = length as f64 / RATE as f64;
    let middle = start as f64 / RATE as f64 + seconds / 2.0;
    let near = answers.around(middle);
    let share = (0.7 * (4.0 - seconds) / 3.0).clamp(0.0, 0.7) as f32;
    let blend = |whole: f32, near: f32| share * whole + (1.0 - share) * near;
    let scores = answers.whole.scores().zip(near.scores());
    let scores = scores.map(|(whole, near)| blend(whole, near)).collect();
    let pairs = answers.whole.embedding.iter().zip(&near.embedding);
    (scores, pairs.map(|(&whole, &near)| blend(whole, near)).collect())
}

fn part(rows: &[(Vec<f32>, Vec<f32>, Vec<f32>)], with_targets: bool) -> Part {
    let values: Vec<f32> = rows.iter().flat_map(|(image, ..)| image.iter().copied()).collect();
    let frames = values.len() / (rows.len() * super::layout::N_MELS).max(1);
    let targets = with_targets.then(|| Targets {
        scores: rows.iter().flat_map(|(_, scores, _)| scores.iter().copied()).collect(),
        embeddings: rows.iter().flat_map(|(.., embedding)| embedding.iter().copied()).collect(),
    });
    Part { inputs: Inputs { values, len: rows.len(), frames }, targets }
}

/// Interpolates between samples, on the cubic through the four around it (Catmull and Rom).
fn between(samples: &[f32], at: f32) -> f32 {
    let (index, t) = (at as usize, at.fract());
    let x = |offset: usize| samples[(index + offset).saturating_sub(1).min(samples.len() - 1)];
    let (a, b, c, d) = (x(0), x(1), x(2), x(3));
    b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
}

/// Places the piece somewhere in silence or faint noise.
fn embed(piece: &[f32], samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let is_noisy = rng.random_bool(0.7);
    let noise = is_noisy.then(|| (rng.random_range(0.0..1.0), rng.random_range(-80.0..-50.0)));
    lay(piece, samples, noise, rng)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::everyday::network::{LossWeights, Output};

    fn output(logit: f32) -> Output {
        Output { logits: vec![logit, -logit], embedding: vec![logit; 3] }
    }

    fn clip(name: &str, role: Role) -> Clip {
        let samples = (0..6 * RATE).map(|i| (i as f32 * 0.05).sin() * 0.3).collect();
        Clip { role, ..Clip::new(0, name.into(), name.into(), samples) }
    }

    fn plan() -> Plan {
        Plan {
            seed: 1,
            runs: 1,
            steps: 10,
            batch: 5,
            learning_rate: 1e-3,
            warmup: 2,
            weight_decay: 0.0,
            average: 0.9,
            loss: LossWeights { scores: 1.0, order: 1.0, embedding: 1.0 },
            anchors: 3,
            anchor_loss: LossWeights { scores: 1.0, order: 1.0, embedding: 1.0 },
            anchor_seconds: vec![3.0],
            frozen_blocks: 0,
            depthwise: true,
            seconds: vec![1.0, 2.0],
            material: String::new(),
            checkpoint: String::new(),
        }
    }

    #[test]
    fn shorter_pieces_use_more_of_the_whole_clip() {
        let answers = Answers { whole: output(0.0), windows: vec![output(1.0), output(2.0)] };
        let (_, long) = target(&answers, 0, 4 * RATE);
        assert_eq!(long, [1.0; 3]);
        let (scores, short) = target(&answers, 5 * RATE, RATE);
        assert!(short.iter().all(|x| (x - 0.6).abs() < 1e-6), "{short:?}");
        let expected = 0.7 * 0.5 + 0.3 / (1.0 + (-2f32).exp());
        assert!((scores[0] - expected).abs() < 1e-6);
    }

    #[test]
    fn parts_have_one_width_and_are_reproducible() {
        let clips = vec![clip("x", Role::Training), clip("y", Role::Test)];
        let material = Material { sets: vec!["a".into()], clips };
        let answers = [0.5, 9.0].map(|x| Answers { whole: output(x), windows: vec![output(x); 5] });
        let lessons = Lessons::new(&material, &answers).unwrap();
        for step in 0..3 {
            let parts = lessons.step(&plan(), step, 2).unwrap();
            let lens: Vec<_> = parts.iter().map(|part| part.inputs.len).collect();
            assert_eq!(lens, [3, 2, 2, 1]);
            let again = lessons.step(&plan(), step, 2).unwrap();
            for (part, again) in parts.iter().zip(&again) {
                let Inputs { values, len, frames } = &part.inputs;
                assert_eq!(values.len(), len * 128 * frames);
                assert!(values.iter().all(|x| x.is_finite()));
                assert_eq!(values, &again.inputs.values);
            }
            for lesson in &parts[..2] {
                assert!([100, 200].contains(&lesson.inputs.frames), "{}", lesson.inputs.frames);
                let targets = lesson.targets.as_ref().unwrap();
                let n = lesson.inputs.len;
                assert_eq!((targets.scores.len(), targets.embeddings.len()), (2 * n, 3 * n));
                assert!(targets.embeddings.iter().all(|&x| x < 1.0), "y is not for training");
            }
            for anchor in &parts[2..] {
                assert_eq!(anchor.inputs.frames, 300);
                assert!(anchor.targets.is_none());
            }
        }
    }

    #[test]
    fn a_cubic_passes_through_the_samples() {
        let samples: Vec<f32> = (0..40).map(|i| (i as f32 * 0.2).sin()).collect();
        assert_eq!(between(&samples, 7.0), samples[7]);
        for at in [1.3, 7.5, 20.9] {
            assert!((between(&samples, at) - (at * 0.2).sin()).abs() < 1e-3, "{at}");
        }
    }
}
