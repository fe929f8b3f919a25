//! What experiments and models have in common: the terms in which the report compares them.

use super::load::{Experiment, Inputs};
use crate::experiment::record::{Cost, Record, SplitRecord, Study};
use sourcing_sound_train::metrics::{Scores, scores_of_confusion};
use sourcing_sound_train::model::config::SEGMENT_FRAMES;
use sourcing_sound_train::model::evaluation::Evaluation;
use sourcing_sound_train::model::network::NetConfig;

/// An experiment or a model.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, which no other entry has.
    pub name: String,
    /// Whether it is a shipped model rather than an experiment.
    pub is_model: bool,
    /// Labels by index.
    pub labels: Vec<String>,
    /// The tested folds.
    pub folds: Vec<Fold>,
    /// Mean accuracy of the folds, and its sample standard deviation where there are several.
    pub mean: f64,
    /// See `mean`.
    pub sd: Option<f64>,
    /// 95% interval of the accuracy over all clips, resampling recordings. A model's is put
    /// together from its folds'.
    pub interval: (f64, f64),
    /// Mean macro-F1 of the folds.
    pub macro_f1: f64,
    /// Over all tested clips.
    pub pooled: Scores,
    /// Trained scalars.
    pub parameters: Option<u64>,
    /// Multiplications with addition per clip.
    pub multiply_adds: Option<u64>,
    /// Time per clip.
    pub cost: Cost,
    /// Tested clips.
    pub n_test: usize,
    /// At most this many clips of each fold and label were used.
    pub clips_limit: Option<usize>,
    /// Seed of everything random.
    pub seed: u64,
    /// Day of the run.
    pub date: String,
    /// The study's figure.
    pub study: Option<Study>,
    /// Whether it also has shuffled splits, which have a section of their own.
    pub is_leakage: bool,
    /// Whether it tells one label from the rest.
    pub is_binary: bool,
}

/// One fold or group of folds, tested by a model that was trained without it.
#[derive(Clone, Debug)]
pub struct Fold {
    /// Such as `1` or `3-9`.
    pub name: String,
    /// Share of correct clips.
    pub accuracy: f64,
    /// Its 95% interval, resampling recordings.
    pub interval: (f64, f64),
    /// Tested clips.
    pub n_test: usize,
}

/// The entries of all inputs: experiments, then models.
pub fn entries(inputs: &Inputs) -> Vec<Entry> {
    let experiments = inputs.experiments.iter().map(of_experiment);
    experiments.chain(inputs.models.iter().map(of_model)).collect()
}

/// The official splits of a record, in its order.
pub fn official(record: &Record) -> Vec<&SplitRecord> {
    record.splits.iter().filter(|split| !split.shuffled).collect()
}

/// The shuffled splits of a record, in its order.
pub fn shuffled(record: &Record) -> Vec<&SplitRecord> {
    record.splits.iter().filter(|split| split.shuffled).collect()
}

/// What was tested, in words: `fold 1`, `folds 3-9`, or the name of a shuffled split.
pub fn tested(split: &SplitRecord) -> String {
    if split.shuffled { split.name.clone() } else { folds(&split.name) }
}

/// `fold 1`, `folds 3-9`.
pub fn folds(name: &str) -> String {
    let noun = if name.contains(['-', ',']) { "folds" } else { "fold" };
    format!("{noun} {name}")
}

/// Scores of all clips of several splits together.
pub fn pooled<'a>(scores: impl IntoIterator<Item = &'a Scores>, labels: &[String]) -> Scores {
    let mut sum = vec![vec![0; labels.len()]; labels.len()];
    for scores in scores {
        for (to, from) in sum.iter_mut().flatten().zip(scores.confusion.iter().flatten()) {
            *to += from;
        }
    }
    scores_of_confusion(sum, labels)
}

/// The name of an experiment, with its folder where the two differ.
pub fn name_of(experiment: &Experiment) -> String {
    let (name, folder) = (&experiment.record.experiment, &experiment.folder);
    if name == folder { name.clone() } else { format!("{name} ({folder})") }
}

fn of_experiment(experiment: &Experiment) -> Entry {
    let record = &experiment.record;
    let official = official(record);
    let fold = |split: &&SplitRecord| Fold {
        name: split.name.clone(),
        accuracy: split.scores.accuracy,
        interval: split.accuracy_interval,
        n_test: split.n_test,
    };
    Entry {
        name: name_of(experiment),
        is_model: false,
        labels: record.labels.clone(),
        folds: official.iter().map(fold).collect(),
        mean: record.summary.accuracy,
        sd: (record.summary.splits > 1).then_some(record.summary.accuracy_sd),
        interval: record.summary.pooled_interval,
        macro_f1: record.summary.macro_f1,
        pooled: pooled(official.iter().map(|split| &split.scores), &record.labels),
        parameters: record.parameters,
        multiply_adds: record.multiply_adds,
        cost: record.cost,
        n_test: record.summary.n_test,
        clips_limit: record.data.clips_limit,
        seed: record.seed,
        date: record.date.clone(),
        study: record.study.clone(),
        is_leakage: record.shuffled.is_some(),
        is_binary: official.iter().any(|split| split.binary.is_some()),
    }
}

fn of_model(model: &Evaluation) -> Entry {
    let folds: Vec<_> = model
        .stages
        .iter()
        .map(|stage| Fold {
            name: stage.test_folds.clone(),
            accuracy: stage.scores.accuracy,
            interval: stage.accuracy_interval,
            n_test: stage.n_test,
        })
        .collect();
    let accuracies: Vec<_> = folds.iter().map(|fold| fold.accuracy).collect();
    let (mean, sd) = mean_and_sd(&accuracies);
    let multiply_adds = multiply_adds(&model.config.net, SEGMENT_FRAMES);
    Entry {
        name: model.model.clone(),
        is_model: true,
        labels: model.labels.clone(),
        mean,
        sd,
        interval: joint_interval(&folds),
        macro_f1: mean_and_sd(&model.stages.iter().map(|s| s.scores.macro_f1).collect::<Vec<_>>())
            .0,
        pooled: pooled(model.stages.iter().map(|stage| &stage.scores), &model.labels),
        parameters: Some(model.n_parameters as u64),
        multiply_adds: Some(multiply_adds),
        cost: Cost::default(),
        n_test: folds.iter().map(|fold| fold.n_test).sum(),
        clips_limit: None,
        seed: model.seed,
        date: model.date.clone(),
        study: None,
        is_leakage: false,
        is_binary: false,
        folds,
    }
}

/// The mean, and the sample standard deviation of two values or more.
fn mean_and_sd(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n.max(1.0);
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()))
}

/// The interval of the accuracy over all clips, from those of the folds. No recording is in two
/// folds, so their errors are independent: variances add up, weighted by the clips squared.
fn joint_interval(folds: &[Fold]) -> (f64, f64) {
    let n: usize = folds.iter().map(|fold| fold.n_test).sum();
    let weight = |fold: &Fold| fold.n_test as f64 / n.max(1) as f64;
    let accuracy: f64 = folds.iter().map(|fold| weight(fold) * fold.accuracy).sum();
    let reach = |distance: fn(&Fold) -> f64| {
        folds.iter().map(|fold| (weight(fold) * distance(fold)).powi(2)).sum::<f64>().sqrt()
    };
    let below = reach(|fold| fold.accuracy - fold.interval.0);
    let above = reach(|fold| fold.interval.1 - fold.accuracy);
    (accuracy - below, accuracy + above)
}

/// Multiplications with addition of a network on `frames` columns: those of its convolutions
/// and of its last layer.
fn multiply_adds(net: &NetConfig, frames: usize) -> u64 {
    let (mut height, mut width, mut channels) = (net.n_mels, frames, 1);
    let mut sum = 0;
    for block in &net.blocks {
        (height, width) = (height.div_ceil(block.stride), width.div_ceil(block.stride));
        sum += height * width * block.kernel * block.kernel * channels * block.channels;
        channels = block.channels;
        if block.pool {
            (height, width) = (height / 2, width / 2);
        }
    }
    (sum + channels * net.n_labels) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(accuracy: f64, interval: (f64, f64), n_test: usize) -> Fold {
        Fold { name: "1".into(), accuracy, interval, n_test }
    }

    #[test]
    fn independent_intervals_join() {
        let one = fold(0.6, (0.5, 0.68), 100);
        let (low, high) = joint_interval(std::slice::from_ref(&one));
        assert!((low - 0.5).abs() < 1e-12 && (high - 0.68).abs() < 1e-12);
        // Twice the clips: half of the variance.
        let (low, high) = joint_interval(&[one.clone(), one]);
        assert!((low - (0.6 - 0.1 / 2f64.sqrt())).abs() < 1e-12);
        assert!((high - (0.6 + 0.08 / 2f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn the_flagship_takes_28_million_multiply_adds() {
        let millions = multiply_adds(&NetConfig::compact(64, 10), SEGMENT_FRAMES) as f64 / 1e6;
        assert!((millions - 28.5).abs() < 0.1, "{millions}");
    }

    #[test]
    fn a_single_fold_has_no_deviation() {
        assert_eq!(mean_and_sd(&[0.5]), (0.5, None));
        let (mean, sd) = mean_and_sd(&[0.5, 0.7]);
        assert!((mean - 0.6).abs() < 1e-12);
        assert!(sd.is_some_and(|sd| (sd - 0.02f64.sqrt()).abs() < 1e-12));
    }
}
