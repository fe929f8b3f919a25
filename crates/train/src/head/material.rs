//! Everything that a head is trained and judged on, as the base model hears it.

use super::embed::{Embedded, Embedder, Sound};
use super::{segment, unknown};
use crate::dataset::{Dataset, Folds, Layout, Presence, Slice};
use crate::features::{self, Source};
use crate::material::DataSummary;
use crate::other::{FAINT_NOISES, faint_noise};
use crate::progress;
use crate::provenance::folder_name;
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use sourcing_sound::Patch;
use sourcing_sound_decode::Recording;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Where the audio is.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The data set, in any of the known layouts.
    pub data: PathBuf,
    /// Additional slices in UrbanSound8K's columns, which only train.
    pub extra: Option<PathBuf>,
    /// Recordings of none of the labels, to fit the output "none of the labels" on.
    pub background: Option<PathBuf>,
    /// Folders of further ones, which only judge.
    pub unknown: Vec<PathBuf>,
}

/// A slice with what the base model says of it.
pub struct Clip {
    /// What the table says.
    pub slice: Slice,
    /// At least one patch.
    pub patches: Vec<Patch>,
}

/// A recording of none of the labels, or an excerpt of one.
pub struct Unlabelled {
    /// Excerpts of one recording have one name.
    pub recording: String,
    /// At least one patch.
    pub patches: Vec<Patch>,
}

/// A folder of unknown sounds.
pub struct UnknownSet {
    /// Name of the folder.
    pub name: String,
    /// What is in it.
    pub sounds: Vec<Unlabelled>,
    /// Sounds of the folder that have one of the labels, which were left out.
    pub left_out: usize,
}

/// Everything loaded.
pub struct Material {
    /// How the data folder is laid out.
    pub layout: Layout,
    /// Name of the data folder.
    pub data_name: String,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Usable clips.
    pub clips: Vec<Clip>,
    /// Background recordings, then digital silence and faint noise; empty without a folder.
    pub background: Vec<Unlabelled>,
    /// Folders that only judge.
    pub unknown: Vec<UnknownSet>,
    /// What was there.
    pub summary: DataSummary,
}

impl Material {
    /// Reads the audio of the data set that [`open`] read, and that of the other folders. What is
    /// unreadable is told on stderr and kept in the summary. `None` when the work was stopped.
    pub fn load(
        dataset: Dataset,
        folders: &Folders,
        embedder: &Embedder<'_>,
        seed: u64,
    ) -> Result<Option<Self>> {
        let sources: Vec<_> = dataset.slices.iter().map(Source::from).collect();
        let Some(clips) = embed(embedder, "clips", &sources)? else { return Ok(None) };
        let mut unreadable = clips.failures;
        let (total, extra) = (dataset.total(), dataset.training_only);
        let paired = dataset.slices.into_iter().zip(clips.patches);
        let clips = paired.filter_map(|(slice, patches)| Some(Clip { slice, patches: patches? }));
        let clips: Vec<_> = clips.collect();
        ensure!(!clips.is_empty(), "none of the {} audio files could be used", unreadable.len());
        let mut background = Vec::new();
        let mut recordings = 0;
        if let Some(folder) = &folders.background {
            let sources = features::find_sources(folder)?;
            let Some(found) = embed(embedder, "background", &sources)? else { return Ok(None) };
            background = unlabelled(&sources, found.patches);
            recordings = background.len();
            unreadable.extend(found.failures);
            let Some(faint) = faint(embedder, seed)? else { return Ok(None) };
            background.extend(faint);
        }
        let mut unknown = Vec::new();
        for folder in &folders.unknown {
            let name = folder.file_name().context("an --unknown folder has no name")?;
            let name = name.to_string_lossy().into_owned();
            let (sources, left_out) = unknown::sources(folder, &dataset.labels)?;
            let Some(found) = embed(embedder, &name, &sources)? else { return Ok(None) };
            let sounds = unlabelled(&sources, found.patches);
            ensure!(!sounds.is_empty(), "{}: no audio file could be used", folder.display());
            unreadable.extend(found.failures);
            unknown.push(UnknownSet { name, sounds, left_out });
        }
        let summary = DataSummary {
            folds: dataset.presence,
            total,
            extra,
            background: recordings,
            unreadable,
        };
        let data_name = folder_name(&folders.data)?;
        let (layout, labels) = (dataset.layout, dataset.labels);
        Ok(Some(Self { layout, data_name, labels, clips, background, unknown, summary }))
    }

    /// The folds of the usable clips.
    pub fn folds(&self) -> Folds<'_> {
        let slices = self.clips.iter().map(|clip| &clip.slice);
        Folds::over(slices, &self.summary.folds, self.layout)
    }

    /// The clips of a stage that leaves out `test_folds`.
    pub fn split(&self, test_folds: &BTreeSet<u32>) -> Result<Split<'_>> {
        let usable = vec![true; self.clips.len()];
        let split = self.folds().split(test_folds, &usable, 0.0, 0)?;
        let clips = |indices: &[usize]| indices.iter().map(|&index| &self.clips[index]).collect();
        Ok(Split { train: clips(&split.train), test: clips(&split.test), dropped: split.dropped })
    }

    /// A hash of everything that was heard, by name, fold, label and length.
    pub fn hash(&self) -> String {
        let mut text = String::new();
        for Clip { slice, patches } in &self.clips {
            let Slice { stem, fold, label, .. } = slice;
            text.push_str(&format!("{stem} {fold} {label} {}\n", patches.len()));
        }
        for Unlabelled { recording, patches } in &self.background {
            text.push_str(&format!("{recording} {}\n", patches.len()));
        }
        short_hash(&text)
    }
}

/// The clips of one stage.
pub struct Split<'a> {
    /// Clips to train on.
    pub train: Vec<&'a Clip>,
    /// Official clips left out.
    pub test: Vec<&'a Clip>,
    /// Clips that were kept from training because their recording is in a left-out fold.
    pub dropped: usize,
}

/// Reads the tables. What is missing is told on stderr.
pub fn open(folders: &Folders) -> Result<Dataset> {
    let mut dataset = Dataset::open(&folders.data)?;
    if let Some(extra) = &folders.extra {
        ensure!(
            dataset.layout == Layout::UrbanSound8k,
            "--extra is for data in UrbanSound8K's layout; {} is laid out as {}",
            folders.data.display(),
            dataset.layout.name()
        );
        dataset.add_extra(extra)?;
    }
    let Presence { present, rows } = dataset.total();
    let extra = dataset.training_only.present;
    progress::line(&format!("{present} of {rows} clips present, {extra} that only train"));
    if !dataset.findings.is_empty() {
        progress::line(&dataset.findings.to_string());
    }
    Ok(dataset)
}

fn embed(embedder: &Embedder<'_>, what: &str, sources: &[Source]) -> Result<Option<Embedded>> {
    let sounds: Vec<_> = sources.iter().map(Sound::from).collect();
    embedder.embed(what, &sounds, |index| Ok(features::decode(&sources[index])?))
}

fn unlabelled(sources: &[Source], patches: Vec<Option<Vec<Patch>>>) -> Vec<Unlabelled> {
    let pairs = sources.iter().zip(patches);
    let named = pairs.filter_map(|(source, patches)| {
        let recording = unknown::recording_of(&source.name).to_owned();
        Some(Unlabelled { recording, patches: patches? })
    });
    named.collect()
}

/// Digital silence and faint noise, each as long as a segment of the head.
fn faint(embedder: &Embedder<'_>, seed: u64) -> Result<Option<Vec<Unlabelled>>> {
    let sample_rate = embedder.model().metadata().front_end.sample_rate;
    let seconds = segment::seconds(embedder.model().metadata());
    let sounds: Vec<_> = (0..FAINT_NOISES)
        .map(|index| Sound {
            name: format!("faint noise {index}"),
            key: format!("{seed} {sample_rate} {seconds}"),
        })
        .collect();
    let load = |index| {
        Ok(Recording { samples: faint_noise(sample_rate, seconds, index, seed), sample_rate })
    };
    let Some(embedded) = embedder.embed("faint-noise", &sounds, load)? else { return Ok(None) };
    let pairs = sounds.into_iter().zip(embedded.patches);
    let named =
        pairs.filter_map(|(sound, p)| Some(Unlabelled { recording: sound.name, patches: p? }));
    Ok(Some(named.collect()))
}
