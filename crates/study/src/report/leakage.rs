//! Shows how much shuffling inflates the accuracy: the same network on shuffled parts and on
//! official folds.

use super::tables;
use crate::experiment::record::{Record, SplitRecord, Summary};
use crate::figure::overview::{self, Row};
use sourcing_sound_train::publish::text::{counted, percent};

/// Returns the drawing, the inflation in points and both tables. `None` if nothing was shuffled.
pub fn section(record: &Record) -> Option<String> {
    let inflated = record.shuffled.as_ref()?;
    let honest = &record.summary;
    let rows = [
        row("shuffled, recordings in both parts", &record.shuffled_splits(), inflated),
        row("official folds", &record.official(), honest),
    ];
    let figure = overview::figure(&rows, 1.0 / record.labels.len() as f64);
    let points = 100.0 * (inflated.accuracy - honest.accuracy);
    let difference = match points >= 0.0 {
        true => format!("Shuffling inflates the accuracy by <strong>{points:.1} points</strong>"),
        false => format!("Shuffled, the accuracy is <strong>{:.1} points lower</strong>", -points),
    };
    Some(format!(
        "<p>{difference}: {} on {} of shuffled splits, {} on {} of official folds. Shuffled, other \
         clips of a tested recording were trained on, and they are near-copies.</p>{}\
         <div class=\"card\">{}</div><div class=\"columns\">{}{}</div>",
        percent(inflated.accuracy),
        counted(inflated.n_test, "clip"),
        percent(honest.accuracy),
        counted(honest.n_test, "clip"),
        tables::study_and_here(record),
        figure.inline(),
        tables::splits("Shuffled splits", &record.shuffled_splits(), inflated),
        tables::splits("Official folds", &record.official(), honest),
    ))
}

fn row(name: &str, splits: &[&SplitRecord], summary: &Summary) -> Row {
    Row {
        name: name.to_owned(),
        folds: splits.iter().map(|split| (split.tested(), split.scores.accuracy)).collect(),
        summary: *summary,
        study: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::report::fixtures::{leakage, ten_labels};

    #[test]
    fn the_inflation_is_in_points() {
        let (mut record, _) = leakage();
        record.summary.accuracy = 0.619;
        record.shuffled.as_mut().unwrap().accuracy = 0.936;
        let markup = section(&record).unwrap();
        assert!(
            markup.contains("inflates the accuracy by <strong>31.7 points</strong>"),
            "{markup}"
        );
        assert!(markup.contains("93.6% on 2,400 clips of shuffled splits, 61.9% on 3,103 clips"));
        assert!(markup.contains("<th scope=\"row\">shuffled 3</th>"));
        let statement = "93.6% shuffled".to_owned();
        record.study = Some(crate::experiment::record::Study { accuracy: None, statement });
        let both = "study: 93.6% shuffled; here: 93.6% on 2,400 clips of shuffled splits, 61.9% on";
        assert!(section(&record).unwrap().contains(both));
        record.shuffled.as_mut().unwrap().accuracy = 0.6;
        assert!(section(&record).unwrap().contains("1.9 points lower"));
    }

    #[test]
    fn without_shuffled_splits_nothing_is_shown() {
        assert_eq!(section(&ten_labels("mel-cnn", 0.6, 1).0), None);
    }
}
