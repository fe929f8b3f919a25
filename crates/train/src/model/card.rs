//! `CARD.md`, written from the same numbers as `evaluation.json`.

use crate::model::evaluation::Evaluation;
use crate::publish::provenance::{self, Provenance};
use crate::publish::sections::{self, thousands};
use crate::publish::text::percent;
use sourcing_sound::{LogScale, ModelMetadata};
use std::fmt::Write;

/// Returns the model card as Markdown.
pub fn card(evaluation: &Evaluation, metadata: &ModelMetadata, provenance: &Provenance) -> String {
    let sections = [
        heading(evaluation, provenance),
        accuracy(evaluation, provenance),
        sections::classes(&evaluation.labels, &evaluation.stages),
        rejection(evaluation),
        input(metadata),
        data(evaluation, provenance),
        limits(evaluation, provenance),
        sections::licence(&provenance.licence_notes),
        sections::reproduction(
            &evaluation.command,
            evaluation.seed,
            &evaluation.config_hash,
            &evaluation.date,
        ),
    ];
    sections.join("\n")
}

fn heading(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let subject = if provenance.is_urban_sound { " with urban sound" } else { "" };
    format!(
        "# {}\n\n{} A convolutional network of {} parameters over log-mel features; runs in the \
         browser and natively.\n\n**Labels**: {}.\n\n**Intended use**: learning, demonstrations \
         and experiments{subject} on a person's own device. Not for safety, \
         surveillance or evidence: {}, and it knows nothing but its labels.\n",
        evaluation.model,
        provenance.description,
        thousands(evaluation.n_parameters),
        evaluation.labels.join(", "),
        sections::wrongness(evaluation.mean.accuracy, evaluation.mean.accuracy_bound),
    )
}

fn accuracy(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut text = format!(
        "## Accuracy\n\nEvery row is a network of its own, trained without the left-out folds \
         (and any other clip of their recordings), with seed {}. The interval is the 95% \
         bootstrap over recordings, since clips of one recording are near-copies. A clip is \
         scored as in use, followed by silence where it is shorter than a segment.\n\n\
         | left-out folds | clips | recordings | accuracy | 95% interval | macro-F1 | before the \
         refit | at own length |\n|---|---|---|---|---|---|---|---|\n",
        evaluation.seed
    );
    for stage in &evaluation.stages {
        let row = sections::left_out_row(stage);
        let _ = writeln!(
            text,
            "{row} {} | {} |",
            percent(stage.own.accuracy_as_trained),
            percent(stage.own.accuracy_native_length),
        );
    }
    let notes = match provenance.is_urban_sound && evaluation.config.train.refit {
        true => format!(" {}", provenance::EVALUATION_NOTES),
        false => String::new(),
    };
    let mean = &evaluation.mean;
    let _ = writeln!(
        text,
        "| mean | | | {} |{} | {:.3} | {} | {} |",
        percent(mean.accuracy),
        sections::bound_cell(mean.accuracy_bound),
        mean.macro_f1,
        percent(mean.accuracy_as_trained),
        percent(mean.accuracy_native_length),
    );
    text.push_str(sections::bounds_note(&evaluation.stages));
    let _ = writeln!(
        text,
        "\nThe shipped network was trained on all {} clips; these figures are the best estimate \
         of how it does on recordings that took no part in its training.{notes}",
        thousands(evaluation.shipped.n_train),
    );
    text
}

fn rejection(evaluation: &Evaluation) -> String {
    let shipped = &evaluation.shipped;
    let mut text = format!(
        "## Calibration and rejection\n\nLogits are divided by {:.3} before softmax (fitted on \
         the left-out predictions of all rows above together; expected calibration error then \
         {:.3}). A best score below {:.3} is rejected as none of the labels: {}.\n",
        shipped.temperature,
        shipped.calibration_error,
        shipped.rejection_threshold,
        sections::passing(
            shipped.passing_correct,
            shipped.rejected_wrong,
            evaluation.mean.accuracy
        ),
    );
    if let Some(output) = &evaluation.rejection {
        let _ = write!(
            text,
            "\nA further output, \"none of the labels\", is fitted on the frozen features of \
             training clips against background recordings, silence and faint noise; a segment \
             where it exceeds {:.3} is rejected too. On clips and recordings left out of its fit \
             {} of {} known clips pass and {} of {} unknown segments are rejected (AUROC {:.2}; \
             the unknown ones had been mixed under training clips, never labelled).\n",
            output.threshold,
            percent(output.passing_known),
            thousands(output.n_known),
            percent(output.rejected_unknown),
            thousands(output.n_unknown),
            output.auroc,
        );
    }
    for unknown in &shipped.unknown {
        let _ = write!(
            text,
            "\nOf {} segments in `{}`, from {} recordings or speakers, which hold none of the \
             labels by intent, {} are rejected in all (AUROC of known against unknown by the best \
             score {:.2}).\n",
            thousands(unknown.segments),
            unknown.name,
            thousands(unknown.recordings),
            percent(unknown.rejected),
            unknown.auroc,
        );
    }
    text
}

fn input(metadata: &ModelMetadata) -> String {
    let front_end = &metadata.front_end;
    let log = match front_end.log {
        LogScale::Decibel { offset } => format!("10·log10(x + {offset:e})"),
        LogScale::Natural { offset } => format!("ln(x + {offset:e})"),
    };
    format!(
        "## What it is given\n\n{} Hz mono, Hann window of {}, n_fft {}, hop {}, {} mel bands from \
         {} to {} Hz ({:?} scale, {:?} norm), {log}, minus {:.3}, divided by {:.3}; {} columns \
         ({} s) at a time. The model file states all of this, and programs read it from there.\n",
        front_end.sample_rate,
        front_end.win_length,
        front_end.n_fft,
        front_end.hop_length,
        front_end.n_mels,
        front_end.f_min,
        front_end.f_max,
        front_end.mel_scale,
        front_end.norm,
        metadata.mean,
        metadata.std,
        metadata.segment_frames,
        metadata.segment_seconds(),
    )
}

fn data(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut text = sections::data(&evaluation.data, &provenance.training_data);
    let n = evaluation.data.background;
    if n > 0 {
        let n = thousands(n);
        let _ = writeln!(text, "\nBackground recordings mixed under the training clips: {n}.");
        text.push_str(&provenance.terms_of(&evaluation.data.background_folders));
    }
    text
}

fn limits(evaluation: &Evaluation, provenance: &Provenance) -> String {
    let mut text = sections::limits_of_data(&evaluation.data, &evaluation.stages);
    let (places, unknown) = match provenance.is_urban_sound {
        true => (
            "cities",
            "It knows neither speech nor music other than street music, and can be confidently \
             wrong about both.",
        ),
        false => (
            "places",
            "It knows nothing of sounds that are none of its labels, and can be confidently \
             wrong about them.",
        ),
    };
    let _ = writeln!(
        text,
        "- Recordings of one device, place or day sound alike, and there are few of each: expect \
         lower accuracy on other microphones and in other {places}.\n- One sound at a time: of \
         two labels at once it names one.\n- {unknown}"
    );
    text
}

#[cfg(test)]
mod tests;
