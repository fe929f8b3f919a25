//! The table of labels as scikit-learn's `classification_report` prints it, in which the study
//! states its results.

use super::{ClassScore, Scores};

/// Precision, recall and F1 averaged over labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Average {
    /// Mean precision.
    pub precision: f64,
    /// Mean recall.
    pub recall: f64,
    /// Mean F1.
    pub f1: f64,
}

/// Returns the labels that occur among the true or the given ones, in order.
pub fn occurring(scores: &Scores) -> Vec<&ClassScore> {
    let given = |index: usize| scores.confusion.iter().any(|row| row[index] > 0);
    let labels = scores.classes.iter().enumerate();
    let occurring = labels.filter(|(index, class)| class.support > 0 || given(*index));
    occurring.map(|(_, class)| class).collect()
}

/// Averages with the same weight for every occurring label.
pub fn macro_average(scores: &Scores) -> Average {
    average(&occurring(scores), |_| 1.0)
}

/// Averages with every label weighted by its clips.
pub fn weighted_average(scores: &Scores) -> Average {
    average(&occurring(scores), |class| class.support as f64)
}

fn average(classes: &[&ClassScore], weight: impl Fn(&ClassScore) -> f64) -> Average {
    let total: f64 = classes.iter().map(|class| weight(class)).sum();
    if total == 0.0 {
        return Average::default();
    }
    let mean = |value: fn(&ClassScore) -> f64| {
        classes.iter().map(|class| weight(class) * value(class)).sum::<f64>() / total
    };
    Average {
        precision: mean(|class| class.precision),
        recall: mean(|class| class.recall),
        f1: mean(|class| class.f1),
    }
}

/// Returns the table: a row per occurring label, then accuracy and averages, two decimals. Equals
/// `classification_report(…, zero_division=0)` character by character.
pub fn classification_report(scores: &Scores) -> String {
    const LAST: &str = "weighted avg";
    let classes = occurring(scores);
    let names = classes.iter().map(|class| class.label.chars().count());
    let width = names.chain([LAST.len()]).max().unwrap_or(LAST.len());
    let total: usize = classes.iter().map(|class| class.support).sum();
    let row = |name: &str, average: Average, support: usize| {
        let Average { precision, recall, f1 } = average;
        format!("{name:>width$}  {precision:>9.2} {recall:>9.2} {f1:>9.2} {support:>9}\n")
    };
    let heading = ["precision", "recall", "f1-score", "support"];
    let mut text = format!("{:width$} ", "");
    text.extend(heading.map(|name| format!(" {name:>9}")));
    text += "\n\n";
    for class in &classes {
        let ClassScore { label, precision, recall, f1, support } = class;
        let scores = Average { precision: *precision, recall: *recall, f1: *f1 };
        text += &row(label, scores, *support);
    }
    text += &format!(
        "\n{:>width$}  {:>9} {:>9} {:>9.2} {total:>9}\n",
        "accuracy", "", "", scores.accuracy
    );
    text += &row("macro avg", macro_average(scores), total);
    text += &row(LAST, weighted_average(scores), total);
    text
}

#[cfg(test)]
mod tests {
    use super::super::scores_of_confusion;
    use super::*;

    #[test]
    fn labels_that_do_not_occur_are_left_out() {
        let labels = ["dog_bark", "siren", "gun_shot"].map(str::to_owned);
        let scores = scores_of_confusion(vec![vec![3, 1, 0], vec![0, 4, 0], vec![0; 3]], &labels);
        let expected = "              precision    recall  f1-score   support

    dog_bark       1.00      0.75      0.86         4
       siren       0.80      1.00      0.89         4

    accuracy                           0.88         8
   macro avg       0.90      0.88      0.87         8
weighted avg       0.90      0.88      0.87         8
";
        assert_eq!(classification_report(&scores), expected);
        assert!((macro_average(&scores).f1 - scores.macro_f1).abs() < 1e-12);
    }
}
