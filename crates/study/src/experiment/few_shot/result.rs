//! The figures of all episodes, as a file and as text.

use super::sounds::Sounds;
use crate::experiment::record::mean_and_sd;
use serde::{Deserialize, Serialize};
use sourcing_sound_train::metrics::quantile;
use sourcing_sound_train::program::{command_line, today};
use std::collections::BTreeMap;
use std::fmt;

/// Numbers of examples.
pub const EXAMPLES: [usize; 4] = [1, 5, 10, 20];
/// The share of the class among everything that is scored; sounds are weighted accordingly.
pub const PREVALENCE: f64 = 0.01;
/// Version of the layout of the file.
pub const SCHEMA_VERSION: u32 = 2;

/// An episode with five classes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FiveWay {
    /// Tested clips, and those with their class named.
    pub clips: usize,
    pub right_clips: usize,
    /// The same for windows of 2 s.
    pub windows: usize,
    pub right_windows: usize,
}

/// A class against everything else, in one episode. Clips and windows are weighted so that one in a
/// hundred is of the class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OneVsRest {
    pub class: String,
    pub clip_average_precision: f64,
    pub window_average_precision: f64,
    /// At the head's threshold, by clip.
    pub precision: f64,
    pub recall: f64,
    pub accuracy: f64,
    /// The share of the class's clips with an event.
    pub event_recall: f64,
    /// Events per hour of ambience.
    pub alarms_per_hour: f64,
    /// Tested clips of the class, and of anything else.
    pub clips: usize,
    pub others: usize,
}

/// The episodes with one number of examples.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Episodes {
    pub five_way: Vec<FiveWay>,
    pub one_vs_rest: Vec<OneVsRest>,
}

/// The whole experiment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FewShot {
    pub schema_version: u32,
    pub date: String,
    pub command: String,
    pub seed: u64,
    /// The folder of the classes.
    pub data: String,
    /// The folders of other sounds.
    pub others: Vec<String>,
    pub classes: Vec<String>,
    pub sounds: usize,
    /// By number of examples.
    pub episodes: BTreeMap<usize, Episodes>,
}

impl FewShot {
    /// Creates a result without episodes.
    pub fn new(seed: u64, (data, others): (String, Vec<String>), sounds: &Sounds) -> Self {
        FewShot {
            schema_version: SCHEMA_VERSION,
            date: today(),
            command: command_line("sourcing-sound-study", &[]),
            seed,
            data,
            others,
            classes: sounds.classes().to_vec(),
            sounds: sounds.all.len(),
            episodes: BTreeMap::new(),
        }
    }

    /// Adds the episodes with this number of examples.
    pub fn add(&mut self, examples: usize, five_way: Vec<FiveWay>, one_vs_rest: Vec<OneVsRest>) {
        self.episodes.insert(examples, Episodes { five_way, one_vs_rest });
    }

    /// Returns the rows of the two tables: the number of examples, then a cell for each of the
    /// headings.
    pub fn tables(&self) -> [(Vec<&'static str>, Vec<Vec<String>>); 2] {
        let five_way = self.episodes.iter().map(|(examples, episodes)| {
            let share = |part: fn(&FiveWay) -> usize, of: fn(&FiveWay) -> usize| {
                mean(episodes.five_way.iter().map(|one| part(one) as f64 / of(one) as f64))
            };
            let clips = share(|one| one.right_clips, |one| one.clips);
            let windows = share(|one| one.right_windows, |one| one.windows);
            vec![examples.to_string(), episodes.five_way.len().to_string(), clips, windows]
        });
        let one_vs_rest = self.episodes.iter().map(|(examples, episodes)| {
            let of = |value: fn(&OneVsRest) -> f64| mean(episodes.one_vs_rest.iter().map(value));
            vec![
                examples.to_string(),
                episodes.one_vs_rest.len().to_string(),
                of(|one| one.clip_average_precision),
                of(|one| one.window_average_precision),
                of(|one| one.precision),
                of(|one| one.recall),
                of(|one| one.accuracy),
                of(|one| one.event_recall),
                of(|one| one.alarms_per_hour) + &median(&episodes.one_vs_rest),
            ]
        });
        let five_way_heads = vec!["examples", "episodes", "clips right", "2 s windows right"];
        let one_vs_rest_heads = vec![
            "examples",
            "episodes",
            "average precision, clips",
            "average precision, windows",
            "precision",
            "recall",
            "accuracy",
            "clips with an event",
            "false alarms per hour of ambience",
        ];
        [(five_way_heads, five_way.collect()), (one_vs_rest_heads, one_vs_rest.collect())]
    }

    /// Returns the titles of the tables.
    pub fn titles(&self) -> [String; 2] {
        [
            format!("One of five classes out of {}", self.classes.len()),
            format!(
                "One class against everything else, at a prevalence of {:.0}%; always saying no has \
                 an accuracy of {:.3}",
                100.0 * PREVALENCE,
                1.0 - PREVALENCE
            ),
        ]
    }
}

/// Formats the mean with half of its 95% interval, as if the episodes were independent; a dash
/// without episodes.
fn mean(values: impl ExactSizeIterator<Item = f64> + Clone) -> String {
    let n = values.len();
    if n == 0 {
        return "–".to_owned();
    }
    let (mean, sd) = mean_and_sd(values);
    format!("{mean:.3} ± {:.3}", 1.96 * sd / (n as f64).sqrt())
}

/// Formats the median of the false alarms, in brackets; nothing without episodes.
fn median(episodes: &[OneVsRest]) -> String {
    let mut alarms: Vec<f64> = episodes.iter().map(|one| one.alarms_per_hour).collect();
    alarms.sort_by(f64::total_cmp);
    match alarms.is_empty() {
        true => String::new(),
        false => format!(" (median {:.1})", quantile(&alarms, 0.5)),
    }
}

impl fmt::Display for FewShot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "few-shot: {} sounds, classes {}", self.sounds, self.classes.join(", "))?;
        for (title, (heads, rows)) in self.titles().iter().zip(self.tables()) {
            writeln!(f, "\n{title}\n")?;
            writeln!(f, "| {} |", heads.join(" | "))?;
            writeln!(f, "|{}", "--:|".repeat(heads.len()))?;
            for row in rows {
                writeln!(f, "| {} |", row.join(" | "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_examples_without_episodes_have_no_figures() {
        let mut few_shot = FewShot::default();
        few_shot.add(20, Vec::new(), Vec::new());
        for (heads, rows) in few_shot.tables() {
            assert_eq!(heads.len(), rows[0].len());
            assert!(rows[0].iter().skip(1).all(|cell| cell == "0" || cell == "–"), "{rows:?}");
        }
    }
}
