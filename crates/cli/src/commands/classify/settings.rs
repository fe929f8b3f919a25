//! The options that determine the rows of a result. `--resume` must not mix rows that were made
//! with different ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;

use crate::model::Loaded;

use super::args::{Channels, ClassifyOptions};
use super::format::Format;

/// Digits of a SHA-256 that identify a model.
const DIGITS: usize = 16;

/// Options and their values, as text, except options that change no row, such as `--jobs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Creates the settings of a run, with defaults filled in.
    pub(super) fn new(options: &ClassifyOptions, model: &Loaded, classifier: &Classifier) -> Self {
        let base = model.base();
        let head = model.head().map(|head| {
            let hash: String =
                Sha256::digest(head.to_json()).iter().map(|byte| format!("{byte:02x}")).collect();
            identity(&head.metadata().name, &hash)
        });
        let hop = options.hop_seconds.unwrap_or(classifier.metadata().decision.hop_seconds);
        let mut labels = options.filter.labels.clone();
        labels.sort();
        labels.dedup();
        let mut settings = Settings::default();
        settings.set("--format", options.format.extension());
        settings.set("--model", identity(&base.metadata().name, base.sha256()));
        settings.set("--head", head.unwrap_or_else(absent));
        settings.set("--head-only", options.model.head_only);
        settings.set("--hop", hop);
        settings.set("--start", options.start);
        settings.set("--end", options.end.map_or_else(absent, |end| end.to_string()));
        settings.set("--channel", channel(options.channels));
        settings
            .set("--min-score", options.filter.min_score.map_or_else(absent, |s| s.to_string()));
        settings.set("--labels", if labels.is_empty() { absent() } else { labels.join(", ") });
        settings.set("--utc-offset", options.utc_offset.map_or_else(absent, |o| o.to_string()));
        let raw = options.raw.map(|raw| (raw.sample_rate, raw.channels, raw.samples));
        settings.set("--rate", raw.map_or_else(absent, |(rate, ..)| rate.to_string()));
        settings
            .set("--channels", raw.map_or_else(absent, |(_, channels, _)| channels.to_string()));
        settings.set(
            "--sample-format",
            raw.map_or_else(absent, |(.., samples)| samples.name().to_owned()),
        );
        // The other formats have one label in each row.
        let top = options.top.map(|top| top.get());
        match options.format {
            Format::Csv => settings.set("--top", top.unwrap_or(1)),
            Format::Text | Format::Jsonl | Format::Parquet => {
                settings.set("--top", top.map_or_else(absent, |top| top.to_string()));
            }
            _ => {}
        }
        settings
    }

    fn set(&mut self, option: &str, value: impl ToString) {
        self.0.insert(option.to_owned(), value.to_string());
    }

    /// Returns what differs from the settings of an earlier run, such as `--hop was 0.5, is 1`. An
    /// option that only one of them has is from another version of this program, and is ignored.
    pub(super) fn changes(&self, earlier: &Settings) -> Vec<String> {
        let both = self.0.iter().filter_map(|(option, now)| {
            let before = earlier.0.get(option)?;
            (before != now).then(|| format!("{option} was {before}, is {now}"))
        });
        both.collect()
    }
}

fn absent() -> String {
    "not given".to_owned()
}

fn identity(name: &str, sha256: &str) -> String {
    format!("{name} ({})", &sha256[..DIGITS.min(sha256.len())])
}

fn channel(channels: Channels) -> String {
    match channels {
        Channels::One(Channel::Mix) => "mix".to_owned(),
        Channels::One(Channel::Number(number)) => (number + 1).to_string(),
        Channels::Each => "each".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn only_options_that_both_have_are_compared() {
        let settings = |pairs: &[(&str, &str)]| {
            let mut settings = Settings::default();
            pairs.iter().for_each(|(option, value)| settings.set(option, value));
            settings
        };
        let earlier = settings(&[("--hop", "0.5"), ("--old", "1"), ("--start", "0")]);
        let now = settings(&[("--hop", "1"), ("--new", "1"), ("--start", "0")]);
        assert_eq!(now.changes(&earlier), ["--hop was 0.5, is 1"]);
        assert!(now.changes(&now).is_empty());
    }
}
