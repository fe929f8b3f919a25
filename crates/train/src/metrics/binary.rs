//! Scores of distinguishing one label (the positive one) from the rest, each as scikit-learn
//! defines it.

/// Counts of decisions at one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Positive clips called positive.
    pub hits: usize,
    /// Other clips called positive.
    pub false_alarms: usize,
    /// Positive clips called negative.
    pub misses: usize,
    /// Other clips called negative.
    pub rejections: usize,
}

impl Counts {
    /// Counts the decisions when scores at or above `threshold` are called positive.
    pub fn at(threshold: f64, scores: &[f64], truths: &[bool]) -> Self {
        let mut counts = Self::default();
        for (score, truth) in scores.iter().zip(truths) {
            match (*truth, *score >= threshold) {
                (true, true) => counts.hits += 1,
                (false, true) => counts.false_alarms += 1,
                (true, false) => counts.misses += 1,
                (false, false) => counts.rejections += 1,
            }
        }
        counts
    }

    /// Returns the share of right decisions; 0 without any.
    pub fn accuracy(&self) -> f64 {
        let all = self.hits + self.false_alarms + self.misses + self.rejections;
        super::ratio(self.hits + self.rejections, all)
    }

    /// Returns the mean recall of the two sides; if one does not occur, that of the other.
    pub fn balanced_accuracy(&self) -> f64 {
        let sides = [(self.hits, self.misses), (self.rejections, self.false_alarms)];
        let occurring = sides.iter().filter(|(right, wrong)| right + wrong > 0);
        let recalls: Vec<_> =
            occurring.map(|&(right, wrong)| super::ratio(right, right + wrong)).collect();
        recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
    }

    /// Returns the share of clips called positive that are; 0 if there are none.
    pub fn precision(&self) -> f64 {
        super::ratio(self.hits, self.hits + self.false_alarms)
    }

    /// Returns the share of positive clips that are called positive; 0 if there are none.
    pub fn recall(&self) -> f64 {
        super::ratio(self.hits, self.hits + self.misses)
    }

    /// Returns the harmonic mean of precision and recall; 0 if both are 0.
    pub fn f1(&self) -> f64 {
        super::ratio(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)
    }
}

/// A point of the precision-recall curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Share of the positive clips that are called positive.
    pub recall: f64,
    /// Share of the clips called positive that are.
    pub precision: f64,
    /// Scores at or above it are called positive.
    pub threshold: f64,
}

/// Returns the precision-recall curve: a point per distinct score, by falling threshold. Equals
/// `precision_recall_curve` without its last point (recall 0, precision 1), which no threshold
/// reaches. As there, the recall is 1 everywhere if there is no positive clip.
pub fn precision_recall_curve(scores: &[f64], truths: &[bool]) -> Vec<CurvePoint> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let positives = truths.iter().filter(|truth| **truth).count();
    let mut curve = Vec::new();
    let mut hits = 0;
    for (rank, &index) in order.iter().enumerate() {
        hits += usize::from(truths[index]);
        let next = order.get(rank + 1).map(|&next| scores[next]);
        if next != Some(scores[index]) {
            let recall = if positives == 0 { 1.0 } else { super::ratio(hits, positives) };
            let precision = super::ratio(hits, rank + 1);
            curve.push(CurvePoint { recall, precision, threshold: scores[index] });
        }
    }
    curve
}

/// Returns the area under the precision-recall curve, as `average_precision_score`: the precision
/// at every threshold, weighted by the recall that it adds. 0 if there is no positive clip.
pub fn average_precision(scores: &[f64], truths: &[bool]) -> f64 {
    if !truths.contains(&true) {
        return 0.0;
    }
    let mut reached = 0.0;
    let mut area = 0.0;
    for point in precision_recall_curve(scores, truths) {
        area += (point.recall - reached) * point.precision;
        reached = point.recall;
    }
    area
}

/// Returns the probability that a positive clip scores higher than another, ties counting half, as
/// `roc_auc_score`. 0.5, which means nothing, if one side does not occur.
pub fn auroc(scores: &[f64], truths: &[bool]) -> f64 {
    let side = |side: bool| -> Vec<f64> {
        let with = scores.iter().zip(truths).filter(|(_, truth)| **truth == side);
        with.map(|(score, _)| *score).collect()
    };
    let (positive, negative) = (side(true), side(false));
    if positive.is_empty() || negative.is_empty() {
        return 0.5;
    }
    super::auroc(&positive, &negative)
}

/// Returns the threshold with the best F1 on these scores; of equal ones the highest. It is halfway
/// to the next lower score, so that no rounding moves a clip across it. `None` if there is no
/// positive clip.
pub fn best_f1_threshold(scores: &[f64], truths: &[bool]) -> Option<f64> {
    let curve = precision_recall_curve(scores, truths);
    let f1 = |point: &CurvePoint| Counts::at(point.threshold, scores, truths).f1();
    let (mut best, mut chosen) = (0.0, None);
    for (index, point) in curve.iter().enumerate() {
        let reached = f1(point);
        if reached > best {
            let next = curve.get(index + 1).map_or(0.0, |next| next.threshold);
            (best, chosen) = (reached, Some((point.threshold + next) / 2.0));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_match_a_manual_computation() {
        let scores = [0.9, 0.8, 0.8, 0.3, 0.1];
        let truths = [true, true, false, true, false];
        let counts = Counts::at(0.5, &scores, &truths);
        assert_eq!(counts, Counts { hits: 2, false_alarms: 1, misses: 1, rejections: 1 });
        assert!((counts.balanced_accuracy() - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-12);
        assert!((counts.f1() - 2.0 / 3.0).abs() < 1e-12);
        let curve = precision_recall_curve(&scores, &truths);
        let points: Vec<_> = curve.iter().map(|p| (p.threshold, p.recall, p.precision)).collect();
        let third = 1.0 / 3.0;
        assert_eq!(
            points,
            [(0.9, third, 1.0), (0.8, 2.0 * third, 2.0 * third), (0.3, 1.0, 0.75), (0.1, 1.0, 0.6)]
        );
        let area = third + third * 2.0 * third + third * 0.75;
        assert!((average_precision(&scores, &truths) - area).abs() < 1e-12);
        // Pairs: .9 beats both, .8 beats .1 and ties, .3 beats .1 only.
        assert!((auroc(&scores, &truths) - 4.5 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn the_threshold_for_f1_lies_between_scores() {
        let (scores, truths) = ([0.9, 0.6, 0.2, 0.1], [true, true, false, false]);
        assert_eq!(best_f1_threshold(&scores, &truths), Some(0.4));
        assert_eq!(best_f1_threshold(&scores, &[false; 4]), None);
        assert_eq!(best_f1_threshold(&[0.7, 0.7], &[true, true]), Some(0.35));
    }

    #[test]
    fn nothing_at_all_has_defined_scores() {
        let counts = Counts::at(0.5, &[], &[]);
        let all = [counts.accuracy(), counts.balanced_accuracy(), counts.precision(), counts.f1()];
        assert_eq!(all, [0.0; 4]);
        assert!(precision_recall_curve(&[], &[]).is_empty());
        assert_eq!((average_precision(&[], &[]), auroc(&[], &[])), (0.0, 0.5));
    }
}
