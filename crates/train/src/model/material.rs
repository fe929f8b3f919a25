//! The audio of a model in memory: clips with their columns, background recordings.

use crate::data::columns::{self, Columns, Normalisation, Source};
use crate::data::dataset::{Dataset, Division, Folds, Layout, Presence, Slice};
use crate::data::excerpts;
use crate::data::summary::DataSummary;
use crate::linear::logistic;
use crate::model::augment::Example;
use crate::model::config::Plan;
use crate::progress;
use crate::publish::provenance::folder_name;
use crate::random::{short_hash, short_hash_of};
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
    /// What each of them was cut from ([`excerpts::origin`]).
    pub background_origins: Vec<String>,
    /// Hash of the origins and the features of the background recordings.
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
        let background = match &folders.background {
            Some(folder) => unlabelled(folder, work, "background", &front_end)?,
            None => Unlabelled::default(),
        };
        let background_hash = background.hash();
        unreadable.extend(background.failures);
        progress::unusable(&unreadable);
        ensure!(!clips.is_empty(), "none of the {} audio files could be used", unreadable.len());
        let summary = DataSummary {
            folds: dataset.presence,
            total,
            extra,
            background: background.columns.len(),
            background_folders: folders
                .background
                .iter()
                .map(|f| folder_name(f))
                .collect::<Result<_>>()?,
            unreadable,
        };
        Ok(Self {
            data_name: folder_name(&folders.data)?,
            labels: dataset.labels,
            clips,
            background: background.columns,
            background_origins: background.origins,
            background_hash,
            front_end,
            summary,
        })
    }

    /// Splits the clips for a stage that leaves out `test_folds`.
    pub fn split(&self, test_folds: &BTreeSet<u32>) -> Result<Split<'_>> {
        let slices = self.clips.iter().map(|clip| &clip.slice);
        let folds = Folds::over(slices, &self.summary.folds, Layout::UrbanSound8k);
        folds.leave_out(test_folds, &self.clips)
    }
}

/// The usable files of a folder of none of the labels.
#[derive(Default)]
pub struct Unlabelled {
    /// The feature columns of each.
    pub columns: Vec<Columns>,
    /// What each was cut from.
    pub origins: Vec<String>,
    /// Why the others are unusable.
    pub failures: Vec<String>,
}

impl Unlabelled {
    fn hash(&self) -> String {
        let files = self.origins.iter().zip(&self.columns);
        let line = |(origin, columns): (&String, &Columns)| {
            format!("{origin} {}\n", short_hash_of(&columns.values))
        };
        short_hash(&files.map(line).collect::<String>())
    }
}

/// Reads a folder of none of the labels; `what` names its features in the cache `work`.
pub fn unlabelled(
    folder: &Path,
    work: &Path,
    what: &str,
    front_end: &FrontEndConfig,
) -> Result<Unlabelled> {
    let (sources, rows): (Vec<_>, Vec<_>) = excerpts::find(folder)?.into_iter().unzip();
    let extracted = columns::extract(work, what, front_end, &sources)?;
    let files = sources.iter().zip(rows).zip(extracted.columns);
    let usable = files.filter_map(|((source, row), columns)| {
        columns.map(|columns| (columns, excerpts::origin(source, row)))
    });
    let (columns, origins) = usable.unzip();
    Ok(Unlabelled { columns, origins, failures: extracted.failures })
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

    /// Returns the training clips with their features.
    pub fn labelled(&self, features: Vec<Vec<f32>>) -> Result<Vec<logistic::Example>> {
        ensure!(features.len() == self.train.len(), "one feature vector per clip");
        let example = |(features, clip): (Vec<f32>, &&Clip)| {
            logistic::Example::new(features, clip.slice.label, &clip.slice.recording)
        };
        Ok(features.into_iter().zip(&self.train).map(example).collect())
    }
}

/// Returns a hash of names, recordings, folds, labels and features of clips.
fn hash_of(clips: &[&Clip]) -> String {
    let line = |clip: &&Clip| {
        let Slice { stem, recording, fold, label, .. } = &clip.slice;
        format!("{stem} {recording} {fold} {label} {}\n", short_hash_of(&clip.columns.values))
    };
    short_hash(&clips.iter().map(line).collect::<String>())
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
        training_clips: hash_of(&split.train),
        left_out_clips: hash_of(&split.test),
        background: material.background_hash.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::{random_columns, write_wav};
    use crate::model::config::{self, TrainConfig};
    use crate::model::network::NetConfig;

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
            background_origins: Vec::new(),
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

    fn plan_of(material: &Material) -> Plan {
        let split = material.split(&BTreeSet::from([1])).unwrap();
        let net = NetConfig { n_mels: 64, n_labels: 2, blocks: Vec::new(), dropout: 0.0 };
        plan(material, &split, "fold-1", &TrainConfig::default(), &net)
    }

    #[test]
    fn other_audio_under_the_same_name_is_another_plan() {
        let mut material = material(vec![clip("a", "1", 1, true), clip("b", "2", 2, true)]);
        let mut plans = vec![plan_of(&material)];
        for index in 0..2 {
            material.clips[index].columns.values[0] += 1.0;
            plans.push(plan_of(&material));
        }
        let hashes: BTreeSet<_> = plans.iter().map(Plan::hash).collect();
        assert_eq!(hashes.len(), 3, "of the left-out clip and of the training clip");
        let changes = plans.windows(2).map(|pair| pair[0].training_clips != pair[1].training_clips);
        assert_eq!(changes.collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_background_counts_with_its_audio_and_its_table() {
        let folder = tempfile::tempdir().unwrap();
        let (sounds, work) = (folder.path().join("sounds"), folder.path().join("work"));
        let read = || unlabelled(&sounds, &work, "sounds", &config::front_end()).unwrap();
        for name in ["rain-0.wav", "rain-1.wav", "café.wav"] {
            write_wav(&sounds.join(name), &[0.1; 8_000], 8_000);
        }
        let first = read();
        assert_eq!(first.origins, ["café", "rain", "rain"]);
        let mut other = read();
        assert_eq!(other.hash(), first.hash());
        other.columns[2].values[0] += 1.0;
        assert_ne!(other.hash(), first.hash());
        std::fs::write(sounds.join(excerpts::TABLE), "filename,speaker\ncafé.wav,x\n").unwrap();
        assert_eq!(read().origins, ["x", "rain", "rain"]);
        assert_ne!(read().hash(), first.hash());
    }
}
