//! Gradient boosting of one label against the rest, with a grid search over depth, rate and number
//! of trees.
//!
//! The crate is `hessboost`: the other candidate, `perpetual`, is tuned by a single budget and has
//! neither depth nor rate nor number of trees, so it cannot run the study's grid.

use anyhow::{Context, Result, ensure};
use hessboost::model::BoostedModel;
use hessboost::objective::RegLoss;
use hessboost::prelude::*;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use serde::Serialize;
use sourcing_sound_train::metrics::binary::{self, Counts};
use sourcing_sound_train::random::generator;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// Share of the rows that a tree sees.
pub const ROWS_PER_TREE: f64 = 0.8;
/// Share of the numbers of a row that a tree sees.
pub const COLUMNS_PER_TREE: f64 = 0.5;

/// Clips with one or more rows each.
pub struct Clips<'a> {
    /// Numbers per row.
    pub width: usize,
    /// The rows of every clip, row after row.
    pub rows: Vec<&'a [f32]>,
    /// Whether a clip has the positive label.
    pub positive: Vec<bool>,
    /// The recording of every clip.
    pub recordings: Vec<&'a str>,
}

impl Clips<'_> {
    fn select(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<_> = (0..self.rows.len()).filter(|&clip| keep(clip)).collect();
        Self {
            width: self.width,
            rows: kept.iter().map(|&clip| self.rows[clip]).collect(),
            positive: kept.iter().map(|&clip| self.positive[clip]).collect(),
            recordings: kept.iter().map(|&clip| self.recordings[clip]).collect(),
        }
    }

    /// Returns the truth of every row: that of its clip.
    pub fn row_truths(&self) -> Vec<bool> {
        let clips = self.rows.iter().zip(&self.positive);
        clips.flat_map(|(rows, &truth)| vec![truth; rows.len() / self.width]).collect()
    }

    /// Returns the score of every clip: the mean over its rows.
    pub fn pooled(&self, row_scores: &[f64]) -> Vec<f64> {
        let mut first = 0;
        let mut pool = |rows: &&[f32]| {
            let n = rows.len() / self.width;
            let scores = &row_scores[first..first + n];
            first += n;
            scores.iter().sum::<f64>() / n.max(1) as f64
        };
        self.rows.iter().map(&mut pool).collect()
    }
}

/// The settings to try.
#[derive(Clone, Debug, Serialize)]
pub struct Grid {
    /// Greatest depths of a tree.
    pub depths: Vec<usize>,
    /// Learning rates.
    pub rates: Vec<f64>,
    /// Numbers of trees, ascending.
    pub trees: Vec<usize>,
    /// Folds of the cross-validation; all clips of a recording are in one.
    pub folds: usize,
}

/// A cell of the grid with its scores in cross-validation, clip by clip, at threshold 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// Greatest depth of a tree.
    pub depth: usize,
    /// Learning rate.
    pub rate: f64,
    /// Number of trees.
    pub trees: usize,
    /// Share of right decisions.
    pub accuracy: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Area under the precision-recall curve.
    pub average_precision: f64,
}

/// The result of the search.
#[derive(Debug)]
pub struct Found {
    /// The cell with the best accuracy, which is how the study chose; of equal ones the smallest
    /// model.
    pub chosen: Candidate,
    /// Every cell.
    pub candidates: Vec<Candidate>,
    /// Scores of the chosen cell for every clip, by a model that was trained without its recording.
    pub out_of_fold: Vec<f64>,
}

/// Searches the grid; `None` if stopped.
pub fn search(
    clips: &Clips<'_>,
    grid: &Grid,
    seed: u64,
    stop: &AtomicBool,
) -> Result<Option<Found>> {
    let positives = clips.positive.iter().filter(|positive| **positive).count();
    ensure!(
        positives > 0 && positives < clips.positive.len(),
        "{positives} of the {} clips to train on have the positive label; both sides are needed",
        clips.positive.len()
    );
    let folds = assign(clips, grid.folds, seed);
    let shapes: Vec<_> = grid
        .depths
        .iter()
        .flat_map(|&depth| grid.rates.iter().map(move |&rate| (depth, rate)))
        .collect();
    let jobs: Vec<_> =
        shapes.iter().flat_map(|&shape| (0..grid.folds).map(move |fold| (shape, fold))).collect();
    let results: Vec<_> = jobs
        .par_iter()
        .map(|&(shape, fold)| {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            held_out(clips, &folds, fold, shape, (&grid.trees, seed)).map(Some)
        })
        .collect::<Result<_>>()?;
    let Some(results) = results.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };

    let mut cells = Vec::new();
    for (&(depth, rate), of_folds) in shapes.iter().zip(results.chunks_exact(grid.folds)) {
        for (index, &trees) in grid.trees.iter().enumerate() {
            let mut scores = vec![0.0; clips.rows.len()];
            for (clip, by_trees) in of_folds.iter().flatten() {
                scores[*clip] = by_trees[index];
            }
            let counts = Counts::at(0.5, &scores, &clips.positive);
            let average_precision = binary::average_precision(&scores, &clips.positive);
            let (accuracy, f1) = (counts.accuracy(), counts.f1());
            cells.push((Candidate { depth, rate, trees, accuracy, f1, average_precision }, scores));
        }
    }
    let size = |candidate: &Candidate| candidate.trees << candidate.depth;
    let best = cells
        .iter()
        .max_by(|(a, _), (b, _)| a.accuracy.total_cmp(&b.accuracy).then(size(b).cmp(&size(a))));
    let (chosen, out_of_fold) = best.cloned().context("the grid is empty")?;
    let candidates = cells.into_iter().map(|(candidate, _)| candidate).collect();
    Ok(Some(Found { chosen, candidates, out_of_fold }))
}

/// Scores of a fold's clips, by number of trees, from a model that was trained on the others.
type HeldOut = Vec<(usize, Vec<f64>)>;

fn held_out(
    clips: &Clips<'_>,
    folds: &[usize],
    fold: usize,
    (depth, rate): (usize, f64),
    (trees, seed): (&[usize], u64),
) -> Result<HeldOut> {
    let members: Vec<_> = (0..folds.len()).filter(|&clip| folds[clip] == fold).collect();
    let most = trees.iter().copied().max().unwrap_or(1);
    let rest = clips.select(|clip| folds[clip] != fold);
    // With fewer recordings than folds, a fold may be empty.
    if members.is_empty() || rest.rows.is_empty() {
        return Ok(Vec::new());
    }
    let model = fit(&rest, depth, rate, most, seed)?;
    let tested = clips.select(|clip| folds[clip] == fold);
    let mut scores = members.into_iter().map(|clip| (clip, Vec::new())).collect::<HeldOut>();
    for &trees in trees {
        let pooled = tested.pooled(&row_scores(&model, &tested, trees)?);
        scores.iter_mut().zip(pooled).for_each(|((_, list), score)| list.push(score));
    }
    Ok(scores)
}

/// Assigns a fold to each clip. Recordings with a positive clip are distributed first, so that
/// every fold has its share of them.
fn assign(clips: &Clips<'_>, folds: usize, seed: u64) -> Vec<usize> {
    let mut positive = BTreeMap::<&str, bool>::new();
    for (recording, is_positive) in clips.recordings.iter().zip(&clips.positive) {
        *positive.entry(recording).or_default() |= is_positive;
    }
    let mut order: Vec<_> = positive.into_iter().collect();
    order.shuffle(&mut generator(seed, "grid folds", &[]));
    order.sort_by_key(|(_, is_positive)| !is_positive);
    let fold_of: BTreeMap<_, _> =
        order.iter().enumerate().map(|(rank, (name, _))| (*name, rank % folds)).collect();
    clips.recordings.iter().map(|recording| fold_of[recording]).collect()
}

/// Boosts `trees` trees by logistic loss on the rows of all clips.
pub fn fit(
    clips: &Clips<'_>,
    depth: usize,
    rate: f64,
    trees: usize,
    seed: u64,
) -> Result<BoostedModel> {
    let values = clips.rows.concat();
    let labels: Vec<f32> =
        clips.row_truths().into_iter().map(|truth| f32::from(u8::from(truth))).collect();
    let matrix = DMatrix::from_dense(&values, labels.len(), clips.width)?.with_labels(&labels)?;
    let parameters = TrainingParams::builder()
        .objective(Objective::BinaryLogistic(RegLoss::default()))
        .tree_method(TreeMethod::Hist)
        .max_depth(depth)
        .eta(rate)
        .subsample(ROWS_PER_TREE)
        .colsample_bytree(COLUMNS_PER_TREE)
        .seed(seed)
        .build()?;
    Ok(train(&parameters, &matrix, trees)?)
}

/// Returns the probability of the positive label for every row, by the first `trees` trees.
pub fn row_scores(model: &BoostedModel, clips: &Clips<'_>, trees: usize) -> Result<Vec<f64>> {
    let scores = model.predict_rows(&clips.rows.concat(), ..trees)?;
    Ok(scores.as_slice().iter().map(|score| f64::from(*score)).collect())
}

/// Counts the distinct recordings of some clips.
pub fn recordings(clips: &Clips<'_>) -> usize {
    clips.recordings.iter().collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use rand::RngExt;

    /// Clips that are positive if the first number exceeds 0.7; two rows per clip, three clips per
    /// recording.
    struct Material {
        rows: Vec<Vec<f32>>,
        positive: Vec<bool>,
        recordings: Vec<String>,
    }

    fn material(clips: usize) -> Material {
        let mut rng = generator(4, "grid", &[]);
        let mut material =
            Material { rows: Vec::new(), positive: Vec::new(), recordings: Vec::new() };
        for clip in 0..clips {
            let x: f32 = rng.random();
            let noise = rng.random::<f32>();
            material.rows.push(vec![x, noise, x + 0.05 * noise, 1.0 - noise]);
            material.positive.push(x > 0.7);
            material.recordings.push(format!("r{}", clip / 3));
        }
        material
    }

    fn clips(material: &Material) -> Clips<'_> {
        Clips {
            width: 2,
            rows: material.rows.iter().map(Vec::as_slice).collect(),
            positive: material.positive.clone(),
            recordings: material.recordings.iter().map(String::as_str).collect(),
        }
    }

    fn grid() -> Grid {
        Grid { depths: vec![1, 3], rates: vec![0.3], trees: vec![1, 20], folds: 3 }
    }

    #[test]
    fn the_search_finds_a_learnable_rule() {
        let material = material(180);
        let clips = clips(&material);
        let go = AtomicBool::new(false);
        let found = search(&clips, &grid(), 1, &go).unwrap().unwrap();
        assert_eq!(found.candidates.len(), 4);
        assert!(found.chosen.accuracy > 0.9, "{:?}", found.chosen);
        assert!(found.candidates.iter().all(|cell| cell.accuracy <= found.chosen.accuracy));
        let counts = Counts::at(0.5, &found.out_of_fold, &clips.positive);
        assert_eq!(counts.accuracy(), found.chosen.accuracy);
        let again = search(&clips, &grid(), 1, &go).unwrap().unwrap();
        assert_eq!(again.out_of_fold, found.out_of_fold);
        assert!(search(&clips, &grid(), 1, &AtomicBool::new(true)).unwrap().is_none());
    }

    #[test]
    fn clips_of_a_recording_are_in_one_fold_and_positives_are_spread() {
        let material = material(180);
        let clips = clips(&material);
        let folds = assign(&clips, 3, 1);
        for trio in folds.chunks(3) {
            assert!(trio.iter().all(|fold| fold == &trio[0]));
        }
        for fold in 0..3 {
            let inside = clips.select(|clip| folds[clip] == fold);
            let positives = inside.positive.iter().filter(|positive| **positive).count();
            assert!(positives > 5, "fold {fold} has {positives} positive clips");
        }
    }

    #[test]
    fn rows_are_pooled_by_their_mean() {
        let rows = [vec![0.0; 4], vec![0.0; 2]];
        let clips = Clips {
            width: 2,
            rows: rows.iter().map(Vec::as_slice).collect(),
            positive: vec![true, false],
            recordings: vec!["a", "b"],
        };
        assert_eq!(clips.pooled(&[0.2, 0.4, 0.9]), [(0.2 + 0.4) / 2.0, 0.9]);
        assert_eq!(clips.row_truths(), [true, true, false]);
    }

    #[test]
    fn one_side_alone_is_refused() {
        let mut material = material(12);
        material.positive.fill(false);
        let error = search(&clips(&material), &grid(), 1, &AtomicBool::new(false)).unwrap_err();
        assert!(error.to_string().contains("both sides"), "{error}");
    }
}
