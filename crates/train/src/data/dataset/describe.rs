//! Describes a data set in numbers: labels with their clips, recordings and lengths, folds,
//! findings.

use super::{Dataset, Findings, Presence, Slice, format_folds};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A data set in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// Name of its layout.
    pub layout: &'static str,
    /// Official clips.
    pub official: Presence,
    /// Clips that are only trained on.
    pub training_only: Presence,
    /// Recordings that the present clips were cut from.
    pub recordings: usize,
    /// Every label in the order of its index.
    pub labels: Vec<LabelFacts>,
    /// Presence of the official clips by fold.
    pub folds: BTreeMap<u32, Presence>,
    /// The groups of folds to test, such as `1` and `3-9`.
    pub groups: Vec<String>,
    /// What was skipped or corrected.
    pub findings: Findings,
}

/// A label in numbers. A clip with several labels counts for each of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelFacts {
    /// The label.
    pub label: String,
    /// Present clips, including those that are only trained on.
    pub clips: usize,
    /// Recordings that they were cut from.
    pub recordings: usize,
    /// Their lengths; `None` if none of them can be decoded.
    pub seconds: Option<Lengths>,
}

/// Lengths of clips in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lengths {
    /// The shortest.
    pub min: f64,
    /// The middle one, or the mean of the middle two.
    pub median: f64,
    /// The mean.
    pub mean: f64,
    /// The longest.
    pub max: f64,
}

impl Lengths {
    /// Returns `None` without any lengths.
    fn of(mut seconds: Vec<f64>) -> Option<Self> {
        seconds.sort_by(f64::total_cmp);
        let (min, max) = (*seconds.first()?, *seconds.last()?);
        let (low, high) = (seconds[(seconds.len() - 1) / 2], seconds[seconds.len() / 2]);
        let mean = seconds.iter().sum::<f64>() / seconds.len() as f64;
        Some(Self { min, median: (low + high) / 2.0, mean, max })
    }
}

impl Description {
    /// Describes a data set, given the length of each of its clips in seconds; `None` for a clip
    /// that cannot be decoded.
    pub fn of(dataset: &Dataset, seconds: &[Option<f64>]) -> Self {
        let mut clips_of = vec![Vec::new(); dataset.labels.len()];
        for (slice, seconds) in dataset.slices.iter().zip(seconds) {
            slice.labels.iter().for_each(|&label| clips_of[label].push((slice, *seconds)));
        }
        let labels = dataset.labels.iter().zip(clips_of).map(|(label, clips)| LabelFacts {
            label: label.clone(),
            clips: clips.len(),
            recordings: count_recordings(clips.iter().map(|(slice, _)| *slice)),
            seconds: Lengths::of(clips.iter().filter_map(|(_, seconds)| *seconds).collect()),
        });
        Self {
            layout: dataset.layout.name(),
            official: dataset.total(),
            training_only: dataset.training_only,
            recordings: count_recordings(&dataset.slices),
            labels: labels.collect(),
            folds: dataset.presence.clone(),
            groups: dataset.folds().groups().iter().map(format_folds).collect(),
            findings: dataset.findings.clone(),
        }
    }
}

fn count_recordings<'a>(slices: impl IntoIterator<Item = &'a Slice>) -> usize {
    slices.into_iter().map(|slice| &slice.recording).collect::<BTreeSet<_>>().len()
}

/// For people: tables of labels and folds, then the findings.
impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Presence { present, rows } = self.official;
        let recordings = self.recordings;
        write!(f, "{}: {present} of {rows} clips are here", self.layout)?;
        if self.training_only.rows > 0 {
            let Presence { present, rows } = self.training_only;
            write!(f, ", and {present} of {rows} that only train")?;
        }
        writeln!(f, ", from {recordings} recordings\n")?;
        self.write_labels(f)?;
        let (fold, clips, listed) = ("fold", "clips", "listed");
        writeln!(f, "\n{fold:>4} {clips:>7} {listed:>7}")?;
        for (fold, Presence { present, rows }) in &self.folds {
            writeln!(f, "{fold:>4} {present:>7} {rows:>7}")?;
        }
        let groups = if self.groups.is_empty() { "none".into() } else { self.groups.join(" | ") };
        writeln!(f, "\nfolds tested in turn: {groups}")?;
        if self.findings.is_empty() {
            return writeln!(f, "nothing was passed over");
        }
        writeln!(f, "\n{}", self.findings)
    }
}

impl Description {
    fn write_labels(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.labels.iter().map(|facts| facts.label.chars().count()).max();
        let width = widest.unwrap_or(0).max("label".len());
        writeln!(
            f,
            "{:<width$} {:>7} {:>10}  {:>7} {:>8} {:>7} {:>7}",
            "label", "clips", "recordings", "min s", "median s", "mean s", "max s"
        )?;
        for LabelFacts { label, clips, recordings, seconds } in &self.labels {
            write!(f, "{label:<width$} {clips:>7} {recordings:>10}  ")?;
            match seconds {
                Some(Lengths { min, median, mean, max }) => {
                    writeln!(f, "{min:>7.2} {median:>8.2} {mean:>7.2} {max:>7.2}")?;
                }
                None => writeln!(f, "{:>7} {:>8} {:>7} {:>7}", "-", "-", "-", "-")?,
            }
        }
        Ok(())
    }
}
