//! What experiments and models have in common, for comparing them in the report.

use super::load::{Experiment, Inputs};
use crate::experiment::record::{Cost, SplitRecord, Study, Summary, mean_and_sd};
use sourcing_sound_train::metrics::{Scores, scores_of_confusion};
use sourcing_sound_train::model::config::SEGMENT_FRAMES;
use sourcing_sound_train::model::evaluation::Evaluation;

/// An experiment or a model.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its unique name.
    pub name: String,
    /// Whether it is a shipped model rather than an experiment.
    pub is_model: bool,
    /// Labels by index.
    pub labels: Vec<String>,
    /// The tested folds.
    pub folds: Vec<Fold>,
    /// Figures over the folds. The pooled interval of a model is combined from those of its folds.
    pub summary: Summary,
    /// Scores over all tested clips.
    pub pooled: Scores,
    /// Trained scalars.
    pub parameters: Option<u64>,
    /// Multiplications with addition per clip.
    pub multiply_adds: Option<u64>,
    /// Time per clip.
    pub cost: Cost,
    /// At most this many clips of each fold and label were used.
    pub clips_limit: Option<usize>,
    /// Seed of everything random.
    pub seed: u64,
    /// Day of the run.
    pub date: String,
    /// The study's figure.
    pub study: Option<Study>,
    /// Whether it also has shuffled splits, which have a separate section.
    pub is_leakage: bool,
    /// Whether it distinguishes one label from the rest.
    pub is_binary: bool,
}

/// One fold or group of folds, tested by a model that was trained without it.
#[derive(Clone, Debug)]
pub struct Fold {
    /// Its name, such as `1` or `3-9`.
    pub name: String,
    /// Share of correct clips.
    pub accuracy: f64,
    /// Its 95% interval, resampling recordings.
    pub interval: (f64, f64),
    /// Tested clips.
    pub n_test: usize,
}

/// Returns the entries of all inputs: experiments, then models.
pub fn entries(inputs: &Inputs) -> Vec<Entry> {
    let experiments = inputs.experiments.iter().map(of_experiment);
    experiments.chain(inputs.models.iter().map(of_model)).collect()
}

/// Returns the scores of all clips of several splits.
pub fn pooled<'a>(scores: impl IntoIterator<Item = &'a Scores>, labels: &[String]) -> Scores {
    let mut sum = vec![vec![0; labels.len()]; labels.len()];
    for scores in scores {
        for (to, from) in sum.iter_mut().flatten().zip(scores.confusion.iter().flatten()) {
            *to += from;
        }
    }
    scores_of_confusion(sum, labels)
}

/// Returns the name of an experiment, with its folder if the two differ.
pub fn name_of(experiment: &Experiment) -> String {
    let (name, folder) = (&experiment.record.experiment, &experiment.folder);
    if name == folder { name.clone() } else { format!("{name} ({folder})") }
}

fn of_experiment(experiment: &Experiment) -> Entry {
    let record = &experiment.record;
    let official = record.official();
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
        summary: record.summary,
        pooled: pooled(official.iter().map(|split| &split.scores), &record.labels),
        parameters: record.parameters,
        multiply_adds: record.multiply_adds,
        cost: record.cost,
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
    let pooled = pooled(model.stages.iter().map(|stage| &stage.scores), &model.labels);
    let (accuracy, accuracy_sd) = mean_and_sd(folds.iter().map(|fold| fold.accuracy));
    let summary = Summary {
        splits: folds.len(),
        n_test: folds.iter().map(|fold| fold.n_test).sum(),
        accuracy,
        accuracy_sd,
        pooled_accuracy: pooled.accuracy,
        pooled_interval: joint_interval(&folds),
        macro_f1: mean_and_sd(model.stages.iter().map(|stage| stage.scores.macro_f1)).0,
    };
    let network = model.config.net.network(SEGMENT_FRAMES);
    Entry {
        name: model.model.clone(),
        is_model: true,
        labels: model.labels.clone(),
        summary,
        pooled,
        parameters: Some(model.n_parameters as u64),
        multiply_adds: network.multiply_adds().ok().map(|sum| sum as u64),
        cost: Cost::default(),
        clips_limit: None,
        seed: model.seed,
        date: model.date.clone(),
        study: None,
        is_leakage: false,
        is_binary: false,
        folds,
    }
}

/// Returns the interval of the accuracy over all clips, from those of the folds. No recording is in
/// two folds, so their errors are independent: variances add up, weighted by the squared numbers of
/// clips.
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
}
