use super::*;
use rand::RngExt;

/// Returns three clouds of points, six points per recording.
fn clouds(spread: f32) -> Vec<Example> {
    let mut rng = generator(5, "clouds", &[]);
    let point = |row: usize| {
        let label = row / 6 % 3;
        let mut noise = || spread * (rng.random::<f32>() + rng.random::<f32>() - 1.0);
        let centre = [[0.0, 0.0], [3.0, 0.0], [0.0, 30.0]][label];
        let features = vec![centre[0] + noise(), centre[1] + 10.0 * noise(), 7.0];
        Example::new(features, label, format!("recording {}", row / 6))
    };
    (0..180).map(point).collect()
}

fn accuracy(linear: &Linear, examples: &[Example]) -> f64 {
    let right = |example: &&Example| {
        let logits = linear.logits(&example.features);
        (0..3).max_by(|&a, &b| logits[a].total_cmp(&logits[b])) == Some(example.label)
    };
    examples.iter().filter(right).count() as f64 / examples.len() as f64
}

#[test]
fn clouds_are_separated() {
    let examples = clouds(1.0);
    let refit = refit(&examples, 3, 1);
    assert!(accuracy(&refit.linear, &examples) > 0.97);
    assert!(refit.linear.weight.iter().all(|w| w.is_finite()), "a constant feature is harmless");
    assert_eq!(refit.candidates.len(), CANDIDATES.len());
    let best = |logits: &Vec<f32>| (0..3).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
    let held_out = refit.held_out.iter().flatten().map(best);
    let right = held_out.zip(&examples).filter(|(best, example)| *best == Some(example.label));
    let share = right.count() as f64 / examples.len() as f64;
    assert!((share - refit.cross_validated()).abs() < 0.01, "{share}");
}

#[test]
fn the_solution_is_where_the_gradient_vanishes() {
    let examples = clouds(4.0);
    let rows = rows(&examples.iter().collect::<Vec<_>>(), 3, Counting::ByRoot);
    let (_, solution) = fit(&rows, 3, 0.3, None);
    let mut gradient = vec![0.0; solution.len()];
    let least = rows.objective(0.3, &solution, &mut gradient);
    assert!(gradient.iter().all(|g| g.abs() < 1e-5), "{gradient:?}");
    for index in 0..solution.len() {
        let mut moved = solution.clone();
        moved[index] += 0.05;
        let mut slope = vec![0.0; solution.len()];
        assert!(rows.objective(0.3, &moved, &mut slope) >= least);
    }
}

#[test]
fn rows_that_only_train_are_not_judged() {
    let mut examples = clouds(1.0);
    // One row in twelve has a wrong label, among those that are only trained on.
    for (row, example) in examples.iter_mut().enumerate().step_by(2) {
        example.only_trains = true;
        example.label = (example.label + usize::from(row % 12 == 0)) % 3;
    }
    let refit = refit(&examples, 3, 1);
    for (example, held_out) in examples.iter().zip(&refit.held_out) {
        assert_eq!(held_out.is_none(), example.only_trains);
    }
    assert!(refit.cross_validated() > 0.97, "{}", refit.cross_validated());
}

#[test]
fn a_label_is_not_judged_where_all_its_recordings_are_left_out() {
    // Two recordings for each of four labels, far apart: whichever are left out together, no
    // row may be judged by a layer that does not know its label.
    let point = |row: usize| {
        let (label, recording) = (row / 4, row / 2);
        let mut features = vec![0.1 * (row % 2) as f32; 4];
        features[label] += 3.0;
        Example::new(features, label, format!("recording {recording}"))
    };
    let examples: Vec<_> = (0..16).map(point).collect();
    let choice =
        Choice { candidates: &[0.01, 0.1, 1.0], by: Criterion::Likelihood, rows: Counting::Alike };
    for seed in 0..20 {
        let refit = fit_by_choice(&examples, 4, choice, seed);
        for (example, logits) in examples.iter().zip(&refit.held_out) {
            let Some(logits) = logits else { continue };
            let best = (0..4).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
            assert_eq!(best, Some(example.label), "{seed}: {logits:?}");
        }
        assert_eq!(refit.cross_validated(), 1.0, "{seed}");
    }
}

#[test]
fn without_a_row_that_can_be_left_out_the_middle_penalty_is_taken() {
    let examples = [0, 1, 2].map(|label| {
        let mut features = vec![0.0; 3];
        features[label] = 1.0;
        Example::new(features, label, format!("recording {label}"))
    });
    let refit = refit(&examples, 3, 1);
    assert_eq!(refit.c, CANDIDATES[CANDIDATES.len() / 2]);
    assert!(refit.held_out.iter().all(Option::is_none));
}

#[test]
fn labels_count_the_same_and_recordings_by_the_root_of_their_rows() {
    let rows = [(0, "a"), (0, "a"), (0, "a"), (0, "a"), (0, "b"), (1, "c"), (1, "d")];
    let examples = rows.map(|(label, name)| Example::new(vec![0.0], label, name));
    let examples: Vec<_> = examples.iter().collect();
    let weights = weights(&examples, 3, Counting::ByRoot);
    let sum = |rows: std::ops::Range<usize>| weights[rows].iter().sum::<f64>();
    assert!((sum(0..5) - 3.5).abs() < 1e-12 && (sum(5..7) - 3.5).abs() < 1e-12);
    assert!((sum(0..4) / weights[4] - 2.0).abs() < 1e-12);
    assert_eq!(super::weights(&examples, 3, Counting::Alike), [1.0; 7]);
}

#[test]
fn rows_count_by_their_weights() {
    let rows = [(0, "a", 1.0), (0, "a", 0.25), (1, "b", 0.25)];
    let examples =
        rows.map(|(label, name, count)| Example { count, ..Example::new(vec![0.0], label, name) });
    let weights = weights(&examples.iter().collect::<Vec<_>>(), 2, Counting::Alike);
    assert!((weights.iter().sum::<f64>() - 3.0).abs() < 1e-12);
    assert!((weights[0] - 4.0 * weights[1]).abs() < 1e-12 && weights[1] == weights[2]);
}

#[test]
fn likelihood_is_the_mean_logarithm_of_the_probabilities() {
    let logits = [vec![3f32.ln(), 0.0], vec![0.0, 0.0]];
    let found = weighted_likelihood(&logits, &[0, 1], &[1.0, 3.0]);
    assert!((found - (0.75f64.ln() + 3.0 * 0.5f64.ln()) / 4.0).abs() < 1e-6, "{found}");
}

#[test]
fn the_strongest_penalty_within_one_standard_error_is_chosen() {
    let scores = [(0.80, 0.0), (0.89, 0.0), (0.90, 0.02)];
    assert_eq!(strongest_within(&scores, 1.0), 1);
    assert_eq!(strongest_within(&scores, 0.0), 2);
    let (mean, error) = mean_and_error(&[0.8, 1.0]);
    assert!((mean - 0.9).abs() < 1e-12 && (error - 0.1).abs() < 1e-12);
}

#[test]
fn rows_of_a_recording_stay_together() {
    let examples = clouds(1.0);
    let folds = assign_recordings(&examples, 1);
    for rows in folds.chunks(6) {
        assert!(rows.iter().all(|fold| fold == &rows[0]));
    }
    assert!((0..CV_FOLDS).all(|fold| folds.contains(&fold)));
}
