//! The model's card: the text of `card.md` with what was measured.

use super::describe::COLUMNS_PER_SECOND;
use super::evaluation::Evaluation;
use super::measure::{Agreement, Measured};
use super::short::Short;
use super::usage::Usage;
use crate::publish::provenance::{EVERYDAY_LICENCE, audio_terms};
use crate::publish::sections::thousands;
use crate::publish::text::{cell, percent, round_percent};
use anyhow::{Context, Result};
use sourcing_sound::ModelMetadata;

const TEMPLATE: &str = include_str!("card.md");

/// The card as Markdown.
pub fn text(evaluation: &Evaluation, metadata: &ModelMetadata, sha256: &str) -> Result<String> {
    let groups = metadata.taxonomy.as_ref().map_or(0, |taxonomy| taxonomy.groups().len());
    let original = evaluation.from_the_original;
    let measured = &evaluation.measured;
    let used = evaluation.used;
    let values = [
        ("labels", metadata.labels.len().to_string()),
        ("groups", groups.to_string()),
        ("parameters", thousands(evaluation.n_parameters)),
        ("embedding", metadata.embedding_size.unwrap_or_default().to_string()),
        ("megabytes", megabytes(evaluation.file_bytes)),
        ("n_weights", megabytes(evaluation.weight_bytes.0)),
        ("stored", megabytes(evaluation.weight_bytes.1)),
        ("checkpoint_sha256", evaluation.checkpoint_sha256.clone()),
        ("original_log_mel", format!("{:.1e}", original.log_mel)),
        ("original_logit", format!("{:.1e}", original.logit)),
        ("original_embedding", format!("{:.1e}", original.embedding)),
        ("held_out", measured.clean.recordings.to_string()),
        ("steps", steps(evaluation)),
        (
            "windows",
            agreements("window, against the whole clip", measured, &measured.windows, None),
        ),
        ("corrupted", corrupted(measured)),
        ("top_octave", top_octave(measured)),
        ("heads", heads(evaluation)),
        ("usage", usage(&evaluation.usage)),
        ("window", metadata.segment_seconds().to_string()),
        ("hop", metadata.decision.hop_seconds.to_string()),
        ("choice", choice(evaluation)),
        ("short", short(&evaluation.short)),
        ("rejection_threshold", used.rejection_threshold.to_string()),
        ("event_on", used.event_on.to_string()),
        ("event_off", used.event_off.to_string()),
        ("export_score", format!("{:.1e}", evaluation.export_difference.0)),
        ("export_embedding", format!("{:.1e}", evaluation.export_difference.1)),
        ("plan", plan(evaluation)),
        ("aims", aims(evaluation)),
        ("audio", audio(evaluation)),
        ("terms", terms(evaluation)),
        ("commercial", commercial(&metadata.card.licence).to_owned()),
        ("licence", metadata.card.licence.clone()),
        ("command", evaluation.command.clone()),
        ("seed", evaluation.plan.seed.to_string()),
        ("config_hash", evaluation.config_hash.clone()),
        ("date", evaluation.date.clone()),
        ("sha256", sha256.to_owned()),
    ];
    fill(TEMPLATE, &values)
}

/// The template with the value of each `{name}` in its place. Braces in values stay as they are.
fn fill(template: &str, values: &[(&str, String)]) -> Result<String> {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').with_context(|| format!("no end of {{{part}"))?;
        let value = values.iter().find(|(known, _)| *known == name);
        text += &value.with_context(|| format!("nothing fills {{{name}}}"))?.1;
        text += rest;
    }
    Ok(text)
}

/// A table, without a line break at its end.
fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let headings: Vec<_> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let rule = vec!["---".to_owned(); headings.len()];
    let lines = [headings, rule].into_iter().chain(rows);
    let line = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
        format!("| {} |", cells.join(" | "))
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}

/// What each step, from the original to the network that ships, won and cost.
fn steps(evaluation: &Evaluation) -> String {
    let measured = &evaluation.measured;
    let means = measured.mean_corrupted();
    let rows = measured.networks.iter().enumerate().map(|(index, name)| {
        let bytes = if index == 0 { evaluation.weight_bytes.0 } else { evaluation.weight_bytes.1 };
        let share = |agreement: &Agreement| percent(agreement.shares[index]);
        vec![
            name.clone(),
            megabytes(bytes),
            share(&measured.clean),
            measured.windows.first().map(share).unwrap_or_default(),
            percent(means[index]),
        ]
    });
    let headings = [
        "network",
        "weights, MB",
        "agrees on 4 s as recorded",
        "on 1 s, with the whole clip",
        "on 4 s spoilt, mean",
    ];
    table(&headings, rows)
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}

/// A row per kind of window, then `last`.
fn agreements(
    what: &str,
    measured: &Measured,
    rows: &[Agreement],
    last: Option<Vec<String>>,
) -> String {
    let networks = measured.networks.iter().map(String::as_str);
    let headings: Vec<_> =
        [what, "n (recordings)"].into_iter().chain(networks).chain(["gain, points"]).collect();
    let rows = rows.iter().map(|agreement| {
        let (gain, low, high) = agreement.gain;
        let n = format!("{} ({})", agreement.n, agreement.recordings);
        let mut cells = vec![agreement.what.clone(), n];
        cells.extend(agreement.shares.iter().map(|&share| percent(share)));
        cells.push(format!("{gain:+.1} [{low:+.1}, {high:+.1}]"));
        cells
    });
    table(&headings, rows.chain(last))
}

fn corrupted(measured: &Measured) -> String {
    let means = measured.mean_corrupted();
    let mut cells = vec!["mean".to_owned(), String::new()];
    cells.extend(means.iter().map(|&share| percent(share)));
    cells.push(format!("{:+.1}", mean_gain(&means)));
    agreements("spoilt by", measured, &measured.corrupted, Some(cells))
}

/// Last network minus first, in points.
fn mean_gain(means: &[f64]) -> f64 {
    100.0 * means.last().zip(means.first()).map_or(0.0, |(last, first)| last - first)
}

fn top_octave(measured: &Measured) -> String {
    let row = &measured.top_octave;
    let pairs = measured.networks.iter().zip(&row.shares);
    let shares = pairs.map(|(name, &share)| format!("{name} {}", percent(share)));
    format!(
        "On {} sounds made from formulas, which have the top octave, the best label stays the same \
         without what is above 11 kHz in this share: {}. The rows of noise above 11 kHz in the \
         table are the other side of it.",
        row.n,
        shares.collect::<Vec<_>>().join(", ")
    )
}

fn heads(evaluation: &Evaluation) -> String {
    if evaluation.heads.is_empty() {
        return "What heads reach on it is in their own cards.".to_owned();
    }
    let rows = evaluation.heads.iter().map(|head| {
        vec![
            head.head.clone(),
            head.network.clone(),
            format!("mean of {}", head.folds.join(" and ")),
            percent(head.accuracy),
            format!("{:.3}", head.macro_f1),
        ]
    });
    let headings = ["head, by the same recipe", "on", "left-out folds", "accuracy", "macro-F1"];
    table(&headings, rows)
        + "\n\nThe option `--original FILE` of the command below writes the original as a base for \
           heads, `head --base FILE --copies 0` trains one on it, and `--heads \
           NETWORK=EVALUATION` puts its figures here."
}

fn usage(rows: &[Usage]) -> String {
    let headings = [
        "window",
        "hop",
        "named after, median",
        "nine in ten",
        "within 1.2 s",
        "within 3 s",
        "0.3 s events named",
        "million multiply-adds per second",
    ];
    let row = |usage: &Usage| {
        vec![
            format!("{} s", usage.window),
            format!("{} s", usage.hop),
            format!("{:.2} s", usage.median_delay),
            format!("{:.2} s", usage.delay_90),
            format!("{} of {}", round_percent(usage.within_1_2), usage.n_events),
            round_percent(usage.named),
            format!("{} of {}", round_percent(usage.brief_named), usage.n_brief),
            format!("{:.0}", usage.million_multiply_adds),
        ]
    };
    table(&headings, rows.iter().map(row))
}

fn short(rows: &[Short]) -> String {
    let headings = [
        "length",
        "n (recordings)",
        "label, silence after",
        "label, either side",
        "group, silence after",
        "group, either side",
    ];
    let row = |short: &Short| {
        let cells = [format!("{} s", short.seconds), format!("{} ({})", short.n, short.recordings)];
        let shares = [short.label.0, short.label.1, short.group.0, short.group.1];
        cells.into_iter().chain(shares.map(round_percent)).collect()
    };
    table(&headings, rows.iter().map(row))
}

/// The row of the window and hop that the model uses.
fn used_row(evaluation: &Evaluation) -> Option<&Usage> {
    let seconds = |frames: usize| frames as f64 / COLUMNS_PER_SECOND as f64;
    let used = evaluation.used;
    let place = (seconds(used.window_frames), seconds(used.hop_frames));
    evaluation.usage.iter().find(|row| (row.window, row.hop) == place)
}

/// The reason for the default, in the numbers of its row.
fn choice(evaluation: &Evaluation) -> String {
    let Some(row) = used_row(evaluation) else { return String::new() };
    let anywhere = &evaluation.anywhere;
    format!(
        "{} of loud events are named within 1.2 s, which is {} of those named at all, for {:.0} \
         million multiply-adds per second of audio. Each event of 0.3 s was also moved to {} places \
         within a hop: {} of {} were named in at least one of them, and these in {} of their places.",
        round_percent(row.within_1_2),
        round_percent(row.within_1_2 / row.named.max(1e-9)),
        row.million_multiply_adds,
        anywhere.places,
        anywhere.named_somewhere,
        anywhere.n_events,
        round_percent(anywhere.named)
    )
}

fn plan(evaluation: &Evaluation) -> String {
    let plan = &evaluation.plan;
    let shares = evaluation.shares.iter().map(|share| {
        let (clean, hard) = (percent(share.clean), percent(share.hard));
        format!("{} ({clean} clean, {hard} short and spoilt)", share.share)
    });
    let shares = shares.collect::<Vec<_>>().join(", ");
    format!(
        "{} runs, each with a seed of its own, whose weights are averaged, of {} steps of {} lessons \
         and {} anchors: AdamW with a learning rate of up to {} that falls \
         along a cosine, a moving average of the weights; the stem and the first {} blocks stay as \
         they were. Of the weights at these shares of the way from the original's to the trained \
         ones, those ship that, on the recordings to choose with, have the highest mean of three \
         agreements: on clean windows of 4 s, on windows of 1 s, and on spoilt ones; share 0 is \
         the original's own weights as stored: {shares}.",
        plan.runs, plan.steps, plan.batch, plan.anchors, plan.learning_rate, plan.frozen_blocks
    )
}

/// The aims, and what was reached.
fn aims(evaluation: &Evaluation) -> String {
    let measured = &evaluation.measured;
    let usage = used_row(evaluation);
    let in_percent = |value: fn(&Usage) -> f64| usage.map(|row| 100.0 * value(row));
    let clean = measured.clean.shares.last().map(|share| 100.0 * share);
    let short = measured.windows.first().map(|row| row.gain.0);
    let spoilt = Some(mean_gain(&measured.mean_corrupted()));
    let soon = in_percent(|row| row.within_1_2);
    let soon_of_named = usage.map(|row| 100.0 * row.within_1_2 / row.named.max(1e-9));
    let brief = in_percent(|row| row.brief_named);
    let anywhere = Some(100.0 * evaluation.anywhere.named);
    let rows = [
        ("agreement on clean windows of 4 s", 97.0, clean, "%"),
        ("gain on windows of 1 s", 8.0, short, " points"),
        ("mean gain on spoilt windows", 5.0, spoilt, " points"),
        ("loud events named within 1.2 s", 100.0, soon, "%"),
        ("the same, of those named at all within 3 s", 100.0, soon_of_named, "%"),
        ("events of 0.3 s named", 100.0, brief, "%"),
        ("the same, in all places, of those named in one", 100.0, anywhere, "%"),
    ];
    let rows = rows.into_iter().map(|(what, asked, reached, unit)| {
        let reached = reached.unwrap_or_default();
        let verdict = if reached >= asked { "met" } else { "missed" };
        let (asked, reached) = (format!("{asked}{unit}"), format!("{reached:.1}{unit}"));
        vec![what.to_owned(), asked, reached, verdict.to_owned()]
    });
    table(&["aim", "asked", "reached", ""], rows)
}

fn audio(evaluation: &Evaluation) -> String {
    let rows = evaluation.audio.iter().map(|(name, trained, chosen, measured)| {
        vec![name.clone(), trained.to_string(), chosen.to_string(), measured.to_string()]
    });
    table(&["folder", "clips to train on", "to choose with", "to measure on"], rows)
}

/// The terms of each folder's audio.
fn terms(evaluation: &Evaluation) -> String {
    let of = |name: &String| {
        format!("{name}: {}", audio_terms(name).unwrap_or("its terms are not stated"))
    };
    evaluation.audio.iter().map(|(name, ..)| of(name)).collect::<Vec<_>>().join("; ")
}

fn commercial(licence: &str) -> &'static str {
    if licence == EVERYDAY_LICENCE { ", commercially or not" } else { "" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::everyday::checkpoint::sha256_hex;
    use sourcing_sound::Model;
    use std::path::Path;

    #[test]
    fn the_shipped_model_says_what_it_said() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/everyday");
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let evaluation: Evaluation = serde_json::from_slice(&read("evaluation.json")).unwrap();
        let bytes = read("model.onnx");
        let model = Model::from_onnx(&bytes).unwrap();
        let card = text(&evaluation, model.metadata(), &sha256_hex(&bytes)).unwrap();
        let shipped = String::from_utf8(read("CARD.md")).unwrap();
        assert_eq!(card, shipped);
    }

    #[test]
    fn values_may_hold_braces_and_bars() {
        let values = [("command", "train {labels} {x".to_owned()), ("labels", "3".to_owned())];
        let text = fill("{labels} labels: {command}!", &values).map_err(|error| error.to_string());
        assert_eq!(text.as_deref(), Ok("3 labels: train {labels} {x!"));
        assert!(fill("{other}", &values).is_err() && fill("{labels", &values).is_err());
        let rows = [vec!["a|b".to_owned()]];
        assert_eq!(table(&["name"], rows), "| name |\n| --- |\n| a\\|b |");
    }

    #[test]
    fn numbers_and_tables_are_for_people() {
        assert_eq!(thousands(978_503), "978,503");
        assert_eq!(thousands(1), "1");
        let agreement = Agreement {
            what: "1 s".into(),
            n: 9,
            recordings: 3,
            shares: vec![0.5, 0.625],
            gain: (12.5, -1.0, 20.0),
        };
        let measured = Measured {
            networks: vec!["original".into(), "everyday".into()],
            clean: agreement.clone(),
            windows: vec![agreement.clone()],
            corrupted: vec![agreement.clone(), agreement.clone()],
            top_octave: agreement,
        };
        let text = corrupted(&measured);
        assert!(text.contains("| 1 s | 9 (3) | 50.0% | 62.5% | +12.5 [-1.0, +20.0] |"), "{text}");
        assert!(text.ends_with("| mean |  | 50.0% | 62.5% | +12.5 |"), "{text}");
        assert!(top_octave(&measured).contains("original 50.0%, everyday 62.5%"));
    }
}
