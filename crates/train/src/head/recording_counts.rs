//! Counts recordings before anything is processed: which folds can be left out, and whether enough
//! recordings remain to learn from.

use super::material::Material;
use crate::data::dataset::{Dataset, Folds, Layout, Presence, Slice, check_groups, format_folds};
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};

/// Clips by their labels, recordings and folds.
pub struct RecordingCounts<'a> {
    layout: Layout,
    labels: &'a [String],
    slices: Vec<&'a Slice>,
    presence: &'a BTreeMap<u32, Presence>,
}

impl<'a> From<&'a Dataset> for RecordingCounts<'a> {
    fn from(dataset: &'a Dataset) -> Self {
        Self {
            layout: dataset.layout,
            labels: &dataset.labels,
            slices: dataset.slices.iter().collect(),
            presence: &dataset.presence,
        }
    }
}

/// Only what could be read.
impl<'a> From<&'a Material> for RecordingCounts<'a> {
    fn from(material: &'a Material) -> Self {
        Self {
            layout: material.layout,
            labels: &material.labels,
            slices: material.clips.iter().map(|clip| &clip.slice).collect(),
            presence: &material.summary.folds,
        }
    }
}

impl RecordingCounts<'_> {
    /// Returns the groups of folds to leave out: the requested ones, otherwise those of the data
    /// set. Empty if leaving folds out would leave nothing to train on.
    ///
    /// # Errors
    /// If a requested fold has no clips or is requested twice, or if there are too few recordings:
    /// in every stage, each label needs one to learn from, and two recordings are needed in total.
    /// The minimum is therefore two recordings of each label, in folds that are not left out
    /// together. A label without any clip needs nothing, since a partial set is accepted.
    pub fn groups(&self, wanted: &[BTreeSet<u32>]) -> Result<Vec<BTreeSet<u32>>> {
        let official = self.slices.iter().filter(|slice| slice.official);
        let present: BTreeSet<_> = official.map(|slice| slice.fold).collect();
        check_groups(wanted, &present)?;
        let folds = Folds::over(self.slices.iter().copied(), self.presence, self.layout);
        let groups = match (wanted.is_empty(), present.len()) {
            (true, 0 | 1) => Vec::new(),
            (true, _) => folds.groups().into_iter().filter(|g| !g.is_disjoint(&present)).collect(),
            (false, _) => wanted.to_vec(),
        };
        self.ensure_enough(&folds, &groups)?;
        Ok(groups)
    }

    fn ensure_enough(&self, folds: &Folds<'_>, groups: &[BTreeSet<u32>]) -> Result<()> {
        let all: Vec<_> = (0..self.slices.len()).collect();
        let recordings = self.recordings_by_label(&all);
        let with_clips: Vec<_> = (0..self.labels.len())
            .filter(|&label| recordings.get(label).is_some_and(|found| !found.is_empty()))
            .collect();
        if let [label] = with_clips[..] {
            bail!("all clips have the label {:?}; two labels are needed", self.labels[label]);
        }
        let mut short = BTreeMap::new();
        let mut alone = None;
        let nothing = BTreeSet::new();
        for group in groups.iter().chain([&nothing]) {
            let train = folds.split(group, &vec![true; self.slices.len()], 0.0, 0)?.train;
            let left = self.recordings_by_label(&train);
            for &label in with_clips.iter().filter(|&&label| left[label].is_empty()) {
                short.entry(label).or_insert(group);
            }
            let left: BTreeSet<_> = left.into_iter().flatten().collect();
            if let (1, Some(name)) = (left.len(), left.first()) {
                alone.get_or_insert((group, *name));
            }
        }
        if !short.is_empty() {
            bail!("{}", self.too_few(&short, &recordings));
        }
        if let Some((group, name)) = alone {
            let left_out = match group.len() {
                0 => String::new(),
                _ => format!("with {} left out, ", folds_named(group)),
            };
            bail!(
                "{left_out}all clips to train on are of one recording, {name:?}; two are needed. \
                 Add recordings; {}, and one under two labels counts once",
                self.what_tells_recordings()
            );
        }
        Ok(())
    }

    fn recordings_by_label(&self, indices: &[usize]) -> Vec<BTreeSet<&str>> {
        let mut recordings = vec![BTreeSet::new(); self.labels.len()];
        for slice in indices.iter().map(|&index| self.slices[index]) {
            recordings[slice.label].insert(slice.recording.as_str());
        }
        recordings
    }

    /// Returns the labels that have nothing to learn from while a group of folds is left out.
    fn too_few(
        &self,
        short: &BTreeMap<usize, &BTreeSet<u32>>,
        recordings: &[BTreeSet<&str>],
    ) -> String {
        let lines = short.iter().map(|(&label, group)| {
            let found = recordings[label].len();
            let line = format!("  {:?}: found {found}, needed {}", self.labels[label], found + 1);
            match found {
                1 => line,
                _ => {
                    let folds = folds_named(group);
                    format!("{line}: all of them are left out with {folds}, so one of another fold")
                }
            }
        });
        let lines: Vec<_> = lines.collect();
        let names: Vec<_> =
            short.keys().map(|&label| format!("{:?}", self.labels[label])).collect();
        format!(
            "too few recordings (clips do not count): with some folds left out, none of these \
             labels would be left to learn from\n{}\nAdd recordings of {}; {}",
            lines.join("\n"),
            names.join(", "),
            self.what_tells_recordings()
        )
    }

    fn what_tells_recordings(&self) -> &'static str {
        match self.layout {
            Layout::Folders => "the file name up to `__` or `#` tells recordings apart",
            Layout::UrbanSound8k => "the column fsID tells recordings apart",
            Layout::Esc50 | Layout::Esc10 => "the column src_file tells recordings apart",
            Layout::Freesound => "each file is a recording",
            Layout::Embeddings => {
                "the column recording tells recordings apart, or else the name of the file up to \
                 `__` or `#`"
            }
        }
    }
}

fn folds_named(folds: &BTreeSet<u32>) -> String {
    let noun = if folds.len() == 1 { "fold" } else { "folds" };
    format!("{noun} {}", format_folds(folds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::{dataset, slice};

    /// Returns a data set of folders per label, from recording, fold and label of each clip.
    fn stock(clips: &[(&str, u32, usize)]) -> Dataset {
        let slice = |(index, &(recording, fold, label)): (usize, &(&str, u32, usize))| {
            let clip = slice(&format!("{index}"), fold, label);
            Slice { recording: recording.to_owned(), ..clip }
        };
        let slices: Vec<_> = clips.iter().enumerate().map(slice).collect();
        let mut presence = BTreeMap::<u32, Presence>::new();
        for slice in &slices {
            let fold = presence.entry(slice.fold).or_default();
            (fold.present, fold.rows) = (fold.present + 1, fold.rows + 1);
        }
        let layout = Layout::Folders;
        Dataset { layout, presence, ..dataset(&["hum", "knock", "never"], slices) }
    }

    fn refusal(clips: &[(&str, u32, usize)]) -> String {
        RecordingCounts::from(&stock(clips)).groups(&[]).unwrap_err().to_string()
    }

    #[test]
    fn two_recordings_of_each_label_in_two_folds_are_enough() {
        let data = stock(&[("a", 1, 0), ("b", 2, 0), ("c", 1, 1), ("d", 2, 1)]);
        let groups = RecordingCounts::from(&data).groups(&[]).unwrap();
        assert_eq!(groups, [BTreeSet::from([1]), BTreeSet::from([2])]);
        // With one fold nothing is left out, so two recordings in total are enough.
        let data = stock(&[("a", 1, 0), ("c", 1, 1)]);
        assert!(RecordingCounts::from(&data).groups(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_label_without_training_recordings_is_named_with_a_remedy() {
        let message = refusal(&[("a", 1, 0), ("a", 1, 0), ("c", 1, 1), ("d", 2, 1), ("e", 2, 1)]);
        assert!(message.contains("  \"hum\": found 1, needed 2\n"), "{message}");
        assert!(!message.contains("\"knock\"") && !message.contains("never"), "{message}");
        let remedy = "Add recordings of \"hum\"; the file name up to `__` or `#` tells recordings";
        assert!(message.contains(remedy), "{message}");
        let message = refusal(&[("a", 3, 0), ("b", 3, 0), ("c", 1, 1), ("d", 2, 1)]);
        let line = "\"hum\": found 2, needed 3: all of them are left out with fold 3, so one of";
        assert!(message.contains(line), "{message}");
    }

    #[test]
    fn one_name_under_two_labels_is_one_recording() {
        let message = refusal(&[("1", 1, 0), ("2", 2, 0), ("1", 1, 1), ("2", 2, 1)]);
        assert!(message.starts_with("with fold 1 left out, all clips"), "{message}");
        assert!(message.contains("one recording, \"2\"; two are needed"), "{message}");
        assert!(refusal(&[("1", 1, 0), ("1", 1, 1)]).starts_with("all clips to train on are"));
        assert!(refusal(&[("1", 1, 0), ("2", 2, 0)]).contains("two labels are needed"));
    }
}
