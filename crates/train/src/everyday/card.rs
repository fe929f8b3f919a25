//! The model's card: the text of `card.md` with what was measured.

use super::evaluation::Evaluation;
use super::measure::{Agreement, Measured};
use super::usage::Usage;
use crate::publish::sections::thousands;
use anyhow::{Result, bail};
use sourcing_sound::ModelMetadata;

const TEMPLATE: &str = include_str!("card.md");

/// The card as Markdown.
///
/// # Errors
/// When the template has a placeholder that nothing fills.
pub fn text(evaluation: &Evaluation, metadata: &ModelMetadata, sha256: &str) -> Result<String> {
    let groups = metadata.taxonomy.as_ref().map_or(0, |taxonomy| taxonomy.groups().len());
    let megabytes = |bytes: usize| format!("{:.2}", bytes as f64 / 1e6);
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
        ("windows", agreements("window, against the whole clip", measured, &measured.windows)),
        ("corrupted", corrupted(measured)),
        ("top_octave", top_octave(measured)),
        ("heads", heads(evaluation)),
        ("usage", usage(&evaluation.usage)),
        ("window", metadata.segment_seconds().to_string()),
        ("hop", metadata.decision.hop_seconds.to_string()),
        ("choice", choice(evaluation)),
        ("rejection_threshold", used.rejection_threshold.to_string()),
        ("event_on", used.event_on.to_string()),
        ("event_off", used.event_off.to_string()),
        ("export_score", format!("{:.1e}", evaluation.export_difference.0)),
        ("export_embedding", format!("{:.1e}", evaluation.export_difference.1)),
        ("plan", plan(evaluation)),
        ("aims", aims(evaluation)),
        ("audio", audio(evaluation)),
        ("command", evaluation.command.clone()),
        ("seed", evaluation.plan.seed.to_string()),
        ("config_hash", evaluation.config_hash.clone()),
        ("date", evaluation.date.clone()),
        ("sha256", sha256.to_owned()),
    ];
    let mut text = TEMPLATE.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), &value);
    }
    match text.find('{') {
        Some(at) => bail!("nothing fills {}", text[at..].lines().next().unwrap_or_default()),
        None => Ok(text),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

fn header(cells: &[String]) -> String {
    row(cells.iter().cloned()) + &row(cells.iter().map(|_| "---".to_owned()))
}

/// What each step, from the original to the network that ships, won and cost.
fn steps(evaluation: &Evaluation) -> String {
    let measured = &evaluation.measured;
    let second = measured.windows.first();
    let cells = [
        "network",
        "weights, MB",
        "agrees on 4 s as recorded",
        "on 1 s, with the whole clip",
        "on 4 s spoilt, mean",
    ];
    let mut text = header(&cells.map(str::to_owned));
    let means = measured.mean_corrupted();
    for (index, name) in measured.networks.iter().enumerate() {
        let bytes = if index == 0 { evaluation.weight_bytes.0 } else { evaluation.weight_bytes.1 };
        let share = |agreement: &Agreement| percent(agreement.shares[index]);
        text += &row([
            name.clone(),
            format!("{:.2}", bytes as f64 / 1e6),
            share(&measured.clean),
            second.map(share).unwrap_or_default(),
            percent(means[index]),
        ]);
    }
    text.trim_end().to_owned()
}

fn agreements(what: &str, measured: &Measured, rows: &[Agreement]) -> String {
    let mut cells = vec![what.to_owned(), "n (recordings)".to_owned()];
    cells.extend(measured.networks.iter().cloned());
    cells.push("gain, points".to_owned());
    let mut text = header(&cells);
    for agreement in rows {
        let (gain, low, high) = agreement.gain;
        let mut cells =
            vec![agreement.what.clone(), format!("{} ({})", agreement.n, agreement.recordings)];
        cells.extend(agreement.shares.iter().map(|&share| percent(share)));
        cells.push(format!("{gain:+.1} [{low:+.1}, {high:+.1}]"));
        text += &row(cells);
    }
    text.trim_end().to_owned()
}

fn corrupted(measured: &Measured) -> String {
    let mut text = agreements("spoilt by", measured, &measured.corrupted);
    let means = measured.mean_corrupted();
    let mut cells = vec!["mean".to_owned(), String::new()];
    cells.extend(means.iter().map(|&share| percent(share)));
    let gain = means.last().zip(means.first()).map_or(0.0, |(last, first)| last - first);
    cells.push(format!("{:+.1}", 100.0 * gain));
    text.push('\n');
    text += row(cells).trim_end();
    text
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
    let cells = ["head, by the same recipe", "on", "left-out folds", "accuracy", "macro-F1"];
    let mut text = header(&cells.map(str::to_owned));
    for head in &evaluation.heads {
        text += &row([
            head.head.clone(),
            head.network.clone(),
            format!("mean of {}", head.folds.join(" and ")),
            percent(head.accuracy),
            format!("{:.3}", head.macro_f1),
        ]);
    }
    text += "\nThe option `--original FILE` of the command below writes the original as a base for \
             heads, `head --base FILE --copies 0` trains one on it, and `--heads NETWORK=EVALUATION` \
             puts its figures here.";
    text.trim_end().to_owned()
}

fn usage(rows: &[Usage]) -> String {
    let cells = [
        "window",
        "hop",
        "named after, median",
        "nine in ten",
        "within 1.2 s",
        "within 3 s",
        "0.3 s events named",
        "million multiply-adds per second",
    ];
    let mut text = header(&cells.map(str::to_owned));
    for usage in rows {
        text += &row([
            format!("{} s", usage.window),
            format!("{} s", usage.hop),
            format!("{:.2} s", usage.median_delay),
            format!("{:.2} s", usage.delay_90),
            format!("{:.0}% of {}", 100.0 * usage.within_1_2, usage.n_events),
            format!("{:.0}%", 100.0 * usage.named),
            format!("{:.0}% of {}", 100.0 * usage.brief_named, usage.n_brief),
            format!("{:.0}", usage.million_multiply_adds),
        ]);
    }
    text.trim_end().to_owned()
}

/// Why the default is what it is, in the numbers of its row.
fn choice(evaluation: &Evaluation) -> String {
    let used = evaluation.used;
    let seconds = |frames: usize| frames as f64 / super::describe::COLUMNS_PER_SECOND as f64;
    let (window, hop) = (seconds(used.window_frames), seconds(used.hop_frames));
    let row = evaluation.usage.iter().find(|row| row.window == window && row.hop == hop);
    row.map_or_else(String::new, |row| {
        format!(
            "{:.0}% of loud events are named within 1.2 s, which is {:.0}% of those named at all, for \
             {:.0} million multiply-adds per second of audio. Each event of 0.3 s was also moved to \
             {} places within a hop: {} of {} were named in at least one of them, and these in \
             {:.0}% of their places.",
            100.0 * row.within_1_2,
            100.0 * row.within_1_2 / row.named.max(1e-9),
            row.million_multiply_adds,
            evaluation.anywhere.places,
            evaluation.anywhere.named_somewhere,
            evaluation.anywhere.n_events,
            100.0 * evaluation.anywhere.named
        )
    })
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
         ones, those ship that, on the recordings to choose with, agree best on short and spoilt \
         windows and on clean ones no less often than the original's own weights as stored (share \
         0): {shares}.",
        plan.runs, plan.steps, plan.batch, plan.anchors, plan.learning_rate, plan.frozen_blocks
    )
}

/// What was aimed at, and what came of it.
fn aims(evaluation: &Evaluation) -> String {
    let measured = &evaluation.measured;
    let means = measured.mean_corrupted();
    let spoilt = means.last().zip(means.first()).map_or(0.0, |(last, first)| last - first);
    let used = evaluation.used;
    let seconds = |frames: usize| frames as f64 / super::describe::COLUMNS_PER_SECOND as f64;
    let place = (seconds(used.window_frames), seconds(used.hop_frames));
    let usage = evaluation.usage.iter().find(|row| (row.window, row.hop) == place);
    let rows = [
        (
            "agreement on clean windows of 4 s",
            97.0,
            measured.clean.shares.last().map(|s| 100.0 * s),
            "%",
        ),
        ("gain on windows of 1 s", 8.0, measured.windows.first().map(|row| row.gain.0), " points"),
        ("mean gain on spoilt windows", 5.0, Some(100.0 * spoilt), " points"),
        ("loud events named within 1.2 s", 100.0, usage.map(|row| 100.0 * row.within_1_2), "%"),
        (
            "the same, of those named at all within 3 s",
            100.0,
            usage.map(|row| 100.0 * row.within_1_2 / row.named.max(1e-9)),
            "%",
        ),
        ("events of 0.3 s named", 100.0, usage.map(|row| 100.0 * row.brief_named), "%"),
        (
            "the same, in all places, of those named in one",
            100.0,
            Some(100.0 * evaluation.anywhere.named),
            "%",
        ),
    ];
    let mut text = header(&["aim", "asked", "reached", ""].map(str::to_owned));
    for (what, asked, reached, unit) in rows {
        let reached = reached.unwrap_or_default();
        let verdict = if reached >= asked { "met" } else { "missed" };
        text += &row([
            what.to_owned(),
            format!("{asked}{unit}"),
            format!("{reached:.1}{unit}"),
            verdict.to_owned(),
        ]);
    }
    text.trim_end().to_owned()
}

fn audio(evaluation: &Evaluation) -> String {
    let mut text = header(
        &["folder", "clips to train on", "to choose with", "to measure on"].map(str::to_owned),
    );
    for (name, trained, chosen, measured) in &evaluation.audio {
        text += &row([name.clone(), trained.to_string(), chosen.to_string(), measured.to_string()]);
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
