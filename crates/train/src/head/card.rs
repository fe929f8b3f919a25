//! `<name>.CARD.md`, written from the same numbers as the evaluation.

use super::evaluation::{ALL_UNKNOWN, Evaluation, Means, Unknown};
use super::recipe::Recipe;
use super::segment::SEGMENT_PATCHES;
use crate::card::sections::{self, thousands};
use crate::figure::text::percent;
use crate::metrics::Scores;
use crate::provenance::{self, Provenance};
use sourcing_sound::HeadFeature;
use std::fmt::Write;

/// The card as Markdown.
pub fn card(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let stages = scores_of_stages(evaluation);
    let mut sections = vec![heading(evaluation, provenance), accuracy(evaluation)];
    if !stages.is_empty() {
        sections.push(sections::classes(&evaluation.labels, &stages));
        sections.push(rejection(evaluation));
    }
    sections.extend([
        input(evaluation),
        data(evaluation, provenance),
        limits(evaluation),
        sections::licence(&provenance.licence_notes),
        sections::reproduction(
            &evaluation.command,
            evaluation.recipe.seed,
            &evaluation.config_hash,
            &evaluation.date,
        ),
    ]);
    sections.join("\n")
}

fn scores_of_stages(evaluation: &Evaluation) -> Vec<(&str, &Scores)> {
    let stages = evaluation.stages.iter();
    stages.map(|stage| (stage.test_folds.as_str(), &stage.scores)).collect()
}

fn heading(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let wrong = match &evaluation.mean {
        Some(mean) => sections::wrongness(mean.accuracy, mean.accuracy_bound),
        None => "nobody has measured how often it is wrong".to_owned(),
    };
    format!(
        "# {}\n\n{} A head of {} numbers on the embedding of the model `{}` (sha256 {}); it runs \
         with that file and no other, in the browser and natively.\n\n**Labels**: {}.\n\n\
         **Intended use**: learning, demonstrations and experiments on a person's own device. Not \
         for safety, surveillance or evidence: {wrong}, and it knows nothing but its labels.\n",
        evaluation.head,
        provenance.description,
        thousands(evaluation.n_parameters),
        evaluation.base.name,
        evaluation.base.sha256,
        evaluation.labels.join(", "),
    )
}

fn accuracy(evaluation: &Evaluation) -> String {
    let Some(mean) = &evaluation.mean else {
        return "## Accuracy\n\nNot measured: all clips are in one fold, so none could be left \
                out.\n"
            .to_owned();
    };
    let mut text = format!(
        "## Accuracy\n\nEvery row is a head of its own that never heard the left-out folds (nor \
         any other clip of their recordings), with seed {}. The interval is the 95% bootstrap \
         over recordings, since clips of one recording are near-copies. The calibration error \
         (expected, 15 bins) is with a temperature fitted in cross-validation on the row's own \
         training clips, and in brackets without any.\n\n\
         | left-out folds | clips | recordings | accuracy | 95% interval | macro-F1 | calibration \
         error |\n|---|---|---|---|---|---|---|\n",
        evaluation.recipe.seed
    );
    for stage in &evaluation.stages {
        let row = sections::left_out_row(
            &stage.test_folds,
            (stage.n_test, stage.n_test_recordings),
            &stage.scores,
            stage.accuracy_interval,
            stage.accuracy_bound,
        );
        let _ = writeln!(
            text,
            "{row} {:.3} ({:.3}) |",
            stage.calibration_error, stage.calibration_error_without,
        );
    }
    if let Some(whole) = &evaluation.mean_of_whole_folds {
        let name = format!("mean of {}", whole.test_folds.join(" and "));
        text.push_str(&mean_row(&name, whole));
    }
    text.push_str(&mean_row("mean", mean));
    let bounds = evaluation.stages.iter().map(|stage| stage.accuracy_bound);
    text.push_str(sections::bounds_note(bounds));
    let _ = writeln!(
        text,
        "\nThe shipped head was trained on all {} clips; these figures are the best estimate of \
         how it does on recordings that it has not heard.",
        thousands(evaluation.shipped.n_train),
    );
    text
}

fn mean_row(name: &str, mean: &Means) -> String {
    let Means { accuracy, accuracy_bound, macro_f1, calibration_error, .. } = mean;
    let bound = sections::bound_cell(*accuracy_bound);
    let accuracy = percent(*accuracy);
    format!("| {name} | | | {accuracy} |{bound} | {macro_f1:.3} | {calibration_error:.3} |\n")
}

fn rejection(evaluation: &Evaluation) -> String {
    let shipped = &evaluation.shipped;
    let accuracy = evaluation.mean.as_ref().map_or(0.0, |mean| mean.accuracy);
    let mut text = format!(
        "## Calibration and rejection\n\nLogits are divided by {:.3} before softmax: the \
         temperature that makes predictions in cross-validation over all training clips most \
         likely. The expected calibration error of the left-out clips of all rows above together, \
         each at its row's temperature, is {:.3}. A best score below {:.3} is rejected as none of the labels: {}.\n",
        shipped.temperature,
        shipped.calibration_error,
        shipped.rejection_threshold,
        sections::passing(shipped.passing_correct, shipped.rejected_wrong, accuracy),
    );
    if let Some(other) = &evaluation.other {
        let _ = write!(
            text,
            "\nA further output, \"none of the labels\", is fitted beside the others on \
             background recordings, silence and faint noise; a segment where its share of the \
             softmax over all outputs exceeds {:.3} is rejected too. To judge it, half of the background recordings were kept from its fit: \
             {} of {} left-out known clips pass it, and {} of {} segments of those recordings do \
             not. The shipped head's is fitted on all of them. Of all left-out known clips {} \
             pass both rules.\n",
            other.threshold,
            percent(other.passing_known),
            thousands(other.n_known),
            percent(other.rejected_unknown),
            thousands(other.n_unknown),
            percent(shipped.passing_both),
        );
    }
    text.push_str(&unknown_table(evaluation));
    text
}

/// How sounds of none of the labels fare.
fn unknown_table(evaluation: &Evaluation) -> String {
    if evaluation.unknown.is_empty() {
        return String::new();
    }
    let mut text = "\nSounds that hold none of the labels by intent, heard by the heads of all \
                    rows above. AUROC: how often such a segment and a left-out known clip are \
                    told apart.\n\n| unknown sounds | segments | rejected | AUROC by \"none of \
                    the labels\" | AUROC by the best score |\n|---|---|---|---|---|\n"
        .to_owned();
    for Unknown { name, segments, rejected, auroc, auroc_best_score, .. } in &evaluation.unknown {
        let auroc = auroc.map_or_else(|| "–".to_owned(), |auroc| format!("{auroc:.3}"));
        let (segments, rejected) = (thousands(*segments), percent(*rejected));
        let _ = writeln!(
            text,
            "| {name} | {segments} | {rejected} | {auroc} | {auroc_best_score:.3} |"
        );
    }
    for Unknown { name, left_out, .. } in &evaluation.unknown {
        if *left_out > 0 && name != ALL_UNKNOWN {
            let left_out = thousands(*left_out);
            let _ = writeln!(
                text,
                "\nOf `{name}` {left_out} sounds are left out, since their label or their \
                 recording is known."
            );
        }
    }
    text
}

fn input(evaluation: &Evaluation) -> String {
    let Recipe { features, .. } = &evaluation.recipe;
    let features: Vec<_> = features.iter().map(|feature| name(*feature)).collect();
    format!(
        "## What it hears\n\nOf {SEGMENT_PATCHES} patches of the base model at a time: {}. The \
         base model's card says what it makes of sound; the head's file states the rest, and \
         programs read it from there.\n",
        features.join(", ")
    )
}

fn name(feature: HeadFeature) -> &'static str {
    match feature {
        HeadFeature::EmbeddingMean => "the mean of the embeddings",
        HeadFeature::EmbeddingMax => "the largest value of each of their dimensions",
        HeadFeature::ScoreMean => "the mean of the base's scores",
        HeadFeature::ScoreMax => "the largest of each of the base's scores",
    }
}

fn data(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut text = sections::data(&evaluation.data, &provenance.training_data);
    let n = evaluation.data.background;
    if n > 0 {
        let n = thousands(n);
        let _ = writeln!(
            text,
            "\nThe output \"none of the labels\" was fitted against {n} background recordings."
        );
        if provenance.is_urban_sound {
            let _ = writeln!(text, "{}", provenance::UNLABELLED_NOTES);
        }
    }
    text
}

fn limits(evaluation: &Evaluation) -> String {
    let stages = scores_of_stages(evaluation);
    let mut text = sections::limits_of_data(&evaluation.data, &stages);
    text.push_str(
        "- Recordings of one device, place or day sound alike, and there are few of each: expect \
         lower accuracy on other microphones and in other places.\n- One sound at a time: of two \
         labels at once it names one.\n- Of sounds that are none of its labels it rejects some \
         and names others, as the figures above say.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::dataset::Layout;
    use crate::head::evaluation as figures;
    use crate::metrics;
    use crate::provenance::{Stated, TrainedOn};
    use std::path::Path;

    fn shipped() -> (Evaluation, String) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/everyday");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        (serde_json::from_str(&read("urban.evaluation.json")).unwrap(), read("urban.CARD.md"))
    }

    #[test]
    fn the_shipped_head_says_what_it_said() {
        let (evaluation, stored) = shipped();
        let trained_on = TrainedOn::new(Layout::UrbanSound8k, "data", &evaluation.labels, []);
        let provenance = Provenance::of("head", &trained_on, &Stated::default());
        assert_eq!(card(&evaluation, &provenance), stored);
    }

    #[test]
    fn all_right_is_not_never_wrong() {
        let (mut evaluation, _) = shipped();
        let bound = metrics::accuracy_bound(1.0, 10);
        for stage in &mut evaluation.stages {
            (stage.scores.accuracy, stage.accuracy_interval) = (1.0, (1.0, 1.0));
            (stage.n_test, stage.n_test_recordings, stage.accuracy_bound) = (20, 10, bound);
        }
        let mean = figures::means(&evaluation.stages);
        assert_eq!(
            mean.as_ref().and_then(|mean| mean.accuracy_bound),
            metrics::accuracy_bound(1.0, 30)
        );
        (evaluation.mean, evaluation.mean_of_whole_folds) = (mean, None);
        let trained_on = TrainedOn::new(Layout::Folders, "data", &evaluation.labels, []);
        let provenance = Provenance::of("head", &trained_on, &Stated::default());
        let text = card(&evaluation, &provenance);
        for stated in [
            "| 1 | 20 | 10 | 100.0% | at least 74.1% | 0.803 |",
            "| mean | | | 100.0% | at least 90.5% | 0.777 |",
            "exact one-sided 95% bound (Clopper–Pearson)",
            "every left-out clip was right, which still allows it to be wrong up to 9.5% of the",
            "95.0% of the left-out clips pass, all of which are rightly classified.",
        ] {
            assert!(text.contains(stated), "{stated}: {text}");
        }
        assert!(!text.contains("±0.0") && !text.contains("wrong about"), "{text}");

        // One recording with a right and a wrong clip: neither interval nor bound.
        let stage = &mut evaluation.stages[0];
        (stage.scores.accuracy, stage.accuracy_interval) = (0.5, (0.5, 0.5));
        (stage.n_test, stage.n_test_recordings, stage.accuracy_bound) = (2, 1, None);
        let text = card(&evaluation, &provenance);
        assert!(text.contains("| 1 | 2 | 1 | 50.0% | not known |"), "{text}");
    }
}
