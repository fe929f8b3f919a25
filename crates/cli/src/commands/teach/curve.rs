//! Computes precision over recall, and figures that follow from it, from the scores of recordings.

use sourcing_sound::LabelReport;

/// Precision and recall at one threshold, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) recall: f64,
    pub(super) precision: f64,
}

/// Returns a point for each score of a recording of the label or of something else, from the
/// highest score until recall is 1. `None` if there are no recordings of one of the two.
pub(super) fn curve(positive: &[f32], negative: &[f32]) -> Option<Vec<Point>> {
    if positive.is_empty() || negative.is_empty() {
        return None;
    }
    let mut scores: Vec<(f32, bool)> = positive.iter().map(|&score| (score, true)).collect();
    scores.extend(negative.iter().map(|&score| (score, false)));
    scores.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let (mut points, mut hits, mut found) = (Vec::new(), 0, 0);
    // Equal scores are on the same side of every threshold.
    for equal in scores.chunk_by(|(a, _), (b, _)| a == b) {
        hits += equal.iter().filter(|(_, is_positive)| *is_positive).count();
        found += equal.len();
        points.push(Point {
            recall: hits as f64 / positive.len() as f64,
            precision: hits as f64 / found as f64,
        });
        if hits == positive.len() {
            break;
        }
    }
    Some(points)
}

/// Returns the mean of the precision over all steps of the recall, without interpolation.
pub(super) fn average_precision(points: &[Point]) -> f64 {
    let mut before = 0.0;
    let steps = points.iter().map(|point| {
        let step = point.recall - before;
        before = point.recall;
        step * point.precision
    });
    steps.sum()
}

/// Shares of correctly judged recordings, of the label and of something else together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Accuracy {
    /// By the head.
    pub(super) own: f64,
    /// By a classifier that never gives the label.
    pub(super) always_no: f64,
}

/// Returns `None` if there is nothing else, or no recording could be left out.
pub(super) fn accuracy(label: &LabelReport) -> Option<Accuracy> {
    let recall = label.recall.filter(|_| label.others > 0)?;
    let wrong = label.mistaken.map_or(0, |share| share.hits);
    let all = (recall.of + label.others) as f64;
    Some(Accuracy {
        own: (recall.hits + label.others - wrong) as f64 / all,
        always_no: label.others as f64 / all,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]

    use super::*;
    use sourcing_sound::Share;

    fn points(pairs: &[(f64, f64)]) -> Vec<Point> {
        pairs.iter().map(|&(recall, precision)| Point { recall, precision }).collect()
    }

    #[test]
    fn precision_is_taken_at_every_score() {
        let found = curve(&[0.3, 0.6, 0.9], &[0.1, 0.5, 0.7]).unwrap();
        let third = 1.0 / 3.0;
        let expected = points(&[
            (third, 1.0),
            (third, 0.5),
            (2.0 * third, 2.0 / 3.0),
            (2.0 * third, 0.5),
            (1.0, 0.6),
        ]);
        assert_eq!(found, expected);
        assert!((average_precision(&found) - (1.0 + 2.0 / 3.0 + 0.6) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_are_one_step() {
        let found = curve(&[0.5, 0.5], &[0.5, 0.5]).unwrap();
        assert_eq!(found, points(&[(1.0, 0.5)]));
        assert_eq!(average_precision(&found), 0.5);
        assert_eq!(average_precision(&curve(&[0.9, 0.8], &[0.7]).unwrap()), 1.0);
    }

    #[test]
    fn one_class_alone_is_not_measured() {
        assert_eq!(curve(&[0.5], &[]), None);
        assert_eq!(curve(&[], &[0.5]), None);
    }

    #[test]
    fn always_no_is_right_for_everything_else() {
        let mut label = LabelReport {
            label: "purr".to_owned(),
            examples: 4,
            recordings: 4,
            recall: Some(Share { hits: 3, of: 4 }),
            precision: Some(Share { hits: 3, of: 5 }),
            others: 12,
            mistaken: Some(Share { hits: 2, of: 12 }),
            left_out: Vec::new(),
            other_scores: Vec::new(),
        };
        let found = accuracy(&label).unwrap();
        assert_eq!(found, Accuracy { own: 13.0 / 16.0, always_no: 12.0 / 16.0 });
        label.mistaken = Some(Share { hits: 0, of: 12 });
        label.recall = Some(Share { hits: 0, of: 4 });
        let found = accuracy(&label).unwrap();
        assert_eq!(found.own, found.always_no);
        label.others = 0;
        assert_eq!(accuracy(&label), None);
    }
}
