//! The audio of a model in memory: clips with their columns, background recordings.

use crate::data::columns::{self, Columns, Normalisation, Source};
use crate::data::dataset::{Dataset, Division, Folds, Layout, Presence, Slice};
use crate::data::summary::DataSummary;
use crate::linear::logistic;
use crate::model::augment::Example;
use crate::model::config::Plan;
use crate::progress;
use crate::publish::provenance::folder_name;
use crate::random::short_hash;
use anyhow::{Result, ensure};
use sourcing_sound::FrontEndConfig;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the audio is.
#[derive(Clone, Debug)]
pub struct Folders {
    /// UrbanSound8K, or a set in its layout.
    pub data: PathBuf,
    /// Additional slices, which are only trained on.
    pub extra: Option<PathBuf>,
    /// Background recordings for augmentation.
    pub background: Option<PathBuf>,
}

/// A slice with its columns.
#[derive(Clone, Debug)]
pub struct Clip {
    /// The row of the table.
    pub slice: Slice,
    /// Its feature columns.
    pub columns: Columns,
}

/// Everything loaded.
pub struct Material {
    /// Name of the data folder.
    pub data_name: String,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Usable clips.
    pub clips: Vec<Clip>,
    /// Background recordings.
    pub background: Vec<Columns>,
    /// Hash of the names of the background recordings.
    pub background_hash: String,
    /// Front end of all columns.
    pub front_end: FrontEndConfig,
    /// How much of the data was present.
    pub summary: DataSummary,
}

impl Material {
    /// Reads tables and audio; columns come from the cache in `work` where possible. Missing and
    /// unreadable files are named on stderr and in the summary.
    pub fn load(folders: &Folders, front_end: FrontEndConfig, work: &Path) -> Result<Self> {
        let mut dataset = Dataset::read(&folders.data)?;
        let extra = match &folders.extra {
            Some(folder) => dataset.add_extra(folder)?,
            None => Presence::default(),
        };
        let total = dataset.total();
        progress::line(&format!("{} of {} rows present", total.present, total.rows));
        for (fold, presence) in &dataset.presence {
            progress::line(&format!("  fold {fold}: {} of {}", presence.present, presence.rows));
        }
        if extra.rows > 0 {
            let (present, rows) = (extra.present, extra.rows);
            progress::line(&format!("  additional slices: {present} of {rows}"));
        }
        progress::lines(&dataset.findings);
        let sources: Vec<_> = dataset.slices.iter().map(Source::from).collect();
        let extracted = columns::extract(work, "clips", &front_end, &sources)?;
        let mut unreadable = extracted.failures;
        let paired = dataset.slices.into_iter().zip(extracted.columns);
        let clips = paired.filter_map(|(slice, columns)| Some(Clip { slice, columns: columns? }));
        let clips: Vec<_> = clips.collect();
        let mut background = Vec::new();
        let mut background_names = String::new();
        if let Some(folder) = &folders.background {
            let sources = columns::find_sources(folder)?;
            let extracted = columns::extract(work, "background", &front_end, &sources)?;
            unreadable.extend(extracted.failures);
            background = extracted.columns.into_iter().flatten().collect();
            background_names = sources.into_iter().map(|source| source.name + "\n").collect();
        }
        progress::unusable(&unreadable);
        ensure!(!clips.is_empty(), "none of the {} audio files could be used", unreadable.len());
        let summary = DataSummary {
            folds: dataset.presence,
            total,
            extra,
            background: background.len(),
            unreadable,
        };
        let background_hash = short_hash(&background_names);
        let (data_name, labels) = (folder_name(&folders.data)?, dataset.labels);
        Ok(Self { data_name, labels, clips, background, background_hash, front_end, summary })
    }

    /// Splits the clips for a stage that leaves out `test_folds`.
    pub fn split(&self, test_folds: &BTreeSet<u32>) -> Result<Split<'_>> {
        let slices = self.clips.iter().map(|clip| &clip.slice);
        let folds = Folds::over(slices, &self.summary.folds, Layout::UrbanSound8k);
        folds.leave_out(test_folds, &self.clips)
    }
}

/// The clips of one stage.
pub type Split<'a> = Division<'a, Clip>;

impl Split<'_> {
    /// Returns the training clips as examples.
    pub fn examples(&self) -> Vec<Example<'_>> {
        let clips = self.train.iter();
        clips.map(|clip| Example { columns: &clip.columns, label: clip.slice.label }).collect()
    }

    /// Returns the mean and standard deviation over the training clips.
    pub fn normalisation(&self) -> Normalisation {
        Normalisation::of(self.train.iter().map(|clip| &clip.columns))
    }

    /// Returns a hash of names, folds, labels and lengths of the training clips.
    pub fn hash(&self) -> String {
        let line = |clip: &&Clip| {
            let Slice { stem, fold, label, .. } = &clip.slice;
            format!("{stem} {fold} {label} {}\n", clip.columns.frames())
        };
        short_hash(&self.train.iter().map(line).collect::<String>())
    }

    /// Returns the training clips with their features.
    pub fn labelled(&self, features: Vec<Vec<f32>>) -> Result<Vec<logistic::Example>> {
        ensure!(features.len() == self.train.len(), "one feature vector per clip");
        let example = |(features, clip): (Vec<f32>, &&Clip)| {
            logistic::Example::new(features, clip.slice.label, &clip.slice.recording)
        };
        Ok(features.into_iter().zip(&self.train).map(example).collect())
    }
}

/// Returns the plan of a stage over a split.
pub fn plan(
    material: &Material,
    split: &Split<'_>,
    stage: &str,
    train: &crate::model::config::TrainConfig,
    net: &crate::model::network::NetConfig,
) -> Plan {
    Plan {
        stage: stage.to_owned(),
        train: train.clone(),
        net: net.clone(),
        front_end: material.front_end.fingerprint(),
        training_clips: split.hash(),
        background: material.background_hash.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::random_columns;

    fn clip(stem: &str, recording: &str, fold: u32, official: bool) -> Clip {
        let slice = Slice {
            path: PathBuf::new(),
            stem: stem.into(),
            recording: recording.into(),
            fold,
            label: 0,
            labels: vec![0],
            seconds: Some(1.0),
            official,
        };
        Clip { slice, columns: random_columns(4, 3, 1) }
    }

    fn material(clips: Vec<Clip>) -> Material {
        Material {
            data_name: "data".into(),
            labels: vec!["a".into(), "b".into()],
            clips,
            background: Vec::new(),
            background_hash: String::new(),
            front_end: crate::model::config::front_end(),
            summary: DataSummary::default(),
        }
    }

    fn stems<'a>(clips: &[&'a Clip]) -> Vec<&'a str> {
        clips.iter().map(|clip| clip.slice.stem.as_str()).collect()
    }

    #[test]
    fn no_recording_is_on_both_sides() {
        let material = material(vec![
            clip("a", "1", 1, true),
            clip("b", "1", 2, true),
            clip("c", "2", 2, true),
            clip("d", "3", 1, false),
            clip("e", "3", 2, false),
        ]);
        let split = material.split(&BTreeSet::from([1])).unwrap();
        // b and e share recordings with fold 1; d is only trained on, so it is not tested either.
        assert_eq!(stems(&split.test), ["a"]);
        assert_eq!(stems(&split.train), ["c"]);
        assert_eq!(split.dropped, 2);
        let everything = material.split(&BTreeSet::new()).unwrap();
        assert_eq!((everything.train.len(), everything.test.len(), everything.dropped), (5, 0, 0));
    }
}
