//! `<name>.CARD.md`, written from the same numbers as the evaluation.

use super::evaluation::{ALL_UNKNOWN, Evaluation, Means, Shipped, StageEvaluation, Unknown};
use super::recipe::Recipe;
use super::stage::PARTS;
use crate::publish::provenance::Provenance;
use crate::publish::sections::{self, thousands};
use crate::publish::text::{cell, percent};
use sourcing_sound::HeadFeature;
use std::fmt::Write;

/// Returns the card as Markdown.
pub fn card(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut sections = vec![heading(evaluation, provenance), accuracy(evaluation)];
    if !evaluation.stages.is_empty() {
        sections.push(sections::classes(&evaluation.labels, &evaluation.stages));
        sections.push(rejection(evaluation));
    }
    sections.extend([
        input(evaluation),
        relations(evaluation),
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

fn heading(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let wrong = match &evaluation.mean {
        Some(mean) => sections::wrongness(mean.accuracy, mean.accuracy_bound),
        None => "nobody has measured how often it is wrong".to_owned(),
    };
    format!(
        "# {}\n\n{} A head of {} numbers on the embedding of the model `{}` (sha256 {}); it runs \
         with that file and no other, in the browser and natively.\n\n**Labels**: {}.\n\n\
         **Intended use**: learning, demonstrations and experiments on a person's own device. Not \
         for safety, surveillance or evidence: {wrong}, and of sounds that are none of its labels \
         it names some.\n",
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
        "## Accuracy\n\nEvery row is a head of its own that was trained on nothing of the left-out \
         folds (nor on any other clip of their recordings), with seed {}. Its base's card says what \
         the base was trained on. The interval is the 95% bootstrap over recordings, since clips of \
         one recording are near-copies. The calibration error (expected, 15 bins) is with a \
         temperature fitted in cross-validation on the row's own training clips, and in brackets \
         without any.\n\n\
         | left-out folds | clips | recordings | accuracy | 95% interval | macro-F1 | calibration \
         error |\n|---|---|---|---|---|---|---|\n",
        evaluation.recipe.seed,
    );
    for stage in &evaluation.stages {
        let row = sections::left_out_row(stage);
        let _ = writeln!(
            text,
            "{row} {:.3} ({:.3}) |",
            stage.own.calibration_error, stage.own.calibration_error_without,
        );
    }
    if let Some(whole) = &evaluation.mean_of_whole_folds {
        let name = format!("mean of {}", whole.test_folds.join(" and "));
        text.push_str(&mean_row(&name, whole));
    }
    text.push_str(&mean_row("mean", mean));
    text.push_str(sections::bounds_note(&evaluation.stages));
    text.push_str(&windows(evaluation));
    let _ = writeln!(
        text,
        "\nThe shipped head was trained on all {} clips; these figures are the best estimate of \
         how it does on recordings that are new to it.",
        thousands(evaluation.shipped.n_train),
    );
    text
}

/// Describes the accuracy on segments of the base, if these are shorter.
fn windows(evaluation: &Evaluation) -> String {
    let of = |stage: &StageEvaluation| {
        stage
            .own
            .window_accuracy
            .map(|accuracy| format!("{} (left-out {})", percent(accuracy), stage.test_folds))
    };
    let shares: Vec<_> = evaluation.stages.iter().filter_map(of).collect();
    if shares.is_empty() {
        return String::new();
    }
    format!(
        "\nOn segments as short as the base's own, which is what it answers for among the base's \
         labels, the accuracy is {}.\n",
        shares.join(", ")
    )
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
         each at its row's temperature, is {:.3}.\n\nA detector, one logistic output, says how \
         probable it is that a sound is any of the labels. The best score times that probability \
         is what counts: below {:.3} a segment is rejected as none of the labels. {}.\n\nThe \
         detector was fitted on the clips against recordings of none of the labels and against \
         synthesised silence, noise, tones, hum and clicks. To judge it, the recordings of each \
         kind were parted in {PARTS}, and each part was judged by a detector that was fitted on the \
         others, none of them on clips of the left-out folds. The shipped one was fitted on all of \
         them.{}\n",
        shipped.temperature,
        shipped.calibration_error,
        shipped.rejection_threshold,
        capitalised(&sections::passing(shipped.kept_correct, shipped.rejected_wrong, accuracy)),
        constants(shipped),
    );
    text.push_str(&unknown_table(evaluation));
    text
}

/// States that nothing was chosen for the detector; empty if it was not cross-validated.
fn constants(shipped: &Shipped) -> String {
    let Some(accuracy) = shipped.detector_cross_validated else { return String::new() };
    format!(
        " Its penalty (C = {}) and its inputs are the trainer's constants, which were settled on the \
         data of the urban head; what others reach is not on record. With them it is right about {} \
         of the segments left out in cross-validation over recordings, known and unknown ones \
         counting equally.",
        shipped.detector_c,
        percent(accuracy)
    )
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Tabulates how many sounds of none of the labels are rejected.
fn unknown_table(evaluation: &Evaluation) -> String {
    if evaluation.unknown.is_empty() {
        return String::new();
    }
    let mut text = "\nSounds that hold none of the labels by intent, judged by the heads of all \
                    rows above. AUROC: how often such a segment and a left-out known clip are \
                    told apart.\n\n| unknown sounds | segments | accepted | most often named | \
                    AUROC | by the detector alone | by the best score alone |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for unknown in &evaluation.unknown {
        let named = unknown.most_named.as_ref().map_or_else(
            || "–".to_owned(),
            |(label, share)| format!("{} ({})", cell(label), percent(*share)),
        );
        let _ = writeln!(
            text,
            "| {} | {} | {} | {named} | {:.3} | {:.3} | {:.3} |",
            cell(&unknown.name),
            thousands(unknown.segments),
            percent(unknown.accepted),
            unknown.auroc,
            unknown.auroc_detector,
            unknown.auroc_best_score,
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
    let Recipe { features, detector_features, segment_patches, copies, .. } = &evaluation.recipe;
    let names = |features: &[HeadFeature]| {
        features.iter().map(|feature| name(*feature)).collect::<Vec<_>>().join(", ")
    };
    let altered = match copies {
        0 => String::new(),
        1 => " An altered copy of each recording trained beside it: another level, a narrower \
              band, noise."
            .to_owned(),
        n => format!(
            " {n} altered copies of each recording trained beside it: other levels, narrower \
             bands, noise."
        ),
    };
    format!(
        "## Input\n\nOf {segment_patches} {} of the base model at a time: {}; for the detector \
         {}.{altered} The base model's card says what it makes of sound; the head's file states \
         the rest, and programs read it from there.\n",
        if *segment_patches == 1 { "patch" } else { "patches" },
        names(features),
        names(detector_features),
    )
}

/// Lists the labels of the base to which the head's labels relate.
fn relations(evaluation: &Evaluation) -> String {
    let mut text = "## Among the labels of the base\n\nBeside the head's labels all labels of \
                    the base stay, but for those whose place one of them takes.\n\n| label | in \
                    the place of | a kind of |\n|---|---|---|\n"
        .to_owned();
    for label in &evaluation.labels {
        let [refined, parents] = [&evaluation.refines, &evaluation.parents].map(|map| {
            map.get(label)
                .filter(|names| !names.is_empty())
                .map_or_else(|| "–".to_owned(), |names| cell(&names.join("; ")))
        });
        let _ = writeln!(text, "| {} | {refined} | {parents} |", cell(label));
    }
    text
}

fn name(feature: HeadFeature) -> &'static str {
    match feature {
        HeadFeature::EmbeddingMean => "the mean of the embeddings",
        HeadFeature::EmbeddingMax => "the largest value of each of their dimensions",
        HeadFeature::ScoreMean => "the mean of the base's scores",
        HeadFeature::ScoreMax => "the largest of each of the base's scores",
        HeadFeature::LogitMean => "the mean of the base's logits",
    }
}

fn data(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut text = sections::data(&evaluation.data, &provenance.training_data);
    let n = evaluation.data.background;
    if n > 0 {
        let n = thousands(n);
        let _ = writeln!(
            text,
            "\nThe detector was fitted against {n} sounds of none of the labels, and against \
             synthesised ones."
        );
        text.push_str(&provenance.terms_of(&evaluation.data.background_folders));
    }
    text
}

fn limits(evaluation: &Evaluation) -> String {
    let mut text = sections::limits_of_data(&evaluation.data, &evaluation.stages);
    text.push_str(
        "- Recordings of one device, place or day sound alike, and there are few of each: expect \
         lower accuracy on other microphones and in other places.\n- One sound at a time: of two \
         labels at once it names one.\n- Of sounds that are none of its labels it rejects most \
         and names others, as the figures above say.\n",
    );
    text
}

#[cfg(test)]
mod tests;
