//! What the network is shown in training: short pieces of clips, spoilt as microphones spoil
//! them, with what the teacher says of the clean sound around each.

use super::corrupt::{amplitude, mix, power, random_chain};
use super::describe;
use super::distil::Plan;
use super::material::{Clip, Material};
use super::network::{Inputs, Output, Targets};
use super::synthesis::{RATE, coloured};
use super::teacher::Taught;
use crate::random::generator;
use anyhow::{Context, Result};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rayon::prelude::*;
use sourcing_sound::{FrontEnd, Pcm, SampleRate};

/// How often a piece is shown as it is, with nothing done to it.
const CLEAN: f64 = 0.2;
/// The same for pieces of 4 s, so that the network goes on to say what it said of them.
const CLEAN_WHOLE: f64 = 0.7;
/// How often another sound is mixed in.
const MIXED: f64 = 0.25;
/// How often a piece is shorter than the input and lies somewhere in faint noise.
const BRIEF: f64 = 0.15;
/// A piece this much below the loudest part of its clip is not what its clip is about.
const QUIET_DB: f32 = -18.0;
/// Pieces that are looked at before a quiet one is taken.
const TRIES: usize = 6;

/// What a step trains on.
pub struct Batch {
    /// Of one width.
    pub inputs: Inputs,
    /// What the network shall say.
    pub targets: Targets,
}

impl Batch {
    /// The batch in `count` parts, fewer where it has fewer inputs.
    pub fn shards(&self, count: usize) -> Vec<Batch> {
        let n = self.inputs.len;
        let size = n.div_ceil(count.max(1)).max(1);
        let part = |all: &[f32], from: usize, to: usize| {
            let width = all.len() / n.max(1);
            all[from * width..to * width].to_vec()
        };
        (0..n)
            .step_by(size)
            .map(|from| {
                let to = n.min(from + size);
                Batch {
                    inputs: Inputs {
                        values: part(&self.inputs.values, from, to),
                        len: to - from,
                        frames: self.inputs.frames,
                    },
                    targets: Targets {
                        scores: part(&self.targets.scores, from, to),
                        embeddings: part(&self.targets.embeddings, from, to),
                    },
                }
            })
            .collect()
    }
}

/// Clips to train on, with what the teacher says of them.
pub struct Lessons<'a> {
    clips: Vec<(&'a Clip, &'a Taught)>,
    /// Indices of `clips`, set by set.
    sets: Vec<Vec<usize>>,
    front_end: FrontEnd,
}

/// Samples with what the teacher says of them.
struct Piece {
    samples: Vec<f32>,
    scores: Vec<f32>,
    embedding: Vec<f32>,
}

impl<'a> Lessons<'a> {
    /// All clips that are not held out.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(material: &'a Material, taught: &'a [Taught]) -> Result<Self> {
        let clips: Vec<_> =
            material.clips.iter().zip(taught).filter(|(clip, _)| !clip.held_out).collect();
        let mut sets = vec![Vec::new(); material.sets.len()];
        for (index, (clip, _)) in clips.iter().enumerate() {
            sets[clip.set].push(index);
        }
        sets.retain(|set| !set.is_empty());
        anyhow::ensure!(!sets.is_empty(), "there are no clips to train on");
        Ok(Self { clips, sets, front_end: FrontEnd::new(describe::front_end())? })
    }

    /// The batch of a step, the same whenever it is asked for.
    ///
    /// # Errors
    /// When the front end refuses a piece.
    pub fn batch(&self, plan: &Plan, step: usize) -> Result<Batch> {
        let mut rng = generator(plan.seed, "batch", &[step as u64]);
        let seconds = plan.seconds[rng.random_range(0..plan.seconds.len())];
        let samples = (seconds * RATE as f64) as usize;
        let lessons: Result<Vec<_>> = (0..plan.batch)
            .into_par_iter()
            .map_init(
                || self.front_end.clone(),
                |front_end, index| {
                    let mut rng = generator(plan.seed, "lesson", &[step as u64, index as u64]);
                    let piece = self.lesson(samples, &mut rng);
                    let pcm = Pcm::new(&piece.samples, SampleRate::new(RATE as u32)?)?;
                    let columns = front_end.columns(pcm).context("a lesson's columns")?;
                    Ok((describe::transpose(&columns), piece.scores, piece.embedding))
                },
            )
            .collect();
        let (mut values, mut scores, mut embeddings) = (Vec::new(), Vec::new(), Vec::new());
        for (image, score, embedding) in lessons? {
            values.extend(image);
            scores.extend(score);
            embeddings.extend(embedding);
        }
        let frames = values.len() / (plan.batch * super::layout::N_MELS).max(1);
        let inputs = Inputs { values, len: plan.batch, frames };
        Ok(Batch { inputs, targets: Targets { scores, embeddings } })
    }

    fn lesson(&self, samples: usize, rng: &mut Xoshiro256PlusPlus) -> Piece {
        let whole = samples as f64 >= 4.0 * RATE as f64;
        if rng.random_bool(if whole { CLEAN_WHOLE } else { CLEAN }) {
            let mut piece = self.piece(samples, rng);
            piece.samples.resize(samples, 0.0);
            return piece;
        }
        let brief = rng.random_bool(BRIEF);
        let length = match brief {
            true => (rng.random_range(0.3..0.9) * RATE as f64).min(samples as f64) as usize,
            false => samples,
        };
        let mut piece = self.piece(length, rng);
        if rng.random_bool(MIXED) {
            let other = self.piece(length, rng);
            let db: f32 = rng.random_range(-20.0..-3.0);
            mix(&mut piece.samples, &other.samples, db);
            let share = amplitude(db);
            for (own, other) in piece.scores.iter_mut().zip(&other.scores) {
                *own = own.max(share * other);
            }
        }
        if piece.samples.len() < samples {
            piece.samples = embed(&piece.samples, samples, rng);
        }
        for corruption in random_chain(rng) {
            corruption.apply(&mut piece.samples, rng);
        }
        piece
    }

    /// A piece of any clip, sets and clips in them being equally likely, that is not much quieter
    /// than the clip's loudest. Shorter than asked for where the clip is.
    fn piece(&self, length: usize, rng: &mut Xoshiro256PlusPlus) -> Piece {
        let total: f64 = self.sets.iter().map(|set| (set.len() as f64).sqrt()).sum();
        let mut draw = rng.random_range(0.0..total);
        let set = self.sets.iter().find(|set| {
            draw -= (set.len() as f64).sqrt();
            draw < 0.0
        });
        let set = set.unwrap_or(&self.sets[0]);
        let (clip, taught) = self.clips[set[rng.random_range(0..set.len())]];
        let length = length.min(clip.samples.len());
        let last = clip.samples.len() - length;
        let step = if length >= 4 * RATE { RATE / 2 } else { 1 };
        let loudest = power(&clip.samples) * amplitude(QUIET_DB).powi(2);
        let mut start = 0;
        for _ in 0..TRIES {
            // Pieces of 4 s are the very windows that the teacher judged.
            start = rng.random_range(0..=last / step) * step;
            if power(&clip.samples[start..start + length]) >= loudest {
                break;
            }
        }
        let samples = clip.samples[start..start + length].to_vec();
        let (scores, embedding) = target(taught, start, length);
        Piece { samples, scores, embedding }
    }
}

/// What the teacher says around a piece: of the 4 s around it, and the shorter it is, the more of
/// the whole clip.
fn target(taught: &Taught, start: usize, length: usize) -> (Vec<f32>, Vec<f32>) {
    let seconds = length as f64 / RATE as f64;
    let middle = start as f64 / RATE as f64 + seconds / 2.0;
    let near = taught.around(middle);
    let share = (0.6 * (4.0 - seconds) / 3.0).clamp(0.0, 0.6) as f32;
    let blend = |whole: f32, near: f32| share * whole + (1.0 - share) * near;
    let scores = probabilities(&taught.whole).zip(probabilities(near));
    let scores = scores.map(|(whole, near)| blend(whole, near)).collect();
    let pairs = taught.whole.embedding.iter().zip(&near.embedding);
    (scores, pairs.map(|(&whole, &near)| blend(whole, near)).collect())
}

fn probabilities(output: &Output) -> impl Iterator<Item = f32> {
    output.logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp()))
}

/// The piece somewhere in silence or faint noise.
fn embed(piece: &[f32], samples: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let mut all = vec![0.0; samples];
    if rng.random_bool(0.7) {
        let colour = rng.random_range(0.0..1.0);
        let floor = amplitude(rng.random_range(-80.0..-50.0));
        all = coloured(rng, samples, colour);
        all.iter_mut().for_each(|x| *x *= floor);
    }
    let at = rng.random_range(0..=samples - piece.len());
    all[at..].iter_mut().zip(piece).for_each(|(x, piece)| *x += piece);
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::everyday::network::LossWeights;

    fn output(logit: f32) -> Output {
        Output { logits: vec![logit, -logit], embedding: vec![logit; 3] }
    }

    fn clip(name: &str, held_out: bool) -> Clip {
        let samples = (0..6 * RATE).map(|i| (i as f32 * 0.05).sin() * 0.3).collect();
        Clip { name: name.into(), set: 0, recording: name.into(), samples, held_out }
    }

    fn plan() -> Plan {
        Plan {
            seed: 1,
            steps: 10,
            batch: 5,
            learning_rate: 1e-3,
            warmup: 2,
            weight_decay: 0.0,
            average: 0.9,
            loss: LossWeights { scores: 1.0, embedding: 1.0 },
            frozen_blocks: 0,
            depthwise: true,
            seconds: vec![1.0, 2.0],
            material: String::new(),
            checkpoint: String::new(),
        }
    }

    #[test]
    fn the_shorter_a_piece_the_more_of_the_whole() {
        let taught = Taught { whole: output(0.0), windows: vec![output(1.0), output(2.0)] };
        let (_, long) = target(&taught, 0, 4 * RATE);
        assert_eq!(long, [1.0; 3]);
        let (scores, short) = target(&taught, 5 * RATE, RATE);
        assert!(short.iter().all(|x| (x - 0.8).abs() < 1e-6), "{short:?}");
        let expected = 0.6 * 0.5 + 0.4 / (1.0 + (-2f32).exp());
        assert!((scores[0] - expected).abs() < 1e-6);
    }

    #[test]
    fn batches_are_of_one_width_and_come_again() {
        let material =
            Material { sets: vec!["a".into()], clips: vec![clip("x", false), clip("y", true)] };
        let taught = [0.5, 9.0].map(|x| Taught { whole: output(x), windows: vec![output(x); 5] });
        let lessons = Lessons::new(&material, &taught).unwrap();
        for step in 0..3 {
            let batch = lessons.batch(&plan(), step).unwrap();
            assert!([100, 200].contains(&batch.inputs.frames), "{}", batch.inputs.frames);
            assert_eq!(batch.inputs.values.len(), 5 * 128 * batch.inputs.frames);
            assert!(batch.inputs.values.iter().all(|x| x.is_finite()));
            assert_eq!((batch.targets.scores.len(), batch.targets.embeddings.len()), (10, 15));
            assert!(batch.targets.embeddings.iter().all(|&x| x < 1.0), "y is held out");
            let again = lessons.batch(&plan(), step).unwrap();
            assert_eq!(batch.inputs.values, again.inputs.values);
            let shards = batch.shards(2);
            assert_eq!(shards.iter().map(|s| s.inputs.len).collect::<Vec<_>>(), [3, 2]);
            let joined: Vec<f32> = shards.iter().flat_map(|s| s.inputs.values.clone()).collect();
            assert_eq!(joined, batch.inputs.values);
        }
    }
}
